"""Pictures of one key account: its months, who knows whom, and its opportunities."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.core.tables.form_codes import ContactLevel
from audit.i18n import shown, spoken
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, INK, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, money_axis, month, nothing

COLOURS = {"more": BLUE, "service": GREEN, "wider": ORANGE}


def months(table: pd.DataFrame, limit: float, currency: str) -> Chart:
    """Sales as bars, payments as steps, the credit limit as a dotted line."""
    title = _("Sales and payments by month")
    if not table["revenue"].abs().sum():
        return nothing(title)
    figure, axes = canvas(height=2.8, title=title)
    at = range(len(table))
    axes.bar(at, table["revenue"], color=BLUE, label=_("Sales"))
    if table["paid"].notna().any():
        axes.step(at, table["paid"], where="mid", color=ORANGE, label=_("Paid", "money"))
    if limit == limit and limit > 0:
        axes.axhline(limit, color=MUTED, ls=":", lw=1.2, label=_("Credit limit"))
    axes.set_xticks([i for i in at if i % 3 == 0], [month(table["period"].iloc[i]) for i in at if i % 3 == 0])
    money_axis(axes.yaxis)
    clear_axes(axes, keep="y")
    axes.legend(fontsize=8.5, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3)
    year, before = float(table["revenue"].tail(12).sum()), float(table["revenue"].iloc[:-12].sum())
    said = _("Sales of twelve months {year}, of the twelve before {before}.")
    return Chart(figure, said.format(year=spoken("year", year, currency), before=spoken("before", before, currency)))


def contacts(people: pd.DataFrame) -> Chart:
    """Who of us knows whom there: our people on the left, their posts by level on the right; a post without a line is nobody's."""
    title = _("Who of us keeps which contact")
    if people.empty:
        return nothing(title)
    order = {level.value: i for i, level in enumerate(ContactLevel)}
    theirs = people.assign(_o=people["level_class"].map(order)).sort_values(["_o", "post"]).reset_index(drop=True)
    ours = sorted(set(theirs["mirror"].fillna("")) - {""})
    figure, axes = canvas(height=0.9 + 0.42 * max(len(theirs), len(ours)), title=title)
    place = {
        name: i * max(1, (len(theirs) - 1)) / max(1, len(ours) - 1) if len(ours) > 1 else (len(theirs) - 1) / 2
        for i, name in enumerate(ours)
    }
    for name, y in place.items():
        axes.text(0.0, y, name[:30], ha="right", va="center", size=8.5, color=INK)
    for i, row in theirs.iterrows():
        is_ours = bool(row["mirror"]) and row["mirror"] == row["mirror"]
        if is_ours:
            axes.plot([0.03, 0.97], [place[row["mirror"]], i], color=BLUE, lw=1.4)
        met = shown("met_on", row["met_on"])
        axes.text(
            1.0,
            i,
            f"{row['post'][:26]} · {named('level_class', row['level_class'])} · {met}",
            va="center",
            size=8.5,
            color=INK if is_ours else ORANGE,
        )
    axes.set_xlim(-1.7, 4.9)
    axes.invert_yaxis()
    axes.axis("off")
    alone = int((theirs["mirror"].fillna("") == "").sum())
    said = _("{people} contact persons on {levels} levels; {alone} without a counterpart on our side.")
    return Chart(figure, said.format(people=len(theirs), levels=theirs["level_class"].nunique(), alone=alone))


def opportunities(table: pd.DataFrame, currency: str) -> Chart:
    """Effort against return: what is high and left comes first."""
    title = _("Opportunities: our working days against margin of a year")
    part = table[table["effort_days"].notna() & table["benefit"].notna()] if len(table) else table
    if part.empty:
        return nothing(title)
    figure, axes = canvas(height=3.0, title=title)
    for row in part.itertuples(index=False):
        axes.plot(row.effort_days, row.benefit, "o", color=COLOURS.get(row.kind_class, SAND), ms=8)
        axes.annotate(
            f" {row.opportunity[:32]}", (row.effort_days, row.benefit), size=9, va="center", xytext=(5, 0), textcoords="offset points"
        )
    axes.set_xlabel(_("Working days it takes us"))
    money_axis(axes.yaxis)
    axes.set_xlim(0, part["effort_days"].max() * 1.6)
    axes.set_ylim(0, part["benefit"].max() * 1.25)
    clear_axes(axes, keep="y")
    best = part.iloc[0]
    said = _("Highest margin per working day: {opportunity}, {benefit} a year for {days} {days:day|days}.")
    days = f"{best['effort_days']:.0f}"
    return Chart(
        figure, said.format(opportunity=best["opportunity"], benefit=spoken("benefit", float(best["benefit"]), currency), days=days)
    )
