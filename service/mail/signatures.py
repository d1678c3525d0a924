"""What stands under a mail and is not its text: signature lines, device lines, disclaimers, banners. Pure, linear."""

import re

DELIMITER = re.compile(r"\s*[>*]*\s*[-_,=+~#*ᐧ—–―]{1,}\s*|\s*--\s?.{0,2}\s*")
SIGNATURE_MARK = re.compile(r"\s*(?:--|—|–|__|- -)\s*")
_DEVICE = (
    r"i ?phone|i ?pad|i ?pod|i ?os|android|blackberry|samsung|galaxy|huawei|nokia|htc|xiaomi|pixel|oneplus|lg|"
    r"sony|lumia|"
    r"windows|mobile?|mobil\w*|mobiel\w*|móvil|mobiltelefon\w*|handy|smartphone|phone|cell|telefon\w*|telefoon|"
    r"téléphone|telefono|"
    r"tablet\w*|device|gerät|mailbox|airmail|outlook|mail|yahoo|gmail|gmx|aol|protonmail|proton|newton|spark|k-9|"
    r"tutanota|zimbra|thunderbird|mailspring|mailbird|superhuman|hey|nine|boxer|work|ti-\d+|app|verizon|wireless|"
    r"t-mobile|at&t|vodafone|orange|bouygues|"
    r"айфон\w*|телефон\w*|смартфон\w*|мобильн\w*|устройства|почты|mac|macbook|watch|pc|laptop"
)
_SENT = (
    r"sent|gesendet|von meinem|diese nachricht wurde|envoyé|envoye|expédié|enviado|enviada|inviato|inviata|verzonden|"
    r"verstuurd|skickat|skickades|sendt|lähetetty|wysłane|wysłano|odesláno|odoslané|elküldve|gönderildi|trimis|"
    r"отправлено|надіслано|written|typed|get|obtén|télécharge|télécharger|scarica|hol|holen|baixar|obtenha|download|"
    r"obter|posláno|poslano|saadetud|enviat|σταλμένο|στάλθηκε|brief"
)
DEVICE_LINE = re.compile(
    rf"[\s<(\[{{*_]*(?:{_SENT})\b.{{0,24}}?\b(?:from|via|with|by|using|on|von|mit|per|depuis|de|desde|do|da|dal|"
    rf"dalla|con|van|met|från|fra|med|til|for|pour|für|voor|para|"
    rf"meinem|z|ze|из|с|з|från min|par|através|im|på|mijn|mobilgerät|mobiltelefon|k-9|outlook|"
    rf"\[?outlook\]?)\b(.{{0,120}})",
    re.IGNORECASE,
)
DEVICE = re.compile(rf"\b(?:{_DEVICE})\b", re.IGNORECASE)
FROM_DEVICE = re.compile(
    r"[\s<(\[]*(?:[\w.'-]{1,20} ){0,2}from (?:my )?(?:mobile|phone|cell|i ?phone|i ?pad|android|blackberry)\b.{0,12}|"
    r"von (?:meinem|unterwegs)\b.{0,40}(?:gesendet|gesandt|geschrieben).{0,20}|"
    r"(?:從|从|来自|來自)我的.{1,30}(?:傳送|发送|發送|寄出)?|.{0,20}(?:iPhone|iPad|Android).{0,10}(?:"
    r"から送信|에서 보냄|에서 전송|"
    r"'dan gönderildi|'umdan gönderildi|'mdan gönderildi)",
    re.IGNORECASE,
)
GET_APP = re.compile(
    r"\s*(?:get|hol|holen sie sich|obtenir|télécharger|obtener|scarica|download) \[?(?:outlook|yahoo|proton|spark|"
    r"aqua)\b.{0,160}",
    re.IGNORECASE,
)
CLAUSE_END = re.compile(r"[,;.!?](?=\s)")
MY_THING = re.compile(
    r"[\s<(\[]*sent from my(?: (?!desk\b|home\b|house\b|office\b|account\b|team\b)[\w.+-]{1,20}){1,5}[\s>)\].]*",
    re.IGNORECASE,
)
EXCUSE = re.compile(r"\s*(?:please|pls|excuse|sorry|pardon|so|apolog|bitte|brevity)", re.IGNORECASE)
VERBS_AFTER = re.compile(
    r"\b(?:is|are|was|were|it|i|you|we|they|has|have|will|can|because|but|ist|hat|est|es)\b",
    re.IGNORECASE,
)
VIRUS = re.compile(
    r"\s*(?:virus[- ]free\.|virenfrei\.|sin virus\.|sans virus\.|privo di virus|this (?:e-?mail|"
    r"message) (?:has been|was) (?:scanned|checked)|"
    r"no virus found|checked by avg|scanned by|diese e-?mail wurde (?:von|auf)|"
    r"questo messaggio e' stato analizzato|internal virus database|"
    r"este correo electrónico ha sido (?:analizado|comprobado))",
    re.IGNORECASE,
)
DISCLAIMER = re.compile(
    r"[\s*_>]*(?:(?:important |legal |email |e-mail )?(?:confidentiality|disclaimer|privacy|legal)(?: notice|"
    r" statement| note| warning)?\b"
    r"|(?:this|the (?:information|content|contents?)|the contents|any) .{0,60}?(?:e-?mail|message|communication|"
    r"transmission|correspondence|information)\b"
    r"|if you (?:are not|have received) .{0,30}(?:recipient|error)"
    r"|(?:notice|note|warning|caution|achtung|important|vertraulich\w*|haftungsausschluss|avis|aviso|avviso|"
    r"clausula|cláusula|advertencia)\b"
    r"|diese (?:e-?mail|nachricht|mitteilung)|der inhalt dieser|dieses e-?mail|ce (?:message|courriel|mail|"
    r"courrier)|cet? e-?mail|les informations"
    r"|este (?:mensaje|correo|e-?mail|mensagem)|esta (?:mensagem|comunicación)|la información|as informações|"
    r"questa (?:e-?mail|comunicazione)|questo messaggio|le informazioni|"
    r"dit (?:bericht|e-?mail\w*)|deze e-?mail|de informatie|detta (?:e-?post|meddelande)|denne (?:e-?post|"
    r"meddelelse|mail)|ta wiadomość|"
    r"informacje zawarte|tento e-?mail|настоящее сообщение|данное сообщение|это сообщение)",
    re.IGNORECASE,
)
CONFIDENTIAL = re.compile(
    r"confidential|privileged|intended (?:only|solely|recipient|for)|solely for|unauthori[sz]ed|legally|"
    r"vertraulich|nicht (?:der richtige|für sie) |"
    r"confidenti|destinataire|destinatari|reservad|riservat|vertrouwelijk|geadresseerde|bestemd voor|konfidentiel|"
    r"fortrolig|"
    r"poufn|důvěrn|конфиденциальн|bestimmt|irrtümlich|strictly prohibited|dissemination|viruses",
    re.IGNORECASE,
)
BANNER = re.compile(
    r"\W{0,8}(?:please )?(?:type|write|enter)? ?(?:your )?reply above (?:this|the) line|"
    r"[\s*_\[>!⚠️]*(?:(?:caution|warning|attention|achtung|notice|be careful|alert|external|"
    r"\[?extern\w*\]?)\b[\s:!\-\]*]{0,6}.{0,40}?(?:e-?mail|sender|message|nachricht|absender)|"
    r"you don't often get email from|sie erhalten nicht (?:oft|häufig)|this (?:e-?mail|message) (?:originated|"
    r"came|was sent|is) from (?:an )?(?:outside|external)|"
    r"external (?:e-?mail|sender|message)|\[external\]|diese e-?mail (?:stammt|kommt) von extern)",
    re.IGNORECASE,
)


def is_signature_mark(line: str) -> bool:
    """`--`, with or without its blank, or a dash alone: the signature starts below."""
    return SIGNATURE_MARK.fullmatch(line[:40]) is not None


def is_rule(line: str) -> bool:
    """A line of nothing but dashes, underscores, stars and the like."""
    return line[:1] != "" and bool(line.strip()) and DELIMITER.fullmatch(line[:200]) is not None and len(line) <= 200


def is_device_line(line: str) -> bool:
    """`Sent from my iPhone`, in any language, with or without an excuse for its typos; not a sentence about it."""
    told = line.strip()
    if not told or len(told) > 200:
        return False
    if FROM_DEVICE.fullmatch(told) or GET_APP.fullmatch(told):
        return True
    clause, _, rest = (told, "", "") if not (stop := CLAUSE_END.search(told)) else told.partition(stop[0])
    if rest.strip(" .!)>]") and VERBS_AFTER.search(rest) and not EXCUSE.match(rest):
        return False
    if MY_THING.fullmatch(clause):
        return True
    return DEVICE_LINE.match(clause) is not None and _names_device(clause)


def _names_device(clause: str) -> bool:
    """A device is named, and the line is no sentence about it."""
    device = DEVICE.search(clause)
    return device is not None and len(clause.split()) <= 14 and not VERBS_AFTER.search(clause[device.end() :])


def starts_disclaimer(paragraph: str) -> bool:
    """Whether this paragraph is a notice of lawyers or scanners that stands under mails unasked."""
    head = paragraph[:1500]
    if VIRUS.match(head):
        return True
    return DISCLAIMER.match(head) is not None and len(head) > 80 and CONFIDENTIAL.search(head) is not None


def is_banner(paragraph: str) -> bool:
    """A warning that the receiving system put on top: "CAUTION: this email originated from outside …"."""
    return len(paragraph) < 600 and BANNER.match(paragraph) is not None
