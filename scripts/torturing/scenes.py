"""The scenes that are interrupted: what lies in an account, what people did, and how all of it has to end."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Protocol

from imapclient import IMAPClient

from scripts.torturing.watcher import Habits

ASKS = "Hallo zusammen,\r\n\r\nwho is talking to Brückner Logistik at the moment?\r\n\r\nDanke\r\nJörg"
ASKS_OTHER = "Hi,\r\n\r\nwho is talking to Gebrüder Weiß in Lübeck at the moment?\r\n\r\nJana"
SENT = format_datetime(datetime.now(UTC))
"""When every mail was sent: a copy made a second later is the same mail."""
TELLS = "Guten Morgen,\r\n\r\ndas Angebot ist gestern rausgegangen. Schöne Grüße\r\nJana"


class Owned(Protocol):
    """An account."""

    def people(self) -> AbstractContextManager[IMAPClient]:
        """A mail program of its owner."""
        ...


class Account(Owned, Protocol):
    """A pattern account while it is set up."""

    def watch(self, minutes: float = 10, dies: str = "") -> None:
        """A pass of the watcher, so much later; its process is killed at the step of this name."""
        ...

    def open_ledger(self) -> None:
        """Make its ledger, with the key that Message-IDs of drafts depend on."""
        ...


@dataclass(frozen=True, slots=True)
class Scene:
    """`prepare` sets up the account; then comes the part that is interrupted: `passes`, with a wait on the bell after.

    `ends` says what the receipts of the mails with these keys say in the end; `drafts` how many drafts lie there.
    `meanwhile` is what people do between the interruption and the next process; an interruption at one of `turns`
    (names of steps) may then lead to another end.
    """

    name: str
    prepare: Callable[[Account], None]
    ends: dict[str, str]
    drafts: int
    habits: Habits = field(default_factory=Habits)
    more_folders: tuple[str, ...] = ()
    passes: int = 1
    waits: bool = False
    meanwhile: Callable[[Owned], None] = lambda account: None
    turns: tuple[str, ...] = ()
    met_before: bool = True


def a_mail(asks: str, key: str, **headers: str) -> bytes:
    """A mail from a colleague; `headers` are written as they are, with - for _."""
    fields = {
        "Message-ID": f"<mail-{key}@north.example>",
        "From": "=?utf-8?q?J=C3=B6rg_Wei=C3=9F?= <joerg@brueckner.example>",
        "To": "sales@brueckner.example",
        "Subject": "=?utf-8?q?R=C3=BCckfrage?= zum Projekt",
        "Date": SENT,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return (
        "".join(f"{name}: {value}\r\n" for name, value in fields.items()).encode() + b"\r\n" + asks.encode() + b"\r\n"
    )


def put(account: Owned, *mails: bytes, folder: str = "INBOX") -> None:
    """Mails arrive."""
    with account.people() as client:
        for mail in mails:
            client.append(folder, mail)
        settle(client, folder)


def settle(client: IMAPClient, folder: str) -> None:
    """A mail program looks: from then on no mail is new to the server."""
    lying(client, folder)
    client.select_folder("INBOX", readonly=True)


def lying(client: IMAPClient, folder: str) -> dict[int, bytes]:
    """The mails of a folder by UID, opened for writing."""
    client.select_folder(folder)
    uids = client.search("ALL")
    return {uid: facts[b"BODY[]"] for uid, facts in client.fetch(uids, ["BODY.PEEK[]"]).items()} if uids else {}


def drafts_by_key(client: IMAPClient) -> dict[str, tuple[int, bytes]]:
    """Drafts by the key of the mail that each answers."""
    return {
        raw.partition(b"In-Reply-To: <mail-")[2].partition(b"@")[0].decode(): (uid, raw)
        for uid, raw in lying(client, "Drafts").items()
    }


def remove(client: IMAPClient, folder: str, uid: int) -> None:
    """A person removes a mail."""
    client.select_folder(folder)
    client.add_flags([uid], ["\\Deleted"])
    client.expunge()


def _questions(*keys: str) -> list[bytes]:
    return [a_mail(ASKS, key) for key in keys]


def _arrive(account: Account) -> None:
    newsletter = a_mail(ASKS, "5", List_Id="<news.brueckner.example>", Precedence="list")
    put(account, a_mail(ASKS, "1"), a_mail(TELLS, "2"), a_mail(ASKS_OTHER, "3"), a_mail(ASKS, "4"), newsletter)


def _before(account: Account) -> None:
    put(account, *_questions("1", "2"))


def _looked_back(account: Account) -> None:
    account.open_ledger()
    _before(account)


def _thread(account: Account) -> None:
    first = a_mail(ASKS, "1")
    second = a_mail(ASKS, "2", In_Reply_To="<mail-1@north.example>", References="<mail-1@north.example>")
    put(account, first, second, a_mail(ASKS, "3"))


def _broken_off(account: Account) -> None:
    """The watcher died with one draft written and not recorded, and two not written."""
    put(account, *_questions("1", "2", "3"))
    account.watch(1, dies="after mailbox.save_drafts")


def _broken_off_and_renumbered(account: Account) -> None:
    _broken_off(account)
    with account.people() as client:
        _renumber(client, "Drafts")


def _written(account: Account, *keys: str) -> None:
    put(account, *_questions(*keys))
    account.watch(1)


def _reply(key: str) -> bytes:
    own = {
        "From": "sales@brueckner.example",
        "To": "joerg@brueckner.example",
        "Date": "Mon, 02 Mar 2026 10:00:00 +0100",
    }
    return a_mail("Ruf bitte Bernd an.", f"own-{key}", In_Reply_To=f"<mail-{key}@north.example>", **own)


def _answered(account: Account) -> None:
    _written(account, "1", "2", "3")
    put(account, _reply("1"), folder="Sent")
    with account.people() as client:
        inbox = sorted(lying(client, "INBOX"))
        client.add_flags([inbox[1]], ["\\Answered"])


def _answer_second(account: Owned) -> None:
    put(account, _reply("2"), folder="Sent")


def _touched(account: Account) -> None:
    _written(account, "1", "2", "3", "4", "5")
    with account.people() as client:
        drafts = drafts_by_key(client)
        uid, raw = drafts["1"]
        client.append("Drafts", raw.replace(b"https://trello.com/c/pilot", b"siehe Karte"), ["\\Draft", "\\Seen"])
        remove(client, "Drafts", uid)
        uid, raw = drafts["2"]
        client.append("Sent", raw, ["\\Seen"])
        remove(client, "Drafts", uid)
        remove(client, "Drafts", drafts["3"][0])
        client.add_flags([drafts["4"][0]], ["\\Flagged"])
        settle(client, "Sent")


def _renumber(client: IMAPClient, folder: str) -> None:
    """Delete the folder and make it again from its mails in another order, as a restore does."""
    flags = ["\\Draft", "\\Seen"] if folder == "Drafts" else []
    kept = list(lying(client, folder).values())
    client.select_folder("INBOX", readonly=True)
    client.delete_folder(folder)
    client.create_folder(folder)
    for raw in reversed(kept):
        client.append(folder, raw, flags)
    settle(client, folder)


def _anew(account: Account) -> None:
    account.watch(1)
    put(account, *_questions("1", "2"), folder="Fragen")
    account.watch(1)
    with account.people() as client:
        _renumber(client, "Fragen")
    put(account, a_mail(ASKS, "3"), folder="Fragen")


def _two_folders(account: Account) -> None:
    account.watch(1)
    put(account, *_questions("1", "2"))
    put(account, *_questions("2", "3"), folder="Fragen")


def _doubled(account: Account) -> None:
    _written(account, "1", "2")
    with account.people() as client:
        client.append("Drafts", drafts_by_key(client)["1"][1], ["\\Draft", "\\Seen"])
        settle(client, "Drafts")


def _large(account: Account) -> None:
    put(account, a_mail(ASKS + "\r\n" + "Anhang " * 4_000, "1"), a_mail(ASKS, "2"))


def _nothing_new(account: Account) -> None:
    _written(account, "1")


_FRAGEN: dict[str, Any] = {"habits": Habits({"folders": ("INBOX", "Fragen")}), "more_folders": ("Fragen",)}
_BELL = Habits({"poll_seconds": 0.05})
SCENES = (
    Scene("first contact", _before, {}, 0, met_before=False),
    Scene(
        *("look back", _looked_back, {"1": "written", "2": "written"}, 2),
        habits=Habits({"look_back_days": 2}),
        met_before=False,
    ),
    Scene(
        *("mails", _arrive),
        {"1": "written", "2": "no question", "3": "nothing found", "4": "written", "5": "automatic"},
        drafts=2,
    ),
    Scene("one by one", _arrive, {"1": "written", "4": "written"}, 2, habits=Habits({"batch": 1})),
    Scene("thread", _thread, {"1": "written", "2": "thread has a draft", "3": "written"}, 2),
    Scene("broken off", _broken_off, {"1": "written", "2": "written", "3": "written"}, 3),
    Scene("drafts renumbered", _broken_off_and_renumbered, {"1": "written", "2": "draft was removed"}, 1),
    Scene("answered", _answered, {"1": "withdrawn", "2": "withdrawn", "3": "written"}, 1),
    Scene(
        *("answered meanwhile", lambda account: put(account, *_questions("1", "2", "3"))),
        *({"1": "written", "2": "withdrawn", "3": "written"}, 2),
        meanwhile=_answer_second,
        turns=("before opening", "before mailbox.save_drafts"),
    ),
    Scene(
        *("touched", _touched),
        {"1": "edited", "2": "sent", "3": "deleted", "4": "edited", "5": "written"},
        drafts=3,
    ),
    Scene("renumbered", _anew, {"1": "written", "2": "written", "3": "written"}, 3, **_FRAGEN),
    Scene("two folders", _two_folders, {"1": "written", "2": "written", "3": "written"}, 3, **_FRAGEN),
    Scene("doubled", _doubled, {"1": "written", "2": "written"}, 2),
    Scene("card gone", _nothing_new, {"1": "withdrawn"}, 0, habits=Habits(card_is_gone=True)),
    Scene("large", _large, {"1": "too large", "2": "written"}, 1, habits=Habits(max_size=20_000)),
    Scene("bell", _arrive, {"1": "written", "4": "written"}, 2, _BELL, passes=2, waits=True),
)
