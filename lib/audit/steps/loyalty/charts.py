"""Pictures of loyalty types."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, MUTED, Chart, canvas, clear_axes, nothing


def types(summary: pd.DataFrame) -> Chart:
    """Customers by loyalty type: by groups, and by definition beside it."""
    title = _("Customers by loyalty type: by groups (dark) and by definition (pale)")
    if not summary["customers"].sum():
        return nothing(title)
    figure, axes = canvas(height=3.0, title=title)
    at = np.arange(len(summary))[::-1]
    axes.barh(at + 0.2, summary["customers"], height=0.38, color=BLUE)
    axes.barh(at - 0.2, summary["customers_by_definition"], height=0.38, color="#c9d6de")
    for y, row in zip(at, summary.itertuples(), strict=True):
        axes.text(row.customers, y + 0.2, f" {row.customers}", va="center", size=9)
        axes.text(row.customers_by_definition, y - 0.2, f" {row.customers_by_definition}", va="center", size=9, color=MUTED)
    axes.set_yticks(at, [named("loyalty_class", t) for t in summary["loyalty_class"]])
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(f"{named('loyalty_class', r.loyalty_class)} {r.customers}" for r in summary.itertuples())
    return Chart(figure, _("Customers by loyalty type, as the grouping assigns it: {said}.").format(said=said))


def gaps(table: pd.DataFrame) -> Chart:
    """The gap statistic by number of groups, with the null's error."""
    title = _("How much tighter the groups are than chance would make them, by their number")
    if table.empty:
        return nothing(title)
    figure, axes = canvas(height=2.8, title=title)
    axes.errorbar(table["clusters"], table["gap_number"], yerr=table["error_number"], color=BLUE, marker="o", lw=1.8, capsize=3)
    axes.axhline(0, color=MUTED, lw=1)
    axes.set_xticks(table["clusters"])
    axes.set_xlabel(_("number of groups"))
    axes.set_ylabel(_("gap"))
    best = table.loc[table["gap_number"].idxmax()]
    alt = _("The gap is widest at {k} {k:group|groups}: {gap}, with an error of {error}.")
    return Chart(
        figure, alt.format(k=int(best["clusters"]), gap=shown("x_index", best["gap_number"]), error=shown("x_index", best["error_number"]))
    )
