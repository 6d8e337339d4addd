"""config.yaml: read strictly, every mistake at once with its place, and nothing in it surprises."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors import registry
from connectors.twilio.settings import TwilioSettings
from engine.config import load
from engine.model.event_kinds import BUILT_IN, Field
from engine.model.instant import SECOND_US
from tests.config.config_file import Write, mistakes, read


def test_a_timezone_is_all_that_must_be_said(write: Write, tmp_path: Path) -> None:
    settings = read(write, "")
    assert settings.database == f"sqlite:///{tmp_path}/var/handrail.db"
    assert settings.rules == tmp_path / "rules"
    assert settings.sms.file == tmp_path / "var/printed_sms.jsonl"
    assert settings.audit.anchor == tmp_path / "var/audit_anchor.jsonl"
    assert settings.kinds == BUILT_IN
    assert settings.web.host == "127.0.0.1"


def test_every_mistake_is_told_at_once_with_its_place(write: Write) -> None:
    path = write(
        """\
timezone: America/New_Yrok
databse: sqlite:///x.db
notify_within: 3 fortnights
kinds:
  weekly_result: {result: [positive, negative]}
sources:
  - name: site
    folder: inbox
    files:
      - match: "*.csv"
        encodign: utf-8
        events:
          - {kind: check_in, client: who}
          - {kind: weekly_resutl, client: who, at: {column: day}}
          - {kind: check_in, name: b, client: who, at: {column: day}, fields: {status: {always: \
mised}}}
sms: {gateway: twillio}
web: {port: eighty, hots: localhost}
ticks: {ingest: 0 seconds}
"""
    )
    places = [mistake.split(": ")[0] for mistake in mistakes(path)]
    assert places == [
        "1:11",
        "2:1",
        "3:16",
        "11:9",
        "13:13",
        "14:20",
        "15:97",
        "16:16",
        "17:13",
        "17:21",
        "18:17",
    ]
    said = "\n".join(mistakes(path))
    assert "'America/New_Yrok' is not a time zone" in said
    assert "the key 'databse' is not known here; did you mean 'database'?" in said
    assert "the key 'encodign' is not known here; did you mean 'encoding'?" in said
    assert "'at:' is missing here; add it" in said
    assert "no kind of event 'weekly_resutl'; did you mean 'weekly_result'?" in said
    assert "gateway: 'twillio' is not one of printed, twilio" in said
    assert "port: 'eighty' is not a whole number" in said


def test_of_several_missing_keys_each_is_told(write: Write) -> None:
    path = write("timezone: UTC\nsources: [{}]\n")
    assert [mistake.split(": ", 1)[1].split(" ")[0] for mistake in mistakes(path)] == [
        "'files:'",
        "'folder:'",
        "'name:'",
    ]


def test_words_of_yaml_1_1_mean_what_was_typed(write: Write) -> None:
    settings = read(
        write,
        "kinds: {answer: {said: [yes, no, on, off, 010, 12:30, 2026-01-02, ~x]}}\n"
        "sms: {gateway: twilio, twilio: {from_number: +15005550006}}\n",
    )
    choices = settings.kinds["answer"].fields["said"].choices
    assert choices == ("yes", "no", "on", "off", "010", "12:30", "2026-01-02", "~x")
    assert isinstance(settings.sms.own, TwilioSettings)
    assert settings.sms.own.from_number == "+15005550006"


@pytest.mark.parametrize(
    ("sms", "says"),
    [
        ("{gateway: twilio}", "2:6: gateway: twilio needs a part twilio: with its settings"),
        ("{gateway: pigeon}", "2:16: gateway: 'pigeon' is not one of printed, twilio"),
        (
            "{detail: everything}",
            "2:15: detail: 'everything' is not one of none, reference, reason",
        ),
        (
            "{twilio: {}}",
            "2:15: twilio: needs either from_number or messaging_service, and not both",
        ),
        ("{twilo: {}}", "2:7: the key 'twilo' is not known here; did you mean 'twilio'?"),
        (
            "{twilio: {from_nubmer: +15550100}}",
            "2:16: the key 'from_nubmer' is not known here; did you mean 'from_number'?",
        ),
        ("twilio", "2:6: sms: needs 'key: value' pairs here"),
        (
            "{twilio: {auth_token: 0123456789abcdef}}",
            "2:28: auth_token: says where the secret is, such as {env: NAME} or {file: PATH}, and "
            "never the secret itself; a secret that stood in a file is best changed",
        ),
    ],
)
def test_a_mistake_about_texts_is_told_where_it_stands(write: Write, sms: str, says: str) -> None:
    assert says in mistakes(write(f"timezone: UTC\nsms: {sms}\n"))


def test_what_a_gateway_needs_may_wait_while_another_is_chosen(write: Write) -> None:
    settings = read(write, "sms: {gateway: printed, twilio: {from_number: +15005550006}}\n")
    assert (settings.sms.gateway, settings.sms.own) == ("printed", None)


TWILIO = "{gateway: twilio, %stwilio: {from_number: +15005550006%s}}"


@pytest.mark.parametrize(
    ("sms", "verifies"),
    [
        ("{gateway: printed}", False),
        ("{gateway: printed, verify_numbers: true}", True),
        (TWILIO % ("", ""), True),
        (TWILIO % ("verify_numbers: false, ", ""), False),
        (TWILIO % ("", ', base_url: "http://127.0.0.1:4010"'), False),
    ],
)
def test_numbers_are_verified_where_texts_reach_real_phones(
    write: Write, sms: str, verifies: bool
) -> None:
    assert read(write, f"sms: {sms}\n").sms.verifies_numbers is verifies


def test_a_source_of_no_known_type_is_refused_with_those_there_are(write: Write) -> None:
    (mistake,) = mistakes(write("timezone: UTC\nsources:\n  - {name: a, type: carrier_pigeon}\n"))
    known = ", ".join(registry.SOURCES)
    assert mistake == f"3:21: type: 'carrier_pigeon' is not one of {known}"


def test_a_site_adds_kinds_and_fields(write: Write) -> None:
    settings = read(
        write,
        """\
kinds:
  weekly_result: {result: [positive, negative], week: number, score: {number: [0, 10]}, sober: \
flag, by: word,
                  tags: list, remark: text}
  check_in: {anxiety: {number: [0, 10]}}
""",
    )
    assert settings.kinds["weekly_result"].fields == {
        "result": Field("choice", choices=("positive", "negative")),
        "week": Field("number"),
        "score": Field("number", low=0, high=10),
        "sober": Field("flag"),
        "by": Field("word"),
        "tags": Field("list"),
        "remark": Field("text"),
    }
    assert settings.kinds["check_in"].fields["anxiety"] == Field("number", low=0, high=10)
    assert settings.kinds["check_in"].fields["craving"] == BUILT_IN["check_in"].fields["craving"]
    assert settings.kinds["test"] == BUILT_IN["test"]


@pytest.mark.parametrize(
    ("kinds", "says"),
    [
        (
            "check_in: {craving: number}",
            "check_in.craving is a built-in field and cannot be changed",
        ),
        ("visit: {rating: {number: [10, 0]}}", "the lowest number 10 must be below the highest 0"),
        ("visit: {rating: {number: [0]}}", "needs its two bounds"),
        ("visit: {result: [seen, seen]}", "holds a value twice"),
        ("visit: {result: []}", "is not a type of field"),
        ("visit: {result: wrod}", "'wrod' is not a type of field"),
        ("Visit 2: {result: word}", "is not of the form"),
        (
            "enrolled: {result: word}",
            "'enrolled' means something else in rules or cases; give the kind another name",
        ),
        (
            "at: {result: word}",
            "'at' means something else in rules or cases; give the kind another name",
        ),
    ],
)
def test_a_kind_that_cannot_be(write: Write, kinds: str, says: str) -> None:
    (mistake,) = mistakes(write(f"timezone: UTC\nkinds:\n  {kinds}\n"))
    assert says in mistake


def test_ticks_and_durations_are_written_in_words(write: Write) -> None:
    settings = read(write, "ticks: {ingest: 0.2 seconds, audit: 2 minutes}\nnotify_within: 1 day\n")
    assert settings.ticks.ingest == SECOND_US // 5
    assert settings.ticks.audit == 120 * SECOND_US
    assert settings.notify_within == 86_400 * SECOND_US


def test_the_environment_overrides_the_database(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDRAIL_DATABASE_URL", "postgresql://handrail:geheim@db/handrail")
    assert (
        read(write, "database: sqlite:///x.db").database
        == "postgresql://handrail:geheim@db/handrail"
    )


def test_a_password_does_not_belong_into_the_file(write: Write) -> None:
    (mistake,) = mistakes(
        write("timezone: UTC\ndatabase: postgresql://handrail:geheim@db/handrail\n")
    )
    assert mistake == "2:11: holds a password; give the URL in HANDRAIL_DATABASE_URL"


def test_a_postgres_url_without_a_password_is_taken_as_it_is(write: Write) -> None:
    assert (
        read(write, "database: postgresql://handrail@db/handrail").database
        == "postgresql://handrail@db/handrail"
    )


def test_folders_may_come_from_the_environment(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RULES_HERE", "/srv/rules")
    assert read(write, "rules: ${RULES_HERE}/live").rules == Path("/srv/rules/live")
    monkeypatch.delenv("RULES_HERE")
    (mistake,) = mistakes(write("timezone: UTC\nrules: ${RULES_HERE}/live\n"))
    assert mistake == "2:8: rules: the environment variable RULES_HERE is not set; set it to a path"


def test_two_sources_of_one_name_are_refused(write: Write) -> None:
    source = (
        "{name: site, folder: inbox, files: [{match: '*.csv', events: [{kind: check_in, client: "
        "c, at: {column: d}}]}]}"
    )
    (mistake,) = mistakes(write(f"timezone: UTC\nsources: [{source}, {source}]\n"))
    assert "two sources are called site" in mistake


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"", "1:1: holds no settings"),
        (b"# nothing but this\n", "1:1: holds no settings"),
        (b"- a\n- b\n", "1:1: holds no settings"),
        (
            "timezone: UTC\n# für die Klinik\n".encode("cp1252"),
            "2:4: is not UTF-8 here; save the file again as UTF-8",
        ),
        (b"timezone: UTC\nweb: {port: 80", "2:15: is not YAML"),
        (b'timezone: UTC\nrules: "ru', "2:8: is not YAML"),
        (b"timezone: UTC\nweb:\n\tport: 80\n", "3:1: a tab stands here"),
        (b"timezone: UTC\ntimezone: UTC\n", "2:1: the key 'timezone' stands here twice"),
        (b"timezone: &a UTC\nrules: *a\n", "1:11: anchors"),
        (b"timezone: UTC\nweb:\n", "2:5: web: needs 'key: value' pairs here"),
        (b"timezone: UTC\nsources:\n", "2:9: sources: needs a list here"),
        (b"timezone: UTC\nrules: a\0b\n", "2:9: the character '\\x00' cannot stand in a YAML file"),
    ],
)
def test_a_file_that_cannot_be_read_at_all(write: Write, text: bytes, says: str) -> None:
    (mistake,) = mistakes(write(text))
    assert mistake.startswith(says)


def test_a_config_that_is_not_there(tmp_path: Path) -> None:
    assert mistakes(tmp_path / "config.yaml") == [" cannot be read: No such file or directory"]


def test_without_its_part_there_is_no_console(write: Write) -> None:
    assert load(write("timezone: UTC\n")).console is None


@pytest.mark.parametrize("url", ["https://handrail.example", "http://127.0.0.1:8471"])
def test_a_console_is_called_over_tls_or_on_this_machine(write: Write, url: str) -> None:
    console = load(write(f"timezone: UTC\nconsole: {{url: '{url}'}}\n")).console

    assert console is not None
    assert console.url == url


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://handrail.example", "must begin with https://"),
        ("https://handrail.example/console", "must be a URL without a path"),
        ("handrail.example", "must be a URL without a path"),
    ],
)
def test_a_console_that_others_could_read_is_refused(write: Write, url: str, why: str) -> None:
    (found,) = mistakes(write(f"timezone: UTC\nconsole: {{url: '{url}'}}\n"))

    assert why in found


def test_links_in_texts_need_the_consoles_url(write: Write) -> None:
    linked = "timezone: UTC\nsms: {link: true}\nconsole: {url: https://handrail.example}\n"

    assert load(write(linked)).telling.links == "https://handrail.example/a/"
    assert load(write("timezone: UTC\n")).telling.links == ""


@pytest.mark.parametrize("console", ["", "console: {port: 8471}\n"])
def test_links_in_texts_without_the_consoles_url_are_refused(write: Write, console: str) -> None:
    (found,) = mistakes(write(f"timezone: UTC\nsms: {{link: true}}\n{console}"))

    assert "sms: link: needs the url: by which people call the console" in found
