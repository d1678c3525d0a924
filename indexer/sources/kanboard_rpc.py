"""Calls to Kanboard's JSON-RPC 2.0 interface, many in one request."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from indexer.errors import BadAnswer, Refused, SourceError
from indexer.sources.http import Line
from indexer.sources.loose import Record, record, string
from indexer.sources.text import one_line

BATCH = 50
"""Calls in one request."""
Answer = object
"""What a procedure answered, any JSON; or the SourceError that says why it did not."""


@dataclass(frozen=True, slots=True)
class Call:
    """A procedure and its named parameters."""

    method: str
    params: Record = field(default_factory=dict)


class Rpc:
    """Kanboard at the other end of a line."""

    def __init__(self, line: Line) -> None:
        """Ask nothing yet."""
        self._line = line
        self._who = f"{line.place.service} ({line.place.source})"

    @property
    def origin(self) -> str:
        """Where Kanboard is."""
        return self._line.place.origin.rstrip("/")

    def one(self, method: str, **params: object) -> Answer:
        """What a procedure answers. Raises SourceError."""
        (answer,) = self._posted([Call(method, params)])
        if isinstance(answer, SourceError):
            raise answer
        return answer

    def each(self, calls: Sequence[Call]) -> list[Answer]:
        """What each procedure answers, or why it does not. Raises what is true of all: Unavailable, a wrong token."""
        batches = (calls[start : start + BATCH] for start in range(0, len(calls), BATCH))
        return [answer for batch in batches for answer in self._divided(batch)]

    def _divided(self, calls: Sequence[Call]) -> list[Answer]:
        """Kanboard refuses a whole request where one procedure in it is forbidden, so the others are asked again."""
        try:
            return self._posted(calls)
        except Refused as problem:
            if problem.status != 403:
                raise
            half = len(calls) // 2
            return [*self._divided(calls[:half]), *self._divided(calls[half:])] if half else [problem]

    def _posted(self, calls: Sequence[Call]) -> list[Answer]:
        told = [{"jsonrpc": "2.0", "id": i, "method": c.method, "params": c.params} for i, c in enumerate(calls)]
        reply = self._line.post("jsonrpc.php", told)
        if reply.status in (404, 410):
            raise BadAnswer(f"{self._who} is not at {self.origin}: there is no jsonrpc.php. Correct the address.")
        answers = reply.json()
        if not isinstance(answers, list):
            raise BadAnswer(f"{self._who} did not understand a request ({_said(answers)}). The next update asks again.")
        found = {string(record(each).get("id")): record(each) for each in answers}
        return [self._answer(call, found.get(str(i), {})) for i, call in enumerate(calls)]

    def _answer(self, call: Call, told: Record) -> Answer:
        if "result" in told:
            answer: Answer = told["result"]
            return answer
        return BadAnswer(f"{self._who} did not answer {call.method} ({_said(told)}). The next update asks again.")


def _said(told: object) -> str:
    error = record(record(told).get("error"))
    return one_line(string(error.get("message")), 100) or "it said nothing of it"
