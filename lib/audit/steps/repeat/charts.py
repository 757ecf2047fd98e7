"""Pictures of first-time buyers: the curve of return, and cohort by cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import cell
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, MUTED, ORANGE, Chart, canvas, dots, nothing, percent_axis
from audit.stats import survival


def return_curve(curve: pd.DataFrame, *, horizon_days: int, norm: float) -> Chart:
    """Share of first-time buyers back by each day, with its interval, the horizon and the norm."""
    title = _("First-time buyers who have bought again, by days since their first purchase")
    if curve.empty:
        return nothing(title)
    figure, axes = canvas(title=title)
    days = np.append(0, curve["days"])
    share = np.append(0, curve["happened_share"])
    axes.step(days, share, where="post", color=BLUE, lw=2)
    axes.fill_between(days, np.append(0, curve["low_share"]), np.append(0, curve["high_share"]), step="post", color=BLUE, alpha=0.15, lw=0)
    axes.axhline(norm, color=ORANGE, lw=1.4, ls="--")
    axes.text(days[-1], norm, _("norm {norm}").format(norm=shown("x_share", norm)), color=ORANGE, va="bottom", ha="right")
    axes.axvline(horizon_days, color=MUTED, lw=1, ls=":")
    axes.text(horizon_days, 0.02, " " + _("{days} {days:day|days}").format(days=horizon_days), color=MUTED)
    axes.set_ylim(0, 1)
    axes.set_xlim(0, max(days[-1], horizon_days) * 1.02)
    percent_axis(axes.yaxis)
    axes.set_xlabel(_("days since the first purchase"))
    if not survival.is_known(curve, horizon_days):
        unseen = _(
            "Nobody has been watched for {days} {days:day|days} since the first purchase; the longest is {longest} {longest:day|days}."
        )
        return Chart(figure, unseen.format(days=horizon_days, longest=int(days[-1])))
    reached = curve[curve["days"] <= horizon_days]
    back = shown("x_share", reached["happened_share"].iloc[-1]) if len(reached) else "–"
    return Chart(
        figure,
        _("Within {days} {days:day|days}, {share} of first-time buyers had bought again; the norm is {norm}.").format(
            days=horizon_days, share=back, norm=shown("x_share", norm)
        ),
    )


def returns_by_cohort(table: pd.DataFrame, *, norm: float) -> Chart:
    """Each mature cohort's share back within the horizon, with Wilson's interval and the norm."""
    title = _("Share who came back within the horizon, by cohort (bars: interval)")
    mature = table[table["is_mature"]]
    if mature.empty:
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    dots(axes, mature["cohort"], mature["returned_share"], mature["low_share"], mature["high_share"], notes=mature["first_buyers"])
    axes.axhline(norm, color=ORANGE, lw=1.4, ls="--")
    said = "; ".join(f"{cell('cohort', c)}: {shown('x_share', s)}" for c, s in zip(mature["cohort"], mature["returned_share"], strict=True))
    return Chart(figure, _("Share who came back, by cohort: {said}; the norm is {norm}.").format(said=said, norm=shown("x_share", norm)))
