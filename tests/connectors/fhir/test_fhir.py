"""A real FHIR server as a source, behind a proxy with the faults that real servers have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import UserError
from engine.flows.intake import ingest
from engine.flows.operations.source_states import first_batch
from engine.model.instant import to_us
from engine.store.database.connection import Database
from engine.store.tables.people import assignments, clients, staff
from tests.connectors.fhir.fhir_site import APPOINTMENTS, SYSTEM, FhirSite
from tests.kit.fhir_server import FhirServerProcess, Query

Make = Callable[..., FhirSite]


@pytest.fixture
def make(tmp_path: Path, sqlite_database: Database, server: FhirServerProcess) -> Make:
    return lambda *args, **more: FhirSite(tmp_path, sqlite_database, server, *args, **more)


@pytest.fixture
def site(make: Make) -> FhirSite:
    return make()


def test_a_resource_becomes_an_event_once_and_its_change_a_correction(site: FhirSite) -> None:
    site.appointment("1", "noshow")
    site.appointment("2", "booked")
    assert site.read()["Appointment"].new == 1
    assert site.events() == [
        (site.client, "2026-03-02 14:00", {"activity": "individual", "status": "no_show"})
    ]
    assert site.read() == {}
    site.appointment("1", "fulfilled")
    assert site.read()["Appointment"].corrected == 1
    assert site.statuses() == ["attended"]
    site.appointment("1", "entered-in-error")
    assert site.read()["Appointment"].withdrawn == 1
    assert site.events() == []


def test_what_is_said_of_others_is_not_kept(site: FhirSite) -> None:
    site.appointment("1", "noshow", site.stranger)
    assert site.read() == {}
    assert site.rejects() == []


def test_a_client_who_is_new_brings_the_past_along(site: FhirSite) -> None:
    site.appointment("1", "noshow", site.stranger)
    site.read()
    site.add_client(site.stranger_ref)
    site.now += timedelta(days=1)
    site.read()
    assert [(ref, fields["status"]) for ref, _, fields in site.events()] == [
        (site.stranger_ref, "no_show")
    ]


def test_a_deleted_resource_takes_its_event_back(site: FhirSite) -> None:
    site.appointment("1", "noshow")
    site.read()
    site.delete("1")
    site.read()
    assert site.events() == []
    site.read()
    site.appointment("1", "noshow")
    site.read()
    assert site.statuses() == ["no_show"]


def test_a_server_without_history_is_read_all_the_same(site: FhirSite) -> None:
    site.server.before = lambda path, _: (501, {}) if path.endswith("_history") else None
    site.appointment("1", "noshow")
    for _ in range(3):
        site.read()
    assert site.statuses() == ["no_show"]
    assert sum("_history" in path for path in site.server.requests) == 1


def test_no_resource_is_lost_if_others_change_between_two_pages(make: Make) -> None:
    site = make(more="    page: 2\n")
    for number in range(7):
        site.appointment(str(number), "noshow")
    changed: list[str] = []

    def shift(path: str, _: Any) -> None:
        if "/Appointment?" in path and len(changed) < 3:
            changed.append(str(len(changed)))
            site.appointment(changed[-1], "fulfilled")

    site.server.after = shift
    site.read()
    assert site.statuses().count("no_show") >= 4
    site.read()
    assert site.statuses() == ["attended"] * 3 + ["no_show"] * 4


def test_stamps_without_fractions_and_repeated_entries_make_no_difference(make: Make) -> None:
    site = make(more="    page: 2\n")

    def spoil(_: str, said: Any) -> None:
        for entry in said.get("entry", []):
            meta = entry.get("resource", {}).get("meta", {})
            if "lastUpdated" in meta:
                meta["lastUpdated"] = meta["lastUpdated"][:19] + "Z"
        said["entry"] = [each for entry in said.get("entry", []) for each in (entry, entry)]

    site.server.after = spoil
    for number in range(5):
        site.appointment(str(number), "noshow")
    site.read()
    assert site.statuses() == ["no_show"] * 5
    assert site.rejects() == []


def test_a_resource_that_is_committed_late_comes_within_the_overlap(site: FhirSite) -> None:
    site.appointment("1", "noshow")

    def hide(_: str, said: Any) -> None:
        said["entry"] = [
            entry
            for entry in said.get("entry", [])
            if not entry.get("resource", {}).get("id", "").endswith("-1")
        ]

    site.server.after = hide
    site.appointment("2", "fulfilled")
    site.read()
    assert site.statuses() == ["attended"]
    site.server.reset()
    site.read()
    assert site.statuses() == ["attended", "no_show"]


@pytest.mark.parametrize("name", ["_lastUpdated", "_sort", "status"])
def test_an_answer_to_another_search_is_not_taken(make: Make, name: str) -> None:
    site = make(APPOINTMENTS.replace("  events:", "  search: {status: noshow}\n  events:", 1))
    site.appointment("1", "noshow")

    def ignore(path: str, query: Query) -> None:
        if path.endswith("/Appointment"):
            query[:] = [pair for pair in query if pair[0] != name]

    site.server.before = ignore
    with pytest.raises(UserError, match=f"left {name} out of the search"):
        site.read()
    assert site.events() == []


def test_a_server_that_says_it_sorted_but_did_not_is_found_out(site: FhirSite) -> None:
    for number in range(3):
        site.appointment(str(number), "noshow")

    def reverse(path: str, said: Any) -> None:
        if "/Appointment?" in path:
            for place, entry in enumerate(said["entry"]):
                entry["resource"]["meta"]["lastUpdated"] = f"2026-11-0{9 - place % 9}T00:00:00Z"

    site.server.after = reverse
    with pytest.raises(UserError, match="order of _lastUpdated"):
        site.read()


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("120", 5), ("7200", 120), ("Wed, 01 Jan 2031 00:00:00 GMT", 60 * 24 * 30), ("soon", 5)],
)
def test_a_server_that_asks_us_to_stay_away_is_left_alone(
    site: FhirSite, written: str, minutes: int
) -> None:
    site.appointment("1", "noshow")
    site.server.before = lambda *_: (429, {"Retry-After": written})
    begun = site.now
    with pytest.raises(UserError, match="answers 429"):
        site.read()
    site.server.reset()
    site.now = begun + timedelta(minutes=minutes, seconds=-1)
    with pytest.raises(UserError, match="answers 429"):
        site.read()
    assert site.server.requests == []
    if minutes < 60 * 24:
        site.now = begun + timedelta(minutes=minutes)
        site.read()
        assert site.statuses() == ["no_show"]


@pytest.mark.parametrize(
    ("status", "told"), [(500, "answers 500"), (403, "refuses our credentials"), (302, "302")]
)
def test_a_fault_of_the_server_is_said_and_the_next_reading_goes_on(
    site: FhirSite, status: int, told: str
) -> None:
    site.appointment("1", "noshow")
    site.server.before = lambda *_: (status, {"Location": "http://127.0.0.1:1/"})
    with pytest.raises(UserError, match=told):
        site.read()
    site.server.reset()
    site.now += timedelta(minutes=5)
    site.read()
    assert site.statuses() == ["no_show"]


def test_a_reading_makes_only_so_many_requests_and_the_next_one_goes_on(make: Make) -> None:
    site = make(more="    page: 9\n    most_requests: 3\n")
    for number in range(25):
        site.appointment(str(number), "noshow")
    for _ in range(20):
        site.server.requests.clear()
        site.read()
        assert len(site.server.requests) <= 3
    assert site.statuses() == ["no_show"] * 25


def test_asked_client_by_client_it_brings_the_same(make: Make) -> None:
    site = make(more="    by: client\n")
    site.appointment("1", "noshow")
    site.appointment("2", "noshow", site.stranger)
    site.read()
    site.appointment("1", "fulfilled")
    site.read()
    assert site.statuses() == ["attended"]
    asked = [path for path in site.server.requests if "/Appointment?" in path]
    assert all(f"patient={site.patient}" in path for path in asked)


ROSTER = """
- resource: EpisodeOfCare
  search: {status: "active,finished"}
  roster: clients
  columns: {ref: client, enrolled: period.start, ended: period.end}
- resource: Practitioner
  search: {active: "true"}
  roster: staff
  columns: {ref: id, role: {always: case_manager}, phone: "telecom[system=phone].value"}
- resource: CareTeam
  each: participant
  skip_when: [{/status: {is_not: active}}, {role.coding.code: {is_not: "768820003"}}]
  roster: assignments
  columns: {client: /client, staff: member, role: {always: case_manager}}
"""


def test_episodes_practitioners_and_care_teams_are_a_roster(make: Make) -> None:
    site = make(ROSTER)
    worker = f"{site.patient}-worker"
    who = {"reference": f"Patient/{site.stranger}"}
    site.server.put(
        {"resourceType": "EpisodeOfCare", "id": f"{site.patient}-e", "status": "active",
         "patient": who, "period": {"start": "2026-01-05"}}
    )  # fmt: skip
    site.server.put(
        {"resourceType": "Practitioner", "id": worker, "active": True,
         "telecom": [{"system": "phone", "value": "+12125550142"}]}
    )  # fmt: skip
    role = [{"coding": [{"system": "http://snomed.info/sct", "code": "768820003"}]}]
    member = {"reference": f"Practitioner/{worker}"}
    site.server.put(
        {"resourceType": "CareTeam", "id": f"{site.patient}-t", "status": "active", "subject": who,
         "participant": [{"role": role, "member": member}, {"member": who}]}
    )  # fmt: skip
    site.read()
    assert site.rejects() == []
    assert site.record(site.stranger_ref) == [("2026-01-05 05:00", "enrolled", None)]
    with site.database.read() as conn:
        found = conn.execute(select(clients.c.ref, staff.c.ref, staff.c.phone).select_from(
            assignments.join(clients).join(staff)
        )).all()  # fmt: skip
    assert found == [(site.stranger_ref, worker, "+12125550142")]


PATIENTS = """
- resource: Patient
  roster: clients
  columns: {ref: client, enrolled: birthDate}
"""


@pytest.mark.parametrize("words", [["replaced-by"], ["replaces"], ["replaced-by", "replaces"]])
def test_a_merge_of_two_patients_is_put_aside_once_for_a_person(
    make: Make, words: list[str]
) -> None:
    site = make(PATIENTS)
    pair = (site.stranger, site.stranger_ref), (site.patient, site.client)
    for word in words:
        (named, ref), (other, _) = pair if word == "replaced-by" else reversed(pair)
        site.server.put(
            {"resourceType": "Patient", "id": named, "birthDate": "2000-01-01",
             "identifier": [{"system": SYSTEM, "value": ref}],
             "link": [{"other": {"reference": f"Patient/{other}"}, "type": word}]}
        )  # fmt: skip
    said = f"the sender says that client {site.stranger_ref} is client {site.client}; nothing was"
    for read in (site.read, lambda: ingest.retry(
        site.database, site.asked, "America/New_York", to_us(site.now)
    )):  # fmt: skip
        read()
        assert [said in reason for _, _, reason in site.rejects()].count(True) == 1


PANELS = """
- resource: DiagnosticReport
  with: result
  parts: {analytes: {of: result, when: {code: [59673-4]}}}
  events:
    - kind: test
      client: client
      at: effective
      id: id
      version: meta.lastUpdated
      when: {analytes: filled}
      fields:
        method: {always: urine}
        result: {each: analytes, column: value, values: {POS: positive, NEG: negative},
          worst_of: [positive, negative]}
"""


@pytest.mark.parametrize("by", ["population", "client"])
def test_a_result_that_changes_alone_has_its_report_read_again(make: Make, by: str) -> None:
    site = make(PANELS, f"    by: {by}\n")
    said = {
        "subject": {"reference": f"Patient/{site.patient}"}, "status": "final",
        "effectiveDateTime": "2026-03-02T14:00:00Z",
        "category": [{"coding": [{"code": "laboratory"}]}],
    }  # fmt: skip

    def put_result(value: str) -> None:
        code = {"coding": [{"system": "http://loinc.org", "code": "59673-4"}]}
        number = f"{site.patient}-fentanyl"
        result = {"resourceType": "Observation", "id": number, "code": code, "valueString": value}
        site.server.put({**result, **said})

    put_result("POS")
    site.server.put(
        {
            "resourceType": "DiagnosticReport", "id": f"{site.patient}-cup",
            "code": {"coding": [{"code": "65750-2"}]}, **said,
            "result": [{"reference": f"Observation/{site.patient}-fentanyl"}],
        }
    )  # fmt: skip
    site.read()
    assert [fields["result"] for _, _, fields in site.events()] == ["positive"]  # type: ignore[index]
    assert site.read() == {}
    put_result("NEG")
    site.read()
    assert [fields["result"] for _, _, fields in site.events()] == ["negative"]  # type: ignore[index]


def test_what_must_not_be_disclosed_is_left_out_and_taken_back(site: FhirSite) -> None:
    site.appointment("1", "noshow")
    site.read()
    label = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "NORDSCLCD"}
    site.appointment("1", "noshow", meta={"security": [label]})
    site.appointment("2", "noshow", meta={"security": [label]})
    site.read()
    assert site.events() == []


def test_a_consent_may_end_and_is_never_given(make: Make) -> None:
    site = make(
        """
- resource: Consent
  roster: consents
  columns:
    {client: client, staff: {always: M-1}, alias: {always: Oak}, scope: {always: alerts},
     purpose: {always: support}, given: dateTime,
     revoked: {date: {when: {status: inactive}, column: dateTime}, time: {always: "00:00"}}}
"""
    )
    for status in ("active", "inactive"):
        site.server.put(
            {
                "resourceType": "Consent", "id": f"{site.patient}-{status}", "status": status,
                "patient": {"reference": f"Patient/{site.patient}"}, "dateTime": "2026-03-02",
                "scope": {"coding": [{"code": "patient-privacy"}]},
                "category": [{"coding": [{"code": "59284-0"}]}],
                "policyRule": {"coding": [{"code": "OPTIN"}]},
            }
        )  # fmt: skip
    site.asked.about(lambda: [site.client])
    rows = [row for batch in site.asked.read({}, site.now) for row in batch.roster]
    mine = [row for row in rows if row.values["client"] == site.client]
    assert [bool(row.moments["revoked"]) for row in mine] == [True]


def test_doctor_says_whether_the_server_answers(site: FhirSite) -> None:
    (settings,) = site.settings.sources
    assert settings.examine() == (True, "The server of the source ehr answers.")
    site.server.before = lambda *_: (503, {})
    assert settings.examine() == (False, "The server answers 503.")


def test_a_trial_asks_about_the_clients_of_the_roster(site: FhirSite) -> None:
    assert first_batch(site.database, site.opened(), to_us(site.now)) is None
    site.appointment("1", "noshow")
    batch = first_batch(site.database, site.opened(), to_us(site.now))
    assert batch is not None
    assert [event.client for event in batch.events] == [site.client]
    assert site.events() == []
    assert first_batch(None, site.opened(), to_us(site.now)) is None
