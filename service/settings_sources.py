"""The tables of [[sources]]: files, or a service that is asked over the network, each with what only its kind has."""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, ValidationInfo
from pydantic import field_validator as checked

from service.mailbox.account import is_loopback
from service.settings_checks import MaybePath, Name, wrong

Kind = Literal[
    "trello", "trello-export", "hubspot", "salesforce", "pipedrive", "crm-csv", "carddav", "vcard", "kanboard", "drop"
]
FILES: tuple[Kind, ...] = ("trello-export", "crm-csv", "vcard", "drop")
SOONEST = 10
"""Seconds between two looks at a source, at least."""


def _address(url: str) -> str:
    """The address of a service, without a slash at the end. In the clear only where nobody can listen."""
    told = urlsplit(url)
    if url and not (told.scheme in ("https", "http") and told.hostname and not (told.username or told.query)):
        raise wrong(f'has to be a web address such as "https://crm.example.com", "{url}" is none')
    if told.scheme == "http" and not is_loopback(told.hostname or ""):
        raise wrong(f"would send the token to {told.hostname} in the clear. Write https://")
    return url.rstrip("/")


Url = Annotated[str, AfterValidator(_address)]


class Options(BaseModel):
    """What any source may have."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    every: float = Field(default=50, ge=SOONEST, le=7 * 86_400, description="Seconds between two looks.")


class ServiceOptions(Options):
    """What any service may have."""

    token_file: str = Field(default="", description="A file that holds the token, or the password, and nothing else.")
    webhook_secret_file: str = Field(default="", description="The same for what webhooks are signed with.")


class TrelloOptions(ServiceOptions):
    """Which boards, and who asks."""

    key: str = Field(min_length=1, description="The API key; not a secret, as Trello says.")
    boards: tuple[str, ...] = Field(default=(), description="Boards by link or id.")
    workspace: str = Field(default="", description="Or all boards of a workspace.")
    url: Url = Field(default="https://api.trello.com", description="Where the API is.")


class HubSpotOptions(ServiceOptions):
    """Where the portal is asked."""

    url: Url = Field(default="https://api.hubapi.com", description="Where the API is.")


class SalesforceOptions(ServiceOptions):
    """Which organisation, and as what."""

    url: Url = Field(min_length=1, description="The organisation's own address (My Domain).")
    client_id: str = Field(min_length=1, description="The consumer key of the connected app; its secret is the token.")


class PipedriveOptions(ServiceOptions):
    """Where the company is asked."""

    url: Url = Field(default="https://api.pipedrive.com", description="Where the API is.")


class CardDavOptions(ServiceOptions):
    """Which address books, and whose."""

    url: Url = Field(min_length=1, description="The server, or a path on it.")
    user: str = Field(min_length=1, description="The login name; its password is the token.")
    books: tuple[str, ...] = Field(default=(), description="Address books by name or path; all when none is named.")


class KanboardOptions(ServiceOptions):
    """Which projects, and who asks."""

    url: Url = Field(min_length=1, description="Where Kanboard is.")
    user: str = Field(default="jsonrpc", min_length=1, description="A user's name with that user's token.")
    projects: tuple[str, ...] = Field(default=(), description="Projects by name or id; all when none is named.")


OPTIONS: dict[str, type[Options]] = {
    **dict.fromkeys(FILES, Options),
    "trello": TrelloOptions,
    "hubspot": HubSpotOptions,
    "salesforce": SalesforceOptions,
    "pipedrive": PipedriveOptions,
    "carddav": CardDavOptions,
    "kanboard": KanboardOptions,
}


class SourceSettings(BaseModel):
    """A place that content comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, allow_inf_nan=False)

    kind: Kind = Field(
        description="What the files are, or which service is asked: docs/sources.md tells of each.",
        examples=["trello-export"],
    )
    path: MaybePath = Field(
        default=None, description="The file, or a folder with several.", examples=["exports/sales-board.json"]
    )
    name: Name = Field(
        default_factory=lambda seen: (seen.get("path") or Path(seen.get("kind", "source"))).stem.replace(":", "-"),
        description="A short name, part of every document's id: keep it. By default the file's own, or the kind.",
        examples=["sales"],
    )
    visibility: str = Field(
        default="",
        pattern=r"^(everyone|private|public|group:.+)?$",
        description='Who may find it: "everyone" (all colleagues), "group:NAME", "private" (nobody) or "public" '
        "(people outside get drafts of it too, unless it names a customer). By default as the source says, or private.",
        examples=["everyone"],
    )
    link: str = Field(
        default="",
        description="For CRM files: how the link of a record is made, with {kind} and {id}.",
        examples=["https://crm.example.com/{kind}/{id}"],
    )
    columns: dict[str, str] = Field(
        default={},
        description="For CSV files whose columns are not recognised: our name = theirs.",
        examples=[{"kind": "note", "title": "Betreff", "body": "Text"}],
    )
    options: dict[str, Any] = Field(
        default={},
        description="What only this kind has, such as the boards and the key of trello (docs/sources.md), and "
        "every: the seconds between two looks, by default 50.",
        examples=[{"every": 300}],
    )
    token: SecretStr | None = Field(
        default=None,
        description="Never in this file: the token (or password) of a service, in SIGNPOST_SOURCES__NAME__TOKEN, in "
        "the token_file of the options, or in the keyring.",
    )
    webhook_secret: SecretStr | None = Field(
        default=None,
        description="Never in this file: what a service signs its webhooks with, in "
        "SIGNPOST_SOURCES__NAME__WEBHOOK_SECRET, or in a webhook_secret_file.",
    )

    @checked("path")
    @classmethod
    def _where_files_are(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        kind = info.data.get("kind")
        if path is None and kind in FILES:
            raise wrong('is missing, for example path = "exports/sales-board.json"')
        if path is not None and kind not in (None, *FILES):
            raise wrong(f"is given, but {kind} is asked over the network and has no file")
        return path

    @checked("options")
    @classmethod
    def _of_its_kind(cls, options: dict[str, Any], info: ValidationInfo) -> dict[str, Any]:
        """As the kind wants them, files in them relative to the settings file."""
        kind = info.data.get("kind")
        if kind is None:
            return options
        try:
            told = OPTIONS[kind].model_validate(options, context=info.context)
        except ValidationError as fault:
            raise wrong(_of_options(kind, fault)) from fault
        folder = (info.context or {}).get("folder")
        files = {n: str(folder / v) for n, v in told if n.endswith("_file") and v and folder}
        return {**told.model_dump(), **files}

    @property
    def file(self) -> Path:
        """The path of a kind that has one."""
        return self.path or Path()

    @property
    def chosen(self) -> Any:
        """The options as their kind's record."""
        return OPTIONS[self.kind].model_validate(self.options)

    @property
    def every(self) -> float:
        """Seconds between two looks."""
        return float(self.options.get("every", Options().every))

    @property
    def is_service(self) -> bool:
        """Whether it is asked over the network."""
        return self.kind not in FILES


def _of_options(kind: str, fault: ValidationError) -> str:
    """What is wrong with the options, each mistake in a few words."""
    return "; ".join(_mistake(kind, str(error["loc"][0]), error["type"], error["msg"]) for error in fault.errors())


def _mistake(kind: str, name: str, sort: str, says: str) -> str:
    there = OPTIONS[kind].model_fields
    if sort == "extra_forbidden":
        return f"cannot have {name}; {kind} has {', '.join(there)}"
    if sort in ("missing", "string_too_short"):
        return f"need {name}: {there[name].description}".rstrip(".")
    says = says.replace("Input should be", "has to be")
    return f"{name} {says[:1].lower()}{says[1:]}".rstrip(".")
