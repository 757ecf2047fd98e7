"""Pictures of what customers owe: by how late it is, and month by month."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, MUTED, ORANGE, RED, SAND, Chart, canvas, clear_axes, money_axis, month_axis, nothing


def ageing(table: pd.DataFrame, currency: str) -> Chart:
    """Open money by how late it is."""
    title = _("What is owed, by how late it is")
    total = table["open"].sum()
    if not total:
        return nothing(title)
    figure, axes = canvas(height=2.6, title=title)
    colours = [GREEN, SAND, "#b08900", ORANGE, RED]
    axes.barh([named("bucket_class", b) for b in table["bucket_class"]], table["open"], color=colours)
    for i, row in enumerate(table.itertuples()):
        axes.text(row.open, i, f"  {shown('x', row.open, currency)}  {shown('x_share', row.open_share)}", va="center", size=9)
    axes.invert_yaxis()
    axes.margins(x=0.3)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    late = table["open"].iloc[1:].sum()
    return Chart(
        figure,
        _("Of {total} owed, {late} is overdue.").format(total=shown("x", float(total), currency), late=shown("x", float(late), currency)),
    )


def balances(months: pd.DataFrame, currency: str) -> Chart:
    """Owed and overdue at the end of each month, and count-back days beside a year's average."""
    title = _("Owed and overdue at the end of each month; days of sales that stand in it")
    part = months.tail(36)
    if len(part) < 2:
        return nothing(title)
    figure, (left, right) = canvas(height=3.4, title=title, panels=2)
    left.fill_between(part["period"], part["owed"], color=BLUE, alpha=0.2, lw=0)
    left.plot(part["period"], part["owed"], color=BLUE, lw=1.8, label=_("owed"))
    left.plot(part["period"], part["overdue"], color=RED, lw=1.8, ls="--", label=_("overdue", "a debt"))
    right.plot(part["period"], part["count_back_days"], color=BLUE, lw=1.8, label=_("counted back"))
    right.plot(part["period"], part["yearly_days"], color=MUTED, lw=1.4, ls="--", label=_("by a year’s average"))
    for axes in (left, right):
        axes.set_ylim(bottom=0)
        axes.legend(fontsize=8)
        month_axis(axes.xaxis)
        axes.tick_params(axis="x", rotation=45)
        clear_axes(axes, keep="y")
    money_axis(left.yaxis)
    right.set_ylabel(_("days"))
    last = part.iloc[-1]
    alt = _("At the end of the last month, {owed} is owed, {overdue} of it overdue; counted back, that is {days} {days:day|days} of sales.")
    return Chart(
        figure,
        alt.format(
            owed=shown("x", last["owed"], currency),
            overdue=shown("x", last["overdue"], currency),
            days=shown("x_days", last["count_back_days"]),
        ),
    )
