"""What has moved since the last audit? Findings against those of an earlier run, and customers against the classes they had then.

An estimate has moved when its interval lies wholly beside the earlier one; else the difference may be chance. A fact has moved when it
differs.
A customer who is new or gone has no class on one side, which is said as none.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from audit.i18n import mark as N_
from audit.steps.changes.codes import Absent, ClassOf, Moved

BASES = {  # table of a run -> its column of classes, and what the classes are of
    "customer_classes": ("abc_class", ClassOf.ABC), "rungs": ("rung_class", ClassOf.RUNG), "lifecycle": ("status_class", ClassOf.STAGE),
    "overdue": ("since_class", ClassOf.SILENCE),
}  # fmt: skip


def then(earlier: pd.DataFrame | None, now: pd.DataFrame) -> pd.DataFrame:
    """The earlier table; where a run names no earlier one, its own: compared with itself, nothing has moved."""
    return now if earlier is None else earlier


def compared(last: pd.DataFrame | None, *, as_of: dt.date) -> pd.DataFrame:
    """The day and name of the run that this one is compared with: DataFrame with as_of, run."""
    return then(last, pd.DataFrame({"as_of": [pd.Timestamp(as_of)], "run": [N_("this run itself")]}))


def findings_moved(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Findings of two runs side by side.

    Parameters
    ----------
    now, before
        findings as findings.judge returns them.

    Returns
    -------
    DataFrame with step, id, unit, norm_id, title, before_value, now_value, before_verdict, now_verdict, moved_class (moved, may be chance,
    the same,
    not there before, no longer there): those whose verdict changed first, then what moved, in reading order.
    """
    columns = ["step", "id", "title", "unit", "norm_id", "value", "low", "high", "verdict"]
    pair = now[columns].merge(before[columns], on=["step", "id"], how="outer", suffixes=("", "_then"), sort=False, indicator=True)
    differs = ~np.isclose(pair["value"], pair["value_then"], equal_nan=True)
    apart = (pair["low"] > pair["high_then"]) | (pair["high"] < pair["low_then"])
    moved = np.select(
        [pair["_merge"] == "left_only", pair["_merge"] == "right_only", ~differs, apart],
        [Moved.APPEARED, Moved.GONE, Moved.SAME, Moved.MOVED],
        default=Moved.CHANCE,
    )
    table = pd.DataFrame(
        {
            "step": pair["step"],
            "id": pair["id"],
            "unit": pair["unit"].fillna(pair["unit_then"]),
            "norm_id": pair["norm_id"].fillna(pair["norm_id_then"]),
            "title": pair["title"].fillna(pair["title_then"]),
            "before_value": pair["value_then"],
            "now_value": pair["value"],
            "before_verdict": pair["verdict_then"].fillna(""),
            "now_verdict": pair["verdict"].fillna(""),
            "moved_class": moved,
        }
    )
    order = pd.DataFrame(
        {
            "verdict": (table["before_verdict"] == table["now_verdict"]) | ~table["moved_class"].isin([Moved.MOVED, Moved.CHANCE]),
            "moved": table["moved_class"].map({Moved.MOVED: 0, Moved.APPEARED: 1, Moved.GONE: 2, Moved.CHANCE: 3, Moved.SAME: 4}),
        }
    )
    return table.loc[order.sort_values(["verdict", "moved"], kind="stable").index].reset_index(drop=True)


def classes(tables: dict[str, pd.DataFrame | None]) -> pd.DataFrame:
    """The classes of every customer of a run, by the tables of BASES that it has.

    Returns
    -------
    DataFrame with customer_id, base_class (what the class is of), class_now.
    """
    parts = [
        tables[name][["customer_id", column]].rename(columns={column: "class_now"}).assign(base_class=of)
        for name, (column, of) in BASES.items()
        if tables.get(name) is not None
    ]
    empty = pd.DataFrame(columns=["customer_id", "base_class", "class_now"])
    return pd.concat(parts, ignore_index=True)[["customer_id", "base_class", "class_now"]].dropna() if parts else empty


def customers_moved(now: pd.DataFrame, before: pd.DataFrame, *, revenue: pd.Series) -> pd.DataFrame:
    """Customers whose class is another than then.

    Parameters
    ----------
    now, before
        as `classes` returns them.
    revenue
        money of each customer, by id, by which they are ordered.

    Returns
    -------
    DataFrame with base_class, customer_id, class_before, class_now, revenue.
    """
    both = now.merge(before.rename(columns={"class_now": "class_before"}), on=["customer_id", "base_class"], how="outer")
    both[["class_now", "class_before"]] = both[["class_now", "class_before"]].fillna(Absent.NONE)
    moved = both[both["class_now"] != both["class_before"]].assign(
        revenue=lambda t: t["customer_id"].map(revenue).astype("float64").fillna(0.0)
    )
    return _by_base(moved, "revenue", "customer_id")[["base_class", "customer_id", "class_before", "class_now", "revenue"]]


def classes_moved(moved: pd.DataFrame) -> pd.DataFrame:
    """How many customers went from which class to which, with their money.

    Returns
    -------
    DataFrame with base_class, class_before, class_now, customers, revenue; the most customers first within a base.
    """
    counts = moved.groupby(["base_class", "class_before", "class_now"]).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))
    return _by_base(counts.reset_index(), "customers", "class_before", "class_now")


def _by_base(table: pd.DataFrame, most: str, *then_by: str) -> pd.DataFrame:
    """The rows in the order of BASES, within each the most first."""
    at = table["base_class"].map({of: i for i, (_column, of) in enumerate(BASES.values())})
    order = table.assign(_at=at).sort_values(["_at", most, *then_by], ascending=[True, False, *[True] * len(then_by)])
    return order.drop(columns="_at").reset_index(drop=True)
