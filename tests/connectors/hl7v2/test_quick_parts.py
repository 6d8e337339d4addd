"""Parts that are segments are read once for equal fields, and say what each path finds in them."""

from __future__ import annotations

from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.hl7v2.hl7_form import Hl7Form, whole
from connectors.hl7v2.hl7_message import read_message
from connectors.hl7v2.settings import MessageMapping
from connectors.mapping.flat_records import FlatRecords

FIELD = st.text('A1^~&\\"FU', max_size=4)
SEGMENT = st.tuples(st.sampled_from(["OBX", "NTE", "OBR", "ORC"]), st.lists(FIELD, max_size=12))
MAPPING = MessageMapping.model_validate(
    {
        "match": "ORU",
        "parts": {
            "near": {"of": "OBX", "when": {"OBX.3": "filled", "OBX.status": {"is_not": "final"}}},
            "single": {"of": "OBX"},
            "noted": {"of": "OBX", "when": {"NTE.1": "filled"}},
        },
        "events": [
            {
                "kind": "test",
                "client": "OBR.2",
                "at": "OBR.3",
                "fields": {
                    "substances": [
                        {"each": "near", "column": "OBX.5.2"},
                        {"each": "single", "column": "OBX.4.1.2"},
                        {"each": "noted", "column": "OBX.5"},
                    ]
                },
            }
        ],
    }
)


@given(st.lists(st.lists(SEGMENT, max_size=5), min_size=1, max_size=3))
@settings(max_examples=150, deadline=None)
def test_the_quick_way_to_parts_finds_what_the_paths_find(
    messages: list[list[tuple[str, list[str]]]],
) -> None:
    read = [
        read_message("\r".join(["MSH|^~\\&|||||||ORU", *("|".join([n, *f]) for n, f in segments)]))
        for segments in messages
    ]
    quick = FlatRecords(MAPPING, Hl7Form())
    with patch.object(Hl7Form, "quick", return_value=None):
        careful = FlatRecords(MAPPING, Hl7Form())
    for message in read:
        assert list(quick.rows(whole(message), 1)) == list(careful.rows(whole(message), 1))
