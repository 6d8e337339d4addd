"""The settings of config.yaml: frozen, strict, and each room's part in that room's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, InstanceOf, ValidationInfo, field_validator

from engine.model.audit_settings import AuditSettings
from engine.model.config_path import ConfigPath
from engine.model.duration import Duration
from engine.model.entry import SOURCE as BY_HAND
from engine.model.event_kinds import BUILT_IN, Kind
from engine.model.identity_provider import IdentityProviderSettings
from engine.model.instant import DAY_US, MINUTE_US, SECOND_US
from engine.model.letter_settings import LetterSettings
from engine.model.mail_settings import MailSettings
from engine.model.notification_settings import FollowUps, NotificationSettings
from engine.model.on_call import Rotation
from engine.model.outages import USUAL, OutageSettings
from engine.model.retention_settings import RetentionSettings
from engine.model.routing import Microseconds, RoutingSettings
from engine.model.schedule import ANSWERS, GOALS, SOURCE
from engine.model.secret import Secret
from engine.model.site_kinds import SiteKinds
from engine.model.sms_settings import SmsSettings
from engine.model.source_settings import SourceSettings
from engine.model.strict import Strict
from engine.model.timezone import Timezone
from engine.model.wake_settings import NtfySettings, WebhookSettings
from engine.model.watch_settings import WatchSettings


def _interval(us: Duration) -> Duration:
    if not SECOND_US // 20 <= us <= 60 * MINUTE_US:
        raise ValueError("must be between 0.05 seconds and 60 minutes")
    return us


Interval = Annotated[Microseconds, AfterValidator(_interval)]


class TickSettings(Strict):
    """How often each flow steps, and how long a step may take before the process ends.

    Attributes:
        ingest: How often sources are read that have no interval of their own.
        evaluate: How often clients with news, and alerts whose next step is due, are looked at.
        deliver: How often texts that are due are handed to the gateway.
        audit: How often the watchdog looks for broken promises.
        rules: How often rule files are looked at. Two looks that find the same accept a change.
        reconcile: How often the carrier is asked about texts that it has not reported. Only a
            carrier that keeps records is asked.
        give_up_after: How long a step may take. After that the process ends with exit code 3, and
            the service manager starts it again.
    """

    ingest: Interval = 10 * SECOND_US
    evaluate: Interval = 5 * SECOND_US
    deliver: Interval = 5 * SECOND_US
    audit: Interval = MINUTE_US
    rules: Interval = 2 * SECOND_US
    reconcile: Interval = MINUTE_US
    give_up_after: Microseconds = 15 * MINUTE_US


class WebSettings(Strict):
    """The address at which carriers and sources post, and at which health and metrics are read.

    Attributes:
        host: The address of this machine to listen on. Give another than 127.0.0.1 only behind a
            proxy that speaks TLS, because Handrail itself speaks plain HTTP.
        port: The TCP port; 0 takes any that is free.
        token: Where a token is that callers of /metrics and /readyz must bring, as in
            `Authorization: Bearer TOKEN`. Without it everybody who reaches the port reads them.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8470
    token: Secret | None = None


class ConsoleTls(Strict):
    """The files with which the console speaks TLS.

    The daemon reads them when it starts, and again on SIGHUP.

    Attributes:
        cert: The PEM file of the certificate, with the chain to its authority.
        key: The PEM file of its private key. Its mode should be 0600.
    """

    cert: ConfigPath
    key: ConfigPath


class ConsoleSettings(Strict):
    """Where the console is served, the URL by which people call it, and how rules are released.

    Attributes:
        host: The address of this machine to listen on. Give another than 127.0.0.1 only with `tls:`
            or behind a proxy that speaks TLS.
        port: The TCP port; 0 takes any that is free.
        tls: The certificate and key with which the console itself speaks TLS. Without them a proxy
            does, or it is for people on this machine alone.
        url: The URL by which people call it, such as https://handrail.example. Without it the
            console is for people on this machine alone.
        release: Whether a rule needs a second person to release it.
        identity_provider: The site's OpenID Connect provider. Without it people sign in by password
            or passkey alone.
        key: The key that encrypts the secrets of authenticator apps in the database; handrail
            accounts key makes one. Without it they stand there as they are.
        previous_key: The key before it. The daemon reads by it, and encrypts by the new one.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8471
    tls: ConsoleTls | None = None
    url: str | None = None
    release: Literal["two_people", "one_person"] = "two_people"
    identity_provider: IdentityProviderSettings | None = None
    key: Secret | None = None
    previous_key: Secret | None = None

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "https://localhost")
        local = parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if not parts.hostname or parts.path not in {"", "/"} or parts.query:
            raise ValueError("must be a URL without a path, such as https://handrail.example")
        if parts.scheme != "https" and not (parts.scheme == "http" and local):
            raise ValueError("must begin with https://, because others can read what http:// sends")
        return url.rstrip("/") if url else None


class LogSettings(Strict):
    """How the daemon logs on stderr.

    Attributes:
        format: Lines for people, or JSON for programs that collect logs.
        level: The least grave lines that are written.
    """

    format: Literal["console", "json"] = "console"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Strict):
    """The whole of config.yaml.

    `engine.config.load` reads each connector's part by the registry.

    Attributes:
        database: Where everything is kept: sqlite:///FILE, or postgresql://USER@HOST/NAME. A URL
            with a password belongs into the environment variable HANDRAIL_DATABASE_URL, which
            overrides this key.
        timezone: The site's time zone, such as America/New_York. It applies to clients who have
            none of their own.
        rules: The folder of the rule files.
        plans: The folder of schedules, question sets and texts to clients.
        matching: The file that says which mentors fit a client. It may be missing.
        kinds: The site's own kinds of event, each with its fields, and fields added to built-in
            kinds.
        sources: Where events and the people come from.
        routing: Who is told about an alert, step by step, until a person has taken it.
        on_call: The rotations of the people on call.
        sms: How texts go out.
        notify_within: An alert that began longer ago than this is history, and texts nobody.
        outages: When silence counts as missing data, so that alerts wait instead of texting people.
        ticks: How often each flow steps.
        web: Where the daemon takes calls, and shows health and metrics.
        console: The pages for people. Without this part there is no console.
        log: How the daemon logs.
        watch: How people hear that the daemon itself has stopped.
        mail: E-mails of urgent alerts, beside the texts. Without this part there are none.
        ntfy: Pushes of urgent alerts, beside the texts. Without this part there are none.
        webhook: A program that wakes people for urgent alerts, beside the texts. Without this part
            nothing is posted.
        letters: Letters under a client's consent: their templates, and who writes them.
        audit: A second place for the head of the audit trail.
        retention: How long words are kept that are no longer needed.
    """

    database: str = Field(default="sqlite:///var/handrail.db", validate_default=True)
    timezone: Timezone
    rules: ConfigPath = Field(default=Path("rules"), validate_default=True)
    plans: ConfigPath = Field(default=Path("plans"), validate_default=True)
    matching: ConfigPath = Field(default=Path("matching.yaml"), validate_default=True)
    if TYPE_CHECKING:
        kinds: Mapping[str, Kind]
    else:
        kinds: SiteKinds = BUILT_IN
    sources: tuple[InstanceOf[SourceSettings], ...] = ()
    routing: RoutingSettings = RoutingSettings()
    on_call: tuple[Rotation, ...] = ()
    sms: InstanceOf[SmsSettings] = Field(default_factory=SmsSettings)
    notify_within: Microseconds = 3 * DAY_US
    outages: OutageSettings = USUAL
    ticks: TickSettings = TickSettings()
    web: WebSettings = WebSettings()
    console: ConsoleSettings | None = Field(default=None, validate_default=True)
    log: LogSettings = LogSettings()
    watch: WatchSettings = WatchSettings()
    # Without this part there are none.
    mail: MailSettings | None = None
    ntfy: NtfySettings | None = None
    webhook: WebhookSettings | None = None
    # Made while the settings are read, so that their defaults lie beside config.yaml too.
    letters: LetterSettings = Field(default_factory=dict, validate_default=True)
    audit: AuditSettings = Field(default_factory=dict, validate_default=True)
    retention: RetentionSettings = RetentionSettings()

    @property
    def database_file(self) -> Path | None:
        """The file of a SQLite database; None if a server holds the database."""
        path = self.database.partition("?")[0].removeprefix("sqlite:///")
        return Path(path) if self.database.startswith("sqlite:///") else None

    @property
    def canary_at(self) -> Duration | None:
        """When the text of the day goes, as the time since midnight; None if none does."""
        return self.watch.canary_at(reaches_phones=self.sms.reaches_phones)

    @property
    def one_person_releases(self) -> bool:
        """Whether the author of a rule may release it alone."""
        return self.console is not None and self.console.release == "one_person"

    @property
    def telling(self) -> NotificationSettings:
        """The settings of notification."""
        url = self.console.url if self.console else None
        links = f"{url}/a/" if url and self.sms.link else ""
        return NotificationSettings(
            self.routing,
            self.sms.detail,
            self.notify_within,
            self.outages,
            links=links,
            follow_ups=self.follow_ups,
            apart=SECOND_US // self.sms.texts_a_second,
        )

    @property
    def follow_ups(self) -> FollowUps:
        """What follows a text of an urgent step that is not answered."""
        return FollowUps(
            self.sms.call_after,
            self.mail.after if self.mail else None,
            self.ntfy.after if self.ntfy else None,
            self.webhook.after if self.webhook else None,
        )

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that sources give clients; None if no source tells of clients."""
        given = [source.attributes for source in self.sources if source.attributes is not None]
        return frozenset().union(*given) if given else None

    @property
    def staff_attributes(self) -> frozenset[str] | None:
        """The attributes that sources give members of staff; None if no source tells of staff."""
        given = [one.staff_attributes for one in self.sources if one.staff_attributes is not None]
        return frozenset().union(*given) if given else None

    @field_validator("database")
    @classmethod
    def _beside_the_config(cls, url: str, info: ValidationInfo) -> str:
        path = url.removeprefix("sqlite:///")
        if path == url or not path:
            return url
        folder: Path = (info.context or {}).get("folder", Path())
        return f"sqlite:///{(folder / path).absolute()}"

    @field_validator("console")
    @classmethod
    def _can_be_linked(
        cls, console: ConsoleSettings | None, info: ValidationInfo
    ) -> ConsoleSettings | None:
        sms = info.data.get("sms")
        if sms is not None and sms.link and (console is None or console.url is None):
            raise ValueError("sms: link: needs the url: by which people call the console")
        return console

    @field_validator("on_call")
    @classmethod
    def _in_the_sites_time(
        cls, rotations: tuple[Rotation, ...], info: ValidationInfo
    ) -> tuple[Rotation, ...]:
        _refuse_twins(
            [rotation.name for rotation in rotations],
            "two rotations",
            "an override names one of them",
        )
        own = {"timezone": info.data.get("timezone")}
        return tuple(one if one.timezone else one.model_copy(update=own) for one in rotations)

    @field_validator("sources")
    @classmethod
    def _names_differ(cls, sources: tuple[SourceSettings, ...]) -> tuple[SourceSettings, ...]:
        if taken := {SOURCE, ANSWERS, GOALS, BY_HAND} & {one.name for one in sources}:
            raise ValueError(f"a source cannot be called {min(taken)}; Handrail's own events are")
        _refuse_twins(
            [one.name for one in sources],
            "two sources",
            "an event's identity needs one name a source",
        )
        return sources


def _refuse_twins(names: Sequence[str], what: str, why: str) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{what} are called {', '.join(twice)}; {why}")
