"""Records with an inside become rows: one, or one for each part at a path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.mapping.flat_records import FlatRecords
from connectors.mapping.json_form import JsonForm
from connectors.mapping.path_checks import check_paths
from connectors.mapping.rows import Harvest, Rows
from connectors.mapping.settings import RowMapping
from engine.model.event_kinds import BUILT_IN
from engine.model.instant import from_us

REPORT: dict[str, Any] = {
    "parts": {"analytes": {"of": "results", "when": {"state": {"is_not": ["cut-off", "wrong"]}}}},
    "events": [
        {
            "kind": "test",
            "client": "subject.identifier[system=urn:ref].value",
            "at": "taken",
            "id": "report",
            "version": "edited",
            "withdraw_when": {"analytes": "empty"},
            "fields": {
                "method": {"always": "urine"},
                "result": {
                    "each": "analytes",
                    "column": "value",
                    "values": {"POS": "positive", "NEG": "negative"},
                    "worst_of": ["positive", "negative"],
                },
                "substances": {"each": "analytes", "when": {"value": "POS"}, "column": "code.name"},
            },
        }
    ],
}
SAID: dict[str, Any] = {
    "report": "R-1",
    "edited": "3",
    "taken": "2026-03-02T09:15:00-05:00",
    "subject": {"identifier": [{"system": "urn:mrn", "value": "77"},
                               {"system": "urn:ref", "value": "C-1042"}]},
    "results": [
        {"code": {"name": "opioids"}, "value": "POS", "state": "final"},
        {"code": {"name": "cocaine"}, "value": "NEG", "state": "final"},
        {"code": {"name": "cocaine"}, "value": "300", "state": "cut-off"},
    ],
}  # fmt: skip


def harvest(mapping: dict[str, Any], *records: Any) -> Harvest:
    read = RowMapping.model_validate(mapping)
    flat = FlatRecords(read, JsonForm())
    rows, into = Rows(read, flat.header, BUILT_IN, None), Harvest()
    for line, record in enumerate(records, 1):
        rows.take(flat.rows(record, line), 0, into)
    return into


def test_a_report_with_its_analytes_is_one_event() -> None:
    (event,) = harvest(REPORT, SAID).events
    assert (event.client, event.key, event.version) == ("C-1042", "test:R-1", 3)
    assert from_us(event.occurred_at).isoformat() == "2026-03-02T14:15:00+00:00"
    assert event.fields == '{"method":"urine","result":"positive","substances":["opioids"]}'


def test_an_event_goes_when_none_of_its_parts_is_left() -> None:
    gone = {**SAID, "results": [{"state": "wrong"}]}
    into = harvest(REPORT, gone)
    assert into.events == []
    assert [(each.key, each.version) for each in into.gone] == [("test:R-1", 3)]


READINGS: dict[str, Any] = {
    "each": "data.readings",
    "events": [
        {
            "kind": "test",
            "client": "/data.person",
            "at": "at",
            "id": ["/data.person", "n"],
            "fields": {"method": {"always": "breath"}, "bac": "bac"},
        }
    ],
}


def test_each_part_is_a_row_that_sees_its_record_and_is_rejected_alone() -> None:
    said = {
        "data": {
            "person": "C-1",
            "readings": [
                {"n": "1", "at": "2026-03-02 09:00", "bac": "0.00"},
                {"n": "2", "at": "2026-03-02 10:00", "bac": "high"},
                {"n": {"x": "y"}, "at": "2026-03-02 11:00", "bac": "0.02"},
            ],
        }
    }
    into = harvest(READINGS, said)
    assert [event.key for event in into.events] == ["test:C-1\x1f1"]
    assert [reject.reason for reject in into.rejects] == [
        "bac: 'high' is not a number",
        "n: is no single value; name one of its keys: x",
    ]
    assert into.rows == 3


def test_several_values_are_a_list_and_never_an_id_or_a_client() -> None:
    mapping = {"events": [{"kind": "test", "client": "who", "at": "at", "id": "id",
                           "fields": {"substances": "found"}}]}  # fmt: skip
    said = {"who": "C-1", "at": "2026-03-02", "id": "1", "found": ["opioids", "cannabis"]}
    twice = {**said, "id": ["1", "2"]}
    two = {**said, "who": ["C-1", "C-2"], "id": "3"}
    into = harvest(mapping, said, twice, two)
    assert [event.fields for event in into.events] == ['{"substances":["cannabis","opioids"]}']
    assert [reject.reason.partition(";")[0] for reject in into.rejects] == [
        "id: has several values",
        "client (from who): has several values",
    ]


def test_without_an_id_the_same_record_in_another_order_is_the_same_event() -> None:
    mapping = {"events": [{"kind": "test", "client": "who", "at": "at"}]}
    said = {"who": "C-1", "at": "2026-03-02", "more": "x"}
    keys = {event.key for event in harvest(mapping, said, dict(reversed(said.items()))).events}
    assert len(keys) == 1


def mistakes(mapping: dict[str, Any]) -> Iterator[tuple[Any, str]]:
    return check_paths(mapping, JsonForm())


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"each": "a..b"}, ("each",)),
        ({"skip_when": {"a[": "x"}}, ("skip_when", "a[")),
        ({"parts": {"p": {"of": "a."}}}, ("parts", "p", "of")),
        ({"parts": {"p": {"of": "a", "when": [{"b.": "x"}]}}}, ("parts", "p", "when", 0, "b.")),
        ({"events": [{"client": [{"column": "a["}]}]}, ("events", 0, "client", 0, "column")),
        ({"events": [{"at": {"date": "a[", "time": "b"}}]}, ("events", 0, "at", "date")),
        ({"events": [{"id": ["a", "b["]}]}, ("events", 0, "id", 1)),
        ({"events": [{"version": {"column": "b["}}]}, ("events", 0, "version", "column")),
        ({"events": [{"withdraw_when": {"b[": "x"}}]}, ("events", 0, "withdraw_when", "b[")),
        ({"events": [{"fields": {"bac": {"column": "b["}}}]},
         ("events", 0, "fields", "bac", "column")),
        ({"events": [{"each": "q"}]}, ("events", 0, "each")),
        ({"columns": {"ref": "a[", "attributes": {}}}, ("columns", "ref")),
        ({"columns": {"attributes": {"x": "a["}}}, ("columns", "attributes", "x")),
    ],
)  # fmt: skip
def test_each_wrong_path_has_its_place(change: dict[str, Any], place: tuple[Any, ...]) -> None:
    assert [found for found, _ in mistakes(change)] == [place]
