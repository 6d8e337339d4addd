"""Parts of a row make one event each, or all together one value of a field."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.store.database.connection import Database
from tests.connectors.mapping.test_settings import mistakes
from tests.kit.csv_site import CLIENTS, CsvSite, settings_of

PANEL = """
- {match: clients*.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
- match: panel*.csv
  parts:
    drugs: {columns: [THC, OPI, COC], when: {value: filled}}
  skip_when: {drugs: empty}
  events:
    - kind: test
      client: client
      at: at
      id: id
      fields:
        result:
          each: drugs
          column: value
          values: {POS: positive, NEG: negative, "?": inconclusive}
          worst_of: [positive, inconclusive, negative]
        substances: {each: drugs, when: {value: POS}, column: name, values: codes.tsv}
"""
SCORES = """
- {match: clients*.csv, roster: clients, columns: {ref: client, enrolled: enrolled}}
- match: scores*.csv
  parts: {forms: {columns: [PHQ-9, GAD-7], when: {value: filled}}}
  events:
    - kind: assessment
      each: forms
      client: /client
      at: /at
      id: [/visit, name]
      withdraw_when: {value: void}
      fields: {instrument: name, score: value}
"""
HEADER = "id,client,at,THC,OPI,COC\n"


@pytest.fixture
def site(tmp_path: Path, sqlite_database: Database) -> CsvSite:
    (tmp_path / "codes.tsv").write_text("# code\tsubstance\nTHC\tcannabis\nOPI\topioids\n"
                                        "COC\tcocaine; stimulants\n", "utf-8")  # fmt: skip
    site = CsvSite(tmp_path, sqlite_database, settings_of(tmp_path, PANEL))
    site.write("clients.csv", CLIENTS)
    return site


def test_three_positives_in_a_row_are_three_substances(site: CsvSite) -> None:
    site.write("panel.csv", HEADER + "1,C-1,2026-07-01,POS,POS,POS\n")
    site.read()
    (_, _, fields), = site.events()  # fmt: skip
    assert fields == {
        "result": "positive",
        "substances": ["cannabis", "cocaine", "opioids", "stimulants"],
    }


def test_the_worst_part_is_the_result_and_a_row_without_parts_is_none(site: CsvSite) -> None:
    site.write("panel.csv", HEADER + "1,C-1,2026-07-01,NEG,?,NEG\n2,C-1,2026-07-02,,,\n")
    counts = site.read()["panel.csv"]
    assert (counts.new, counts.skipped) == (1, 1)
    assert [fields for *_, fields in site.events()] == [{"result": "inconclusive"}]


def test_a_part_that_cannot_be_read_rejects_its_row(site: CsvSite) -> None:
    site.write("panel.csv", HEADER + "1,C-1,2026-07-01,NEG,perhaps,NEG\n")
    site.read()
    ((_, line, why),) = site.rejects()
    assert line == 2
    assert "does not say what 'perhaps' means" in why


def test_a_list_of_codes_that_changes_is_read_again(site: CsvSite) -> None:
    site.write("panel.csv", HEADER + "1,C-1,2026-07-01,POS,,\n")
    site.read()
    (site.folder / "codes.tsv").write_text("THC\tmarijuana\nOPI\to\nCOC\tc\n", "utf-8")
    site.settings = settings_of(site.folder, PANEL)
    site.read()
    assert [fields["substances"] for *_, fields in site.events()] == [["marijuana"]]  # type: ignore[index]


def test_each_part_may_be_an_event_of_its_own(site: CsvSite) -> None:
    site.settings = settings_of(site.folder, SCORES)
    header = "visit,client,at,PHQ-9,GAD-7\n"
    site.write("scores.csv", header + "7,C-1,2026-07-01,12,4\n8,C-2,2026-07-02,,9\n")
    site.read()
    assert sorted(list(fields.items()) for *_, fields in site.events()) == [  # type: ignore[attr-defined]
        [("instrument", "GAD-7"), ("score", 4)],
        [("instrument", "GAD-7"), ("score", 9)],
        [("instrument", "PHQ-9"), ("score", 12)],
    ]
    site.write("scores-2.csv", header + "7,C-1,2026-07-01,void,5\n")
    site.read()
    assert sorted(fields["score"] for *_, fields in site.events()) == [5, 9]  # type: ignore[index]


def test_events_of_parts_go_with_the_mapping_that_made_them(site: CsvSite) -> None:
    site.settings = settings_of(site.folder, SCORES)
    site.write("scores.csv", "visit,client,at,PHQ-9,GAD-7\n7,C-1,2026-07-01,12,4\n")
    site.read()
    only = SCORES.replace("value: filled}}}", "value: filled, name: PHQ-9}}}")
    site.settings = settings_of(site.folder, only)
    site.read()
    assert [fields["score"] for *_, fields in site.events()] == [12]  # type: ignore[index]
    site.settings = settings_of(site.folder, SCORES.replace("[/visit, name]", "[name, /visit]"))
    site.read()
    assert len(site.events()) == 2


PART = "- {match: x.csv, parts: {drugs: %s}, events: [{kind: test, client: w, at: d, id: i, %s}]}"
COLUMNS = "{columns: [THC]}"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (PART % ("{of: results}", "fields: {}"), "list the cells under columns:"),
        (PART % ("{}", "fields: {}"), "needs either of: (where the parts stand) or columns:"),
        (
            PART % (COLUMNS, "fields: {result: {each: drug, column: value, worst_of: [positive]}}"),
            "parts: does not name 'drug'; did you mean 'drugs'?",
        ),
        (
            PART % (COLUMNS, "fields: {result: {each: drugs, column: value}}"),
            "test.result: each: gives a value for each part, and this field takes one",
        ),
        (
            PART % (COLUMNS, "fields: {substances: {each: drugs, column: code}}"),
            "a part of drugs has name and value, and no 'code'; for a column of the row write",
        ),
        (
            PART % (COLUMNS, "fields: {result: {each: drugs, column: value, worst_of: [bad]}}"),
            "test.result: 'bad' is not one of negative",
        ),
        (
            PART
            % (
                COLUMNS,
                "fields: {result: {each: drugs, column: value, values: {P: positive, N: negative}, "
                "worst_of: [positive]}}",
            ),
            "worst_of: does not say how bad 'negative' is; add it there",
        ),
        (
            PART % (COLUMNS, "fields: {result: {column: value, worst_of: [positive]}}"),
            "worst_of: chooses among the values of parts; it needs each:",
        ),
        (
            "- {match: x.csv, each: rows, events: [{kind: test, client: w, at: d, id: i}]}",
            "a row of cells holds no further rows",
        ),
        (
            "- {match: x.csv, events: [{kind: test, client: w, at: d, version: v}]}",
            "version: needs id:",
        ),
        (
            "- {match: x.csv, events: [{kind: test, client: w, at: d, when: {a: {in: z}}}]}",
            "z cannot be read: No such file",
        ),
        (PART % (COLUMNS, "fields: {substances: {column: a, values: no.tsv}}"), "cannot be read"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, files: str, words: str) -> None:
    found = mistakes(tmp_path, files)
    assert any(words in each for each in found), found


def test_a_mistake_in_a_list_of_codes_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "codes.tsv").write_text("THC\tcannabis\nOPI\n", "utf-8")
    (found,) = mistakes(
        tmp_path, PART % (COLUMNS, "fields: {substances: {column: a, values: codes.tsv}}")
    )
    assert "codes.tsv:2:1: a code and its meaning stand in a line, with a tab between" in found
