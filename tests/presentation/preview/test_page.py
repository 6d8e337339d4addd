"""The page of a preview, as a real browser shows and prints it."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from engine.model.client import Client
from engine.model.instant import DAY_US
from engine.model.rule import SEVERITIES
from engine.model.spans import Span
from engine.model.staff import Staff
from engine.presentation.preview.page import page
from engine.studies.at_risk import AtRisk
from engine.studies.observed_time import FollowUp
from engine.studies.outcome import JudgedAlert
from engine.studies.preview import PreviewQuery, PreviewResult
from engine.studies.simulated_notifications import SimulatedNotifications, SimulatedText
from tests.kit.site import rulebook_of, written_rule
from tests.kit.times import NOON

if TYPE_CHECKING:
    from tests.kit.browser import Tab

NAMES = [
    "two-missed-check-ins",
    "craving-above-own-usual",
    "seven-days-without-contact-of-any-kind",
    "positive-test",
]
BEGAN = NOON - 700 * DAY_US
TITLES = [
    "What would have happened",
    "By rule, side by side",
    "Before positive-test",
    "How long they are open",
    "By group",
    "Who would be told",
]
TITLES += ["Alerts by week", "Which clients", "How the figures are computed"]


def made() -> PreviewResult:
    """Two versions over two years: sixty clients, alerts of every severity, eight recipients."""
    chance = random.Random(1)
    rules = rulebook_of(
        *(written_rule(name, "{count: check_in, last: 9, at_least: 9}") for name in NAMES)
    ).rules
    query = PreviewQuery(0, NOON, "positive-test", lead=7 * DAY_US, horizon=30 * DAY_US)
    found = PreviewResult.empty(query, rules, rules)
    found.first, found.last = BEGAN, NOON
    for number in range(60):
        client = Client(number, f"C-{number:04}", "UTC")
        staff = Staff(
            number % 8, f"CASE-MANAGER-{number % 8}", "case_manager", None, "UTC", None, None
        )
        instants = sorted(BEGAN + round(chance.random() * 700 * DAY_US) for _ in range(12))
        spans = [
            Span(number, chance.choice(NAMES), chance.choice(SEVERITIES), at, at + DAY_US)
            for at in instants
        ]
        for version, alerts in ((found.version, spans), (found.against, spans[::2])):
            assert version is not None
            told = SimulatedNotifications(
                [SimulatedText(span.rule_id, staff, span.began) for span in alerts]
            )
            version.tally.add(client, alerts, told, FollowUp(((BEGAN, NOON),)))
            assert version.outcome is not None
            judged = {
                name: [
                    JudgedAlert(one.severity, one.began, one.ended, one.began)
                    for one in alerts
                    if one.rule_id == name
                ]
                for name in NAMES[:3]
            }
            group = {"program": ("iop", "aftercare with a long name")[number % 2]}
            version.outcome.add(AtRisk(BEGAN, instants[-1], NOON), group, judged)
    return found


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_text(page(made(), "UTC"))
    return path


def test_it_shows_without_a_word_of_complaint_and_fetches_nothing(tab: Tab, written: Path) -> None:
    tab.open(written, 1200)
    assert tab.said == []
    assert tab.asked_for == [written.as_uri()]
    assert tab.evaluate("[...document.querySelectorAll('h2')].map(h => h.innerText)") == [
        *TITLES[:2],
        "What is gained, what is lost",
        *TITLES[2:],
    ]


@pytest.mark.parametrize("width", [400, 1200])
def test_nothing_reaches_beyond_the_window(tab: Tab, written: Path, width: int) -> None:
    tab.open(written, width)
    assert tab.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    # A table may scroll by itself, but the words of a chart must stay inside it.
    outside = """[...document.querySelectorAll('svg text, svg rect')].filter(one => {
        const box = one.getBoundingClientRect(), chart = \
one.ownerSVGElement.getBoundingClientRect();
        return box.left < chart.left - 1 || box.right > chart.right + 1 || box.bottom > \
chart.bottom + 1;
    }).map(one => one.outerHTML)"""
    assert tab.evaluate(outside) == []


@pytest.mark.parametrize("width", [400, 1200])
def test_words_of_a_chart_do_not_lie_over_one_another(tab: Tab, written: Path, width: int) -> None:
    tab.open(written, width)
    over = """[...document.querySelectorAll('svg.chart')].flatMap(chart => {
        const boxes = [...chart.querySelectorAll('text')].map(text => [text.textContent, \
text.getBoundingClientRect()]);
        return boxes.flatMap(([one, a], i) => boxes.slice(i + 1).filter(([, b]) =>
            a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom
        ).map(([other]) => one + ' / ' + other));
    })"""
    assert tab.evaluate(over) == []


def test_each_chart_has_a_title_and_a_table_beside_it(tab: Tab, written: Path) -> None:
    tab.open(written, 1200)
    charts = tab.evaluate(
        """[...document.querySelectorAll('svg.chart')].map(chart => [chart.getAttribute('role'),
            document.getElementById(chart.getAttribute('aria-labelledby')).textContent,
            chart.closest('section').querySelectorAll('table').length > 0])"""
    )
    assert [(role, has_table) for role, _, has_table in charts] == [("img", True)] * 3
    assert [title.split()[0] for _, title, _ in charts] == ["How", "Texts", "Alerts"]


def test_by_dark_it_is_light_on_dark_and_on_paper_dark_on_light(tab: Tab, written: Path) -> None:
    sum_of = (
        "getComputedStyle(document.body).%s.match(/\\d+/g).slice(0, 3).reduce((sum, n) => sum + "
        "Number(n), 0)"
    )

    def is_light(colour: str) -> bool:
        found: int = tab.evaluate(sum_of % colour)
        assert not 150 < found < 600
        return found >= 600

    tab.open(written, 1200, "dark")
    assert (is_light("color"), is_light("backgroundColor")) == (True, False)
    tab.page.emulate_media(media="print", color_scheme="dark")
    assert (is_light("color"), is_light("backgroundColor")) == (False, True)


def test_it_prints_on_a_few_sheets(tab: Tab, written: Path) -> None:
    tab.open(written, 1200)
    paper = tab.page.pdf(format="A4")
    assert paper.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= 12


def test_whatever_a_ref_holds_nothing_of_it_runs(tab: Tab, tmp_path: Path) -> None:
    found = made()
    tally = found.version.tally
    tally.clients = {"<img src=x onerror=document.title='run'>": tally.clients.popitem()[1]}
    (tmp_path / "page.html").write_text(page(found, "UTC"))
    tab.open(tmp_path / "page.html", 1200)
    assert tab.evaluate("document.title") == "Handrail preview"
    assert tab.evaluate("document.images.length") == 0
