"""The name of a stage or list → whether its work is open, won, lost or done. Pure."""

import re

from indexer.documents import Status

_WON = re.compile(r"(?<![^\W_])(?:closed|deal)?(?:won|gewonnen|gagnée?|ganad[ao])(?![^\W_])")
_LOST = re.compile(r"(?<![^\W_])(?:closed|deal)?(?:lost|verloren|perdue?|perdid[ao])(?![^\W_])")
_DONE = re.compile(r"(?:done|completed?|finished|closed|erledigt|abgeschlossen|fertig|termin[ée]e?|held|sent)")
_NOT = re.compile(r"\b(?:not|nicht|almost|fast)\b|\?")


def status_of_stage(stage: str) -> Status:
    """Status of a deal in a stage of this name: won, lost, or open where the name says neither."""
    told = stage.casefold()
    if _NOT.search(told):
        return "open"
    if _LOST.search(told):
        return "lost"
    return "won" if _WON.search(told) else "open"


def status_of_task(state: str) -> Status:
    """Status of a task or call in this state: done or open."""
    return "done" if _DONE.fullmatch(state.casefold().strip()) else "open"


def status_of_list(name: str) -> Status:
    """Status of a card in a board list of this name; only a name that says nothing else decides."""
    told = " ".join(re.findall(r"[^\W\d_]+", name.casefold()))
    if told in {"won", "closed won", "deals won", "won deals", "gewonnen"}:
        return "won"
    if told in {"lost", "closed lost", "deals lost", "lost deals", "verloren"}:
        return "lost"
    return "done" if _DONE.fullmatch(told) and told not in {"held", "sent", "closed"} else "open"
