"""Which invoice does a payment pay? By the number it names, by the same amount, else the oldest open invoice first; what finds none is an
advance."""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.findings import NAN
from audit.core.groups import groups
from audit.steps.receivables.codes import Applied

HOW = (Applied.NUMBER, Applied.AMOUNT, Applied.OLDEST, Applied.LATER, Applied.DATED, Applied.CREDIT, Applied.ADVANCE, Applied.CREDIT_LEFT)
CENT = 0.005
APPLIED = ["payment_id", "invoice_id", "customer_id", "paid_on", "amount", "how_class"]


def applied(
    invoices: pd.DataFrame, payments: pd.DataFrame | None, *, customers: pd.DataFrame | None = None, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Every payment and credit note until `as_of`, laid on invoices: one row per part of it.

    Where there are no payments, the day on which an invoice was paid in full, if the invoices have one, stands in. Companies under common
    control are one debtor: one may pay for another.

    Returns
    -------
    DataFrame with payment_id (of a credit note: its invoice), invoice_id (empty: an advance), customer_id, paid_on, amount, how_class (one
    of HOW). Its sum
    is that of the payments and credit notes: nothing is lost.
    """
    due = invoices[invoices["issued_on"] <= as_of].sort_values(["issued_on", "invoice_id"], ignore_index=True)
    debts, credits = due[due["amount"] > 0], due[due["amount"] < 0]
    notes = pd.DataFrame(
        {
            "payment_id": credits["invoice_id"],
            "customer_id": credits["customer_id"],
            "paid_on": credits["issued_on"],
            "amount": -credits["amount"],
            "invoice_id": "",
        }
    )
    if payments is None:
        paid = debts[debts["paid_on"].notna() & (debts["paid_on"] <= as_of)] if "paid_on" in debts.columns else debts.iloc[:0]
        dated = paid.assign(payment_id=paid["invoice_id"], how_class=Applied.DATED, paid_on=paid.get("paid_on"))[APPLIED]
        came = notes.assign(is_note=True)
    else:
        dated = registry.empty("payments_applied")
        said = payments.assign(invoice_id=payments["invoice_id"].fillna("") if "invoice_id" in payments.columns else "")
        came = pd.concat([said[said["paid_on"] <= as_of].assign(is_note=False), notes.assign(is_note=True)], ignore_index=True)
    rest = dict(zip(debts["invoice_id"], debts["amount"], strict=True))
    for row in dated.itertuples():
        rest[row.invoice_id] = 0.0
    came = came.sort_values(["paid_on", "payment_id"], ignore_index=True)
    left = came["amount"].to_dict()
    came["debtor"], who = groups(customers, came["customer_id"]), groups(customers, debts["customer_id"])
    rows = [*_by_number(came, dict(zip(debts["invoice_id"], who, strict=True)), rest, left)]
    for debtor, part in came[pd.Series(left, dtype=float).abs() > CENT].groupby("debtor", sort=True):
        rows += _in_order(part, debts[who == debtor], rest, left)
    laid = pd.DataFrame(rows, columns=APPLIED)
    both = pd.concat([part for part in (dated, laid) if len(part)], ignore_index=True) if len(dated) or len(laid) else laid
    return both.astype({"amount": "float64", "paid_on": "datetime64[us]"}).sort_values(
        ["paid_on", "payment_id", "invoice_id"], ignore_index=True
    )


def _by_number(came: pd.DataFrame, owner: dict[str, str], rest: dict[str, float], left: dict[int, float]) -> list[tuple]:
    """Payments on the invoice they name, as far as it is open and its debtor's; `rest` loses what was paid, `left` what was placed."""
    rows = []
    for p in came[came["invoice_id"] != ""].itertuples():
        part = min(p.amount, rest.get(p.invoice_id, 0.0))
        if owner.get(p.invoice_id) == p.debtor and part > CENT:
            rest[p.invoice_id] -= part
            left[p.Index] -= part
            rows.append((p.payment_id, p.invoice_id, p.customer_id, p.paid_on, part, Applied.NUMBER))
    return rows


def _in_order(came: pd.DataFrame, debts: pd.DataFrame, rest: dict[str, float], left: dict[int, float]) -> list[tuple]:
    """What no number has placed, of one debtor, day by day with its invoices.

    Money goes on the same open amount, else on the oldest open invoices; what is left waits for the next invoice, which takes it first.
    Money given back takes what waits before it is an advance
    below nothing.
    """
    rows, waiting, open_ = [], [], {}
    bills = [(b.issued_on, 0, b.invoice_id) for b in debts.itertuples() if rest[b.invoice_id] > CENT]
    for _day, _kind, what in sorted(bills + [(p.paid_on, 1, p) for p in came.itertuples()], key=lambda event: event[:2]):
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
        same = [] if what.is_note else [i for i in open_ if abs(rest[i] - money) <= CENT]
        for invoice in (same[:1] or list(open_)) if money > CENT else []:
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
    total = table["amount"].sum()
    return table.assign(amount_share=table["amount"] / total if total else NAN)
