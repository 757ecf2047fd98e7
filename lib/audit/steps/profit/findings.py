"""The chapter's findings."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.stats.shares import ratio
from audit.steps.profit.codes import Earning, Line
from audit.steps.profit.customers import whale

LITTLE = 0.005  # of all profit: what losers take away below it is next to nothing
TOP = 0.2


def chapter_findings(
    profits: pd.DataFrame,
    table: pd.DataFrame,
    ties: pd.DataFrame,
    yearly: pd.DataFrame,
    keys: pd.DataFrame | None,
    *,
    again: pd.DataFrame,
    year: int,
) -> list[Finding]:
    """Profit and who loses money, the key accounts among them, ranks by sales and by profit, the tie to the books, serving cost over the years.

    Parameters
    ----------
    profits, table, ties, yearly, again
        from customer_profits, pools, statement, selling_cost, again_below_cost.
    """
    if profits.empty:
        why = N_("for that we need the cost of the goods sold in a whole calendar year")
        return [
            Finding(
                "customer_profit",
                "profit",
                "fact",
                N_("We cannot say what profit each customer brings in."),
                title=N_("Profit of the customers"),
                why=why,
            )
        ]
    return [
        *([_profit(profits, year)] if profits["profit"].notna().any() else [_margin(profits, year), *_again(profits, again)]),
        *_whale(profits),
        *_keys(profits, keys),
        *([_ranks(profits)] if profits["margin"].sum() > 0 else []),
        *_ties(ties, table),
        *_serving(yearly),
    ]


def _profit(profits: pd.DataFrame, year: int) -> Finding:
    lose = profits[profits["loss_class"] == Earning.LOSES].sort_values(["profit", "group"])
    doubt = profits[profits["loss_class"] == Earning.DOUBTFUL]
    lost, left = -float((lose["profit"] + lose["acquisition"]).sum()), float(profits["profit"].sum())
    gain = N_(
        "In {year} the {n} {n:customer|customers} (groups of companies counted once) contributed a profit of {profit} before tax and company overheads, or {before_winning} before acquisition costs. Under any cost allocation, {value} of them were unprofitable even without acquisition costs, losing {lost} in total. Another {doubtful} {doubtful:was|were} unprofitable under some allocations, and {new} only because of acquisition costs."
    )
    loss = N_(
        "In {year} the {n} {n:customer|customers} together made a loss of {profit} before company overheads, {winning} of it acquisition costs. However costs are allocated, {value} of them were unprofitable even without acquisition costs, losing {lost} in total. Another {doubtful} {doubtful:was|were} unprofitable under some allocations, and {new} only because of acquisition costs."
    )
    return Finding(
        "customer_profit",
        "profit",
        "estimate",
        gain if left >= 0 else loss,
        title=N_("Profit of the customers"),
        value=float(len(lose)),
        unit="count",
        n=len(profits),
        low=float(len(lose)),
        high=float(len(lose) + len(doubt)),
        money=lost,
        money_low=-float((lose["high_profit"] + lose["acquisition"]).sum()),
        money_high=-float((lose["low_profit"] + lose["acquisition"]).sum()),
        who=", ".join(lose["group"].head(10)),
        params={
            "year": str(year),
            "profit": abs(left),
            "before_winning": left + float(profits["acquisition"].sum()),
            "winning": float(profits["acquisition"].sum()),
            "lost": lost,
            "doubtful": len(doubt),
            "new": int((profits["loss_class"] == Earning.NEW).sum()),
        },
    )


def _margin(profits: pd.DataFrame, year: int) -> Finding:
    """Without cost pools: margin is not profit (P6), but who loses money on goods alone loses money."""
    lose = profits[profits["margin"] < 0].sort_values(["margin", "group"])
    lost, left = -float(lose["margin"].sum()), float(profits["margin"].sum())
    gain = N_(
        "In {year}, the {n} {n:customer|customers} brought in {profit} of margin on goods; {value:0:none|#|#} of them paid less than their goods cost, {lost} less in all. What it costs to serve customers is not known; a table of costs would show it."
    )
    loss = N_(
        "In {year}, the goods sold to the {n} {n:customer|customers} cost {profit} more than they brought in: a loss before anything else is paid. {value} of them paid less than their goods cost, {lost} less in all."
    )
    all_lose = N_(
        "In {year} the goods sold to the {n} {n:customer|customers} cost {profit} more than they brought, by every one of them: a loss before anything else is paid."
    )
    return Finding(
        "customer_profit",
        "profit",
        "fact",
        gain if left >= 0 else all_lose if len(lose) == len(profits) else loss,
        title=N_("Profit of the customers"),
        value=float(len(lose)),
        unit="count",
        n=len(profits),
        money=lost,
        money_low=lost,
        money_high=lost,
        who=", ".join(lose["group"].head(10)),
        params={"year": str(year), "profit": abs(left), "lost": lost, "is_little": lost < LITTLE * left},
    )


def _again(profits: pd.DataFrame, again: pd.DataFrame) -> list[Finding]:
    """Whether selling below cost goes with customers; a loss of one year says little (P23)."""
    if again.empty or not (profits["margin"] < 0).any():
        return []
    row = again.iloc[0]
    if not row["before"] or not row["others"]:
        return []
    habit = N_(
        "Of the {n} {n:customer|customers} who paid less than their goods cost the year before and bought again, {value} did so this time too; of the {others} others, {other_share}."
    )
    chance = N_(
        "Of the {n} {n:customer|customers} who paid less than their goods cost the year before and bought again, {value} did so this time too; of the {others} others, {other_share}. The difference may be chance: look at how single sales were priced, not at these customers."
    )
    return [
        Finding(
            "below_cost_again",
            "profit",
            "fact",
            habit if row["is_habit"] else chance,
            title=N_("Below cost again"),
            value=ratio(float(row["again"]), float(row["before"])),
            n=int(row["before"]),
            params={
                "others": int(row["others"]),
                "other_share": ratio(float(row["others_now"]), float(row["others"])),
                "is_habit": bool(row["is_habit"]),
            },
        )
    ]


def _whale(profits: pd.DataFrame) -> list[Finding]:
    curve = whale(profits)
    if curve.empty or curve["cumulative_ratio"].isna().all():
        return []  # a share of a loss, or of nothing, is no share
    at = int(curve["cumulative_ratio"].idxmax())
    top, peak = float(curve["cumulative_ratio"].iloc[max(0, round(TOP * len(curve)) - 1)]), float(curve["cumulative_ratio"].iloc[at])
    rest = len(curve) - at - 1
    params = {"peak_share": peak, "count": rest}
    falls = N_(
        "The most profitable fifth of customers brings in {value} of total profit (textbooks say about 80 %), because we lose money on others. Added up from the most profitable customer down, profit peaks at {peak_share} of the total; the last {count} {count:customer|customers}, after acquisition costs, {count:brings|bring} it back down."
    )
    rises = N_(
        "The most profitable fifth of the customers brings in {value} of all customers’ profit (textbooks say about 80 %); no customer takes any of it away again."
    )
    level = N_(
        "The most profitable fifth of the customers brings in {value} of all customers’ profit (textbooks say about 80 %); the {count} {count:customer|customers} at a loss {count:takes|take} next to nothing of it away again."
    )
    margin_falls = N_(
        "The fifth of the customers with the most margin brings in {value} of all margin on goods, because some of the others paid less than their goods cost. Added up from the top, margin peaks at {peak_share} of the total before the last {count} {count:customer takes|customers take} the excess away again."
    )
    margin = N_("The fifth of the customers with the most margin brings in {value} of all margin on goods.")
    message = rises if not rest else falls if peak - 1 >= LITTLE else level
    if profits["profit"].isna().all():
        message = margin_falls if rest and peak - 1 >= LITTLE else margin
    return [Finding("whale", "profit", "estimate", message, title=N_("The whale curve"), value=top, n=len(curve), params=params)]


def _keys(profits: pd.DataFrame, keys: pd.DataFrame | None) -> list[Finding]:
    if keys is None or keys.empty or profits["profit"].isna().all():
        return []
    of = profits[profits["group"].isin(keys["group"])]
    lose = of[of["loss_class"] == Earning.LOSES].sort_values(["profit", "group"])
    doubtful = int((of["loss_class"] == Earning.DOUBTFUL).sum())
    some = N_(
        "Of {n} key accounts, {value} {value:is|are} unprofitable however costs are allocated, losing {lost} in total; {doubtful} more are unprofitable under some allocations."
    )
    sure = N_("Of {n} key accounts, {value} {value:is|are} unprofitable however costs are allocated, losing {lost} in total.")
    maybe = N_("None of {n} key accounts is unprofitable however costs are allocated; {doubtful} {doubtful:is|are} under some allocations.")
    none = N_("None of {n} key accounts is unprofitable.")
    return [
        Finding(
            "key_losers",
            "profit",
            "estimate",
            (some if doubtful else sure) if len(lose) else (maybe if doubtful else none),
            title=N_("Key accounts that lose money"),
            value=float(len(lose)),
            unit="count",
            n=len(of),
            low=float(len(lose)),
            high=float(len(lose) + doubtful),
            money=-float(lose["profit"].sum()),
            money_low=-float(lose["high_profit"].sum()),
            money_high=-float(lose["low_profit"].sum()),
            who=", ".join(lose["group"]),
            params={"lost": -float(lose["profit"].sum()), "doubtful": doubtful},
        )
    ]


def _ranks(profits: pd.DataFrame) -> Finding:
    both = profits[profits["revenue_rank"] <= 10]
    by_profit = N_("{value:0:None|#|#} of the ten largest customers {value:is|are} among the ten most profitable (n = {n}).")
    by_margin = N_("{value:0:None|#|#} of the ten largest customers {value:is|are} among the ten with the most margin (n = {n}).")
    return Finding(
        "profit_ranks",
        "profit",
        "fact",
        by_profit if profits["profit"].notna().any() else by_margin,
        title=N_("Sales and profit"),
        value=float((both["profit_rank"] <= 10).sum()),
        unit="count",
        n=len(profits),
    )


def _ties(ties: pd.DataFrame, table: pd.DataFrame) -> list[Finding]:
    if table.empty or not table["amount"].sum():
        return []
    by = ties.set_index("line_class")["company"]
    is_taxed = Line.NET in by.index
    result = float(by[Line.NET] if is_taxed else by[Line.BEFORE_TAX])
    unlaid = table[table["unit_cost_number"].isna()]
    messages = {  # (is it a loss, is there a tax)
        (False, True): N_(
            "Customers’ profits and unallocated costs add up to a net operating profit of {company} after {tax} of tax, with a difference of {difference}; {value} of the cost pools remain company costs. There was no company profit statement to check this against."
        ),
        (False, False): N_(
            "Customers’ profits and what was not laid on them add up to an operating profit of {company} before tax (no rate is named), "
            "with a difference of {difference}; {value} of the cost pools are costs of the company. No statement of its own was there to "
            "hold it against."
        ),
        True: N_(
            "Customers’ profits and what was not laid on them add up to an operating loss of {company}, with a difference of {difference}; "
            "{value} of the cost pools are costs of the company. No statement of its own was there to hold it against."
        ),
    }
    return [
        Finding(
            "profit_ties",
            "profit",
            "fact",
            messages[True] if result < 0 else messages[False, is_taxed],
            title=N_("Tie to the company’s result"),
            value=float(unlaid["amount"].sum() / table["amount"].sum()),
            quantities={Term.RESULT: float(by[Line.BEFORE_TAX])},
            n=len(table),
            params={
                "company": abs(result),
                "tax": -float(by[Line.TAX]) if is_taxed else 0.0,
                "difference": float(ties["difference"].abs().max()),
            },
        )
    ]


def _serving(yearly: pd.DataFrame) -> list[Finding]:
    if len(yearly) < 2:
        return []
    then, now = yearly.iloc[-2], yearly.iloc[-1]
    message = N_(
        "Over the whole of {period}, serving a customer cost {value} on average ({previous} in {before}); the average order was worth {order_value} ({order_before})."
    )
    why = (
        ""
        if len(yearly) > 2
        else N_("two years are not a trend: we cannot yet say whether the cost to serve is rising or falling for good")
    )
    params = {
        "period": now["period"],
        "before": then["period"],
        "order_value": float(now["order_value"]),
        "order_before": float(then["order_value"]),
    }
    return [
        Finding(
            "serving_cost",
            "profit",
            "fact",
            message,
            title=N_("Cost to serve"),
            value=float(now["cost_per_customer"]),
            unit="money",
            n=int(now["customers"]),
            previous=float(then["cost_per_customer"]),
            why=why,
            params=params,
        )
    ]
