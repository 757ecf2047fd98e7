"""What does a manager read on Monday? The next steps in a reader's words, one row per customer, in the order in which they are due."""

from __future__ import annotations

import pandas as pd

from audit import i18n
from audit.core import labels
from audit.core.groups import customer_names
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.steps.customers.codes import Action, Result, Status

COLUMNS = {  # heading and width
    "customer": (N_("Customer"), 30),
    "task": (N_("Next step"), 20),
    "reason": (N_("What happened"), 38),
    "offer": (N_("What to say or offer"), 44),
    "worth": (N_("Worth"), 12),
    "money": (N_("Which money"), 20),
    "due_on": (N_("Due"), 11),
    "contact": (N_("Contact"), 16),
    "waiting": (N_("Waiting behind it"), 20),
    "status": (N_("Status"), 12),
    "result": (N_("Result"), 14),
    "note": (N_("Next appointment"), 20),
    "done_on": (N_("Done on"), 11),
    "code": (N_("Code"), 10),
}
NEVER_PAID = N_("Has paid nothing in the time observed, owes {open}, and {overdue} of it is overdue.")
WRITTEN_OFF = N_("Silent for {silence_days} {silence_days:day|days}, and written down as lost: {lost_cause}.")
FILLED = ("status", "result", "note", "done_on")  # by the manager
LISTS = {"status": Status, "result": Result}


def told(listed: pd.DataFrame, customers: pd.DataFrame | None, contacts: pd.DataFrame | None, currency: str) -> pd.DataFrame:
    """The next steps in a reader's words, in the order in which they are due: the columns of COLUMNS."""
    names = customer_names(customers)
    roles = _roles(contacts)
    rows = []
    for _i, row in listed.iterrows():
        action, said = Action(row["action_class"]), {name: _in_words(name, value, currency) for name, value in row.items()}
        money = labels.named("money_kind", row["money_kind"]) if row["money_kind"] else ""
        rows.append(
            {
                "customer": names.get(row["customer_id"], row["customer_id"]),
                "task": _(action.label),
                "reason": _(_meaning(action, row)).format(**said, loss=_in_words("worth", row["worth"], currency)),
                "offer": _(action.action),
                "worth": row["worth"],
                "money": money,
                "due_on": row["due_on"],
                "contact": roles.get(row["customer_id"], ""),
                "waiting": ", ".join(labels.named("action_class", one) for one in row["other_actions"].split()),
                "status": "",
                "result": "",
                "note": "",
                "done_on": None,
                "code": row["customer_id"],
            }
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS), index=listed.index)
    return table.assign(_due=listed["due_on"], _worth=-listed["worth"].fillna(0)).sort_values(["_due", "_worth", "code"])[list(COLUMNS)]


def _meaning(action: Action, row: pd.Series) -> str:
    """What happened, where one step has several stories."""
    if action == Action.STOP and pd.isna(row["last_paid_on"]):
        return NEVER_PAID
    if action in (Action.SILENT, Action.KEY_SILENT) and row.get("lost_cause", ""):
        return WRITTEN_OFF
    return action.meaning


def _in_words(name: str, value, currency: str) -> str:
    return value if isinstance(value, str) else i18n.spoken(name, value, currency)


def _roles(contacts: pd.DataFrame | None) -> dict[str, str]:
    """Whom to ask for: the role of the first contact person that has one."""
    if contacts is None or "role" not in contacts.columns:
        return {}
    known = contacts[contacts["role"].fillna("") != ""].sort_values(["customer_id", "contact_id"])
    return known.drop_duplicates("customer_id").set_index("customer_id")["role"].to_dict()
