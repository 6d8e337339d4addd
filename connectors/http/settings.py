"""An `http` source in config.yaml: who may post to it, what a post holds, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainValidator, StringConstraints, ValidationInfo, model_validator

from connectors.mapping.json_form import JsonForm
from connectors.mapping.mapping_checks import check_mapping
from connectors.mapping.mute_events import mute_events_of
from connectors.mapping.settings import (
    RowMapping,
    attributes_of,
    refuse_mixed_ids,
    staff_attributes_of,
)
from engine.model.event_kinds import Kind
from engine.model.instant import DAY_US
from engine.model.routing import Microseconds
from engine.model.secret import Secret
from engine.model.source_settings import Place, SourceSettings
from engine.model.strict import Strict

_SIGNATURE, _TIMESTAMP, _BODY = "{signature}", "{timestamp}", "{body}"
HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
KeyDigest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$", to_lower=True)]


class HmacSettings(Strict):
    """A signature that a sender writes in its own way.

    Attributes:
        header: The header that holds the signature.
        written: The form of its value, such as `t={timestamp},v1={signature}`.
        of: What is signed, such as `{timestamp}.{body}`.
        timestamp_header: The header that holds the timestamp, if it has one of its own.
        algorithm: The hash of the HMAC.
        encoding: How the signature is written.
    """

    header: HeaderName
    written: str = _SIGNATURE
    of: str = _BODY
    timestamp_header: HeaderName | None = None
    algorithm: Literal["sha256", "sha512"] = "sha256"
    encoding: Literal["hex", "base64"] = "hex"

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if self.written.count(_SIGNATURE) != 1:
            raise ValueError(f"written: must hold {_SIGNATURE} once, such as sha256={_SIGNATURE}")
        if self.of.count(_BODY) != 1:
            raise ValueError(f"of: must hold {_BODY} once, because the body is what counts")
        signed, given = _TIMESTAMP in self.of, _TIMESTAMP in self.written
        if signed != (given or self.timestamp_header is not None):
            raise ValueError(
                f"{_TIMESTAMP} must stand in of:, and either in written: or in timestamp_header:, "
                "or nowhere; otherwise nobody can tell an old post from a new one"
            )
        return self


def _signature(written: Any, info: ValidationInfo) -> HmacSettings | None:
    if written == "standard_webhooks":
        return None
    if not isinstance(written, dict):
        raise ValueError("must be standard_webhooks, or say header:, written: and of:")
    return HmacSettings.model_validate(written, context=info.context)


class HttpEndpoint(Strict):
    """The path that is posted to, and how the sender shows who it is.

    Attributes:
        path: The path, which begins with /in/. Left out: /in/ and the name of the source.
        secret: Where the secret is that signs posts.
        previous_secret: Where the secret before it is, while the secret is being changed.
        signature: `standard_webhooks`, or how the sender writes its signature.
        bearer: The SHA-256 of keys, two while one is changed for the other.
        largest_kb: How many kilobytes a post may have.
        per_minute: How many posts are taken in a minute.
        keep: How long a post is kept after it was read.
    """

    path: Annotated[str, StringConstraints(pattern=r"^/in/[a-z0-9/_-]{1,80}$")] | None = None
    secret: Secret | None = None
    previous_secret: Secret | None = None
    signature: Annotated[
        HmacSettings | None,
        PlainValidator(
            _signature, json_schema_input_type=Literal["standard_webhooks"] | HmacSettings
        ),
    ] = None
    bearer: Annotated[tuple[KeyDigest, ...], Field(max_length=2)] = ()
    largest_kb: Annotated[int, Field(ge=1, le=16_384)] = 1024
    per_minute: Annotated[int, Field(ge=1, le=100_000)] = 600
    keep: Microseconds = 30 * DAY_US

    @model_validator(mode="after")
    def _asks_who_it_is(self) -> Self:
        if self.secret is None and not self.bearer:
            raise ValueError(
                "needs secret: (to check signatures) or bearer: (digests of keys, which handrail "
                "sources key makes), because anybody may post otherwise"
            )
        if self.secret is None and self.model_fields_set & {"previous_secret", "signature"}:
            raise ValueError("previous_secret: and signature: belong to secret:")
        return self


class HttpSettings(SourceSettings, RowMapping):
    """A sender that posts JSON, and the meaning of its records.

    Attributes:
        http: Where it posts, and how it shows who it is.
    """

    http: HttpEndpoint

    @property
    def path(self) -> str:
        """The path that is posted to."""
        return self.http.path or f"/in/{self.name}"

    @model_validator(mode="after")
    def _fits_posts(self) -> Self:
        if self.complete is not None:
            raise ValueError("complete: is for whole files; a post never holds everything")
        refuse_mixed_ids([self])
        return self

    @classmethod
    def mistakes(
        cls, written: Any, kinds: Mapping[str, Kind], folder: Path
    ) -> Iterator[tuple[Place, str]]:
        """Check its mapping against the site's kinds, and its paths."""
        return check_mapping(written, kinds, folder, JsonForm())

    def warnings(self, kinds: Mapping[str, Kind]) -> Iterator[tuple[Place, str]]:
        """Warn of events of its posts that never say what happened."""
        return mute_events_of(self, kinds)

    @property
    def attributes(self) -> frozenset[str] | None:
        """The attributes that it gives clients; None if it tells of no clients."""
        return attributes_of([self])

    @property
    def staff_attributes(self) -> frozenset[str] | None:
        """The attributes that it gives members of staff; None if there are no staff."""
        return staff_attributes_of([self])

    def examine(self) -> tuple[bool, str]:
        """Return that posts can come, and where."""
        return True, f"The source {self.name} is posted to at {self.path}."
