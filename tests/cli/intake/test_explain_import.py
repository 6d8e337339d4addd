"""`handrail import --explain` says which line of the mapping made what of a record, and why not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.mapping.test_docs import examples
from tests.kit.terminal import Terminal, terminal_in, write_files

CONFIG = """\
timezone: America/New_York
log: {level: error}
sources:
  - name: clinic
    folder: inbox
    files:
      - match: people.csv
        roster: clients
        columns: {ref: ref, enrolled: enrolled, attributes: {program: level}}
      - match: form*.csv
        parts: {drugs: {columns: [THC, OPI], when: {value: POS}}}
        skip_when: {state: [draft, test]}
        events:
          - kind: check_in
            client: chart
            at: sent
            id: form
            withdraw_when: {state: void}
            fields: {status: {always: completed}, craving: craving}
          - kind: return_to_use
            client: chart
            at: sent
            id: form
            when: [{used: [yes, maybe]}, {craving: {at_least: 9}}]
          - kind: test
            client: chart
            at: sent
            id: form
            when: {drugs: filled}
            fields: {substances: {each: drugs, column: name}}
  - name: breath
    http: {secret: {env: BREATH_SECRET}}
    each: readings
    events: [{kind: test, client: /person, at: at, id: id, fields: {bac: bac}}]
  - name: lab
    hl7v2: {folder: hl7}
    messages:
      - match: ORU^R01
        each: OBR
        parts: {drugs: {of: OBX, when: {OBX.3.1: [F1]}}}
        events:
          - kind: test
            client: PID.3
            at: OBR.7
            id: OBR.3
            when: {drugs: filled}
            fields:
              result: {each: drugs, column: OBX.5, values: {NEG: negative}, worst_of: [negative]}
"""
FORM = """form,state,chart,sent,craving,used,THC,OPI
1,sent,C-1,2026-03-02 20:11,3,no,NEG,
2,draft,C-1,2026-03-03 20:40,8,,,
3,void,C-1,2026-03-04 20:10,5,,,
4,sent,C-1,2026-03-05 20:10,12,yes,POS,POS
5,sent
"""
POST = {"person": "C-1", "readings": [{"id": "r1", "at": "2026-03-02T09:00:00Z", "bac": 0.02},
                                      {"id": "r2", "at": "soon", "bac": 0.02}]}  # fmt: skip


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Terminal]:
    files = {
        "inbox/form.csv": FORM,
        "inbox/people.csv": "ref,enrolled,level\nC-1,2026-01-05,iop\n",
        "post.json": json.dumps(POST),
    }
    write_files(tmp_path, files)
    with terminal_in(tmp_path, CONFIG, capsys) as terminal:
        yield terminal


def explained(site: Terminal, file: str, *more: str) -> list[str]:
    path = site.config.parent / file
    return site("import", "--explain", str(path), *more).splitlines()[1:]


def test_each_part_of_the_mapping_says_what_it_made_and_why_not(site: Terminal) -> None:
    assert explained(site, "inbox/form.csv") == [
        "  config.yaml:14: check_in: made: C-1, 2026-03-02 20:11 in the client's own time, "
        "craving: 3 (from craving), status: completed, id 1",
        "  config.yaml:20: return_to_use: not made: when: 'used' is 'no' and must be yes or maybe, "
        "or 'craving' is '3' and must be at least 9",
        "  config.yaml:25: test: not made: when: 'drugs' is empty and must be filled",
    ]


def test_what_is_skipped_taken_back_or_rejected_says_so(site: Terminal) -> None:
    assert explained(site, "inbox/form.csv", "--line", "3") == [
        "  config.yaml:12: skip_when: skipped: 'state' is 'draft'"
    ]
    assert explained(site, "inbox/form.csv", "--line", "4")[0] == (
        "  config.yaml:14: check_in: taken back: withdraw_when: 'state' is 'void'"
    )
    made = explained(site, "inbox/form.csv", "--line", "5")
    assert made[0] == "  config.yaml:14: check_in: rejected: craving: 12 is more than 10"
    assert made[2].endswith("substances: OPI and THC (from each drugs), id 4")
    assert explained(site, "inbox/form.csv", "--line", "6") == [
        "  config.yaml:10: record: rejected: has 2 cells where the header has 8"
    ]


def test_a_row_of_the_roster_and_a_post_are_explained_too(site: Terminal) -> None:
    assert explained(site, "inbox/people.csv") == [
        "  config.yaml:9: clients: made: ref: C-1, program: iop, enrolled: 2026-01-05"
    ]
    assert explained(site, "post.json", "--source", "breath") == [
        "  config.yaml:34: test: made: C-1, 2026-03-02 09:00 UTC, bac: 0.02 (from bac), id r1"
    ]
    assert explained(site, "post.json", "--source", "breath", "--line", "2")[0].startswith(
        "  config.yaml:34: test: rejected: at: 'soon' is not written as"
    )


def test_each_result_of_a_message_is_explained(site: Terminal) -> None:
    path = site.config.parent / "lab.hl7"
    path.write_text(
        "MSH|^~\\&|L|L|||20260302||ORU^R01|1|P|2.5\nPID|1||C-1\n"
        "OBR|1||A-1||||20260302\nOBX|1|ST|F1||NEG||||||F\n"
        "OBR|2||A-2||||20260302\nOBX|1|ST|F9||NEG||||||F\n"
        "MSH|^~\\&|L|L|||20260302||ADT^A08|2|P|2.5\nPID|1||C-1\n"
        "MSH|^~\\&|L|L|||20260302||ORU^R01|3|P|2.5\nPID|1||C-1\n"
    )
    steps = [
        line for line in explained(site, "lab.hl7", "--source", "lab") if "config.yaml" in line
    ]
    assert steps == [
        "  config.yaml:42: test: made: C-1, 2026-03-02 00:00 in the client's own time, "
        "result: negative (from each drugs), id A-1",
        "  config.yaml:42: test: not made: when: 'drugs' is empty and must be filled",
    ]
    assert "no mapping has a match: for messages of the type ADT^A08" in "".join(
        explained(site, "lab.hl7", "--source", "lab", "--line", "7")
    )
    assert "each: not made: the message has no part 'OBR'" in "".join(
        explained(site, "lab.hl7", "--source", "lab", "--line", "9")
    )


def test_nothing_is_taken(site: Terminal) -> None:
    explained(site, "inbox/form.csv")
    assert not (site.config.parent / "var").exists()


def test_a_file_that_cannot_be_explained_says_why(site: Terminal) -> None:
    folder = site.config.parent
    assert "name the source by --source" in site(
        "import", "--explain", str(folder / "post.json"), code=2
    )
    assert "no record at line 99" in site(
        "import", "--explain", str(folder / "inbox/form.csv"), "--line", "99", code=2
    )
    assert "There is no source 'breaht'; did you mean 'breath'?" in site(
        "import", "--explain", str(folder / "post.json"), "--source", "breaht", code=2
    )
    (folder / "inbox" / "form-2.csv").write_text("form,state\n")
    assert "the header has no column" in site(
        "import", "--explain", str(folder / "inbox/form-2.csv"), code=2
    )


def test_the_example_of_the_page_is_so(site: Terminal) -> None:
    docs = (Path(__file__).parents[3] / "docs" / "sources.md").read_text("utf-8")
    ((mapping, files, _),) = [one for one in examples() if "evening-form.csv" in one[1]]
    indented = "".join(f"      {line}\n" for line in mapping.splitlines())
    site.config.write_text(
        "timezone: America/New_York\nsources:\n  - name: clinic\n    folder: inbox\n    files:\n"
        + indented
    )
    (site.config.parent / "inbox" / "evening-form.csv").write_text(files["evening-form.csv"])
    said = site(
        "import", "--explain", str(site.config.parent / "inbox/evening-form.csv"), "--line", "4"
    )
    assert f"```text\n{said}\n```" in docs
