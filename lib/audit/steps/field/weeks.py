"""Do orders come evenly, so that production and purchasing can plan? (M3)"""

from __future__ import annotations

import pandas as pd

from audit.core import registry

WEEKS, FEWEST = 52, 8  # weeks of a year; orders a week on average below which chance makes the spread


def even_weeks(baskets: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """How far the weeks' orders of visited outlets lie apart, of the last 52 whole weeks and of the 52 before.

    Season is in both: only their difference says that something became more even, and few orders make uneven weeks by themselves.

    Parameters
    ----------
    baskets
        customer_id, order_id, date and revenue of the orders of visited outlets.

    Returns
    -------
    DataFrame with until_on (last day of the 52 weeks), weeks, orders, week_revenue (mean of a week), spread_ratio (standard deviation over mean); years with fewer
    than FEWEST orders a week, or not seen whole, are left out.

    Source: method M3.
    """
    if baskets is None or baskets.empty:
        return registry.empty("even_weeks")
    last = as_of if as_of.day_of_week == 6 else as_of - pd.Timedelta(days=as_of.day_of_week + 1)
    back = (last - baskets["date"]).dt.days // 7
    rows = []
    for year in (0, 1):
        is_of = (back >= WEEKS * year) & (back < WEEKS * (year + 1))
        first = last - pd.Timedelta(weeks=WEEKS * (year + 1)) + pd.Timedelta(days=1)
        if is_of.sum() < FEWEST * WEEKS or baskets["date"].min() > first + pd.Timedelta(weeks=1):
            continue
        weeks = (
            baskets.loc[is_of, "revenue"]
            .astype(float)
            .groupby(back[is_of])
            .sum()
            .reindex(range(WEEKS * year, WEEKS * (year + 1)))
            .fillna(0.0)
        )
        mean = float(weeks.mean())
        if mean > 0:
            rows.append((last - pd.Timedelta(weeks=WEEKS * year), WEEKS, int(is_of.sum()), mean, float(weeks.std(ddof=1)) / mean))
    return pd.DataFrame(rows, columns=registry.tables()["even_weeks"].names) if rows else registry.empty("even_weeks")
