"""A table of [[sources]] → the source, and the polite line to its service where it is none of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from indexer.errors import SettingsError
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.http import Line, Place, Politeness, Rate
from indexer.sources.hubspot import HubSpot
from indexer.sources.hubspot_bell import Bell as HubSpotBell
from indexer.sources.protocol import Source
from indexer.sources.trello import Trello, TrelloOptions
from indexer.sources.trello_bell import Bell as TrelloBell
from indexer.sources.trello_export import TrelloExport
from indexer.sources.trello_rest import RATES as TRELLO_RATES
from indexer.sources.trello_rest import authorization
from indexer.sources.vcard import VcardFile
from service.passwords import token_of, webhook_secret_of, where_a_token_goes
from service.settings_sources import OPTIONS, SourceSettings

HOOKS = "/hooks"
"""Where services ring, below the address of the pages."""
HUBSPOT_RATES = (Rate(100, 10), Rate(4, 1, within="/search"))
Heard = Callable[[Mapping[str, str], bytes], tuple[str, ...] | None]
AT_ONCE = Politeness(tries=2, seconds=8.0, patience=8.0)
"""For a look while somebody waits, such as right before a draft is written."""
_SERVICES = {
    "trello": ("Trello", "Make a new one at https://trello.com/app-key."),
    "hubspot": ("HubSpot", "Make a new one under Settings, Integrations, and give it the scopes that are missing."),
    "salesforce": ("Salesforce", "Look at the connected app and its secret."),
    "pipedrive": ("Pipedrive", "Make a new one under Personal preferences, API."),
    "carddav": ("CardDAV", "Look at user and password; many servers want an app password."),
    "kanboard": ("Kanboard", "Make a new one under Settings, API, or in the user's profile."),
}


@dataclass(frozen=True, slots=True, eq=False)
class Connected:
    """A source, after how many seconds it is looked at again, and the line to its service (None: it reads files).

    It `rings` where its service can reach our pages and we could tell its calls from forged ones.
    """

    source: Source
    every: float
    line: Line | None = None
    rings: bool = False

    @property
    def heard(self) -> Heard | None:
        """What reads the messages of the service's webhooks; None where it does not ring."""
        return getattr(self.source, "rung", None) if self.rings else None

    @property
    def name(self) -> str:
        """The source's name, `trello:sales`."""
        return self.source.name


def connected(told: SourceSettings, site: str = "", politeness: Politeness | None = None) -> Connected:
    """The source that a table names; nothing is read or asked yet. `site` is where our pages are reached from outside.

    Raises SettingsError where a service has no token.
    """
    if not told.is_service:
        return Connected(_files(told), told.every)
    token_of(told)
    line = _line(told, politeness)
    bell = webhook_secret_of(told), callback(told, site)
    return Connected(_service(told, line, bell), told.every, line, all(bell))


def source_of(told: SourceSettings) -> Source:
    """The source alone."""
    return connected(told).source


def callback(told: SourceSettings, site: str) -> str:
    """Where the service rings when something changed; empty where it could not reach us."""
    return f"{site}{HOOKS}/{told.kind}/{told.name}" if site.startswith("https://") else ""


def _files(told: SourceSettings) -> Source:
    visible = {"visibility": told.visibility} if told.visibility else {}
    match told.kind:
        case "trello-export":
            return TrelloExport(told.file, told.name, **visible)
        case "crm-csv":
            return CrmCsv(told.file, told.name, told.columns or None, told.link or None, **visible)
        case _:
            return VcardFile(told.file, told.name, **visible)


def _line(told: SourceSettings, politeness: Politeness | None) -> Line:
    service, remedy = _SERVICES[told.kind]
    url = told.chosen.url
    place = Place(
        service,
        f"{told.kind}:{told.name}",
        url,
        {"trello": TRELLO_RATES, "hubspot": HUBSPOT_RATES}.get(told.kind, ()),
        public=url == OPTIONS[told.kind].model_fields["url"].default,
        remedy=f"{remedy} {where_a_token_goes(told)}",
    )
    return Line(place, partial(_headers(told.kind), told), politeness)


def _headers(kind: str) -> Callable[[SourceSettings], Mapping[str, str]]:
    """What lets us in. Read anew for each call, so that a changed token is taken up without a restart."""
    return {"trello": _as_trello_wants}.get(kind, _as_bearer)


def _as_trello_wants(told: SourceSettings) -> Mapping[str, str]:
    return authorization(told.chosen.key, token_of(told))


def _as_bearer(told: SourceSettings) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token_of(told)}"}


def _service(told: SourceSettings, line: Line, bell: tuple[str, str]) -> Source:
    """The source behind a line. `bell`: what its service signs with, and where it rings; empty where it does not."""
    visibility, options = told.visibility or None, told.chosen
    match told.kind:
        case "trello":
            more = TrelloOptions(visibility, TrelloBell(*bell) if all(bell) else None)
            return Trello(line, told.name, options.boards, options.workspace, more)
        case "hubspot":
            return HubSpot(line, told.name, visibility, bell=HubSpotBell(*bell) if all(bell) else None)
        case _:
            raise SettingsError([f"{told.kind} is no source that this version can read."])
