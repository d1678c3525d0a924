"""The records of asking: questions, who asks, what narrows the search, and answers that say why. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from indexer.documents import EVERYONE, PUBLIC, Document, Kind, Status
from indexer.touches import People

QuestionKind = Literal["who", "similar work", "reference", "other"]
Lane = Literal["entity", "word", "meaning"]
Sort = Literal["best", "newest", "oldest"]
Archived = Literal["with", "without", "only"]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked, in the asker's own words.

    `windows` are wider cuts of the same text (the sentence with its neighbours, the whole mail): they are asked
    beside `text`, because a mail's context often carries the name that its question leaves out.
    `domains` are mail domains cited around it. An empty `text` asks for everything that the filters let through.
    """

    text: str
    kind: QuestionKind = "other"
    windows: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who will read the answer. Sees what everyone may see and what belongs to one of `groups`.

    "Everyone" is everyone inside the organisation: who is not `inside` sees nothing at all, or with `reads_public` what
    is for the public.
    """

    groups: frozenset[str] = frozenset()
    inside: bool = True
    reads_public: bool = False

    def may_see(self, visibility: str) -> bool:
        """Whether a document of this visibility may be shown; anything unknown is private."""
        return visibility in self.visibilities

    @property
    def visibilities(self) -> frozenset[str]:
        """Every visibility value this viewer may see, for engines that filter by equality."""
        if not self.inside:
            return frozenset({PUBLIC}) if self.reads_public else frozenset()
        return frozenset({EVERYONE, PUBLIC} | {f"group:{g}" for g in self.groups})


EVERYBODY = Viewer()
NOBODY = Viewer(inside=False)
OUTSIDER = Viewer(inside=False, reads_public=True)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; an empty tuple or None narrows nothing, several values mean any of them.

    `since` and `until` are whole days compared with the document's last update, both included. Archived documents
    are among all others (ranked lower), left out, or alone.
    """

    source: tuple[str, ...] = ()
    kind: tuple[Kind, ...] = ()
    parent: tuple[str, ...] = ()
    lane: tuple[str, ...] = ()
    customer: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    status: tuple[Status, ...] = ()
    since: date | None = None
    until: date | None = None
    archived: Archived = "with"


@dataclass(frozen=True, slots=True)
class Mention:
    """A company or person that a text names: what was written, who is meant, how sure (1 = to the letter).

    `others` are equally good readings of the same words; where there are any, the name is ambiguous.
    """

    written: str
    name: str
    kind: Literal["company", "person"]
    sureness: float
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Near:
    """A name that nobody bears, as it was written, and a known one near it. Nothing is answered about the near one.

    `letters` have to change to get from one to the other; 0 where the written name is a longer one.
    """

    written: str
    name: str
    kind: Literal["company", "person"]
    letters: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that a lane brought up, with the raw evidence of each lane. Cosines lie in [-1, 1].

    `words` is the BM25 score over the upper bound that the question could reach, in [0, 1].
    """

    passage_id: int
    document_id: str
    meaning: float
    words: float = 0.0
    is_title: bool = False
    length: int = 0
    """Words of the passage."""
    before: "Before | None" = None
    """Set where it stands for the questions that the document answered before: no passage then, its number is 0."""


@dataclass(frozen=True, slots=True)
class Before:
    """How like a text the questions are that a document answered before: cosines, and how many these are.

    `nearest` is that of the question most like it, `middle` that of the mean of all.
    """

    nearest: float
    middle: float
    count: int


@dataclass(frozen=True, slots=True)
class Why:
    """One reason why a hit is there, as a sentence a reader understands, and the lane's share of the score."""

    lane: Lane
    says: str
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that may answer, how well, the passage that says so and why it is here.

    `highlights` are (start, end) character spans in `passage`; `anchor` opens the document at the passage.
    """

    document: Document
    score: float
    passage: str
    anchor: str
    why: tuple[Why, ...] = ()
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Signs:
    """What the probability of an answer was made of, so that it can be made anew by what people said of answers.

    `said` is the probability as shipped. Of the first hit, `share` tells how it stands out among its rivals,
    `likeness` and `words` how alike it and the question are. `known` says that the question names somebody known.
    """

    said: float
    share: float = 0.0
    likeness: float = 0.0
    words: float = 0.0
    known: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question found: hits, best first, and the probability that the first one answers it.

    `mentions` are the companies and people the question was understood to name; `unknown` are names it
    seems to contain that nobody in the index bears, `nearest` the known names near those. `people` are who of us is
    in touch with whom it names; None where it does not name just one for sure, or one of us. `total` counts what the
    filters and words let through. `signs` are what the probability was made of; `needed` is the probability that a
    draft needs, once that was decided. `found` are the ids of all hits, in their order, where they were asked for.
    """

    question: Question
    hits: tuple[Hit, ...] = ()
    probability: float = 0.0
    mentions: tuple[Mention, ...] = ()
    unknown: tuple[str, ...] = ()
    total: int = 0
    nearest: tuple[Near, ...] = ()
    people: People | None = None
    signs: Signs | None = None
    needed: float = 0.0
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskOptions:
    """What narrows an answer, and which part of its hits is wanted: `limit` of them after the first `offset`.

    Sorted by their last update, hits are only those with a reason of their own to be there: a name, words in common
    or a meaning close to the question. Undated ones come last.
    """

    filters: Filters = Filters()
    limit: int = 10
    offset: int = 0
    sort: Sort = "best"
    all_ids: bool = False
