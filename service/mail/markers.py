"""The words by which mail clients mark quotes, in many languages. Pure data, and the patterns made of it.

Each list says what it is; a new language is a new word in each. Words are in lower case.
"""

import re

# "On" as the first word of an attribution line.
ON = (
    "on|at|am|le|el|il|op|em|den|dnia|w dniu|dne|dňa|på|pe|în data de|in data|in data|a|am um|kl|vào|pada|στις|στη|la|"
    "בתאריך|ב-|في|بتاريخ|در|เมื่อ|dana|dne|на|в|у|2\\d{3}|with|du|od|kuupäeval|gada|em data|date|datum"
)
# "wrote", as verbs of attribution lines are written.
WROTE = (
    "wrote",
    "writes",
    "said",
    "schrieb",
    "schreibt",
    "geschrieben",
    "a écrit",
    "écrit",
    "escribió",
    "escribio",
    "ha escrito",
    "escribía",
    "escreveu",
    "ha scritto",
    "scritto",
    "scrive",
    "schreef",
    "geschreven",
    "skrev",
    "skreiv",
    "kirjoitti",
    "skrifaði",
    "napisał",
    "napisała",
    "napisał(a)",
    "pisze",
    "napsal",
    "napsala",
    "napsal(a)",
    "napísal",
    "napísala",
    "írta",
    "írt",
    "scris",
    "yazdı",
    "yazmış",
    "έγραψε",
    "написал",
    "написала",
    "написал(а)",
    "писал",
    "пишет",
    "пише",
    "написав",
    "написала",
    "написа",
    "napisao",
    "napisala",
    "napisal",
    "piše",
    "je pisao",
    "kirjutas",
    "rakstīja",
    "rašė",
    "parašė",
    "va escriure",
    "escrigué",
    "menulis",
    "viết",
    "đã viết",
    "เขียน",
    "เขียนว่า",
    "כתב",
    "כתבה",
    "כתב/ה",
    "كتب",
    "كتبت",
    "نوشت",
    "लिखा",
    "写道",
    "寫道",
    "写了",
    "編寫",
    "のメッセージ",
    "書きました",
    "のメール",
    "작성",
    "님이 작성",
    "님이 쓴 글",
)
# Weekdays and months are told by their first letters; a date is a digit near one of them, or digits with separators.
WEEKDAY = (
    "mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom|"
    "seg|ter|qua|qui|sex|gio|mån|tis|ons|tor|fre|lör|sön|man|tir|lør|søn|pon|wto|śro|czw|pią|sob|nie|"
    "пн|вт|ср|чт|пт|сб|вс|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|"
    "понеділок|вівторок|середа|п.ятниця|субота|неділя"
)
HEADER_KEYS: dict[str, str] = {
    "from": "from|von|de|da|van|från|fra|od|lähettäjä|feladó|kimden|от|від|от кого|remitente|expéditeur|mittente|"
    "afzender|avsändare|afsender|avsender|nadawca|odesílatel|odosielateľ|expeditor|από|מאת|من|发件人|寄件者|寄件人|"
    "差出人|送信者|보낸 사람|보낸사람|từ|dari|saatja|no|nuo|pošiljatelj|pošiljalac|подател|изпращач",
    "to": "to|an|à|a|para|aan|naar|till|til|do|komu|vastaanottaja|címzett|kime|кому|до|pour|destinataire|destinatario|"
    "ontvanger|mottagare|modtager|mottaker|adresat|příjemce|către|προς|אל|إلى|收件人|收件者|宛先|받는 사람|받는사람|"
    "đến|kepada|za|către|catre|per",
    "sent": "sent|gesendet|envoyé|envoye|enviado|enviado el|enviada em|inviato|verzonden|skickat|sendt|wysłano|"
    "odesláno|odoslané|lähetetty|elküldve|gönderilme tarihi|gönderildi|отправлено|надіслано|trimis|εστάλη|στάλθηκε|"
    "נשלח|تم الإرسال|"
    "发送时间|傳送時間|寄件日期|送信日時|보낸 날짜|보냄|đã gửi|dikirim|enviat|poslano|saadetud|изпратено",
    "date": "date|datum|data|fecha|dato|päivämäärä|päiväys|dátum|tarih|дата|ημερομηνία|תאריך|التاريخ|日期|日付|날짜|"
    "ngày|tanggal|kuupäev|datums|date de l'envoi",
    "subject": "subject|betreff|objet|asunto|oggetto|assunto|onderwerp|ämne|emne|temat|předmět|predmet|aihe|tárgy|"
    "konu|тема|subiect|θέμα|נושא|الموضوع|"
    "主题|主旨|主題|件名|제목|chủ đề|subjek|perihal|teema|tēma|tema|zadeva|assumpte|относно",
    "cc": "cc|copie|kopie|kopia|kopi|copia|cópia|kopio|másolat|bilgi|копия|копія|cc à|抄送|副本|참조|bcc|κοιν",
    "reply": "reply-to|antwort an|répondre à|responder a|risposta|rispondi a|antwoord aan|svar till|svar til|"
    "responder para",
    "importance": "importance|wichtigkeit|importancia|priorità|prioridade|priority|attachments|anlagen|pièces jointes|"
    "allegati|bijlagen|organization|organisation|newsgroups|message-id|cc to",
}
ORIGINAL = (
    "original message|original mail|original e-mail|original appointment|reply message|replied message|"
    "ursprüngliche nachricht|originalnachricht|original-nachricht|original nachricht|"
    "ursprüngliche mail|message d'origine|message original|message initial|mensaje original|correo original|"
    "messaggio originale|messaggio original|mensagem original|oorspronkelijk bericht|origineel bericht|"
    "ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|original meddelelse|opprinnelig melding|"
    "alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|pôvodná správa|eredeti üzenet|"
    "özgün ileti|orijinal ileti|orijinal mesaj|исходное сообщение|пересылаемое сообщение|оригинальное сообщение|"
    "початкове повідомлення|оригінальне повідомлення|mesaj original|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|"
    "原始邮件|原始郵件|原始訊息|原邮件|元のメッセージ|원본 메시지|원본메시지|thư gốc|pesan asli|missatge original|"
    "izvorna poruka|algne kiri"
)
FORWARDED = (
    "forwarded message|forwarded by|begin forwarded message|forwarded mail|weitergeleitete nachricht|"
    "anfang der weitergeleiteten nachricht|anfang der weitergeleiteten e-mail|weitergeleitet von|"
    "message transféré|message transmis|début du message transféré|début du message réexpédié|"
    "mensaje reenviado|inicio del mensaje reenviado|messaggio inoltrato|inizio messaggio inoltrato|"
    "mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reencaminhada|"
    "doorgestuurd bericht|begin doorgestuurd bericht|vidarebefordrat meddelande|vidarebefordrat brev|"
    "vidarebefordrat mejl|videresendt meddelelse|videresendt melding|videresendt besked|start på videresendt besked|"
    "välitetty viesti|edelleenlähetetty viesti|przekazana wiadomość|wiadomość przekazana|"
    "początek przekazanej wiadomości|"
    "přeposlaná zpráva|preposlaná správa|továbbított üzenet|továbbított levél|iletilen mesaj|yönlendirilmiş ileti|"
    "iletilmiş ileti|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения|"
    "переслане повідомлення|mesaj redirecționat|mesaj retrimis|προωθημένο μήνυμα|הודעה שהועברה|رسالة معاد توجيهها|"
    "转发的邮件|转发邮件|轉寄郵件|轉寄的郵件|"
    "転送メッセージ|転送されたメッセージ|전달된 메시지|missatge reenviat|proslijeđena poruka"
)
_KEY_OF = {key: role for role, keys in HEADER_KEYS.items() for key in keys.split("|")}
HEADER_LINE = re.compile(r"[*_]{0,2}([^\W\d_][\w' /-]{0,24}?)[ \u00a0]{0,2}[*_]{0,2}[:：][*_]{0,2}(?:\s|$|(?=[^\s/]))")
ORIGINAL_LINE = re.compile(rf"[\s*_>]*-{{2,}}[ ]?(?:{ORIGINAL})[ ]?:?[ ]?-{{2,}}[\s*_]*", re.IGNORECASE)
FORWARD_LINE = re.compile(
    rf"[\s*_>]*(?:[-=]{{2,}}[ ]?(?:{FORWARDED})\b.{{0,120}}|(?:{FORWARDED})[ ]?[:：]?)[\s*_-]*",
    re.IGNORECASE,
)


def header_role(line: str) -> str:
    """`Gesendet: Montag …` → "sent"; an empty string for any other line."""
    told = HEADER_LINE.match(line)
    return _KEY_OF.get(" ".join(told[1].lower().split()), "") if told else ""
