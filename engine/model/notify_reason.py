"""Why a recipient may be notified, or not: the values that decisions return and tables keep."""

from __future__ import annotations

from enum import StrEnum


class NotifyReason(StrEnum):
    """The answer to "may this recipient be notified about this alert now, and if not, why"."""

    ALLOWED = "allowed"
    # About the message.
    EXPIRED = "expired"
    # About the alert.
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    ALERT_SNOOZED = "alert_snoozed"
    ALERT_RESOLVED = "alert_resolved"
    RULE_IN_SHADOW = "rule_in_shadow"
    INHIBITED = "inhibited"
    DATA_MISSING = "data_missing"
    MUTED = "muted"  # its client or rule is muted
    # About the recipient.
    INACTIVE = "inactive"
    NO_PHONE = "no_phone"
    PHONE_UNCONFIRMED = "phone_unconfirmed"  # its owner has not confirmed the number
    OPTED_OUT = "opted_out"
    ABSENT = "absent"
    NOT_RESPONSIBLE = "not_responsible"  # no longer assigned or on call
    MENTOR_AS_STAFF = "mentor_as_staff"  # a mentor is told as a mentor, whatever else they are
    MENTOR_WITHOUT_CONSENT = "mentor_without_consent"
    MENTOR_ALONE = "mentor_alone"  # a mentor is never told alone of an urgent alert
    SUPPORTER_AS_STAFF = "supporter_as_staff"  # a supporter is never told of an alert
    SUPPORTER_NOT_AGREED = "supporter_not_agreed"  # they have not agreed to get texts
    SUPPORTER_WITHOUT_CONSENT = "supporter_without_consent"
    OUT_OF_SCOPE = "out_of_scope"  # the client's consent to the supporter does not cover it
    NUMBER_SHARED = "number_shared"  # a supporter's number is a client's or a colleague's
    URGENT_FOR_STAFF = "urgent_for_staff"  # only a person lets supporters know of what is urgent
    ENOUGH_TODAY = "enough_today"  # a supporter has had as many texts as they get in a day
    STAFF_FIRST = "staff_first"  # no supporter hears of an alert before the staff
    QUIET_HOURS = "quiet_hours"
    # About a role.
    ROLE_VACANT = "role_vacant"
    ROTATION_NOT_BEGUN = "rotation_not_begun"
    ROTATION_OFF_HOURS = "rotation_off_hours"  # every rotation is outside its hours
    NOT_AMONG_STAFF = "not_among_staff"  # the rotation names a ref that no member of staff has


class SettlementReason(StrEnum):
    """The result of handing a message to the carrier, or the reason why it waits."""

    ACCEPTED = "accepted"
    MAYBE_ACCEPTED = "maybe_accepted"  # looked up before anything is sent again
    NOT_ACCEPTED = "not_accepted"
    CHANNEL_STOPPED = "channel_stopped"
    REFUSED = "refused"
    FOUND = "found"  # the carrier had accepted it
    NEVER_ACCEPTED = "never_accepted"
    NOT_YET_KNOWN = "not_yet_known"
    NEVER_KNOWN = "never_known"
    NO_ADDRESS = "no_address"  # the roster has no address of the person by this way any more
    PACED = "paced"  # the recipient has had as many texts as the limits allow
    REPORTED = "reported"  # the carrier's own report
