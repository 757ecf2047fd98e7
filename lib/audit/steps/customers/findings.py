"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.claims import Money
from audit.core.findings import Finding
from audit.i18n import mark as N_

AT_STAKE = {
    Money.OWED: N_("{count} {count:customer owes|customers owe} {worth} that is overdue or will not come by itself: collect it."),
    Money.KEEP: N_(
        "{count} {count:customer has|customers have} fallen silent; {worth} of yearly margin goes with them if none comes back."
    ),
    Money.KEEP_SALES: N_(
        "{count} {count:customer has|customers have} fallen silent; {worth} of yearly sales goes with them if none comes back."
    ),
    Money.WIN_SALES: N_("{count} {count:customer|customers} could bring in {worth} of yearly sales more."),
    Money.WIN: N_("{count} {count:customer|customers} could bring in {worth} of yearly margin more."),
    Money.ORDER: N_("{count} {count:customer waits|customers wait} for a next order, together {worth} of margin in one order each."),
    Money.ORDER_SALES: N_("{count} {count:customer waits|customers wait} for a next order, together {worth} of sales in one order each."),
    Money.SAVE: N_("{count} {count:customer costs|customers cost} {worth} a year more than {count:it brings|they bring}."),
}


def chapter_findings(table: pd.DataFrame) -> list[Finding]:
    """How many customers need a step, how many of them in the first week, and what is at stake by kind of money."""
    listed = table[table["action_class"] != ""]
    if listed.empty:
        return [
            Finding(
                "next_steps",
                "customers",
                "fact",
                N_("No customer needs a step now."),
                title=N_("Next steps"),
                value=0.0,
                unit="count",
                n=len(table),
            )
        ]
    first = listed[listed["due_on"] <= listed["due_on"].min() + pd.Timedelta(days=6)]
    found = [
        Finding(
            "next_steps",
            "customers",
            "fact",
            N_(
                "Of {n} {n:customer|customers} {value} {value:needs|need} a step of somebody, {first} of them in the first week; each has one reason that leads."
            ),
            title=N_("Next steps"),
            value=float(len(listed)),
            unit="count",
            n=len(table),
            who=" ".join(listed["customer_id"].head(20)),
            params={"first": len(first)},
        )
    ]
    for kind, message in AT_STAKE.items():
        of = listed[listed["money_kind"] == kind]
        if len(of):
            worth = float(of["worth"].sum())
            found.append(
                Finding(
                    f"steps_{kind.value}",
                    "customers",
                    "fact" if kind == Money.OWED else "estimate",
                    message,
                    title=kind.label,
                    value=float(len(of)),
                    unit="count",
                    n=len(listed),
                    low=float(len(of)),
                    high=float(len(of)),
                    params={"count": len(of), "worth": worth},
                )
            )
    return found
