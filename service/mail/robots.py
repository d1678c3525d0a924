"""How machines sign and title their mails, in many languages. Pure data as patterns."""

import re

# The local part of an address; what stands between `+` and `@` does not matter.
ROBOT_SENDER = re.compile(
    r"(?:(?:[\w.]{1,40}[-_.])?(?:no|not|do-?not|donot|dont|ne)[-_.]?(?:reply|repl?y|respond|answer|antworten?|"
    r"replies|repondre|responder|rispondere)[\w-]{0,20}"
    r"|mailer[-_.]?daemon|mail[-_.]?daemon|mail-daemon|maildaemon|mdaemon|post[-_.]?master|postmast|mailmaster|"
    r"mail[-_.]?delivery[-_.]?\w{0,12}|"
    r"(?:[\w.]{1,40}[-_.])?(?:bounces?|bounced|mailer|autoreply|auto[-_.]?repl(?:y|ies)|autorespon\w{1,5}|"
    r"auto[-_.]?respon\w{1,5}|autoresponse|"
    r"notifications?|notify|notifier|alerts?|newsletters?|unsubscribe|listserv|majordomo|mailman|automailer|"
    r"automated|system-?mail|"
    r"microsoftexchange[0-9a-f]{10,40}|antispam|spamfilter|virus-?scan\w{0,6}|complaints?|feedbackloop|fbl|"
    r"abuse-?report\w{0,4}|arf\w{0,10}|"
    r"nobody|daemon|uucp|cron)(?:-\w{1,20})?|(?:[\w.-]{1,60})-(?:bounces?|request|owner|errors)|"
    r"owner-[\w.-]{1,60}|staff@?hotmail|prvs=.{1,80})"
    r"(?:\+.{0,200})?",
    re.IGNORECASE,
)
ROBOT_NAME = re.compile(
    r"mailer[- ]?daemon|mail delivery (?:sub)?system|mail delivery (?:service|agent|program)|\bpostmaster\b|"
    r"system administrator|"
    r"mail (?:router|server|administrator|system)\b|automatic (?:reply|response)|auto-?responder|"
    r"delivery (?:sub)?system|microsoft outlook$|mailadmin|"
    r"\bno[- ]?reply\b|do[- ]not[- ]reply",
    re.IGNORECASE,
)
# Subjects of out-of-office replies. Only at the start: "Re: Out of office" is a person.
OUT_OF_OFFICE = re.compile(
    r"\s*\[?(?:auto(?:matic|mated|matically generated)?[- ]?(?:reply|response|respond|answer|reponse)|auto ?[:：]|"
    r"autoreply|autoresponder|auto-?antwort|"
    r"automati(?:sche|c|que|k|sk|skt|ca|co|schs?|zna|cka|cká|ská)?\s?(?:antwort|e?-?mail-?antwort|reply|svar|"
    r"antwoord|reactie|vastaus|odpovi?ed[ťźz]|odpověď)|"
    r"(?:re|réponse|rép) ?automatique|réponse d'absence|message d'absence|absence(?: du bureau)?\b|absent\b|en congé|"
    r"respuesta autom[aá]tica|fuera de (?:la )?oficina|ausente|resposta autom[aá]tica|resposta automàtica|"
    r"fora do escrit[oó]rio|ausência|"
    r"risposta automatica|fuori (?:sede|ufficio)|assente|assenza|"
    r"abwesen(?:heit\w*|d)|(?:ich bin )?(?:nicht im (?:haus|b[üu]ro)|im urlaub|außer haus)|urlaubs(?:notiz|"
    r"benachrichtigung|meldung)|eingangsbest[äa]tigung|"
    r"out of (?:the )?office|out-of-office|ooo ?[:：]|away from (?:the |my )?(?:office|mail|desk|e-?mail)|"
    r"on (?:vacation|holiday|annual leave|maternity leave|parental leave)|vacation (?:reply|response|message|"
    r"notice|auto)|"
    r"i am (?:currently )?(?:out|away|on (?:vacation|leave))|"
    r"afwezig(?:heid)?\b|niet aanwezig|automatisch antwoord|autosvar|autosvars|frånvaro\w*|frånvarande|fravær\w*|"
    r"fraværende|ikke på kontoret|ikke til stede|"
    r"poissa\b|poissaolo\w*|automaattinen vastaus|autom?atyczna odpowied[źz]|odpowied[źz] automatyczna|"
    r"nieobecno[śs][ćc]|poza biurem|"
    r"automatick[áa] odpov[ěe][ďd]|mimo kancel[áa][řr]|nep[řr][íi]tomnost|automatikus v[áa]lasz|szabads[áa]g|"
    r"házon kívül|"
    r"r[ăa]spuns automat|automatski odgovor|samodejni odgovor|otomatik (?:yan[ıi]t|cevap)|ofis d[ıi][şs][ıi]nda|"
    r"автоответ\w*|автоматический ответ|автоматична відповідь|автоматично повідомлення|нет на месте|отсутств\w*|"
    r"вне офиса|в отпуске|"
    r"αυτόματη απάντηση|εκτός γραφείου|מענה אוטומטי|תשובה אוטומטית|הודעה אוטומטית|رد تلقائي|"
    r"自動応答|自動返信|不在|不在通知|自动回复|自動回覆|"
    r"自动答复|外出|休假|자동 ?응답|자동 ?회신|부재중|tr[ảa] l[ờo]i t[ựu] [đd][ộo]ng|balasan otomatis|"
    r"jawaban otomatis|ตอบกลับอัตโนมัติ)",
    re.IGNORECASE,
)
BOUNCE_SUBJECT = re.compile(
    r"\s*\[?(?:undeliver(?:able|ed)|un(?:able to )?deliver|returned (?:mail|e-?mail|message|to sender)|"
    r"mail (?:delivery|returned|system error|not delivered|failure|could not)|"
    r"(?:mail )?delivery (?:status|fail\w*|has failed|delayed|notification|problem|error|report|not successful|"
    r"unsuccessful|incomplete|final failure)|failure (?:notice|delivery)|"
    r"message (?:delivery|could not|not delivered|undeliverable|status|delayed|you sent blocked)|"
    r"could not (?:send|deliver)|non-?deliver\w*|not delivered|"
    r"warning: (?:could not|message|mail)|failed (?:mail|delivery|message)|error sending|nondeliverable|delayed mail|"
    r"unzustellbar\w*|zustell(?:ung|fehler)\w*|nicht zugestellt|non remis|échec|message non délivré|"
    r"no se puede entregar|no se pudo|correo devuelto|"
    r"mancato recapito|mensagem não entregue|niet bezorgd|onbestelbaar|returnerad|kunde inte levereras|"
    r"email feedback report|complaint about|abuse report|"
    r"(?:read|gelesen|lu|leído|letto|gelezen|lido|прочитано)\s?[:：]|(?:not read|ungelesen|non lu)\s?[:：]|"
    r"(?:return|read) receipt|lesebestätigung|"
    r"недоставлен\w*|не доставлено|письмо не|配信不能|配信エラー|"
    r"送信失敗|未送達|退信|无法投递|系统退信|메일 ?전송 ?실패|반송)",
    re.IGNORECASE,
)
# Subjects that only programs write, whatever the text.
ABUSE_SUBJECT = re.compile(
    r"\s*(?:complaint about message from|email (?:abuse|feedback) report|\[?feedback[- ]loop\]?)",
    re.IGNORECASE,
)
# For lower-case text, which is searched several times as fast.
BOUNCE_BODY = re.compile(
    r"this is the qmail-send program|this (?:message|report) was created automatically by (?:the )?mail|"
    r"this is an automatically generated (?:delivery status|mail delivery)|"
    r"i'm sorry to have to inform you that your message|"
    r"your (?:message|mail|email) (?:to .{1,100} )?(?:could not|cannot|was not|couldn't) (?:be )?delivered|"
    r"(?:the following|these) (?:address(?:es)?|recipients?)(?: had)?(?: permanent|"
    r" non-?transient)?(?: fatal)?(?: delivery)? (?:errors|failed)|"
    r"delivery to the following recipients? (?:failed|has been)|--- ?-{0,8} ?transcript of session|"
    r"--- the following addresses|"
    r"this is an? (?:email )?(?:abuse|spam|feedback) report|diagnostic-code:|error: invalid user address|"
    r"original mail as follows",
)
# What an SMTP server answers: "550 5.1.1", "554-5.7.1".
SMTP_STATUS = re.compile(r"\b[45]\d\d[ -]{1,3}\(?#?[45]\.\d{1,2}\.\d{1,2}\b|\b(?:550|552|553|554) [-<A-Za-z]")
