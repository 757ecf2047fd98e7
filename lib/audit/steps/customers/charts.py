"""The picture of who has to do what."""

from __future__ import annotations

import pandas as pd
import seaborn as sns

from audit.i18n import translate as _
from audit.report.style import Chart, canvas, nothing
from audit.steps.customers.codes import Action

SHOWN = 25  # managers in the picture, those with most to do


def by_manager(counts: pd.DataFrame, names: pd.Series) -> Chart:
    """How many next steps of each kind each manager has: a heat map."""
    title = _("Next steps by manager and kind")
    grid = counts.set_index("manager_id")
    if grid.empty:
        return nothing(title)
    grid.index = [str(names.get(one, one)) or _("nobody’s") for one in grid.index]
    grid.columns = [_(Action(one).label) for one in grid.columns]
    most = grid.sum(axis=1)
    grid = grid.loc[most.sort_values(ascending=False, kind="stable").index[:SHOWN]].sort_index()
    figure, axes = canvas(height=1.6 + 0.34 * len(grid), title=title)
    sns.heatmap(grid, ax=axes, annot=True, fmt="d", cmap="Blues", cbar=False, linewidths=0.5, annot_kws={"size": 9})
    axes.tick_params(length=0)
    axes.tick_params(axis="x", rotation=30)
    for label in axes.get_xticklabels():
        label.set_ha("right")
    axes.set_xlabel("")
    axes.set_ylabel("")
    said = _("{manager} has the most next steps: {count} of {all}.").format(
        manager=most.idxmax(), count=int(most.max()), all=int(most.sum())
    )
    return Chart(figure, said)
