"""The picture of money at stake."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.i18n import shown, symbol
from audit.i18n import translate as _
from audit.report.style import BLUE, INK, Chart, canvas, clear_axes, money_axis, nothing


def stakes(found: pd.DataFrame, currency: str) -> Chart:
    """Money at stake by finding, with its range where it has one."""
    title = _("Money at stake (overlapping: never add it up)")
    known = found[found["money"].notna() & (found["money"] != 0)].iloc[::-1]
    if known.empty:
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.38 * len(known), title=title)
    at = np.arange(len(known))
    axes.barh(at, known["money"].abs(), color=BLUE, height=0.55)
    ranged = known["money_low"].notna().to_numpy()
    axes.hlines(at[ranged], known.loc[ranged, "money_low"].abs(), known.loc[ranged, "money_high"].abs(), color=INK, lw=1.6)
    axes.set_yticks(at, [_(title) for title in known["title"]])
    for y, value, high in zip(at, known["money"].abs(), known["money_high"].abs().fillna(0), strict=True):
        axes.text(max(value, high), y, "  " + shown("x", value), va="center", size=9)
    axes.margins(x=0.2)
    money_axis(axes.xaxis)
    axes.set_xlabel(symbol(currency))
    clear_axes(axes, keep="x")
    first = known.iloc[-1]
    return Chart(
        figure,
        _("The largest amount at stake, {money}, belongs to “{finding}”.").format(
            money=shown("x", abs(first["money"]), currency), finding=_(first["title"])
        ),
    )
