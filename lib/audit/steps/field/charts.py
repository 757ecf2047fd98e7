"""Pictures of the field: what came of planned visits, and whose orders are copies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, nothing, percent_axis
from audit.steps.field.codes import Came, Copied

MOST, FEW = 20, 30  # representatives drawn, and planned visits from which a share is drawn
PARTS = (
    (Came.ORDERED, "ordered", BLUE),
    (Came.RECOVERED, "recovered", GREEN),
    (Came.AFTER, "after_cutoff", SAND),
    (Came.NOTHING, "without_order", ORANGE),
)


def day_list(day: pd.DataFrame, names: dict[str, str]) -> Chart:
    """Planned visits by what came of them, by representative."""
    title = _("What came of planned visits, by representative")
    day = day[day["planned"] >= FEW] if len(day) else day
    part = day.sort_values(["ordered_share", "manager_id"]).head(MOST) if len(day) else day
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=1.3 + 0.36 * len(part), title=title)
    at, left = np.arange(len(part)), np.zeros(len(part))
    for came, column, colour in PARTS:
        share = (part[column] / part["planned"]).to_numpy()
        axes.barh(at, share, left=left, color=colour, height=0.66, label=named("came_class", came))
        left = left + share
    axes.set_yticks(at, [str(names.get(one, one))[:34] for one in part["manager_id"]])
    axes.invert_yaxis()
    percent_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=2, fontsize=8.5)
    low, high = (shown("ordered_share", float(day["ordered_share"].agg(end))) for end in ("min", "max"))
    said = _(
        "Depending on the representative, between {low} and {high} of planned visits end in an order placed on time ({n} {n:visit|visits}; representatives with fewer than {fewest} {fewest:is|are} left out)."
    )
    return Chart(figure, said.format(low=low, high=high, n=shown("n", int(day["planned"].sum())), fewest=FEW))


def copies(copied: pd.DataFrame, names: dict[str, str]) -> Chart:
    """Share of orders that repeat earlier ones, against outlets alike."""
    title = _("Orders that repeat earlier ones: share of each representative, and of similar outlets")
    part = copied.head(MOST)
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=1.2 + 0.36 * len(part), title=title)
    at = np.arange(len(part))
    colours = [ORANGE if one == Copied.MORE else BLUE for one in part["copied_class"]]
    axes.barh(at, part["copy_share"], color=colours, height=0.6)
    axes.plot(part["of_others_share"], at, "|", color=MUTED, ms=16, mew=2, ls="none", label=_("similar outlets of others"))
    axes.set_yticks(at, [str(names.get(one, one))[:34] for one in part["manager_id"]])
    axes.invert_yaxis()
    percent_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    axes.legend(loc="lower right", fontsize=8.5)
    first = part.iloc[0]
    said = _("Highest: {name}, {share} of the orders; similar outlets of others: {like}.")
    name = names.get(first["manager_id"], first["manager_id"])
    return Chart(
        figure,
        said.format(
            name=name, share=shown("copy_share", float(first["copy_share"])), like=shown("others_share", float(first["of_others_share"]))
        ),
    )
