"""What machines send: bounces (RFC 3464) and calendar invitations (RFC 5546). Pure."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from hashlib import sha256

from service.demo.letters import SERVER, Letter, addressed, sealed

STAMP = "%Y%m%dT%H%M%SZ"


def bounce(letter: Letter, status: str, diagnostic: str, recipient: str, original: str) -> bytes:
    """A delivery report: what the machine says, the status of the recipient, and the mail that came back."""
    message = addressed(letter)
    action = "delayed" if status.startswith("4") else "failed"
    message.set_content(f"This is the mail system at host {SERVER}.\n\n<{recipient}>: {diagnostic}\n")
    message.make_mixed()
    message.replace_header("Content-Type", "multipart/report")
    message.set_param("report-type", "delivery-status")
    message["Auto-Submitted"] = "auto-replied"
    message.attach(_delivery_status(action, status, diagnostic, recipient))
    message.attach(_returned(letter, recipient, original))
    return sealed(message, letter.message_id)


def _delivery_status(action: str, status: str, diagnostic: str, recipient: str) -> EmailMessage:
    """A part of two header blocks: the server's, then the recipient's."""
    server, person = EmailMessage(policy=SMTP), EmailMessage(policy=SMTP)
    server["Reporting-MTA"] = f"dns; {SERVER}"
    person["Final-Recipient"] = f"rfc822; {recipient}"
    person["Action"] = action
    person["Status"] = status
    person["Diagnostic-Code"] = f"smtp; {diagnostic}"
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/delivery-status"
    part.set_payload([server, person])
    return part


def _returned(letter: Letter, recipient: str, original: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = f"{letter.to[0]} <{letter.to[1]}>"
    mail["To"] = recipient
    mail["Subject"] = "Our talk"
    mail["Date"] = format_datetime(letter.at - timedelta(minutes=4))
    mail["Message-ID"] = f"<out.{sha256(letter.message_id.encode()).hexdigest()[:12]}@{letter.to[1].split('@')[1]}>"
    mail.set_content(original + "\n")
    part = EmailMessage(policy=SMTP)
    part["Content-Type"] = "message/rfc822"
    part.set_payload([mail])
    return part


def invitation(letter: Letter, method: str = "REQUEST") -> bytes:
    """A meeting as mail: its text for people, and the same as text/calendar for programs."""
    message = addressed(letter)
    message.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    message.add_alternative(_calendar(letter, method), subtype="calendar", charset="utf-8", cte="base64")
    next(p for p in message.walk() if p.get_content_subtype() == "calendar").set_param("method", method)
    return sealed(message, letter.message_id)


def _calendar(letter: Letter, method: str) -> str:
    start = (letter.at + timedelta(days=6)).replace(hour=13, minute=0, second=0)
    end = start + timedelta(hours=1)
    status = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Nordwind//Demo//EN", f"METHOD:{method}", "BEGIN:VEVENT",
        f"UID:{letter.message_id.strip('<>')}", f"DTSTAMP:{letter.at:{STAMP}}", f"DTSTART:{start:{STAMP}}",
        f"DTEND:{end:{STAMP}}", f"SUMMARY:{letter.subject.partition(': ')[2]}",
        f"ORGANIZER:mailto:{letter.sender[1]}", f"ATTENDEE;RSVP=TRUE:mailto:{letter.to[1]}", f"STATUS:{status}",
        "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines)
