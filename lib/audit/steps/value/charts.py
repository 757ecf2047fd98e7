"""Pictures of what customers are worth: the largest with their ranges, and the rules that forecast them side by side."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown, spoken
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, money_axis, nothing


def values(table: pd.DataFrame, names: pd.Series, currency: str, *, top: int = 15) -> Chart:
    """The customers worth most in the next twelve months, each with its range."""
    title = _("The customers worth most in the next twelve months, with the range of what may come")
    part = table[table["horizon_value"] > 0].head(top)
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.3 * len(part), title=title)
    at = np.arange(len(part))
    low, high = (part[c].fillna(part["horizon_value"]) for c in ("low_value", "high_value"))
    axes.hlines(at, low, high, color=SAND, lw=5, alpha=0.8)
    axes.scatter(part["horizon_value"], at, color=BLUE, zorder=3, s=28)
    axes.set_yticks(at, [str(names.get(c, c))[:38] for c in part["customer_id"]])
    axes.invert_yaxis()
    axes.set_xlim(left=min(0, float(low.min())))
    money_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    best = part.iloc[0]
    alt = _("The top customer is expected to bring in about {value}; the {n} shown, about {total} together.")
    return Chart(
        figure,
        alt.format(
            value=spoken("x", float(best["horizon_value"]), currency),
            n=len(part),
            total=spoken("x", float(part["horizon_value"].sum()), currency),
        ),
    )


def rules(backtested: pd.DataFrame) -> Chart:
    """Mean absolute error of each rule on the holdout; naive rules pale."""
    title = _("How far off each rule was, in purchases per customer, in the same unseen year")
    if backtested.empty:
        return nothing(title)
    part = backtested.iloc[::-1]
    figure, axes = canvas(height=0.9 + 0.34 * len(part), title=title)
    colours = [MUTED if naive else GREEN if better else ORANGE for naive, better in zip(part["is_naive"], part["is_better"], strict=True)]
    axes.barh([named("rule", r) for r in part["rule"]], part["error_number"], color=colours)
    for i, error in enumerate(part["error_number"]):
        axes.text(error, i, f"  {shown('x_number', float(error))}", va="center", size=9)
    axes.margins(x=0.12)
    clear_axes(axes, keep="x")
    said = "; ".join(f"{named('rule', r.rule)}: {shown('x_number', float(r.error_number))}" for r in backtested.itertuples())
    return Chart(figure, _("Error by rule: {said}.").format(said=said))
