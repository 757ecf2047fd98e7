"""Picture of what moved since the last audit."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, Chart, canvas, clear_axes, nothing


def classes_moved(table: pd.DataFrame, *, top: int = 14) -> Chart:
    """The most frequent moves since the last audit, with the number of customers."""
    title = _("Customers whose class is another than at the last audit")
    if table.empty:
        return nothing(title)
    part = table.nlargest(top, "customers", keep="first").iloc[::-1]
    figure, axes = canvas(height=0.9 + 0.3 * len(part), title=title)
    at = np.arange(len(part))
    axes.barh(at, part["customers"], color=BLUE)
    axes.set_yticks(
        at,
        [
            f"{named('base_class', m.base_class)}: {named('class_before', m.class_before)} → {named('class_now', m.class_now)}"
            for m in part.itertuples()
        ],
    )
    for y, count in zip(at, part["customers"], strict=True):
        axes.text(count, y, f"  {shown('n', int(count))}", va="center", size=9)
    axes.margins(x=0.15)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    alt = _("{moves} changes of class; the most frequent concerns {customers} {customers:customer|customers}.")
    return Chart(figure, alt.format(moves=int(table["customers"].sum()), customers=int(part["customers"].max())))
