"""A link template from the settings → the page of a CRM record. Pure."""

from collections.abc import Mapping
from string import Formatter
from urllib.parse import quote

from indexer.errors import SourceError
from indexer.sources.crm_book import Links
from indexer.sources.crm_entries import Entry
from indexer.sources.text import web_link

# What the products call a kind of record in their own links; HubSpot numbers them.
_TYPES: Mapping[str, Mapping[str, str]] = {
    "hubspot": {"contact": "0-1", "company": "0-2", "deal": "0-3"},
    "pipedrive": {"contact": "person", "company": "organization", "deal": "deal"},
    "salesforce": {
        "contact": "Contact",
        "company": "Account",
        "deal": "Opportunity",
        "note": "Note",
        "activity": "Task",
    },
}


def link_of(entry: Entry, links: Links, template: str | None) -> str:
    """The record's page in its product, by its own link column or the template; empty where it has none.

    HubSpot and Pipedrive have no page for a note: the deal, company or contact it belongs to shows it.
    """
    if own := web_link(entry.first("link")):
        return own
    target = _page_of(entry, links)
    if template is None or target is None or not target.stated:
        return ""
    return fill(template, target.kind, target.native_id, target.product)


def fill(template: str, kind: str, native_id: str, product: str = "") -> str:
    """The template with `{kind}`, `{id}` and `{type}` (the product's own word for the kind) filled in."""
    own_word = _TYPES.get(product, {}).get(kind, kind)
    return template.format(kind=kind, id=quote(native_id, safe=""), type=own_word)


def checked(template: str | None) -> str | None:
    """The template, if it makes a web link. Raises SourceError with a sentence that shows a right one."""
    if template is None:
        return None
    right = "Write it like https://crm.example.com/{kind}/{id}, with {kind} or {type} and {id}."
    try:
        names = {name for _, name, _, _ in Formatter().parse(template) if name is not None}
        link = fill(template, "deal", "1") if names <= {"kind", "id", "type"} and "id" in names else ""
    except (ValueError, IndexError, KeyError, AttributeError) as problem:
        raise SourceError(f"The link template {template!r} cannot be read ({problem}). {right}") from problem
    if not web_link(link):
        raise SourceError(f"The link template {template!r} makes no web link. {right}")
    return template


def _page_of(entry: Entry, links: Links) -> Entry | None:
    if entry.kind not in ("note", "activity") or entry.product not in ("hubspot", "pipedrive"):
        return entry
    around = (*links.deals, *links.companies, *links.contacts)
    return next((link.entry for link in around if link.entry and link.entry.stated), None)
