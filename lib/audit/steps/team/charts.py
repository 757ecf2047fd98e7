"""Pictures of the team: who lies beyond chance, and what one person alone knows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from audit.core.labels import named
from audit.i18n import shown, spoken
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, GRID, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, money_axis, nothing, percent_axis
from audit.steps.team.codes import Measured, Told
from audit.steps.team.one_person import is_decidable

LOOKS = {Told.BETTER: ("^", GREEN), Told.WORSE: ("v", ORANGE), Told.CHANCE: ("o", BLUE), Told.FEW: (".", MUTED)}
OUTER = 0.998
MOST = 15


def funnel(results: pd.DataFrame, names: dict[str, str], *, measure: Measured, confidence: float) -> Chart:
    """Difference from what like customers did, against how many customers there are, within the limits of chance."""
    title = _("Against similar customers: {measure}").format(measure=named("measure_class", measure))
    part = results[(results["measure_class"] == measure) & results["by_chance_share"].notna()]
    if len(part) < 2:
        return nothing(title)
    figure, axes = canvas(height=4.0, title=title)
    spread = ((part["high_number"] - part["low_number"]) / 2 / stats.norm.ppf((1 + confidence) / 2)).to_numpy()
    one = float(np.sqrt(np.average((spread * np.sqrt(part["n"])) ** 2, weights=part["n"])))
    size = np.linspace(max(part["n"].min() * 0.8, 1), part["n"].max() * 1.1, 100)
    for share, style in ((confidence, "-"), (OUTER, "--")):
        limit = stats.norm.ppf((1 + share) / 2) * one / np.sqrt(size)
        for sign in (1, -1):
            axes.plot(
                size,
                sign * limit,
                style,
                color=MUTED,
                lw=0.9,
                label=_("{share} of chance").format(share=shown("limit_share", share)) if sign > 0 else None,
            )
    axes.axhline(0, color=GRID, lw=1)
    for told, (mark, colour) in LOOKS.items():
        of = part[part["told_class"] == told]
        if len(of):
            axes.plot(of["n"], of["difference_number"], mark, color=colour, ms=8, ls="none", label=named("told_class", told))
    for row in part[part["told_class"].isin([Told.BETTER, Told.WORSE])].itertuples():
        axes.annotate(
            str(names.get(row.manager_id, row.manager_id)),
            (row.n, row.difference_number),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            size=9,
        )
    axes.set_xlabel(_("customers"))
    if measure == Measured.CHANGE:
        axes.set_ylabel(_("index of change, −1 to 1"))
    else:
        percent_axis(axes.yaxis)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, fontsize=8.5)
    out = part["told_class"].isin([Told.BETTER, Told.WORSE]).sum()
    said = _("Measured by “{measure}”, {out:0:none|#|#} of {n} {n:manager|managers} {out:lies|lie} outside the range of chance.")
    judged = int((part["told_class"] != Told.FEW).sum())
    return Chart(figure, said.format(measure=named("measure_class", measure), out=out, n=judged))


def alone(table: pd.DataFrame, names: dict[str, str], currency: str) -> Chart:
    """Sales of each manager's customers, and of them what nobody else knows."""
    title = _("Sales of twelve months, and of them customers known to one manager alone")
    part = table.head(MOST)
    if not is_decidable(table):
        known, every = int(table["alone_customers"].sum()), int(table["customers"].sum())
        return nothing(
            _(
                "{count} of {n} {n:customer|customers} {count:is|are} known to only one manager, as happens when a program fills in the name"
            ).format(count=known, n=every)
        )
    figure, axes = canvas(height=1.1 + 0.34 * len(part), title=title)
    at = np.arange(len(part))
    axes.barh(at, part["revenue"], color=SAND, height=0.66, label=_("All customers"))
    axes.barh(at, part["alone_revenue"], color=ORANGE, height=0.34, label=_("Known to only one manager"))
    axes.set_yticks(at, [str(names.get(one, one))[:34] for one in part["manager_id"]])
    axes.invert_yaxis()
    money_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    axes.legend(loc="lower right", fontsize=8.5)
    first = part.iloc[0]
    if not first["alone_customers"]:
        return Chart(figure, _("No customer is known to one manager alone, among {n} {n:manager|managers}.").format(n=len(part)))
    said = _("The most hangs on {name}: {money} with {count} {count:customer|customers}.")
    who = str(names.get(first["manager_id"], first["manager_id"]))
    return Chart(
        figure, said.format(name=who, money=spoken("money", float(first["alone_revenue"]), currency), count=int(first["alone_customers"]))
    )
