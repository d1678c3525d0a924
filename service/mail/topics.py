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
    r"call(?:s|ing)?) (?:to |with |any ?(?:one|body) |some ?(?:one|body) |people |from |at )+",
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
    r"\breferral|\bproof of (?:success|value)\b|\bhappy customer|\blogos?\b",
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
    r"\btrack record\b|\bever a\b|\bhow (?:the )?others?\b|\b(?:something|anything) (?:in the drawer|on the shelf|"
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
