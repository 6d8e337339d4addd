"""Words of somebody in danger, in English and Spanish: better an alarm too many, for a person asks after them."""

from __future__ import annotations

from typing import Literal

from engine.messaging.plain_words import phrases, plain

_ENGLISH = r"""
suicid\w*|suiside|suicde|sucide|sucidal|unaliv\w*|kms|self ?harm\w*
(kill|hurt|harm|cut|hang|shoot|stab|drown)(t?ing|ning|bing)? (myself|my self)
(slit|slitting|cut|cutting) my (wrists?|arms?|throat)
end(ing)? (it|it all|my (own )?life|everything)
(take|taking) my (own )?life
(want|wanna|going|gonna|rather|ready|need|planning|trying|tried|about) (to )?(just )?(die|be dead|kill me)
(im|i am) (dying|gonna die|done living|dead inside)(?! to)
wish (that )?i (was|were) (dead|gone|never born|not here|not alive)|wish i (wasnt|werent|was not) (here|alive|born)
better off (dead|without me|if i was|if i were)
(no|any|without) (reason|point) (to live|in living|to living|in going on|going on)|no (will|wish) to live
(nothing|nobody|no one) (left )?to live for|not worth living|no way out|hopeless
(dont|do not|didnt|never|no longer|not) (want|wanna|wish)( to)? (live|be here|be alive|be around|exist|wake up|go on)
(dont|do not) care if i (live|die|wake up)
(done with|tired of|sick of|over|giving up on|give up on|gave up on) (life|living|being alive|my life)
(cant|cannot|can not) (go on|keep going|keep living|live like this|live any ?more)
(cant|cannot|can not) (do|take) (it|this) any ?more
good ?bye (every ?one|every ?body|forever|world|cruel|to all)
this is (my )?(last )?good ?bye|by the time you (read|get|see) this
jump(ing)? (off|in front of)|gun to my|(have|got|bought|loaded) (a|my|the) (loaded )?gun
over ?dos\w*|od|oded|oding|ods|(i|he|she|they|friend|brother|sister|son|daughter|just|almost|nearly|has|have) odd
(took|take|taking|swallowed|ate) (too many|a bunch of|a whole bottle|the whole bottle|a handful of)
(took|take|taking|swallowed) all (of )?(my|the|his|her|these|those) (pills|tablets|bottle)
narcan|naloxone|(not|isnt|stopped|barely) breath(e|ing)|(cant|cannot|can not) breathe
unresponsive|unconscious|passed out
(wont|isnt|not|doesnt|cant|didnt) (wake|waking|woke)( (him|her|them))? up|(turning|turned|lips are|lips) blue|seizures?
(call )?911|(call )?988|emergency|ambulance|chest pains?|heart attack|bleeding
in danger|not safe|unsafe|raped|assaulted|beating me|(going to|gonna) (hurt|kill|shoot|stab) \w+
(kill|shoot|stab|hurt) (him|her|them|someone|somebody|everyone|people)
"""
_SPANISH = r"""
(quiero|voy a|prefiero|deseo|quisiera) (morir(me)?|matar(me|lo|la|los|las|se)?|desaparecer)
me (quiero|voy a) (morir|matar)
matarme|quitarme la vida|ahorcarme|colgarme|cortarme|lastimarme|hacerme dano|pegarme un tiro|(mejor|estar) muert[oa]
(acabar|terminar) con (mi vida|todo)
(ya )?no quiero (vivir|seguir|estar aqui|despertar)|(ya )?no puedo (mas|seguir)|(ya )?no aguanto( mas)?
(sin|no tengo|perdi las) (ganas|razon|razones) (de|para) vivir|no vale la pena (vivir|seguir)|sin esperanza
adios (a todos|para siempre|mundo cruel)|me despido (de todos|para siempre)
sobredosis|no (respira|despierta|responde|reacciona)|inconsciente|no puedo respirar|se desmayo|convulsion\w*
emergencia|ambulancia|auxilio|socorro|en peligro|sangrando|me (pega|golpea|quiere matar)|tengo (un arma|una pistola)
"""
_IN_ENGLISH, _IN_SPANISH = phrases(_ENGLISH), phrases(_SPANISH)

Language = Literal["english", "spanish"]


def in_crisis(body: str) -> Language | None:
    """In which language the words may be those of somebody in danger; None where they are not."""
    words = plain(body)
    if _IN_SPANISH.search(words):
        return "spanish"
    return "english" if _IN_ENGLISH.search(words) else None
