"""The channel's circuit breaker: when sending stops after failures, and resumes; pure."""

from __future__ import annotations

from engine.model.channel import Channel
from engine.model.duration import Duration
from engine.model.instant import MINUTE_US, Instant
from engine.model.message import SendResult

# This many failures in a row are no accident any more.
OPENS_AFTER = 5
# For this long only urgent texts that were never tried are sent. Then one attempt shows whether the
# fault is fixed; if it fails, the wait doubles.
SHORTEST_US, LONGEST_US = MINUTE_US, 5 * MINUTE_US


def after_contact(channel: Channel, result: SendResult | None, now: Instant) -> Channel:
    """Return the state of the channel after a request to the carrier.

    Args:
        channel: The state before it.
        result: The gateway's answer; None for an answer that proves the carrier can be reached.
        now: The present instant.
    """
    if result is not None and result.outcome == "stopped":
        return _stopped(channel, result, channel.failures, now, LONGEST_US)
    if result is None or result.outcome in {"accepted", "refused", "opted_out"}:
        return Channel()
    # Busy, or without an answer to this: neither a failure nor a proof that it works.
    if result.answered:
        return channel
    # The urgent texts that are tried meanwhile make no later attempt wait longer.
    if channel.stopped_until is not None and now < channel.stopped_until:
        return channel
    failures = channel.failures + 1
    if failures < OPENS_AFTER:
        return Channel(failures, channel.since, None, result.error_code)
    return _stopped(channel, result, failures, now, SHORTEST_US << min(failures - OPENS_AFTER, 10))


def _stopped(
    channel: Channel, result: SendResult, failures: int, now: Instant, wait: Duration
) -> Channel:
    since = now if channel.since is None else channel.since
    return Channel(failures, since, now + min(wait, LONGEST_US), result.error_code)
