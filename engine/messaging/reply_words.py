"""The words by which staff and mentors answer a text, in English and Spanish, as plain words.

A phrase counts only if the whole text is made of such phrases, codes and courtesies. No word here
can therefore act from inside a sentence that says something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from engine.messaging.plain_words import TOKEN


class Word(StrEnum):
    """The meaning of a phrase in an answer."""

    TAKE = "take"
    ACKNOWLEDGE = "acknowledge"  # takes beside a code; alone it may only mean "I have read it"
    PASS = "pass"
    MAYBE_PASS = "maybe pass"
    DONE = "done"
    MAYBE_DONE = "maybe done"
    FALSE_ALARM = "false alarm"
    SNOOZE = "snooze"
    MAYBE_SNOOZE = "maybe snooze"  # counts beside a code alone
    UNDO = "undo"
    ALL = "all"
    LIST = "list"
    ASK = "ask"
    MORE = "more"  # the advice about it
    HELP = "help"
    AND = "and"
    COURTESY = "courtesy"


# The letters that our texts ask for.
LETTERS: Mapping[str, Word] = {
    "a": Word.TAKE,
    "p": Word.PASS,
    "d": Word.DONE,
    "f": Word.FALSE_ALARM,
    "s": Word.SNOOZE,
}
# Numbers as dictation writes them; dictation errs, so they are confirmed.
SPOKEN_NUMBERS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6,
    "siete": 7, "ocho": 8, "nueve": 9,
}  # fmt: skip
_PHRASES: Mapping[Word, str] = {
    Word.TAKE: """
take | take it | take this | take this one | taking | taking it | taking now | taking this
took it | ill take | ill take it | ill take this | ill take this one | ill take that | ill get it
i will take | i will take it | i can take | i can take it | i take | i take it | let me take it
im taking | im taking it | ack | acknowledge | acknowledged | accept | accepted | accepting
got this | i got | i got this | i got it | ive got | ive got it | ive got this | i have | i have it
i have this | got | mine | is mine | its mine | this is mine | im on it | im on | on it | onit
handling | handling it | im handling | im handling it | i will handle it | ill handle it
claim | claim it | claiming | claimed | reply a to take it | a to take it
tomo | tomo la | lo tomo | la tomo | yo tomo | yo tomo la | yo la tomo | yo lo tomo | lo tomo yo
la tomo yo | tomado | tomada | me encargo | yo me encargo | me encargo yo | me encargo de
estoy en ello | estoy en eso
me encargo de la | yo me encargo de | yo me encargo de la | me ocupo | yo me ocupo | mia | mio
es mia | es mio | la atiendo | la atiendo yo | yo la atiendo | lo atiendo yo | yo lo atiendo
lo tengo | la tengo | la tengo yo | lo tengo yo | ya la tengo | ya la tengo yo | ya lo tengo
yo la tengo | yo lo tengo | yo la take | yo la agarro | la agarro
""",
    Word.ACKNOWLEDGE: """
got it | gotit | gotcha | ok | okay | okey | k | kk | yes | yep | yup | yeah | ya got it | sure
roger | roger that | copy | copy that | understood | noted | received | will do | calling
calling now | calling her | calling him | calling them | calling her now | calling him now
calling them now | ill call | ill call her | ill call him | ill call them | i will call
omw | on my way | on my way to | thumbsup | absolutely | of course
si | sip | vale | va | dale | claro | entendido | entendida | enterado | enterada | recibido
copiado | de acuerdo | sale | okis | llamando | llamo ahora | ya lo llamo | ya la llamo
lo llamo | la llamo
""",
    Word.PASS: """
pass | pass it | pass it on | pass on | pass it along | pass to next | next person | on pass
pasa | pasala | pasalo | pasar | pasarla | pasarlo | que pase | pasela
""",
    Word.MAYBE_PASS: """
someone else | somebody else | paso | cant | i cant | cannot | i cannot | cant do | i cant do
cant do it | i cant do it | cant take | i cant take | cannot take | cant take it | i cant take it
cannot take it | i cannot take it | cant take this | i cant take this | cant take this one
no puedo | no puedo tomar | no puedo tomarla | no puedo tomarlo | no la puedo tomar
""",
    Word.DONE: """
done | done with | done w | all done | its done | is done | close | close it | closed | close this
resolved | resolve | finished | completed | complete | finish | handled
hecho | hecha | ya esta hecho | esta hecho | terminado | terminada | cerrada | cerrado | cerrar
cierra | cierrala | resuelto | resuelta | completado
""",
    Word.MAYBE_DONE: "all good | all set | taken care of",
    Word.FALSE_ALARM: """
false | false alarm | was a false alarm | it was a false alarm | its a false alarm
is a false alarm | falsa | falsa alarma | es falsa alarma | fue falsa alarma
fue una falsa alarma | es una falsa alarma
""",
    Word.SNOOZE: """
snooze | snooze it | posponer | pospon | posponla
""",
    Word.MAYBE_SNOOZE: """
later | remind me later | remind me | mas tarde | luego | recuerdame luego
""",
    Word.UNDO: """
undo | oops undo | undo that | undo it | undo this | deshacer | deshaz | deshaz eso | deshazlo
""",
    Word.ALL: """
all | all of them | em all | all mine | them all | todas | todos | todas mias | todos mios
both | both of them | both mine | las dos | los dos | ambas | ambos
""",
    Word.LIST: """
list | the list | show list | show me the list | lista | la lista | whats open | what is open
what do i have | what have i got | which are open | which ones are open | what is open with me
que tengo | que tengo abierto | que hay abierto | que esta abierto
""",
    Word.ASK: """
? | w | what | why | what is | whats | what was this about | whats this about | what is this about
what is this | por que | que es | de que se trata | que paso | status
""",
    Word.MORE: """
more | tell me more | more info | what do i do | what should i do
mas | dime mas | mas informacion | que hago
""",
    Word.HELP: """
help | help me | i need help | info | commands | options | menu | what can i text | what do i reply
how does this work | how do i reply | ayuda | ayudame | necesito ayuda | como funciona
como funciona esto | que contesto | que respondo | comandos | opciones
""",
    Word.AND: "and | y | plus",
    Word.COURTESY: """
please | pls | plz | thanks | thank you | thanks so much | thank you so much | thanks a lot | thx
ty | tysm | hi | hey | hello | hi there | good morning | good evening | good afternoon
good night | sorry | sorry for the delay | sorry im late | now | right now
reply | number | alert | code | la | el
she answered | he answered | they answered | spoke to her | spoke to him | spoke to them
spoke with her | spoke with him | spoke with them | talked to her | talked to him | talked to them
shes ok | hes ok | theyre ok | shes fine | hes fine | theyre fine | shes safe | hes safe
por favor | porfa | xfa | gracias | muchas gracias | hola | buenos dias | buenas noches
buenas tardes | buenas | perdon | disculpe | ahora | ahora mismo | ya mismo | numero | alerta
folded hands
""",
}


def _table() -> Mapping[tuple[str, ...], Word]:
    found: dict[tuple[str, ...], Word] = {}
    for word, lines in _PHRASES.items():
        for phrase in lines.replace("\n", " | ").split("|"):
            if tokens := tuple(TOKEN.findall(phrase)):
                found[tokens] = word
    return found


PHRASES = _table()
LONGEST_PHRASE = max(map(len, PHRASES))
