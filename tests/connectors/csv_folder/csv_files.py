"""The files of a folder."""

from __future__ import annotations

from datetime import timedelta

from tests.kit.csv_site import CsvSite

CHECK_INS = "client,at,craving,note\n"


DAEMON = timedelta(minutes=1)


def results(site: CsvSite) -> list[object]:
    return [fields.get("result") for _, _, fields in site.events("test")]  # type: ignore[attr-defined]
