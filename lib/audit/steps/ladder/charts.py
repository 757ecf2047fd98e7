"""Picture of the rungs."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, GRID, MUTED, SAND, Chart, canvas, clear_axes


def ladder(table: pd.DataFrame, currency: str) -> Chart:
    """Customers on each rung, from the lowest, with the money of the year written beside."""
    title = _("Customers by rung, and what they spent in the last twelve months")
    figure, axes = canvas(height=3.2, title=title)
    colours = [GRID, SAND, BLUE, MUTED, GREEN, GREEN, GREEN]
    axes.barh([named("rung_class", r) for r in table["rung_class"]], table["customers"], color=colours[: len(table)])
    for i, row in enumerate(table.itertuples()):
        axes.text(row.customers, i, f"  {row.customers}   {shown('x', row.revenue, currency)}", va="center", size=9)
    axes.margins(x=0.3)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(
        _("“{name}” {n}").format(name=named("rung_class", r.rung_class), n=r.customers) for r in table.itertuples() if r.customers
    )
    return Chart(figure, _("Customers by rung: {said}.").format(said=said or "0"))
