"""Does the plan hold, and how many new customers would it need?"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.findings import NAN
from audit.steps.forecast.backtest import of_sum
from audit.steps.forecast.codes import Kind


def against_plan(
    forecast: pd.DataFrame,
    plans: pd.DataFrame | None,
    *,
    tried: pd.DataFrame,
    panel: pd.DataFrame,
    history: pd.DataFrame,
    until: pd.Timestamp,
) -> pd.DataFrame:
    """The company's plan of the coming months against the forecast, and the new customers that the difference stands for (H22).

    The forecast carries on what was, so that it holds as many new customers as usual; the plan needs more of them by the difference over
    what a new customer brought in the calendar year it came. The range is that of the sum of the
    months, whose errors balance in part.

    Returns
    -------
    DataFrame of one row: months (planned and foretold), plan, forecast, low, high, difference (plan less forecast), difference_rate,
    usual_new (customers won in the last whole year), revenue_of_new (each, in that year), extra_new (more than usual that a plan of twelve
    months needs; its ends low_extra,
    high_extra); no rows where no plan of the company lies ahead.
    """
    columns = [
        "months",
        "plan",
        "forecast",
        "low",
        "high",
        "difference",
        "difference_rate",
        "usual_new",
        "revenue_of_new",
        "extra_new",
        "low_extra",
        "high_extra",
    ]
    if plans is None or forecast.empty:
        return registry.empty("plan_against_forecast")
    company = forecast[forecast["kind_class"] == Kind.COMPANY].set_index("period")
    of = plans[plans["level"] == "company"]
    by_month = of[of["period"].str.fullmatch(r"\d{4}-\d{2}")].groupby("period")["amount"].sum()
    by_month.index = pd.to_datetime(by_month.index + "-01", errors="coerce")
    by_year = of[of["period"].str.fullmatch(r"\d{4}")].groupby("period")["amount"].sum()
    there = company.index.intersection(by_month.index)
    planned = float(by_month.reindex(there).sum())
    of_quarters = of[of["period"].str.fullmatch(r"\d{4}-Q[1-4]")].groupby("period")["amount"].sum()
    for quarter, money in of_quarters.items():
        months = company.index[company.index.to_period("Q") == pd.Period(quarter.replace("-", ""), freq="Q")]
        if len(months) == 3 and not months.isin(there).any():
            there, planned = there.union(months), planned + float(money)
    for year, money in by_year.items():
        months = company.index[company.index.year == int(year)]
        if len(there) == 0 and len(months) == 12:
            there, planned = months, float(money)
    if not len(there):
        return registry.empty("plan_against_forecast")
    used = tried[(tried["kind_class"] == Kind.COMPANY) & tried["is_used"]]
    said, low, high = of_sum(company.loc[there], float(used["balance_number"].iloc[0]) if len(used) else 1.0)
    last = until.year if until.month == 12 else until.year - 1
    new = history[history["is_first_known"] & (history["first_on"].dt.year == last)]
    brought = float(panel[panel["customer_id"].isin(new["customer_id"]) & (panel["period"].dt.year == last)]["revenue"].sum())
    each = brought / len(new) if len(new) and brought > 0 else NAN
    extra = [
        max(0.0, (planned - value) / each) if each == each and len(there) == 12 and value == value else NAN for value in (said, high, low)
    ]
    row = (len(there), planned, said, low, high, planned - said, planned / said - 1 if said else NAN, len(new), each, *extra)
    return pd.DataFrame([row], columns=columns)
