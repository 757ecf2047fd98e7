"""How evenly does the money come? XYZ, with the season out and the length of the period printed (P18)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import periods
from audit.core.findings import NAN
from audit.steps.segments.codes import Xyz

MONTHS_OF = {"quarter": 3, "month": 1}


def xyz(
    panel: pd.DataFrame,
    history: pd.DataFrame,
    season: pd.DataFrame,
    spans: pd.DataFrame,
    *,
    unit: str,
    least: int,
    x_limit: float,
    y_limit: float,
) -> pd.DataFrame:
    """Regularity of purchases: X, Y, Z by the variation of money per period; "short history" where there are too few (P18).

    Traps: the coefficient depends on the period (the same sales: 59 % by week, 29 % by month, 19 % by quarter), so the
    unit is printed and a second one shown beside it; the base's season is divided out; a customer counts from the first
    whole period after the first purchase, zeros included.

    Returns
    -------
    DataFrame with customer_id, observed_periods, variation_rate, xyz_class (X, Y, Z, short history).

    Source: method D1, P18.
    """
    months = MONTHS_OF[unit]
    index = season.set_index("month")["index"]
    weight = [index.loc[[(start.month - 1 + m) % 12 + 1 for m in range(months)]].mean() for start in spans["from_on"]]
    table = panel.assign(span=periods.labels(panel["period"], unit))
    wide = table[table["span"].isin(spans["period"])].pivot_table(index="customer_id", columns="span", values="revenue", aggfunc="sum")
    wide = wide.reindex(index=history["customer_id"], columns=spans["period"]).fillna(0.0).to_numpy() / np.asarray(weight, dtype=float)
    first = np.searchsorted(spans["from_on"].to_numpy(), history["first_on"].to_numpy(), side="left")
    counts = np.maximum(len(spans) - first, 0)
    rates = np.where(counts >= least, _variations(wide, first), NAN)
    letter = np.select([np.isnan(rates), rates <= x_limit, rates <= y_limit], [Xyz.SHORT, "X", "Y"], "Z")
    letter = np.where((counts >= least) & np.isnan(rates), "Z", letter)  # nothing bought in all those periods
    return pd.DataFrame({"customer_id": history["customer_id"], "observed_periods": counts, "variation_rate": rates, "xyz_class": letter})


def _variations(wide: np.ndarray, first: np.ndarray) -> np.ndarray:
    """The variation of every row from its own first column on."""
    counts = np.arange(wide.shape[1])[None, :] >= first[:, None]
    n = counts.sum(axis=1)
    mean = np.where(counts, wide, 0.0).sum(axis=1) / np.maximum(n, 1)
    square = np.where(counts, (wide - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.where((n > 1) & (mean > 0), np.sqrt(square / np.maximum(n - 1, 1)) / np.where(mean > 0, mean, 1.0), NAN)


def unit_of(silences: pd.DataFrame) -> str:
    """Months where four of the base's median gaps fit into one, else quarters: the period follows the rhythm (P18)."""
    ended = silences[silences["ended"] > 0].sort_values("days")
    if ended.empty:
        return "quarter"
    median = ended.loc[ended["ended"].cumsum() >= ended["ended"].sum() / 2, "days"].iloc[0]
    return "month" if 4 * median <= 30 else "quarter"


def other(unit: str) -> str:
    """The second length of period shown beside the first."""
    return "quarter" if unit == "month" else "month"


def two_units(first: pd.DataFrame, second: pd.DataFrame, unit: str, other_unit: str) -> pd.DataFrame:
    """The same customers by the regularity of two lengths of period (P18).

    Returns
    -------
    DataFrame with xyz_class (of the chosen unit), and a count column per class of the other unit.
    """
    both = first.merge(second, on="customer_id", suffixes=("", "_other"))
    counts = pd.crosstab(both["xyz_class"], both["xyz_class_other"]).rename_axis(columns=None)
    return counts.rename(columns=lambda c: f"{c}_{other_unit}".lower()).rename_axis("xyz_class").reset_index().assign(unit_class=unit)
