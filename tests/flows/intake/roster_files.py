"""The files of a roster, their mapping, and the rows that they gave."""

from __future__ import annotations

from sqlalchemy import Table, select

from tests.kit.csv_site import CsvSite

MAPPING = """
- match: clients*.csv
  roster: clients
  columns:
    ref: ref
    timezone: zone
    phone: phone
    enrolled: enrolled
    ended: ended
    discharged: discharged
    leave_began: left
    leave_ended: back
    attributes: {program: program}
- match: phases*.csv
  roster: clients
  columns: {ref: ref, as_of: since, attributes: {phase: phase}}
- match: staff*.csv
  roster: staff
  columns:
    {ref: ref, call_name: called, role: role, phone: phone, quiet_from: from, quiet_to: to,
     active: active}
- match: cases*.csv
  roster: assignments
  columns: {client: client, staff: staff, role: role, began: began, ended: ended}
- match: pairs*.csv
  roster: assignments
  columns: {client: client, staff: staff, role: {always: mentor}}
- match: consents*.csv
  roster: consents
  columns: {client: client, staff: staff, alias: alias, scope: {always: outreach}, purpose: \
{always: support},
            given: given, expires: expires, revoked: revoked}
"""


HEADER = "ref,zone,phone,enrolled,ended,discharged,left,back,program\n"


C1 = "C-1,America/New_York,,2026-01-05,,,,,\n"


STAFF = "ref,role,phone,from,to,active\n"


CASES = "client,staff,role,began,ended\n"


CONSENTS = "client,staff,alias,given,expires,revoked\n"


JD = "JD,Case Manager,212 555 0142,22:00,7:00,\n"


def said(site: CsvSite, *rows: str) -> list[tuple[str, str, str | None]]:
    """The record of C-1 after the clients file said each of these in turn."""
    for row in rows:
        site.write("clients.csv", HEADER + row + "\n")
        site.read()
    assert site.rejects() == []
    return site.record("C-1")


def rows(site: CsvSite, table: Table, *columns: str) -> list[tuple[object, ...]]:
    with site.database.read() as conn:
        found = conn.execute(select(*(table.c[name] for name in columns)).order_by(table.c.id))
        return [tuple(row) for row in found]
