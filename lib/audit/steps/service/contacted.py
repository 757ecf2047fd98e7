"""By which way are customers reached, and have they agreed to it? (I5)"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.core.periods import last_year

APART = r"[,;/+&]"  # between several channels of one consent


def reach(
    activities: pd.DataFrame | None, contacts: pd.DataFrame | None, panel: pd.DataFrame, *, until: pd.Timestamp, as_of: pd.Timestamp
) -> pd.DataFrame:
    """Channels of our own contacts with customers who bought in the last twelve months, and who of them agreed to which.

    Consent is looked for by the words that the company writes in both tables: "mail" in one and "e-mail" in the other are two channels, and stand as two rows.

    Parameters
    ----------
    activities
        customer_id, date, direction, kind; only those that we began count.
    contacts
        customer_id and consent: the channels to which the person agreed, several divided by commas.

    Returns
    -------
    DataFrame with channel, reached (customers contacted by it), reached_share (of all who bought), agreed (customers with anybody who agreed to it), without_consent (reached
    though nobody there is known to have agreed); the last two empty where consent is not written down. The most used first.

    Source: method I5.
    """
    year = last_year(panel, until=until)
    bought = set(year.loc[year["revenue"] > 0, "customer_id"])
    ours = pd.DataFrame({"customer_id": [], "channel": []}, dtype="str") if activities is None else _ours(activities, as_of)
    ours = ours[ours["customer_id"].isin(bought)].drop_duplicates()
    agreed = None if contacts is None or "consent" not in contacts.columns else _agreed(contacts)
    agreed = (
        None if agreed is None or agreed.empty else agreed
    )  # a column that nobody fills in, or that an edition leaves out, says no "no"
    if not bought or (ours.empty and agreed is None):
        return registry.empty("reach")
    agreed_there = ours.head(0) if agreed is None else agreed[agreed["customer_id"].isin(bought)]
    found = []
    for channel in sorted(set(ours["channel"]) | set(agreed_there["channel"])):
        reached = set(ours.loc[ours["channel"] == channel, "customer_id"])
        allowed = set(agreed_there.loc[agreed_there["channel"] == channel, "customer_id"])
        known = (float("nan"), float("nan")) if agreed is None else (float(len(allowed)), float(len(reached - allowed)))
        found.append((channel, len(reached), len(reached) / len(bought), *known))
    table = pd.DataFrame(found, columns=registry.tables()["reach"].names)
    return table.sort_values(["reached", "channel"], ascending=[False, True], ignore_index=True)


def _ours(activities: pd.DataFrame, as_of: pd.Timestamp) -> pd.DataFrame:
    part = activities[
        (activities["date"] > as_of - pd.DateOffset(years=1)) & (activities["date"] <= as_of) & (activities["direction"] == "out")
    ]
    return pd.DataFrame({"customer_id": part["customer_id"], "channel": part["kind"].str.strip().str.casefold()})


def _agreed(contacts: pd.DataFrame) -> pd.DataFrame:
    each = contacts[["customer_id", "consent"]].dropna()
    each = each.assign(channel=each["consent"].astype("str").str.split(APART, regex=True)).explode("channel")
    each["channel"] = each["channel"].str.strip().str.casefold()
    return each.loc[each["channel"] != "", ["customer_id", "channel"]].drop_duplicates()
