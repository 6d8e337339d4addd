"""Two daemons on one database read one folder at the same time."""

from __future__ import annotations

from engine.flows.intake.ingest import SourceReading
from engine.model.instant import to_us
from tests.kit.csv_site import HOUR, TESTS, CsvSite


def begun(site: CsvSite) -> SourceReading:
    """A daemon's reading that has read the first rows and stored none of them."""
    reading = SourceReading(site.database, site.source(), site.settings.timezone, to_us(site.now))
    reading.take_roster()
    return reading


def test_each_row_counts_once_though_both_read_it(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive,\nC-9,2026-07-01,b,positive,\n")
    one, other = begun(site), begun(site)
    one.take_events()
    stored = site.stored()
    assert site.take_dirty().keys() == {"C-1"}
    other.take_events()
    assert site.stored() == stored
    assert site.versions() == []
    assert site.take_dirty() == {}
    assert len(site.rejects()) == 1


def test_the_slower_one_does_not_undo_a_correction_for_good(site: CsvSite) -> None:
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,positive,\n")
    slow = begun(site)
    site.now += HOUR
    site.write("tests.csv", TESTS + "C-1,2026-07-01,a,negative,\n")
    begun(site).take_events()
    slow.take_events()
    site.read()
    assert site.events() == [("C-1", "2026-07-01 04:00", {"result": "negative"})]
