"""Automatic replies: what a phone answers by itself while its owner drives, sleeps or is away.

They are no words of a person. An answer to one brings the next one, and "for an emergency call 911"
in one is no alarm.
"""

from __future__ import annotations

from engine.messaging.plain_words import phrases, plain

_BEGINS = phrases(
    r"""
auto ?(reply|response|responder)|automat(ic|ed) (reply|response|message|text)|out of office
respuesta automatica|auto ?respuesta|mensaje automatico
(im|i am) driving with .{1,40} turned on
(im|i am) not receiving notifications if this is urgent reply urgent
(im|i am) driving (right now )?sent from my car
"""
)
_SAYS_SO = phrases(
    r"""
this is an? (auto|auto ?mated|auto ?matic) (reply|response|message|text)
(este es un|es un) mensaje automatico|esta es una respuesta automatica
"""
)


def is_auto_reply(body: str) -> bool:
    """Return whether a phone wrote a text by itself.

    Args:
        body: The text as it came in.
    """
    words = plain(body)
    return _BEGINS.match(words) is not None or _SAYS_SO.search(words) is not None
