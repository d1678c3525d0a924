"""Words that are no names: what a sentence is made of in English, German and French. Pure.

Kept by hand, folded ("für" is "fur"). A word that is missing may pass for an unknown name: that costs an answer, but
never gives a wrong one.
"""

from indexer.wording import listed, stem

FUNCTION = listed(
    """
    a an the this that these those my your his her its our their whose some any no every each either neither another
    other such i me we us you he him she it they them who whom what which where when why how there here myself
    ourselves themselves someone somebody anyone anybody everyone everybody nobody none something anything
    everything nothing one ones am is are was were be been being do does did doing done have has had having will
    would shall should can could may might must let lets cannot cant dont doesnt hows youve youd shes hes thats
    heres well wed hadnt couldnt shouldnt wouldnt hasnt havent didnt isnt arent wasnt wont ive im id ill youre
    theyre weve theres whos whats and or but nor so yet if then than as because since while whereas although though
    unless until whether of in on at to from for by with without within into onto upon over under above below
    between among across through during before after about against around behind beside besides beyond despite down
    except inside like near off out outside past per regarding concerning toward towards up via not only just also
    too very much many more most less least few several all both same own even still already again ever never always
    often sometimes once twice now today tomorrow yesterday soon later currently recently please thanks thank hi
    hello hey dear regards best cheers sincerely greetings sorry yes ok okay maybe perhaps however ich du er sie es
    wir ihr mich dich ihn uns euch ihnen mein meine meinen dein unser unsere unseren unserem euer ihre ihren ihrem
    der die das den dem des ein eine einen einem einer eines kein keine keinen dieser diese dieses diesen diesem
    jener jede jeder jemand jemanden jemandem niemand wer wen wem wessen wie wo wann warum wieso welche welcher
    welches welchen etwas nichts alle ist sind war waren sein bin bist hat habe haben hatte hatten wird werden wurde
    wurden kann konnen konnte konnten soll sollen sollte muss mussen darf mochte mochten wollen gibt gab und oder
    aber denn sondern doch wenn falls dass weil ob als bis mit von zu zum zur bei beim nach aus auf ins um fur uber
    unter vor hinter neben zwischen durch gegen ohne seit wegen nicht nur auch noch schon mal sehr mehr viel viele
    wenig immer nie oft jetzt heute morgen gestern bald gerade aktuell bitte danke hallo guten moin servus liebe
    lieber lieben gruss gruesse grusse geehrte geehrter geehrten ja nein je tu il elle nous vous ils elles moi toi
    lui leur mon ma mes ton ta tes son sa ses notre nos votre vos leurs le la les un une au aux ce cet cette ces qui
    que quoi ou quand comment pourquoi quel quelle quels quelles est sont etait suis avons avez ont ai etre avoir
    fait peut et mais donc si pour par avec sans dans sur sous chez vers entre apres avant pas ne plus tres bien
    aussi deja encore toujours jamais quelqu quelque personne rien tout tous toute bonjour merci salut cordialement
    """
)

TIMES = listed(
    """
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur
    fri sat sun q1 q2 q3 q4 h1 h2 montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz
    mai juni juli oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril
    juin juillet aout septembre octobre novembre decembre day days week weeks month months quarter quarters year
    years weekend night evening afternoon morning noon time times tag tage woche wochen monat monate jahr jahre
    stunde stunden jour semaine mois annee christmas easter ramadan diwali weihnachten ostern noel spring summer
    autumn winter am pm utc gmt cet cest est pst fy asap eod eow eta tbd fyi
    """
)

PLACES = listed(
    """
    europe asia africa america germany france spain italy austria switzerland poland netherlands belgium denmark
    sweden norway finland ireland england britain scotland portugal greece turkey russia ukraine china japan india
    korea singapore australia canada mexico brazil usa us uk eu uae dach emea apac latam nordics benelux german
    french spanish italian english dutch polish swedish danish european american asian british swiss austrian
    japanese chinese indian north south east west northern southern eastern western deutschland osterreich schweiz
    frankreich spanien italien polen niederlande belgien europa deutsch deutsche deutscher deutschen englisch
    franzosisch allemagne suisse belgique autriche espagne italie europeen francais francaise allemand london paris
    berlin munich munchen hamburg vienna wien zurich frankfurt cologne koln stuttgart madrid milan rome amsterdam
    brussels dublin lisbon warsaw prague copenhagen stockholm oslo helsinki york boston chicago francisco tokyo
    sydney toronto
    """
)

ROLES = listed(
    """
    account accounts customer customers client clients company companies contact contacts deal deals project
    projects pilot pilots team teams lead leads prospect prospects partner partners supplier suppliers vendor
    vendors owner owners manager managers director head ceo cto cfo coo cio ciso vp svp evp president chief officer
    founder cofounder colleague colleagues rep reps representative sales marketing legal finance procurement
    purchasing engineering support product products hr it pr qa ops operations accounting controlling logistics
    security compliance management board card cards list lists note notes crm erp trello hubspot salesforce
    pipedrive rolodex slack email mail meeting meetings call calls opportunity opportunities proposal proposals
    offer offers quote quotes contract contracts tender rfp rfi rfq poc nda sow msa sla kpi roi api saas b2b b2c ai
    ml reference references case cases study studies story stories workshop demo rollout renewal upsell invoice
    order orders ticket tickets status update news mr mrs ms dr prof herr herrn frau monsieur madame sir madam kunde
    leute leuten kunden kundin kundenprojekt ansprechpartner ansprechpartnerin kontakt kontakte firma firmen unternehmen
    projekt projekte vertrieb einkauf angebot angebote referenz referenzen vertrag termin anfrage thema kollege kollegin
    kollegen kolleginnen gesprach gesprache betreuer geschaftsfuhrer leiter leiterin leitung abteilung societe
    entreprise projet projets equipe contrat offre commercial interlocuteur responsable
    """
)

COMMON = listed(
    """
    able access account across act action active activity actual add address advice afternoon agenda ago agree
    agreement ahead allow almost alone along alternative amount analysis announce annual answer apart appear
    application apply appointment approach appropriate approval approve area argue arrange arrival article ask
    aspect assign assist associate assume attach attachment attempt attend attention audience audit author authority
    automate automation available average avoid aware away back background backup bad balance bank base basic basis
    batch battery beat become begin behalf behavior believe belong benefit better bid big bill bit black block blue
    body book boost box brand break brief bring broad broken browser budget bug build building bunch business busy
    button buy cake calendar campaign cancel capability capacity capital car care career carry cash cat catalog
    catch category cause center central certain certificate chain chair challenge chance change channel chapter
    charge chart chat cheap check child choice choose city claim class classic clean clear click clinic close cloud
    club code coffee cold collaborate collaboration collect college color column come comfortable comment commit
    committee common communicate community compare comparison compete competitor complaint complete complex
    component computer concept concern conclude condition conduct conference confidence confirm conflict confuse
    connect connection consider consist constant construction consult consultant consulting consumer contain content
    context continue contribute control convert cool cooperate copy core corner correct cost count country couple
    course court cover create credit crew crisis critical culture current custom cut cycle daily damage danger dark
    dashboard data database date dead deadline deal debate decade decide decision declare deep default defect define
    definite degree delay delete deliver delivery demand department depend deploy deployment describe description
    deserve design desk detail develop developer development device dialog die diet differ difference different
    difficult digital dinner direct direction disagree disappear discount discover discuss discussion disease
    display distance distribute district document documentation doctor dog door double doubt download draft draw
    dream drink drive driver drop drug due duty early earn earth ease east easy eat economy edge edit education
    effect effective effort eight electric electricity element eleven else employ employee empty enable encourage
    end energy engage engine enjoy enough ensure enter enterprise entire entry environment equal equipment error
    escalate especially essential establish estimate evaluate event evidence exact examine example excellent excited
    exchange exclude execute exercise exist existing expand expect expense experience expert explain explore export
    express extend extra eye face facility fact factor factory fail fair fall familiar family famous far farm fast
    favor feature federal fee feed feedback feel fiber field fight figure file fill film filter final find fine
    finish fire firm first fish fit five fix flag flat flight flow focus folder follow food foot force forecast
    foreign forget form formal format former forward found four fourth frame free frequent fresh friend front fuel
    full fun function fund funny further future gain game gap garden gas gather general generate get gift girl give
    glad glass global go goal gold good goods govern government grade grant graph great green ground group grow
    growth guarantee guess guest guide guideline guy hair half hall hand handle happen happy hard hardware hate head
    health hear heart heat heavy height help helpful hide high highlight hire history hit hold holiday home hope
    horizon hospital host hot hotel hour house huge human hundred hurry idea identify ignore image imagine impact
    implement implementation import important impossible improve include income increase indeed independent index
    indicate individual industrial industry influence info inform information infrastructure initial initiative
    innovation input inquiry inside inspire install instance instead institute instruction insurance insure
    integrate integration intend interest interesting interface internal international internet interview introduce
    introduction inventory invest investigate investment invite involve issue item job join joint judge jump keep
    key kick kid kill kind king kitchen know knowledge label labor lack lady lake land language laptop large last
    late latest launch law lawyer layer lay leader learn lease leave left leg length lesson letter level library
    license lie life lift light likely limit line link liquid listen literature little live load loan local locate
    location log login logistic logo long look loop lose loss lost lot love low loyal lucky lunch machine magazine
    main maintain maintenance major make male man mandatory manner manual manufacture manufacturing map margin mark
    market mass master match material matter mean meaning measure media medical medicine medium meet member memory
    mention menu merge message metal method metric middle migrate migration mile military milk million mind mine
    minimum minor minute miss mission mistake mix mobile mode model modern modify module moment money monitor
    monitoring mother motor mountain mouse mouth move movement movie multiple music name nation national native
    natural nature necessary need negative negotiate neighbor network neutral new newsletter next nice nine noise
    normal notice notify novel number object objective observe obtain obvious occasion occur odd offline often oil
    old online open operate opinion oppose option orange organization organise organize organic origin original
    outcome output outside overall overview owe pack package page pain paint pair panel paper parent park part
    participate particular party pass passenger passion password path patient pattern pause pay payment peace people
    perfect perform performance period permission permit person personal perspective phase phone photo physical pick
    picture piece pipe pipeline place plain plan plane planet plant plastic plate platform play player plenty point
    policy politics pool poor popular population port portal position positive possible post potential pound power
    powerful practical practice prefer premium prepare presence present presentation pressure pretty prevent
    previous price pricing primary print printer prior priority private prize probably problem procedure proceed
    process processing produce producer product production profession professional profile profit program progress
    project promise promote proof proper property protect protection protocol proud prove provide provider public
    publish pull pump purchase pure purpose push put quality quantity question quick quiet quite race radio rail
    railway rain raise random range rank rapid rare rate rather reach react read reader ready real reality realize
    really reason receive recent recipe recommend recommendation record recover recruit red redirect reduce refer
    reflect refund refuse regard region register regular regulation reject relate relation relationship relative
    release relevant reliable remain remember remind reminder remote remove rent repair repeat replace replacement
    reply report repository request require requirement research reserve reset resident resolve resource respect
    respond response responsibility responsible rest restaurant result retail return revenue review reward rich ride
    right ring rise risk river road robot robotic rock role roll room root rough round route routine row rule run
    rush safe safety salary sale sample satisfy save scale scan schedule scheme school science scope score screen
    script sea search season seat second secret section sector secure see seek seem segment select sell send senior
    sense sensor sentence separate series serious serve server service session set setting settle setup seven shape
    share shared sharp sheet shelf shift ship shipment shipping shop shopping short shot show shut side sign signal
    signature significant similar simple simply single sit site situation six size skill sleep slide slow small
    smart smell smooth social society software soil solar solid solution solve soon sort sound source space spare
    speak special specific specification speech speed spend split sport spot spread sprint square stack staff stage
    stakeholder stand standard star start startup state statement station stay steel step stick stock stop storage
    store strategic strategy stream street strength stress strict strike strong structure struggle student study
    stuff style subject submit subscribe subscription succeed success successful sudden suffer sugar suggest
    suggestion suit summary sun supply sure surface surprise survey switch symbol system table tackle tag take talk
    target task tax teach teacher tech technical technology telephone tell template ten term terms test testing text
    thing think third thought thousand thread threat three thrive throw tie tight tip tired title together tone tool
    top topic total touch tour town track tracker tracking trade tradition traffic train training transfer transform
    transformation transition translate transport travel treat treatment tree trend trial trick trip trouble truck
    true trust truth try turn twelve twenty two type typical understand unfortunately union unique unit universe
    university upcoming upgrade upload urgent usage use useful user usual utility vacation valid value variety
    vehicle verify version video view village visa visit visitor voice volume vote wage wait walk wall want war
    warehouse warm warn warranty wash waste watch water wave way weak weather web webinar website weight welcome
    white whole wide wife wild win wind window wine wish wonder wood word work worker workflow world worry worth
    write wrong yard yellow young zero zone anfang antwort arbeit aufgabe auftrag bahn bedarf bericht bereich besuch
    bild branche brauchen branchen datei daten ende entscheidung entwicklung erfahrung erfahrungen ergebnis fabrik
    fehler finden frage fragen gemeinsam geschaft gesellschaft gross gut gute haus hilfe hilfreich hinweis idee
    industrie informationen interesse kennen kennt kennst kosten lager leben leider letzte liefern lieferung
    lieferant lieferanten losung losungen logistik markt maschine maschinen maschinenbau menschen mitarbeiter
    moglich mussen nachricht nachste nachsten neu neue neuen notiz nummer nutzen ordnung ort partner personen
    planung platz preis preise produkt produktion prozess prufen punkt rechnung richtig ruckmeldung sache schicken
    schreiben sehen seite spater sprechen spricht stadt stelle stellen suche suchen team teil telefon treffen
    umsetzung unterlagen verbindung versuch verwaltung weiss weitere werk wissen wunsch zahl zeit ziel zugang
    zukunft zusammen zusammenarbeit ahnlich ahnliche ahnliches ahnlichen arbeitet arbeiten betreut zustandig kunftig
    uberhaupt naturlich affaire annee besoin bonne cas chose connait connaissez contact demande deja dernier
    dernieres donnees equipe exemple facture faire fois gens jour logiciel maison marche mois monde nouveau nouvelle
    parle parler pays petit probleme prochain produit recherche rendez reponse reunion savoir semaine similaire
    sujet temps travail travaille usine
    """
)

FIRST_NAMES = listed(
    """
    adam adrian alan alex alexander alexandra alice alison amanda amy andre andrea andreas andrew andy angela anja
    anke ann anna anne annette anthony antoine barbara ben benjamin bernd bernhard beth bettina bill bob brian bruno
    camille carl carla carlos carol caroline catherine charles charlotte chris christa christian christiane
    christina christine christoph christopher claire claudia clemens craig dan daniel daniela dave david deborah
    dennis diana dieter dirk dominik don donna doris ed edward eduard elena elisabeth elizabeth ellen emily emma
    eric erik esther eva evelyn fabian felix florian frank franz fred frederic gabriele gary george georg gerd
    gerhard greg guillaume hannah hannes hans harald harry heather heike heiko heinz helen helga helmut henri henry
    holger ian ines ingo ingrid isabel isabelle jack jacob jakob jacques james jan jana jane janet jason jean jeff
    jennifer jens jeremy jerry jessica jill jim joachim joan joe joel john johannes jon jonas jonathan jordan jorg
    josef joseph josh juan judith julia julian julie julien jurgen kai karen karin karl karsten katharina kathrin
    kathy katja kate keith ken kerstin kevin kim klaus kristin lars laura laurent lena leo linda lisa louis louise
    luca lucas lukas luke manfred manuel manuela marc marcel marco marcus margaret maria marie marina mario marion
    mark markus martin martina mary mathias matt matthew matthias max maximilian melanie michael michel michelle
    mike monica monika nadine nancy natalie nathalie nick nicolas nicole niklas nina norbert olaf oliver olivier
    otto pascal patricia patrick paul paula peter petra phil philip philipp philippe pierre rachel rainer ralf ralph
    raphael rebecca regina reiner renate rene richard rick rita rob robert robin roger roland rolf ron rudolf ruth
    ryan sabine sally sam samantha samuel sandra sara sarah scott sean sebastian silke silvia simon simone sonja
    sophia sophie stefan stefanie stephan stephane stephanie stephen steve steven sue susan susanne sven sylvia
    tanja thierry thomas thorsten tim timo tina tobias todd tom tony torsten udo ulrich ulrike ursula ute uwe
    valerie vanessa vera verena vincent volker walter werner wolfgang yves yvonne
    """
)
"""A lone one of these is somebody at hand, as in "please ask Andrea", not a name to be looked up."""

WEAK_TAILS = listed(
    """
    group holding holdings technologies technology tech systems system software solutions services service labs lab
    international global worldwide digital studio studios consulting industries enterprises enterprise networks
    gruppe konzern groupe cloud ai io com
    """
)

ORDINARY = FUNCTION | TIMES | PLACES | ROLES | COMMON
STEMS = frozenset(stem(word) for word in ORDINARY - FUNCTION)


def is_function(word: str) -> bool:
    """Whether a folded word only holds a sentence together."""
    return word in FUNCTION or word in TIMES


def is_ordinary(word: str) -> bool:
    """Whether a folded word, in any of its usual endings, is an everyday word and by itself no name."""
    root = stem(word)
    return word in ORDINARY or word.isdigit() or len(word) < 2 or (root != word and root in STEMS)
