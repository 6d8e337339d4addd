"""Words of a person in danger, in English and Spanish.

They are read widely. A needless alarm costs a call; a missed one can cost a life.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.messaging.plain_words import phrases, plain

_ENGLISH = r"""
suicid\w*|suiside|suicde|sucide|sucidal|sicid\w*|sewer ?slide\w*|unaliv\w*|kms|ctb|self ?harm\w*
(doing |did )?sh (again|last night|today|tonight)
(kill|hurt|harm|cut|hang|hung|shoot|shot|stab|drown|off|neck|end|burn|drug|poison|
  starve)([tnb]?ing?|b?ed|s)? (my|him|his|her|them|their) ?sel(f|ves)
(slit|slitting|slash\w*|cut|cuts|cutting?) (my|his|her|their) (wrists?|arms?|throat|veins?)
(?<!the )end(ing?)? (it|it all|everything)
(?<!the )end(s|ed|ing?)? (my|his|her|their) (own )?life
(takes?|taking?|took) (my|his|her|their) own life|(take|taking?) my life
(wants?|wanted|wanting?|wnt|wana|wanna|going|goin|gonna|rather|ready|needs?|planning?|trying?|tried|
  bout|about|threat\w+|talkin\w*|thinkin\w*) (to |2 |about |of )?(just )?(die|
  dying?(?! (to (see|meet|know)|(my|his|her|the) hair))|be dead|kill me|disappear for\w*|vanish)
threat\w+ (to |with )?(jump|hang|shoot|stab|cut|hurt|kill)
(wants|tried) to jump(?! (in|into|on|onto|rope|ship|for|start|up|right|back|over|ahead)\b)
(will|ill|hell|shell|gonna|going to|might|could|would) (just )?end up dead
wish(es)? (that )?(i|he|she|they) (didnt|did not|dont|never) exist(ed)?
(im|i am) (dying(?! (of|to|for|laugh))|gonna die|done living|dead inside)(?! to)
wish id never been born
wish(es)? (that )?(he|she|they) (was|were) (dead|never born)
wish (that )?i (was|were) (dead|gone|never born|not here|not alive)
wish i (wasnt|werent|was not) (here|alive|born)
(better off|happier) (dead|without me|if i (was|were)( gone| dead)?)
(no|any|without) (reason|point) (to live|in living|to living|in going on|going on)
no (will|wish) to live
(nothing|nobody|no one) (left )?to live for|(not|isnt|aint) worth living|no way out|hopeless
no hope( left)?
(dont|do not|doesnt|does not|didnt|never|no longer|not) (wants?|wanna|wish|wanting?)( to)? (
  live|be here|be alive|be around|exist|wake up(?! (early|late|at|so|before))|go on)
(dont|do not) care if i (live|die|wake up)
(done with|tired of|sick of|over|giving up on|give up on|gave up on) (life|living|being alive|
  my life)
(cant|cannot|can not) (go on|keep going|keep living|live like this|live any ?more)
(cant|cannot|can not) (do|take) (it|this) any ?more
good ?bye (every ?one|every ?body|forever|world|cruel|to all)
this is (my )?(last )?good ?bye|by the time you (read|get|see) this
jump(ing)? (off|in front of)|gun to my|(have|got|bought|loaded) (a|my|the) (loaded )?gun
over ?dos\w*|od|oded|oding|ods
(i|he|she|they|friend|brother|sister|son|daughter|just|almost|nearly|has|have) odd
(took|take|taking|swallowed|ate) (too many|a bunch of|a whole bottle|the whole bottle|
  a handful of)
(took|takes?|taking?|swallow\w*) all (of )?(my|the|his|her|these|those) (pills|tablets|bottle)
(took|takes?|taking?|swallow\w*|ate|eat|downed) (((a|the|his|her|my) )?(whole |entire |
  full )?(bottles?|handfuls?) of (my |his |her |their )?(?!water|soda|juice|wine|beer|vitamins)\w+|
  ((em|them) all|all of (em|them))(?! (to (the|a|my|school|work|court|church|group)|out (to|for)|
  off|back|home)\b)|the (rest|remainder) of (my|the|his|her|their|these) (meds|pills|
  tablets|bottle|medicine|medication)|the (whole )?lot(?! of))
(bout|about|going|goin|gonna|wanna|wants?|thinkin\w*|might|could|threat\w+) (to |about |
  of )?(just )?(take|taking?|swallow\w*) all (of )?(my|the|his|her|their) (meds|medicine|medication)
narcan|naloxone|(not|isnt|stopped|barely) breath(e|ing)|(cant|cannot|can not) breathe
unresponsive|unconscious|passed out
(wont|isnt|not|doesnt|cant|didnt) (wake|waking|woke)( (him|her|them))? up
(turning|turned|lips are|lips) blue|seizures?
(call )?911|(call )?988|emergency|ambulance|chest pains?|heart attack|bleeding
(whats|what is) the point( (of|in) (living|it|anything|going on|trying)| any ?more)?
(theres|there is|see) no point( (in|to) (living|anything|it))?( any ?more)?
nothing (really )?matters any ?more|end of my rope|(im|i am|just|such|feel like|being) a burden
(nobody|no one|noone) (would|will|d) (even )?(miss|care|notice)
i (just |really )?give up|done trying
(want|make) (it|the pain|this pain|everything|my pain) (all )?(to )?(stop|end) (forever|for good|
  i cant)
just shoot me
(hope|wish|want|pray) (i |to )?(dont|do not|never|wont|not) wake up(?! (early|late|at|so|before))
(sleep|go to sleep|fall asleep) and (never|not) wake up|sleep forever|never wake up
(wrote|writing|left|leaving|written) (my|a|the) (note|goodbye\w*|letters? goodbye)
(my|this is my) last (message|text|words|night)
(wont|dont|not) have to worry about me( any ?more)?( after)?|goodbye tell
tell my (kids|mom|family|son|daughter|wife|husband|mother|parents)( that)? i love
do something (stupid|bad|to myself)|not come back|scared of what (i|ill|im)
(been|started|im|am) cutting( again| my\w*)?|cutting again
(on|off) (the|a) (bridge|ledge|roof)(?! (to|over) (work|home))|train tracks
(my|the|dads|his|her|a) gun|bought a (rope|gun)|rope ready|(pills|meds|them) (all )?lined up
(all|have) my pills
(took|take|taking|swallowed|ate) (\d\d\d?|thirty|twenty|forty|fifty|a lot|so many|
  way too many)( \w+)? ?(of )?(them|pills|tablets|xanax|tylenol)?(?! (min|hour|day|step|lb|mile|
  bus))
(took|take|taken|did|used|drank) (way )?too much(?! (coffee|tea|water|soda|time|on|food))
\d+ ?mg x \d+|(drank|drink|swallow\w*) (bleach|poison|antifreeze|lighter fluid)
(driv\w+|drove|crash\w*) (my car |the car )?(into|off) (a|the|some)
burn(ed|t|ing)? (myself|my arms?)
fell out(?! (with|of))|narcan\w*|gurgl\w+|(cant|cannot|wont|barely) stay awake
(seeing|hearing) (things|voices)|hallucinat\w*
(dont|do not) feel safe|(cant|cannot|shouldnt) be alone
(hit|hits|hitting|beats?|chok\w+|hurts?) me( again)?(?! (up|back|with))|will kill me
(break|breaking|broke) in( with)?
(hurt|kill|harm|shake) (my )?(kids?|baby|son|daughter|children|wife|husband|mom|dad|boyfriend|
  girlfriend)
has a (gun|knife)|pulled a (gun|knife)
in danger|not safe|unsafe|raped|assaulted|beating me|(going to|gonna) (hurt|kill|shoot|stab) \w+
(kill|shoot|stab|hurt) (him|her|them|someone|somebody|everyone|people)
"""
_SPANISH = r"""
(quiero|voy a|prefiero|deseo|quisiera) (morir(me)?|matar(me|lo|la|los|las|se)?|desaparecer)
me (quiero|voy a) (morir|matar)
matar[ms]e|(quitar([ms]e)?|quito) la vida|ahorcar[ms]e|colgarme
cortarme|lastimarme|hacerme dano|pegarme un tiro
(mejor|estar) muert[oa]
(acabar|terminar) con (mi vida|todo)
(ya )?no quiero (vivir|seguir|estar aqui|despertar)|(ya )?no puedo (mas(?! temprano| tarde)|
  seguir)
(ya )?no aguanto( mas)?
(sin|no tengo|perdi las) (ganas|razon|razones) (de|para) vivir|no vale la pena (vivir|seguir)
sin esperanza
adios (a todos|para siempre|mundo cruel)|me despido (de todos|para siempre)
(quiero|voy a|me quiero|me quero|kiero|me kiero|qiero) (morir\w*|matar\w*|dormir para siempre|
  no despertar)
no (quiero|kiero|qiero) vivir
(dormir|dormirme) y (ya )?(no|nunca)( mas)? despertar|ojala no (despert\w+|amane\w+)
quisiera (dormir|no despertar|no existir)
(estarian|estaran|estan) mejor sin mi|no (le )?(veo|encuentro|tiene) sentido|para que (seguir|
  vivir)
soy una carga|(ya )?nada (me )?importa
me corte(?! (el|las unas|cocinando))
me (estoy|ando|vuelvo a) (cortando|cortar|lastimando|desangrando)|cansad[oa] de vivir|desangr\w+
(me )?(tome|trague|tomo) (todas|muchas|demasiad\w+|un frasco|un bote|el frasco)|tome demasiado
(tomar|tragar)([ms]e)? (todas las pastillas|todo el (frasco|bote)|toda la caja)
(tom[eo]|trag(ue|o)) (todo el (frasco|bote)|toda la caja|un (frasco|bote))|las pastillas todas
(me|se) (pase|paso) (de|con|en) (la )?dosis
se (me|le) fue la mano con (la |el |las |los )?(dosis|pastillas|medicin\w+|medicament\w+|insulina|
  heroina|fentanilo|metadona|drogas?)
(?<!fono )(?<!celular )(?<!bateria )(me|se) (estoy|esta|ando|anda) muriendo(?! (de (la )?(risa|
  hambre|sed|sueno|frio|calor|ganas|cansancio|aburrimiento|verguenza|amor)|
  por (ver|ir|comer|dormir)|mi (tele\w*|cel\w*|carro))\b)
se (quiere|kiere|queria|va a|iba a|intento|trato de) (matar|morir|suicidar|ahorcar|colgar|
  cortar las|lastimar|hacer dano|aventar|tirar de)(?! de (risa|hambre))
(quiere|queria|intento|trato de|amenaza con|habla de) (matarse|morir(se)?|suicidarse|ahorcarse|
  colgarse|cortarse|lastimarse)(?! (de (risa|hambre)|el pelo))
(ya )?no quiere (vivir|seguir viviendo|despertar|estar aqui)
se (corto|esta cortando) (las venas|las munecas|los brazos)|se (ahorco|colgo|suicido)
se (tomo|trago) (todas|muchas|demasiad\w+|un frasco|un bote|el frasco)
sobredosis|no (respira|despierta|responde|reacciona)|inconsciente|no puedo respirar|se desmayo
convulsion\w*
emergencia|ambulancia|auxilio|socorro|en peligro|sangrando|me (pega|golpea|quiere matar)
(tengo|tiene|compre|compro|consegui|consiguio|cargue) (un arma|un rifle|una pistola)(?! de (agua|
  juguete|silicon))
"""
_IN_ENGLISH, _IN_SPANISH = phrases(_ENGLISH), phrases(_SPANISH)
# Signs and digits that stand for letters, to dodge a filter: su1cide, k!ll, s*icide.
_DODGED = re.compile(r"(?<=[a-z])[1!]+")
_BLANKED = re.compile(r"(?<=[a-z])[*@#$](?=[a-z])")
# What some phones write before the parts of a long text: (2/3).
_PART_NUMBER = re.compile(r"^\s*\(?\d{1,2}/\d{1,2}\)?\s*")
_PILLS_AND_FAREWELL = re.compile(r"(?=.*💊)(?=.*\b(?:good ?bye|adios)\b)", re.DOTALL)

Language = Literal["english", "spanish"]


@dataclass(frozen=True, slots=True)
class DangerWords:
    """Possible words of danger, and their language."""

    language: Language
    words: str


def in_crisis(body: str, earlier: Sequence[str] = ()) -> DangerWords | None:
    """Find words of a person who may be in danger.

    Args:
        body: The text as it came in.
        earlier: The sender's texts of the minutes before, the oldest first. Phones cut a long text
            in two, and people send one sentence in several texts.

    Returns:
        The words; None if the text has none, neither alone nor as the end of what the earlier texts
        began. Words that the earlier texts hold by themselves count as theirs.
    """
    if (found := _find(body)) or not earlier:
        return found
    parts = [_PART_NUMBER.sub("", each) for each in (*earlier, body)]
    for glue in (" ", ""):
        if (found := _find(glue.join(parts))) and not _find(glue.join(parts[:-1])):
            return found
    return None


def _find(body: str) -> DangerWords | None:
    text = _BLANKED.sub("", body.casefold())
    for words in {plain(text), *(plain(_spelt_out(text, letter)) for letter in "il")}:
        if found := _IN_SPANISH.search(words):
            return DangerWords("spanish", found[0])
        if found := _IN_ENGLISH.search(words):
            return DangerWords("english", found[0])
    return DangerWords("english", "💊") if _PILLS_AND_FAREWELL.search(text) else None


def _spelt_out(text: str, letter: str) -> str:
    """Return the text with the signs of a disguised word as letters; a 1 may stand for i or l."""
    text = _DODGED.sub(lambda found: letter * len(found[0]), text)
    return re.sub(r"(?<=[a-z])3(?=[a-z])", "e", re.sub(r"(?<=[a-z])0(?=[a-z])", "o", text))
