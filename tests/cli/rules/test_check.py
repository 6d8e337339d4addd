"""`handrail check` shows every mistake with its line and a caret, and warns of likely slips."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import insert

from engine.cli.mistakes import WIDTH, lines_of
from engine.config import load
from engine.errors import Mistake
from engine.flows.rules.reload import RuleFiles, accept_files
from engine.store.database.connection import Database
from engine.store.tables.intake import events
from engine.store.tables.people import clients
from tests.kit.rule_folder import CASES, RULE, RuleFolder
from tests.kit.terminal import typed
from tests.kit.times import NOON

ROOT = Path(__file__).parents[3]


@pytest.fixture
def site(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> RuleFolder:
    return RuleFolder(tmp_path, capsys)


def test_what_is_right_is_said_in_a_line(site: RuleFolder) -> None:
    assert site.handrail("check") == (
        0,
        "1 rule and 2 cases checked: no mistakes, no warnings\n",
        "",
    )


def test_every_mistake_of_every_file_comes_with_its_line_and_a_caret(site: RuleFolder) -> None:
    site.write("config.yaml", "timezone: UTC\nwebb: {port: 1}\n")
    site.write(
        "rules/missed.yaml",
        RULE.replace("status: live", "status: lice").replace("at_least", "at_leest"),
    )
    site.write("rules/missed.cases.yaml", CASES.replace("case: One", "cas: One"))
    code, out, err = site.handrail("check", str(site.rules))
    assert (code, out) == (2, "")
    assert err == (
        "config.yaml:2:1: the key 'webb' is not known here; did you mean 'web'?\n"
        "    webb: {port: 1}\n"
        "    ^\n"
        "rules/missed.cases.yaml:8:5: 'cas' is not a word of a case; did you mean 'case'?\n"
        "      - cas: One\n"
        "        ^\n"
        "rules/missed.yaml:5:13: 'lice' is not a status; did you mean 'live'?\n"
        "        status: lice\n"
        "                ^\n"
    ) + "".join(err[err.index("rules/missed.yaml:9") :])
    assert "'at_leest' is not a word of a 'count:' condition; did you mean 'at_least'?" in err


def test_editors_and_machines_read_it_as_json(site: RuleFolder) -> None:
    site.write("rules/missed.yaml", RULE.replace("status: live", "status: lice"))
    code, out, err = site.handrail("check", "--format", "json")
    (mistake,) = json.loads(out)
    assert (code, err) == (2, "")
    assert mistake == {
        "severity": "error",
        "file": f"{site.folder}/rules/missed.yaml",
        "line": 5,
        "column": 13,
        "message": "'lice' is not a status; did you mean 'live'?",
    }
    site.write("rules/missed.yaml", RULE)
    (site.rules / "missed.cases.yaml").unlink()
    code, out, _ = site.handrail("check", "--format", "json")
    assert (code, [one["severity"] for one in json.loads(out)]) == (0, ["warning"])


def test_a_mistake_met_by_another_command_shows_its_line_too(site: RuleFolder) -> None:
    site.write("rules/missed.yaml", RULE.replace("status: live", "status: lice"))
    code, _, err = site.handrail("explain", "missed")
    assert code == 2
    assert err.splitlines()[1:] == ["        status: lice", "                ^"]


@pytest.mark.parametrize(
    ("command", "all_of_them"), [("check", "check {}"), ("test", "test --rules {} FILE")]
)
def test_where_files_beside_it_were_not_read_a_mistake_may_be_that_their_rules_are_not_known(
    site: RuleFolder, command: str, all_of_them: str
) -> None:
    copy = site.folder / "copy"
    copy.mkdir()
    site.write("copy/missed.yaml", f"{RULE}    quiets: [other]\n")
    said = f"with all its rules: handrail {all_of_them}\n"
    assert said.format("copy") not in site.handrail(command, str(copy / "missed.yaml"))[2]
    site.write("copy/other.yaml", RULE.replace("id: missed", "id: other"))
    code, _, err = site.handrail(command, str(copy / "missed.yaml"))
    assert (code, "there is no rule 'other'" in err) == (2, True)
    assert said.format("copy") in err
    assert site.handrail("check", str(copy))[0] == 0


def test_a_rule_that_is_not_there_is_told_from_those_nearest_to_it(site: RuleFolder) -> None:
    near = RULE.replace("id: missed", "id: two-visits-missed")
    site.write("rules/missed.yaml", near + RULE.split("rules:\n")[1])
    for wanted, offered in (
        ("mised", "did you mean 'missed'?"),
        ("Visits", "did you mean 'two-visits-missed'?"),
        ("craving", "known are missed, two-visits-missed"),
    ):
        code, _, err = site.handrail("explain", wanted)
        assert (code, err) == (2, f"There is no rule '{wanted}'; {offered}\n")


def test_a_policy_that_is_not_there_is_a_mistake(site: RuleFolder) -> None:
    site.write("rules/missed.yaml", f"{RULE}    notify: case_manager_fist\n")
    code, _, err = site.handrail("check")
    assert code == 2
    assert err.startswith(
        "rules/missed.yaml:10:13: there is no routing policy 'case_manager_fist' in the "
        "configuration; "
        "did you mean 'case_manager_first'?\n"
    )


def test_an_urgent_alert_is_never_left_to_mentors(site: RuleFolder) -> None:
    site.write("config.yaml", "timezone: UTC\nrouting: {policies: {mentors: [{to: mentor}]}}\n")
    site.write("rules/missed.yaml", f"{RULE}    notify: mentors\n")
    assert site.handrail("check")[0] == 0
    rising = (
        f"{RULE}    notify: mentors\n    raise: "
        f"{{to: urgent, when: {{count: test, at_least: 1}}}}\n"
    )
    for urgent in (
        rising,
        f"{RULE}    notify: mentors\n".replace("severity: medium", "severity: urgent"),
    ):
        site.write("rules/missed.yaml", urgent)
        code, _, err = site.handrail("check")
        assert code == 2
        assert "tells mentors alone, and an urgent alert must reach staff" in err


def test_a_live_rule_wants_a_case_in_which_it_fires_and_one_in_which_it_is_silent(
    site: RuleFolder,
) -> None:
    beginning = (
        "rules/missed.yaml:3:9: warning: 'missed' is live; add to rules/missed.cases.yaml a case "
    )
    site.write("rules/missed.cases.yaml", CASES.replace("silent: missed", "silent: all"))
    assert site.warnings() == [f"{beginning}in which it stays silent (silent: missed)"]
    site.write(
        "rules/missed.cases.yaml", f"format: 1\ncases:\n{CASES[CASES.index('  - case: One') :]}"
    )
    assert site.warnings() == [f"{beginning}in which it fires"]
    (site.rules / "missed.cases.yaml").unlink()
    assert site.warnings() == [
        f"{beginning}in which it fires and one in which it stays silent (silent: missed)"
    ]
    site.write("rules/missed.yaml", RULE.replace("status: live", "status: shadow"))
    (warning,) = site.warnings()
    assert warning.endswith(
        "'missed' is never tried; add to rules/missed.cases.yaml a case in which it fires"
    )
    site.write("rules/missed.yaml", RULE.replace("status: live", "status: draft"))
    assert site.warnings() == []


def test_what_lies_in_the_folder_and_is_not_read_is_warned_of(site: RuleFolder) -> None:
    for folder in ("before", ".hidden", "pictures"):
        (site.rules / folder).mkdir()
    for name in (
        "before/missed.yaml",
        ".hidden/missed.yaml",
        "pictures/one.svg",
        "notes.txt",
        ".new.yaml.swp",
    ):
        site.write(f"rules/{name}", RULE)
    site.write("rules/stress.yaml.txt", RULE)
    site.write("rules/stress.cases.yaml.txt", CASES)
    rename = "warning: is not read; name it *.yaml, or move it out of the folder of the rules"
    assert site.warnings() == [
        "rules/before: warning: is not read, nor are its rule files; "
        "move them up into the folder of the rules, or this one out of it",
        f"rules/stress.cases.yaml.txt: {rename}",
        f"rules/stress.yaml.txt: {rename}",
    ]
    assert "no warnings" in site.handrail("check", str(site.rules / "missed.yaml"))[1]


def test_stray_files_are_passed_over_and_named(site: RuleFolder) -> None:
    for name in ("._r.yaml", "r.yaml~", "#r.yaml#", "~$r.yaml"):
        site.write(f"rules/{name}", "no: rule")
    (site.rules / ".#r.yaml").symlink_to("anna@pc.1234:1690000000")
    passed_over = "warning: is passed over; an editor, a copy or the system left it"
    named = ("#r.yaml#", ".#r.yaml", "._r.yaml", "r.yaml~", "~$r.yaml")
    assert site.warnings() == [f"rules/{name}: {passed_over}" for name in named]


def test_pipes_and_devices_among_the_rules_are_passed_over_and_named(site: RuleFolder) -> None:
    os.mkfifo(site.rules / "pipe.yaml")
    os.mkfifo(site.rules / "pipe.cases.yaml")
    (site.rules / "zero.yaml").symlink_to("/dev/zero")
    passed_over = "warning: is passed over; an editor, a copy or the system left it"
    named = ("pipe.cases.yaml", "pipe.yaml", "zero.yaml")
    assert site.warnings() == [f"rules/{name}: {passed_over}" for name in named]


def test_rules_may_be_links_to_files(site: RuleFolder, tmp_path: Path) -> None:
    kept = tmp_path / "..data"
    kept.mkdir()
    for file in list(site.rules.iterdir()):
        file.rename(kept / file.name)
        file.symlink_to(kept / file.name)
    assert site.warnings() == []


def test_a_live_rule_that_serves_and_is_in_no_file_is_warned_of(site: RuleFolder) -> None:
    site.write("rules/other.yaml", RULE.replace("id: missed", "id: other"))
    settings = load(site.folder / "config.yaml")
    files = RuleFiles(settings)
    with closing(Database.ready(settings.database)) as database, database.write() as conn:
        accept_files(conn, files, files.read(), NOON)
    (site.rules / "other.yaml").unlink()
    assert (
        "rules: warning: 'other' serves and is in no file; "
        "it stays in force until you write it with status: retired"
    ) in site.warnings()


def test_a_word_that_no_source_has_ever_given_is_warned_of_at_its_rule(site: RuleFolder) -> None:
    settings = load(site.folder / "config.yaml")
    with closing(Database.ready(settings.database)) as database, database.write() as conn:
        conn.execute(insert(clients), {"id": 1, "ref": "C-1", "timezone": "UTC"})
        event = {"client_id": 1, "kind": "test", "source": "lab", "key": "1", "origin": "x:1"}
        given = {"fields": '{"substances":["fentanyl"]}', "occurred_at": 1, "recorded_at": 1}
        conn.execute(insert(events), {**event, **given})
    when = "{count: test, where: {substances: fentanil}, within: 7 days, at_least: 1}"
    site.write("rules/missed.yaml", RULE.replace(RULE.split("when: ")[1], when + "\n"))
    assert [each for each in site.warnings() if "fentanil" in each] == [
        "rules/missed.yaml:9:11: warning: 'missed' asks for 'fentanil' in test.substances, "
        "which no source has ever given; did you mean 'fentanyl'?"
    ]


def test_a_schema_that_is_not_of_this_configuration_is_warned_of(site: RuleFolder) -> None:
    for name in ("rules", "cases"):
        assert (
            site.handrail("schema", name, "--output", str(site.rules / f"{name}.schema.json"))[0]
            == 0
        )
    assert site.warnings() == []
    site.write("config.yaml", "timezone: UTC\nkinds: {journal: {worry: number}}\n")
    assert [warning.split(" ")[0] for warning in site.warnings()] == [
        "rules/rules.schema.json:", "rules/cases.schema.json:",
    ]  # fmt: skip


def test_a_warning_shows_its_line_too(site: RuleFolder) -> None:
    (site.rules / "missed.cases.yaml").unlink()
    assert site.handrail("check")[2].splitlines()[1:] == ["      - id: missed", "            ^"]


def test_a_live_rule_wants_evidence(site: RuleFolder) -> None:
    site.write(
        "rules/missed.yaml", RULE.replace("    evidence: {grade: opinion, source: Ours}\n", "")
    )
    (warning,) = site.warnings()
    assert warning.startswith(
        "rules/missed.yaml:3:9: warning: 'missed' is live and names no evidence"
    )


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("missed tests", "says 'tests', which may reveal something about the client"),
        ("missed \u2713", "holds '\u2713', which plain SMS has not"),
    ],
)
def test_a_reason_that_no_text_may_say_is_warned_of(
    site: RuleFolder, reason: str, said: str
) -> None:
    site.write("rules/missed.yaml", RULE.replace("reason: missed check-ins", f"reason: {reason}"))
    assert site.warnings() == [
        f"rules/missed.yaml:8:13: warning: the reason {said}; texts will leave it out until it "
        f"is fixed"
    ]


def test_a_rule_that_adds_nothing_is_warned_of(site: RuleFolder) -> None:
    other = (
        RULE[RULE.index("  - id") :]
        .replace("id: missed", "id: missed-more")
        .replace("at_least: 2", "at_least: 3")
    )
    site.write("rules/missed.yaml", RULE + other)
    found = [warning for warning in site.warnings() if "adds nothing" in warning]
    assert found == [
        "rules/missed.yaml:16:11: warning: 'missed-more' adds nothing: whenever it holds, "
        "'missed' tells "
        "the same people; delete one of them"
    ]


def test_of_two_rules_that_are_the_same_the_later_one_is_warned_of(site: RuleFolder) -> None:
    site.write(
        "rules/missed.yaml",
        RULE + RULE[RULE.index("  - id") :].replace("id: missed", "id: missed-again"),
    )
    assert [warning.split("'")[1] for warning in site.warnings() if "adds nothing" in warning] == [
        "missed-again"
    ]


def test_one_file_of_the_configured_rules_is_checked_among_the_others(site: RuleFolder) -> None:
    other = RULE.replace("id: missed", "id: other").replace("at_least: 2", "at_least: 1")
    site.write("rules/other.yaml", f"{other}    quiets: [missed]\n")
    code, out, err = site.handrail("check", str(site.rules / "other.yaml"))
    assert (code, out) == (0, "2 rules and 2 cases checked: no mistakes, 1 warning\n")
    assert "rules/other.yaml:3:9: warning: 'other' is live" in err


def test_a_file_anywhere_is_checked_alone_with_its_cases(site: RuleFolder) -> None:
    site.write("mine.yaml", RULE)
    site.write("mine.cases.yaml", CASES)
    for name in ("mine.yaml", "mine.cases.yaml"):
        assert site.handrail("check", str(site.folder / name))[:2] == (
            0, "1 rule and 2 cases checked: no mistakes, no warnings\n"
        )  # fmt: skip
    assert (
        "nowhere.yaml: cannot be read: No such file or directory"
        in site.handrail("check", "nowhere.yaml")[2]
    )


def test_the_shipped_rules_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = typed(capsys, "check", "--config", str(ROOT / "config.yaml"))
    assert code == 0
    assert out.endswith("no mistakes, no warnings\n")


def shown(tmp_path: Path, line: str, column: int) -> list[str]:
    file = tmp_path / "file.yaml"
    file.write_text(line, "utf-8")
    return list(lines_of([Mistake(str(file), 1, column, "wrong")]))[1:]


def test_a_tab_is_one_column_wide(tmp_path: Path) -> None:
    assert shown(tmp_path, "\tx: 1", 2) == ["     x: 1", "     ^"]


def test_a_long_line_is_cut_around_the_place(tmp_path: Path) -> None:
    line, caret = shown(tmp_path, "a" * 300 + "b" + "c" * 300, 301)
    assert line[len(caret) - 1] == "b"
    assert len(line) <= WIDTH + 6
    assert (line[4], line[-1]) == ("…", "…")


def test_a_place_beyond_the_end_of_a_file_has_no_line(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text("x: 1\n", "utf-8")
    assert list(
        lines_of([Mistake(str(file), 9, 1, "wrong"), Mistake(str(file), 0, 0, "wrong")])
    ) == [
        f"{file}:9:1: wrong",
        f"{file}: wrong",
    ]


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    assert (
        shown(tmp_path, "database: postgresql://me:hush@host/x", 11)[0]
        == "    database: postgresql://me:…@host/x"
    )
