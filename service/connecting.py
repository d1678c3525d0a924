"""A table of [[sources]] → the source, and the polite line to its service where it is none of files."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from indexer.sources.basic import basic
from indexer.sources.carddav import CardDav
from indexer.sources.crm_csv import CrmCsv
from indexer.sources.drop import DropFolder
from indexer.sources.http import Line, Place, Politeness
from indexer.sources.hubspot import HubSpot
from indexer.sources.hubspot_bell import Bell as HubSpotBell
from indexer.sources.hubspot_portal import RATES as HUBSPOT_RATES
from indexer.sources.kanboard import Kanboard
from indexer.sources.pipedrive import Pipedrive
from indexer.sources.pipedrive import place as pipedrive_place
from indexer.sources.pipedrive_bell import Bell as PipedriveBell
from indexer.sources.protocol import Source
from indexer.sources.salesforce import Salesforce
from indexer.sources.salesforce import place as salesforce_place
from indexer.sources.salesforce_login import Login
from indexer.sources.trello import Trello, TrelloOptions
from indexer.sources.trello_bell import Bell as TrelloBell
from indexer.sources.trello_export import TrelloExport
from indexer.sources.trello_rest import authorization
from indexer.sources.trello_rest import place as trello_place
from indexer.sources.vcard import VcardFile
from service.passwords import token_of, webhook_secret_of, where_a_token_goes
from service.settings_sources import OPTIONS, SourceSettings

HOOKS = "/hooks"
"""Where services ring, below the address of the pages."""
Heard = Callable[[Mapping[str, str], bytes], tuple[str, ...] | None]
AT_ONCE = Politeness(tries=2, seconds=8.0, patience=8.0)
"""For a look while somebody waits, such as right before a draft is written: all its calls take no longer."""


@dataclass(frozen=True, slots=True, eq=False)
class Connected:
    """A source, after how many seconds it is looked at again, and the lines to its service, its own first.

    It `rings` where its service can reach our pages and we could tell its calls from forged ones.
    """

    source: Source
    every: float
    lines: tuple[Line, ...] = ()
    rings: bool = False

    @property
    def line(self) -> Line | None:
        """The line to its service; None where it reads files."""
        return self.lines[0] if self.lines else None

    @property
    def subscribe(self) -> Callable[[], list[str]] | None:
        """What lets the service ring, again and again if need be; None where somebody has to tell it by hand."""
        return getattr(self.source, "subscribe", None) if self.rings else None

    @property
    def heard(self) -> Heard | None:
        """What reads the messages of the service's webhooks; None where it does not ring."""
        return getattr(self.source, "rung", None) if self.rings else None

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """All calls that this thread makes inside end by then, together."""
        with ExitStack() as stack:
            for line in self.lines:
                stack.enter_context(line.within(seconds))
            yield

    def close(self) -> None:
        """Hang up for good: what is under way ends at once."""
        for line in self.lines:
            line.close()

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
    bell = webhook_secret_of(told), callback(told, site)
    source, *lines = _service(told, politeness, bell)
    return Connected(source, told.every, tuple(lines), all(bell))


def source_of(told: SourceSettings) -> Source:
    """The source alone."""
    return connected(told).source


def callback(told: SourceSettings, site: str) -> str:
    """Where the service rings when something changed; empty where it could not reach us."""
    return f"{site}{HOOKS}/{told.kind}/{told.name}" if site.startswith("https://") else ""


def _files(told: SourceSettings) -> Source:
    visible: Any = {"visibility": told.visibility} if told.visibility else {}
    match told.kind:
        case "trello-export":
            return TrelloExport(told.file, told.name, **visible)
        case "crm-csv":
            return CrmCsv(told.file, told.name, told.columns or None, told.link or None, **visible)
        case "drop":
            return DropFolder(told.file, told.name, **visible)
        case _:
            return VcardFile(told.file, told.name, **visible)


def _service(
    told: SourceSettings, politeness: Politeness | None, bell: tuple[str, str]
) -> tuple[Source, Line] | tuple[Source, Line, Line]:
    """The source and its lines. `bell`: what its service signs with, and where it rings; empty where it does not."""
    rings, visibility, options, name = all(bell), told.visibility or None, told.chosen, told.name
    line = Line(place_of(told), partial(_headers, told), politeness)
    match told.kind:
        case "trello":
            more = TrelloOptions(visibility, TrelloBell(*bell) if rings else None)
            return Trello(line, name, options.boards, options.workspace, more), line
        case "hubspot":
            return HubSpot(line, name, visibility, bell=HubSpotBell(*bell) if rings else None), line
        case "salesforce":
            login = Login(line)
            asked = Line(line.place, login.headers, politeness)
            return Salesforce(asked, name, visibility, renew=login.renew), asked, line
        case "pipedrive":
            return Pipedrive(line, name, visibility, bell=PipedriveBell("signpost", bell[0]) if rings else None), line
        case "carddav":
            return CardDav(line, name, options.books, visibility), line
        case _:
            return Kanboard(line, name, options.projects, visibility), line


def place_of(told: SourceSettings) -> Place:
    """Where the service of a source is. An address that was set by hand may lie in a private network."""
    source, url = f"{told.kind}:{told.name}", told.chosen.url
    public = url == OPTIONS[told.kind].model_fields["url"].default
    match told.kind:
        case "trello":
            place = trello_place(source, url, public)
        case "hubspot":
            remedy = "Make a new token in HubSpot's settings, or give it the scopes that are missing."
            place = Place("HubSpot", source, url, HUBSPOT_RATES, public, remedy)
        case "salesforce":
            place = salesforce_place(source, url, public)
        case "pipedrive":
            place = pipedrive_place(source, url, public)
        case "carddav":
            remedy = "Check the user and the password; many services want a password made for apps."
            place = Place("CardDAV", source, url, (), public, remedy)
        case _:
            remedy = "Take the API token from Kanboard's settings (user jsonrpc), or a user's own from the profile."
            place = Place("Kanboard", source, url, (), public, remedy)
    return replace(place, remedy=f"{place.remedy} {where_a_token_goes(told)}")


def _headers(told: SourceSettings) -> Mapping[str, str]:
    """What lets us in. Read anew for each call, so that a changed token is taken up without a restart."""
    token, options = token_of(told), told.chosen
    match told.kind:
        case "trello":
            return authorization(options.key, token)
        case "hubspot":
            return {"Authorization": f"Bearer {token}"}
        case "pipedrive":
            return {"x-api-token": token}
        case "salesforce":
            return basic(options.client_id, token)
        case _:
            return basic(options.user, token)
