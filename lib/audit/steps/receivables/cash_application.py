"""Which invoice does a payment pay? By the number it names, by the same amount, else the oldest open invoice first; what finds none is an
advance."""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.findings import NAN
from audit.core.groups import groups
from audit.stats import shares
from audit.steps.receivables.codes import Applied

HOW = (
    Applied.NUMBER,
    Applied.AMOUNT,
    Applied.OLDEST,
    Applied.LATER,
    Applied.DATED,
    Applied.BALANCE,
    Applied.CREDIT,
    Applied.ADVANCE,
    Applied.CREDIT_LEFT,
)
CENT = 0.005
APPLIED = ["payment_id", "invoice_id", "customer_id", "paid_on", "amount", "how_class"]


def items(invoices: pd.DataFrame) -> pd.DataFrame:
    """Invoices as single debts: `item_id` is the number, with a count behind it where an invoice is to be paid in instalments.

    >>> table = pd.DataFrame({"invoice_id": ["1", "2", "2"], "due_on": pd.to_datetime(["2025-01-01", "2025-03-01", "2025-02-01"])})
    >>> items(table)["item_id"].tolist()
    ['1', '2/2', '2/1']
    """
    order = invoices.sort_values(["invoice_id", "due_on"], kind="stable") if "due_on" in invoices.columns else invoices
    nth = (order.groupby("invoice_id").cumcount() + 1).reindex(invoices.index)
    is_single = ~invoices["invoice_id"].duplicated(keep=False)
    return invoices.assign(item_id=invoices["invoice_id"].where(is_single, invoices["invoice_id"] + "/" + nth.astype(str)))


def applied(
    invoices: pd.DataFrame,
    payments: pd.DataFrame | None,
    *,
    customers: pd.DataFrame | None = None,
    as_of: pd.Timestamp,
    credit_notes: str,
) -> pd.DataFrame:
    """Every payment and credit note until `as_of`, laid on invoices: one row per part of it.

    A payment pays the invoice it names, its instalments as they fall due; else one of the same amount, else the oldest. A credit note takes
    back the invoice it names, else one of the same amount, else by the declared rule the newest or the oldest: laid on the oldest it would
    hide overdue debt. Where there are no payments, the open balance that the export states, or the day on which an invoice was paid in
    full, stands in. Companies under common control are one debtor: one may pay for another.

    Returns
    -------
    DataFrame with payment_id (of a credit note: its invoice), invoice_id (of a debt, as `items` calls it; empty: an advance), customer_id,
    paid_on, amount, how_class (one of HOW). Its sum is that of the payments and credit notes: nothing is lost.
    """
    due = items(invoices[invoices["issued_on"] <= as_of]).sort_values(["issued_on", "item_id"], ignore_index=True)
    debts, credits = due[due["amount"] > 0], due[due["amount"] < 0]
    notes = pd.DataFrame(
        {
            "payment_id": credits["item_id"],
            "customer_id": credits["customer_id"],
            "paid_on": credits["issued_on"],
            "amount": -credits["amount"],
            "invoice_id": credits["credits_invoice_id"].fillna("") if "credits_invoice_id" in credits.columns else "",
        }
    )
    if payments is None:
        dated = _stated(debts, as_of)
        came = notes.assign(is_note=True)
    else:
        dated = registry.empty("payments_applied")
        said = payments.assign(invoice_id=payments["invoice_id"].fillna("") if "invoice_id" in payments.columns else "")
        came = pd.concat([said[said["paid_on"] <= as_of].assign(is_note=False), notes.assign(is_note=True)], ignore_index=True)
    rest = dict(zip(debts["item_id"], debts["amount"], strict=True))
    for row in dated.itertuples():
        rest[row.invoice_id] -= row.amount
    came = came.sort_values(["paid_on", "payment_id"], ignore_index=True)
    left = came["amount"].to_dict()
    came["debtor"], who = groups(customers, came["customer_id"]), groups(customers, debts["customer_id"])
    owner = dict(zip(debts["item_id"], who, strict=True))
    rows = [*_by_number(came, owner, _instalments(debts), rest, left)]
    bills: dict[str, list[tuple]] = {}
    for item, issued_on in zip(debts["item_id"], debts["issued_on"], strict=True):
        bills.setdefault(owner[item], []).append((issued_on, 0, item))
    unplaced: dict[str, list] = {}
    for payment in came[pd.Series(left, dtype=float).abs() > CENT].itertuples():
        unplaced.setdefault(payment.debtor, []).append(payment)
    for debtor in sorted(unplaced):
        rows += _in_order(unplaced[debtor], bills.get(debtor, []), rest, left, newest_first=credit_notes == "newest")
    laid = pd.DataFrame(rows, columns=APPLIED)
    both = pd.concat([part for part in (dated, laid) if len(part)], ignore_index=True) if len(dated) or len(laid) else laid
    return both.astype({"amount": "float64", "paid_on": "datetime64[us]"}).sort_values(
        ["paid_on", "payment_id", "invoice_id"], ignore_index=True
    )


def _stated(debts: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    """What the export itself says was paid: all but the open balance, where it states one, else all of what has a day of payment.

    A part without a day of its own counts as paid on `as_of`: until then it is not known to have been."""
    on = debts["paid_on"] if "paid_on" in debts.columns else pd.Series(pd.NaT, index=debts.index)
    on = on.where(on <= as_of)
    balance = debts["balance"] if "balance" in debts.columns else pd.Series(NAN, index=debts.index)
    paid = (debts["amount"] - balance.clip(lower=0)).where(balance.notna(), debts["amount"].where(on.notna(), 0.0))
    how = pd.Series(Applied.DATED, index=debts.index).where(balance.isna(), Applied.BALANCE)
    table = debts.assign(payment_id=debts["item_id"], invoice_id=debts["item_id"], paid_on=on.fillna(as_of), amount=paid, how_class=how)
    return table[paid > CENT][APPLIED]


def _instalments(debts: pd.DataFrame) -> dict[str, list[str]]:
    """The debts of each invoice number, as they fall due."""
    order = debts.sort_values(["due_on", "item_id"]) if "due_on" in debts.columns else debts
    found: dict[str, list[str]] = {}
    for number, item in zip(order["invoice_id"], order["item_id"], strict=True):
        found.setdefault(number, []).append(item)
    return found


def _by_number(
    came: pd.DataFrame, owner: dict[str, str], of_number: dict[str, list[str]], rest: dict[str, float], left: dict[int, float]
) -> list[tuple]:
    """Payments and credit notes on the invoice they name, as far as it is open and its debtor's; `rest` loses what was paid, `left` what
    was placed. Credit notes come first: what was taken back cannot be paid."""
    rows = []
    for p in came[came["invoice_id"] != ""].sort_values("is_note", ascending=False, kind="stable").itertuples():
        for item in of_number.get(p.invoice_id, []):
            part = min(left[p.Index], rest[item])
            if owner[item] == p.debtor and part > CENT:
                rest[item] -= part
                left[p.Index] -= part
                rows.append((p.payment_id, item, p.customer_id, p.paid_on, part, Applied.CREDIT if p.is_note else Applied.NUMBER))
    return rows


def _in_order(came: list, bills: list[tuple], rest: dict[str, float], left: dict[int, float], *, newest_first: bool) -> list[tuple]:
    """What no number has placed, of one debtor, day by day with its invoices: rows of payments, and (day, 0, item) of debts.

    Money goes on the same open amount, else on the oldest open invoices, a credit note on the newest where the rule says so; what is left
    waits for the next invoice, which takes it first. Money given back takes what waits before it is an advance below nothing.
    """
    rows, waiting, open_ = [], [], {}
    unpaid = [bill for bill in bills if rest[bill[2]] > CENT]
    for _day, _kind, what in sorted(unpaid + [(p.paid_on, 1, p) for p in came], key=lambda event: event[:2]):
        if isinstance(what, str):
            rows += _from_waiting(waiting, what, rest)
            if rest[what] > CENT:
                open_[what] = None
            continue
        money = left[what.Index]
        if money < 0:
            for entry in waiting:
                back = min(entry[1], -money)
                entry[1], money = entry[1] - back, money + back
                rows += [
                    (who.payment_id, "", who.customer_id, who.paid_on, part, Applied.ADVANCE)
                    for who, part in ((entry[0], back), (what, -back))
                    if back > CENT
                ]
        same = [i for i in open_ if abs(rest[i] - money) <= CENT]
        if what.is_note and newest_first:
            order = same[-1:] or list(open_)[::-1]
        else:
            order = same[:1] or list(open_)
        for invoice in order if money > CENT else []:
            part = min(money, rest[invoice])
            rest[invoice] -= part
            money -= part
            if rest[invoice] <= CENT:
                del open_[invoice]
            rows.append(
                (
                    what.payment_id,
                    invoice,
                    what.customer_id,
                    what.paid_on,
                    part,
                    Applied.CREDIT if what.is_note else Applied.AMOUNT if same else Applied.OLDEST,
                )
            )
            if money <= CENT:
                break
        if money > CENT:
            waiting.append([what, money])
        elif money < -CENT:
            rows.append((what.payment_id, "", what.customer_id, what.paid_on, money, Applied.ADVANCE))
    return rows + [
        (p.payment_id, "", p.customer_id, p.paid_on, money, Applied.CREDIT_LEFT if p.is_note else Applied.ADVANCE)
        for p, money in waiting
        if money > CENT
    ]


def _from_waiting(waiting: list[list], invoice: str, rest: dict[str, float]) -> list[tuple]:
    """What a new invoice takes of the money that waits, the oldest first."""
    rows = []
    for entry in waiting:
        part = min(entry[1], rest[invoice])
        if part > CENT:
            rest[invoice] -= part
            entry[1] -= part
            p = entry[0]
            rows.append((p.payment_id, invoice, p.customer_id, p.paid_on, part, Applied.CREDIT if p.is_note else Applied.LATER))
    waiting[:] = [entry for entry in waiting if entry[1] > CENT]
    return rows


def matched(laid: pd.DataFrame) -> pd.DataFrame:
    """How payments found their invoices.

    Returns
    -------
    DataFrame with how_class, parts, amount, amount_share; only ways that occur.
    """
    sums = laid.groupby("how_class")["amount"].agg(["size", "sum"]).reindex([h for h in HOW if (laid["how_class"] == h).any()])
    table = sums.rename_axis("how_class").reset_index().rename(columns={"size": "parts", "sum": "amount"})
    return table.assign(amount_share=shares.of_whole(table["amount"]))
