"""Column headers of CRM exports → what kind of record a row is and what each column tells. Pure.

Headers are compared without case, spaces and punctuation, so that Salesforce's `ACCOUNTID`, `AccountId` and
`Account ID` are one; Pipedrive's `Deal - Title` becomes `title` in a table of deals and `dealtitle` elsewhere.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from indexer.sources.crm_words import COMMON, SPECIAL, TableKind

Product = Literal["hubspot", "salesforce", "pipedrive", ""]

_PREFIXED = re.compile(r"(person|deal|organi[sz]ation|activity|note|lead|user)\s+-\s+(.+)", re.IGNORECASE)
_EMAILS = re.compile(
    r"(?:primary|work|home|private|business|other|additional)?e?mails?\d?(?:address(?:es)?)?\d?"
    r"(?:value|work|home|other|private)?"
)
_PHONES = re.compile(r"\w*(?:phone|mobile|telefon|telefonnummer|handy)(?:number)?\d?(?:value|work|home|other|mobile)?")
# The words that Salesforce's upper-case headers are made of, which have no spaces to tell them apart.
_SHOUTED_PART = re.compile(
    "billing|shipping|mailing|other|street|city|state|postal|code|country|annual|revenue|number|of|employees|ticker"
    "|symbol|close|date|next|step|lead|source|forecast|category|fiscal|quarter|year|expected|total|opportunity|quantity"
    "|type|amount|probability|industry|rating|ownership|site|sic|fax|account|department|salutation|birth|assistant|name"
    "|phone|has|line|item|price|book|last|activity|reports|to|priority|status|due"
)
_SHOUTED = re.compile(f"(?:{_SHOUTED_PART.pattern})+")
_PREFIX_KINDS: Mapping[str, TableKind] = {
    "person": "contact",
    "organization": "company",
    "organisation": "company",
    "deal": "deal",
    "lead": "deal",
    "note": "note",
    "activity": "activity",
    "user": "user",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What a table is: its kind, the product that wrote it (as far as it shows), and the columns of each role.

    `columns` maps a role to the positions of its columns, the most telling first; `emails` and `phones` are
    positions too.
    """

    kind: TableKind
    product: Product
    columns: Mapping[str, tuple[int, ...]]
    emails: tuple[int, ...] = ()
    phones: tuple[int, ...] = ()


def layout_of(headers: Sequence[str]) -> Layout | None:
    """The layout of a table with these headers; None where nothing tells what its rows are."""
    kind = _prefix_kind(headers)
    keys = [_key(header, kind) for header in headers]
    product: Product = "pipedrive" if kind else _product(headers, keys)
    kind = kind or kind_of(frozenset(keys))
    if kind is None:
        return None
    columns = columns_of(keys, kind)
    if not columns.keys() & {"title", "body", "first", "last"} and not emails_at(keys):
        return None
    return Layout(kind, product, columns, emails_at(keys), phones_at(keys))


# A mapping speaks of one company or contact, whatever tells it: its columns are looked up by name and by id.
_MAPPED = {"company": "companies", "contact": "contacts", "deal": "deals", "contact_email": "contact_emails"}


def mapped_layout(headers: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """The layout that the user's own mapping (role → header) gives; what it leaves open is recognised as always."""
    kinds: Mapping[str, TableKind] = {k: k for k in SPECIAL}
    kind = kinds[mapping.get("kind", "note")]
    keys = [key_of(header) for header in headers]
    told = {role: headers.index(name) for role, name in mapping.items() if role != "kind"}
    emails = (told.pop("email"),) if "email" in told else emails_at(keys)
    phones = (told.pop("phone"),) if "phone" in told else phones_at(keys)
    columns = _without(told.values(), columns_of(keys, kind))
    columns |= {_MAPPED.get(role, role): (at,) for role, at in told.items()}
    return Layout(kind, "", columns, emails, phones)


def _without(taken: Collection[int], columns: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
    """Columns that are not taken, under their roles; a role that has none left is gone."""
    left = {role: tuple(i for i in at if i not in taken) for role, at in columns.items()}
    return {role: at for role, at in left.items() if at}


def columns_of(keys: Sequence[str], kind: TableKind) -> dict[str, tuple[int, ...]]:
    """Roles of a table of this kind → positions of its columns; the kind's own names go before the common ones."""
    special = SPECIAL[kind]
    names = {role: special.get(role, ()) + COMMON.get(role, ()) for role in (*special, *COMMON)}
    own = {"contact": "contacts", "company": "companies", "deal": "deals"}.get(kind, "")
    names.pop(own, None)
    found = {
        role: tuple(keys.index(name) for name in dict.fromkeys(told) if name in keys) for role, told in names.items()
    }
    return {role: positions for role, positions in found.items() if positions}


def key_of(header: str) -> str:
    """A header without case, spaces, punctuation, umlauts and Salesforce's `__c`."""
    plain = re.sub(r"__c$", "", header.strip().casefold()).translate(str.maketrans("äöüé", "aoue"))
    return re.sub(r"[\W_]+", "", plain)


def label_of(header: str, kind: TableKind) -> str:
    """A header as a reader would write it: `BILLINGCITY`, `BillingCity` and `billing_city` are `Billing City`."""
    match = _PREFIXED.fullmatch(header)
    own = match[2] if match and _PREFIX_KINDS[match[1].lower()] == kind else header
    words = re.sub(r"__c$", "", own.strip()).replace("_", " ")
    if words.isupper() and _SHOUTED.fullmatch(words.lower()):
        return " ".join(part.capitalize() for part in _SHOUTED_PART.findall(words.lower()))
    words = words.title() if words.isupper() and len(words) > 4 else words
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", words)


def kind_of(keys: frozenset[str]) -> TableKind | None:
    """What the rows of a table with these headers are."""
    questions: tuple[tuple[TableKind, Callable[[frozenset[str]], bool]], ...] = (
        ("user", _is_user),
        ("note", _is_hubspot_note),
        ("deal", _is_deal),
        ("activity", _is_activity),
        ("note", _is_note),
        ("contact", _is_contact),
        ("company", _is_company),
    )
    return next((kind for kind, applies in questions if applies(keys)), None)


_TASK_TITLES = {"subject", "tasktitle", "calltitle", "meetingname", "meetingtitle", "activitytype"}
_TASK_CLUES = {"whoid", "whatid", "activitydate", "duedate", "tasktitle", "calltitle", "meetingname"}
_DEAL_CLUES = {"stage", "phase", "pipeline", "pipelinestage", "expectedclosedate", "closedate"}
_FIRM = {"companyname", "accountname", "organizationname", "organisationname", "company", "account", "firma"}
_FIRM_CLUES = {
    *("website", "websiteurl", "domain", "companydomainname", "industry", "branche", "address", "city"),
    *("billingcity", "billingcountry", "billingstreet", "annualrevenue", "employees", "numberofemployees"),
    *("companyowner", "accountowner", "accountnumber", "ownerid", "owner"),
}


def _is_user(keys: frozenset[str]) -> bool:
    return "username" in keys and bool(keys & {"profileid", "userroleid"})


def _is_deal(keys: frozenset[str]) -> bool:
    if keys & {"dealname", "dealstage", "stagename", "opportunityname"}:
        return not keys & {"subject", "body", "content"}
    return bool(keys & _DEAL_CLUES and keys & {"title", "name", "deal", "opportunity"})


def _is_activity(keys: frozenset[str]) -> bool:
    return bool(keys & {"casenumber", "ticketname"} or (keys & _TASK_CLUES and keys & _TASK_TITLES))


def _is_hubspot_note(keys: frozenset[str]) -> bool:
    return bool(keys & {"notebody", "hsnotebody"})


def _is_note(keys: frozenset[str]) -> bool:
    return bool(keys & {"body", "content", "textpreview"} or (keys & {"note", "notiz"} and not _has_names(keys)))


def _is_contact(keys: frozenset[str]) -> bool:
    if _has_names(keys) or keys & {"fullname", "jobtitle", "lastname"}:
        return True
    return bool(emails_at([*keys]) and keys & {"name", "displayname"})


def _is_company(keys: frozenset[str]) -> bool:
    return bool(keys & _FIRM or ("name" in keys and keys & _FIRM_CLUES))


def _has_names(keys: frozenset[str]) -> bool:
    return bool(keys & {"firstname", "givenname", "vorname"} and keys & {"lastname", "familyname", "nachname"})


def _prefix_kind(headers: Sequence[str]) -> TableKind | None:
    """Pipedrive's `Object - Field` headers: the object whose id is there, else the one with most columns."""
    told = [m for m in map(_PREFIXED.fullmatch, headers) if m]
    if len(told) < 2 or len(told) * 2 < len(headers):
        return None
    prefixes = [m[1].lower() for m in told]
    with_id = [m[1].lower() for m in told if m[2].strip().lower() == "id"]
    chosen = with_id[0] if len(set(with_id)) == 1 else max(prefixes, key=prefixes.count)
    return _PREFIX_KINDS[chosen]


def _key(header: str, kind: TableKind | None) -> str:
    match = _PREFIXED.fullmatch(header) if kind else None
    return key_of(match[2]) if match and _PREFIX_KINDS[match[1].lower()] == kind else key_of(header)


def _product(headers: Sequence[str], keys: Sequence[str]) -> Product:
    told = set(keys)
    if told & {"recordid", "hsobjectid", "notebody", "hsnotebody"}:
        return "hubspot"
    marks = {"systemmodstamp", "isdeleted", "stagename", "accountid", "whoid", "whatid", "parentid", "ownerid"}
    return "salesforce" if told & marks or any(h.lower().endswith("__c") for h in headers) else ""


def emails_at(keys: Sequence[str]) -> tuple[int, ...]:
    """Positions of the columns that hold the record's own mail addresses."""
    return tuple(i for i, key in enumerate(keys) if _EMAILS.fullmatch(key))


def phones_at(keys: Sequence[str]) -> tuple[int, ...]:
    """Positions of the columns that hold the record's own telephone numbers."""
    return tuple(i for i, key in enumerate(keys) if _PHONES.fullmatch(key) and "fax" not in key)
