"""How did what is owed move from month to month? Days of sales counted back (P28), and what was collected of what could be."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.core.findings import NAN
from audit.steps.receivables.cash_application import CENT

SETTLING = 2  # first months, of which what was owed from before the exports is missing


def balances(settled: pd.DataFrame, laid: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """Invoiced, paid, owed and overdue at the end of every whole month, with count-back DSO and the collection effectiveness index.

    Returns
    -------
    DataFrame with period (first day), invoiced, owed, current (of it, not yet due), overdue, count_back_days, yearly_days (owed over the
    invoices of twelve months, the naive figure; NaN before
    a year), effectiveness_ratio (CEI: collected over what could be collected in the month).

    Source: method L13, P28.
    """
    if settled.empty:
        return registry.empty("receivables_months")
    months = pd.period_range(settled["issued_on"].min(), until, freq="M")
    parts = laid[laid["invoice_id"] != ""].merge(settled[["invoice_id", "due_on", "issued_on"]], on="invoice_id")
    parts["paid_on"] = parts[["paid_on", "issued_on"]].max(axis=1)  # what was paid beforehand pays from the day of the invoice
    at = lambda days: pd.PeriodIndex(days, freq="M")
    by_issue = settled.groupby(at(settled["issued_on"]))["amount"].sum().reindex(months, fill_value=0.0)
    by_pay = parts.groupby(at(parts["paid_on"]))["amount"].sum().reindex(months, fill_value=0.0)
    owed = (by_issue.cumsum() - by_pay.cumsum()).clip(lower=0).round(4)
    overdue = pd.Series([_overdue_at(settled, parts, m.end_time.normalize()) for m in months], index=months)
    table = pd.DataFrame(
        {
            "period": months.to_timestamp(),
            "invoiced": by_issue.to_numpy(),
            "owed": owed.to_numpy(),
            "overdue": np.minimum(overdue, owed).to_numpy(),
        }
    )
    table.insert(3, "current", table["owed"] - table["overdue"])
    days = [m.days_in_month for m in months]
    table["count_back_days"] = [
        count_back(table["invoiced"].iloc[: i + 1], days[: i + 1], table["owed"].iloc[i]) for i in range(len(months))
    ]
    year = table["invoiced"].rolling(12).sum()
    early = table.index < SETTLING
    table["count_back_days"] = table["count_back_days"].where(~early)
    table["yearly_days"] = table["owed"] / year.where(year > 0) * 365
    before = table["owed"].shift(1)
    table["effectiveness_ratio"] = (before + table["invoiced"] - table["owed"]) / (before + table["invoiced"] - table["current"]).where(
        lambda v: v > 0
    )
    return table


def _overdue_at(settled: pd.DataFrame, parts: pd.DataFrame, day: pd.Timestamp) -> float:
    late = settled[settled["due_on"] < day]
    paid = parts[(parts["due_on"] < day) & (parts["paid_on"] <= day)]
    return float(late["amount"].sum() - paid["amount"].sum())


def count_back(invoiced, days, owed: float) -> float:
    """Days of sales that stand in what is owed: the last month's first, then the one before, until it is used up (P28).

    A year's average would say 133 days or 22 for the same behaviour, by when the season was; counted back it is 60 in both.

    >>> high, low = [100] * 6 + [50] * 3 + [300] * 3, [300] * 3 + [100] * 6 + [50] * 3
    >>> [count_back(sales, [30] * 12, sum(sales[-2:])) for sales in (high, low)]
    [60.0, 60.0]
    >>> [round(sum(sales[-2:]) / sum(sales) * 365) for sales in (high, low)]
    [133, 22]
    """
    left, found = float(owed), 0.0
    for sold, length in zip(reversed(list(invoiced)), reversed(list(days)), strict=True):
        if left <= CENT:
            break
        if sold > 0:
            found += length * min(1.0, left / float(sold))
            left -= float(sold)
        else:
            found += length
    return found if left <= CENT else NAN
