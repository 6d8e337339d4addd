"""A preview as one page that needs nothing else: tables, charts, light and dark, on a phone and on paper."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape

from engine.model.rule import SEVERITIES
from engine.presentation.charts import hours, lead_times, stacked_columns
from engine.presentation.preview.prediction import foretelling_rules
from engine.presentation.preview.section import PAGE, Section
from engine.presentation.preview.sections import Sections
from engine.studies.preview import PreviewResult
from engine.studies.tally import UNTOLD

# Of a long table each column of the page takes so many rows.
_AT_ONCE = 26
_MOST_RECIPIENTS = 20
_NONE: Mapping[str, int] = {}
_SORTS = (*SEVERITIES[::-1], UNTOLD)

_STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2126; --soft: #5d6770; --line: #d9dee3; --shade: #eef1f4;
  --urgent: #a3174f; --high: #d9541e; --medium: #e9a23b; --low: #3b7ea1; --untold: #a9b2ba; }
@media (prefers-color-scheme: dark) { :root { --paper: #15191d; --ink: #e6eaee; --soft: #9aa5af; --line: #343c44;
  --shade: #222930; --urgent: #e0558c; --high: #f0763f; --medium: #f0b95c; --low: #63a8cc; --untold: #67727c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; margin: 1rem 0 0; }
h2 { font-size: 1.2rem; margin: 0 0 .25rem; }
section { margin: 2.5rem 0; }
p { margin: .25rem 0 .75rem; max-width: 46rem; color: var(--soft); }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--low); }
.beside { display: flex; flex-wrap: wrap; gap: 0 3rem; align-items: start; }
table { border-collapse: collapse; font-size: .875rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .3rem 1rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom; }
tbody th { font-weight: 500; }
th.number, td.number { text-align: right; }
td.number, #weeks th { white-space: nowrap; }
tbody th.under { padding-left: 1.25rem; color: var(--soft); }
#clients td:last-child, #difference td:last-child { min-width: 18rem; }
.chart { display: block; margin: .75rem 0 1rem; overflow: visible; }
.chart text { fill: var(--ink); font-size: 13px; }
.chart .tick { fill: var(--soft); font-size: 11px; }
.grid { stroke: var(--line); }
.axis { stroke: var(--soft); }
.median { stroke: var(--ink); stroke-width: 3; }
.urgent { fill: var(--urgent); }
.high { fill: var(--high); }
.medium { fill: var(--medium); }
.low { fill: var(--low); }
.untold { fill: var(--untold); }
.night { fill: var(--shade); }
.against { fill: var(--ink); }
.key { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; margin: 0 0 1rem; }
.key { font-size: .875rem; }
.key svg { width: .75rem; height: .75rem; margin-right: .4rem; }
@media (max-width: 40rem) {
  table { font-size: .8rem; }
  th, td { padding-right: .7rem; }
}
@media print {
  :root { color-scheme: light; --paper: #fff; --ink: #000; --soft: #444; --line: #bbb; --shade: #e8e8e8;
    --urgent: #a3174f; --high: #d9541e; --medium: #e9a23b; --low: #3b7ea1; --untold: #a9b2ba; }
  @page { margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 10pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  section { margin: 1.5rem 0; }
  .wide { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding: .15rem .6rem .15rem 0; }
  h2, p { break-after: avoid; }
  .chart, .key, tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""


def page(preview: PreviewResult, zone: str) -> str:
    """The whole page; clients and staff stand in it by their refs alone."""
    sections = Sections(preview, zone, PAGE)
    body = "\n".join(
        _section(section, _chart(section.name, preview, sections)) for section in sections.all()
    )
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        # Nothing is fetched and nothing runs, whatever a ref or a rule's id may hold.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>Handrail preview</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n<main>\n<h1>Handrail preview</h1>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _section(section: Section, chart: str) -> str:
    text = f"<p>{escape(section.text)}</p>" if section.text else ""
    chunks = [section.rows[at : at + _AT_ONCE] for at in range(0, len(section.rows), _AT_ONCE)]
    # Weeks are short rows, so that a long table of them stands in several columns.
    is_short = section.name == "weeks" and len(chunks) > 1
    tables = "".join(
        _table(section, chunk) for chunk in (chunks if is_short else [section.rows]) if chunk
    )
    if is_short:
        tables = f'<div class="beside">{tables}</div>'
    return f'<section id="{section.name}">\n<h2>{escape(section.title)}</h2>\n{text}\n{chart}\n{tables}\n</section>'


def _table(section: Section, rows: tuple[tuple[str, ...], ...]) -> str:
    heads = "".join(
        f'<th scope="col"{_class(name)}>{escape(name.removeprefix(">"))}</th>'
        for name in section.columns
    )
    head = (
        f"<thead><tr>{heads}</tr></thead>\n"
        if any(name.strip(">") for name in section.columns)
        else ""
    )
    body = "\n".join(f"<tr>{_cells(section.columns, row)}</tr>" for row in rows)
    # A table may be wider than a phone; it then scrolls by itself, by keyboard too.
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(section.title)}, table">'
        f"<table>\n{head}<tbody>\n{body}\n</tbody>\n</table></div>"
    )


def _cells(columns: tuple[str, ...], row: tuple[str, ...]) -> str:
    under = ' class="under"' if row[0].startswith(" ") else ""
    cells = (
        f"<td{_class(name)}>{escape(cell)}</td>"
        for name, cell in zip(columns[1:], row[1:], strict=True)
    )
    return f'<th scope="row"{under}>{escape(row[0])}</th>{"".join(cells)}'


def _class(column: str) -> str:
    return ' class="number"' if column.startswith(">") else ""


def _chart(name: str, preview: PreviewResult, sections: Sections) -> str:
    match name:
        case "weeks":
            return _weeks(preview, sections.mondays()[-PAGE.weeks :])
        case "recipients":
            return _recipients(preview)
        case "outcome":
            return _leads(preview)
        case _:
            return ""


def _weeks(preview: PreviewResult, mondays: list[date]) -> str:
    if not mondays:
        return ""
    ours, theirs = (
        preview.version.tally.weeks,
        preview.against.tally.weeks if preview.against else None,
    )
    columns = [(monday.isoformat(), ours.get(monday, _NONE)) for monday in mondays]
    marks = (
        None if theirs is None else [sum(theirs.get(monday, _NONE).values()) for monday in mondays]
    )
    chart = stacked_columns("Alerts by week and severity", columns, _SORTS, marks)
    present = [sort for sort in reversed(_SORTS) if any(layers.get(sort) for _, layers in columns)]
    return chart + _key([*present, *(["against"] if marks else [])])


def _key(sorts: list[str]) -> str:
    swatch = '<svg aria-hidden="true"><rect class="{0}" width="100%" height="100%"/></svg>{0}'
    return (
        '<ul class="key">' + "".join(f"<li>{swatch.format(sort)}</li>" for sort in sorts) + "</ul>"
    )


def _recipients(preview: PreviewResult) -> str:
    by_load = sorted(
        preview.version.tally.recipients.items(), key=lambda item: (-item[1].texts, item[0])
    )
    rows = [
        (f"{ref} ({one.role.replace('_', ' ')})", one.by_hour)
        for ref, one in by_load[:_MOST_RECIPIENTS]
    ]
    return hours("Texts by recipient and hour; the night is shaded", rows) if rows else ""


def _leads(preview: PreviewResult) -> str:
    found = preview.version.outcome.rules if preview.version.outcome else {}
    rows = [
        (rule_id, leads)
        for rule_id in foretelling_rules(preview)
        if rule_id in found and (leads := found[rule_id].leads)
    ]
    title = f"Days from the first alert to {preview.query.outcome}: the median, the middle half, the least and the most"
    return f"<p>{escape(title)}.</p>" + lead_times(title, rows) if rows else ""
