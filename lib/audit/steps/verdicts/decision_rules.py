"""What of customers, money and plans is to be decided? A rule for each decision, from the tables and findings of the chapters."""

from __future__ import annotations

import json

import pandas as pd

from audit.core.claims import Money, Sureness
from audit.steps.customers.codes import Action
from audit.steps.verdicts.codes import Choice, Owner
from audit.steps.verdicts.decision import LATER, NAN, NEXT, SOON, THIS, Decision

FELL = 0.01  # of all sales: a fall of one customer below it is no decision of the owner
MUCH_BELOW_COST = 0.05  # of the margin on goods: what sales below cost take from which the owner is told
MOST_OF_IT = 0.9  # of a doubted sum: the fewest customers that hold so much of it are named


def margin_and_sales(overview: pd.DataFrame) -> tuple[float, float]:
    """Margin of the year, and the sales that it was made of: those whose cost is known."""
    known = overview[overview["margin"].notna()]
    return float(known["margin"].sum()), float(known["year_revenue"].sum())


def data(refused: dict[str, str]) -> list[Decision]:
    """Chapters that the data refuse: nothing that they would say can be decided before."""
    if not refused:
        return []
    params = {"chapters": list(refused), "count": len(refused), "reason": [{"message": one} for one in dict.fromkeys(refused.values())]}
    return [Decision(Choice.DATA, "intake", Owner.ANALYST, SOON, Sureness.CHECK, params=params)]


def stop(overview: pd.DataFrame) -> list[Decision]:
    """Those who have stopped paying, what is overdue of all others beside them."""
    stopped = overview[overview["action_class"] == Action.STOP].sort_values(["open", "customer_id"], ascending=[False, True])
    owes = pd.to_numeric(overview["overdue"], errors="coerce") > 0
    late = overview[owes & ~overview["customer_id"].isin(stopped["customer_id"])].sort_values(
        ["overdue", "customer_id"], ascending=[False, True]
    )
    if len(stopped):
        owed = float(stopped["open"].sum())
        paid = pd.to_datetime(stopped["last_paid_on"])
        since = int((paid.isna() | (pd.to_datetime(stopped["last_on"]) > paid)).sum())
        params = {"count": len(stopped), "supplied": since, "late": len(late)}
        who = stopped["customer_id"].tolist()
        return [
            Decision(
                Choice.STOP, "receivables", Owner.ACCOUNTANT, NEXT, Sureness.COUNTED, who, "", Money.OWED, owed, owed, owed, 0.0, params
            )
        ]
    if len(late):
        owed = float(pd.to_numeric(late["overdue"]).sum())
        params = {"top_share": float(late["overdue"].head(3).sum()) / owed if owed else 0.0}
        who = late["customer_id"].tolist()
        return [
            Decision(
                Choice.COLLECT, "receivables", Owner.ACCOUNTANT, SOON, Sureness.COUNTED, who, "", Money.OWED, owed, owed, owed, 0.0, params
            )
        ]
    return []


def terms(overview: pd.DataFrame, most: float, old: pd.Timestamp) -> list[Decision]:
    """Large customers that earn on goods and lose by what is given to them beyond the goods."""
    large = overview[(overview["revenue_rank"] <= most) & (overview["action_class"] != Action.STOP) & (overview["first_on"] <= old)]
    large = large.assign(served=large["profit"] + large["acquisition"].fillna(0))  # what it cost to win it is no character of its own
    lose = large[(large["served"] < 0) & (large["served"] + large["given"].fillna(0) > 0)]
    found = []
    for _i, row in lose.sort_values("served").iterrows():
        low, high = -float(row["served"]), float(row["given"])
        params = {
            "rank": int(row["revenue_rank"]),
            "last": int(row["profit_rank"]),
            "of": int(overview.loc[overview["profit_rank"].notna(), "group"].nunique()),
            "given": high,
        }
        found.append(
            Decision(
                Choice.TERMS,
                "profit",
                Owner.MANAGER if row["manager_id"] else Owner.HEAD,
                LATER,
                Sureness.ESTIMATED,
                [row["customer_id"]],
                row["manager_id"],
                Money.SAVE,
                NAN,
                low,
                high,
                low,
                params,
            )
        )
    return found


def silent(overview: pd.DataFrame, by: dict[str, pd.Series], least: float) -> list[Decision]:
    """Silent customers whose next step is the call; of their margin, the part that false alarms leave, and no decision where they leave nothing."""
    silent = overview[overview["action_class"].isin([Action.SILENT, Action.KEY_SILENT])]
    if silent.empty or "overdue" not in by:
        return []
    silent = silent.sort_values(["worth", "customer_id"], ascending=[False, True])
    told, listed, whole = json.loads(by["overdue"]["params"]), float(by["overdue"]["value"]), float(silent["worth"].sum())
    kinds = silent["money_kind"].unique()
    kind, who = str(kinds[0]) if len(kinds) == 1 else Money.KEEP_SALES.value, silent["customer_id"].tolist()
    if not told.get("is_tried"):
        params = {"count": len(silent), "listed": int(listed)}
        return [
            Decision(Choice.CALL_UNTRIED, "retention", Owner.HEAD, THIS, Sureness.CHECK, who, "", kind, whole, whole, whole, 0.0, params)
        ]
    low, money, high = (whole * (1 - told[name] / listed) for name in ("most", "by_chance", "fewest"))
    if money < least:
        return []
    params = {"count": len(silent), "by_chance": round(told["by_chance"] / listed * len(silent)), "rest": max(0, int(listed) - len(silent))}
    effect = low if kind == Money.KEEP else 0.0
    return [Decision(Choice.CALL, "retention", Owner.HEAD, THIS, Sureness.ESTIMATED, who, "", kind, money, low, high, effect, params)]


def prices(by: dict[str, pd.Series]) -> list[Decision]:
    """Sales below cost to customers of whom nobody is named, since others are so each year (`profit.again_below_cost`), that take much of the margin."""
    if "below_cost_again" not in by or json.loads(by["below_cost_again"]["params"])["is_habit"]:
        return []
    told = json.loads(by["customer_profit"]["params"])
    lost, left = float(told["lost"]), float(told["profit"])
    if not lost >= MUCH_BELOW_COST * left:
        return []
    params = {"lost": lost, "year": told["year"], "lost_share": lost / (left + lost)}
    return [Decision(Choice.PRICES, "profit", Owner.HEAD, LATER, Sureness.COUNTED, [], "", Money.SAVE, NAN, 0.0, lost, 0.0, params)]


def losses(overview: pd.DataFrame, least: float) -> list[Decision]:
    """Customers that cost more than they bring, each by so much that its terms are a decision; the others stay with their managers.

    Where the goods of all customers together cost more than they brought, no customer's terms are the matter.
    """
    margin, sales = margin_and_sales(overview)
    if margin < -least:
        params = {"sales": sales, "costs": sales - margin}
        return [Decision(Choice.BELOW_COST, "profit", Owner.ACCOUNTANT, THIS, Sureness.CHECK, params=params)]
    lose = overview[(overview["action_class"] == Action.LOSS) & (overview["worth"] >= least)].sort_values("worth", ascending=False)
    if lose.empty:
        return []
    lost = float(lose["worth"].sum())
    params = {"count": len(lose), "others": int((overview["action_class"] == Action.LOSS).sum()) - len(lose)}
    who = lose["customer_id"].tolist()
    return [Decision(Choice.LOSSES, "profit", Owner.HEAD, LATER, Sureness.ESTIMATED, who, "", Money.SAVE, NAN, 0.0, lost, 0.0, params)]


def grow(overview: pd.DataFrame, realistic: pd.DataFrame | None, least: float) -> list[Decision]:
    """Credible gaps of customers who pay and are not silent: what is realistic to win, in margin."""
    grow = overview[overview["action_class"] == Action.GROW].sort_values(["worth", "customer_id"], ascending=[False, True])
    money = float(grow["worth"].sum())
    if grow.empty or realistic is None or money < least:
        return []
    of = realistic[realistic["group"].isin(grow["group"])]
    whole = float(of["realistic"].sum())
    low, high = (money * float(of[column].sum()) / whole if whole else NAN for column in ("low_realistic", "high_realistic"))
    params = {"count": len(grow), "gap": float(grow["gap"].sum())}
    who = grow["customer_id"].tolist()
    return [
        Decision(
            Choice.GROW,
            "wallet",
            Owner.HEAD,
            LATER,
            Sureness.ESTIMATED,
            who,
            "",
            str(grow["money_kind"].iloc[0]),
            money,
            low,
            high,
            0.0,
            params,
        )
    ]


def dependence(dependence: pd.DataFrame | None, by: dict[str, pd.Series]) -> list[Decision]:
    """A customer whose share misses the norm: an agreed limit, and a plan for the day it leaves."""
    if dependence is None or "dependence" not in by or by["dependence"]["verdict"] != "missed":
        return []
    top = dependence.iloc[0]
    is_known = top["margin_lost"] == top["margin_lost"]
    lost, kind = (max(0.0, float(top["margin_lost"])), Money.RISK) if is_known else (float(top["revenue"]), Money.RISK_SALES)
    params = {"brings_share": float(top["revenue_share"])}
    return [
        Decision(
            Choice.DEPEND,
            "accounts",
            Owner.OWNER,
            LATER,
            Sureness.COUNTED,
            [str(top["group"])],
            "",
            kind,
            lost,
            lost,
            lost,
            0.0,
            params,
        )
    ]


def budgets(moved: pd.DataFrame | None, by: dict[str, pd.Series]) -> list[Decision]:
    """Budgets in doubt: the fewest customers that hold most of the doubted sum are asked again before a plan is built on them."""
    if moved is None or "wallet_doubted" not in by or "wallet_share" not in by:
        return []
    doubted = moved[moved["is_doubtful"].astype(bool)].set_index("group")["budget_now"].sort_values(ascending=False, kind="stable")
    if doubted.empty:
        return []
    told, known = json.loads(by["wallet_doubted"]["params"]), by["wallet_share"]
    chosen = doubted.head(int((doubted.cumsum() >= MOST_OF_IT * doubted.sum()).to_numpy().argmax()) + 1).index
    params = {"count": len(chosen), "doubted": len(doubted), "with_share": told["with_share"], "without_share": float(known["value"])}
    return [Decision(Choice.BUDGETS, "wallet", Owner.HEAD, SOON, Sureness.CHECK, list(chosen), params=params)]


def fall(overview: pd.DataFrame, by: dict[str, pd.Series], most: float, rate: float) -> list[Decision]:
    """A large customer that bought less by more than the whole company's sales moved: somebody visits before it falls further."""
    kind = Money.WIN if overview["margin"].notna().any() else Money.WIN_SALES
    large = overview[overview["year_revenue"].rank(ascending=False) <= most]
    fall = (large["revenue_before"] - large["year_revenue"]).sort_values(ascending=False)
    moved = (
        abs(float(by["sales_change"]["money"]))
        if "sales_change" in by and by["sales_change"]["money"] == by["sales_change"]["money"]
        else 0.0
    )
    told_in = (
        "base" if "sales_change" in by else "customers"
    )  # the chapter may be refused: the customer's own two years are counted all the same
    fell = fall[fall > max(moved, FELL * float(overview["year_revenue"].sum()))]
    return [
        Decision(
            Choice.FALL, told_in, Owner.OWNER, SOON, Sureness.COUNTED, [large.loc[i, "customer_id"]], "", *_won(kind, float(money) * rate), 0.0,
            {"fall": float(money), "change_rate": float(money) / float(large.loc[i, "revenue_before"])},
        )
        for i, money in fell.items()
    ]  # fmt: skip


def _won(kind: Money, money: float) -> tuple[str, float, float, float]:
    """The money of what is to be won, from nothing to all of it; none is named where goods bring no margin."""
    return (kind, money, 0.0, money) if money > 0 else ("", NAN, NAN, NAN)


def plan(planned: pd.DataFrame | None, by: dict[str, pd.Series], rate: float) -> list[Decision]:
    """A plan above what can be expected: lowered, or carried by customers that somebody has to win."""
    if planned is None or planned.empty or "plan" not in by or not planned.iloc[0]["difference"] > 0:
        return []
    row = planned.iloc[0]
    above, low, high = float(row["difference"]), float(row["plan"] - row["high"]), float(row["plan"] - row["low"])
    params, choice = {"plan": float(row["plan"]), "forecast": float(row["forecast"])}, Choice.PLAN_OPEN
    if row["extra_new"] == row["extra_new"]:
        params, choice = params | {"extra": round(row["extra_new"]), "usual": int(row["usual_new"])}, Choice.PLAN
    effect = max(0.0, low) * rate
    return [Decision(choice, "forecast", Owner.OWNER, SOON, Sureness.ESTIMATED, [], "", Money.PLAN, above, low, high, effect, params)]


def crm(of_managers: pd.DataFrame | None) -> list[Decision]:
    """A manager whose sales the CRM misses: what else it says of these customers cannot be relied on."""
    if of_managers is None or of_managers.empty:
        return []
    missing = of_managers[of_managers["is_missing"].astype(bool)]
    return [
        Decision(
            Choice.CRM, "central", Owner.HEAD, SOON, Sureness.COUNTED, [], row["manager_id"],
            params={"missed_share": -float(row["difference_rate"]), "missed": -float(row["difference"])},
        )
        for _i, row in missing.iterrows()
    ]  # fmt: skip
