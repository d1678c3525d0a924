"""Which receipts a page of figures is about, and all that is counted of them for one visitor."""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Lock
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from pydantic import BaseModel, ConfigDict

from indexer.asking import Viewer
from indexer.entities import Directory
from indexer.errors import NoIndex
from indexer.names import DOUBTFUL
from service.access.visitor import Visitor
from service.analytics import WEEK, Figures, Named, Topic, askings, every_week, figures, topics, week_of
from service.deflection import Effect, effect
from service.gaps import Again, Gap, asked_again, gaps, grouped
from service.ledger import Ledger
from service.narrowing import ReceiptFilter
from service.web.listing import Short
from service.web.site import Site
from service.web.wanted import Day

USUAL = 26 * WEEK
MOST = 20_000
"""So many receipts are counted, the newest; it takes a second or two."""
KEPT = 8


class Span(BaseModel):
    """Which receipts: of one mailbox or all, decided from one day to another, both included."""

    model_config = ConfigDict(frozen=True)

    mailbox: Short = ""
    since: Day = None
    until: Day = None

    def narrowed(self, readable: frozenset[str] | None, now: datetime) -> ReceiptFilter:
        """The same as the ledger understands it; half a year where nothing is said."""
        first = self.since or week_of(now - USUAL)
        last = self.until + timedelta(days=1) if self.until and self.until < date.max else None
        return ReceiptFilter(
            self.mailbox, since=_begin(first), until=_begin(last) if last else None, mailboxes=readable
        )

    def url(self, path: str, **more: str) -> str:
        """An address with this span."""
        given = {"mailbox": self.mailbox, "since": self.since, "until": self.until, **more}
        query = urlencode({name: str(value) for name, value in given.items() if value})
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class Counted:
    """All that is counted. `weeks` are those of the topics, `cut` says that there were more receipts than counted."""

    figures: Figures
    weeks: tuple[date, ...]
    topics: tuple[Topic, ...]
    gaps: tuple[Gap, ...]
    again: Again
    effect: Effect
    cut: bool


def counted(site: Site, visitor: Visitor, span: Span) -> Counted:
    """Count what this visitor may see; counted once until something changes."""
    query = span.narrowed(visitor.mailboxes(site.options.owners), site.now)
    sequence = site.knowledge.status().sequence
    key = (query, visitor.viewer.visibilities, sequence, site.now.date(), *site.ledger.counts(query))
    with _LOCK:
        kept = _KEPT.setdefault(site.ledger, OrderedDict())
        if key in kept:
            return kept[key]
    found = _count(site, query, visitor.viewer)
    with _LOCK:
        kept[key] = found
        while len(kept) > KEPT:
            kept.popitem(last=False)
    return found


_LOCK = Lock()
_KEPT: WeakKeyDictionary[Ledger, OrderedDict[Hashable, Counted]] = WeakKeyDictionary()


def _count(site: Site, query: ReceiptFilter, viewer: Viewer) -> Counted:
    receipts = site.ledger.receipts(query, MOST)
    asked = askings(receipts, names(site, viewer))
    told, groups = topics(asked), grouped(asked)
    weeks = every_week({week_of(one.at) for one in asked})
    today = site.now.date()
    return Counted(
        figures=figures(receipts),
        weeks=tuple(weeks),
        topics=tuple(told),
        gaps=tuple(gap for gap in gaps(groups, site.now) if gap.asks > 1),
        again=asked_again(groups, site.now),
        effect=effect(told, weeks[0] if weeks else today, today),
        cut=len(receipts) == MOST,
    )


def names(site: Site, viewer: Viewer) -> Named:
    """What tells which companies a text names: those that the viewer may know, and names that nobody knows."""
    try:
        known = Directory(site.knowledge.entities(viewer))
    except NoIndex:
        known = Directory(())

    def named(text: str) -> tuple[str, ...]:
        sure = [m.name for m in known.find(text) if m.kind == "company" and m.sureness > DOUBTFUL]
        return tuple(dict.fromkeys((*sure, *known.unknown(text))))

    return named


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
