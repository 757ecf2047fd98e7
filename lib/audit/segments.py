"""Who are the customers: by money, by regularity, by stage of life, and do these bases say the same?

ABC, XYZ and their cross (D1), RFM, lifecycle (D3, D4), the moves between classes with the noise of the border
taken off, "strayed" customers with their gap, and the portrait of a good customer (D16). ABC counts groups of companies
under common control as one customer (P21); the rest is per legal entity. Every limit is printed and overridable (P40).
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
from scipy import stats

from audit import periods
from audit.findings import NAN, Finding
from audit.language import mark as N_

LOSS, SHORT = "N", N_("short history")
MONTHS_OF = {"quarter": 3, "month": 1}


def last_year(panel: pd.DataFrame, *, until: pd.Timestamp, months: int = 12) -> pd.DataFrame:
    """The panel of the twelve months that end with the month of `until`."""
    end = until.to_period("M").start_time
    return panel[(panel["period"] <= end) & (panel["period"] > end - pd.DateOffset(months=months))]


def groups(customers: pd.DataFrame | None, ids: pd.Series) -> pd.Series:
    """The group of companies each customer belongs to, else the customer itself (P21); index as ids."""
    if customers is None or "group_id" not in customers.columns:
        return ids.copy()
    group = ids.map(customers.set_index("customer_id")["group_id"])
    return group.where(group.notna() & (group != ""), ids)


def abc_class(money: pd.Series, *, a_share: float, b_share: float) -> pd.Series:
    """A, B or C by the running share of the positive money; N where it is zero or negative (P19).

    The customer that crosses a limit still belongs to the class above it; ties are broken by the index, so that
    the same base always gives the same classes.

    >>> abc_class(pd.Series({"a": 500.0, "b": 300.0, "c": 150.0, "d": -160.0}), a_share=0.8, b_share=0.95).to_dict()
    {'a': 'A', 'b': 'A', 'c': 'B', 'd': 'N'}
    """
    ordered = money.rename_axis("_id").reset_index(name="_m").sort_values(["_m", "_id"], ascending=[False, True])
    positive = ordered["_m"].clip(lower=0)
    total = positive.sum()
    before = (positive.cumsum() - positive) / total if total else positive
    letter = np.select([ordered["_m"] <= 0, before < a_share - 1e-12, before < b_share - 1e-12], [LOSS, "A", "B"], "C")
    return pd.Series(letter, index=ordered["_id"], dtype="str").reindex(money.index)


def whale_curve(profits: pd.Series) -> pd.Series:
    """Running share of total profit, the most profitable first: it passes 100 % where some lose money (P19).

    >>> round(whale_curve(pd.Series([500, 300, 150, 80, 40, 10, -30, -90, -160])).max(), 2)
    1.35
    """
    ordered = profits.sort_values(ascending=False, ignore_index=True)
    return ordered.cumsum() / ordered.sum()


def variation(amounts: np.ndarray) -> float:
    """Coefficient of variation with the sample standard deviation; nan where the mean is not positive (P18)."""
    mean = np.mean(amounts)
    return float(np.std(amounts, ddof=1) / mean) if len(amounts) > 1 and mean > 0 else NAN


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
    rates = np.array([variation(row[start:]) if n >= least else NAN for row, start, n in zip(wide, first, counts, strict=True)])
    letter = np.select([np.isnan(rates), rates <= x_limit, rates <= y_limit], [SHORT, "X", "Y"], "Z")
    letter = np.where((counts >= least) & np.isnan(rates), "Z", letter)  # nothing bought in all those periods
    return pd.DataFrame({"customer_id": history["customer_id"], "observed_periods": counts, "variation_rate": rates, "xyz_class": letter})


def unit_of(silences: pd.DataFrame) -> str:
    """Months where four of the base's median gaps fit into one, else quarters: the period follows the rhythm (P18)."""
    ended = silences[silences["ended"] > 0].sort_values("days")
    if ended.empty:
        return "quarter"
    median = ended.loc[ended["ended"].cumsum() >= ended["ended"].sum() / 2, "days"].iloc[0]
    return "month" if 4 * median <= 30 else "quarter"


def classes(
    panel: pd.DataFrame,
    history: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    regularity: pd.DataFrame,
    until: pd.Timestamp,
    a_share: float,
    b_share: float,
) -> pd.DataFrame:
    """ABC of the last twelve months by group of companies, and XYZ, per customer (D1).

    Returns
    -------
    DataFrame with customer_id, group (id), revenue (of the customer), group_revenue, abc_class, xyz_class,
    abcxyz_class (such as AX); customers with no purchase in the twelve months are left out.
    """
    money = last_year(panel, until=until).groupby("customer_id")["revenue"].sum().rename("revenue").reset_index()
    money["group"] = groups(customers, money["customer_id"])
    by_group = money.groupby("group")["revenue"].sum()
    money["group_revenue"] = money["group"].map(by_group)
    money["abc_class"] = money["group"].map(abc_class(by_group, a_share=a_share, b_share=b_share))
    money["xyz_class"] = money["customer_id"].map(regularity.set_index("customer_id")["xyz_class"])
    short = money["xyz_class"] == SHORT
    money["abcxyz_class"] = (money["abc_class"] + money["xyz_class"]).where(~short, money["abc_class"])
    return money.sort_values(["revenue", "customer_id"], ascending=[False, True], ignore_index=True)


def matrix(table: pd.DataFrame) -> pd.DataFrame:
    """The nine cells (and the short histories) with their customers and money.

    Returns
    -------
    DataFrame with abc_class, xyz_class, customers, revenue, revenue_share.
    """
    cells = table.groupby(["abc_class", "xyz_class"], as_index=False).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))
    total = table["revenue"].sum()
    return cells.assign(revenue_share=cells["revenue"] / total if total else NAN)


def rfm_cuts(history: pd.DataFrame, panel: pd.DataFrame, *, until: pd.Timestamp) -> tuple[pd.DataFrame, pd.DataFrame]:
    """RFM scores 1 to 5 and the cut points they were made with (P20).

    Cut points are the base's own fifths, printed. Equal values always get the equal score: a score is 1 plus the
    number of cut points the value exceeds (for recency: is below), so that ties decide nothing and fifths may be unequal.

    Returns
    -------
    scores : DataFrame with customer_id, silence_days, year_purchases, year_revenue, recency, frequency, money (1 to 5), rfm (text).
    cuts : DataFrame with measure_class, cut_1_number .. cut_4_number.
    """
    year = last_year(panel, until=until).groupby("customer_id")[["purchases", "revenue"]].sum()
    table = history[["customer_id", "silence_days"]].copy()
    table["year_purchases"] = table["customer_id"].map(year["purchases"]).astype(float).fillna(0).astype(int)
    table["year_revenue"] = table["customer_id"].map(year["revenue"]).astype(float).fillna(0.0)
    rows = []
    for measure, column, sign in [("recency", "silence_days", -1), ("frequency", "year_purchases", 1), ("money", "year_revenue", 1)]:
        values = sign * table[column].to_numpy(dtype=float)
        cuts = np.quantile(values, [0.2, 0.4, 0.6, 0.8], method="lower") if len(values) else np.full(4, NAN)
        table[measure] = 1 + (values[:, None] > cuts[None, :]).sum(axis=1)
        rows.append((measure, *(sign * cuts)))
    table["rfm"] = table["recency"].astype(str) + table["frequency"].astype(str) + table["money"].astype(str)
    return table, pd.DataFrame(rows, columns=["measure_class", *(f"cut_{i}_number" for i in (1, 2, 3, 4))])


def lifecycle(
    history: pd.DataFrame, *, customers: pd.DataFrame | None, as_of: pd.Timestamp, active_months: int, archive_months: int
) -> pd.DataFrame:
    """Where each customer stands: potential, new, existing, reserve, archived (D3, D4).

    potential: in the master file, never bought; new: first purchase known and at most a year ago; existing: bought within
    the active months; reserve: silent for longer; archived: silent beyond `archive_months`.

    Returns
    -------
    DataFrame with customer_id, status_class.
    """
    silent = history["silence_days"] / 30.44
    young = history["is_first_known"] & ((as_of - history["first_on"]).dt.days <= 365) & (silent <= active_months)
    letter = np.select(
        [young, silent <= active_months, silent <= archive_months], [N_("new"), N_("existing"), N_("reserve")], N_("archived")
    )
    table = pd.DataFrame({"customer_id": history["customer_id"], "status_class": letter})
    if customers is not None:
        never = customers.loc[~customers["customer_id"].isin(history["customer_id"]), ["customer_id"]]
        table = pd.concat([table, never.assign(status_class=N_("potential"))])
    return table.sort_values("customer_id", ignore_index=True)


def migration(
    panel: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    before: pd.Timestamp,
    until: pd.Timestamp,
    a_share: float,
    b_share: float,
    draws: int,
    noise_share: float,
) -> pd.DataFrame:
    """ABC a year ago and now, per group, and whether the move is more than the noise of the border.

    The twelve months of each year are drawn anew with replacement `draws` times (the same months for everybody) and
    classed again. A move is clear when the old class comes up in fewer than `noise_share` of today's draws and the new
    one in fewer than that of the draws of a year ago; otherwise the group stands on a border and nothing may have changed.

    Returns
    -------
    DataFrame with group, class_before, class_now (A, B, C, N, or "none" without a purchase), revenue_before, revenue_now,
    same_share (of today's draws in today's class), is_clear (NaN where the class is the same).
    """
    table = panel.assign(group=groups(customers, panel["customer_id"]))
    sides = {}
    for name, end in [("before", before), ("now", until)]:
        year = last_year(table, until=end)
        sides[name] = year.pivot_table(index="group", columns="period", values="revenue", aggfunc="sum").fillna(0.0)
    ids = sides["before"].index.union(sides["now"].index)
    drawn, observed, money = {}, {}, {}
    for name, wide in sides.items():
        wide = wide.reindex(ids).fillna(0.0)
        generator = np.random.default_rng(0)
        picks = (
            generator.multinomial(wide.shape[1], np.full(wide.shape[1], 1 / wide.shape[1]), size=draws)
            if wide.shape[1]
            else np.ones((draws, 0))
        )
        money[name] = wide.sum(axis=1)
        observed[name] = _letters(money[name], a_share, b_share)
        drawn[name] = np.stack([_letters(pd.Series(wide.to_numpy() @ pick, index=ids), a_share, b_share) for pick in picks])
    old, new = observed["before"], observed["now"]
    moved = old != new
    back_now = (drawn["now"] == old[None, :]).mean(axis=0)
    new_before = (drawn["before"] == new[None, :]).mean(axis=0)
    result = pd.DataFrame(
        {
            "group": ids,
            "class_before": old,
            "class_now": new,
            "revenue_before": money["before"].to_numpy(),
            "revenue_now": money["now"].to_numpy(),
        }
    )
    result["same_share"] = (drawn["now"] == new[None, :]).mean(axis=0)
    result["is_clear"] = pd.Series(np.where(moved, (back_now < noise_share) & (new_before < noise_share), None), dtype="object").astype(
        "boolean"
    )
    return result.sort_values(["revenue_now", "group"], ascending=[False, True], ignore_index=True)


def _letters(money: pd.Series, a_share: float, b_share: float) -> np.ndarray:
    letters = abc_class(money, a_share=a_share, b_share=b_share).to_numpy(dtype=object)
    return np.where(money.to_numpy() == 0, "none", letters)


def moves(moved: pd.DataFrame) -> pd.DataFrame:
    """The migration counted: from, to, groups, of which clear, money before and now.

    Returns
    -------
    DataFrame with class_before, class_now, customers (groups), clear_moves, revenue_before, revenue_now.
    """
    table = moved.assign(clear=moved["is_clear"].fillna(False).astype(int))
    grouped = table.groupby(["class_before", "class_now"], as_index=False)
    return grouped.agg(
        customers=("group", "size"),
        clear_moves=("clear", "sum"),
        revenue_before=("revenue_before", "sum"),
        revenue_now=("revenue_now", "sum"),
    )


def overlap(bases: pd.DataFrame) -> pd.DataFrame:
    """How far two bases of segmentation say the same (D14): Cramer's V with Bergsma's correction, 0 nothing, 1 the same.

    Parameters
    ----------
    bases
        one row per customer, one column of classes per base.

    Returns
    -------
    DataFrame with base_a, base_b, customers, agreement_index.
    """
    rows = []
    for a, b in itertools.combinations(bases.columns, 2):
        both = bases[[a, b]].dropna()
        counts = pd.crosstab(both[a], both[b])
        v = stats.contingency.association(counts, method="cramer", correction=False) if min(counts.shape) > 1 else NAN
        n, r, k = len(both), *counts.shape
        if n > 1 and v == v:
            phi = max(0.0, v**2 * (min(r, k) - 1) - (r - 1) * (k - 1) / (n - 1))
            least = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
            v = float(np.sqrt(phi / least)) if least > 0 else NAN
        rows.append((a, b, n, v))
    return pd.DataFrame(rows, columns=["base_a", "base_b", "customers", "agreement_index"])


def strayed(table: pd.DataFrame, customers: pd.DataFrame | None, *, least_peers: int) -> pd.DataFrame:
    """Customers who look like the target audience and buy less (D1), most money first.

    Target audience: classes A and B of regularity X or Y. A strayed customer is of class C with a history long enough to judge, of the same industry as at
    least `least_peers` of the target audience; the gap is to the median of these peers. It is a distance, not a
    forecast: whether the customer could buy so much, only its purchase budget tells (P25).

    Returns
    -------
    DataFrame with customer_id, industry, revenue, peers, peer_revenue (median), gap (money). Empty without industries.
    """
    columns = ["customer_id", "industry", "revenue", "peers", "peer_revenue", "gap"]
    if customers is None or "industry" not in customers.columns:
        return pd.DataFrame({c: pd.Series(dtype="str" if c in ("customer_id", "industry") else float) for c in columns})
    who = table.assign(industry=table["customer_id"].map(customers.set_index("customer_id")["industry"]))
    target = who[who["abc_class"].isin(["A", "B"]) & who["xyz_class"].isin(["X", "Y"])]
    peers = target.groupby("industry")["revenue"].agg(peers="size", peer_revenue="median")
    peers = peers[peers["peers"] >= least_peers]
    low = who[(who["abc_class"] == "C") & (who["xyz_class"] != SHORT) & who["industry"].isin(peers.index) & (who["industry"] != "")].merge(
        peers, on="industry"
    )
    low = low.assign(gap=low["peer_revenue"] - low["revenue"])
    return low[low["gap"] > 0][columns].sort_values(["gap", "customer_id"], ascending=[False, True], ignore_index=True)


def portrait(table: pd.DataFrame, customers: pd.DataFrame | None, *, least: int) -> pd.DataFrame:
    """Who is a good customer and who is not (D16): attributes more frequent among A and B than among C, or the reverse.

    Fisher's exact test per value of industry, region and source, Benjamini and Hochberg's correction over all of them
    (P39), values of fewer than `least` customers left out.

    Returns
    -------
    DataFrame with attribute_class, attribute, customers, good_share (of those with it), other_share (of those without),
    corrected_chance_share (corrected), the most telling first.
    """
    columns = ["attribute_class", "attribute", "customers", "good_share", "other_share", "corrected_chance_share"]
    known = [c for c in ("industry", "region", "source") if customers is not None and c in customers.columns]
    who = table.assign(good=table["abc_class"].isin(["A", "B"]))
    if known:
        who = who.merge(customers[["customer_id", *known]], on="customer_id")
    rows = []
    for column in known:
        for value, has in who.groupby(column):
            rest = who[who[column] != value]
            if value != "" and min(len(has), len(rest)) >= least:
                counts = [[int(has["good"].sum()), int((~has["good"]).sum())], [int(rest["good"].sum()), int((~rest["good"]).sum())]]
                rows.append((column, value, len(has), has["good"].mean(), rest["good"].mean(), stats.fisher_exact(counts).pvalue))
    found = pd.DataFrame(rows, columns=columns)
    if len(found):
        found["corrected_chance_share"] = stats.false_discovery_control(found["corrected_chance_share"])
    return found.sort_values(["corrected_chance_share", "attribute_class", "attribute"], ignore_index=True)


def findings(table: pd.DataFrame, moved: pd.DataFrame, gaps: pd.DataFrame, telling: pd.DataFrame, *, chance: float) -> list[Finding]:
    """Who carries the sales by class, how many really moved, who strayed, and whether a portrait can be drawn."""
    found = [_carriers(table), _moved(moved), _strayed(gaps)]
    sure = telling[telling["corrected_chance_share"] < chance]
    if telling.empty:
        why = N_("table customers names no industry, region or source")
        return [*found, Finding("portrait", "segments", "estimate", N_("No portrait of a good customer can be drawn."), why=why)]
    if sure.empty:
        return [
            *found,
            Finding(
                "portrait", "segments", "estimate",
                N_("None of {tested} attributes tells good customers from the others beyond chance; a portrait drawn from them would be invented."),
                unit="count", n=len(table), params={"tested": len(telling)},
            ),
        ]  # fmt: skip
    best = sure.iloc[0]
    return [
        *found,
        Finding(
            "portrait", "segments", "estimate",
            N_("{value} of the customers with “{attribute}” are of class A or B, against {other_share} of the others; {sure} of {tested} attributes tell more than chance."),
            value=float(best["good_share"]), n=int(best["customers"]),
            params={"attribute": best["attribute"], "other_share": float(best["other_share"]), "sure": len(sure), "tested": len(telling)},
        ),
    ]  # fmt: skip


def _carriers(table: pd.DataFrame) -> Finding:
    if table.empty:
        return Finding(
            "abc",
            "segments",
            "fact",
            N_("Nobody bought in the last twelve months."),
            unit="count",
            why=N_("no sales in the last twelve months"),
        )
    by = table.drop_duplicates("group").groupby("abc_class")["group"].size()
    total = table["revenue"].sum()
    a = table.loc[table["abc_class"] == "A", "revenue"].sum()
    return Finding(
        "abc", "segments", "fact",
        N_("{a} of {n} customers (groups of companies counted once) bring {value} of the last twelve months’ sales: class A; {b} are of class B, {c} of class C."),
        value=float(a / total) if total else NAN, n=int(table["group"].nunique()),
        params={"a": int(by.get("A", 0)), "b": int(by.get("B", 0)), "c": int(by.get("C", 0))},
    )  # fmt: skip


def _moved(moved: pd.DataFrame) -> Finding:
    changed = moved[moved["class_before"] != moved["class_now"]]
    if moved.empty or (moved["class_before"] == "none").all():
        why = N_("a year earlier nobody was observed")
        return Finding("class_moves", "segments", "estimate", N_("Moves between classes cannot be judged."), unit="count", why=why)
    clear = changed[changed["is_clear"].fillna(False).astype(bool)]
    down = clear[clear["revenue_now"] < clear["revenue_before"]]
    return Finding(
        "class_moves", "segments", "estimate",
        N_("{value} of {n} customers changed class in a year, {clear} of them clearly; the others stand on a border, where a month more or less decides. The {down} clear losers brought {lost} less."),
        value=float(len(changed)), unit="count", low=float(len(clear)), high=float(len(changed)), n=len(moved),
        money=float((down["revenue_before"] - down["revenue_now"]).sum()), who=" ".join(down["group"].head(20)),
        params={"clear": len(clear), "down": len(down), "lost": float((down["revenue_before"] - down["revenue_now"]).sum())},
    )  # fmt: skip


def _strayed(gaps: pd.DataFrame) -> Finding:
    if gaps.empty:
        why = N_("table customers names no industry, or no industry has enough customers of the target audience")
        return Finding("strayed", "segments", "estimate", N_("Who strayed from the target audience cannot be said."), unit="count", why=why)
    return Finding(
        "strayed", "segments", "estimate",
        N_("{value} customers look like the target audience of their industry and buy less; their distance to its median is {gap} a year. A distance, not a promise: only their budgets tell what they could buy."),
        value=float(len(gaps)), unit="count", n=len(gaps), who=" ".join(gaps["customer_id"].head(20)), params={"gap": float(gaps["gap"].sum())},
    )  # fmt: skip


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
    return counts.rename(columns=lambda c: f"{c} ({other_unit})").rename_axis("xyz_class").reset_index().assign(unit_class=unit)


def clear_moves(moved: pd.DataFrame) -> pd.DataFrame:
    """The groups that clearly changed class, by the money that moved.

    Returns
    -------
    DataFrame with group, class_before, class_now, revenue_before, revenue_now, change.
    """
    clear = moved[moved["is_clear"].fillna(False).astype(bool)]
    clear = clear.assign(change=clear["revenue_now"] - clear["revenue_before"])
    columns = ["group", "class_before", "class_now", "revenue_before", "revenue_now", "change"]
    return clear.sort_values("change", key=abs, ascending=False, ignore_index=True)[columns]


def stages(stage: pd.DataFrame, panel: pd.DataFrame, *, until: pd.Timestamp) -> pd.DataFrame:
    """Customers and money of twelve months by stage of life.

    Returns
    -------
    DataFrame with status_class, customers, revenue.
    """
    money = last_year(panel, until=until).groupby("customer_id")["revenue"].sum()
    table = stage.assign(revenue=stage["customer_id"].map(money).astype(float).fillna(0.0))
    return table.groupby("status_class", as_index=False).agg(customers=("customer_id", "size"), revenue=("revenue", "sum"))


def bases(table: pd.DataFrame, regularity: pd.DataFrame, stage: pd.DataFrame, rfm: pd.DataFrame) -> pd.DataFrame:
    """One row per customer, one column per base of segmentation: abc, xyz, lifecycle, rfm (its sum of scores, in thirds)."""
    total = rfm.set_index("customer_id")[["recency", "frequency", "money"]].sum(axis=1)
    columns = {
        "ABC": table.set_index("customer_id")["abc_class"],
        "XYZ": regularity.set_index("customer_id")["xyz_class"],
        "lifecycle": stage.set_index("customer_id")["status_class"],
        "RFM": pd.cut(total, [0, 6, 10, 15], labels=["low", "middle", "high"]).astype("str"),
    }
    return pd.DataFrame(columns)
