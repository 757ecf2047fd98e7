"""Which invoice does a payment pay? By the number it names, by the same amount, else the oldest open invoice first; what finds none is an advance."""

from __future__ import annotations

import pandas as pd

from audit.findings import NAN
from audit.language import mark as N_

NUMBER, AMOUNT, OLDEST = N_("its number"), N_("the same amount"), N_("the oldest first")
DATED, CREDIT = N_("the day it was paid"), N_("a credit note")
LATER, ADVANCE, CREDIT_LEFT = N_("an invoice that came later"), N_("no invoice open"), N_("a credit note, no invoice open")
HOW = (NUMBER, AMOUNT, OLDEST, LATER, DATED, CREDIT, ADVANCE, CREDIT_LEFT)
CENT = 0.005
APPLIED = ["payment_id", "invoice_id", "customer_id", "paid_on", "amount", "how_class"]


def applied(invoices: pd.DataFrame, payments: pd.DataFrame | None, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every payment and credit note until `as_of`, laid on invoices: one row per part of it.

    Where there are no payments, the day on which an invoice was paid in full, if the invoices have one, stands in.

    Returns
    -------
    DataFrame with payment_id (of a credit note: its invoice), invoice_id (empty: an advance), customer_id, paid_on, amount, how_class (one of HOW). Its sum
    is that of the payments and credit notes: nothing is lost.
    """
    due = invoices[invoices["issued_on"] <= as_of].sort_values(["issued_on", "invoice_id"], ignore_index=True)
    debts, credits = due[due["amount"] > 0], due[due["amount"] < 0]
    notes = pd.DataFrame(
        {"payment_id": credits["invoice_id"], "customer_id": credits["customer_id"], "paid_on": credits["issued_on"], "amount": -credits["amount"], "invoice_id": ""}
    )  # fmt: skip
    if payments is None:
        paid = debts[debts["paid_on"].notna() & (debts["paid_on"] <= as_of)] if "paid_on" in debts.columns else debts.iloc[:0]
        dated = paid.assign(payment_id=paid["invoice_id"], how_class=DATED, paid_on=paid.get("paid_on"))[APPLIED]
        came = notes.assign(is_note=True)
    else:
        dated = pd.DataFrame(columns=APPLIED)
        said = payments.assign(invoice_id=payments["invoice_id"].fillna("") if "invoice_id" in payments.columns else "")
        came = pd.concat([said[said["paid_on"] <= as_of].assign(is_note=False), notes.assign(is_note=True)], ignore_index=True)
    rest = dict(zip(debts["invoice_id"], debts["amount"], strict=True))
    for row in dated.itertuples():
        rest[row.invoice_id] = 0.0
    came = came.sort_values(["paid_on", "payment_id"], ignore_index=True)
    left = came["amount"].to_dict()
    rows = [*_by_number(came, debts, rest, left), *_by_rule(came, debts, rest, left)]
    laid = pd.DataFrame(rows, columns=APPLIED)
    both = pd.concat([part for part in (dated, laid) if len(part)], ignore_index=True) if len(dated) or len(laid) else laid
    return both.astype({"amount": "float64", "paid_on": "datetime64[us]"}).sort_values(
        ["paid_on", "payment_id", "invoice_id"], ignore_index=True
    )


def _by_number(came: pd.DataFrame, debts: pd.DataFrame, rest: dict[str, float], left: dict[int, float]) -> list[tuple]:
    """Payments on the invoice they name, as far as it is open and its customer's; `rest` loses what was paid, `left` what was placed."""
    owner = dict(zip(debts["invoice_id"], debts["customer_id"], strict=True))
    rows = []
    for p in came[came["invoice_id"] != ""].itertuples():
        part = min(p.amount, rest.get(p.invoice_id, 0.0))
        if owner.get(p.invoice_id) == p.customer_id and part > CENT:
            rest[p.invoice_id] -= part
            left[p.Index] -= part
            rows.append((p.payment_id, p.invoice_id, p.customer_id, p.paid_on, part, NUMBER))
    return rows


def _by_rule(came: pd.DataFrame, debts: pd.DataFrame, rest: dict[str, float], left: dict[int, float]) -> list[tuple]:
    """What no number has placed, in order of days: the same open amount of that customer, else the oldest open invoices of that day; money given back is an advance below nothing; what is left waits for later invoices."""
    rows, waiting = [], []
    open_ = {c: list(zip(t["invoice_id"], t["issued_on"], strict=True)) for c, t in debts.groupby("customer_id", sort=False)}
    for p in came[[abs(left[i]) > CENT for i in came.index]].itertuples():
        money = left[p.Index]
        ids = open_.get(p.customer_id, [])
        ids[:] = [(i, day) for i, day in ids if rest[i] > CENT]
        there = [i for i, day in ids if day <= p.paid_on] if money > 0 else []
        same = [] if p.is_note else [i for i in there if abs(rest[i] - money) <= CENT]
        for invoice in same[:1] or there:
            part = min(money, rest[invoice])
            rest[invoice] -= part
            money -= part
            rows.append((p.payment_id, invoice, p.customer_id, p.paid_on, part, CREDIT if p.is_note else AMOUNT if same else OLDEST))
            if money <= CENT:
                break
        if abs(money) > CENT:
            waiting.append((p, money))
    return [*rows, *_set_off(waiting, open_, rest)]


def _set_off(waiting: list[tuple], open_: dict[str, list[tuple]], rest: dict[str, float]) -> list[tuple]:
    """What found no invoice on its day, against what the customer owes on invoices that came later; the rest is an advance."""
    rows = []
    for p, money in waiting:
        left = money
        for invoice, _day in open_.get(p.customer_id, []) if left > 0 else []:
            part = min(left, rest[invoice])
            if part > CENT:
                rest[invoice] -= part
                left -= part
                rows.append((p.payment_id, invoice, p.customer_id, p.paid_on, part, CREDIT if p.is_note else LATER))
        if abs(left) > CENT:
            rows.append((p.payment_id, "", p.customer_id, p.paid_on, left, CREDIT_LEFT if p.is_note else ADVANCE))
    return rows


def matched(laid: pd.DataFrame) -> pd.DataFrame:
    """How payments found their invoices.

    Returns
    -------
    DataFrame with how_class, parts, amount, amount_share; only ways that occur.
    """
    sums = laid.groupby("how_class")["amount"].agg(["size", "sum"]).reindex([h for h in HOW if (laid["how_class"] == h).any()])
    table = sums.rename_axis("how_class").reset_index().rename(columns={"size": "parts", "sum": "amount"})
    total = table["amount"].sum()
    return table.assign(amount_share=table["amount"] / total if total else NAN)
