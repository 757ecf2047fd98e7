"""Pictures of large customers: their shares, and how far we depend on them."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, ORANGE, RED, Chart, nothing, share_bars


def keys(shares: pd.DataFrame, names: pd.Series, *, key_share: float, top: int = 10) -> Chart:
    """The largest customers' shares of the company's sales, with the border from which they are key."""
    title = _("The largest customers’ share of the sales of twelve months")
    part = shares[shares["level_class"] == "company"].nlargest(top, "revenue")
    if part.empty or part["revenue_share"].isna().all():
        return nothing(title)
    is_key = part["revenue_share"] >= key_share - 1e-12
    figure, _axes = share_bars(
        part, names, title=title, colours=[ORANGE if k else BLUE for k in is_key], notes=[""] * len(part), borders=[key_share]
    )
    alt = _(
        "{over:0:No customer accounts for|# customer accounts for|# customers each account for} {border} or more of sales; the share of the largest is {share}."
    )
    return Chart(
        figure,
        alt.format(
            over=int(is_key.sum()), border=shown("x_share", key_share), share=shown("x_share", float(part["revenue_share"].iloc[0]))
        ),
    )


def dependence(loss_scenarios: pd.DataFrame, names: pd.Series) -> Chart:
    """Share of the largest customers against the borders of dependence."""
    title = _("Dependence: share of the sales, with the borders 20, 30, 40 and 50 %")
    part = loss_scenarios.head(5)
    if part.empty or part["revenue_share"].isna().all():
        return nothing(title)
    colour = {"none": BLUE, "watch": "#b08900", "high": ORANGE, "critical": RED, "sole": RED}
    notes = [f", {named('dependence_class', c)}" for c in part["dependence_class"]]
    figure, axes = share_bars(
        part, names, title=title, colours=[colour[c] for c in part["dependence_class"]], notes=notes, borders=[0.2, 0.3, 0.4, 0.5]
    )
    axes.set_xlim(0, max(0.6, float(part["revenue_share"].max()) * 1.2))
    top = part.iloc[0]
    said = {"share": shown("x_share", float(top["revenue_share"])), "dependence": named("dependence_class", top["dependence_class"])}
    return Chart(figure, _("The largest customer has {share} of the sales; dependence: {dependence}.").format(**said))
