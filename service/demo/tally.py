"""Receipts and drafts of the sample mailbox → how well it went. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.demo.mails import SampleMail
from service.mailbox.protocol import bare
from service.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Tally:
    """How the sample mails ended, against what should have become of each.

    `right` and `wrong` count drafts by whether their first link answers; `needless` are drafts for mails that
    should have none, `missed` are mails with an answered question that got none.
    """

    mails: int
    lost: int
    doubled: int
    right: int
    wrong: int
    needless: int
    missed: int
    passes: int

    @property
    def promises_kept(self) -> bool:
        """Nothing lost, nothing doubled. To be unsure breaks no promise."""
        return not (self.lost or self.doubled)

    @property
    def says(self) -> str:
        """The tally in two lines."""
        drafts = self.right + self.wrong + self.needless
        return (
            f"{self.mails} mails: {drafts} drafts, {self.passes} passes; {self.lost} lost, {self.doubled} doubled.\n"
            f"First links that answer: {self.right} of {self.right + self.wrong}; needless drafts: {self.needless}; "
            f"mails whose answer is written down but that got no draft: {self.missed}."
        )


def tally(mails: Sequence[SampleMail], receipts: Sequence[Receipt], drafts: Mapping[str, int]) -> Tally:
    """Count. `drafts` says how many drafts lie in the Drafts folder for each Message-ID they answer."""
    told = {bare(receipt.message_id): receipt for receipt in receipts}
    endings = Counter(_ending(mail, told.get(bare(mail.message_id)), drafts) for mail in mails)
    ended = {ending: endings[ending] for ending in ("lost", "right", "wrong", "needless", "missed")}
    drafted = ended["right"] + ended["wrong"] + ended["needless"]
    return Tally(
        mails=len(mails),
        passes=len(mails) - drafted - ended["lost"],
        doubled=sum(count > 1 for count in drafts.values()),
        **ended,
    )


def _ending(mail: SampleMail, receipt: Receipt | None, drafts: Mapping[str, int]) -> str:
    """What became of a mail, against what should have."""
    wanted = mail.outcome == "draft"
    if receipt is None:
        return "lost"
    if receipt.outcome != "draft":
        return "missed" if wanted else "passed"
    if not drafts.get(bare(mail.message_id)):
        return "lost"
    if not wanted:
        return "needless"
    return "right" if mail.is_answered_by(first_link(receipt)) else "wrong"


def first_link(receipt: Receipt) -> str:
    """The id of the document that a draft links to first; empty where there is none."""
    sure = [asked for asked in receipt.asked if asked.nearest and asked.probability >= receipt.needed(asked)]
    return sure[0].nearest[0].document_id if sure else ""
