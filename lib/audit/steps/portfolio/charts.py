"""Pictures of the portfolio: where customers stand, and what classes take and give."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, nothing, percent_axis
from audit.steps.portfolio.classes import are_told

COLOURS = {"core": BLUE, "development": GREEN, "maintenance": ORANGE, "opportunistic": SAND, "new": MUTED}
MARKERS = {"core": "o", "development": "^", "maintenance": "s", "opportunistic": "x", "new": "+"}


def portfolio(table: pd.DataFrame, names: pd.Series, *, border: float, most: int = 5) -> Chart:
    """Attractiveness against position, a mark per customer by class, the largest with their names."""
    title = _("How attractive customers are, and how strong our position with them (size: sales)")
    if table.empty:
        return nothing(title)
    figure, axes = canvas(height=5.0, title=title)
    top = table["revenue"].clip(lower=0).max() or 1.0
    is_told = are_told(table)
    for name, colour in COLOURS.items() if is_told else [("core", MUTED)]:
        part = table[table["portfolio_class"] == name] if is_told else table
        size = 12 + 380 * np.sqrt(part["revenue"].clip(lower=0) / top) ** 1.5
        axes.scatter(
            part["position_index"],
            part["attractiveness_index"],
            s=size,
            color=colour,
            marker=MARKERS[name],
            alpha=0.65,
            lw=1,
            label=f"{named('portfolio_class', name)} ({len(part)})",
        )
    height = -1.0
    for row in table.nlargest(most, "revenue").sort_values("attractiveness_index").itertuples():  # beside the picture, none over another
        height = max(row.attractiveness_index, height + 0.05)
        axes.annotate(
            str(names.get(row.group, row.group))[:24],
            (row.position_index, row.attractiveness_index),
            fontsize=8,
            xytext=(1.04, height),
            va="center",
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.5},
            annotation_clip=False,
        )
    axes.axhline(border, color=MUTED, lw=1, ls=":")
    axes.axvline(border, color=MUTED, lw=1, ls=":")
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.02)
    axes.set_xlabel(_("our position"))
    axes.set_ylabel(_("attractiveness"))
    if not is_told:
        return Chart(figure, _("Where the {n} {n:customer stands|customers stand}; no classes can be assigned.").format(n=len(table)))
    legend = axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=5, fontsize=8)
    for handle in legend.legend_handles:
        handle.set_sizes([40])
    counts = table["portfolio_class"].value_counts()
    said = ", ".join(_("“{name}” {n}").format(name=named("portfolio_class", name), n=int(counts.get(name, 0))) for name in COLOURS)
    return Chart(figure, _("Customers by class: {said}.").format(said=said))


def effort(parts: pd.DataFrame) -> Chart:
    """Shares of customers, sales, effort and profit by class."""
    title = _("What each class takes of the effort, and gives of sales and profit")
    columns = [("revenue_share", _("sales"), SAND), ("effort_share", _("cost to serve"), ORANGE), ("profit_ratio", _("profit"), BLUE)]
    columns = [c for c in columns if parts[c[0]].notna().any()]
    if not columns or not parts["customers"].sum():
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    at = np.arange(len(parts))
    for i, (column, label, colour) in enumerate(columns):
        axes.bar(at + (i - 1) * 0.27, parts[column], width=0.25, color=colour, label=label)
    axes.set_xticks(at, [f"{named('portfolio_class', c)} ({n})" for c, n in zip(parts["portfolio_class"], parts["customers"], strict=True)])
    axes.axhline(0, color=MUTED, lw=1)
    axes.legend(fontsize=8)
    percent_axis(axes.yaxis)
    clear_axes(axes, keep="y")
    core = parts.iloc[0]
    alt = _("Core customers bring in {sales} of the sales and {profit} of the profit.")
    return Chart(
        figure, alt.format(sales=shown("x_share", float(core["revenue_share"])), profit=shown("x_share", float(core["profit_ratio"])))
    )
