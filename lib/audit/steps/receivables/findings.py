"""The chapter's findings."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import NAN, Finding
from audit.core.quantities import Term
from audit.i18n import mark as N_
from audit.steps.receivables.cash_application import CENT
from audit.steps.receivables.codes import Applied


def chapter_findings(
    settled: pd.DataFrame,
    months: pd.DataFrame,
    owing: pd.DataFrame,
    losses: pd.DataFrame,
    ways: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    horizon_days: int,
    stated: float,
) -> list[Finding]:
    """What is owed and overdue, count-back DSO beside the yearly figure, days beyond terms, limits, expected loss, how payments were
    matched."""
    if settled.empty:
        return [
            Finding(
                "receivables",
                "receivables",
                "fact",
                N_("We cannot say what customers owe."),
                title=N_("What customers owe"),
                why=N_(
                    "there is no invoice until as_of of which payments could tell: the tables invoices and payments, or the day "
                    "each invoice was paid, are needed"
                ),
            )
        ]
    return [
        _owed(owing),
        *_stopped(owing, horizon_days),
        *_days(months),
        _terms(settled, as_of),
        *_over(owing),
        _loss(losses, horizon_days),
        *_ways(ways),
        *_stated(owing, stated),
    ]


def _owed(owing: pd.DataFrame) -> Finding:
    owed, late = float(owing["open"].sum()), owing[owing["overdue"] > CENT]
    return Finding(
        "receivables",
        "receivables",
        "fact",
        N_(
            "{debtors} {debtors:customer owes|customers owe} {owed}, of which {value} is overdue from {count} of them; the three largest overdue balances account for {top_share} of that."
        ),
        title=N_("What customers owe"),
        value=float(late["overdue"].sum()),
        quantities={Term.OVERDUE: float(late["overdue"].sum())},
        unit="money",
        n=len(owing),
        money=float(late["overdue"].sum()),
        money_low=float(late["overdue"].sum()),
        money_high=float(late["overdue"].sum()),
        who=", ".join(late["group"].head(10)),
        params={
            "debtors": int((owing["open"] > CENT).sum()),
            "owed": owed,
            "count": len(late),
            "top_share": float(late["overdue"].head(3).sum() / late["overdue"].sum()) if len(late) else 0.0,
        },
    )


def _stopped(owing: pd.DataFrame, horizon_days: int) -> list[Finding]:
    stopped = owing[owing["is_stopped"]].sort_values(["open", "group"], ascending=[False, True])
    if stopped.empty:
        return []
    owed = float(stopped["open"].sum())
    return [
        Finding(
            "stopped_paying",
            "receivables",
            "fact",
            N_(
                "{value} {value:customer has|customers have} paid nothing for more than {days} {days:day|days} although they owed money; they owe {owed} and were invoiced {invoiced} in the last twelve months."
            ),
            title=N_("Customers who stopped paying"),
            value=float(len(stopped)),
            unit="count",
            n=len(owing),
            money=owed,
            money_low=owed,
            money_high=owed,
            who=", ".join(stopped["group"].head(10)),
            params={"days": horizon_days, "owed": owed, "invoiced": float(stopped["invoiced"].sum())},
        )
    ]


def _days(months: pd.DataFrame) -> list[Finding]:
    whole = months[months["count_back_days"].notna()]
    if whole.empty:
        return [
            Finding(
                "dso",
                "receivables",
                "fact",
                N_("We cannot say how many days of sales customers owe."),
                title=N_("Days of sales owed"),
                why=N_("what is owed is more than all invoices seen"),
            )
        ]
    now = whole.iloc[-1]
    ago = whole[whole["period"] == now["period"] - pd.DateOffset(years=1)]
    found = Finding(
        "dso",
        "receivables",
        "fact",
        N_(
            "Days sales outstanding, that is, the number of days’ sales still unpaid, is {value} by the count-back method (a year earlier: {previous}) and {yearly_days} by the yearly average."
        ),
        title=N_("Days of sales owed"),
        value=float(now["count_back_days"]),
        unit="days",
        n=len(whole),
        previous=float(ago["count_back_days"].iloc[0]) if len(ago) else NAN,
        params={"yearly_days": float(now["yearly_days"])},
    )
    ratio = months["effectiveness_ratio"].tail(12).mean()
    before = months["effectiveness_ratio"].iloc[-24:-12].mean() if len(months) >= 24 else NAN
    rest = Finding(
        "collection",
        "receivables",
        "fact",
        N_("The collection rate is {value}, the average of the last twelve months (the twelve before: {previous})."),
        title=N_("What was collected"),
        value=float(ratio),
        n=len(months),
        previous=float(before),
    )
    return [found, *([rest] if ratio == ratio else [])]


def _terms(settled: pd.DataFrame, as_of: pd.Timestamp) -> Finding:
    year = settled[(settled["due_on"] > as_of - pd.DateOffset(years=1)) & ((settled["due_on"] <= as_of) | settled["settled_on"].notna())]
    money = year["amount"].sum()
    if not money:
        return Finding(
            "beyond_terms",
            "receivables",
            "fact",
            N_("We cannot say how late customers pay."),
            title=N_("Days beyond terms"),
            why=N_("no invoice was due in the last twelve months"),
        )
    late = year["late_days"] > 0
    return Finding(
        "beyond_terms",
        "receivables",
        "fact",
        N_(
            "Invoices due in the last twelve months were paid {value} {value:day|days} late on average, weighted by money; {late_share} of that money came late or has not come yet; {open} of those invoices is still open."
        ),
        title=N_("Days beyond terms"),
        value=float((year["amount"] * year["late_days"]).sum() / money),
        unit="days",
        n=len(year),
        params={"late_share": float(year.loc[late, "amount"].sum() / money), "open": float(year["open"].sum())},
    )


def _over(owing: pd.DataFrame) -> list[Finding]:
    told = owing[owing["credit_limit"].notna()]
    if told.empty:
        return []
    over = told[told["over_limit"] > CENT].sort_values(["over_limit", "group"], ascending=[False, True])
    return [
        Finding(
            "credit_limits",
            "receivables",
            "fact",
            N_("Of {n} {n:customer|customers} with a credit limit, {value} {value:owes|owe} more than it allows, by {money} in total."),
            title=N_("Credit limits"),
            value=float(len(over)),
            unit="count",
            n=len(told),
            money=float(over["over_limit"].sum()),
            money_low=float(over["over_limit"].sum()),
            money_high=float(over["over_limit"].sum()),
            who=", ".join(over["group"].head(10)),
            params={"money": float(over["over_limit"].sum())},
        )
    ]


def _loss(losses: pd.DataFrame, horizon_days: int) -> Finding:
    beyond = float(losses["beyond"].sum())
    if losses["expected_loss"].notna().sum() == 0:
        why = N_("no invoice has been watched for so long after it was due")
        return Finding(
            "expected_loss",
            "receivables",
            "estimate",
            N_("We cannot say how much of what is owed will not come."),
            title=N_("What may not come"),
            why=why,
            n=int((losses["open"] > 0).sum()),
        )
    value, low, high = (float(losses[c].sum()) for c in ("expected_loss", "low_loss", "high_loss"))
    return Finding(
        "expected_loss",
        "receivables",
        "estimate",
        N_(
            "If customers pay as they have paid so far, {value} ({low} to {high}) of what is owed will still be unpaid {days} {days:day|days} after the due date. This leaves out {beyond}: the debts of customers who have stopped paying and any debts already that old."
        ),
        title=N_("What may not come"),
        value=value,
        unit="money",
        n=int((losses["open"] > 0).sum()),
        low=low,
        high=high,
        money=value,
        money_low=low,
        money_high=high,
        params={"days": horizon_days, "beyond": beyond},
    )


def _ways(ways: pd.DataFrame) -> list[Finding]:
    paid = ways[~ways["how_class"].isin([Applied.CREDIT, Applied.CREDIT_LEFT, Applied.DATED])].set_index("how_class")["amount"]
    total = float(paid.sum())
    if not total:
        return []
    by_number = float(paid.get(Applied.NUMBER, 0.0)) / total
    params = {
        "amount_share": float(paid.get(Applied.AMOUNT, 0.0)) / total,
        "oldest_share": float(paid.get(Applied.OLDEST, 0.0) + paid.get(Applied.LATER, 0.0)) / total,
        "advance_share": float(paid.get(Applied.ADVANCE, 0.0)) / total,
    }
    message = N_(
        "For {value} of the money paid, the payment names its invoice. Another {amount_share} was matched to an invoice of the same amount, {oldest_share} to the oldest open one, and {advance_share} to none."
    )
    return [
        Finding(
            "payments_matched",
            "receivables",
            "fact",
            message,
            title=N_("How payments were matched"),
            value=by_number,
            n=int(ways["parts"].sum()),
            params=params,
        )
    ]


def _stated(owing: pd.DataFrame, stated: float) -> list[Finding]:
    """What payments leave open beside what the export itself says is."""
    owed = float(owing["open"].sum())
    if stated != stated:
        return []
    agree = N_("The export’s own open balances add up to {value}, as the payments leave it.")
    differ = N_(
        "The export’s own open balances add up to {value}; payments leave {owed} open, {off} apart: ask which of the two is complete."
    )
    return [
        Finding(
            "stated_open",
            "receivables",
            "fact",
            agree if abs(owed - stated) <= CENT * max(len(owing), 1) else differ,
            title=N_("Open balances of the export"),
            value=stated,
            unit="money",
            n=len(owing),
            params={"owed": owed, "off": abs(owed - stated)},
        )
    ]
