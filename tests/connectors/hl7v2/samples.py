"""The public samples of HL7 v2, and messages that Hypothesis makes."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

SAMPLES = sorted(
    (Path(__file__).parents[4] / "shared" / "data" / "connectors").glob("hl7v2-*/*.hl7")
)
_PIECES = ["a", "Z9", " ", ".", "é", "|", "|", "^", "~", "&", *(f"\\{code}\\" for code in "FSTRE")]
_SEGMENTS = st.builds(
    lambda name, pieces: f"{name}|{''.join(pieces)}",
    st.sampled_from(["PID", "OBR", "OBX", "NTE", "ZAB"]),
    st.lists(st.sampled_from(_PIECES), max_size=20),
)
HEADER = "MSH|^~\\&|LAB|SITE|||20260302090000||ORU^R01|1|P|2.5"
# python-hl7 drops spaces at the end of the last segment, so the last one has none.
MESSAGES = st.lists(_SEGMENTS, max_size=5).map(
    lambda lines: "".join(f"{line}\r" for line in [HEADER, *lines, "ZZZ|1"])
)
