"""The page of an export is for people: fields in words, instants to the minute."""

from __future__ import annotations

from engine.presentation.export_page import export_page


def test_it_shows_fields_in_words_and_instants_to_the_minute() -> None:
    event = {
        "occurred_at": "2026-06-01T09:00:00-04:00", "kind": "test", "source": "lab", "note": None,
        "fields": '{"result":"positive","substances":["alcohol"]}',
    }  # fmt: skip
    page = export_page("C-1", "2026-06-02T12:00:00-04:00", {"events": [event], "evaluations": [{}]})
    assert "Everything about C-1, as of 2026-06-02 12:00" in page
    for cell in ("2026-06-01 09:00", "result: positive, substances: alcohol", "lab"):
        assert f">{cell}</t" in page
    assert "Evaluations" not in page
