"""Every kind of text passes the lint, with the longest and worst values.

A new kind cannot be forgotten here.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.messaging import (
    answers,
    client_replies,
    digest,
    drill_texts,
    listing,
    operator_texts,
    supporter_words,
    wording,
)
from engine.messaging.lint import lint
from engine.messaging.listing import Named
from engine.messaging.names import ROLE_WORDS
from engine.model.agreement import LANGUAGES
from engine.model.alert import Act
from engine.model.message import ABOUT_THE_SUPPORTED
from engine.model.rule import SEVERITIES
from engine.model.staff import ROLES

ENGINE = Path(answers.__file__).parents[1]
GREETING = "Handrail: "
# What a text is made into; its words are an argument.
MADE_OF_WORDS = ("NewMessage", "TakenText")
MODULES = (
    answers,
    client_replies,
    digest,
    drill_texts,
    listing,
    operator_texts,
    supporter_words,
    wording,
)
DETAILS = ("none", "reference", "reason")
CODES = (1, 17, 987, 99_999)
# As wide as the columns; beyond GSM-7; words that must not be said.
REFS = ("C-1042", "W" * 64, "€" * 64, "Zoë’s", "OUD-17", "1 STOP")
REASONS = ("", "missed check-ins", "x" * 30 + ", over now", "positive test", "he’s silent")
PEOPLE = ("W" * 15, *ROLE_WORDS.values())
LINKS = ("", "https://console.example.org/a/0123456789")
CALL_NAMES = ("", "Sam", "W" * 15)
ALIASES = ("Robin", "W" * 40, "Jo from rehab", "Zoë 🙂")
ALERTS = [Named(code, ref, urgent) for code in CODES for ref in REFS for urgent in (False, True)]
LISTS = ([], ALERTS[:1], ALERTS[:2], ALERTS, [Named(99_999 - number) for number in range(60)])
ABOUT = (
    [(1, "missed check-ins")],
    [(code, "x" * 30) for code in range(98, 104)],
    [(99_999, "")] * 60,
)
PROMISES = (
    ["alert 1 has nobody"],
    ["source " + "w" * 40 + " cannot be read"] * 9,
    ["source detox is silent"],
)

# How each kind of text is made, by the name of its function: every combination of these.
KINDS: Mapping[str, Sequence[Sequence[Any]]] = {
    "answered": (LANGUAGES,),
    "missing": ((1, 5), LANGUAGES),
    "again": ((1, 6), LANGUAGES),
    "reminder": ((1, 7), LANGUAGES),
    "drill": (CODES,),
    "drill_reaches_nobody": (CODES,),
    "drill_taken": (("A colleague", "W" * 15, "Zoë 🙂"), (0, 1, 90)),
    "drill_yields": (),
    "drill_over": (),
    "to_staff": (REFS, REASONS, CODES, DETAILS, (False, True), LINKS),
    "to_mentor": (ALIASES, CODES),
    "to_supporter": (ABOUT_THE_SUPPORTED, LANGUAGES),
    "of_client": (REFS, ABOUT, DETAILS),
    "of_many": (LISTS[1:], (60, 99_999), (1, 99_999), (True, False)),
    "of_history": (LISTS, (1, 99_999)),
    "reach_nobody": (LISTS[1:], (60, 99_999)),
    "list_page": (LISTS[1:], ("which one? ",), ("Reply a number and A.",), (0, 1, 7)),
    "name": (ALERTS,),
    "sayable": (REFS,),
    "reaches_nobody": (REFS, SEVERITIES, REASONS, CODES, (1, 10**12), DETAILS),
    "in_danger": (REFS, (1, 10**12)),
    "peer_wrote": (REFS, (1, 10**12)),
    "stranger_in_danger": (),
    "opted_out": (REFS, (1, 10**12)),
    "opted_in": (REFS, (1, 10**12)),
    "trial": (REFS,),
    "canary": (),
    "monthly_report": (),
    "unreviewed_access": ((1, 99_999),),
    "restored": (("2026-06-02 12:00 UTC",),),
    "confirm_phone": (CALL_NAMES, ("4821",)),
    "phone_denied": (REFS, (1, 10**12)),
    "supporter_number": (REFS, (1, 10**12)),
    "unconfirmed": (("4821",),),
    "on_call": (("Wednesday 28 Sep 08:00",), (0, 1, 99_999)),
    "emergency_access": (REFS, REFS, DETAILS),
    "held": ((1, 99_999),),
    "judged_in_two_ways": (),
    "news": (PROMISES,),
    "crisis": (("english", "spanish"),),
    "client_help": (("english", "spanish"),),
    "thanks": (("english", "spanish"),),
    "started": (("english", "spanish"),),
    "yours": (ALERTS,),
    "already_taken": (ALERTS, PEOPLE),
    "may_take_over": (ALERTS, PEOPLE),
    "passed_on": (ALERTS, (*ROLES, None), ("", "Tue 08:00"), (False, True)),
    "closed": (ALERTS, ("done", "a false alarm")),
    "already_closed": (ALERTS, ("Mon 13:33",), ("you", "the supervisor")),
    "snoozed": (ALERTS,),
    "undone": (ALERTS, tuple(Act)),
    "acted": ([[answers.yours(alert) for alert in one] for one in LISTS[1:]],),
    "confirm": ([[(act, one) for one in some] for act in Act for some in LISTS[1:]], (False, True)),
    "listed": (LISTS, (0, 1, 7)),
    "which": (LISTS[1:],),
    "not_understood": (LISTS,),
    "details": (
        ALERTS,
        ("Mon 13:33",),
        (["you"], ["you", "the supervisor", "the person on call"]),
        ("Next: the person on call at Tue 00:30.", "It is yours."),
        (False, True),
    ),
    "more": (ALERTS, ("", "Call today. Ask how the week went.", "w" * 400, "Ask about heroin.")),
    "taken_by": (ALERTS, PEOPLE),
    "closed_by": (ALERTS, PEOPLE),
    "open_again": (ALERTS, PEOPLE),
    "cleared": (ALERTS,),
    "void": (ALERTS,),
    "void_many": ((4, 99_999),),
    "wrote_again": (ALERTS, (True, False), (True, False)),
    "answer": ((True, False), LANGUAGES),
    "who_we_are": (LANGUAGES,),
    "ask_number": (CALL_NAMES, ("4821",), LANGUAGES),
    "number_confirmed": (LANGUAGES,),
}
# The last values of these go by name.
BY_KEYWORD = {
    "of_many": ("newly",),
    "confirm": ("only",),
    "wrote_again": ("mine", "supporter"),
    "answer": ("danger", "language"),
    "details": ("mine",),
    "passed_on": ("admins",),
    "to_staff": ("urgent", "link"),
}
# What a text may be made of. There is no name, no number of a phone, no note, no result and no
# title among them.
FIELDS = {
    "admins",
    "muted",
    "ref",
    "reason",
    "code",
    "detail",
    "alias",
    "codes",
    "said",
    "by",
    "as_what",
    "alerts",
    "clients",
    "newly",
}
FIELDS |= {"alert_id", "number", "language", "alert", "to", "act", "acts", "only", "lines"}
FIELDS |= {"at", "since", "told", "following", "mine", "urgent", "who"}
FIELDS |= {
    "minutes",
    "advice",
    "total",
    "page",
    "reply",
    "severity",
    "until",
    "link",
    "kind",
    "supporter",
    "danger",
}


def functions(module: ModuleType) -> dict[str, Callable[..., str]]:
    """All that a module words texts by."""
    return {
        name: one
        for name, one in inspect.getmembers(module, inspect.isfunction)
        if one.__module__ == module.__name__ and not name.startswith("_")
    }


def texts(module: ModuleType, name: str) -> list[str]:
    """A kind of text, with every combination of the worst there is."""
    make = getattr(module, name)
    if isinstance(make, str):
        return [make]
    made = []
    for values in product(*KINDS[name]):
        names = BY_KEYWORD.get(name, ())
        first = len(values) - len(names)
        made.append(make(*values[:first], **dict(zip(names, values[first:], strict=True))))
    return made


def kinds() -> Iterator[tuple[ModuleType, str]]:
    for module in MODULES:
        yield from ((module, name) for name in functions(module))
        yield from (
            (module, name) for name, one in vars(module).items() if str(one).startswith(GREETING)
        )


ALL = [pytest.param(module, name, id=name) for module, name in kinds()]


def test_every_kind_of_text_is_known_here() -> None:
    assert {name for module in MODULES for name in functions(module)} == set(KINDS)


def test_every_file_that_words_texts_is_looked_at() -> None:
    wording_texts = {
        path.stem
        for path in (ENGINE / "messaging").glob("*.py")
        if '"Handrail: ' in path.read_text()
    }
    assert wording_texts == {module.__name__.rpartition(".")[2] for module in MODULES}


def test_no_text_is_worded_anywhere_else() -> None:
    elsewhere = [
        f"{path.relative_to(ENGINE)}:{node.lineno}"
        for path in ENGINE.rglob("*.py")
        if path.parent.name != "messaging" and may_word(text := path.read_text())
        for node in ast.walk(ast.parse(text))
        if worded(node)
    ]
    assert elsewhere == []


def may_word(source: str) -> bool:
    """Whether a file names anything that `worded` looks for; to parse the others takes long."""
    return any(name in source for name in (GREETING, *MADE_OF_WORDS))


def worded(node: ast.AST) -> bool:
    """Whether a text for a phone begins here, or a message gets words written on the spot."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.startswith(GREETING)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") in MADE_OF_WORDS:
        at = 4 if node.func.id == "NewMessage" else 1  # type: ignore[attr-defined]
        given = [
            *node.args[at : at + 1],
            *(each.value for each in node.keywords if each.arg in {"body", "answer"}),
        ]
        return any(
            isinstance(one, ast.JoinedStr | ast.BinOp) or isinstance(getattr(one, "value", 0), str)
            for one in given
        )
    return False


@pytest.mark.parametrize(("module", "name"), ALL)
def test_it_may_be_sent_whatever_it_is_made_of(module: ModuleType, name: str) -> None:
    assert [(text, lint(text)) for text in texts(module, name) if lint(text)] == []


@pytest.mark.parametrize(("module", "name"), ALL)
def test_it_is_made_of_nothing_that_no_text_may_say(module: ModuleType, name: str) -> None:
    make = getattr(module, name)
    assert isinstance(make, str) or inspect.signature(make).parameters.keys() <= FIELDS


@pytest.mark.parametrize("detail", DETAILS)
def test_a_text_says_no_more_of_a_client_than_the_setting_allows(detail: Any) -> None:
    for text in leaks_of(wording, digest, detail):
        assert ("C-1042" in text) == (detail != "none")
        assert ("missed check-ins" in text) == (detail == "reason")


def leaks_of(words: Any, digests: Any, detail: Any) -> list[str]:
    about = [(1, "missed check-ins"), (2, "missed check-ins")]
    return [
        words.to_staff("C-1042", "missed check-ins", 17, detail),
        digests.of_client("C-1042", about, detail),
    ]


# These texts lint their own words, and fall back to others that pass.
SELF_LINTING = {
    "which",
    "listed",
    "not_understood",
    "news",
    "list_page",
    "of_history",
    "of_many",
    "reach_nobody",
    "sayable",
}
# Those that choose among constants, which are looked at themselves.
WITHOUT_WORDS = {
    "crisis", "client_help", "thanks", "started", "answered", "missing", "again",
    "reminder", "to_supporter",
}  # fmt: skip


@pytest.mark.parametrize(("module", "name"), ALL)
def test_a_template_that_is_made_to_leak_is_found(module: ModuleType, name: str) -> None:
    leaking = remade(module, _Leak(name))
    found = texts(leaking, name)
    assert any("relapse" in text for text in found) or name in SELF_LINTING | WITHOUT_WORDS
    assert [text for text in found if "relapse" in text] == [
        text for text in found if "relapse" in text and lint(text)
    ]
    assert any(map(lint, found)) or name in SELF_LINTING | WITHOUT_WORDS


def test_a_template_that_is_made_to_name_the_client_is_found() -> None:
    leaking = compiled(
        wording,
        ast.parse(inspect.getsource(wording).replace("someone {needs}", "{ref} {needs}")),
    )
    assert "C-1042" in leaks_of(leaking, digest, "none")[0]


class _Leak(ast.NodeTransformer):
    """Puts a word that reveals something into all that one function, or one constant, says."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._inside = False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        if node.name != self._name:
            return node
        node.body = node.body[1:]  # the docstring
        return self._changed(node)

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        there = getattr(node.targets[0], "id", "") == self._name or self._inside
        return self._changed(node) if there else node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        leaks = self._inside and isinstance(node.value, str) and " " in node.value
        return ast.Constant(node.value.replace(" ", " relapse ", 1)) if leaks else node  # type: ignore[union-attr]

    def _changed(self, node: ast.AST) -> ast.AST:
        before, self._inside = self._inside, True
        node = self.generic_visit(node)
        self._inside = before
        return node


def remade(module: ModuleType, change: ast.NodeTransformer) -> ModuleType:
    """The module as it would be with a change of its source."""
    return compiled(module, change.visit(ast.parse(inspect.getsource(module))))


def compiled(module: ModuleType, tree: ast.AST) -> ModuleType:
    made = ModuleType(module.__name__)
    code: Any = ast.fix_missing_locations(tree)
    exec(compile(code, str(sys.modules[module.__name__].__file__), "exec"), vars(made))
    return made
