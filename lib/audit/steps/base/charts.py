"""Pictures of the base: who came and went, why sales changed, who carries them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import cell, named
from audit.i18n import mark as N_
from audit.i18n import number, shown, symbol
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, INK, LAYERS, MUTED, RED, SAND, Chart, canvas, clear_axes, money_axis, nothing, percent_axis
from audit.stats import shares

MOVES = {
    "lost": N_("lost", "customers"), "new": N_("new", "customers"), "returned": N_("returned", "customers"), "first_seen": N_("first seen", "customers"),
}  # fmt: skip
MOVED = {
    "lost": N_("{n} did not buy again"), "new": N_("{n} new"), "returned": N_("{n} came back"), "first_seen": N_("{n} seen for the first time"),
}  # fmt: skip


def waterfall(moves: pd.DataFrame) -> Chart:
    """The base's waterfall of the last period: before, lost, new, returned, first seen, now."""
    title = _("How the number of customers changed")
    if len(moves) < 2:
        return nothing(title)
    before, now = moves.iloc[-2], moves.iloc[-1]
    steps = [
        ("lost", -int(now["lost"]), RED),
        ("new", int(now["new"]), GREEN),
        ("returned", int(now["returned"]), BLUE),
        ("first_seen", int(now["first_seen"]), SAND),
    ]
    steps = [step for step in steps if step[1]]
    figure, axes = canvas(title=f"{title}, {cell('period', before['period'])} → {cell('period', now['period'])}")
    names, level = [cell("period", before["period"])], int(before["customers"])
    axes.bar(0, level, color=MUTED, width=0.6)
    axes.text(0, level, shown("n", level), ha="center", va="bottom")
    for i, (name, step, colour) in enumerate(steps, 1):
        axes.bar(i, abs(step), bottom=min(level, level + step), color=colour, width=0.6)
        axes.plot([i - 0.7, i + 0.3], [level, level], color=MUTED, lw=0.8)
        level += step
        axes.text(i, max(level, level - step), f"{'+' if step > 0 else ''}{number(step)}", ha="center", va="bottom")
        names.append(_(MOVES[name]))
    names.append(cell("period", now["period"]))
    axes.bar(len(steps) + 1, level, color=MUTED, width=0.6)
    axes.text(len(steps) + 1, level, shown("n", level), ha="center", va="bottom")
    axes.set_xticks(range(len(names)), names)
    clear_axes(axes, keep="y")
    axes.set_ylabel(_("customers"))
    axes.margins(y=0.12)
    said = ", ".join(_(MOVED[name]).format(n=abs(step)) for name, step, _colour in steps) or _("nobody came and nobody left")
    return Chart(
        figure,
        _("The number of customers went from {before} to {now}: {said}.").format(
            before=shown("n", int(before["customers"])), now=shown("n", int(now["customers"])), said=said
        ),
    )


def contributions(change: pd.DataFrame, currency: str) -> Chart:
    """Shapley's contributions of each factor to the change of sales, and of gross profit where cost is known."""
    measures = change["measure_class"].unique()
    figure, axes = canvas(height=2.9, title="", panels=len(measures))
    said = []
    for panel, measure in zip(np.atleast_1d(axes), measures, strict=True):
        part = change[change["measure_class"] == measure].iloc[::-1]
        panel.barh(
            [named("factor", f) for f in part["factor"]],
            part["contribution"],
            color=[GREEN if v >= 0 else RED for v in part["contribution"]],
        )
        panel.axvline(0, color=INK, lw=0.8)
        money = shown("x", part["contribution"].sum(), currency)
        panel.set_title(f"{_('Change of {measure}').format(measure=named('measure_class', measure))}\n{money}", size=10)
        width = part["contribution"].abs().max() or 1.0
        panel.set_xlim(min(0, part["contribution"].min()) - 1.4 * width, max(0, part["contribution"].max()) + 1.4 * width)
        for i, value in enumerate(part["contribution"]):
            panel.text(
                value + width * 0.03 * (1 if value >= 0 else -1),
                i,
                shown("x", value),
                va="center",
                ha="left" if value >= 0 else "right",
                size=9,
            )
        panel.xaxis.set_visible(False)
        clear_axes(panel, keep="x")
        said += [f"{named('factor', f)} {shown('x', v, currency)}" for f, v in zip(part["factor"], part["contribution"], strict=True)]
    return Chart(figure, _("Contributions to the change: {said}.").format(said="; ".join(said)))


def deciles(table: pd.DataFrame) -> Chart:
    """Share of money by tenth of the customers, with the running total written at each bar."""
    title = _("Share of sales by tenth of the customers, largest first")
    if table.empty:
        return nothing(title)
    figure, axes = canvas(title=title)
    axes.bar(table["decile_class"], table["revenue_share"], color=[BLUE if i < 2 else "#9fb8c8" for i in range(len(table))], width=0.7)
    for i, row in table.iterrows():
        axes.text(
            i,
            max(row["revenue_share"], 0),
            f"{number(row['revenue_share'] * 100, '0.0')}\nΣ {number(row['cumulative_share'] * 100, '0')}",
            ha="center",
            va="bottom",
            size=8.5,
        )
    percent_axis(axes.yaxis)
    axes.set_xlabel(_("tenth of the customers (Σ: running total, %)"))
    axes.margins(y=0.18)
    clear_axes(axes, keep="y")
    first = table.iloc[0]
    alt = _("The largest tenth of customers ({count}) brings in {share} of sales.")
    return Chart(figure, alt.format(count=first["customers"], share=shown("x_share", first["revenue_share"])))


def layers(cohorts: pd.DataFrame, currency: str) -> Chart:
    """Sales of each period stacked by the period of the customers' first purchase."""
    title = _("Sales by the period in which customers first bought")
    if cohorts.empty:
        return nothing(title)
    wide = cohorts.pivot(index="period", columns="cohort", values="revenue").fillna(0.0)
    wide = wide[sorted(wide.columns, key=lambda c: "" if c == "earlier" else c)]
    figure, axes = canvas(title=title)
    bottom = np.zeros(len(wide))
    for i, cohort in enumerate(wide.columns):
        values = wide[cohort].to_numpy()
        axes.bar(
            [cell("period", period) for period in wide.index],
            values,
            bottom=bottom,
            color=LAYERS[i % len(LAYERS)],
            width=0.62,
            label=cell("cohort", cohort),
            edgecolor="white",
            lw=0.6,
        )
        bottom += values
    money_axis(axes.yaxis)
    axes.set_ylabel(symbol(currency))
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], names[::-1], title=_("first bought"), loc="center left", bbox_to_anchor=(1, 0.5), ncols=1 + len(names) // 14)
    axes.tick_params(axis="x", rotation=0 if len(wide) < 9 else 60)
    clear_axes(axes, keep="y")
    last = wide.iloc[-1]
    alt = _("In {period}, the largest layer, “{cohort}”, brought in {share} of sales.")
    biggest = last.idxmax()
    return Chart(
        figure,
        alt.format(
            period=cell("period", wide.index[-1]),
            share=shown("x_share", last[biggest] / last.sum() if shares.is_whole(last) else np.nan),
            cohort=cell("cohort", biggest),
        ),
    )
