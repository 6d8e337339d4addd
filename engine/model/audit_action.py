"""Audit actions: every kind of entry in the audit trail."""

from __future__ import annotations

from enum import StrEnum


class AuditAction(StrEnum):
    """An action; the value is its word in the audit log.

    The trail's hash chain covers these words. Rows of older versions keep theirs, so a changed
    value changes only the rows that come after it.
    """

    # alerts
    ALERTS_OPENED = "alerts opened"
    ALERTS_CHANGED = "alerts changed"
    ALERTS_HELD = "alerts held"
    ALERTS_TAKEN_BACK = "alerts taken back"
    ALERTS_LET_GO = "alerts let go"
    TOLD_OF_ALERTS_HELD = "told of alerts held"
    ALERT_STORM = "alert storm"
    EVALUATION_FAILED = "evaluation failed"
    EXPECTATIONS_ENDED = "expectations ended"
    SEED_COMMITTED = "seed committed"
    SCHEDULE_CHANGED = "schedule changed"
    AGREED_TO_TEXTS = "agreed to texts"
    AGREEMENT_WITHDRAWN = "agreement withdrawn"
    INFERENCE_PROBLEM = "inference problem"
    # a person acts on an alert
    TAKEN = "taken"
    TAKEN_OVER = "taken_over"
    PASSED_ON = "passed_on"
    SNOOZED = "snoozed"
    DONE = "done"
    FALSE_ALARM = "false_alarm"
    UNDONE = "undone"
    # a step of an alert's routing
    TOLD = "told"
    REACHES_NOBODY = "reaches nobody"
    TELLS_NOBODY = "tells nobody"  # as its policy says with `else: nobody`
    # messages, by the state that one reached
    MESSAGE_QUEUED = "message queued"
    MESSAGE_CLAIMED = "message claimed"
    MESSAGE_ACCEPTED = "message accepted"
    MESSAGE_UNKNOWN = "message unknown"
    MESSAGE_SENT = "message sent"
    MESSAGE_DELIVERED = "message delivered"
    MESSAGE_UNDELIVERED = "message undelivered"
    MESSAGE_FAILED = "message failed"
    MESSAGE_EXPIRED = "message expired"
    MESSAGE_CANCELLED = "message cancelled"
    TEXT_CAME_IN = "text came in"
    KEY_PRESSED = "key pressed"
    DISCLOSED = "disclosed"
    LETTER_CONSENT_RECORDED = "letter consent recorded"
    LETTER_CONSENT_REVOKED = "letter consent revoked"
    SUPPORTER_AGREED = "supporter agreed"
    SUPPORTER_WITHDREW = "supporter withdrew"
    SUPPORTER_CONSENT_REVOKED = "supporter consent revoked"
    SUPPORTER_ASKED_TO_CALL = "supporter asked to call"
    OPTED_OUT = "opted out"
    PHONE_CONFIRMED = "phone confirmed"
    PHONE_DENIED = "phone denied"
    # operations
    RULES_ACCEPTED = "rules accepted"
    ROTATIONS_ACCEPTED = "rotations accepted"
    OVERRIDE_ADDED = "override added"
    OVERRIDE_REMOVED = "override removed"
    GOAL_RECORDED = "goal recorded"
    ABSENCE_ADDED = "absence added"
    ABSENCE_REMOVED = "absence removed"
    MUTED = "muted"
    DRILL_BEGAN = "drill began"
    DRILL_ENDED = "drill ended"
    UNMUTED = "unmuted"
    REJECT_READ_AGAIN = "reject read again"
    REJECT_DISMISSED = "reject dismissed"
    GONE_ACCEPTED = "gone accepted"
    PROMISE_BROKEN = "promise broken"
    PROMISE_RESTORED = "promise restored"
    CLOCK_REPAIRED = "clock repaired"
    BACKED_UP = "backed up"
    RESTORED = "restored"
    ERASED = "erased"
    CLIENTS_MERGED = "clients merged"
    MERGE_UNDONE = "merge undone"
    EXPORTED = "exported"
    TRIMMED = "trimmed"
    # the console
    ACCOUNT_ADDED = "account added"
    ACCOUNT_DISABLED = "account disabled"
    API_TOKEN_MADE = "api token made"
    API_TOKEN_ENDED = "api token ended"
    SIGN_IN_LINK_MADE = "sign-in link made"
    SIGN_IN_FAILED = "sign-in failed"
    SIGN_IN_CHANGED = "sign-in changed"
    SESSION_ENDED = "session ended"
    SIGNED_IN = "signed in"
    SIGNED_OUT = "signed out"
    VIEWED = "viewed"
    REPORT_VIEWED = "report viewed"
    EMERGENCY_ACCESS_BEGAN = "emergency access began"
    EMERGENCY_ACCESS_REVIEWED = "emergency access reviewed"
    ACCESS_REFUSED = "access refused"
    CLIENT_ANSWERED = "client answered"
    TEXTS_SEEN = "texts seen"
    NOTE_WRITTEN = "note written"
    ROSTER_CHANGED = "roster changed"
    EVENT_ENTERED = "event entered"
    EVENT_WITHDRAWN = "event withdrawn"
    RULES_PROPOSED = "rules proposed"
    RULES_SENT_BACK = "rules sent back"
    RULES_RELEASED = "rules released"


def message_became(state: str) -> AuditAction:
    """Return the action of a message that reached this state of the outbox."""
    return AuditAction(f"message {state}")
