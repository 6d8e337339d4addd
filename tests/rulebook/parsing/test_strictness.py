# ruff: noqa: E501 - each message stands in one line, however long
"""All mistakes of a rule file are found at once, each with its place and a helpful message."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import MistakesError
from engine.rulebook.parsing.load import from_texts, load
from tests.kit.generated_people import KINDS

HEAD = "format: 1\nrules:\n"
RULE = "  - {id: a-rule, title: A rule, status: live, severity: low, when: "
GOOD = f"{HEAD}{RULE}{{count: check_in, at_least: 1}}}}\n"


def mistakes(text: str) -> list[str]:
    """The mistakes of one file as `line:column: message`."""
    try:
        from_texts({"rules.yaml": text}, KINDS)
    except MistakesError as error:
        return [str(mistake).removeprefix("rules.yaml:") for mistake in error.mistakes]
    return []


def test_a_good_file_has_none():
    assert mistakes(GOOD) == []


def wrong_conditions() -> list[tuple[str, str]]:
    """Each condition of wrong_conditions.txt, with the line below: a caret and the message."""
    lines = (Path(__file__).parent / "wrong_conditions.txt").read_text("utf-8").splitlines()
    blocks = [line for line in lines if line.strip() and not line.startswith("#")]
    return list(zip(blocks[::2], blocks[1::2], strict=True))


@pytest.mark.parametrize(("condition", "says"), wrong_conditions())
def test_a_wrong_condition_is_said_at_its_place(condition, says):
    column = len(RULE) + says.index("^") + 1
    text = says[says.index("^") + 2 :]
    assert mistakes(f"{HEAD}{RULE}{condition}}}\n") == [f"3:{column}: {text}"]


def rule(**changed: str) -> str:
    words = {"id": "a-rule", "title": "A rule", "status": "live", "severity": "low"}
    words |= {"when": "{count: check_in, at_least: 1}"} | changed
    lines = [f"{word}: {value}" for word, value in words.items() if value]
    return "  - " + "\n    ".join(lines) + "\n"


RULES = [
    ({"id": "A_Rule"}, "3:9: id: 'A_Rule' is not an id; use small letters, digits and single hyphens, such as two-missed"),
    ({"id": ""}, "3:5: a rule needs 'id:' before this"),
    ({"severity": ""}, "6:5: a rule needs 'severity:' before this"),
    ({"when": ""}, "6:5: a rule needs 'when:' after this"),
    ({"why": ">-\n      Text.\n      hold: 2 hours"}, "10:7: 'hold:' is part of the text of 'why' here; indent it as the other keys, or reword it"),
    ({"status": "on"}, "5:13: 'on' is not a status; known are draft, live, retired, shadow"),
    ({"severity": "hihg"}, "6:15: 'hihg' is not a severity; did you mean 'high'?"),
    ({"hold": "0 hours"}, "8:11: hold must be longer than nothing"),
    ({"hold": ""}, None),
    ({"remind": "0 minutes"}, "8:13: remind must be longer than nothing"),
    ({"clears_after": "soon"}, "8:19: clears_after: 'soon' is not a duration; write a number and a unit, such as 45 minutes, 12 hours, 7 days"),
    ({"titel": "x"}, "8:5: 'titel' is not a word of a rule; did you mean 'title'?"),
    ({"if": "x"}, "8:5: 'if' is not a word of a rule; did you mean 'when'?"),
    ({"applies_to": "{}"}, "8:17: applies_to must be written as 'attribute: value' pairs"),
    ({"raise": "{to: low, when: {count: test, at_least: 1}}"}, "8:17: raise goes up: 'low' is not above 'low'"),
    ({"raise": "[{to: high, when: {count: test, at_least: 1}}, {to: high, when: {count: test, at_least: 2}}]"}, "8:64: 'high' stands twice in raise:; join the two conditions with any:"),
    ({"remind": "1 day", "tell_again": "3 days"}, "9:17: choose one of remind: and tell_again:; a reminder would tell people again too soon"),
    ({"raise": "{to: high}"}, "8:12: 'raise:' needs 'when:'"),
    ({"evidence": "{grade: rumour, source: x}"}, "8:23: 'rumour' is not a grade of evidence; known are opinion, published, vendor"),
    ({"quiets": "[a-rule]"}, "8:14: quiets: a rule cannot quiet itself"),
    ({"quiets": "[no-rule]"}, "8:14: quiets: there is no rule 'no-rule'"),
    ({"quiets": "[]"}, "8:13: 'quiets:' must be a list with at least one item"),
    ({"title": "[a]"}, "4:12: 'title' must be one value, not a list or 'key: value' pairs"),
    ({"reason": "these are far too many words to say"}, "8:13: 'reason' is longer than 30 characters; it has 35"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "says"), RULES, ids=[str(changed) for changed, _ in RULES])
def test_a_wrong_rule_is_said_at_its_place(changed, says):
    assert mistakes(HEAD + rule(**changed)) == ([says] if says else [])


FILES = [
    ("", "1:1: the file is empty; begin it with 'format: 1' and 'rules:'"),
    ("# nothing but a comment\n", "1:1: the file is empty; begin it with 'format: 1' and 'rules:'"),
    ("- a\n", "1:1: a rule file must be written as 'key: value' pairs"),
    (GOOD.replace("format: 1", "format: 2"), "1:9: this version reads format 1 alone"),
    (GOOD.replace("format: 1\n", ""), "1:1: a rule file needs 'format:' before this"),
    (f"signals: {{seen: [{{kind: chek_in}}]}}\n{GOOD}", "1:25: 'chek_in' is not a kind of event; did you mean 'check_in'?"),
    (f"signals: {{test: [check_in]}}\n{GOOD}", "1:17: 'test' is already a kind of event; give the signal another name"),
    (f"signals: {{seen: [{{kind: check_in, where: {{craving: 11}}}}]}}\n{GOOD}", "1:52: this never holds: the value lies between 0 and 10; choose another threshold"),
    (HEAD, "2:7: 'rules:' must be a list with at least one item"),
    (GOOD + "ruls: []\n", "4:1: 'ruls' is not a word of a rule file; did you mean 'rules'?"),
    (GOOD + "rules: []\n", "4:1: the key 'rules' stands here twice (first in line 2); keep one"),
    (GOOD.replace("status: live", "status: live, status: draft"), "3:47: the key 'status' stands here twice (first in line 3); keep one"),
    ("format: 1\nrules:\n\t- a\n", "3:1: a tab stands here; YAML is indented with spaces"),
    ("format: 1\nrules:\n  -\ta\n", "3:4: a tab stands here; YAML is indented with spaces"),
    (HEAD + "\u00a0" + GOOD.splitlines()[2][1:] + "\n", "3:1: a space of another kind stands here, as word processors write; write a plain one"),
    (HEAD + "  -\u00a0id: a\n", "3:4: a space of another kind stands here, as word processors write; write a plain one"),
    (HEAD + "  - id: a\n    status:\u00a0live\n", "4:12: a space of another kind stands here, as word processors write; write a plain one"),
    (HEAD + "  - id: a\n    title： A\n", "4:10: '：' is no ':' to YAML; write a plain one, and a space after it"),
    (HEAD + "  - id: a\n   \u00a0title: A\n    status: live\n", "4:4: a space of another kind stands here, as word processors write; write a plain one"),
    ("format: 1\nrules: [\n", "2:9: is not YAML: a bracket is never closed, or holds nothing"),
    ('format: 1\nrules: "a\n\nb\n', "2:8: is not YAML: a quote that begins here is never closed"),
    ("format: 1\nwhy: this: that\n", "2:10: is not YAML: a second ':' in one line, or a line indented too far; quote a text that holds ': '"),
    ("format: 1\n? [a, b]\n: c\n", "2:3: a key must be one word"),
    (GOOD.replace("A rule", "A\0rule"), "3:26: the character '\\x00' cannot stand in a YAML file; delete it, or save the file again as text"),
    (GOOD.replace("A rule", "&x A rule"), "3:25: anchors (&) and aliases (*) are not allowed; write the value out"),
    (GOOD.replace("1}", "*x}"), "3:96: anchors (&) and aliases (*) are not allowed; write the value out"),
    ("[" * 1_000_000, "1:101: lists and 'key: value' pairs are nested more than 100 deep here; nest less"),
    ("{a: " * 100_000, "1:401: lists and 'key: value' pairs are nested more than 100 deep here; nest less"),
    ("- " * 100_000, "1:201: lists and 'key: value' pairs are nested more than 100 deep here; nest less"),
    (GOOD + "lists: {missed: [missed, excused]}\n", "4:17: 'missed' is already a value of a field; give the list another name"),
    (GOOD + "lists: {no: [missed]}\n", "4:9: 'no' is not a name; use small letters, digits and _"),
    (GOOD.replace("check_in,", "check_in, where: {status: gone},") + "lists: {gone: [late, no_show]}\n", "3:102: no word of the list 'gone' is a value here; name another list, or its words"),
    (GOOD.replace("check_in,", "check_in, where: {status: gone},") + "lists: {gon: [missed]}\n", "4:9: nothing asks for 'gon', and line 3 for 'gone', which is not here"),
    (GOOD.replace("count: check_in", "phrase: erly").replace(", at_least: 1", "") + "phrases: {early: {time_since: enrolled, at_most: 9 days}}\n", "4:11: nothing asks for 'early', and line 3 for 'erly', which is not here"),
    (GOOD.replace("low", "low, quiets: [b-rulee]") + "  - {id: b-rule, title: B, status: draft, severity: low, when: {count: test, at_least: 1}}\n", "4:10: 'b-rule' is not quite 'b-rulee', which rules.yaml:3 names"),
    ("format: 1\nrules:\n    title: A\n    when: b\n  - id: b\n", "3:5: is not YAML: line 5 begins with '- ', and these lines do not; is a '- ', or a line, missing here?"),
    ("format: 1\nrules:\n  - id: a\n    title: A\nevidence:\n      grade: x\n    when: b\n", "5:1: is not YAML: this line ends the lines above it, and line 7 goes on with them; look at its indent"),
    (GOOD + "lists: {gone: []}\n", "4:15: the list 'gone' must be a list with at least one item"),
    (GOOD + "phrases: {early: {time_since: enrolled}}\n", "4:18: a comparison is missing; add one of at_least, at_most, more_than, less_than, is, is_not, one_of"),
    (GOOD + "phrases: {early: {phrase: early}}\n", "4:27: there is no phrase 'early' above"),
    (GOOD + "phrases: []\n", "4:10: 'phrases:' must be written as 'name: …' pairs"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), FILES, ids=[text[:60] for text, _ in FILES])
def test_a_wrong_file_is_said_at_its_place(text, says):
    assert says in mistakes(text)


def test_five_mistakes_are_told_all_at_once_and_none_for_a_second_time():
    text = """\
format: 1
lists: {bad: [positive, refussed]}
phrases:
  early: {time_since: enrolled, at_most: 90}
rules:
  - id: one
    title: One
    status: alive
    severity: low
    when: {all: [{phrase: early}, {count: test, where: {result: bad}, at_least: 1}]}
  - id: two
    title: Two
    status: live
    severity: low
    when: {all: [{rule: one}, {rule: three}]}
  - id: two
    title: Two again
    status: live
    severity: low
    when: {latest: check_in.craving, at_least: seven}
"""
    assert mistakes(text) == [
        "2:25: 'refussed' is not a value here; did you mean 'refused'? (line 10 looks for it)",
        "4:42: '90' is not a duration; write a number and a unit, such as 45 minutes, 12 hours, 7 days",
        "8:13: 'alive' is not a status; did you mean 'live'?",
        "15:38: there is no rule 'three'; known are one, two",
        "16:9: the id 'two' stands in rules.yaml:11 already; an id is never used again",
        "20:48: 'seven' is not a number; write digits alone, such as 7 or 2.5",
    ]


def test_an_id_in_another_file_and_a_retired_one_are_taken_too():
    files = {
        "a.yaml": GOOD.replace("status: live", "status: retired"),
        "b.yaml": GOOD,
    }
    with pytest.raises(MistakesError) as error:
        from_texts(files, KINDS)
    assert [str(mistake) for mistake in error.value.mistakes] == [
        "b.yaml:3:10: the id 'a-rule' stands in a.yaml:3 already and is retired; an id is never used again"
    ]


def test_a_file_that_is_not_yaml_is_not_told_again_by_those_that_name_its_rules():
    naming = GOOD.replace("low,", "low, quiets: [other],").replace(
        "count: check_in, at_least: 1", "rule: other"
    )
    with pytest.raises(MistakesError) as error:
        from_texts(
            {"a.yaml": GOOD.replace("a-rule", "other").replace("}}", "}"), "b.yaml": naming}, KINDS
        )
    assert [mistake[0] for mistake in error.value.mistakes] == ["a.yaml"]


def test_rules_that_lead_in_a_circle_are_each_told():
    names = {"one": "two", "two": "three", "three": "one", "four": "one"}
    text = HEAD + "".join(rule(id=name, when=f"{{rule: {other}}}") for name, other in names.items())
    assert mistakes(text) == [
        f"{line}:11: '{name}' leads back to itself; a rule cannot build on its own result"
        for line, name in ((7, "one"), (12, "two"), (17, "three"))
    ]


def test_rules_whose_raise_looks_at_one_another_are_no_circle():
    text = (
        HEAD
        + rule(id="one", **{"raise": "{to: high, when: {rule: two}}"})
        + rule(id="two", when="{rule: one}")
    )
    assert mistakes(text) == []


def test_a_denied_rule_that_looks_at_what_may_be_missing_is_told():
    text = HEAD + rule(id="one", when="{latest: check_in.craving, at_least: 7}")
    text += rule(id="two", when="{all: [{count: test, at_least: 1}, {none: [{rule: one}]}]}")
    assert mistakes(text) == [
        "12:61: under none: the rule 'one' is satisfied by nothing while a value that it looks at is missing; "
        "write what must be true instead, with count: or time_since:, which always have a value"
    ]


def test_yes_no_on_and_off_are_what_they_say():
    for word in ("yes", "Yes", "true", "on", "no", "NO", "false", "off"):
        condition = f"{{count: check_in, where: {{used: {word}}}, at_least: 1}}"
        book = from_texts({"rules.yaml": f"{HEAD}{RULE}{condition}}}\n"}, KINDS)
        (finding,) = book.findings
        ((_, comparison),) = finding.measure.where.fields
        assert comparison.operand == ("yes" if word.lower() in {"yes", "true", "on"} else "no")
    book = from_texts({"rules.yaml": GOOD.replace("A rule", "no").replace("a-rule", "on")}, KINDS)
    assert book.rules["on"].title == "no"


def phrases(count: int, times: int) -> str:
    """Phrases that each use the one above so many times."""
    text = "phrases:\n  phrase_0: {count: check_in, at_least: 1}\n"
    for number in range(1, count):
        text += f"  phrase_{number}: {{any: [{', '.join([f'{{phrase: phrase_{number - 1}}}'] * times)}]}}\n"
    return text


def test_phrases_that_multiply_are_refused_before_they_grow():
    # 9 times as many in each, so the fourth is the first of more than 500; those that use it say
    # nothing more.
    assert mistakes(GOOD + phrases(12, 9)) == [
        "8:149: a rule of more than 500 conditions cannot be followed; split it"
    ]


def test_rules_that_multiply_are_refused_before_they_grow():
    text = HEAD + rule(id="rule-0")
    for number in range(1, 12):
        text += rule(
            id=f"rule-{number}",
            when=f"{{any: [{', '.join([f'{{rule: rule-{number - 1}}}'] * 10)}]}}",
        )
    assert mistakes(text)[0] == (
        "22:11: with the rules that it builds on this is more than 500 conditions; build on fewer"
    )


def test_rules_that_build_on_rules_without_end_are_refused():
    text = HEAD + rule(id="rule-0")
    for number in range(1, 500):
        text += rule(id=f"rule-{number}", when=f"{{rule: rule-{number - 1}}}")
    assert mistakes(text)[0] == (
        "67:11: this builds on rules that build on rules, and so on, more than 12 times; build on fewer"
    )


def test_conditions_nested_deeper_than_anybody_reads_are_refused():
    deep = "{count: check_in, at_least: 1}"
    for _ in range(13):
        deep = f"{{all: [{deep}]}}"
    (mistake,) = mistakes(f"{HEAD}{RULE}{deep}}}\n")
    assert mistake.endswith(
        "conditions are nested more than 12 deep; say part of it as a rule of its own"
    )
    deep_phrase = deep.replace("{all: [", "", 1).removesuffix("]}")
    text = f"{HEAD}{RULE}{{all: [{{phrase: deep}}]}}}}\nphrases: {{deep: {deep_phrase}}}\n"
    (mistake,) = mistakes(text)
    assert mistake.endswith("with this phrase conditions are nested more than 12 deep; nest less")


def test_a_file_in_another_encoding_or_too_large_is_said_with_its_place(tmp_path: Path):
    for name, data, says in (
        ("cp1252.yaml", GOOD.replace("A rule", "Für uns").encode("cp1252"), "3:26: is not UTF-8 here; save the file again as UTF-8"),
        ("large.yaml", b"#" * 2_000_001, " is larger than 2000000 bytes; split it"),
        ("none.yaml", None, " cannot be read: No such file or directory"),
    ):  # fmt: skip
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(MistakesError) as error:
            load(path, KINDS)
        assert [str(mistake) for mistake in error.value.mistakes] == [f"{path}:{says}"]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path):
    path = tmp_path / "windows.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert list(load(path, KINDS).rules) == ["a-rule"]


def test_a_file_that_the_folder_would_pass_over_in_silence_is_told(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(GOOD)
    (tmp_path / "good.cases.yaml").write_text("cases: []\n")
    (tmp_path / "new.yml").write_text(GOOD)
    with pytest.raises(MistakesError) as error:
        load(tmp_path, KINDS)
    assert [str(mistake) for mistake in error.value.mistakes] == [
        f"{tmp_path / 'new.yml'}: is not read; name it *.yaml"
    ]


def test_a_folder_without_rule_files_is_told(tmp_path: Path):
    with pytest.raises(MistakesError, match=r"holds no rule files"):
        load(tmp_path, KINDS)
