"""Figures → drawings as SVG; the only door to matplotlib, which is imported when the first drawing is made.

What strangers wrote may stand in labels: it is one line of plain text there, and never a formula.
"""

import io
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import TYPE_CHECKING, Any

from service.analytics import Topic, Week
from service.replies.clean import one_line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ONE_AT_A_TIME = Lock()
"""The settings of a drawing are global in matplotlib."""
MOST_TOPICS = 6


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a drawing; they are those of the pages. The three series differ in lightness too."""

    text: str
    soft: str
    line: str
    paper: str
    series: tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """For which pages a drawing is: dark ones, and narrow ones."""

    dark: bool = False
    narrow: bool = False

    @property
    def ink(self) -> Ink:
        """The colours of such pages."""
        return DARK if self.dark else LIGHT


LIGHT = Ink("#1c2521", "#56615b", "#dfdcd3", "#ffffff", ("#0f6b50", "#e0a800", "#9c3b25", "#b9c2bc"))
DARK = Ink("#e7ece8", "#a6b2ab", "#2e3732", "#1a201d", ("#7fd0b1", "#f2b90c", "#e58a74", "#56615b"))
_SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "signpost",
    "font.family": ["system-ui", "Segoe UI", "Roboto", "Noto Sans", "Liberation Sans", "DejaVu Sans", "sans-serif"],
    "font.size": 10,
    "text.parse_math": False,
    "path.simplify": True,
}


def of_weeks(weeks: Sequence[Week], look: Look) -> str:
    """Mails, questions and drafts of each week, as lines."""
    series = [
        ("Mails", [week.mails for week in weeks]),
        ("Questions", [week.questions for week in weeks]),
        ("Drafts", [week.drafts.made for week in weeks]),
    ]

    def draw(figure: "Figure", ink: Ink) -> None:
        axes = _axes(figure, ink, [week.start for week in weeks], 3 if look.narrow else 6)
        for (name, values), colour, width in zip(
            series, (ink.soft, ink.series[1], ink.series[0]), (1.4, 2, 2.4), strict=True
        ):
            axes.plot(range(len(weeks)), values, color=colour, linewidth=width, marker="o", markersize=3, label=name)
        axes.set_ylim(0, 1.08 * max((1, *(value for _, values in series for value in values))))
        _legend(axes, ink, 3)

    return _drawn(draw, look)


def of_drafts(weeks: Sequence[Week], look: Look) -> str:
    """What became of the drafts of each week, as stacked bars."""
    ends = [
        ("Sent as they were", [week.drafts.as_they_were for week in weeks]),
        ("Changed", [week.drafts.changed + week.drafts.held for week in weeks]),
        ("Unused", [week.drafts.unused for week in weeks]),
        ("Overtaken or waiting", [week.drafts.overtaken + week.drafts.waiting for week in weeks]),
    ]

    def draw(figure: "Figure", ink: Ink) -> None:
        axes = _axes(figure, ink, [week.start for week in weeks], 3 if look.narrow else 6)
        below = [0] * len(weeks)
        for (name, values), colour in zip(ends, ink.series, strict=True):
            above = [a + b for a, b in zip(below, values, strict=True)]
            axes.stairs(above, _edges(weeks), baseline=below, fill=True, color=colour, label=name)
            below = above
        axes.set_ylim(0, 1.08 * max((1, *below)))
        _legend(axes, ink, 2 if look.narrow else 4)

    return _drawn(draw, look)


def of_topics(topics: Sequence[Topic], weeks: Sequence[date], look: Look) -> str:
    """How often each of the first topics was asked about, with its first draft marked: a small drawing each."""
    shown = topics[:MOST_TOPICS]
    rows = max(1, (len(shown) + 1) // 2)

    def draw(figure: "Figure", ink: Ink) -> None:
        highest = max((max(topic.asked) for topic in shown), default=1)
        for at, topic in enumerate(shown):
            axes = _axes(figure, ink, weeks, 2 if look.narrow else 3, (rows, 2, at + 1))
            axes.stairs(topic.asked, _edges(weeks), fill=True, color=ink.series[0])
            axes.set_ylim(0, max(1, highest) * 1.3)
            axes.set_title(one_line(topic.name, 40), loc="left", fontsize=10, color=ink.text)
            _mark(axes, topic, weeks, ink)

    return _drawn(draw, look, height=1.75 * rows)


def _mark(axes: "Axes", topic: Topic, weeks: Sequence[date], ink: Ink) -> None:
    if topic.first_draft is None or not weeks:
        return
    at = (topic.first_draft - weeks[0]).days / 7 - 0.5
    axes.axvline(at, color=ink.series[1], linewidth=1.6)
    left = at > len(weeks) * 0.7
    where = (-4 if left else 4, 0)
    axes.annotate(
        *("first draft", (at, axes.get_ylim()[1] * 0.98), where),
        textcoords="offset points", ha="right" if left else "left", va="top", fontsize=8.5, color=ink.soft,
    )  # fmt: skip


def _edges(weeks: Sequence[object]) -> list[float]:
    return [n - 0.5 for n in range(len(weeks) + 1)]


def _axes(
    figure: "Figure", ink: Ink, weeks: Sequence[date], days: int, place: tuple[int, int, int] = (1, 1, 1)
) -> "Axes":
    """Axes over these weeks, `days` of which are named."""
    from matplotlib.ticker import MaxNLocator

    axes = figure.add_subplot(*place)
    axes.set_facecolor("none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(ink.line)
    axes.tick_params(colors=ink.soft, length=0, labelsize=9)
    axes.grid(axis="y", color=ink.line, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlim(-0.6, len(weeks) - 0.4)
    step = max(1, -(-len(weeks) // days))
    ticks = range(0, len(weeks), step)
    axes.set_xticks(list(ticks), [f"{weeks[n].day} {weeks[n]:%b}" for n in ticks])
    return axes


def _legend(axes: "Axes", ink: Ink, columns: int) -> None:
    axes.legend(
        *(), loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, frameon=False, labelcolor=ink.text,
        handlelength=1.2, columnspacing=2.0, borderaxespad=0.2, fontsize=9.5,
    )  # fmt: skip


def _drawn(draw: Callable[["Figure", Ink], None], look: Look, height: float = 2.7) -> str:
    """The drawing as SVG, the same for the same figures; text stays text."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Fonts of other systems are named too, for whoever looks at the drawing has those
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    out = io.StringIO()
    with _ONE_AT_A_TIME, mpl.rc_context(_SETTINGS):
        figure = Figure(figsize=(4.0 if look.narrow else 7.6, height), layout="constrained", facecolor="none")
        draw(figure, look.ink)
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return out.getvalue()
