"""Pictures of the central file: how much of it is filled."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, ORANGE, Chart, canvas, clear_axes, nothing, percent_axis


def central_quality(quality: pd.DataFrame) -> Chart:
    """Filled share of each field, weighted by revenue as a bar, counted by customers as a dot; the emptiest on top."""
    title = _("How complete the customer records are")
    if quality.empty:
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.32 * len(quality), title=title)
    weighted, counted = quality["revenue_filled_share"].fillna(0), quality["filled_share"]
    axes.barh(range(len(quality)), weighted, color=BLUE, label=_("of the revenue"))
    axes.plot(counted, range(len(quality)), "o", color=ORANGE, label=_("of the customers"))
    axes.set_yticks(range(len(quality)), [named("field_class", name) for name in quality["field_class"]])
    for i, share in enumerate(weighted):
        axes.text(max(share, counted.iloc[i]) + 0.015, i, shown("x_share", float(share)), va="center", size=9)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.12)
    percent_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    axes.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, -0.12))
    first = quality.iloc[0]
    alt = _("The weakest field is {field}: it is filled in for customers with {share} of the revenue.")
    return Chart(figure, alt.format(field=named("field_class", first["field_class"]), share=shown("x_share", float(weighted.iloc[0]))))
