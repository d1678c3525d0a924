"""Facts → what stands on the boards: cards with description, checklists and comments. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from service.demo.catalogue import countries, table
from service.demo.founding import EARLIER, PARKED
from service.demo.organisation import Colleague, Organisation, Venture, workday

BOARDS: dict[str, str] = {"pursuit": "Pipeline", "project": "Projects", "reference": "References"}
PRIVATE_BOARD = "Management"
PERMISSIONS = {
    "Can be quoted": "may be quoted by name",
    "Visit possible": "visits are welcome, by name as well",
    "Anonymous only": "anonymous only, never the name",
    "Approval asked": "approval was asked for, do not use before it is there",
}
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
TALKATIVE = {"pursuit": (4, 12), "project": (1, 6), "reference": (0, 4)}


@dataclass(frozen=True, slots=True)
class Comment:
    """What somebody said on a card. `copied` ones came along when their card was copied."""

    author: Colleague
    at: datetime
    text: str
    copied: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A card as people see it; how an export writes it down is told elsewhere. Comments are oldest first."""

    key: str
    board: str
    lane: str
    title: str
    text: str
    created: datetime
    author: Colleague
    members: tuple[Colleague, ...] = ()
    labels: tuple[str, ...] = ()
    checklist: tuple[tuple[str, bool], ...] = ()
    comments: tuple[Comment, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    archived: bool = False
    template: bool = False
    venture: Venture | None = None
    number: int = 0
    """Which card of its board it is, counted from 1 by creation; 0 before it stands on one."""

    @property
    def touched(self) -> datetime:
        """When something last happened to it."""
        return max([self.created, *(c.at for c in self.comments)])


def cards(world: Organisation) -> tuple[Card, ...]:
    """Every card of every board, the private one included."""
    return (*(_card(world, v) for v in world.ventures), *_templates(world), *_house(world))


def _card(world: Organisation, venture: Venture) -> Card:
    """One venture as a card; each has its own randomness, so that a new template changes only its own cards."""
    random = Random(f"card {world.seed} {venture.key}")
    phrases = table("phrases")[venture.stage]
    talk = tuple(_talk(random, world, venture))
    return Card(
        key=f"{world.seed}:{venture.key}",
        board=BOARDS[venture.stage],
        lane=venture.lane,
        title=_title(random, venture),
        text=_text(random, venture, phrases),
        created=_clock(random, workday(venture.started)),
        author=venture.seller,
        members=_members(venture),
        labels=(venture.company.industry.name, *random.sample(phrases["labels"], random.randrange(3))),
        checklist=_steps(random, venture, phrases),
        comments=talk,
        links=_links(random, venture),
        archived=venture.lane == EARLIER or (venture.lane in {"Won", "Lost", "Done"} and random.random() < 0.3),
        venture=venture,
    )


def _title(random: Random, venture: Venture) -> str:
    forms = {
        "pursuit": ("{company}: {tech}", "{company} – {way}, {site}", "{tech} for {company} ({city})"),
        "project": ("{company} {city}: {tech}", "{tech} – {company}, {site}", "Project {company}: {way}"),
        "reference": (
            "Reference {tech}: {company}",
            "{company} ({country}) – {way}",
            "{industry}: {tech} at {company}",
        ),
    }
    return venture.say(random.choice(forms[venture.stage]))


def _text(random: Random, venture: Venture, phrases: dict[str, Any]) -> str:
    permission = PERMISSIONS.get(venture.lane, "")
    text = venture.say(random.choice(phrases["descriptions"]), permission=permission)
    if venture.lane in {"Done", EARLIER}:
        text += "\n\n" + venture.say(random.choice(phrases["finished"]))
    return text


def _clock(random: Random, day: date) -> datetime:
    """Some second of the office hours of this day."""
    return datetime.combine(day, time(random.randrange(7, 17), random.randrange(60), random.randrange(60)), UTC)


def _members(venture: Venture) -> tuple[Colleague, ...]:
    by_stage = {
        "pursuit": (venture.seller, venture.engineer),
        "project": (venture.lead, venture.engineer),
        "reference": (venture.seller,),
    }
    return by_stage[venture.stage]


def _steps(random: Random, venture: Venture, phrases: dict[str, Any]) -> tuple[tuple[str, bool], ...]:
    """First steps of a pursuit, tasks of a project; references have none. What comes first is done first."""
    if venture.stage == "reference":
        return ()
    steps = random.sample(phrases["first_steps"], 4) if venture.stage == "pursuit" else list(venture.technology.tasks)
    finished = len(steps) if venture.lane in {"Done", EARLIER, "Won"} else random.randrange(len(steps))
    return tuple((venture.say(step), number < finished) for number, step in enumerate(steps))


def _talk(random: Random, world: Organisation, venture: Venture) -> Iterator[Comment]:
    """Comments between the start and the day before today, in the languages that the team speaks there."""
    quiet = venture.lane in {PARKED, EARLIER}
    count = random.randrange(*TALKATIVE[venture.stage]) // (2 if quiet else 1)
    said = [*table("phrases")["comments"][venture.stage], *_in_their_language(venture, "comments")]
    moments = _moments(random, venture, world.today, count)
    for number, (moment, template) in enumerate(zip(moments, random.sample(said, len(said)), strict=False)):
        author, mate = random.sample([venture.seller, venture.engineer, venture.lead], 2)
        text = venture.say(template, mate=mate.first, mate_username=mate.username, day=random.choice(DAYS))
        yield Comment(author, moment, text, copied=number == 0 and venture.lane == "Hypercare")


def _moments(random: Random, venture: Venture, today: date, count: int) -> list[datetime]:
    """Times of comments, in order, from three days after the start (so none is older than its card) to yesterday."""
    span = range(3, max(4, min(300, (today - venture.started).days)))
    days = random.sample(span, min(count, len(span)))
    return sorted(_clock(random, workday(venture.started + timedelta(days=day))) for day in days)


def _in_their_language(venture: Venture, where: str) -> tuple[str, ...]:
    spoken = countries()[venture.company.country].language
    return tuple(table("phrases")[where].get(spoken, ()))


def _links(random: Random, venture: Venture) -> tuple[tuple[str, str], ...]:
    if venture.stage == "pursuit" and random.random() < 0.7:
        return ()
    name = f"{venture.company.domain.split('.')[0]}-{venture.technology.key}"
    kind = "story.pdf" if venture.stage == "reference" else "layout.pdf"
    return ((kind, f"https://files.nordwind.example/{name}/{kind}"),)


def _templates(world: Organisation) -> Iterator[Card]:
    """Cards to copy from; no knowledge stands in them."""
    made = datetime.combine(world.today - timedelta(days=900), time(9), UTC)
    text = "Who, what, why, what makes it hard, next step with a date. Delete what you do not know."
    for board, lane in (("Pipeline", "Leads"), ("Projects", "Kick-off"), ("References", "Approval asked")):
        yield Card(f"{world.seed}:template:{board}", board, lane, f"TEMPLATE for {board}", text, made,
                   world.colleagues[0], template=True)  # fmt: skip


def _house(world: Organisation) -> Iterator[Card]:
    """Cards that are about no customer: rules, lists, and what the management board keeps to itself."""
    boards: dict[str, str] = {**BOARDS, "private": PRIVATE_BOARD}
    for stage, rows in table("phrases")["house"].items():
        for number, (lane, title, text) in enumerate(rows):
            made = datetime.combine(world.today - timedelta(days=40 + 25 * number), time(8, 30), UTC)
            yield Card(f"{world.seed}:house:{title}", boards[stage], lane, title, text, made, world.colleagues[0])
