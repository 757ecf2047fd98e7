"""Pictures of budgets: our part and the rest by customer, and by category."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, MUTED, SAND, Chart, canvas, clear_axes, money_axis, nothing


def wallets(table: pd.DataFrame, names: pd.Series, currency: str, *, top: int = 15) -> Chart:
    """The customers with most bought elsewhere: our sales, the rest of the budget, and its range."""
    title = _("Where most is bought elsewhere: our sales (dark), the rest of the budget (pale), its range (line)")
    part = table[table["gap"] > 0].head(top)
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.32 * len(part), title=title)
    at = np.arange(len(part))
    axes.barh(at, part["revenue"], color=BLUE)
    axes.barh(at, part["gap"], left=part["revenue"], color=SAND, alpha=0.6)
    axes.hlines(at, part["low_budget"], part["high_budget"], color=MUTED, lw=1.6)
    axes.set_yticks(
        at,
        [
            f"{str(names.get(g, g))[:34]} ({named('provenance_class', p)})"
            for g, p in zip(part["group"], part["provenance_class"], strict=True)
        ],
    )
    axes.invert_yaxis()
    money_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    alt = _("The {n} {n:customer|customers} shown spend {ours} with us and {gap} elsewhere.")
    ours, gap = (shown("x", float(part[c].sum()), currency) for c in ("revenue", "gap"))
    return Chart(figure, alt.format(n=len(part), ours=ours, gap=gap))


def categories(table: pd.DataFrame) -> Chart:
    """Our share of the known budgets by category, largest gap first."""
    title = _("Our share of the known budgets by category, the largest gap first")
    if table.empty:
        return nothing(title)
    part = table.head(15)
    figure, axes = canvas(height=0.9 + 0.3 * len(part), title=title)
    at = np.arange(len(part))
    axes.barh(at, part["revenue"], color=BLUE)
    axes.barh(
        at, part["gap"], left=part["revenue"], color=[GREEN if a == "worth attention" else SAND for a in part["attention_class"]], alpha=0.6
    )
    for i, row in enumerate(part.itertuples()):
        axes.text(row.revenue + row.gap, i, f"  {shown('x_share', row.wallet_share)}", va="center", size=9)
    axes.set_yticks(at, [str(c)[:34] for c in part["category"]])
    axes.invert_yaxis()
    axes.margins(x=0.12)
    money_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    top = part.iloc[0]
    return Chart(
        figure,
        _("Customers buy most elsewhere in {category}, where our share is {share}.").format(
            category=top["category"], share=shown("x_share", float(top["wallet_share"]))
        ),
    )
