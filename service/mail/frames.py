"""The ways in which people ask, in five languages, and those that only look like it. Pure data as patterns.

They are looked for in single sentences only, which are short, so that no pattern meets a whole mail.
"""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    # for lower-case text: ignoring case makes each search several times as long
    return re.compile("|".join(patterns))


# A sentence that asks to be told something, with or without a question mark.
ASKS_TO_KNOW = _any(
    # English
    r"\b(?:i|we)(?:'d| would)? (?:just |really |also )?(?:like|love|want|need|be (?:curious|interested|keen|happy|"
    r"glad|grateful)) to (?:know|learn|hear|find out|understand|see|check|ask)\b",
    r"\b(?:i|we)(?:'m| am|'re| are|'ve been| was| were|'ve| have been)? (?:also |still |just |now |currently |"
    r"both )*(?:wonder(?:ing)?|curious|looking (?:for|to find)|searching for|trying to (?:find|figure out|"
    r"understand|locate|identify|get hold)|hunting for|after an?|in search of|interested in (?:any|a|who|what|"
    r"whether|knowing|similar))\b",
    r"\b(?:wondering|curious) (?:if|whether|who|what|which|where|when|how|about)\b|^looking for\b|"
    r"^searching for\b|\bshow (?:me|us) (?:a|an|any|some|one)\b|\b(?:i'm|we're|i am|we are) short of\b|"
    r"\b(?:would|'d) love to (?:see|hear|know|read|learn) (?:how|what|who|whether|which|some|any|an?|examples?)\b|"
    r"\bneed (?:a|some) (?:comparison|benchmark|example|sample)s?\b|\b(?:i|we) need the (?:person|colleague|one|name) "
    r"(?:who|that|of)\b|\b(?:bräuchten?|brauchen?|suchen?|fehlt|wünschen?)\b.{0,30}(?:referenz|vorzeige|beispiel|"
    r"ansprechpartner|kontakt|kolleg|projekt|vorlage|erfahrung)|"
    r"^in need of\b|^any (?:chance|idea|clue|hint|pointers?|news|update|info|thoughts|experience|"
    r"references?|contacts?|case stud)",
    r"\b(?:do|does|did|would|can|could|has|have|is|are) (?:any ?(?:one|body)|some ?(?:one|body)|any of (?:you|us)|"
    r"you|we|the team|our team|they|it|there)\b[^.!]{0,200}\?",
    r"^(?:does|do|did|has|have|is|are|was|were|can|could|would|will|should) (?:any ?(?:one|body)|some ?(?:one|"
    r"body)|any of|we|you|there|our)\b",
    r"\b(?:any ?(?:one|body)|some ?(?:one|body)) (?:here |else |of you |on the team |in the team |"
    r"out there )*(?:who )?(?:know|have|has|had|work|talk|talking|in touch|heard|done|ever|with (?:experience|"
    r"a contact)|got)\b.{0,200}\?",
    r"\b(?:let me|let us|tell me|tell us|advise|remind me|show me|enlighten me|fill me in on|"
    r"give me an idea) (?:know )?(?:of |about |on )?(?:who|whom|whose|what|which|where|when|whether|if (?:we|you|"
    r"any|there|some)|how|any)\b",
    r"\b(?:could|can|would|will|may|might) (?:you|someone|somebody|anyone|anybody|one of you|i|we)(?: please|"
    r" kindly| perhaps| maybe| possibly| also| quickly)*,? (?:tell|point|direct|share|recommend|suggest|advise|"
    r"refer|introduce|connect|put (?:me|us) in|remind|show|help me (?:find|understand|locate)|find out|look up|"
    r"name|say|let (?:me|us) know|get|have|see|send (?:me|us)|give (?:me|us)|provide|dig up|find|pass (?:me|on))\b",
    r"\b(?:please|pls|kindly),? (?:tell|point|direct|share|recommend|suggest|advise|refer|introduce|connect|"
    r"remind me|show|help me find|let (?:me|us) know (?:who|what|which|where|whether|if (?:we|you|any|there|"
    r"some))|send (?:me|us)|give (?:me|us)|provide|find|name)\b",
    r"\b(?:who|whom)(?:ever)? (?:should|could|can|do|would|must) (?:i|we|one|they) (?:talk|speak|contact|ask|"
    r"reach|turn|approach|call|write|go|ping|loop|involve|address|best)\b",
    r"\b(?:no|not(?: quite| really)? (?:sure|clear|certain)|don't|do not|unsure|unclear|can't|cannot|couldn't|"
    r"could not|haven't|unable to|have no|forgot|forget)(?: to| been able to)? ?(?:idea|know|remember|recall|find|"
    r"found|tell|see)? ?(?:yet |anymore |out )?(?:on |about |of |to me )?(?:who|whom|whose|which|where|whether|"
    r"if (?:we|any|there|some)|what|how)\b",
    r"\b(?:can't|cannot|couldn't|could not|haven't|unable to|didn't|did not|don't) (?:seem to |"
    r"be able to )?(?:find|found|locate|see|remember)\b.{0,40}\b(?:any|a|an|the|our|who|contact|reference|card)\b",
    r"\b(?:i|we|they|he|she|customer|client|prospect|lead|buyer|cto|cio|ceo|cfo|procurement|team)(?:'s|'re| is|"
    r" are| was| were)?(?: (?:now|also|again|just|still|really|urgently|keep|keeps|specifically|explicitly|"
    r"already))* (?:ask(?:s|ed|ing)? (?:me |us |again )?(?:for|if|whether|who|what|which|about|where|how)|"
    r"want(?:s|ed)? to (?:know|see|hear|talk to|speak)|would like to (?:know|see|hear|talk)|like to (?:know|see|"
    r"hear)|need(?:s)? (?:a|an|some|to (?:know|find|see|show)|any|two|three|another|your help finding)|"
    r"request(?:s|ed|ing)?|wonders?|insists? on|expects? (?:a|an|to see))\b",
    r"\b(?:would|might|could) (?:be (?:great|good|nice|helpful|useful|interesting|fantastic|handy|ideal|lovely)|"
    r"help|love|like|appreciate)\b.{0,50}\b(?:to (?:know|have|see|hear|learn|talk|get)|if (?:we|you|anyone|"
    r"someone|there)|know)\b",
    r"\b(?:grateful|thankful|appreciate|glad|happy)\b.{0,20}\b(?:for|about|any|a|if|"
    r"to hear)\b.{0,60}\b(?:pointers?|hints?|leads?|contacts?|references?|tips?|info\w*|names?|someone|anyone|"
    r"examples?|input|intro\w*|help)\b",
    r"\b(?:pointers?|hints?|leads?|tips?|recommendations?|suggestions?|introductions?|"
    r"intros?)\b.{0,30}\b(?:welcome|appreciated|needed)\b|\b(?:urgently )?(?:need(?:ed)?|require[ds]?|"
    r"wanted)\s?[:\-–]|\bthe question is\b|\bmy question\b|\bquestion\s?[:\-–]|\bquick question\b.{0,8}[:\-–]",
    r"\b(?:need|needs|require|requires|could use|want) (?:a |an |some |any |the |two |three |more |another |our |"
    r"good |recent |strong |public |solid |relevant )*(?:\w+ ){0,3}(?:references?|case stud(?:y|ies)|"
    r"success stor(?:y|ies)|customer stor(?:y|ies)|testimonials?|proof points?|logos?|contacts?|introductions?|"
    r"intros?|contact person|examples?)\b",
    r"\bwould (?:really |greatly |certainly |probably )?(?:help|be (?:a )?(?:great|big) help|save)\b",
    r"\b(?:grateful|thankful|glad|happy) (?:for|about) (?:a|an|any|some|your|the)\b",
    # German
    r"\b(?:ich|wir) (?:würde[n]?|möchte[n]?|wüsste[n]?|will|wollen|hätte[n]?|frage[n]?|suche[n]?|bräuchte[n]?|"
    r"brauche[n]?|benötige[n]?|interessiere[n]?)\b.{0,80}\b(?:wissen|erfahren|ob|wer|wen|wem|was|welche[rsmn]?|wo|"
    r"wie|gerne?|referenz\w*|ansprechpartner\w*|kontakt\w*|jemand\w*|fallstudie\w*|beispiel\w*|projekt\w*)\b",
    r"\b(?:suche|gesucht|brauche|bräuchte|benötige|suchen|brauchen)\b.{0,60}\b(?:referenz\w*|ansprechpartner\w*|"
    r"kontakt\w*|jemand\w*|fallstudie\w*|beispiel\w*|kolleg\w*|erfahrung\w*|projekt\w*)\b",
    r"\b(?:weiß|weiss|wisst|wissen|kennt|kennst|kennen|hat|haben|habt|hast|gibt|spricht|arbeitet|betreut|kann|"
    r"könnte[nt]?|könnt|kannst|wäre|ist|sind|war|waren|sollte[n]?|soll|darf)\b (?:ihr|sie|du|wir|jemand|"
    r"irgendjemand|einer|eine|es|bei uns|von euch|schon|dort|da|hier|man|mir|ich)\b.{0,200}\?",
    r"\b(?:bitte|könnte[nt]?|könnt|kannst|kann|würde[nt]?)\b.{0,40}\b(?:sagen|nennen|mitteilen|verraten|zeigen|"
    r"empfehlen|vermitteln|teilen|schicken|senden|zukommen|weiterhelfen|verweisen)\b",
    r"\b(?:sag|sagt|nenn|nennt|sagen sie|nennen sie|teilen sie|lass\w*|gib|gebt|geben sie) (?:mir|"
    r"uns)\b.{0,60}\b(?:wissen|bescheid|ob|wer|wen|was|welche\w*|wo|wie|mit)\b|\b(?:weiß|"
    r"wissen) (?:leider )?nicht,? (?:wer|ob|wen|wem|welche\w*|wo|was)\b|\bkeine ahnung,? (?:wer|ob|wo)\b",
    r"\b(?:kunde|kundin|interessent\w*|er|sie|einkauf)\b.{0,20}\b(?:fragt|fragte|möchte|will|wünscht|hat gefragt|"
    r"verlangt|bittet)\b.{0,80}",
    # French
    r"\b(?:j'aimerais|je (?:voudrais|souhaite\w*|cherche|me demande|recherche|ne sais (?:pas|plus))|"
    r"nous (?:aimerions|voudrions|souhait\w+|cherchons|recherchons|avons besoin)|j'ai besoin|on cherche|"
    r"il me faut(?:drait)?)\b",
    r"\b(?:quelqu'un|qui|avons-nous|avez-vous|as-tu|a-t-on|y a-t-il|est-ce (?:que|qu)|savez-vous|sais-tu|"
    r"connaissez-vous|connais-tu|peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|existe-t-il|"
    r"sommes-nous)\b.{0,200}\?",
    r"\b(?:peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|merci de|veuillez|s'il (?:te|"
    r"vous) pla[iî]t)\b.{0,30}\b(?:dire|indiquer|partager|envoyer|donner|transmettre|recommander|m'orienter|"
    r"présenter|communiquer|savoir)\b|\bdites?-(?:moi|nous)\b|\b(?:le|la) (?:client|"
    r"prospect)e?\b.{0,15}\b(?:demande|souhaite|voudrait|veut)\b",
    # Spanish
    r"\b(?:me gustaría|nos gustaría|quisiera|quisiéramos|quiero|queremos|busco|buscamos|estoy buscando|"
    r"estamos buscando|necesito|necesitamos|me pregunto|no sé|no sabemos)\b.{0,80}\b(?:saber|conocer|si|quién|"
    r"quien|qué|cuál|dónde|cómo|referencia\w*|contacto\w*|alguien|caso\w*|ejemplo\w*|proyecto\w*)\b",
    r"¿|\b(?:alguien|quién|tenemos|hay|sabéis|sabes|sabe|conocéis|conoces|puedes|podéis|podrías|podría|habéis|"
    r"hemos|existe)\b.{0,200}\?",
    r"\b(?:puedes|podéis|podrías|podría|por favor)\b.{0,30}\b(?:decir\w*|indicar\w*|compartir\w*|enviar\w*|dar\w*|"
    r"recomendar\w*|presentar\w*|pasar\w*)\b|\b(?:dime|decidme|avísame)\b.{0,20}\b(?:quién|si|qué|dónde|cuál)\b|"
    r"\bel cliente\b.{0,15}\b(?:pregunta|pide|quiere|quiere saber|solicita)\b",
    # Dutch
    r"\b(?:ik|we|wij) (?:zou(?:den)?|wil(?:len)?|zoek(?:en)?|vraag|vragen|ben|zijn|heb|hebben)\b.{0,60}\b(?:weten|"
    r"benieuwd|op zoek|me af|ons af|graag|nodig|wie|of|referentie\w*|contact\w*|iemand|klantcase\w*)\b",
    r"\b(?:weet|weten|kent|kennen|heeft|hebben|is|zijn|kan|kun|kunnen|zou|werkt|spreekt) (?:iemand|jullie|jij|je|"
    r"u|we|wij|er|een van|ons)\b.{0,200}\?",
    r"\b(?:kun|kan|kunnen|zou|zouden|wil)\b.{0,20}\b(?:je|jij|jullie|u|iemand)\b.{0,40}\b(?:vertellen|zeggen|"
    r"delen|sturen|doorgeven|aangeven|aanraden|voorstellen|laten weten)\b|\blaat (?:me|mij|ons|het) (?:even |"
    r"graag )?weten\b|\bweet niet wie\b|\b(?:de|onze) klant\b.{0,15}\b(?:vraagt|wil|zoekt)\b",
)
# Frames that can mean nothing else: whoever says this wants to know, whatever the topic.
WANTS_TO_KNOW = _any(
    r"\b(?:wonder(?:ing)?|curious) (?:if|whether|who|what|which|where|when|how|about)\b|^(?:i|we) wonder\b",
    r"\b(?:like|love|want|wants|need|needs|keen|interested|happy|glad) to (?:know|learn|find out)\b",
    r"\b(?:looking|searching|hunting) for\b|\btrying to (?:find|figure|locate|identify)\b|\bneed to find out\b",
    r"\b(?:no idea|no clue|not sure|unsure|don't know|do not know|unclear) (?:about |on |to me )?(?:who|whom|"
    r"whether|if|what|which|where)\b",
    r"\b(?:let me know|tell me|tell us|remind me) (?:who|whom|whether|if (?:we|any|there|some)|what|which|where|"
    r"when|how)\b",
    r"\b(?:can't|cannot|can not|couldn't|could not|unable to|haven't) (?:find|found|locate)\b",
    r"\b(?:wüsste|wüssten) (?:ich |wir )?(?:gerne?|gern)\b|\bmich würde interessieren\b|\bich frage mich\b|"
    r"\b(?:ich|wir) suchen?\b|^suchen?\b",
    r"\bj'aimerais savoir\b|\bje (?:cherche|recherche|me demande)\b|\bnous cherchons\b",
    r"\b(?:me|nos) gustaría saber\b|\bquisier(?:a|amos) saber\b|\b(?:busco|buscamos)\b|\bme pregunto\b",
    r"\bzou(?:den)? (?:ik |we |wij )?graag (?:willen )?weten\b|\b(?:ik|wij|we) zoek(?:en)?\b|\bbenieuwd (?:of|wie|"
    r"naar|wat)\b|\bvraag me af\b",
)
# A question word that opens the sentence, or stands right behind a comma or "and".
QUESTION_WORD = _any(
    r"^(?:so|and|but|also|or|then|ok|btw|just|quick one|now)?,?\s*(?:who|whom|whose|what|which|where|when|why|"
    r"how)(?:'s|'re|'d)?\b",
    r"^(?:und|aber|auch|also)?,?\s*(?:wer|wen|wem|wessen|was|welche[rsmn]?|wo|wann|warum|wieso|wie|woher|womit|"
    r"gibt es|haben wir|hat jemand|hatten wir)\b",
    r"^(?:et|mais)?,?\s*(?:qui|que|quoi|quel(?:le)?s?|où|quand|pourquoi|comment|combien|à qui|avec qui|avons-nous|"
    r"y a-t-il)\b",
    r"^¿?(?:y|pero)?,?\s*¿?(?:quién(?:es)?|qué|cuál(?:es)?|dónde|cuándo|cómo|por qué|a quién|con quién|tenemos)\b",
    r"^(?:en|maar)?,?\s*(?:wie|wat|welke|waar|wanneer|waarom|hoe|hebben we|is er iemand)\b",
)
# What is said out of politeness, about the weather of the talk, or asks the reader for a date, a yes or a deed.
PLEASANTRY = _any(
    r"^(?:hi|hello|hey|hallo|hola|bonjour|hoi)?[\w ,]{0,30}\b(?:how (?:are|have) (?:you|things|u|y'all|we)(?: all|"
    r" both| been| doing)*|how(?:'s| is| was| are) (?:it going|everything|life|things|your|the (?:family|weekend|"
    r"holiday|vacation|weather|kids))|how do you do|what'?s up|how goes|hope (?:you|all|this|everything|your)|"
    r"trust you|all (?:good|well)|you (?:ok|well|good)|did you have a|had a (?:good|nice)|enjoy(?:ed|"
    r"ing)? (?:your|the))\b",
    r"\bwie geht(?:'s| es)|alles (?:gut|klar)\s*\?|wie war (?:dein|ihr|euer|das|der)|ça va\b|comment (?:allez|vas|"
    r"ça va)|tout va bien|qué tal|cómo (?:estás|está|va|estáis)|todo bien|hoe (?:gaat|is) het (?:met|ermee)|"
    r"alles goed|hoe gaat het|hoe was\b",
    r"\b(?:isn't|aren't|wasn't|don't|doesn't|won't|didn't|can't|wouldn't) (?:it|we|you|that|they|there)\s*\?$|"
    r",\s*(?:right|ok|okay|no|yes|eh|huh|agreed|nicht wahr|oder|ne|gell|n'est-ce pas|verdad|toch|hè)\s*\?$|^(?:ok|"
    r"okay|right|really|agreed|deal|clear|yes|no|sure|why not|sounds (?:good|great|ok)|make[s]? sense|"
    r"does (?:that|this) (?:make sense|work|sound|help)|is (?:that|this) (?:ok|okay|fine|alright|clear|correct|"
    r"right)|(?:would|does) (?:that|this) (?:be ok|be fine|work|suit)|einverstanden|passt (?:das|es)|d'accord|"
    r"vale|akkoord|oké)\b[^?]{0,30}\?",
    r"\b(?:who knows\s*(?:[,.!…]|\?*$)|what time is it|who cares|who doesn't|who wouldn't|who would(?:n't|"
    r" not)? (?:want|have thought)|"
    r"guess (?:what|who)|you know what|what could (?:possibly )?go wrong|what (?:else )?can (?:i|you|we) say|"
    r"why (?:not|bother)\s*\?|isn't that|how (?:cool|great|awesome|nice|hard can) (?:is|are|it)|what a |"
    r"how about that|remember\s*\?|who am i|am i right(?! (?:that|in|to|about))|need i say|"
    r"can you (?:believe|imagine)|wer weiß\s*\?|"
    r"qui sait\s*\?|quién sabe\s*\?|wie weet\s*\?)",
    r"\bany (?:other )?questions\b|\bif you have (?:any )?(?:further |other |more )?questions\b|\b(?:feel free|"
    r"don't hesitate|do not hesitate|hesitate) to\b|\blet me know if (?:you (?:have|need|want|would|are|can|"
    r"could)|that|this|it|i can|there(?:'s| is) anything)|\bbei (?:rück)?fragen,? (?:stehe|melde|einfach|gerne?|"
    r"können|kannst|bitte|jederzeit)|\bn'hésite|\bno dud(?:e|es)\b|"
    r"\bmocht(?:en)? (?:je|u) vragen\b|\blooking forward\b|\bquestions\? (?:call|contact|reply)",
)
PERSONAL = _any(
    r"\b(?:are|will|would|can|could|were) (?:you|u|we)(?: all| both| guys)?(?: still| also| be| then| already|"
    r" maybe)* (?:available|free|around|there|able to (?:join|attend|make|come|meet)|ok with|okay with|fine with|"
    r"in (?:the office|town|berlin|london)|coming|joining|attending|back|interested in (?:a|meeting|joining)|"
    r"in for|up for|busy|ready|open to|good to go|on (?:the call|board|holiday))\b",
    r"\b(?:shall|should|can|could|may|might|let's|do you want to|would you like to|want to|when (?:can|could|"
    r"shall|do|will|are)|what time|which (?:day|time|date)|how about|what about) (?:we|i|you)?\s?(?:meet|talk|"
    r"speak|call|catch up|schedule|set up|have a (?:call|chat|meeting|quick)|grab|jump|hop|sync|discuss|move|"
    r"postpone|reschedule|start|go ahead|proceed|do (?:lunch|coffee)|next|on |at |this |tomorrow|monday|tuesday|"
    r"wednesday|thursday|friday|\d)\b",
    r"\b(?:what|which) (?:time|day|date)s? (?:works?|suits?|is best|would|are|do)|\b(?:does|would|will|is|"
    r"how about|what about) (?:monday|tuesday|wednesday|thursday|friday|tomorrow|next week|"
    r"\d{1,2}(?::\d\d)? ?(?:am|pm)?)\b.{0,40}(?:work|suit|ok|okay|fine|good|possible|\?)|\b(?:do|did|have|"
    r"had) you (?:have (?:time|a (?:minute|moment|sec))|had? (?:time|a chance)|get (?:my|the|a chance|around)|"
    r"see (?:my|the)|receive|read|got|manage|finish|want (?:to|me)|mind|agree|like (?:it|the)|enjoy|remember to|"
    r"need (?:me|anything|help))\b|\bwould you (?:mind|like|prefer|agree|want|rather|be so kind)\b",
    r"\b(?:hast du|haben sie|habt ihr) (?:zeit|lust|meine|die (?:mail|unterlagen)|schon gesehen)|passt (?:dir|"
    r"ihnen|euch)|wann (?:können|sollen|treffen|passt|hast)|sollen wir|können wir (?:uns|telefonieren|sprechen|"
    r"kurz)|as-tu le temps|êtes-vous (?:disponible|libre)|es-tu (?:dispo|libre)|quand (?:pouvons|peut|pourrions)|"
    r"on (?:se voit|s'appelle)|tienes tiempo|estás (?:libre|disponible)|cuándo (?:podemos|nos)|podemos (?:hablar|"
    r"vernos|quedar|reunirnos)|heb je tijd|ben je (?:vrij|beschikbaar)|wanneer (?:kunnen|zullen)|zullen we|"
    r"kunnen we (?:bellen|afspreken)",
)
# Deeds that are asked of the reader; a piece of knowledge beside them makes it a question after all.
DEED = _any(
    r"\b(?:could|can|would|will) (?:you|someone|somebody|anyone|u)\b[^?]{0,40}?\b(?:send|call|sign|approve|review|"
    r"confirm|forward|book|schedule|update|fix|check|join|invite|pay|order|ship|move|change|prepare|print|upload|"
    r"remind|reply|respond|attend|arrange|organi[sz]e|cancel|create|draft|complete|fill|submit|proofread|correct|"
    r"add|remove|delete|resend|return|let me know (?:if|when) you|get back|take a look|have a look|look (?:at|"
    r"over|into)|bring|pick|cover for|stand in|translate|make|do|give me a (?:call|ring)|ring|ask|handle|deliver|"
    r"adjust|release|help(?: me| us)?(?: out)?(?: with| to)?)\b",
    r"^(?:please|pls|kindly)\b|\b(?:please|pls) (?:send|call|sign|approve|review|confirm|forward|book|schedule|"
    r"update|fix|check|join|find (?:attached|enclosed|below)|see (?:attached|below)|let me know (?:if|when|"
    r"what time|by)|get back|reply|respond|take|have a look|print|note|make|ensure|add|remove)\b",
    r"\b(?:kannst du|könnt ihr|könnten sie|könntest du|können sie|würden sie|würdest du|"
    r"bitte)\b[^?]{0,60}\b(?:schicken|senden|anrufen|unterschreiben|freigeben|prüfen|bestätigen|weiterleiten|"
    r"buchen|aktualisieren|erledigen|zurückrufen|ausdrucken|mitbringen|vorbereiten|überweisen|ändern|löschen|"
    r"ansehen|anschauen)\b",
    r"\b(?:peux-tu|pouvez-vous|pourrais-tu|pourriez-vous|merci de)\b[^?]{0,40}\b(?:envoyer|appeler|signer|valider|"
    r"vérifier|confirmer|transférer|réserver|relire|rappeler|imprimer|préparer|payer)\b|\b(?:puedes|podrías|"
    r"podría|podéis|por favor)\b[^?]{0,40}\b(?:enviar\w*|llamar\w*|firmar|aprobar|revisar|confirmar|reenviar|"
    r"reservar|pagar|preparar|imprimir)\b|\b(?:kun|kan|zou|wil) (?:je|jij|u|jullie)\b[^?]{0,60}\b(?:sturen|bellen|"
    r"tekenen|ondertekenen|goedkeuren|controleren|bevestigen|doorsturen|boeken|regelen|nakijken|betalen|"
    r"terugbellen|printen)\b",
)
# What was asked is no longer open.
RESOLVED = _any(
    r"\bnever ?mind\b|\bno (?:need|longer need)\b.{0,30}\b(?:answer|reply|look|search|respond)\b|\b(?:i|we)(?:'ve|"
    r" have)?(?: just| already| since| now)? (?:found|located|figured|got|solved|sorted)(?: (?:it|this|that|them|"
    r"him|her|the (?:answer|reference|contact|card|person)|one|out))\b|\b(?:already|now|since) (?:answered|"
    r"resolved|solved|sorted|settled|been answered)\b|\bplease (?:disregard|ignore)\b|\bdisregard (?:my|the|this|"
    r"that)\b|\bforget (?:it|about it|my|that|the question)\b|\b(?:question|issue|that|this|it)(?:'s| is| was|"
    r" has been| has)(?: now| already| been)? (?:resolved|answered|solved|settled|sorted|obsolete)\b",
    r"\bhat sich (?:\w+ )?erledigt\b|\bschon (?:gefunden|geklärt|erledigt)\b|\b(?:inzwischen|"
    r"mittlerweile) (?:gefunden|geklärt|beantwortet)\b|\bvergiss es\b|\b(?:c'est|j'ai) (?:réglé|trouvé|résolu)\b|"
    r"\blaisse tomber\b|\bya (?:lo|la) (?:he|hemos|tengo) (?:encontrado|resuelto|solucionado)?\b|\bolvíd(?:alo|"
    r"ate)\b|\b(?:al|inmiddels) (?:gevonden|opgelost|geregeld)\b|\blaat maar\b",
)
# The writer offers or reports what others would ask for.
TELLS = _any(
    r"\b(?:attached|enclosed|here)(?: is| are|'s|,)?.{0,40}\b(?:references?|case stud|contacts?|list)\b|"
    r"\b(?:thanks|thank you|many thanks|cheers|merci|danke|gracias|bedankt)\b.{0,10}\b(?:for|pour|für|por|voor)\b|"
    r"\b(?:i|we)(?:'ve| have)? (?:attached|enclosed|sent|shared|uploaded|added|forwarded|updated)\b|\b(?:i|"
    r"we)(?:'ll| will) (?:ask|check|find out|look|tell|let you|talk|speak|send|call|get back)\b|\byou (?:asked|"
    r"wanted|wondered)\b|\bas (?:requested|discussed|you know)\b|\bin case you\b|\bfor (?:your )?reference\b|"
    r"\bwith reference to\b|\breference (?:number|no\.?|id|code|#)",
)
