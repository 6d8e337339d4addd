"""Files of messages become events: results by their states, corrections, withdrawals, mistakes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.hl7v2.mapped_messages import MappedMessages
from connectors.mapping.merges import proposed_merge
from connectors.mapping.rows import Harvest
from engine.flows.operations.client_merge import merge, undo
from engine.store.database.connection import Database
from tests.connectors.hl7v2.hl7_site import Hl7Site
from tests.connectors.hl7v2.samples import SAMPLES
from tests.kit.databases import SqliteFile
from tests.kit.rows import add_staff
from tests.kit.source_pages import read_page
from tests.kit.times import NOON

CONFIG = read_page("sources_hl7v2.md").config
A40 = (
    "MSH|^~\\&|ADT|HOSP|||20260303100000||ADT^A40|9|P|2.5.1\n"
    "PID|1||C-1042^^^CLINIC^MR||DOE^JO\nMRG|C-1077^^^CLINIC^MR\n"
)


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> Hl7Site:
    return Hl7Site(tmp_path, sqlite_database, CONFIG)


def result(
    *analytes: tuple[str, str], number: str = "A-1", said: str = "1400", client: str = "C-1042"
) -> str:
    """A report of opiates and then fentanyl, each as (value, OBX-11)."""
    codes = ["19295-5", "59673-4"]
    lines = [
        f"MSH|^~\\&|LAB|TOX|||20260302{said}||ORU^R01|{said}|P|2.5.1",
        f"PID|1||{client}^^^CLINIC^MR",
        f"OBR|1||{number}|65750-2|||20260302091500|||||||||||||||20260302{said}",
        *(
            f"OBX|{place}|ST|{codes[place - 1]}^x^LN||{value}||||||{status}"
            for place, (value, status) in enumerate(analytes, 1)
        ),
    ]
    return "\n".join(lines) + "\n"


def results(site: Hl7Site) -> list[object]:
    return [(fields["result"], fields.get("confirmed")) for _, _, fields in site.events("test")]


@pytest.mark.parametrize(
    ("value", "status", "expected"),
    [
        ("POS", "F", [("positive", True)]),
        ("POS", "C", [("positive", True)]),
        ("POS", "U", [("positive", True)]),
        ("POS", "P", [("positive", False)]),
        ("POS", "R", [("positive", False)]),
        ("POS", "S", [("positive", False)]),
        ("", "I", [("pending", False)]),
        ("", "X", []),
        ("", "N", []),
        ("", "O", []),
        ("POS", "D", []),
        ("POS", "W", []),
    ],
)
def test_a_result_is_taken_by_its_state(
    site: Hl7Site, value: str, status: str, expected: list[object]
) -> None:
    site.drop("lab/1.hl7", result((value, status)))
    site.read()
    assert results(site) == expected
    assert site.rejects() == []


@pytest.mark.parametrize(
    ("status", "told"),
    [("", "not stated"), ("U", "final as sent before"), ("Q", "Q")],
)
def test_a_state_that_the_mapping_does_not_know_is_put_aside_and_the_earlier_event_stays(
    site: Hl7Site, status: str, told: str
) -> None:
    site.drop("lab/1.hl7", result(("POS", "P")))
    site.drop("lab/2.hl7", result(("", status), said="1500"))
    site.read()
    assert results(site) == [("positive", False)]
    assert [reason for _, _, reason in site.rejects()] == [
        f"confirmed (from each analytes): the mapping does not say what '{told}' means in the "
        "column 'OBX.status'"
    ]
    site.drop("lab/3.hl7", result(("NEG", "F"), said="1600"))
    site.read()
    assert results(site) == [("negative", True)]
    assert site.rejects() == []


def test_a_withdrawn_analyte_leaves_the_event_and_the_last_one_takes_it_away(site: Hl7Site) -> None:
    site.drop("lab/1.hl7", result(("POS", "F"), ("NEG", "F")))
    site.read()
    assert results(site) == [("positive", True)]
    site.drop("lab/2.hl7", result(("POS", "D"), ("NEG", "F"), said="1500"))
    site.read()
    assert results(site) == [("negative", True)]
    site.drop("lab/3.hl7", result(("POS", "D"), ("NEG", "W"), said="1600"))
    site.read()
    assert results(site) == []


def test_a_deleted_appointment_takes_its_no_show_back(site: Hl7Site) -> None:
    for number, event in enumerate(["S26", "S17"]):
        site.drop(
            f"lab/{number}.hl7",
            f"MSH|^~\\&|S|H|||2026030{4 + number}||SIU^{event}|1|P|2.5\nSCH||V-1\n"
            "TQ1|1||||||20260304100000\nPID|1||C-1042^^^CLINIC^MR\n",
        )
        site.read()
        assert len(site.events("attendance")) == 1 - number


def test_a_file_that_is_dropped_again_and_grows_brings_only_what_is_new(site: Hl7Site) -> None:
    first, second = result(("POS", "F")), result(("NEG", "F"), number="A-2")
    site.drop("lab/1.hl7", first)
    site.read()
    assert site.read() == {}
    site.drop("lab/1.hl7", first + second)
    counts = site.read()["1.hl7"]
    assert (counts.new, counts.duplicates) == (1, 1)


def test_a_message_that_cannot_be_read_is_put_aside_with_its_place_and_the_others_are_read(
    site: Hl7Site,
) -> None:
    text = result(("POS", "F")) + "MSH|^~\\&|LAB|TOX\n" + result(("NEG", "F"), number="A-2")
    broken = result(("POS", "F"), number="A-3").encode().replace(b"C-1042", b"C-\xe91042")
    site.drop("lab/1.hl7", text.encode() + broken)
    site.read()
    assert results(site) == [("negative", True), ("positive", True)]
    assert site.rejects() == [
        ("1.hl7", 5, "MSH-9 is empty, so the type of the message is not known"),
        ("1.hl7", 10, "PID-3 (segment 2) holds the byte 0xe9, which is not utf-8"),
    ]


def test_a_result_of_an_unknown_client_waits_for_the_client(site: Hl7Site) -> None:
    site.drop("lab/1.hl7", result(("POS", "F"), client="C-9"))
    site.read()
    assert [reason for _, _, reason in site.rejects()] == ["no client 'C-9' is in the roster"]
    (site.folder / "inbox" / "people.csv").write_text("ref,enrolled\nC-9,2026-01-05\n")
    site._read(site.settings.sources[1])
    site.read()
    assert results(site) == [("positive", True)]
    assert site.rejects() == []


def test_another_mapping_reads_the_files_again(tmp_path: Path, sqlite_database: Database) -> None:
    site = Hl7Site(tmp_path, sqlite_database, CONFIG)
    site.drop("lab/1.hl7", result(("POS", "F")))
    site.read()
    (tmp_path / "lab").rename(tmp_path / "kept")
    again = Hl7Site(tmp_path, sqlite_database, CONFIG.replace("POS: positive", "POS: inconclusive")
                    .replace("[positive, pending", "[inconclusive, pending"))  # fmt: skip
    (tmp_path / "lab").rmdir()
    (tmp_path / "kept").rename(tmp_path / "lab")
    again.now = site.now
    again.read()
    assert results(again) == [("inconclusive", True)]


@pytest.mark.skipif(not SAMPLES, reason="the public samples are not here")
def test_a_merge_is_put_aside_for_a_person(tmp_path: Path, sqlite_database: Database) -> None:
    site = Hl7Site(
        tmp_path,
        sqlite_database,
        CONFIG.replace("    messages:", "    merges: PID.3[5=MR]\n    messages:"),
    )
    for path in SAMPLES:
        if "A40" in path.name:
            site.drop(f"lab/{path.name}", path.read_bytes())
    site.read()
    told = (
        "is client {}; nothing was changed, because a person must decide that "
        "(handrail clients merge)"
    )
    assert [reason.partition("client ")[2] for _, _, reason in site.rejects()] == [
        f"56789 {told.format(12345)}", f"56789 {told.format(12345)}", f"569 {told.format(145)}"
    ]  # fmt: skip


@pytest.mark.parametrize("trigger", ["A18", "A34", "A40"])
def test_each_message_that_merges_two_patients_is_put_aside(trigger: str) -> None:
    into = Harvest()
    messages = MappedMessages([], "utf-8", None, {}, merges="PID.3[5=MR]")
    messages.take(A40.replace("A40", trigger).encode(), 1, into)
    assert [one.reason for one in into.rejects] == [proposed_merge("C-1077", "C-1042")]


def test_a_merge_that_a_person_believes_moves_the_events(
    tmp_path: Path, sqlite_database: Database
) -> None:
    merges = CONFIG.replace("    messages:", "    merges: PID.3[5=MR]\n    messages:")
    site = Hl7Site(tmp_path, sqlite_database, merges)
    site.drop("lab/1.hl7", result(("POS", "F"), client="C-1077"))
    site.drop("lab/2.hl7", result(("NEG", "F"), number="A-2"))
    site.drop("lab/3.hl7", A40)
    site.read()
    ((_, _, reason),) = site.rejects()
    assert "client C-1077 is client C-1042" in reason
    assert sorted(client for client, *_ in site.events()) == ["C-1042", "C-1077"]
    with sqlite_database.write() as conn:
        add_staff(conn, id=7, ref="S-7", role="supervisor", phone=None)
    merge(sqlite_database, "C-1077", "C-1042", "S-7", "the desk says so", NOON)
    site.drop("lab/4.hl7", result(("POS", "F"), client="C-1077", number="A-3"))
    site.read()
    assert [client for client, *_ in site.events()] == ["C-1042"] * 3
    undo(sqlite_database, "C-1077", "S-7", "the desk was wrong", NOON)
    assert sorted(client for client, *_ in site.events()) == ["C-1042", "C-1077", "C-1077"]


@pytest.mark.skipif(not SAMPLES, reason="the public samples are not here")
def test_every_public_sample_is_read_and_only_strangers_are_put_aside(site: Hl7Site) -> None:
    for path in SAMPLES:
        site.drop(f"lab/{path.name}", path.read_bytes())
    site.read()
    reasons = {item: reason for item, _, reason in site.rejects()}
    # Their clients are not ours. The others make no event here: other types, and other tests.
    assert reasons == {
        "SIU-S15-01.hl7": "no client 'PATID1234' is in the roster",
        "SIU-S26-01.hl7": "no client 'PATID1234' is in the roster",
        "SIU-S26-02.hl7": "no client 'PATID1234' is in the roster",
    }


# A version of one of two reports: its number, its minute, and how both analytes stand.
VERSIONS = st.lists(
    st.tuples(
        st.sampled_from(["A-1", "A-2"]),
        st.integers(10, 59),
        st.sampled_from([("POS", "P"), ("POS", "F"), ("NEG", "C"), ("POS", "D"), ("", "X")]),
        st.sampled_from([("POS", "F"), ("NEG", "F"), ("NEG", "W")]),
    ),
    min_size=1, max_size=8, unique_by=lambda each: each[:2],
)  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(VERSIONS, st.randoms(use_true_random=False))
def test_in_whatever_order_and_however_often_they_come_the_newest_versions_stand(
    sqlite_file: SqliteFile,
    tmp_path_factory: pytest.TempPathFactory,
    versions: list,
    random: object,
) -> None:
    said = [
        (*each[:2], result(*each[2:], number=each[0], said=f"14{each[1]}")) for each in versions
    ]
    newest = {number: text for number, _, text in sorted(said)}
    ends = []
    for files in ([*said, *said], [(number, 0, text) for number, text in newest.items()]):
        if len(files) > len(newest):
            random.shuffle(files)  # type: ignore[attr-defined]
        site = Hl7Site(tmp_path_factory.mktemp("site"), sqlite_file.emptied(), CONFIG)
        for place, (_, _, text) in enumerate(files):
            site.drop(f"lab/{place}.hl7", text)
            if place % 2:
                site.read()
        site.read()
        ends.append(sorted(map(str, site.events())))
        assert site.rejects() == []
    assert ends[0] == ends[1]
