"""Pictures of kinds of customers: rungs, classes, moves, loyalty types."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.charts.frame import BLUE, GREEN, GRID, MUTED, SAND, Chart, canvas, clear_axes, nothing, shaded_cells
from audit.language import shown
from audit.language import translate as _


def ladder(table: pd.DataFrame, currency: str) -> Chart:
    """Customers on each rung, from the lowest, with the money of the year written beside."""
    title = _("Customers by rung, and their money of twelve months")
    figure, axes = canvas(height=3.2, title=title)
    colours = [GRID, SAND, BLUE, MUTED, GREEN, GREEN, GREEN]
    axes.barh([_(r) for r in table["rung_class"]], table["customers"], color=colours[: len(table)])
    for i, row in enumerate(table.itertuples()):
        axes.text(row.customers, i, f"  {row.customers}   {shown('x', row.revenue, currency)}", va="center", size=9)
    axes.margins(x=0.3)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(f"{_(r.rung_class)} {r.customers}" for r in table.itertuples() if r.customers)
    return Chart(figure, _("Customers by rung: {said}.").format(said=said or "0"))


def matrix(cells: pd.DataFrame) -> Chart:
    """ABC against XYZ: customers and share of money in each cell."""
    title = _("Customers and share of the money by class and regularity")
    if cells.empty:
        return nothing(title)
    rows = [c for c in ["A", "B", "C", "N"] if c in set(cells["abc_class"])]
    columns = [c for c in ["X", "Y", "Z", "short history"] if c in set(cells["xyz_class"])]
    wide = cells.pivot(index="abc_class", columns="xyz_class").reindex(index=rows)
    share = wide["revenue_share"].reindex(columns=columns).fillna(0.0).astype(float)
    texts = (
        wide["customers"].reindex(columns=columns).fillna(0).astype(int).astype(str)
        + "  ·  "
        + (share * 100).round().astype(int).astype(str)
        + "\xa0%"
    )
    figure, axes = canvas(height=0.9 + 0.6 * len(rows), title=title)
    shaded_cells(axes, share, texts)
    axes.set_xlabel(_("customers · share of the money of twelve months"))
    best = cells.loc[cells["revenue_share"].astype(float).fillna(0).idxmax()]
    alt = _("Most money, {share}, lies in class {abc} of regularity {xyz}, with {count} customers.")
    return Chart(
        figure,
        alt.format(share=shown("x_share", best["revenue_share"]), abc=best["abc_class"], xyz=_(best["xyz_class"]), count=best["customers"]),
    )


def migration(moves: pd.DataFrame) -> Chart:
    """Moves between classes: all of them pale, the clear ones dark."""
    title = _("Moves between classes in a year (dark: clear, pale: on a border)")
    moved = moves[moves["class_before"] != moves["class_now"]].sort_values("customers")
    if moved.empty:
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.3 * len(moved), title=title)
    names = [f"{_(m.class_before)} → {_(m.class_now)}" for m in moved.itertuples()]
    axes.barh(names, moved["customers"], color="#c9d6de")
    axes.barh(names, moved["clear_moves"], color=BLUE)
    for i, row in enumerate(moved.itertuples()):
        axes.text(row.customers, i, f"  {row.customers}, {_('clear')} {row.clear_moves}", va="center", size=9)
    axes.margins(x=0.2)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    alt = _("{all} customers changed class, {clear} of them clearly.")
    return Chart(figure, alt.format(all=int(moved["customers"].sum()), clear=int(moved["clear_moves"].sum())))


def types(summary: pd.DataFrame) -> Chart:
    """Customers by loyalty type: by groups, and by definition beside it."""
    title = _("Customers by loyalty type: by groups (dark) and by definition (pale)")
    if not summary["customers"].sum():
        return nothing(title)
    figure, axes = canvas(height=3.0, title=title)
    at = np.arange(len(summary))[::-1]
    axes.barh(at + 0.2, summary["customers"], height=0.38, color=BLUE)
    axes.barh(at - 0.2, summary["customers_by_definition"], height=0.38, color="#c9d6de")
    for y, row in zip(at, summary.itertuples(), strict=True):
        axes.text(row.customers, y + 0.2, f" {row.customers}", va="center", size=9)
        axes.text(row.customers_by_definition, y - 0.2, f" {row.customers_by_definition}", va="center", size=9, color=MUTED)
    axes.set_yticks(at, [_(t) for t in summary["loyalty_class"]])
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(f"{_(r.loyalty_class)} {r.customers}" for r in summary.itertuples())
    return Chart(figure, _("Customers by loyalty type, by groups: {said}.").format(said=said))


def gaps(table: pd.DataFrame) -> Chart:
    """The gap statistic by number of groups, with the null's error."""
    title = _("How much tighter the groups are than chance would make them, by their number")
    if table.empty:
        return nothing(title)
    figure, axes = canvas(height=2.8, title=title)
    axes.errorbar(table["clusters"], table["gap_number"], yerr=table["error_number"], color=BLUE, marker="o", lw=1.8, capsize=3)
    axes.axhline(0, color=MUTED, lw=1)
    axes.set_xticks(table["clusters"])
    axes.set_xlabel(_("number of groups"))
    axes.set_ylabel(_("gap"))
    best = table.loc[table["gap_number"].idxmax()]
    alt = _("The gap is widest at {k} groups: {gap}, with an error of {error}.")
    return Chart(
        figure, alt.format(k=int(best["clusters"]), gap=shown("x_index", best["gap_number"]), error=shown("x_index", best["error_number"]))
    )


def classes_moved(table: pd.DataFrame, *, top: int = 14) -> Chart:
    """The most frequent moves since the last audit, with the number of customers."""
    title = _("Customers whose class is another than at the last audit")
    if table.empty:
        return nothing(title)
    part = table.nlargest(top, "customers", keep="first").iloc[::-1]
    figure, axes = canvas(height=0.9 + 0.3 * len(part), title=title)
    at = np.arange(len(part))
    axes.barh(at, part["customers"], color=BLUE)
    axes.set_yticks(at, [f"{_(m.base_class)}: {_(m.class_before)} → {_(m.class_now)}" for m in part.itertuples()])
    for y, count in zip(at, part["customers"], strict=True):
        axes.text(count, y, f"  {shown('n', int(count))}", va="center", size=9)
    axes.margins(x=0.15)
    clear_axes(axes, keep="x")
    axes.xaxis.set_visible(False)
    alt = _("{moves} changes of class; the most frequent concerns {customers} customers.")
    return Chart(figure, alt.format(moves=int(table["customers"].sum()), customers=int(part["customers"].max())))
