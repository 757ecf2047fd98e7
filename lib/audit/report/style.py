"""What do all pictures share? The palette, the style, the Chart, and the parts that several of them draw."""

from __future__ import annotations

import io
import re
import textwrap
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axis import Axis
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.text import Text

from audit.core.labels import cell, named
from audit.i18n import current, number, shown, visible
from audit.i18n import translate as _

PATHS = re.compile(r' d="[^"]*"')
BETWEEN = re.compile(r">\s+<")
DIGITS = re.compile(r"(\.\d\d)\d+")  # two decimals of a point are finer than any screen or paper
INK, MUTED, GRID = "#1d2733", "#5d6b7a", "#d9dfe5"
BLUE, ORANGE, GREEN, RED, SAND = "#0b5f8a", "#c75b00", "#2a7d5f", "#a8323e", "#b8a88a"
LAYERS = ["#8d99a6", "#0b5f8a", "#2a7d5f", "#c75b00", "#7a5ca8", "#b08900", "#a8323e", "#4aa3c7", "#6b8e23", "#5d6b7a"]
STYLE = {
    "font.family": "DejaVu Sans", "font.size": 10, "text.color": INK, "axes.labelcolor": MUTED, "axes.edgecolor": GRID,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "xtick.color": MUTED, "ytick.color": MUTED, "axes.titlesize": 11, "axes.titlelocation": "left", "axes.titleweight": "bold",
    "svg.hashsalt": "audit", "svg.fonttype": "path", "text.parse_math": False, "figure.facecolor": "white", "legend.frameon": False,
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A figure with the sentence that a reader who cannot see it gets instead."""

    figure: Figure
    alt: str

    def svg(self) -> str:
        """The figure as SVG text, the same bytes for the same figure."""
        buffer = io.StringIO()
        for axis in self.figure.findobj(Axis):
            names = [text.get_text() for text in axis.get_ticklabels()]
            if any(visible(name) != name for name in names):
                axis.set_ticks(axis.get_ticklocs(), [visible(name) for name in names])
        for text in self.figure.findobj(Text):
            text.set_parse_math(False)  # a name is no formula, whatever it is made of
            text.set_text(visible(text.get_text()))
        with mpl.rc_context(STYLE):
            if engine := self.figure.get_layout_engine():
                engine.execute(self.figure)  # once; drawing would find the layout again
                self.figure.set_layout_engine("none")
            FigureCanvasSVG(self.figure).print_svg(buffer, metadata={"Date": None, "Creator": None})  # `savefig` would draw it twice
        return BETWEEN.sub("><", PATHS.sub(lambda path: DIGITS.sub(r"\1", path[0]).replace(" \n", ""), buffer.getvalue()))

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/svg+xml": self.svg(), "text/plain": self.alt}, {"image/svg+xml": {"alt": self.alt}}


def canvas(width: float = 8.0, height: float = 3.6, *, title: str, panels: int = 1):
    """A figure in our style and its axes (one, or an array of panels), under a title."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(1, panels, squeeze=False)[0]
        if title:  # what is drawn, along the left edge; what it says stands above the picture
            wrapped = "\n".join(textwrap.wrap(title, int(10 * width)))
            figure.suptitle(wrapped, x=0.01, ha="left", size=9.5, color=MUTED)
    return figure, axes if panels > 1 else axes[0]


def percent_axis(axis) -> None:
    """Ticks of shares as percentages, with the digits they need."""
    axis.set_major_formatter(lambda value, _pos: f"{number(value * 100, '#,##0.#')}\xa0%")


def money_axis(axis) -> None:
    """Ticks of money in thousands, millions, billions."""

    def short(value, _pos):
        for size, unit in [(1e9, _("bn")), (1e6, _("m")), (1e3, _("k"))]:
            if abs(value) >= size:
                return f"{number(value / size)}\xa0{unit}"
        return number(value)

    axis.set_major_formatter(short)


def month(day) -> str:
    """A month as a tick says it."""
    from babel import dates

    return dates.format_date(day, "LLL\xa0y", locale=current())


def month_axis(axis) -> None:
    """Ticks of days at months, by their names."""
    from matplotlib.dates import AutoDateLocator, num2date

    axis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))
    axis.set_major_formatter(lambda value, _pos: month(num2date(value)))


def clear_axes(axes, *, keep: str) -> None:
    """Only one direction of grid, no frame on the other."""
    axes.grid(visible=False, axis="y" if keep == "x" else "x")
    axes.tick_params(length=0)


def nothing(title: str) -> Chart:
    """The picture that says there is nothing to draw."""
    figure, axes = canvas(height=1.2, title=title)
    axes.axis("off")
    axes.text(0, 0.4, _("Not enough data to draw this."), color=MUTED)
    return Chart(figure, f"{title}: {_('not enough data')}")


def dots(axes, names, values, low, high, *, notes) -> None:
    """Shares as dots with their intervals as bars, and n beside each."""
    at = np.arange(len(values))
    axes.vlines(at, low, high, color=BLUE, lw=6, alpha=0.25)
    axes.plot(at, values, "o", color=BLUE)
    for i, value, note in zip(at, values, notes, strict=True):
        axes.text(i + 0.08, value, f" {number(value * 100, '0')}\xa0%\n n={shown('n', int(note))}", va="center", size=8.5)
    axes.set_xticks(at, [cell("cohort", str(name)) for name in names], rotation=0 if len(at) < 9 else 60)
    axes.set_xlim(-0.5, len(at) - 0.2)
    axes.set_ylim(0, 1)
    percent_axis(axes.yaxis)
    clear_axes(axes, keep="y")


def shaded_cells(axes, values: pd.DataFrame, texts: pd.DataFrame, *, rows_of: str = "", columns_of: str = "") -> None:
    """A grid of cells shaded by value, with a text in each; `rows_of`, `columns_of`: whose codes stand along its sides."""
    rows, columns = values.shape
    top = max(0.01, float(values.to_numpy().max()))
    axes.pcolormesh(np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, values.to_numpy(), cmap="Blues", vmin=0, vmax=top * 1.2)
    for i in range(rows):
        for j in range(columns):
            axes.text(j, i, texts.iat[i, j], ha="center", va="center", color="white" if values.iat[i, j] > 0.6 * top else INK)
    axes.set_xticks(range(columns), [named(columns_of, str(c)) for c in values.columns])
    axes.set_yticks(range(rows), [named(rows_of, str(r)) for r in values.index])
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(length=0)


def share_bars(
    part: pd.DataFrame, names: pd.Series, *, title: str, colours: list[str], notes: list[str], borders: list[float]
) -> tuple[Figure, object]:
    """Horizontal bars of shares of the sales, the first row on top, with borders drawn and a note at each bar."""
    figure, axes = canvas(height=0.9 + 0.33 * len(part), title=title)
    axes.barh(range(len(part)), part["revenue_share"], color=colours)
    for border in borders:
        axes.axvline(border, color=MUTED, lw=1, ls=":")
    axes.set_yticks(range(len(part)), [str(names.get(g, g))[:38] for g in part["group"]])
    for i, (value, note) in enumerate(zip(part["revenue_share"], notes, strict=True)):
        axes.text(max(value, 0), i, f" {shown('x_share', float(value))}{note}", va="center", size=9)
    axes.invert_yaxis()
    percent_axis(axes.xaxis)
    axes.margins(x=0.15)
    clear_axes(axes, keep="x")
    return figure, axes
