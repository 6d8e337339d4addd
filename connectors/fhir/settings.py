"""A `fhir` source in config.yaml: a server, and its resources' meaning (docs/sources_fhir.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from connectors.fhir.fhir_form import FhirForm
from connectors.mapping.mapping_checks import check_mappings
from connectors.mapping.mute_events import mute_events
from connectors.mapping.settings import (
    RowMapping,
    attributes_of,
    refuse_mixed_ids,
    staff_attributes_of,
)
from engine.model.event_kinds import Kind
from engine.model.instant import DAY_US, MINUTE_US
from engine.model.routing import Microseconds
from engine.model.secret import Secret
from engine.model.source_settings import Place, SourceSettings
from engine.model.strict import Strict
from engine.model.timezone import Timezone
from engine.model.web_address import is_protected

# What a person said must not be passed on without them saying so (HL7's codes).
NOT_TO_DISCLOSE = ("NODSCLCD", "NORDSCLCD", "NOAUTH")
KeyDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", to_lower=True)]
_OURS = frozenset({"_sort", "_count", "_lastUpdated", "patient", "_include", "_since"})


def _address(written: str) -> str:
    if "?" in written or not is_protected(written):
        raise ValueError(
            "must be the address of the server, such as https://ehr.example.org/fhir/r4; "
            "without https only on this machine, and without a name or password in it"
        )
    return written.rstrip("/")


class FhirAuth(Strict):
    """How we say who we are: SMART Backend Services, a bearer token, or a name and a password.

    Attributes:
        client_id: The id under which the server knows us (SMART Backend Services).
        key: Where our private key is (SMART Backend Services).
        kid: The name of the key, as the server knows it.
        scope: What we ask to read.
        token_url: Where tokens are given. Left out: the server says it.
        bearer: Where a bearer token is.
        user: The name for HTTP's basic authentication.
        password: Where its password is.
    """

    client_id: str | None = None
    key: Secret | None = None
    kid: str | None = None
    scope: str = "system/*.read"
    token_url: Annotated[str, AfterValidator(_address)] | None = None
    bearer: Secret | None = None
    user: str | None = None
    password: Secret | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        pairs = [(self.client_id, self.key), (self.user, self.password), (self.bearer, self.bearer)]
        if [bool(a) and bool(b) for a, b in pairs].count(True) != 1 or any(
            (a is None) != (b is None) for a, b in pairs
        ):
            raise ValueError(
                "needs client_id: and key: (SMART Backend Services), or bearer:, or user: and "
                "password:, and only one of these"
            )
        return self


class SubscriptionSettings(Strict):
    """Who may say that the server has something new.

    Attributes:
        bearer: The SHA-256 of keys, two while one is changed for the other.
    """

    bearer: Annotated[tuple[KeyDigest, ...], Field(min_length=1, max_length=2)]


class PatientIdentifier(Strict):
    """By which identifier patients are our clients.

    Attributes:
        identifier: The system of the identifier that is our ref.
    """

    identifier: Annotated[str, StringConstraints(min_length=1)]


class ResourceMapping(RowMapping):
    """One type of resource, which of them are asked for, and their meaning.

    Attributes:
        resource: The type of the resource, such as Observation.
        name: A name of its own, where one type is mapped twice.
        search: The parameters of the search, such as {category: laboratory}.
        include: A reference whose resource comes along and stands in its place.
        deletions: Whether the server is asked which resources were deleted.
    """

    resource: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Za-z]+$")]
    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,40}$")] | None = None
    search: dict[str, str] = Field(default_factory=dict)
    include: Annotated[str, StringConstraints(pattern=r"^[a-z-]+$")] | None = Field(
        None, alias="with"
    )
    deletions: bool = True

    @field_validator("search")
    @classmethod
    def _not_ours(cls, search: dict[str, str]) -> dict[str, str]:
        for word in sorted(_OURS & search.keys()):
            raise ValueError(f"{word} is set by Handrail itself; leave it out")
        return search

    @field_validator("clients_by")
    @classmethod
    def _asked_by_ref(cls, system: str | None) -> str | None:
        if system is not None:
            raise ValueError(
                "a FHIR server is asked by your refs alone; leave clients_by: out, and let "
                "client: {identifier: …} name the system whose values are your refs"
            )
        return system

    @property
    def item(self) -> str:
        """The name under which its position and its rejects stand."""
        named = f"{self.resource} {self.name}" if self.name else self.resource
        return f"{named} ({self.roster})" if self.roster else named


class FhirSettings(SourceSettings):
    """A FHIR R4 server that is asked every so often.

    Attributes:
        fhir: The address of the server, such as https://ehr.example.org/fhir/r4.
        auth: How we say who we are. Without it the server is asked as anybody.
        subscription: The keys by which the server may call when it has something new.
        client: By which identifier its patients are our clients. Left out: by the server's own id.
        by: Whether the server is asked for everybody at once, or client by client.
        timezone: The zone of times that name none. Left out: each client's own.
        every: How often the server is asked.
        overlap: How far back of the last answer each question reaches.
        backfill: How far back the first question reaches.
        most_requests: How many requests one reading makes at most.
        page: How many resources a page of the answer holds.
        left_out: The security labels whose resources are never read.
        resources: The mappings, one for each type of resource.
    """

    fhir: Annotated[str, AfterValidator(_address)]
    auth: FhirAuth | None = None
    subscription: SubscriptionSettings | None = None
    client: PatientIdentifier | None = None
    by: Literal["population", "client"] = "population"
    timezone: Timezone | None = None
    every: Microseconds = 5 * MINUTE_US
    overlap: Microseconds = 10 * MINUTE_US
    backfill: Microseconds = 730 * DAY_US
    most_requests: Annotated[int, Field(ge=1)] = 200
    page: Annotated[int, Field(ge=1, le=1000)] = 100
    left_out: tuple[str, ...] = NOT_TO_DISCLOSE
    resources: Annotated[tuple[ResourceMapping, ...], Field(min_length=1)]

    @field_validator("resources")
    @classmethod
    def _names_differ(cls, resources: tuple[ResourceMapping, ...]) -> tuple[ResourceMapping, ...]:
        if len({each.item for each in resources}) < len(resources):
            raise ValueError("names one resource twice; give each of them a name: of its own")
        return resources

    @model_validator(mode="after")
    def _ids_are_not_mixed_up(self) -> Self:
        refuse_mixed_ids(self.resources)
        return self

    @classmethod
    def mistakes(
        cls, written: Any, kinds: Mapping[str, Kind], folder: Path
    ) -> Iterator[tuple[Place, str]]:
        """Check its mappings against the site's kinds."""
        return check_mappings(written, "resources", kinds, folder, FhirForm())

    def warnings(self, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
        """Warn of events of its resources that never say what happened."""
        return mute_events(self.resources, "resources", kinds)

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that its patients give clients; None if it gives no clients."""
        return attributes_of(self.resources)

    @property
    def staff_attributes(self) -> frozenset[str] | None:
        """The attributes that its resources give members of staff; None if there are no staff."""
        return staff_attributes_of(self.resources)

    def examine(self) -> tuple[bool, str]:
        """Return whether the server answers now, and a sentence about it."""
        # Imported here because commands that read the settings alone do without it.
        from connectors.fhir.server import examine  # noqa: PLC0415

        return examine(self)
