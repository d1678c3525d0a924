"""Seed and date → the facts of a world: companies are named, people hired, ventures begun. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle, islice
from random import Random

from service.demo.catalogue import countries, industries, table, technologies
from service.demo.organisation import Colleague, Company, Contact, Organisation, Stage, Venture, slug

COMPANIES = 150
CONTACTS = 400
PURSUITS = 180
WON = 45
FINISHED = 105
REFERENCES = 90

OPEN_LANES = ("Leads", "Qualified", "In talks", "Offer out", "Negotiation")
RUNNING_LANES = ("Kick-off", "Engineering", "Installation", "Commissioning", "Hypercare")
REFERENCE_LANES = ("Can be quoted", "Visit possible", "Anonymous only", "Approval asked")
EARLIER = "Done in earlier years"
PARKED = "Parked 2024"
SITES = (
    "Hall 3", "Hall B", "plant II", "the distribution centre north", "the new building", "the old high-bay",
    "goods-in", "the central warehouse", "the mezzanine floor", "building 12",
)  # fmt: skip
SIZES = (45, 80, 120, 260, 400, 750, 1200, 3100)
WEIGHTS = {"DE": 8, "AT": 2, "CH": 2, "FR": 4, "NL": 2, "UK": 3, "SE": 3, "PL": 2, "IT": 2, "ES": 2}


def found(seed: int, today: date) -> Organisation:
    """All facts of the world that belongs to this seed, as they stand on this day."""
    random = Random(f"world {seed}")
    colleagues = tuple(_colleagues(random))
    companies = tuple(_companies(random, colleagues, today))
    contacts = tuple(_contacts(random, companies, today))
    world = Organisation(seed, today, colleagues, companies, contacts, ())
    return replace(world, ventures=tuple(_ventures(random, world)))


def _colleagues(random: Random) -> Iterator[Colleague]:
    for row in table("names")["colleague"]:
        dial = countries()[row["country"]].dial
        phone, mobile = f"{dial} 40 5550 {random.randrange(100, 999)}", f"{dial} 170 555 {random.randrange(1000, 9999)}"
        expertise = row.get("expertise", ())
        note = row.get("note") or _knows(expertise)
        yield Colleague(row["name"], row["title"], row["city"], row["country"], note, expertise, phone, mobile)


def _knows(expertise: tuple[str, ...]) -> str:
    """What the address book says about an engineer."""
    return "Our expert for " + ", ".join(n for key in expertise for n in technologies()[key].names[:2]) + "."


def _companies(random: Random, colleagues: tuple[Colleague, ...], today: date) -> Iterator[Company]:
    by_name = {c.name: c for c in colleagues}
    made: dict[str, Company] = {}
    for name, trade, code in _company_names(random, COMPANIES - len(table("names")["second_entries"])):
        place = countries()[code]
        city, owner = random.choice(place.cities), by_name[random.choice(place.sellers)]
        since = today - timedelta(days=random.randrange(500, 3200))
        domain = slug(" ".join(name.split()[:2])) + ".example"
        made[name] = Company(name, industries()[trade], code, city, domain, owner, random.choice(SIZES), since)
    yield from made.values()
    for name, meant in table("names")["second_entries"]:
        recent = today - timedelta(days=random.randrange(60, 450))
        yield replace(made[meant], name=name, employees=0, known_since=recent, entered_twice=meant)


def _company_names(random: Random, count: int) -> Iterator[tuple[str, str, str]]:
    """The known companies, then invented ones; no two share the first word of their name."""
    known: tuple[tuple[str, str, str], ...] = table("names")["known_companies"]
    yield from known
    taken = {name.split()[0] for name, _, _ in known}
    markets = random.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count - len(taken))
    for code, industry in zip(markets, cycle(industries().values()), strict=False):
        place = countries()[code]
        free = [h + t for h in place.heads for t in place.tails if h + t not in taken]
        root = random.choice(free)
        taken.add(root)
        trade = random.choice(industry.trades[place.language])
        yield f"{root} {trade} {random.choice(place.forms)}", industry.key, code


def _contacts(random: Random, companies: tuple[Company, ...], today: date) -> Iterator[Contact]:
    """Everyone has a name of their own; true companies have two or more people, second entries one."""
    taken: set[str] = set()
    for company in islice(_employers(random, companies), CONTACTS):
        place = countries()[company.country]
        free = [(f, n) for f in place.first for n in place.last if f"{f} {n}" not in taken]
        first, last = random.choice(free)
        taken.add(f"{first} {last}")
        phone = f"{place.dial} {random.randrange(20, 99)} 555 {random.randrange(1000, 9999)}"
        since = company.known_since + timedelta(days=random.randrange(0, max(1, (today - company.known_since).days)))
        yield Contact(first, last, random.choice(table("names")["job_titles"]), company, phone, since)


def _employers(random: Random, companies: tuple[Company, ...]) -> Iterator[Company]:
    yield from companies
    true = [c for c in companies if not c.entered_twice]
    yield from true
    yield from iter(lambda: random.choice(true), None)


def _ventures(random: Random, world: Organisation) -> Iterator[Venture]:
    """Pursuits; the won ones go on as running projects; older finished projects; references for most of those."""
    chances = _chances(random, world)
    for number in range(PURSUITS - WON):
        yield _begin(random, world, next(chances), _pursuit_lane(random, number), 25)
    for _ in range(WON):
        won = _begin(random, world, next(chances), "Won", 200)
        yield won
        yield _go_on(won, "project", random.choice(RUNNING_LANES), 120)
    for number in range(FINISHED):
        old = _begin(random, world, next(chances), "", 500)
        project = _go_on(old, "project", "Done" if old.started > world.today - timedelta(days=700) else EARLIER, 0)
        yield project
        if number < REFERENCES:
            yield _go_on(project, "reference", random.choice(REFERENCE_LANES), 300)


def _pursuit_lane(random: Random, number: int) -> str:
    """The first pursuits belong to the known companies and are alive; of the rest some are lost or rest."""
    if number < len(table("names")["known_companies"]):
        return random.choice(OPEN_LANES[2:])
    return random.choices((*OPEN_LANES, "Lost", "On hold", PARKED), (14, 16, 22, 18, 9, 12, 6, 5))[0]


def _chances(random: Random, world: Organisation) -> Iterator[tuple[Company, str]]:
    """Company and technology by turns: everyone once before anyone twice, never the same technology again."""
    true = [c for c in world.companies if not c.entered_twice]
    offset = {c.name: random.randrange(6) for c in true}
    famous = len(table("names")["known_companies"])
    known, others = true[:famous], true[famous:]
    for turn in range(6):
        for company in known + random.sample(others, len(others)):
            yield company, company.industry.technologies[(offset[company.name] + turn) % 6]


def _begin(random: Random, world: Organisation, chance: tuple[Company, str], lane: str, age: int) -> Venture:
    """A pursuit that began at least `age` days ago; who looks after it follows from technology and country."""
    company, key = chance
    return Venture(
        company=company,
        technology=technologies()[key],
        stage="pursuit",
        lane=lane,
        contact=random.choice(world.people_at(company)),
        seller=company.owner,
        engineer=next(c for c in world.colleagues if key in c.expertise),
        lead=world.colleague(countries()[company.country].lead),
        started=world.today - timedelta(days=age + random.randrange(390)),
        site=random.choice(SITES),
        goods=random.choice(company.industry.goods),
        story=(random.randrange(4), random.randrange(2), random.randrange(3), random.randrange(2)),
        figures=(random.randrange(3, 10), random.randrange(8, 120) * 50, random.randrange(11, 46)),
        amount=random.randrange(9, 240) * 10_000,
    )


def _go_on(venture: Venture, stage: Stage, lane: str, later: int) -> Venture:
    """The same venture in a later stage, `later` days after its start."""
    return replace(venture, stage=stage, lane=lane, started=venture.started + timedelta(days=later))
