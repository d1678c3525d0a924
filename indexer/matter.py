"""What a question is about, without the words that ask: "Who has tackled voice picking?" → "voice picking". Pure.

"Has anybody of ours ever worked with a customer on …" is most of many questions and says nothing of what stands in a
card; as a whole such a question is nearer to any card about customers than to the one that answers it. The words that
ask were kept by hand, folded, in five languages; one that is missing costs a little likeness and no answer.
"""

import re
from collections.abc import Iterator, Sequence

from indexer.ordinary import is_function, is_ordinary
from indexer.wording import Token, fold, listed, tokens

ELIDED = re.compile(r"^(?:[cdjlmnst]|qu)['’]")
JOINED_ACROSS = 3
"""So many asking words between two others are a part of the phrase: "storage of e-mail for the auditors"."""

_ENGLISH = """
    who whom whose what which where when how why any anyone anybody someone somebody everyone nobody none something
    anything things thing stuff know knows knew known hear heard tell told telling show shows shown see seen look
    looking looks looked find found finding point pointer pointers share send give gives given get got getting have
    has had having do does did done doing make makes made making take takes took taken work works worked working
    busy deal deals dealt dealing project projects engagement engagements case cases story stories study studies
    reference references referenceable testimonial testimonials customer customers client clients account accounts
    company companies firm firms organisation organisations organization organizations prospect prospects buyer
    buyers bid bids offer offers proposal proposals quote quotes quoted quotable tender tenders pitch deck decks
    slide slides write writeup document documents documentation paper papers material materials experience
    experiences experienced expertise lesson lessons learned learnt pitfalls blueprint precedent precedents example
    examples similar comparable like alike same past previous previously prior before earlier older old already ever
    last recent recently lately finished completed team teams colleague colleagues people person persons contact
    contacts call calls visit visits visitors meet met talk talks talked talking speak spoken ask asks asked asking
    need needs needed want wants wanted wish love would could can may might should shall will let please kindly
    thanks happy satisfied glad good great enough best right idea ideas clue bell ring rings rung drawer shelf
    scratch start wheel reinvent copy build builds built building touch touched tackle tackled tackling solve solved
    handle handled handling run ran anywhere around about regarding concerning up out over there here name names
    named mention cite list comes come came willing vouch action won win wins success successes successful logo
    logos figure among far proof credentials showcase quick question wondering wonder curious help mine yours ours
    us we you your me my they them their this that these those is are was were be been being am it its not no so
    then than only just also too very much many more most some one ones two every each all else other another
"""
_OF_TOUCH = """
    own owns owned owner cover covers covering covered handle looks after charge responsible intro introduce
    introduced introduction line lines relationship relation wire lately moment meanwhile today yesterday week month
    missed right wrong close closest lead leads run runs ring rang rung approach approached deal connected
    connection connections counterpart side actually really account bevor before myself selbst man woman guy guys
    popping keeps keep kept toes stepping step check copied copy thing sure warm dran anrufe anrufen angerufen
    betreut betreuen betreute zustandig verantwortlich kontakt kontakte ansprechpartnerin draht leute leuten
    verantwortliche spricht sprechen gesprochen redet reden geredet hergestellt herstellen gegenuber zuletzt neulich
    derzeit momentan aktuell occupe gere suit suivi interlocuteur interlocutrice contact contacte chez bas gens
    dernierement actuellement
"""
_GERMAN = """
    wer wen wem wessen was welche welcher welches welchen welchem wo wohin wann wie warum jemand jemanden jemandem
    einer eine ein einen einem eines irgendwer irgendjemand irgendwo niemand kann kannst konnen konnte konnten konnt
    hat hatte haben habt hast hatten ist sind war waren wird werden wurde wurden soll sollte sollen darf durfen
    durfte mag mochte mochten muss mussen gibt gabe geben gebt nennen zeigen sagen schicken senden finden finde
    sehen suche suchen sucht brauche brauchen brauchte braucht wusste weiss wissen kennt kennen kenne schon mal
    einmal schonmal bereits bisher fruher damals je jemals gerade noch sonst auch nur doch denn mir mich uns euch
    ihr ihnen wir ich du sie er es man unser unsere unserem unseren unserer eure euer dein deine projekt projekte
    projekten kunde kunden kundin referenz referenzen referenzkunde referenzkunden vorzeigekunde vorzeigekunden
    erfahrung erfahrungen thema themen fall falle beispiel beispiele unterlagen angebot angebote schreiben ahnlich
    ahnliches ahnliche vergleichbar vergleichbares vergleichbare orientieren arbeit arbeitet arbeiten gearbeitet
    beschaftigt beschaftigen gemacht macht machen umgesetzt umsetzen gebaut gelost kollege kollegen kollegin team
    interessent interessenten firma firmen unternehmen etwas irgendetwas irgendwas ansprechpartner bitte danke frage
    hilft helfen liegt vor sich
"""
_FRENCH = """
    qui que quoi quel quelle quels quelles ou quand comment pourquoi quelqu quelqu'un un une des les le la l de du d
    au aux en dans sur pour par avec sans chez est est-ce sont etait a ont avons avez ai as avait eu etre avoir fait
    faire faites deja jamais encore aussi nous vous on je j il elle ils elles notre nos votre vos mon ma mes ce cet
    cette ces se s y et mais si ne pas plus quelque quelques chose projet projets client clients reference
    references experience experiences exemple exemples cas dossier dossiers offre offres collegue collegues equipe
    similaire similaires comparable connait connaissez connaitre sait savez savoir cherche cherchons besoin aimerait
    aimerions appeler utilisateur utilisateurs proposer travaille travaillent occupe moment montrer trouver parler
    citer nommer entreprise entreprises puis peut pouvons pouvez merci question
"""
_SPANISH_AND_DUTCH = """
    quien quienes cual cuales donde como alguien alguno algun alguna algo hay tiene tenemos tienen hemos han ha
    hecho trabajado trabaja trabajando cliente clientes referencia referencias proyecto proyectos experiencia
    ejemplo caso casos parecido parecida conoce conocen sabe saben busco buscamos necesito necesitamos nuestro
    nuestra nuestros nuestras nosotros ya vez con para sobre de del la las los el en un una wie welke waar wanneer
    hoe waarom iemand niemand iets heeft hebben hebt had gedaan gewerkt werkt werken klant klanten referentie
    referenties projecten ervaring voorbeeld voorbeelden vergelijkbaar vergelijkbare soortgelijk kent kennen weet
    weten zoek zoeken nodig onze ons jullie wij we ik er al eens eerder met voor over van het een in op bij
"""
_FACTS = """
    paid pay pays payment payments invoice invoices bill bills price prices pricing cost costs contract contracts
    agreement signed sign signs signature deadline date dates budget discount discounts rebate order orders ordered
    delivery deliveries deliver delivered ship shipped license licenses licence server servers warranty complaint
    complaints claim claims ticket tickets status terms password access revenue turnover report reports minutes
    agenda data version release bug bugs error errors rechnung rechnungen preis preise kosten vertrag vertrage
    unterschrift unterschrieben frist termin rabatt bestellung bestellt lieferung geliefert lizenz garantie
    reklamation zahlung bezahlt umsatz bericht protokoll daten fehler facture factures prix cout couts contrat
    contrats signe delai remise commande commandes livraison statut paiement paye chiffre rapport donnees erreur
"""
FACTS = frozenset(listed(_FACTS))
"""What is asked of a customer that is no question of who is in touch, though these are everyday words."""
ASKS = frozenset(fold(word) for word in listed(f"{_ENGLISH} {_GERMAN} {_FRENCH} {_SPANISH_AND_DUTCH}"))


IN_TOUCH = frozenset(fold(word) for word in listed(_OF_TOUCH))
"""What people say of being in touch with somebody, which a question may be about and nothing else."""


def matter(text: str) -> str:
    """What `text` is about, in its own order and spelling; empty where it has nothing but words that ask."""
    words = tokens(text)
    telling = [at for at, word in enumerate(words) if _is_telling(word, text.isupper())]
    return ", ".join(text[words[run[0]].start : words[run[-1]].end] for run in _runs(telling))


def weight(text: str) -> int:
    """How many words say what `text` is about."""
    return sum(_is_telling(word, text.isupper()) for word in tokens(text))


def beyond_touch(text: str, figurative: bool = False) -> tuple[str, ...]:
    """The words, folded, that ask for more than who is in touch with somebody: the name, and what else is meant.

    Where it is `figurative`, everyday words are figures of speech ("Has anyone a foot in the door at …?"), but for
    those that name a fact.
    """
    shouts = text.isupper()
    told = (word.key for word in tokens(text) if word.key not in IN_TOUCH and _is_telling(word, shouts))
    return tuple(word for word in told if not (figurative and is_ordinary(word) and word not in FACTS))


def _runs(telling: Sequence[int]) -> Iterator[list[int]]:
    """Positions in groups, a new one where too many words between them were left out."""
    run: list[int] = []
    for at in telling:
        if run and at - run[-1] > JOINED_ACROSS:
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _is_telling(word: Token, shouts: bool) -> bool:
    if len(word.key) < 2:
        return False
    if word.text.isupper() and not shouts:
        return True  # a code or an acronym: "IT" is no "it"
    plain = ELIDED.sub("", fold(word.text))
    return not (plain in ASKS or word.key in ASKS or is_function(word.key))
