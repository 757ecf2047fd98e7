"""Pictures of the exports: the fate of rows, and booked sales against revenue."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.i18n import shown, symbol
from audit.i18n import translate as _
from audit.report.style import BLUE, GRID, MUTED, RED, SAND, Chart, canvas, clear_axes, money_axis, nothing


def row_status(reconciliation: pd.DataFrame) -> Chart:
    """Rows of the exports of lines by what became of them."""
    rows = reconciliation[reconciliation["table"] == "lines"].groupby("status")["rows"].sum()
    rows = rows.reindex(["kept", "merged", "excluded", "quarantined"]).fillna(0)
    total = rows.sum()
    figure, axes = canvas(height=2.2, title=_("What became of the exported rows"))
    axes.barh([named("status", name) for name in rows.index][::-1], rows.to_numpy()[::-1], color=[RED, SAND, MUTED, BLUE])
    for i, count in enumerate(rows.to_numpy()[::-1]):
        axes.text(count + total * 0.01, i, f"{shown('n', int(count))} ({shown('x_share', count / total)})", va="center")
    axes.set_xlim(0, total * 1.22)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(f"{named('status', name)} {shown('n', int(count))}" for name, count in rows.items())
    return Chart(figure, _("Rows of the sales exports: {said}.").format(said=said))


def booked(bridge: pd.DataFrame, currency: str) -> Chart:
    """Revenue of each month as a line over what was booked."""
    title = _("Booked sales and the revenue of this audit, by month")
    if len(bridge) < 2:
        return nothing(title)
    figure, axes = canvas(title=title)
    axes.bar(bridge["period"], bridge["booked"], width=24, color=GRID, label=_("booked"))
    axes.plot(bridge["period"], bridge["revenue"], color=BLUE, lw=2, marker="o", ms=3, label=_("revenue, returns moved to their sale"))
    money_axis(axes.yaxis)
    axes.set_ylabel(symbol(currency))
    axes.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, -0.1))
    clear_axes(axes, keep="y")
    top = bridge.loc[bridge["revenue"].idxmax()]
    alt = _("Monthly revenue lies between {low} and {high}; the highest month is {month}.")
    return Chart(
        figure,
        alt.format(
            low=shown("x", bridge["revenue"].min(), currency),
            high=shown("x", top["revenue"], currency),
            month=shown("period", f"{top['period']:%Y-%m}"),
        ),
    )
