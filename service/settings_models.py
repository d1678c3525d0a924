"""What can be set, with its default and one sentence each. Here are the checks; who reads the file is not."""

from email.utils import parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from indexer.documents import PUBLIC
from indexer.engines.opening import Place
from service.mail.letter import Address
from service.mailbox.account import is_loopback
from service.mailbox.protocol import INBOX
from service.replies.audience import ascii_domain, is_plain
from service.replies.outcome import Policy
from service.settings_access import Access, AccessOptions, chosen_access
from service.settings_checks import FilePath, Host, Internal, MaybePath, Model, Name, OAuth, WebAddress, wrong
from service.settings_sources import SourceSettings

_POLICY = Policy()


class Part(BaseModel):
    """A table of the settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)


class MailboxSettings(Part):
    """A mail account to watch."""

    user: str = Field(min_length=1, description="The login name, mostly the address.", examples=["tom@example.com"])
    host: str = Field(min_length=1, description="The IMAP server.", examples=["imap.example.com"])
    name: Name = Field(
        default_factory=lambda seen: seen.get("user", "mailbox"),
        description="What receipts call the account: keep it. By default the login name.",
        examples=["tom@example.com"],
    )
    auth: Literal["password", "oauth2"] = Field(
        default="password",
        description='How to log in: by "password", or by "oauth2" as Microsoft and Google ask for; then run '
        "`signpost login` once. By default by password.",
        examples=["oauth2"],
    )
    oauth: OAuth = Field(
        default={},
        description='For oauth2: provider is "microsoft" (with your tenant) or "google", client_id what it calls the '
        "app you registered there; for other servers token_url, device_url or authorize_url, and scope.",
        examples=[{"provider": "microsoft", "tenant": "example.com", "client_id": "1b730954-1685-4b74-9bfd"}],
    )
    password: SecretStr | None = Field(
        default=None,
        description="Never in this file: in SIGNPOST_MAILBOXES__NAME__PASSWORD, in password_file, or in the keyring.",
    )
    password_file: MaybePath = Field(
        default=None,
        description="A file that holds the password and nothing else; with oauth2 the client's secret, if it has one.",
    )
    tls: Literal["tls", "starttls", "none"] = Field(
        default="tls", description='How the line is encrypted; "none" only for a server on this machine.'
    )
    port: int = Field(
        default_factory=lambda seen: 993 if seen.get("tls", "tls") == "tls" else 143,
        ge=1,
        le=65_535,
        description="The IMAP port: 993 with tls, else 143.",
    )
    ca_file: MaybePath = Field(
        default=None, description="The certificate of your own authority (PEM), if you have one."
    )
    folders: tuple[str, ...] = Field(default=(INBOX,), min_length=1, description="The folders that are watched.")
    drafts: str = Field(default="", description="The Drafts folder, where the server does not say which it is.")
    addresses: tuple[str, ...] = Field(
        default=(),
        description="All addresses of the account, the main one first. By default the login name.",
        examples=[["Tom Okafor <tom@example.com>", "sales@example.com"]],
    )

    @field_validator("tls")
    @classmethod
    def _not_in_the_clear(cls, tls: str, info: ValidationInfo) -> str:
        host = info.data.get("host", "")
        if tls == "none" and host and not is_loopback(host):
            raise wrong(f'would send the password to {host} in the clear. Use "tls" or "starttls"')
        return tls

    @field_validator("addresses")
    @classmethod
    def _plain(cls, addresses: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        for told in addresses or (info.data.get("user", "somebody@example.com"),):
            if not is_plain(Address(parseaddr(told)[1])):
                hint = "" if addresses else "; the login name is none, so name at least one here"
                raise wrong(f'has to hold mail addresses, "{told}" is none{hint}')
        return addresses

    @property
    def own(self) -> tuple[Address, ...]:
        """The account's addresses with their names, the main one first."""
        read = (parseaddr(told) for told in self.addresses or (self.user,))
        return tuple(Address(email.rpartition("@")[0] + "@" + email.rpartition("@")[2].lower(), n) for n, email in read)


class ReplySettings(Part):
    """Who gets a draft, and how sure it has to be."""

    internal_domains: tuple[Internal, ...] = Field(
        default=(),
        description='Your own mail domains: only their senders get drafts. ".example.com" means all below it too; '
        "a whole address means one person.",
        examples=[["example.com"]],
    )
    enough: float = Field(
        default=_POLICY.enough, ge=0, le=1, description="How probable an answer has to be for a draft, from 0 to 1."
    )
    most_wrong: float = Field(
        default=0.05,
        ge=0,
        le=0.5,
        description="The share of drafts that may be wrong. Once people said enough about answers of a kind, they "
        "decide how probable one has to be; until then enough does. 0: always enough.",
    )
    max_links: int = Field(default=_POLICY.max_links, ge=1, le=3, description="The most links in a draft, up to 3.")
    per_day: int = Field(default=50, ge=1, description="The most drafts in a mailbox within a day.")
    per_sender: int = Field(default=10, ge=1, description="The most of them for one sender.")
    keep_days: int = Field(
        default=14,
        ge=0,
        le=3_650,
        description="How many days a draft that nobody touched waits before it is removed; 0 keeps it.",
    )
    authserv_id: str = Field(
        default="",
        description="What your mail server calls itself in Authentication-Results; nobody else's results count. "
        "Once it is named, only senders whom it vouches for get drafts.",
        examples=["mx.example.com"],
    )
    trusted_forwarders: tuple[str, ...] = Field(
        default=(),
        description="Domains of forwarders and lists whose ARC seals count, where that server says arc=pass: what they "
        "saw of the sender is believed.",
        examples=[["lists.example.org"]],
    )
    language: str = Field(
        default="en", pattern="^[a-z]{2,3}$", description="The language for mails in one that there is no wording for."
    )
    templates: MaybePath = Field(default=None, description="A folder with your own wording; what it lacks is ours.")

    @field_validator("trusted_forwarders")
    @classmethod
    def _domains(cls, forwarders: tuple[str, ...]) -> tuple[str, ...]:
        read = tuple(ascii_domain(told.strip().lower().rstrip(".")) for told in forwarders)
        for told, domain in zip(forwarders, read, strict=True):
            if "." not in domain.strip(".") or not is_plain(Address(f"seal@{domain}")):
                raise wrong(f'has to hold domains such as "lists.example.org", "{told}" is none')
        return read


class WatchSettings(Part):
    """How the mailboxes are watched."""

    shadow: bool = Field(default=False, description="Decide and record, but write no drafts: good for the first days.")
    poll_seconds: float = Field(
        default=60.0, gt=0, le=3_600, description="How often to look, where the server does not ring."
    )
    lookback_days: int = Field(
        default=0, ge=0, le=365, description="How many days of older mail first contact takes in; 0 leaves it alone."
    )


class WebSettings(Part):
    """Where the search page is."""

    host: Host = Field(
        default="127.0.0.1", description="The address it listens on; another than this machine's own asks for [access]."
    )
    port: int = Field(default=8025, ge=0, le=65_535, description="The port it listens on.")
    base_url: WebAddress = Field(
        default="",
        description="Where your colleagues reach it; drafts link there. By default http://HOST:PORT.",
        examples=["https://signpost.example.com"],
    )

    @property
    def url(self) -> str:
        """Where the pages are reached, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.base_url or f"http://{host}:{self.port}"


class ModelSettings(Part):
    """The embedding model."""

    name: Model = Field(
        default="all-MiniLM-L6-v2",
        min_length=1,
        description="Its name, or the folder it is in, beginning with ./ or /.",
    )
    precision: Literal["bf16", "int8", "f32", "reference"] = Field(
        default="bf16",
        description='How it computes: "bf16" is fast and faithful, "int8" half as fast again and rougher (wants '
        'signpost[int8]), "f32" exact, "reference" runs sentence-transformers itself.',
    )


class Settings(Part):
    """All there is to set."""

    data: FilePath = Field(
        default=Path("signpost-data"), description="The folder for index and ledger. Back up the ledger.db in it."
    )
    index_url: SecretStr | None = Field(
        default=None,
        description="Never in this file: where the index is to be in a PostgreSQL database (docs/scaling.md), its "
        "postgresql:// URL, in SIGNPOST_INDEX_URL.",
    )
    ledger_url: SecretStr | None = Field(
        default=None,
        description="Never in this file: the same for the ledger, in SIGNPOST_LEDGER_URL.",
    )
    search_url: SecretStr | None = Field(
        default=None,
        description="Never in this file: what searches the database's index (docs/scaling.md), folder: for a copy on "
        "this machine or the URL of a Milvus, in SIGNPOST_SEARCH_URL.",
    )
    search_token: SecretStr | None = Field(
        default=None, description="Never in this file: its token, in SIGNPOST_SEARCH_TOKEN."
    )
    sources: tuple[SourceSettings, ...] = Field(default=(), description="Where content comes from, a table each.")
    mailboxes: tuple[MailboxSettings, ...] = Field(default=(), description="The mail accounts to watch, a table each.")
    replies: ReplySettings = Field(default=ReplySettings(), description="Who gets a draft, and how sure it has to be.")
    watch: WatchSettings = Field(default=WatchSettings(), description="How the mailboxes are watched.")
    web: WebSettings = Field(default=WebSettings(), description="Where the search page is.")
    access: Access = Field(
        default={"login": "none"},
        description='How people log in to the pages ("none", "local", "proxy", "oidc"), and who belongs to which '
        "group: docs/access.md. By default nobody has to, and only this machine gets in.",
    )
    access_secret: SecretStr | None = Field(
        default=None, description="Never in this file: the client secret of oidc, in SIGNPOST_ACCESS_SECRET."
    )
    model: ModelSettings = Field(default=ModelSettings(), description="The model that turns text into vectors.")

    @property
    def index_at(self) -> str:
        """The URL of the database that holds the index; empty where it is in the data folder."""
        return self.index_url.get_secret_value() if self.index_url else ""

    @property
    def ledger_at(self) -> str:
        """The URL of the database that holds the ledger; empty where it is in the data folder."""
        return self.ledger_url.get_secret_value() if self.ledger_url else ""

    @property
    def ledger_file(self) -> Path:
        """The ledger in the data folder."""
        return self.data / "ledger.db"

    @property
    def searched_at(self) -> Place:
        """Where the index is and what searches it."""
        search, token = self.search_url, self.search_token
        return Place(
            self.index_at,
            search.get_secret_value() if search else "",
            token.get_secret_value() if token else "",
        )

    @property
    def entry(self) -> AccessOptions:
        """How people log in, as the record of that way."""
        return chosen_access(self.access)

    def site(self, mailbox: MailboxSettings) -> str:
        """The search page's address for drafts of this mailbox.

        Empty where readers could not open it: a page that only this machine reaches, mail from elsewhere.
        """
        only_here = is_loopback(urlsplit(self.web.url).hostname or "")
        return "" if only_here and not is_loopback(mailbox.host) else self.web.url

    def policy(self, mailbox: MailboxSettings) -> Policy:
        """The rules by which mails of this mailbox are decided on."""
        return Policy(
            internal=frozenset(self.replies.internal_domains),
            own=frozenset(address.email.lower() for address in mailbox.own),
            enough=self.replies.enough,
            max_links=self.replies.max_links,
            require_proof=bool(self.replies.authserv_id),
            answers_outsiders=any(source.visibility == PUBLIC for source in self.sources),
            groups={name: frozenset(members) for name, members in self.entry.groups.items()},
            site=self.site(mailbox),
        )
