"""Pictures of what customers leave: the whale curve, and sales against profit."""

from __future__ import annotations

import pandas as pd

from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, MUTED, RED, Chart, canvas, clear_axes, money_axis, nothing, percent_axis


def whale(curve: pd.DataFrame) -> Chart:
    """Running share of the customers' profit, the most profitable first."""
    title = _("Running share of all customers’ profit, the most profitable first")
    if curve.empty or curve["cumulative_ratio"].isna().all():
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    at = int(curve["cumulative_ratio"].idxmax())
    axes.plot([0, *curve["customers_share"]], [0, *curve["cumulative_ratio"]], color=BLUE, lw=2)
    axes.axhline(1, color=MUTED, lw=1, ls="--")
    peak, where = float(curve["cumulative_ratio"].iloc[at]), float(curve["customers_share"].iloc[at])
    axes.scatter([where], [peak], color=RED, zorder=3)
    axes.annotate(shown("x_share", peak), (where, peak), textcoords="offset points", xytext=(0, 6), ha="center", color=RED)
    axes.margins(y=0.12)
    percent_axis(axes.xaxis)
    percent_axis(axes.yaxis)
    axes.set_xlabel(_("share of the customers"))
    return Chart(
        figure,
        _(
            "Added up from the best customer down, the running total peaks at {peak} of the final sum after {where} of the customers, then falls back to 100 %."
        ).format(peak=shown("x_share", peak), where=shown("x_share", where)),
    )


def profits(table: pd.DataFrame, names: pd.Series, *, top: int = 12) -> Chart:
    """The largest customers: sales pale, profit before tax dark, with its range over the drivers."""
    title = _("The largest customers: margin (pale) and profit after the cost to serve them (dark; line: other allocation bases)")
    part = table.nlargest(top, "revenue")
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.34 * len(part), title=title)
    at = range(len(part))
    axes.barh(at, part["margin"], color="#c9d6de")
    axes.barh(at, part["profit"], height=0.45, color=[RED if p < 0 else BLUE for p in part["profit"]])
    axes.hlines(at, part["low_profit"], part["high_profit"], color=MUTED, lw=2)
    axes.set_yticks(at, [str(names.get(g, g))[:38] for g in part["group"]])
    axes.invert_yaxis()
    axes.axvline(0, color=MUTED, lw=1)
    money_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    if part["profit"].isna().all():
        return Chart(
            figure, _("What serving the {n} largest customers costs is not known: their margin on goods stands alone.").format(n=len(part))
        )
    lose = int((part["profit"] < 0).sum())
    return Chart(figure, _("Of the {n} largest customers {lose} lose money.").format(n=len(part), lose=lose))
