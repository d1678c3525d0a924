"""Which receipts a page lists, as its address says it, and the ways from there to others. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, StringConstraints

from service.narrowing import Count, Key, ReceiptFilter
from service.receipts import Receipt

Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
Long = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]
KINDS = ("who", "similar work", "reference", "other")
STATES = {
    "shadow": "not written",
    "intended": "being written",
    "written": "waiting in Drafts",
    "sent": "sent",
    "edited": "in a person's hands",
    "deleted": "deleted",
    "withdrawn": "withdrawn",
    "left": "out of date",
}


class Listed(BaseModel):
    """Which receipts to list. `before` and `within` are identity and mailbox of the last one on the page before."""

    model_config = ConfigDict(frozen=True)

    mailbox: Short = ""
    outcome: Short = ""
    reason: Short = ""
    state: Short = ""
    kind: Short = ""
    text: Short = ""
    before: Long = ""
    within: Short = ""

    def narrowed(self, mailboxes: frozenset[str] | None) -> ReceiptFilter:
        """The same as the ledger understands it, for somebody who may read these mailboxes."""
        facts = {name: getattr(self, name) for name in ("mailbox", "outcome", "reason", "state", "kind", "text")}
        return ReceiptFilter(**facts, mailboxes=mailboxes)

    @property
    def last(self) -> Key | None:
        """The last receipt on the page before."""
        return (self.within, self.before) if self.before else None

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return any(self.model_dump().values())

    def url(self, **changed: str) -> str:
        """The first page of the list with these changes."""
        given = {**self.model_dump(exclude={"before", "within"}), **changed}
        query = urlencode({name: value for name, value in given.items() if value})
        return f"/receipts?{query}" if query else "/receipts"

    def after(self, receipt: Receipt) -> str:
        """The page that starts after this receipt."""
        return self.url(before=receipt.identity, within=receipt.mailbox)

    @property
    def here(self) -> str:
        """This very page."""
        return self.url(before=self.before, within=self.within)


@dataclass(frozen=True, slots=True)
class Tab:
    """One way a mail can end, how often it did, and where those are listed."""

    label: str
    count: str
    href: str
    chosen: bool


def tabs(counts: Sequence[Count], listed: Listed) -> tuple[Tab, ...]:
    """All, the drafts, then each reason for a pass or a quarantine, the most frequent first."""
    every = Tab("All", f"{sum(c.number for c in counts):,}", _ended(listed), not (listed.outcome or listed.reason))
    drafts = sum(c.number for c in counts if c.outcome == "draft")
    drafted = Tab("Drafts", f"{drafts:,}", _ended(listed, outcome="draft"), listed.outcome == "draft")
    ended: dict[tuple[str, str], int] = {}
    for count in counts:
        if count.outcome != "draft":
            ended[count.outcome, count.reason] = ended.get((count.outcome, count.reason), 0) + count.number
    others = sorted(ended.items(), key=lambda item: (item[0][0] != "pass", -item[1], item[0]))
    return every, drafted, *(_ending(key, number, listed) for key, number in others)


def _ending(key: tuple[str, str], number: int, listed: Listed) -> Tab:
    outcome, reason = key
    name = reason.capitalize() if outcome == "pass" else f"Quarantine: {reason}"
    chosen = (listed.outcome, listed.reason) == key
    return Tab(name, f"{number:,}", _ended(listed, outcome=outcome, reason=reason), chosen)


def _ended(listed: Listed, **ending: str) -> str:
    return listed.url(**{"outcome": "", "reason": "", "state": "", **ending})


def states(counts: Sequence[Count], listed: Listed) -> tuple[Tab, ...]:
    """What became of drafts, where drafts are listed."""
    if listed.outcome != "draft":
        return ()
    there: dict[str, int] = {}
    for count in counts:
        if count.outcome == "draft":
            there[count.state] = there.get(count.state, 0) + count.number
    known = [state for state in STATES if state in there]
    every = Tab("All drafts", f"{sum(there.values()):,}", listed.url(state=""), not listed.state)
    return every, *(
        Tab(STATES[s][:1].upper() + STATES[s][1:], f"{there[s]:,}", listed.url(state=s), listed.state == s)
        for s in known
    )
