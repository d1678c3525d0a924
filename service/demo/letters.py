"""A mail as somebody wrote it → its bytes: encodings, signatures, quotes, and the headers servers add. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256
from html import escape

from service.demo.catalogue import OWN_DOMAIN, OWN_NAME
from service.demo.organisation import Colleague

SERVER = f"mx.{OWN_DOMAIN}"
QUOTES = {
    "gmail": "On {day:%a, %b %d, %Y at %H:%M} {name} <{address}> wrote:",
    "apple": "On {day.day}. {day:%b %Y}, at {day:%H:%M}, {name} <{address}> wrote:",
    "outlook": "From: {name} <{address}>\nSent: {day:%A, %d %B %Y %H:%M}\nTo: {to}\nSubject: {subject}",
}


@dataclass(frozen=True, slots=True)
class Quoted:
    """The earlier mail that stands below an answer, in the manner of the program that put it there."""

    style: str
    name: str
    address: str
    at: datetime
    text: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail before it is encoded. `proof` is what the own server found out about the sender: pass or fail."""

    message_id: str
    sender: tuple[str, str]
    to: tuple[str, str]
    subject: str
    text: str
    at: datetime
    format: str = "plain"
    quoted: Quoted | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    proof: str = "pass"

    @property
    def body(self) -> str:
        """What the plain-text part says, the quoted mail included."""
        if self.quoted is None:
            return self.text
        mark = "" if self.quoted.style == "outlook" else "> "
        below = "\n".join((mark + line).rstrip() for line in self.quoted.text.split("\n"))
        return f"{self.text}\n\n{self._attribution}\n{'' if mark else chr(10)}{below}\n"

    @property
    def _attribution(self) -> str:
        quoted = self.quoted
        if quoted is None:
            return ""
        line = QUOTES[quoted.style].format(
            day=quoted.at, name=quoted.name, address=quoted.address, to=self.sender[0], subject=self.subject[4:]
        )
        return ("_" * 32 + "\n" if quoted.style == "outlook" else "") + line

    @property
    def html(self) -> str:
        """The same as HTML, quoted as the program of the sender does it."""
        own = "".join(f"<p>{_lines(block)}</p>" for block in self.text.strip().split("\n\n"))
        if self.quoted is None:
            return f"<html><head><style>p {{ margin: 0 0 1em }}</style></head><body>{own}</body></html>\n"
        below, said = _lines(self.quoted.text), _lines(self._attribution.lstrip("_\n"))
        quote = {
            "gmail": f'<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{said}<br></div>'
            f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{below}</blockquote></div>',
            "apple": f'<br><blockquote type="cite"><div>{said}</div><br><div>{below}</div></blockquote>',
            "outlook": f'<div id="divRplyFwdMsg" style="border-top:solid #E1E1E1 1pt">{said}</div><div>{below}</div>',
        }[self.quoted.style]
        return f"<html><body>{own}{quote}</body></html>\n"


def encode(letter: Letter) -> bytes:
    """The mail as the own server delivered it (RFC 5322, lines end in CRLF)."""
    message = addressed(letter)
    if letter.format == "html":
        message.set_content(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    else:
        charset, cte = _charset(letter)
        message.set_content(letter.body, charset=charset, cte=cte)
    if letter.format == "alternative":
        message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    return sealed(message, letter.message_id)


def addressed(letter: Letter) -> EmailMessage:
    """A mail with all headers and no body yet. The server's own headers stand on top, as on real mail."""
    message = EmailMessage(policy=SMTP)
    domain = letter.sender[1].rpartition("@")[2]
    message["Return-Path"] = letter.headers.get("Return-Path", f"<{letter.sender[1]}>")
    message["Authentication-Results"] = _verdict(letter.proof, domain)
    message["Received"] = f"from mail.{domain} by {SERVER} with ESMTPS; {format_datetime(letter.at)}"
    message["From"] = Address(letter.sender[0], addr_spec=letter.sender[1])
    message["To"] = Address(letter.to[0], addr_spec=letter.to[1])
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = letter.message_id
    if letter.quoted:
        message["In-Reply-To"] = letter.quoted.message_id
        message["References"] = letter.quoted.message_id
    for name, value in letter.headers.items():
        if name != "Return-Path":
            message[name] = value
    return message


def sealed(message: EmailMessage, message_id: str) -> bytes:
    """Its bytes; the boundaries of parts follow from the Message-ID, so that they are the same every time."""
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary("=_" + sha256(f"{number} {message_id}".encode()).hexdigest()[:24])
    return message.as_bytes()


def signature(person: Colleague, sign: str) -> str:
    """What stands below a mail of this colleague: nothing, a name, all of it, or what a telephone adds."""
    full = f"{person.name}\n{person.title}\n{OWN_NAME} | {person.city}\n{person.phone} | {person.mobile}"
    return {
        "none": "",
        "short": f"\nBest, {person.first}",
        "full": f"\nBest regards\n{person.first}\n\n-- \n{full}",
        "de": f"\nViele Grüße\n{person.first}\n\n-- \n{full}\nSitz der Gesellschaft: Hamburg",
        "fr": f"\nBien cordialement,\n{person.first}\n\n-- \n{full}",
        "phone": "\nSent from my phone",
    }[sign]


def _charset(letter: Letter) -> tuple[str, str]:
    """Charset and transfer encoding; a text that Latin-1 cannot hold goes as UTF-8, as mail programs do."""
    if letter.format == "latin1":
        fits = letter.body == letter.body.encode("latin-1", "replace").decode("latin-1")
        return ("iso-8859-1" if fits else "utf-8"), "quoted-printable"
    if letter.format == "plain":
        return "utf-8", "8bit"
    return "utf-8", "base64" if letter.format == "base64" else "quoted-printable"


def _verdict(proof: str, domain: str) -> str:
    if proof == "pass":
        return (
            f"{SERVER}; spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}"
        )
    return f"{SERVER}; spf=fail smtp.mailfrom={domain}; dkim=none; dmarc=fail (p=none) header.from={domain}"


def _lines(text: str) -> str:
    return escape(text.strip(), quote=False).replace("\n", "<br>\n")
