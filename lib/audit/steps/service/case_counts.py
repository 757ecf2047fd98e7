"""How often does something go wrong, why, and what did it cost? Cases by reason against the orders that could have led to one (I1, I3, B7).

A count without what it is a part of says nothing: who buys often complains often. Few cases are named, not rated.
"""

from __future__ import annotations

import pandas as pd
from scipy import stats

from audit.core import registry


def cases_by(
    cases: pd.DataFrame | None, *, orders: int, year_from: pd.Timestamp, as_of: pd.Timestamp, least: int, confidence: float
) -> pd.DataFrame:
    """Complaints and refusals of the last twelve months by reason, the most money first.

    Parameters
    ----------
    orders
        of the same twelve months.
    least
        cases from which a rate is said.

    Returns
    -------
    DataFrame with case_class, cause (as the company calls it; empty: none was written), cases, customers, per_hundred_number (cases per hundred orders, with Poisson's
    exact interval; empty below `least`), justified and judged (complaints found right, of those judged), amount (money it cost or that was lost), open_cases.

    Source: method I1, I3, B7; Garwood 1936 for the interval.
    """
    if cases is None:
        return registry.empty("cases_by")
    year = with_columns(
        cases[(cases["date"] > year_from) & (cases["date"] <= as_of) & (cases["kind"] != "loss")]
    )  # losses stand in `lost_at`
    rows = []
    for (kind, cause), part in year.groupby(["kind", "cause"]):
        low, high = poisson(len(part), orders, confidence=confidence)
        enough = len(part) >= least and orders > 0
        rate = 100 * len(part) / orders if enough else float("nan")
        judged = part["justified"].isin(["yes", "no"])
        still = part["closed_on"].isna() | (part["closed_on"] > as_of)
        rows.append(
            (kind, cause, len(part), part["customer_id"].nunique(), rate, low if enough else float("nan"), high if enough else float("nan"),
             int((part["justified"] == "yes").sum()), int(judged.sum()), float(part["amount"].sum(min_count=1)), int(still.sum()) if "closed_on" in cases.columns else 0)
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=registry.tables()["cases_by"].names)
    return table.sort_values(["case_class", "amount", "cases", "cause"], ascending=[True, False, False, True], ignore_index=True)


def poisson(count: int, orders: int, *, confidence: float) -> tuple[float, float]:
    """Garwood's exact interval of a count, per hundred orders.

    >>> tuple(round(x, 2) for x in poisson(10, 100, confidence=0.95))
    (4.8, 18.39)
    """
    if not orders:
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low = stats.chi2.ppf(tail, 2 * count) / 2 if count else 0.0
    return 100 * float(low) / orders, 100 * float(stats.chi2.isf(tail, 2 * (count + 1))) / 2 / orders


TEXTS = ("cause", "stage", "order_id", "manager_id", "justified", "found_by", "wrong_product", "wrong_staff", "irritated")


def with_columns(cases: pd.DataFrame) -> pd.DataFrame:
    """The cases with every optional column, those that nobody sent empty."""
    table = cases.copy()
    for column in TEXTS:
        table[column] = table[column].fillna("") if column in table.columns else ""
    table["closed_on"] = pd.to_datetime(table["closed_on"]) if "closed_on" in table.columns else pd.Series(pd.NaT, table.index)
    table["amount"] = table["amount"].astype("float64") if "amount" in table.columns else float("nan")
    return table


def lost_at(cases: pd.DataFrame | None, panel: pd.DataFrame, *, since: pd.Timestamp) -> pd.DataFrame:
    """Losses by stage and reason, with what the customers had bought in the twelve months before (B7).

    Returns
    -------
    DataFrame with stage, cause, cases, amount; the most money first.
    """
    if cases is None:
        return registry.empty("lost_at")
    lost = with_columns(cases[(cases["kind"] == "loss") & (cases["date"] > since)])
    bought = [_before(panel, who, day) for who, day in lost[["customer_id", "date"]].itertuples(index=False)]
    table = lost.assign(amount=bought).groupby(["stage", "cause"]).agg(cases=("case_id", "size"), amount=("amount", "sum")).reset_index()
    return table.sort_values(["amount", "stage", "cause"], ascending=[False, True, True], ignore_index=True)


def _before(panel: pd.DataFrame, who: str, day: pd.Timestamp) -> float:
    part = panel[(panel["customer_id"] == who) & (panel["period"] <= day) & (panel["period"] > day - pd.DateOffset(years=1))]
    return float(part["revenue"].sum())


def unowned(cases: pd.DataFrame | None, *, as_of: pd.Timestamp, repeat_days: int) -> pd.DataFrame:
    """Complaints that nobody is responsible for, and those that came again: the same customer and cause within some days (I3, I6).

    Returns
    -------
    DataFrame with case_id, customer_id, date, cause, manager_id, is_unowned, is_repeat, is_open; the latest first.
    """
    if cases is None or "closed_on" not in cases.columns:  # what is not written down is not open, and nobody's
        return registry.empty("complaints")
    table = with_columns(cases[(cases["kind"] == "complaint") & (cases["date"] <= as_of)]).sort_values(
        ["customer_id", "cause", "date", "case_id"]
    )
    before = table.groupby(["customer_id", "cause"])["date"].shift()
    is_again = (table["date"] - before).dt.days <= repeat_days
    table = table.assign(
        is_unowned=(table["manager_id"] == "") & ("manager_id" in cases.columns),
        is_repeat=is_again & (table["cause"] != ""),
        is_open=table["closed_on"].isna() | (table["closed_on"] > as_of),
    )
    return table.sort_values(["date", "case_id"], ascending=[False, True], ignore_index=True)[registry.tables()["complaints"].names]
