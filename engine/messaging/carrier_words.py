"""Whole texts by which a phone opts out of texts, opts in again, or asks for help.

STOP at the webhook counts by these words. Only a whole text with no other meaning opts out: "I
quit" is a sentence of a client in trouble.
"""

from __future__ import annotations

from typing import Literal

from engine.messaging.plain_words import phrases, without_courtesies

CarrierWord = Literal["stop", "start"]

# Carriers act on the first nine by themselves.
_STOP = phrases(
    r"""
stop|stop ?all|unsubscribe|end|quit|cancel|revoke|opt ?out|alto|baja|parar|pare|desuscribir(me)?
stop (all|these|the|sending|text|txt)
(stop|quit) (text|txt|messag|writ|contact)ing (me|this number|this phone|my phone|us)( (again|
  any ?more))?
(stop|quit) (text|txt|messag)ing
(stop|quit) sending( me)?( (these|the|your|any|more))*( (texts?|messages?))
(stop|no more) (the|these|your|all)?( )?(texts?|messages?)
(do not|dont|never) (text|txt|message) (me|this number)( (again|any ?more|ever))*
(take|get) me off (this|the|your)( (text|texting|message|messaging|phone|mailing))? list
(remove|delete|unsubscribe) (me|my number) from (this|the|your|these)( (text|phone|
  mailing))? (list|texts?|messages?)
unsubscribe me|opt me out|(i )?(want to|wanna|would like to) (unsubscribe|opt out)
i (do not|dont) want( to (get|receive))? (these|your|any more|more|any) (texts?|
  messages?)( any ?more)?
wrong number stop (text|messag)ing me
no mas (mensajes|textos)|stop los mensajes
(ya )?no me (manden|envien|escriban|mande|envie|escriba) (mas )?(mensajes|textos)
(ya )?no me escriban mas
dejen? de (mandarme|enviarme) (mensajes|textos)|dejen? de escribirme
ya no quiero( recibir)? (mas )?(mensajes|textos)
quiero darme de baja de (los|estos) mensajes
"""
)
_WRONG_NUMBER = phrases(
    r"""
(sorry )?((you|u) (have|got|have got) |this is |its )?(the |a )?wrong (number|person)( (sorry|buddy|
  dude|man))*
(es |tiene |tienes )?(un |el )?numero equivocado|se equivoco de numero|numero incorrecto
"""
)
_START = phrases(
    r"""
start|unstop|resubscribe( me)?|start (text|messag)ing me( again)?|start the texts?( again)?
comenzar|quiero recibir mensajes otra vez
"""
)


def read_carrier_word(body: str) -> CarrierWord | None:
    """Read a whole text as opting out or in.

    Args:
        body: The text as it came in.

    Returns:
        `stop` or `start`; None if the text says anything else or anything besides.
    """
    bare = without_courtesies(body)
    if _STOP.fullmatch(bare):
        return "stop"
    return "start" if _START.fullmatch(bare) else None


def says_wrong_number(body: str) -> bool:
    """Return whether a whole text says that the number belongs to another person.

    Args:
        body: The text as it came in.
    """
    return _WRONG_NUMBER.fullmatch(without_courtesies(body.replace("?", " "))) is not None
