"""Receipts and drafts of the sample mailbox → how well it went. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.demo.mails import SampleMail
from service.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Tally:
    """How the sample mails ended, against what should have become of each.

    `right` and `wrong` count drafts by whether their first link answers; `needless` are drafts for mails that
    should have none, `missed` are questions that got none, `for_reason` are passes for a reason that was expected.
    """

    mails: int
    lost: int
    doubled: int
    right: int
    wrong: int
    needless: int
    missed: int
    for_reason: int
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
            f"Of the drafts {self.right} link to an answer first, {self.wrong} do not, {self.needless} were needless; "
            f"{self.missed} answered questions got none."
        )


def tally(mails: Sequence[SampleMail], receipts: Sequence[Receipt], drafts: Mapping[str, int]) -> Tally:
    """Count. `drafts` says how many drafts lie in the Drafts folder for each Message-ID they answer."""
    told = {receipt.message_id.strip("<>"): receipt for receipt in receipts}
    pairs = [(mail, told.get(mail.message_id.strip("<>"))) for mail in mails]
    drafted = [(mail, receipt) for mail, receipt in pairs if receipt and receipt.outcome == "draft"]
    passed = [(mail, receipt) for mail, receipt in pairs if receipt and receipt.outcome != "draft"]
    wanted = [(mail, receipt) for mail, receipt in drafted if mail.outcome == "draft"]
    right = sum(mail.is_answered_by(first_link(receipt)) for mail, receipt in wanted)
    return Tally(
        mails=len(mails),
        lost=sum(receipt is None for _, receipt in pairs) + sum(_count(drafts, mail) == 0 for mail, _ in drafted),
        doubled=sum(count > 1 for count in drafts.values()),
        right=right,
        wrong=len(wanted) - right,
        needless=len(drafted) - len(wanted),
        missed=sum(mail.outcome == "draft" for mail, _ in passed),
        for_reason=sum(receipt.reason in {str(r) for r in mail.reasons} for mail, receipt in passed),
        passes=len(passed),
    )


def first_link(receipt: Receipt) -> str:
    """The id of the document that a draft links to first; empty where there is none."""
    sure = [asked for asked in receipt.asked if asked.nearest and asked.probability >= receipt.threshold]
    return sure[0].nearest[0].document_id if sure else ""


def _count(drafts: Mapping[str, int], mail: SampleMail) -> int:
    return drafts.get(mail.message_id.strip("<>"), 0)
