"""Pictures of the central file: how much of it is filled, and what hangs on one manager."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.i18n import shown, symbol
from audit.i18n import translate as _
from audit.report.style import BLUE, GRID, ORANGE, Chart, canvas, clear_axes, money_axis, nothing, percent_axis

MOST = 12  # managers drawn


def central_quality(quality: pd.DataFrame) -> Chart:
    """Filled share of each field, weighted by revenue as a bar, counted by customers as a dot; the emptiest on top."""
    title = _("How much of the central file is filled")
    if quality.empty:
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.32 * len(quality), title=title)
    weighted, counted = quality["revenue_filled_share"].fillna(0), quality["filled_share"]
    axes.barh(range(len(quality)), weighted, color=BLUE, label=_("of the revenue"))
    axes.plot(counted, range(len(quality)), "o", color=ORANGE, label=_("of the customers"))
    axes.set_yticks(range(len(quality)), [named("field_class", name) for name in quality["field_class"]])
    for i, share in enumerate(weighted):
        axes.text(max(share, counted.iloc[i]) + 0.015, i, shown("x_share", float(share)), va="center", size=9)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12)
    percent_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    axes.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, -0.12))
    first = quality.iloc[0]
    alt = _("The emptiest field is {field}, filled for {share} of the revenue.")
    return Chart(figure, alt.format(field=named("field_class", first["field_class"]), share=shown("x_share", float(weighted.iloc[0]))))


def sole_managers(sole: pd.DataFrame, names: pd.Series, currency: str) -> Chart:
    """Last year's sales of each manager, those to customers whom nobody else served filled."""
    title = _("Sales that hang on one manager")
    if sole is None or sole.empty:
        return nothing(title)
    part = sole.head(MOST)
    figure, axes = canvas(height=0.9 + 0.32 * len(part), title=title)
    axes.barh(range(len(part)), part["revenue"], color=GRID, label=_("all sales"))
    axes.barh(range(len(part)), part["sole_revenue"], color=BLUE, label=_("to customers nobody else served"))
    axes.set_yticks(range(len(part)), [str(names.get(m, m))[:38] for m in part["manager_id"]])
    for i, row in enumerate(part.itertuples()):
        axes.text(max(row.revenue, 0), i, f" {shown('n', int(row.sole_customers))} / {shown('n', int(row.customers))}", va="center", size=9)
    axes.invert_yaxis()
    money_axis(axes.xaxis)
    axes.margins(x=0.12)
    axes.set_xlabel(symbol(currency))
    clear_axes(axes, keep="x")
    axes.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, -0.22))
    alt = _("{customers} customers were served by one manager alone; most sales of that kind: {manager}, {money}.")
    first = part.iloc[0]
    said = {
        "customers": shown("n", int(sole["sole_customers"].sum())),
        "manager": names.get(first["manager_id"], first["manager_id"]),
        "money": shown("x", float(first["sole_revenue"]), currency),
    }
    return Chart(figure, alt.format(**said))
