"""Who is counted? The circles of customers that the report speaks of, under the names that it uses for them everywhere."""

from __future__ import annotations

import json

import pandas as pd

from audit.steps.verdicts.codes import Counted


def funnel(
    history: pd.DataFrame,
    *,
    customers: pd.DataFrame | None,
    movement: pd.DataFrame | None,
    retention: pd.DataFrame | None,
    chapters: pd.DataFrame,
    key_accounts: pd.DataFrame | None,
    central: pd.DataFrame | None,
    unit: str,
) -> pd.DataFrame:
    """Customers by circle, from the widest to the narrowest; a circle that the data do not know is left out.

    Parameters
    ----------
    movement, retention
        of the chapters on the base and on retention.
    chapters
        what all chapters found: where that on retention cannot say who stays, nobody is called active.
    central
        of the chapter on the central file; without it there is none: the list of customers was made of the order lines.
    unit
        of the periods compared.

    Returns
    -------
    DataFrame with counted_class (Counted), customers, period, period_before, months (within which a customer who is active has bought).
    """
    ended = ""
    rows: list[tuple[Counted, int]] = [(Counted.FILE, len(customers))] if customers is not None and central is not None else []
    rows.append((Counted.EVER, len(history)))
    then = now = ""
    if movement is not None and len(movement) > 1:
        before, last = movement.iloc[-2], movement.iloc[-1]
        then, now = str(before["period"]), str(last["period"])
        rows += [(Counted.BEFORE, int(before["customers"])), (Counted.LOST, int(last["lost"]))]
        rows += [(Counted.NEW, int(last["new"]))] if last["new"] or not last["first_seen"] else []
        rows += [(code, int(last[code.value])) for code in (Counted.SEEN, Counted.RETURNED) if last[code.value]]
        rows.append((Counted.NOW, int(last["customers"])))
    of_unit = retention[retention["unit_class"] == unit] if retention is not None else pd.DataFrame()
    stayed = chapters[(chapters["id"] == "retention_rate") & (chapters["why"] == "")]
    if len(of_unit) and len(stayed):
        rows.append((Counted.ACTIVE, int(of_unit.iloc[-1]["at_end"])))
        ended = str(of_unit.iloc[-1]["period"])
    if key_accounts is not None and len(key_accounts):
        rows.append((Counted.KEY, int(key_accounts["group"].nunique())))
    months = json.loads(stayed["params"].iloc[0])["months"] if len(stayed) else 0
    return pd.DataFrame(
        [(code.value, count, ended if code == Counted.ACTIVE else now, then, months) for code, count in rows],
        columns=["counted_class", "customers", "period", "period_before", "months"],
    )
