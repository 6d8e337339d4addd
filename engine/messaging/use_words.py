"""Words of a client who has used, is using, or is close to it, in English and Spanish.

Such a text is more severe than others and is told with more urgency. A reading too wide only costs
a needless call, so these words need not be certain. A denial ("didn't use") is left out.
"""

from __future__ import annotations

from engine.messaging.plain_words import phrases, plain

_SUBSTANCE = (
    r"(alcohol|beers?|wine|liquor|vodka|whisk(e)?y|tequila|rum|booze|shots?|drinks?|dope|heroin|"
    r"h|fent(anyl|y)?|blues?|percs?|oxys?|pills?|benzos?|xan(ax|s|nies)?|bars?|coke|cocaine|crack|"
    r"meth|crystal|ice|speed|adderall|weed|pot|bud|edibles?|lines?|bowls?|joints?|kratom|tranq|"
    r"cervezas?|tragos?|copas?|pastillas?|lineas|coca|mota|drogas?|drugs?|smack|molly|k2|spice)"
)
_RECENT = (
    r"(ag(ai|ia|i|a|e)n|today|tonight|last night|yesterday|this (morning|weekend|week|afternoon)|"
    r"earlier|just now|rn|right now|(on )?(mon|tues|wednes|thurs|fri|satur|sun)day|twice|once|"
    r"a bit|a little|before|at work|after)"
)
_USE = rf"""
i (just |also |only |kinda |fucking )?(used|shot up|smoked|snorted|sniffed|drank|injected|
  slammed|nodded out)
(^|and |then |just )shot up(?! (to|by|like|fast)\b)
(just |only )?(used|smoked|drank|snorted|shot up|injected|slammed) {_RECENT}
(smoked|drank|snorted|sniffed|popped|shot|slammed|did|took|had|hit|used|bought|ate|
  scored) (up )?(some|a|an|few|a few|a couple( of)?|two|three|too many|my|the|all|that|\d+|
  one) ?(of )?(last )?(few )?{_SUBSTANCE}
took a few of (my|his|her|their)( \w+)? {_SUBSTANCE}|bought some and
(did|used|smoked|shot|bought|scored|on|drank|taking|doing) {_SUBSTANCE}
(smoked|drank) (some|it|up|with|again|yesterday|last|all)
(i )?(re ?l[ae]p?sed?|relasp(s|ed?|ing)|relapsing|relapse)
(i )?slipped( up)?|slip up|had a slip|fell off( the wagon)?|went back out
picked up (last|again|today|yesterday|a drink)|(i )?picked up
broke my (sobriety|clean time|streak|days)|lost my (clean time|sobriety|days|sober date)
(back (to|at)|at|its) day (1|one)|day (1|one) again
(i )?(messed|screwed|fucked|effed) up( again)?
(i |im |been |was )*(using|drinking|smoking|getting high|shooting up|nodding out|nodding)( again|
   since| all| for| rn| right now| every| too| heavily)
on a (bender|binge|run)|binged|nodding out
(im |i am |got |so |really |was |been |still |feeling |hella |a bit )*(drunk|wasted|hammered|
  stoned|loaded|faded|buzzed|tipsy|hungover|intoxicated|blacked out|tweaking|geeked|lit)
(im|i am|got|getting|get|so|really|gonna get|was) (so |really )?high
hit the (pipe|bottle|bong)
(cant|cannot|can not|couldnt|dont know how to) stop( (using|drinking|smoking|myself))?
((want|wanna|need|going|gonna|about|plan(ning)?|ready|trying|try|tempted|decided|close)( to|
   on)?|thinking (about|of)|almost|nearly|stop|quit|out of|urge(s)? to|before i) (really |just |
  not )?(use|using|used|drink|drinking|drank|get high|getting high|score|scoring|relapse|
  relapsing|pick up|smoke|get drunk|get wasted|shoot up)
need (a|some) (drink|hit|fix|bump|shot|{_SUBSTANCE})
(really |so |strong |bad |crazy |big |the |these |having |my |got |i have |
  cravings? )*(cravings?|craving|urges?|urge|jonesing|fiending|fiendin|triggered)( (is|are|so|
  really|very|bad|hard|like|right|to|for|it|all|hit|hitting|strong|a|rn|again|today|tonight))+
(strong|bad|having|big|crazy|serious|intense|got) (cravings?|urges?)|craving {_SUBSTANCE}|
  craving so
(at|outside|inside|near|in) (the|a|my) (liquor store|bar|dealers?( house)?|trap( house)?|
  connects?)
sitting outside my dealers|my (dealer|plug|connect)
(got|have|ive got|holding|bought|found) (some )?{_SUBSTANCE}( (on me|in my|and havent))?
dope ?sick|withdrawing|in withdrawals?|white knuckling|not sure ill make it
recai|recaida|recaer|recaimos|volvi a (usar|consumir|tomar|fumar|beber|caer|drogarme|lo mismo)
(consumi|use|tome|fume|bebi|me drogue|me meti|me inyecte|me emborrache|la regue)( (algo|un poco|
  otra vez|anoche|ayer|hoy|de nuevo|demasiado|unas?|unos|cerveza|alcohol|drinks|drogas?))+
me (drogue|inyecte|emborrache|puse high|puse hasta|meti) ?(otra vez|unas|una|algo|lineas)?|consumi
me tome (unas|unos|una|dos|tres|varias) (cervezas?|copas?|tragos?|drinks?)
(estoy|ando|sigo|me puse|bien|muy) (bien |muy |todo |toda )?(borrach[oa]|drogad[oa]|high|loco|
  pedo|peda|crudo|cruda)
no (puedo|logro) (parar|dejar de (tomar|usar|consumir|beber|fumar))
(quiero|voy a|ganas de|por|dejar de|a punto de|pensando en|necesito) (usar|consumir|tomar|beber|
  drogarme|recaer|fumar|un trago|una cerveza|meterme algo)
(en|afuera de|frente a) (la licoreria|el bar|la cantina|casa de mi dealer)|mi dealer
"""
# The same words without that meaning: a denial, a count of clean days, everyday use.
_NOT_USE = r"""
(didnt|did not|havent|have not|hasnt|never|wont|will not|not|no longer|without|dont) (going to |
  gonna |even |had a |had any |want to |wanna |been |have )?(use|used|using|drink|drank|drunk|
  smoke|smoked|relapse|relapsed|get high|drinking|craving|had a drink|a drink)
used to
used (the|my|your|a|an|his|her|our|this|that|it|car|cars|some of|up|skills?|coping) (?!dope|
  heroin|meth|coke|pills?|drugs?)(\w+)
used car|used (skills|narcan)|get used to
(no|zero|without|fewer|less) (cravings?|urges?)( (today|this|since|at|all|so|now))*
(clean|sober) (today|for|since|and)|still (sober|clean)
\d+ (days?|weeks?|months?|years?) (clean|sober|without|free)
high (on life|score|school|five|blood|hopes|chair|tech)
drank (a lot of |too much |some |my |lots of |only |just )*(water|coffee|tea|juice|soda|milk|
  gatorade)
slipped on|slipped (my mind|and fell)
picked up (my |the |some |a )*(kids?|meds?|phone|food|groceries|daughter|son|mail|prescription|
  \d+ day chip|chip|wife|mom|shift|check|dog|package|job)
smoked (brisket|ribs|salmon|meat|turkey|fish)|(bus|front|finish|phone|dead|hot) line
lines? (at|is|are|for)
(no|sin|nunca) (use|consumi|tome|bebi|fume|usar|consumir|tomar|beber|fumar|recai)|llevo \d+
tome (agua|cafe|te|jugo|mi|mis|la|el|leche)|me tome (mis|mi|el|la)|use (el|la|mi|mis|un|una|lo)
stop using my
(cant|cannot|can not) stop (crying|laughing|smiling|thinking about you|worrying|coughing|shaking|
  sweating|puking|eating)
shot (of espresso|in the arm)|flu shot|took (my|all my) (meds|pills|medicine|medication)
the bar (exam|is)
"""
_IS_USE, _IS_NONE = phrases(_USE), phrases(_NOT_USE)


def use_words_in(body: str) -> str | None:
    """Find words by which a person says that they used, are using or are close to it.

    Args:
        body: The text as it came in.

    Returns:
        The words; None if the text has none.
    """
    found = _IS_USE.search(_IS_NONE.sub(" . ", plain(body)))
    return found[0] if found else None
