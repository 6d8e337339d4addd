"""The console's sentences: why a page cannot be shown, and the result of a button."""

from __future__ import annotations

from collections.abc import Mapping

from engine.access.passwords import LONGEST, SHORTEST, PasswordFault
from engine.access.sign_in import LinkState
from engine.flows.console.buttons import ActResult
from engine.flows.console.own_account import CodeFault
from engine.flows.console.password_sign_in import PasswordResult
from engine.flows.console.rule_file_changes import NewFileFault
from engine.presentation.page_language import in_language, translate

NOT_FOUND = ("There is no such page", "The address is wrong, or what it named is no longer there.")
NOT_YOURS = (
    "You may not see this",
    "The client is not assigned to you. If you need to know, call the supervisor.",
)
OUR_FAULT = (
    "This page failed",
    "The fault is ours, and nothing was changed. The operator finds it in the log.",
)
DATABASE_AWAY = (
    "The database is away",
    "The database cannot be used now. Nothing was changed; try again in a minute.",
)
LINK_TOO_OLD = (
    "This link is too old",
    "Others may have looked after the alert since. What is open now stands in the caseload.",
)
NOT_YOUR_ROLE = (
    "You may not do this",
    "Your account has another role. If you need this, call the supervisor.",
)
NOT_YOUR_DRAFT = (
    "This draft is another person's",
    "You can read it. To change the file, begin a draft of your own.",
)
NOBODY = (
    "You are signed out",
    "Fifteen minutes without a click end a session.",
)
NO_IDENTITY = (
    "Nobody was signed in",
    "The identity provider did not show who you are, or cannot be reached now. The log says more.",
)
NOT_KNOWN_HERE = (
    "You have no account here",
    "The identity provider knows you, but no account of the console is yours. Ask the operator.",
)
SIGNED_OUT = ("You are signed out", "Close the window, because others may use this machine.")
SIGN_IN_ELSEWHERE = (
    "You are signed out",
    "The session has ended. Leave this page open, sign in in another window, and try again here.",
)
LINK_WORDS: Mapping[LinkState, tuple[str, str]] = {
    LinkState.UNKNOWN: ("This link signs nobody in", "Ask the operator for a new one."),
    LinkState.USED: ("This link was used", "It works once. Ask the operator for a new one."),
    LinkState.EXPIRED: ("This link is too old", "It works for a day. Ask the operator for a new."),
    LinkState.DISABLED: ("This account is closed", "Ask the operator."),
}
_PASSWORD_WORDS: Mapping[PasswordResult, str] = {
    PasswordResult.WRONG: "The name, the password or the code is wrong. A code works once, so wait "
    "for the next one.",
    PasswordResult.NO_KEY: "The name, the password or the code is wrong. The codes of some apps "
    "cannot be checked now, because the site's key has changed. Type a recovery code in place of "
    "the app's, sign in by a passkey, or ask the operator for a link.",
    PasswordResult.BUSY: "Many people sign in at this moment. Try again in a few seconds.",
}
_NEW_PASSWORD_WORDS: Mapping[PasswordFault | CodeFault, str] = {
    PasswordFault.DIFFER: "The two passwords differ. Type them again.",
    PasswordFault.TOO_SHORT: f"The password is too short. It needs {SHORTEST} letters or more.",
    PasswordFault.TOO_LONG: f"The password is too long. It may have {LONGEST} letters.",
    PasswordFault.NAME_IN_IT: "The password holds your name. Choose another one.",
    PasswordFault.TOO_PLAIN: "The password repeats few letters. Choose another one.",
    CodeFault.WRONG_CODE: "The code is not the one of this moment. Check the clock of your phone, "
    "and type the code that the app shows now.",
    CodeFault.NOT_FRESH: "You signed in more than 15 minutes ago. Sign out, sign in again, and "
    "then change this.",
}
_NEW_FILE_WORDS: Mapping[NewFileFault, str] = {
    NewFileFault.NO_NAME: "Write a name of letters, digits, _ and -, such as late_doses.",
    NewFileFault.TAKEN: "There is a file of this name, or a draft of one. Choose another name.",
    NewFileFault.NO_SOURCE: "The file to copy is not there, or cannot be read. Choose another one.",
}
_UNDO = " Within ten minutes you can undo it."
_SAID: Mapping[str, str] = {
    "take": "It is yours. Nobody else is asked any more." + _UNDO,
    "took-over": "It is yours now, and the person who had it is told.",
    "pass": "It is passed on to the next step. Who was told last stands in the alert within a "
    "minute; reload to see it." + _UNDO,
    ActResult.LAST: "It is open again, and nobody comes after you." + _UNDO,
    ActResult.TO_ADMINS: "It is open again; nobody comes after you, so the admins are told."
    + _UNDO,
    "done": "It is closed as done." + _UNDO,
    "snooze": "It waits for two hours; then you are asked again." + _UNDO,
    "false-alarm": "It is closed as a false alarm." + _UNDO,
    "entered": "It is entered. The rules look at it now; an alert stands on the client's page.",
    "corrected": "It is corrected. The rules look at it now.",
    "withdrawn": "It is withdrawn. The rules look at the client again now.",
    "kept": "It is kept.",
    "absence-removed": "It is taken back; texts go to this person again.",
    "read-again": "The row is read, and the rules look at it now.",
    "left-out": "The row is left out.",
    "excused": "It is excused. The rules look at the client again now.",
    "revoked": "The consent is revoked. No letter goes out under it any more.",
    "noted": "The note is kept.",
    "asked-to-call": "The supporter is asked to call, outside of their quiet hours.",
    "not-asked": "Nothing goes out. The reason stands beside the supporter.",
    "answered": "It is in the outbox. Below stands what became of it; reload to see more.",
    "seen": "They are marked as seen by you.",
    "take-over": "You are on call now. The next text about an alert goes to you.",
    "on-call-already": "Nothing changed: you are on call already.",
    ActResult.UNDONE: "It is undone.",
    ActResult.YOURS: "Nothing changed: it is yours already.",
    ActResult.CLOSED: "Nothing changed: the alert is closed.",
    ActResult.NOTHING_TO_UNDO: "Nothing changed: there is nothing of yours to undo.",
}


def said_of(did: str, owner: str) -> str:
    """Say what a button did; nothing about a word that no button gives."""
    if did == ActResult.TAKEN:
        return in_language(
            "Nothing changed: {owner} has it.", owner=owner or translate("another person")
        )
    return translate(_SAID.get(did, ""))


def of_password(result: PasswordResult, wait: int) -> str:
    """Say why a password signed nobody in; `wait` is in seconds."""
    if result is PasswordResult.TOO_SOON:
        return in_language(
            "Too many wrong sign-ins. Wait {wait} seconds, and try again.", wait=wait
        )
    return translate(_PASSWORD_WORDS[result])


def of_new_file(fault: NewFileFault) -> str:
    """Say why no draft of a new rule file began."""
    return translate(_NEW_FILE_WORDS[fault])


def of_new_password(fault: PasswordFault | CodeFault) -> str:
    """Say why a new password is refused."""
    return translate(_NEW_PASSWORD_WORDS[fault])
