"""The public samples of HL7 v2, and messages that Hypothesis makes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

SAMPLES = sorted(
    (Path(__file__).parents[4] / "shared" / "data" / "connectors").glob("hl7v2-*/*.hl7")
)
_TEXT = st.text(st.sampled_from("abcXYZ019 .-/é"), max_size=6)
_ESCAPES = st.sampled_from(["", "", "", "\\F\\", "\\S\\", "\\T\\", "\\R\\", "\\E\\"])
_LEAVES = st.builds("{}{}{}".format, _TEXT, _ESCAPES, _TEXT)


def _joined(inner: st.SearchStrategy[str], separator: str) -> st.SearchStrategy[str]:
    return st.lists(inner, min_size=1, max_size=3).map(separator.join)


_FIELDS = _joined(_joined(_joined(_LEAVES, "&"), "^"), "~")
_SEGMENTS = st.builds(
    lambda name, fields: "|".join([name, *fields]),
    st.sampled_from(["PID", "OBR", "OBX", "NTE", "ZAB"]),
    st.lists(_FIELDS, max_size=6),
)
HEADER = "MSH|^~\\&|LAB|SITE|||20260302090000||ORU^R01|1|P|2.5"
# python-hl7 drops spaces at the end of the last segment, so the last one has none.
MESSAGES = st.lists(_SEGMENTS, max_size=5).map(
    lambda lines: "".join(f"{line}\r" for line in [HEADER, *lines, "ZZZ|1"])
)
