"""Could the average order be larger? The distance of each customer's orders to the upper quarter of its peers (A6).

Peers are of the same industry and, as far as it is known, of the same size: a quantile regression says what the upper quarter of such
customers orders at a time, and customers drawn anew say how sure that is. Three of four customers lie below a quarter by definition, and by
chance alone; so that the distance says something only where a customer's orders are its own, as large in one half of its months as in the
other.

Sources: method A6, P25; Koenker and Bassett 1978 (quantile regression).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.core.findings import NAN
from audit.core.periods import last_year
from audit.stats.reliability import of_whole

UPPER, DRAWS = 0.75, 100
FEWEST = 30  # customers with orders in both halves from which it is judged whose their size is


def order_gaps(
    panel: pd.DataFrame, customers: pd.DataFrame | None, *, until: pd.Timestamp, least_peers: int, confidence: float
) -> pd.DataFrame:
    """Customers whose orders are smaller than those of the upper quarter of their peers, the largest distance of a year first (A6).

    A distance, not a promise, and no sum to be added up: who ordered more at a time might order less often.

    Returns
    -------
    DataFrame with customer_id, industry, orders (twelve months), order_value, peer_value (upper quarter of peers; low_value, high_value),
    gap (money a year; low_gap, high_gap), is_clear (below that quarter's whole range). Empty without industries of enough customers.
    """
    of = _peers(panel, customers, until, least_peers)
    if of.empty:
        return registry.empty("order_gaps")
    x, y = _design(of), np.log(of["order_value"].to_numpy())
    generator = np.random.default_rng(0)
    picks = [generator.integers(0, len(of), len(of)) for _ in range(DRAWS)]
    drawn = np.array([found for pick in picks if (found := _upper(x[pick], y[pick], x)) is not None])
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    peer, (low, high) = np.exp(_upper(x, y, x)), np.exp(np.quantile(drawn, tails, axis=0))
    table = of.assign(peer_value=peer, low_value=np.minimum(low, peer), high_value=np.maximum(high, peer))
    for gap, value in [("gap", "peer_value"), ("low_gap", "low_value"), ("high_gap", "high_value")]:
        table[gap] = (table[value] - table["order_value"]).clip(lower=0) * table["orders"]
    table["is_clear"] = table["order_value"] < table["low_value"]
    columns = ["customer_id", "industry", "orders", "order_value", "peer_value", "low_value", "high_value", "gap", "low_gap", "high_gap"]
    table = table[table["gap"] > 0].sort_values(["gap", "customer_id"], ascending=[False, True], ignore_index=True)
    return table[[*columns, "is_clear"]]


def with_peers(panel: pd.DataFrame, customers: pd.DataFrame | None, *, until: pd.Timestamp, least_peers: int) -> int:
    """How many customers have enough peers for their orders to be compared."""
    return len(_peers(panel, customers, until, least_peers))


def order_reliability(panel: pd.DataFrame, customers: pd.DataFrame | None, *, until: pd.Timestamp, least_peers: int) -> float:
    """How far the size of its orders, beside that of its peers, is a customer's own: the same in two halves of its months; NaN where too few
    order in both."""
    month = panel["period"].dt.month % 2
    halves = [_peers(panel[month == half], customers, until, 1) for half in (0, 1)]
    whole = _peers(panel, customers, until, least_peers)
    if any(half.empty for half in halves) or whole.empty:
        return NAN
    both = [half.set_index("customer_id")["order_value"].reindex(whole["customer_id"]) for half in halves]
    there = (both[0].notna() & both[1].notna()).to_numpy()
    if there.sum() < FEWEST:
        return NAN
    x = _design(whole)[there]
    off = [(y := np.log(half.to_numpy()[there])) - x @ np.linalg.lstsq(x, y, rcond=None)[0] for half in both]
    return float(of_whole(np.corrcoef(*off)[0, 1]))


def _peers(panel: pd.DataFrame, customers: pd.DataFrame | None, until: pd.Timestamp, least: int) -> pd.DataFrame:
    """Customers with orders in the last twelve months whose industry is known and has enough of them; their size, where all have one."""
    if customers is None or "industry" not in customers.columns:
        return pd.DataFrame()
    sums = last_year(panel, until=until).groupby("customer_id")[["revenue", "orders"]].sum()
    sums = sums[(sums["revenue"] > 0) & (sums["orders"] > 0)].reset_index()
    known = customers[["customer_id", "industry", *(c for c in ("size",) if c in customers.columns)]]
    of = sums.merge(known[known["industry"].fillna("") != ""], on="customer_id")
    if "size" in of.columns and (of["size"] > 0).mean() > 0.5:
        of = of[of["size"] > 0].assign(log_size=lambda t: np.log(t["size"]))
    of = of[of.groupby("industry")["customer_id"].transform("size") >= least]
    return of.assign(order_value=of["revenue"] / of["orders"]).reset_index(drop=True)


def _design(of: pd.DataFrame) -> np.ndarray:
    """A column for each industry, and the logarithm of size where it is known."""
    columns = [pd.get_dummies(of["industry"]).sort_index(axis=1).astype(float)]
    if "log_size" in of.columns:
        columns.append(of[["log_size"]] - of["log_size"].mean())
    return pd.concat(columns, axis=1).to_numpy()


def _upper(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray | None:
    """The upper quarter's logarithm of order value for the rows of `at`; None where an industry was not drawn."""
    import warnings

    from statsmodels.regression.quantile_regression import QuantReg
    from statsmodels.tools.sm_exceptions import IterationLimitWarning

    if not (x != 0).any(axis=0).all():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", IterationLimitWarning)
        return at @ QuantReg(y, x).fit(q=UPPER, max_iter=2000).params
