"""Pictures of service: promises month by month, how long complaints stay open, and what they are about."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, month, nothing, percent_axis

MOST = 12


def by_month(months: pd.DataFrame) -> Chart:
    """Orders with a promised date by month: on time, late and told, late without a word."""
    title = _("Orders by the month of their promised day: on time and late")
    part = months.tail(24)
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    late = part["promised_orders"] - part["on_time"]
    bottom = np.zeros(len(part))
    x = np.arange(len(part))
    is_told = part["told_before"].notna().any()  # where nobody writes down who was told, late is all that is known
    told = [
        (part["told_before"], GREEN, _("late, told before")),
        (late - part["told_before"], ORANGE, _("late, customer not told")),
    ]
    for values, colour, label in ((part["on_time"], BLUE, _("on time")), *(told if is_told else [(late, ORANGE, _("late"))])):
        axes.bar(x, values, bottom=bottom, color=colour, label=label, width=0.8)
        bottom = bottom + values.to_numpy()
    step = -(-len(part) // 8)
    axes.set_xticks(x[::step], [month(day) for day in part["period"].iloc[::step]])
    clear_axes(axes, keep="y")
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, fontsize=8.5)
    low, high = (shown("on_time_share", float(part["on_time_share"].agg(end))) for end in ("min", "max"))
    said = _("Depending on the month, between {low} and {high} of the orders came on time, {n} {n:order|orders} in all.")
    return Chart(figure, said.format(low=low, high=high, n=shown("n", int(part["promised_orders"].sum()))))


def settling(curve: pd.DataFrame, *, settle_days: int) -> Chart:
    """The share of complaints settled by each day."""
    title = _("Share of complaints settled by each day, with its interval; open ones counted as long as they are")
    if len(curve) < 2 or curve["days"].max() < settle_days:
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    axes.fill_between(curve["days"], curve["low_share"], curve["high_share"], step="post", color=SAND, alpha=0.5, lw=0)
    axes.step(curve["days"], curve["happened_share"], where="post", color=BLUE, lw=2)
    axes.axvline(settle_days, color=MUTED, ls="--", lw=1)
    axes.set_ylim(0, 1)
    axes.set_xlabel(_("days"))
    percent_axis(axes.yaxis)
    before = curve[curve["days"] <= settle_days]["happened_share"]
    said = _("By day {days}, {share} of the complaints were settled; open ones count for as long as they have been open.")
    return Chart(figure, said.format(days=settle_days, share=shown("settled_share", float(before.iloc[-1]) if len(before) else 0.0)))


def reasons(by_reason: pd.DataFrame, *, case_class: str, title: str) -> Chart:
    """Cases of one kind by reason."""
    part = by_reason[by_reason["case_class"] == case_class].sort_values(["cases", "cause"], ascending=[False, True]).head(MOST)
    if part.empty:
        return nothing(_(title))
    figure, axes = canvas(height=1.0 + 0.34 * len(part), title=_(title))
    at = np.arange(len(part))
    axes.barh(at, part["cases"], color=BLUE, height=0.62)
    axes.set_yticks(at, [str(reason)[:48] or _("no reason written down") for reason in part["cause"]])
    for i, row in enumerate(part.itertuples(index=False)):
        if row.per_hundred_number == row.per_hundred_number:
            axes.text(
                row.cases,
                i,
                "  " + _("{rate} per 100 orders").format(rate=shown("per_hundred_number", row.per_hundred_number)),
                va="center",
                size=8.5,
                color=MUTED,
            )
    axes.invert_yaxis()
    axes.margins(x=0.25)
    clear_axes(axes, keep="x")
    first = part.iloc[0]
    return Chart(
        figure,
        _("The most frequent: {reason} ({count}).").format(
            reason=str(first["cause"]) or _("no reason written down"), count=int(first["cases"])
        ),
    )
