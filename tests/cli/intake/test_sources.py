"""`handrail sources` shows how sources fare, tries one, and begins a mapping."""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import yaml

from connectors.csv_folder.first_mapping import draft_mapping
from engine.errors import UserError
from engine.store.database.connection import Database
from tests.kit.csv_site import CsvSite, settings_of
from tests.kit.terminal import Terminal, terminal_in, typed, write_files

CONFIG = """\
timezone: America/New_York
log: {level: error}
sources:
  - name: clinic
    folder: inbox
    files:
      - {match: clients.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
      - {match: tests.csv, events: [{kind: test, client: client, at: at, fields: {result: result}}]}
  - name: breath
    http: {secret: {env: BREATH_SECRET}}
    events: [{kind: test, client: person, at: at, id: id, fields: {bac: bac}}]
"""
FILES = {
    "inbox/clients.csv": "client,enrolled\nC-1,2026-01-05\n",
    "inbox/tests.csv": "client,at,result\nC-1,2026-03-02,positive\nC-1,2026-03-03,no such\n",
}


@pytest.fixture
def site(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Terminal]:
    monkeypatch.setenv("BREATH_SECRET", "shared")
    write_files(tmp_path, FILES)
    with terminal_in(tmp_path, CONFIG, capsys) as terminal:
        yield terminal


def test_each_source_is_listed_with_how_it_fares(site: Terminal) -> None:
    site("import", code=1)
    clinic, breath = json.loads(site("sources", "--format", "json"))
    assert (clinic["type"], clinic["state"], clinic["rejects"]) == ("csv_folder", "well", 1)
    assert clinic["last_read"] == clinic["last_new"]
    assert clinic["next"] >= clinic["last_read"]
    assert (breath["type"], breath["state"], breath["next"]) == ("http", "well", None)


def test_a_source_is_tried_and_nothing_is_written(site: Terminal) -> None:
    assert site("sources", "test", "breath").endswith("There is nothing to read yet.")
    said = site("sources", "test", "clinic")
    assert "The first 1 row of clients.csv (clients): 0 events, 1 person row" in said
    (site.config.parent / "inbox" / "clients.csv").unlink()
    said = site("sources", "test", "clinic", code=1)
    assert "The first 2 rows of tests.csv: 1 event" in said
    assert "line 3: result: 'no such' is not one of" in said
    assert not (site.config.parent / "var").exists()


def test_a_source_that_cannot_be_tried_says_why(
    site: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "did you mean 'clinic'?" in site("sources", "test", "clinc", code=2)
    monkeypatch.delenv("BREATH_SECRET")
    assert "BREATH_SECRET is empty or missing" in site("sources", "test", "breath", code=2)


def test_a_key_is_shown_once_with_its_digest(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "sources", "key", "--format", "json")
    made = json.loads(out)
    assert code == 0
    assert made["bearer"] == sha256(made["key"].encode()).hexdigest()
    assert len(made["key"]) >= 40


LAB = """Accession No;Patient;DOB;Collected;Result;BAC;Comment
9001;C-1;01/02/1980;03/14/2026 08:15;POS;0.08;seen
9002;C-1;01/02/1980;03/15/2026 09:20;NEG;;
9003;C-2;05/06/1991;03/16/2026 10:05;negative;0.00;late
"""


def test_a_first_mapping_is_written_from_the_columns_of_a_sample(
    tmp_path: Path, sqlite_database: Database
) -> None:
    sample = tmp_path / "lab-2026-03-16.csv"
    sample.write_text(LAB, "utf-8")
    draft = draft_mapping(sample).text
    (mapping,) = yaml.safe_load(draft)
    (event,) = mapping["events"]
    assert (mapping["match"], mapping["delimiter"]) == ("lab-*.csv", ";")
    assert (event["kind"], event["client"], event["id"]) == ("test", "Patient", "Accession No")
    assert event["at"] == {"column": "Collected", "format": "%m/%d/%Y %H:%M"}
    assert event["fields"] == {
        "result": {
            "column": "Result",
            "values": {"POS": "positive", "NEG": "negative", "negative": "negative"},
        },
        "bac": "BAC",
    }
    # It is read as it is.
    people = "- {match: people.csv, roster: clients, columns: {ref: ref, enrolled: enrolled}}\n"
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, people + draft))
    site.write("people.csv", "ref,enrolled\nC-1,2026-01-05\nC-2,2026-01-05\n")
    site.write("lab-2026-03-16.csv", LAB)
    site.read()
    assert [fields["result"] for *_, fields in site.events()] == [  # type: ignore[index]
        "positive",
        "negative",
        "negative",
    ]


@pytest.mark.parametrize(
    ("cells", "kind", "field"),
    [
        ("Outcome: Positive Negative Negative", "test", "result"),
        ("Outcome: POS NEG detected", "test", "result"),
        ("Result: Attended No-show Attended", "attendance", "status"),
        ("Lab Visit: present DNA Cancelled", "attendance", "status"),
        ("Status: dispensed given Missed", "medication", "status"),
        ("Test: voicemail reached busy", "contact", "outcome"),
    ],
)
def test_the_values_say_what_the_rows_are_whatever_the_column_is_called(
    cells: str, kind: str, field: str, tmp_path: Path
) -> None:
    name, values = cells.split(": ")
    sample = tmp_path / "x.csv"
    rows = [f"C-{k},2026-03-1{k},{value},Room {k % 2}" for k, value in enumerate(values.split())]
    sample.write_text("\n".join([f"Chart,Date,{name},Place", *rows]) + "\n", "utf-8")
    draft = draft_mapping(sample)
    (event,) = yaml.safe_load(draft.text)[0]["events"]
    assert event["kind"] == kind
    written = event["fields"][field]
    assert (written if isinstance(written, str) else written["column"]) == name
    assert "CHOOSE" not in draft.text
    assert "# TODO: what is Place? It holds Room 0, Room 1" in draft.text
    assert draft.said.endswith("Finish 1 line with TODO before you use it.")


def test_a_column_that_may_tell_is_kept_although_its_values_are_not_understood(
    site: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    write_files(
        site.config.parent,
        {"lab.csv": "MRN,Drawn,Finding,Name,\n7,2026-03-01,A1,Jo,\n7,2026-03-02,,Jo,\n"},
    )
    code, draft, said = typed(capsys, "sources", "new", str(site.config.parent / "lab.csv"))
    assert code == 0
    assert "kind: CHOOSE" in draft
    assert "# TODO: what is Finding? It holds A1" in draft
    assert "# TODO: what is Name? It holds text" in draft  # and says no name
    assert "# TODO: what is column 5, which has no name?" in draft
    assert "Nothing in the file tells which kind" in said
    write_files(site.config.parent, {"lab.csv": "MRN,Specimen,Finding\n7,UR,A1\n7,UR,B2\n"})
    draft = draft_mapping(site.config.parent / "lab.csv").text
    assert "method: {column: Specimen, values: {UR: urine}}" in draft
    assert "result: {column: Finding, values: {A1: CHOOSE, B2: CHOOSE}}" in draft
    write_files(site.config.parent, {"lab.csv": "MRN,Specimen\n7,UR\n"})
    draft = draft_mapping(site.config.parent / "lab.csv").text
    assert "# TODO: which column tells result? no rule can judge without it" in draft


def test_a_sample_may_be_cut_off_inside_a_character(tmp_path: Path) -> None:
    sample = tmp_path / "x.csv"
    sample.write_text("Client,Date,Word\n" + "C-1,2026-03-01,éé\n" * 20_000, "utf-8")
    for padding in ("", "x"):
        sample.write_bytes(padding.encode() + sample.read_bytes())
        assert "It holds éé" in draft_mapping(sample).text


def test_what_a_sample_does_not_tell_is_left_to_choose(tmp_path: Path) -> None:
    sample = tmp_path / "x.csv"
    sample.write_text("Day,Status\n03/04/2026,Here\n04/05/2026,Gone\n04/05/2026,Gone\n", "utf-8")
    draft = draft_mapping(sample).text
    assert "client: CHOOSE" in draft
    assert "find out whether the day or the month is first" in draft
    assert "# id: the column with the row's own number" in draft
    sample.write_text("Day,Status\n", "utf-8")
    with pytest.raises(UserError, match="holds no rows under a header"):
        draft_mapping(sample)


@pytest.mark.parametrize(
    ("begins", "page"),
    [
        ("\ufeffMSH|^~\\&|LAB|TOX|||20260302||ORU^R01|1|P|2.5\nPID|1||C-1\n", "sources_hl7v2.md"),
        ('[\n  {"person": "C-1",\n   "bac": 0}\n]\n', "sources_http.md"),
    ],
)
def test_a_sample_without_columns_names_the_page_to_begin_with(
    tmp_path: Path, begins: str, page: str
) -> None:
    sample = tmp_path / "sample"
    sample.write_text(begins, "utf-8")
    with pytest.raises(UserError, match=f"CSV files alone; begin with the mapping in docs/{page}"):
        draft_mapping(sample)
