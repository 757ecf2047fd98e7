"""What came of the next steps of the previous audit, beside what came of comparable customers with whom nothing was done?

Who was called bought again; but who was on the list for having bought little may have bought more anyway (regression to the mean, P23): so those called
stand beside those listed for the same reason and not called, and a difference within chance is said to be none. Who was left out was not drawn at random: only
an experiment would prove an effect.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core import registry
from audit.stats import intervals
from audit.steps.changes.codes import Effect
from audit.steps.customers.codes import Action, Status

LEAST = 10  # customers on either side, below which nothing is said
PURCHASES = (Action.PROMISE, Action.SECOND, Action.KEY_SILENT, Action.SILENT, Action.GROW)  # steps of which a purchase is to come


def actions_done(listed: pd.DataFrame | None, done: pd.DataFrame | None) -> pd.DataFrame:
    """How many steps of each kind were listed, filled in, done, and with which result.

    Parameters
    ----------
    listed
        the previous audit's next steps: customer_id, action_class, worth.
    done
        the filled-in file; None where there is none.

    Returns
    -------
    DataFrame with action_class, listed, filled, done, bought, promised, paid, refused; in order of precedence.
    """
    if listed is None or done is None:
        return registry.empty("actions_done")
    both = listed.merge(done, on="customer_id", how="left")
    is_done = both["status_class"] == Status.DONE
    counts = pd.DataFrame(
        {
            "action_class": both["action_class"],
            "listed": 1,
            "filled": both["status_class"].fillna("").ne("").astype(int),
            "done": is_done.astype(int),
            **{result: (is_done & (both["result_class"] == result)).astype(int) for result in ("bought", "promised", "paid", "refused")},
        }
    )
    order = {action.value: at for at, action in enumerate(Action)}
    return (
        counts.groupby("action_class")
        .sum()
        .reset_index()
        .sort_values("action_class", key=lambda column: column.map(order), ignore_index=True)
    )


def actions_effect(
    listed: pd.DataFrame | None, done: pd.DataFrame | None, history: pd.DataFrame, *, since: pd.Timestamp, confidence: float
) -> pd.DataFrame:
    """Of those called and of those not called for the same reason, how many have bought since the previous audit.

    Parameters
    ----------
    since
        the last day that the previous audit saw.

    Returns
    -------
    DataFrame with action_class, called, called_share (of them who bought since), called_low_share, called_high_share, others, others_share,
    others_low_share, others_high_share, said_class (Effect); reasons where what comes of it is a purchase.

    Source: method P23 (regression to the mean), P24.
    """
    if listed is None or done is None:
        return registry.empty("actions_effect")
    called = set(done.loc[done["status_class"] == Status.DONE, "customer_id"])
    bought = set(history.loc[history["last_on"] > since, "customer_id"])
    rows = []
    for action in PURCHASES:
        of = listed[listed["action_class"] == action]
        if of.empty:
            continue
        row, ends = {"action_class": action.value}, {}
        for name, part in (("called", of[of["customer_id"].isin(called)]), ("others", of[~of["customer_id"].isin(called)])):
            n, came = len(part), int(part["customer_id"].isin(bought).sum())
            low, high = intervals.wilson(came, n, confidence=confidence) if n else (np.nan, np.nan)
            row |= {name: n, f"{name}_share": came / n if n else np.nan, f"{name}_low_share": low, f"{name}_high_share": high}
            ends[name] = (low, high)
        few = min(row["called"], row["others"]) < LEAST
        more, less = ends["called"][0] > ends["others"][1], ends["called"][1] < ends["others"][0]
        row["said_class"] = Effect.FEW if few else Effect.MORE if more else Effect.LESS if less else Effect.CHANCE
        rows.append(row)
    return pd.DataFrame(rows, columns=registry.tables()["actions_effect"].names)
