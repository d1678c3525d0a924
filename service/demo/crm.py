"""Facts and notes → the four CSV files that HubSpot exports, joined by Record IDs. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from service.demo.catalogue import countries
from service.demo.founding import OPEN_LANES
from service.demo.notes import Note
from service.demo.organisation import Company, Organisation, Venture

Row = dict[str, str]

STAGES = {
    "Leads": "Appointment Scheduled", "Qualified": "Qualified To Buy", "In talks": "Presentation Scheduled",
    "Offer out": "Decision Maker Bought-In", "Negotiation": "Contract Sent", "Lost": "Closed Lost",
}  # fmt: skip
STATES = ("New", "Open", "In Progress", "Connected", "Attempted to Contact")


def tables(world: Organisation, notes: Sequence[Note]) -> dict[str, list[Row]]:
    """File name (without `.csv`) → rows, in the order in which HubSpot lists them."""
    return {
        "companies": list(_companies(world)),
        "contacts": list(_contacts(world)),
        "deals": [_deal(world, venture) for venture in deals(world)],
        "notes": [_note(note) for note in reversed(notes)],
    }


def as_csv(rows: Sequence[Row]) -> str:
    """RFC 4180 text with a header line, every value quoted as HubSpot does."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def deals(world: Organisation) -> list[Venture]:
    """One venture a deal: what was won goes on as a project but stays one deal."""
    by_record = {v.deal_record: v for v in world.ventures if v.stage != "reference"}
    return list(by_record.values())


def _companies(world: Organisation) -> Iterator[Row]:
    random = Random(f"companies {world.seed}")
    for company in world.companies:
        place = countries()[company.country]
        yield {
            "Record ID": company.record, "Company name": company.name, "Company owner": company.owner.name,
            "Company Domain Name": company.domain, "Website URL": f"https://www.{company.domain}",
            "Phone Number": f"{place.dial} {random.randrange(20, 99)} 555 0", "City": company.city,
            "Country/Region": place.name, "Industry": company.industry.name,
            "Number of Employees": str(company.employees or ""), "Lifecycle Stage": _lifecycle(world, company.name),
            "Create Date": _day(company.known_since), "Description": _described(company),
        }  # fmt: skip


def _lifecycle(world: Organisation, company: str) -> str:
    stages = {v.stage for v in world.ventures if v.company.name == company}
    return "Customer" if "project" in stages else "Opportunity" if stages else "Lead"


def _described(company: Company) -> str:
    kind = company.industry.one
    return f"{kind[0].upper()}{kind[1:]} with about {company.employees} people." if company.employees else ""


def _contacts(world: Organisation) -> Iterator[Row]:
    random = Random(f"contacts {world.seed}")
    for contact in world.contacts:
        yield {
            "Record ID": contact.record, "First Name": contact.first, "Last Name": contact.last,
            "Email": contact.email, "Phone Number": contact.phone, "Job Title": contact.title,
            "Company Name": contact.company.name, "Contact owner": contact.company.owner.name,
            "Lead Status": random.choice(STATES), "Create Date": _day(contact.known_since),
            "Associated Company": contact.company.name, "Associated Company IDs": contact.company.record,
        }  # fmt: skip


def _deal(world: Organisation, venture: Venture) -> Row:
    stage = STAGES.get(venture.lane, "Closed Won" if venture.stage == "project" else "Appointment Scheduled")
    close = venture.started + timedelta(days=180)
    if venture.stage == "pursuit" and venture.lane in OPEN_LANES:
        close = world.today + timedelta(days=30 + venture.amount // 20_000)
    others = [c.record for c in world.people_at(venture.company) if c != venture.contact][:1]
    return {
        "Record ID": venture.deal_record, "Deal Name": venture.say("{company} – {tech}"), "Deal Stage": stage,
        "Pipeline": "Sales Pipeline", "Amount": f"{venture.amount}.00", "Deal owner": venture.seller.name,
        "Close Date": _day(close), "Create Date": _day(venture.started),
        "Associated Contact": venture.contact.name,
        "Associated Contact IDs": ";".join([venture.contact.record, *others]),
        "Associated Company": venture.company.name, "Associated Company IDs": venture.company.record,
    }  # fmt: skip


def _note(note: Note) -> Row:
    return {
        "Record ID": note.record, "Activity date": note.at.strftime("%Y-%m-%d %H:%M"), "Note body": note.text,
        "Activity assigned to": note.author.name, "Associated Contact": note.contact.name,
        "Associated Contact IDs": note.contact.record, "Associated Company": note.company.name,
        "Associated Company IDs": note.company.record,
        "Associated Deal IDs": note.venture.deal_record if note.venture else "",
    }  # fmt: skip


def _day(day: date) -> str:
    return datetime.combine(day, datetime.min.time()).strftime("%Y-%m-%d %H:%M")
