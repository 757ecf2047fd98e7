"""Pictures of the dossiers: what is missing where, and what was given against what it is worth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown, spoken
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, money_axis, nothing
from audit.steps.dossiers.codes import Gap

MOST = 20  # key accounts drawn


def gap_map(coverage: pd.DataFrame, gaps: pd.DataFrame, names: dict[str, str]) -> Chart:
    """Key accounts against what is missing: a mark where something is."""
    title = _("What is missing in the dossiers of key accounts")
    who = coverage["customer_id"].head(MOST).tolist()
    kinds = [gap for gap in Gap if (gaps["gap_class"] == gap).any()]
    if not who or not kinds:
        return nothing(title)
    figure, axes = canvas(height=1.9 + 0.36 * len(who), title=title)
    there = set(map(tuple, gaps[["customer_id", "gap_class"]].to_numpy()))
    for i, one in enumerate(who):
        for j, gap in enumerate(kinds):
            is_there = (one, gap.value) in there
            axes.plot(j, i, marker="s" if is_there else ".", color=ORANGE if is_there else SAND, ms=11 if is_there else 3, ls="none")
    axes.set_yticks(range(len(who)), [str(names.get(one, one))[:34] for one in who])
    axes.set_xticks(range(len(kinds)), [named("gap_class", gap) for gap in kinds], rotation=25, ha="right")
    axes.set_xlim(-0.5, len(kinds) - 0.5)
    axes.invert_yaxis()
    clear_axes(axes, keep="y")
    most = gaps["gap_class"].value_counts()
    some = _("{count} of {all} key accounts have a gap; the most common one: {gap} ({times}).")
    said = some if most.iloc[0] > 1 else _("{count} of {all} key accounts have a gap, and no two gaps are the same.")
    alt = said.format(
        count=gaps["customer_id"].nunique(), all=len(coverage), gap=named("gap_class", most.index[0]), times=int(most.iloc[0])
    )
    return Chart(figure, alt)


def value(table: pd.DataFrame, names: dict[str, str], currency: str) -> Chart:
    """Cost to us against worth to the customer, and how much of it was told."""
    title = _("Extras on top of the goods: what they cost us, what they are worth to the customer, whether it was told")
    part = table.head(MOST)
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=1.2 + 0.5 * len(part), title=title)
    at = np.arange(len(part))
    bars = [
        ("cost_to_us", _("Cost to us"), SAND, -0.27),
        ("worth_to_customer", _("Worth to the customer"), BLUE, 0.0),
        ("told", _("Of which told to the customer"), GREEN, 0.27),
    ]
    for column, label, colour, off in bars:
        axes.barh(at + off, part[column], height=0.25, color=colour, label=label)
    axes.set_yticks(at, [str(names.get(one, one))[:34] for one in part["customer_id"]])
    for i, row in enumerate(part.itertuples(index=False)):
        if row.benefit_number == row.benefit_number:
            axes.text(
                max(row.cost_to_us, row.worth_to_customer),
                i,
                f" × {shown('benefit_number', row.benefit_number)}",
                va="center",
                size=8.5,
                color=MUTED,
            )
    axes.invert_yaxis()
    money_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    axes.legend(loc="lower right", fontsize=8.5)
    worth, told = float(table["worth_to_customer"].sum()), float(table["told"].sum())
    said = _("Worth {worth} to {count} key accounts, of which they were told about {told}.")
    return Chart(figure, said.format(worth=spoken("worth", worth, currency), count=len(table), told=spoken("told", told, currency)))
