"""Pictures of classes by money and regularity, and of moves between them."""

from __future__ import annotations

import pandas as pd

from audit.core.labels import named
from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, Chart, canvas, clear_axes, nothing, shaded_cells
from audit.steps.segments.codes import Abc, Xyz


def matrix(cells: pd.DataFrame) -> Chart:
    """ABC against XYZ: customers and share of money in each cell."""
    title = _("Customers and share of the money by class and regularity")
    if cells.empty:
        return nothing(title)
    rows = [c for c in ["A", "B", "C", "N"] if c in set(cells["abc_class"])]
    columns = [c for c in ["X", "Y", "Z", Xyz.SHORT] if c in set(cells["xyz_class"])]
    wide = cells.pivot(index="abc_class", columns="xyz_class").reindex(index=rows)
    share = wide["revenue_share"].reindex(columns=columns).fillna(0.0).astype(float)
    texts = (
        wide["customers"].reindex(columns=columns).fillna(0).astype(int).astype(str)
        + "  ·  "
        + (share * 100).round().astype(int).astype(str)
        + "\xa0%"
    )
    figure, axes = canvas(height=0.9 + 0.6 * len(rows), title=title)
    shaded_cells(axes, share, texts, rows_of="abc_class", columns_of="xyz_class")
    axes.set_xlabel(_("customers · share of twelve months’ money"))
    best = cells.loc[cells["revenue_share"].astype(float).fillna(0).idxmax()]
    alt = _("The largest share of sales, {share}, comes from class {abc}, regularity “{xyz}”: {count} {count:customer|customers}.")
    return Chart(
        figure,
        alt.format(
            share=shown("x_share", best["revenue_share"]),
            abc=best["abc_class"],
            xyz=named("xyz_class", best["xyz_class"]),
            count=best["customers"],
        ),
    )


def migration(moves: pd.DataFrame) -> Chart:
    """Moves between classes: all of them pale, the clear ones dark."""
    title = _("Moves between classes in a year (dark: clear, pale: on a border)")
    moved = moves[moves["class_before"] != moves["class_now"]].sort_values("customers")
    if moved.empty or (moves["class_before"] == Abc.NONE).all():  # nobody was observed a year earlier
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.3 * len(moved), title=title)
    names = [f"{_(m.class_before)} → {_(m.class_now)}" for m in moved.itertuples()]
    axes.barh(names, moved["customers"], color="#c9d6de")
    axes.barh(names, moved["clear_moves"], color=BLUE)
    for i, row in enumerate(moved.itertuples()):
        axes.text(
            row.customers, i, f"  {row.customers}" + (f", {_('clear')} {row.clear_moves}" if row.clear_moves else ""), va="center", size=9
        )
    axes.margins(x=0.2)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    alt = _("{all} {all:customer|customers} moved between classes, into them or out of them, {clear:0:none|#|#} of them clearly.")
    return Chart(figure, alt.format(all=int(moved["customers"].sum()), clear=int(moved["clear_moves"].sum())))
