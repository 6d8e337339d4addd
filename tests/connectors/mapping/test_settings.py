"""Reading the mapping of CSV files finds each mistake in it, and explains it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import load
from engine.errors import MistakesError
from tests.kit.csv_site import settings_of

EVENT = "- {match: x.csv, events: [{kind: test, client: who, at: day, %s}]}"
FIELD = EVENT % "fields: {result: %s}"
ROSTER = "- {match: x.csv, roster: clients, columns: {ref: who, %s}}"


def mistakes(folder: Path, files: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        settings_of(folder, files)
    return [
        str(mistake).partition("config.yaml:")[2].split(": ", 1)[1]
        for mistake in caught.value.mistakes
    ]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (EVENT % "id: who", "the id is the client alone, so each row of a client would replace"),
        (EVENT % "fields: {resutl: r}", "test has no field 'resutl'; did you mean 'result'?"),
        (
            "- {match: x.csv, events: [{kind: tets, client: w, at: d}]}",
            "there is no kind of event 'tets'; did you mean 'test'?",
        ),
        (FIELD % "{always: postive}", "test.result: 'postive' is not one of negative, positive"),
        (FIELD % "{column: r, values: {POS: postive}}", "test.result: 'postive' is not one of"),
        (FIELD % "{column: r, if_empty: none}", "test.result: 'none' is not one of"),
        (FIELD % "{column: r, split: ;}", "this field takes one; say which with part: 1"),
        (
            FIELD % "[{when: {a: b}, always: positive}, {always: nope}]",
            "test.result: 'nope' is not one of",
        ),
        (FIELD % "{colum: r}", "the key 'colum' is not known here; did you mean 'column'?"),
        (
            FIELD % "{column: r, always: positive}",
            "needs either column: (where the value stands) or always:",
        ),
        (FIELD % "{always: positive, if_empty: negative}", "always: gives the value itself"),
        (
            FIELD % "{column: r, otherwise: positive}",
            "otherwise: is for cells that values: does not name",
        ),
        (FIELD % "{column: r, part: 1}", "part: needs split:"),
        (
            FIELD % "{column: r, required: yes, if_empty: missed}",
            "a cell cannot be required: and have an if_empty: too",
        ),
        (
            FIELD % "{column: r, values: {pos: positive, POS: negative}}",
            "says twice what 'POS' means",
        ),
        (FIELD % "{column: r, values: {}}", "must say what each cell means"),
        (FIELD % "[]", "must name at least one column"),
        (EVENT % "when: {}", "must name a column and what it must be"),
        (EVENT % "when: {a: {}}", "asks nothing"),
        (EVENT % "when: {a: {at_least: few}}", "at_least: 'few' is not a number"),
        (EVENT % "id: []", "must name at least one"),
        (
            "- {match: x.csv, events: [{kind: test, client: w, at: {column: d, format: '%Q'}}]}",
            "'%Q' is not known in a date",
        ),
        (
            "- {match: x.csv, events: [{kind: test, client: w, at: {column: d, format: '%m/%d'}}]}",
            "does not say which day",
        ),
        (
            "- {match: x.csv, events: [{kind: test, client: w, at: {date: d}}]}",
            "needs either column: alone, or date: and time:",
        ),
        ("- {match: x.csv}", "needs either roster:"),
        ("- {match: x.csv, roster: clients}", "roster: and columns: belong together"),
        (
            "- {match: x.csv, roster: clients, columns: {enrolled: day}}",
            "'ref:' is missing here; add it",
        ),
        (
            "- {match: x.csv, roster: people, columns: {ref: a}}",
            "roster: 'people' is not one of clients, identifiers",
        ),
        (
            ROSTER % "attributes: {enrolled: day}",
            "'enrolled' is not an attribute; write it beside attributes:",
        ),
        (
            ROSTER % "attributes: {has_mentor: mentor}",
            "'has_mentor' comes from the assignments; map those instead",
        ),
        (
            "- {match: ../x.csv, roster: clients, columns: {ref: a}}",
            "is a pattern of file names inside the folder",
        ),
        (
            "- {match: x.csv, delimiter: ab, roster: clients, columns: {ref: a}}",
            "must be one character",
        ),
        (
            "- {match: x.csv, encoding: latin, roster: clients, columns: {ref: a}}",
            "'latin' is not one of utf-8, cp1252",
        ),
        (
            "- {match: x.csv, timezone: Mars/Base, roster: clients, columns: {ref: a}}",
            "'Mars/Base' is not a time zone",
        ),
        (
            "- {match: x.csv, events: [{kind: test, client: w, at: d}, {kind: test, client: w, "
            "at: e}]}",
            "makes two events of one kind from a row; give each a name: of its own",
        ),
        (
            "- {match: x.csv, events: [{kind: test, client: w, at: d}]}\n"
            "- {match: y.csv, events: [{kind: test, client: w, at: d}]}",
            "2 mappings make test events; give each a name: of its own",
        ),
    ],
)
def test_a_mistake_is_told_in_words_that_help(tmp_path: Path, files: str, words: str) -> None:
    assert any(words in mistake for mistake in mistakes(tmp_path, files)), mistakes(tmp_path, files)


def test_a_mistake_is_told_where_it_stands(tmp_path: Path) -> None:
    with pytest.raises(MistakesError) as caught:
        settings_of(
            tmp_path,
            """
            - match: x.csv
              events:
                - kind: test
                  client: who
                  at: {column: day, format: "%Q"}
                - kind: check_in
                  client: who
                  at: day
                  fields:
                    moood: {always: 3}
            """,
        )
    assert [mistake[1:3] for mistake in caught.value.mistakes] == [(11, 39), (16, 22)]


def test_a_folder_may_name_an_environment_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.yaml"
    source = (
        "{name: a, folder: '${EXPORTS}/daily', files: [{match: x, roster: staff, columns: {ref: "
        "a, role: b}}]}"
    )
    path.write_text(f"timezone: UTC\nsources: [{source}]\n", "utf-8")
    monkeypatch.delenv("EXPORTS", raising=False)
    with pytest.raises(MistakesError, match="the environment variable EXPORTS is not set"):
        load(path)
    monkeypatch.setenv("EXPORTS", "/srv/exports")
    assert load(path).sources[0].folder == Path("/srv/exports/daily")


def test_what_a_later_version_adds_changes_nothing_about_a_mapping(tmp_path: Path) -> None:
    mapping = settings_of(tmp_path, FIELD % "{column: r, if_empty: negative}").sources[0].files[0]
    assert "decimal" not in repr(mapping)
    assert "if_empty" in repr(mapping)
