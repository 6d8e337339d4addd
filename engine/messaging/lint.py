"""The lint of every text: one segment, GSM-7 characters, no word that reveals anything."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter

from engine.model.letter_template import LetterTemplate

SEGMENT = 160  # septets

_BASIC = frozenset(
    "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("^{}\\[~]|€")  # these take two septets
_GSM_7 = _BASIC | _EXTENSION
_PLAIN_SIGNS = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "ł": "l", "Ł": "L"}
)

# Whole words; a * stands for any ending. A rule too strict costs a few words of a text; a rule too
# lax costs a client's privacy.
_CONDITIONS = """
abus* addict* alcohol* anxi* aud bipolar death* dependen* depress* diagnos* die died disorder* dui
gad harm* hepatitis hiv hopeless* mental* od oud overdos* phq pregnan* psych* ptsd schizo*
self-harm* sud suicid* withdrawal*
amphetamine* beer benzo* booze cannabis coca* cocaine codeine crack crystal cutting dope drink*
drug* drunk* ecstasy fentanyl heroin hydrocodone intoxica* ketamine kratom liquor lsd marijuana mdma
meth methamphetamine* morphine nicotine opiate* opioid* oxycodone oxycontin oxy pcp pill pills smok*
spice substance* thc tobacco tramadol tranq vap* vodka weed wine xanax xylazine
acamprosate antabuse buprenorphine disulfiram dose* dosing inject* mat medic* meds methadone moud
nalox* naltrexone narcan pharmac* prescri* sublocade suboxone subutex valium vivitrol refill*
"""
_REVEALING = """
adulterat* bac blood breath* clean dilut* dirty hair inconclusive lab labs negativ* positiv* result*
saliva sample* score* screen* specimen* test tests tested testing tox* ua uas uds urine
12-step aa abstin* aftercare clinic* counsel* crav* detox* discharg* doctor* enrol* health*
hospital* inpatient iop na
mood outpatient patient* php recover* rehab* relaps* residential sick sober* sobriety stress*
therap* treat* use used uses using user
court jail parole prison probation
"""


@cache
def _pattern(listed: str) -> re.Pattern[str]:
    """Return the pattern of some words, compiled at its first use.

    It takes a while, and most commands never need it.
    """
    words = [re.escape(word).replace(r"\*", "[a-z]*") for word in sorted(set(listed.split()))]
    # Grouped by first letter, so that a few letters rule out most places of a text.
    initials = (
        f"{first}(?:{'|'.join(word[1:] for word in of)})"
        for first, of in groupby(words, itemgetter(0))
    )
    return re.compile(rf"(?<![a-z])(?:{'|'.join(initials)})(?![a-z])", re.IGNORECASE)


# Words that carriers keep for themselves: in a reply they opt people in or out.
_KEYWORD = "stop|stopall|unsubscribe|end|quit|cancel|revoke|optout|yes|start|unstop|help|info"
# How a text may say that STOP ends all texts, which is what carriers take it for.
OPT_OUT_LINES = ("Reply STOP to end.", "Responda STOP para terminar.")
_ASKED_FOR = re.compile(
    rf"\b(?:{_KEYWORD.upper()})\b"
    rf"|(?i:\b(?:reply|replying|answer|text|send|\d+)\W+(?:\d+\W+)?(?:{_KEYWORD})\b)"
)


def in_gsm_7(text: str) -> str:
    """Spell a client's ref or alias in the characters of plain SMS: `C-Zoë` as `C-Zoe`.

    Args:
        text: The ref or alias.

    Returns:
        The text without characters that have no such spelling; "" if less than half of its letters
        and digits are left.
    """
    plain = text.translate(_PLAIN_SIGNS)
    found = "".join(each if each in _GSM_7 else _near(each) for each in plain).strip()
    return found if 2 * _letters_in(found) >= max(_letters_in(text), 1) else ""


def _near(foreign: str) -> str:
    """Return the characters of plain SMS that a foreign one is made of, such as e of ë."""
    return "".join(one for one in unicodedata.normalize("NFKD", foreign) if one in _GSM_7)


def _spelt(foreign: Sequence[str]) -> str:
    """Say how to write foreign characters that have a near one, such as o for \u00f3."""
    near = {one: _near(one.translate(_PLAIN_SIGNS)) for one in foreign}
    found = [one for one in near.values() if one]
    return f"; write {', '.join(map(repr, found))}" if len(found) == len(foreign) else ""


def _letters_in(text: str) -> int:
    return sum(each.isalnum() for each in text)


def septets(text: str) -> int:
    """Return how many septets the text takes; a character outside GSM-7 counts as one."""
    return len(text) + sum(map(text.count, _EXTENSION))


def lint(text: str) -> list[str]:
    """Return the objections to a text, or to words meant for one.

    Returns:
        A sentence for each objection; empty if the text may be sent.
    """
    objections = []
    foreign = sorted(set(text) - _GSM_7)
    if foreign:
        objections.append(
            f"holds {', '.join(map(repr, foreign))}, which plain SMS has not{_spelt(foreign)}"
        )
    if septets(text) > SEGMENT:
        objections.append(f"is {septets(text)} characters long; one SMS has room for {SEGMENT}")
    if revealing := _pattern(_CONDITIONS + _REVEALING).search(text):
        objections.append(f"says '{revealing[0]}', which may reveal something about the client")
    if asked := _ASKED_FOR.search(_without_opt_out_lines(text)):
        objections.append(f"asks for a word that carriers take for themselves: '{asked[0]}'")
    return objections


def _without_opt_out_lines(text: str) -> str:
    for line in OPT_OUT_LINES:
        text = text.removesuffix(line)
    return text


def named_condition(text: str) -> str | None:
    """Return the first word of a text that names a condition, substance or medicine, if any."""
    found = _pattern(_CONDITIONS).search(text)
    return found[0] if found else None


def refused_words(template: LetterTemplate) -> dict[str, str]:
    """Return words of a template's own texts that no consent covers, and the texts they stand in.

    A condition, a substance or a medicine is in no scope, so no letter may name one.
    """
    texts = [text for words in (template.text.english, template.text.spanish)
             for text in words.sentences]  # fmt: skip
    return {word: text for text in texts if (word := named_condition(text))}


def first_clean(wordings: Sequence[str]) -> str:
    """Return the first wording that may be sent.

    The last one must hold nothing from outside, so that it always may.
    """
    return next((wording for wording in wordings if not lint(wording)), wordings[-1])
