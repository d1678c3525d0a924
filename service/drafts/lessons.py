"""Receipts of drafts that were sent → the questions that their documents answered. Pure."""

from collections.abc import Iterable

from indexer.confirming import Confirmation
from service.receipts import Receipt

AS_IT_WAS = 0.8
"""A draft of whose word pairs so many were sent was good; a greeting and a name may have been added to it."""


def lessons(receipts: Iterable[Receipt]) -> list[Confirmation]:
    """What was learned of drafts that were sent nearly as they were.

    Only of questions for which the draft linked to one document: of several nobody can tell which one answered. The
    receipt of a draft holds the questions that it answers, each with what it links to for it.
    """
    return [
        Confirmation(asked.text, asked.nearest[0].document_id, told.state_at or told.at, "sent")
        for told in receipts
        if told.state == "sent" and (told.similarity or 0.0) >= AS_IT_WAS
        for asked in told.asked
        if len(asked.nearest) == 1
    ]
