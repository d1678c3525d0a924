"""What people ask for: who knows whom, similar work, references; in five languages. Pure data as patterns."""

import re

from indexer.asking import QuestionKind


def _any(*patterns: str) -> re.Pattern[str]:
    # for lower-case text: ignoring case makes each search several times as long
    return re.compile("|".join(patterns))


_WHO = (
    r"\bwh(?:o|om|ose)(?:'s|'re)?\b(?! (?:is|are) (?:attending|attached))|\b(?:contact|account owner|"
    r"account manager|account lead|deal owner|key account|relationship|sponsor|decision.maker|champion|"
    r"stakeholder|point of contact|go-to|poc|in touch|in contact|in charge|responsible|intro(?:duction)?s?|"
    r"connections?|network)\b(?! (?:details|us|me|form|page))",
    r"\b(?:know|knows|talk(?:s|ed|ing)?|speak(?:s|ing)?|spoke(?:n)?|met|meet(?:s|ing)?|connect(?:ed|ion)?|"
    r"call(?:s|ing)?) (?:to |with |any ?(?:one|body) |some ?(?:one|body) |(?:the |their |these |those )?people |"
    r"from |at )+|\bintroduce (?:me|us)\b|"
    r"\b(?:any ?(?:one|body)|some ?(?:one|body)|any of (?:us|you|the \w+)|which of (?:us|you|our \w+))\b"
    r".{0,25}\b(?:close to|on (?:it|them)\b|been to|dran)",
    r"\b(?:any|one|some|which) of (?:us|you)\b.{0,30}\b(?:visit|see|meet|deal|ask|approach|call|contact)\w*|"
    r"\b(?:any|some) ?(?:one|body)\b.{0,20}\b(?:deal(?:s|ing) with|visit(?:s|ed|ing)?|in talks|negotiat\w*|"
    r"engaged with)\b|\bare we in talks\b",
    r"\b(?:a line|line|way|foot|door) in(?:to)?\b|\bowner of\b|\bowns\b|\bkenn(?:t|en|st)\b|\bconna[iî](?:t|ssez|"
    r"is)\b|\bcono(?:ce|zca|cen|céis)\b|\bken(?:t|nen)\b|"
    r"\b(?:wer|wen|wem)\b|ansprechpartner|zuständig|kontakt|betreu|\bdraht zu\b|\bqui\b|interlocuteur|en contact|"
    r"responsable|relation|\bquién(?:es)?\b|contacto|encargad|\bwie\b (?!.{0,30}\b(?:viele?|ist der|geht|läuft|"
    r"lange)\b)|contactpersoon|verantwoordelijk|accountmanager",
)
_REFERENCE = (
    r"\breferences?\b|\breferenceable\b|\bcase.stud(?:y|ies)|success stor|testimonial|proof.points?|customer stor|"
    r"customer examples?|lighthouse|reference (?:call|visit|customer|client|project)|\bshowcase|\bcredentials\b|"
    r"\breferral|\bproof of (?:success|value)\b|\bhappy customer|\blogos?\b|\bsuccess(?:es)? (?:with|in|at|for)\b|"
    r"\b(?:speak|talk) (?:with|to) (?:some|any)(?:one|body) who (?:already )?(?:has|have|uses?|runs?)\b",
    r"referenz|fallstudie|erfolgsgeschichte|kundenbeispiel|anwenderbericht|vorzeigekunde|référence|étude de cas|"
    r"cas client|témoignage|referencia|caso(?:s)? de éxito|testimonio|referentie|klantcase|succesverhaal|"
    r"praktijkvoorbeeld",
    # a customer who may be named, or who would speak for us
    r"\b(?:customers?|clients?|accounts?|companies|buyers?)\b.{0,40}\b(?:(?:can|may|could|might|allowed to|able to|"
    r"free to|to) (?:we |i )?(?:quote|cite|name|mention|show|call|refer to)|willing|vouch|speak for us|"
    r"recommends? us)\b|\bvouch(?:es)? for\b|\b(?:happy|satisfied|delighted|proud) (?:customer|client)s?\b|"
    r"\b(?:quote|cite|name|mention) (?:any|some|one|a|an|other|existing|which)\b.{0,30}\b(?:customers?|clients?)\b",
    r"\bkund(?:e|en|in|innen)\b.{0,40}\b(?:zitieren|nennen|erwähnen|benennen|anführen|vorzeigen)\b|"
    r"\bclients?\b.{0,40}\b(?:citer|nommer|mentionner)\b|\bclientes?\b.{0,40}\b(?:citar|nombrar|mencionar)\b|"
    r"\bklant(?:en)?\b.{0,40}\b(?:noemen|aanhalen|voorbeeld)\b",
)
_SIMILAR = (
    r"\bsimilar\b|\bcomparable\b|\banalogous\b|\blike (?:this|that|these|it|them|theirs|ours)\b|\bsame (?:kind|"
    r"sort|type|problem|thing|topic|issue|use case|requirement|challenge|scope)\b|\b(?:have|has|had) (?:we|anyone|"
    r"anybody|someone|any of (?:you|us)|you|the team|our team)\b.{0,40}\b(?:done|built|worked|delivered|sold|"
    r"implemented|handled|seen|tried|run|tackled|solved|dealt|pitched|quoted|migrated|integrated|rolled|ever|"
    r"already|shipped|set up)\b",
    r"\b(?:any ?(?:one|body)|some ?(?:one|body))(?: else| here| already)* (?:done|working|worked|works|on a|did|"
    r"built|doing|tried|handled|been)\b|\bexperience (?:with|in|of|on)\b|\bexperienced\b|\bpast (?:projects?|work|"
    r"deals?)\b|\bprevious(?:ly)?\b|\bprior (?:work|projects?)\b|\bbefore\b.{0,3}\?|\bever (?:done|built|sold|"
    r"worked|run|had|tried|seen)\b|\bdone (?:this|that|something|anything)\b|\bprecedents?\b|\bblueprint|"
    r"\balready (?:done|working|built|on)\b|\b(?:other|another|else) (?:project|team|deal|customer|opportunit)\w*|"
    r"\bworking on (?:something|anything|a|the same)\b|\bprojects? (?:in|for|with|about|on|around|involving)\b|"
    r"\bsame way\b|\blessons learn",
    r"\btrack record\b|\bever a\b|\bhow (?:the )?(?:others?|colleagues)\b|\bneed (?:a|some) "
    r"(?:comparison|benchmark)s?\b|\b(?:something|anything) (?:in the drawer|on the shelf|"
    r"ready|to reuse|we can reuse)\b|"
    r"\b(?:anybody|anyone|somebody|someone|we|we've|they|team) (?:has |have |had |ever |already )*(?:built|"
    r"handled|tackled|implemented|delivered|solved|priced|connected|integrated|migrated|rolled out|set up)\b|"
    r"\bwho else\b|\bprojects? (?:where|that|which|of|like)\b|\bfirst time\b",
    r"ähnlich|vergleichbar|schon (?:ein)?mal|bereits .{0,40}(?:gemacht|umgesetzt|gebaut|geliefert)|erfahrung",
    # one of us, and work: talking, visiting and the like are for "who"
    r"\b(?:any ?(?:one|body)|some ?(?:one|body)|(?:any|one|some) of (?:us|you|our \w+)|(?:other|another|any|our|a) "
    r"(?:teams?|colleagues?))\b.{0,30}\b(?:work(?:s|ing|ed)? (?:on|at|in)|build(?:s|ing)?|built|developing|"
    r"implementing|connected|integrated|automated|migrated|busy with|tackling|solving)\b",
    r"\b(?:which|what|any) (?:of our |other |past |current )?(?:projects?|pilots?|cards?)\b|\bwhat have we (?:done|"
    r"built|delivered|sold)\b|\b(?:do|did) we have (?:something|anything|any work) (?:on|about|for|in|around|with|"
    r"like)\b",
    r"\b(?:arbeitet|baut|entwickelt|plant) (?:da |hier |bei uns |gerade |schon )*(?:jemand|einer|eine|wer|ein team)\b|"
    r"\bquelqu'un\b.{0,20}\b(?:travaille|a (?:déjà )?(?:fait|monté|réalisé))\b|\balguien\b.{0,20}\b(?:ha (?:hecho|"
    r"montado|trabajado)|trabaja(?:ndo)?)\b|\bwerkt (?:er )?(?:al )?iemand\b|\bheeft iemand\b.{0,40}\b(?:gedaan|"
    r"gebouwd|gemaakt)\b",
    r"similaire|comparable|expérience|déjà|semblable|analogue|similar|parecid|experiencia|alguna vez|ya (?:hemos|"
    r"ha)|vergelijkba|soortgelijk|ervaring|eerder|al eens",
)
TOPICS: tuple[tuple[QuestionKind, re.Pattern[str]], ...] = (
    ("reference", _any(*_REFERENCE)),
    ("similar work", _any(*_SIMILAR)),
    ("who", _any(*_WHO)),
)
CUSTOMER_FIRST = _any(
    r"\bwhom?\b.{0,20}\b(?:can|could|may|might|should) (?:we|i) (?:give|offer|name|show|quote|cite|propose|present)\b|"
    r"\bwho (?:among|of|amongst) (?:our|the) (?:customers|clients|buyers|users)\b|\bwhich (?:of our )?"
    r"(?:customers?|clients?) (?:is|are|would|could|can)\b",
    r"\bwen\b.{0,20}\b(?:anbieten|nennen|zeigen|vorschlagen|vorführen|präsentieren)\b|\bwer von unseren kunden\b|"
    r"\b(?:qui|quel client)\b.{0,20}\b(?:proposer|citer|nommer|montrer)\b|\butilisateur d[eu']",
)
"""Customers are asked for, with the words of people."""
WHO_FIRST = _any(
    r"\bwho(?:'s|m|se)?\b.{0,60}\b(?:talk|speak|cover|own|handl|responsib|contact|charge|know|deal|work|manag|"
    r"look|lead|sell|sold|met|meet|call|run|in touch|account|introduc|reach|ask|approach|connect|takes? care|"
    r"assigned|driv|sponsor|decid|sign)\w*",
    r"\b(?:wer|wen|wem)\b.{0,60}\b(?:spricht|sprechen|betreu|kümmer|zuständig|kenn|verantwort|kontakt|arbeit|"
    r"führt|hat|wende|ansprech)\w*",
    r"\bqui\b.{0,60}\b(?:s'occupe|gère|suit|connaît|contact|parle|responsable|travaille|chargé|couvre)\w*|"
    r"\bà qui\b|\bavec qui\b",
    r"\bquién(?:es)?\b.{0,60}\b(?:lleva|habla|encarga|conoce|gestiona|trabaja|responsable|contact|cubre)\w*",
    r"\bwie\b.{0,60}\b(?:spreekt|praat|verantwoordelijk|beheert|kent|contact|doet|werkt|gaat over)\b",
)

REFERENCE_LIKE = _any(
    r"\bquot(?:e|able|ed)\b|\bwrite-?ups?\b|\bin action\b|\b(?:clients?|customers?|visitors?|prospects?|buyers?)\b"
    r".{0,40}\b(?:name|visit|see|show|take|tour|call|ring|talk to|look at)\b|\b(?:show|take|introduce|bring) "
    r"(?:visitors?|a (?:prospect|buyer|lead|customer)|prospects?)\b|\b(?:have|did) we (?:ever )?(?:won|win)\b|"
    r"\b(?:happy|willing|glad|ready) to (?:talk|show|take|speak|recommend|host|be named)\b|\bsuccess(?:es)?\b",
    r"\b(?:kunden?|firmen?|betriebe?|unternehmen)\b.{0,50}\b(?:nenn\w*|zeig\w*|gewonnen|vorführ\w*|anrufen|besuch\w*|"
    r"empfehl\w*|vorzeig\w*)\b|vorzeig|vorzuzeigen|herzeigen|\b(?:besichtig|vorführ)\w*",
    r"\b(?:clients?|utilisateurs?|sociétés?|entreprises?)\b.{0,50}\b(?:cit\w*|nomm\w*|montr\w*|visit\w*|appel\w*|"
    r"témoign\w*|recommand\w*|gagn\w*)\b|\bclientes?\b.{0,50}\b(?:visitar|mostrar|llamar)\b",
)
"""A customer who is to be shown, called or named, where no other word of the kind is there."""
OURS = _any(
    r"\b(?:we|us|our|ours|we've|team|teams|colleagues?|anybody|anyone|somebody|someone|in.?house)\b",
    r"\b(?:earlier|older|previous|existing|finished|past) (?:one|ones|work|version|attempt|offer|proposal|study)\b|"
    r"\bpointers?\b|\bwhat there is\b|\blast time\b|\blessons\b|\bcome up\b|\bin the archive\b",
    r"\b(?:wir|uns|unser\w*|jemand\w*|einer|wer|kolleg\w*|team|vorlagen?|unterlagen|altes|frühere\w*|projekt\w*)\b|"
    r"\b(?:liegt|gibt|gab) (?:es|da|dazu)\b",
    r"\b(?:nous|notre|nos|quelqu'un|collègues?|équipe|a-t-on|avons|existe-t-il|on a|projets?|dossiers?)\b",
    r"\b(?:nosotros|nuestr\w*|alguien|tenemos|hemos|equipo|proyectos?)\b|\b(?:wij|ons|onze|iemand|hebben|collega\w*)\b",
)
"""What is asked of what the organisation itself did or has, rather than of the world."""
FACTS = _any(
    r"\b(?:offered|we offer|pay|paid|agreed?|sign(?:ed)?|promised?|charged?|discount|price|pric(?:es|ed)|deadline|due|"
    r"budget|address|phone|number|status|invoice|order(?:ed)?|when|how (?:much|many|long|old))\b",
    r"\b(?:angeboten|bezahlt|vereinbart|unterschrieben|versprochen|rabatt|preis|frist|budget|adresse|nummer|rechnung|wann|"
    r"wie ?viele?|quand|combien|prix|facture|adresse|numéro|signé|convenu|cuánto|cuándo|hoeveel|wanneer)\b",
)
"""What is asked of one deal or one customer: a fact, not work of its kind."""
PLANS = _any(
    r"\b(?:shall|should|can|could|will|would|must|may|are|do) we (?!have\b|know\b|already\b)|\b(?:tomorrow|today)\b|"
    r"\bwe(?:'ll| will| should| shall)\b|\b(?:next (?:week|month)|this (?:week|afternoon|morning))\b|"
    r"\b(?:mon|tues|wednes|thurs|fri)day\b",
    r"\b(?:sollen|wollen|können|müssen|werden) wir\b|\b(?:morgen|heute|nächste woche|montag|dienstag|mittwoch|"
    r"donnerstag|freitag)\b|\b(?:devons|pouvons|allons)-nous\b|\b(?:demain|aujourd'hui|la semaine prochaine|lundi|"
    r"mardi|mercredi|jeudi|vendredi)\b",
)
"""What is still to be done, which is no work to look up."""
