"""What the chapter says of money: plans, promises to suppliers, pay, deals and channels."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.steps.team.codes import By, Level, Told, Without

NEAR = 0.005  # of a plan: what is less apart is rounding


def money_findings(
    cascade: pd.DataFrame,
    paid: pd.DataFrame,
    pay: tuple[float, float, float, int],
    deals: pd.DataFrame,
    by_channel: pd.DataFrame,
    several: tuple[int, int],
) -> list[Finding]:
    """Whether plans add up and carry what was promised, what pay rewards and takes, how many deals are won, and by which channels is sold."""
    return [*_plans(cascade), *_promised(cascade), *_paid(paid), *_pay(pay), *_deals(deals), *_channels(by_channel, several)]


def _plans(cascade: pd.DataFrame) -> list[Finding]:
    last = cascade[cascade["period"] == cascade["period"].max()]
    off = last[(last["planned_class"] != Level.COMPANY) & last["difference"].notna()]
    if off.empty:
        return []
    row = off.loc[off["difference"].abs().idxmax()]
    agree = abs(float(row["difference"])) <= NEAR * float(row["company_plan"])
    same = N_("The plans for {year} add up to the company’s on every level.")
    other = N_("The plans for {year} ({level}) add up to {value}; the company’s plan is {company}, a difference of {apart}.")
    return [
        Finding(
            "team_plans",
            "team",
            "fact",
            same if agree else other,
            title=N_("Plans that add up"),
            value=float(row["amount"]),
            unit="money",
            n=int(row["plans"]),
            money=abs(float(row["difference"])),
            money_low=abs(float(row["difference"])),
            money_high=abs(float(row["difference"])),
            params={
                "year": str(row["period"]),
                "level": {"message": Level(row["planned_class"]).label},
                "company": float(row["company_plan"]),
                "apart": abs(float(row["difference"])),
            },
        )
    ]


def _promised(cascade: pd.DataFrame) -> list[Finding]:
    known = cascade[cascade["promised_amount"].notna() & cascade["planned_cost"].notna()]
    if known.empty:
        return []
    row = known.iloc[-1]
    enough = N_("The plan for {year} carries what suppliers were promised: {value} of purchases, where goods for {cost} are planned.")
    short = N_(
        "We have committed to buying goods worth {value} from suppliers in {year}. The plan needs goods that cost {cost}, {apart} less than that, not counting stock."
    )
    return [
        Finding(
            "team_promised",
            "team",
            "fact",
            short if row["short"] > 0 else enough,
            title=N_("What suppliers were promised"),
            value=float(row["promised_amount"]),
            unit="money",
            n=int(row["plans"]),
            money=float(row["short"]),
            money_low=float(row["short"]),
            money_high=float(row["short"]),
            params={"year": str(row["period"]), "cost": float(row["planned_cost"]), "apart": float(row["short"])},
        )
    ]


def _paid(paid: pd.DataFrame) -> list[Finding]:
    found = []
    for name, part in paid.groupby("formula"):
        whole = float(part["bonus"].sum())
        wrong = {
            one: float(part[f"by_{one.value}"].clip(lower=0).sum())
            for one in (Without.LOSING, Without.UNPAID)
            if part[f"by_{one.value}"].notna().any()
        }
        if whole <= 0 or not wrong:
            continue
        most = max(wrong, key=wrong.get)
        found.append(
            Finding(
                f"team_bonus_{len(found) + 1}",
                "team",
                "fact",
                N_("Under the formula “{formula}”, managers would receive {bonus} for the last twelve months, {value} of it for {what}."),
                title=N_("What pay rewards"),
                value=wrong[most] / whole,
                n=len(part),
                params={"formula": str(name), "bonus": whole, "what": {"message": most.label}},
            )
        )
    return found


def _pay(pay: tuple[float, float, float, int]) -> list[Finding]:
    whole, low, high, n = pay
    if not n:
        return []
    return [
        Finding(
            "team_pay",
            "team",
            "fact",
            N_(
                "Pay takes {value} of the sales of {n} {n:manager|managers}, ranging from {low_rate} to {high_rate} of what each one sells."
            ),
            title=N_("Pay and sales"),
            value=whole,
            n=n,
            params={"low_rate": low, "high_rate": high},
        )
    ]


def _deals(deals: pd.DataFrame) -> list[Finding]:
    every = deals[deals["by_class"] == By.ALL]
    decided = every[(every["won"] + every["lost"]) > 0]
    if decided.empty:
        return []
    won, lost = int(decided["won"].sum()), int(decided["lost"].sum())
    return [
        Finding(
            "team_deals",
            "team",
            "fact",
            N_("Of {n} closed deals, {value} {value:was|were} won ({won} won, {lost} lost); {open} {open:is|are} still open."),
            title=N_("Deals won"),
            value=won / (won + lost),
            n=won + lost,
            params={"won": won, "lost": lost, "open": int(every["open_deals"].sum())},
        )
    ]


def _channels(by_channel: pd.DataFrame, several: tuple[int, int]) -> list[Finding]:
    """How sales come in, and whether customers of one channel stay longer than like customers of the others."""
    named = by_channel[(by_channel["channel"] != "") & (by_channel["revenue"] > 0)]
    if len(named) < 2:
        return []
    first, (more, of) = named.iloc[0], several
    found = [
        Finding(
            "team_channels",
            "team",
            "fact",
            N_(
                "“{channel}” is the largest of {n} channels, with {value} of the sales; {more} of {of} {of:customer|customers} {more:buys|buy} through more than one."
            ),
            title=N_("Sales by channel"),
            value=float(first["revenue_share"]),
            n=len(named),
            params={"channel": str(first["channel"]), "more": more, "of": of},
        )
    ]
    told = named[named["told_class"] != Told.FEW]
    if len(told) < 2:
        return found
    out = told[told["told_class"] != Told.CHANCE]
    none = N_(
        "Depending on the channel, between {low_share} and {high_share} of customers stayed. This spread is no wider than customer mix and chance would produce."
    )
    some = N_(
        "Depending on the channel, between {low_share} and {high_share} of customers stayed; {value} of {n} channels {value:lies|lie} outside what customer mix and chance would produce. These data do not show whether the channel is the cause."
    )
    return [
        *found,
        Finding(
            "team_channels_kept",
            "team",
            "fact",
            some if len(out) else none,
            title=N_("Customers kept, by channel"),
            value=float(len(out)),
            unit="count",
            n=len(told),
            params={"low_share": float(told["stayed_share"].min()), "high_share": float(told["stayed_share"].max())},
        ),
    ]
