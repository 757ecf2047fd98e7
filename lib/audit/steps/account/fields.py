"""What is known of the account, from where, and how fresh is it? What is not known stands there too, with the person to ask."""

from __future__ import annotations

import pandas as pd

from audit.core import labels, registry
from audit.i18n import mark as N_
from audit.i18n import shown
from audit.i18n import translate as _
from audit.steps.account.pack import Account, of_account

FORM, DATA = N_("form"), N_("data")
OF_THE_FORM = ("customer_id", "filled_by", "filled_on")  # whose it is, and how fresh: no field of its own
NOBODY = N_("not known: ask {manager}")


def freshness(cards: pd.DataFrame | None, overview: pd.DataFrame, of: Account, *, manager: str, as_of: pd.Timestamp) -> pd.DataFrame:
    """Every field of the pack's form and the class of the customer by the data: field, value, known_from, known_on."""
    own, lead = of_account(cards, of), overview.set_index("customer_id").loc[of.customer_id]
    own = own[own["customer_id"] == of.customer_id] if len(own) else own
    said = own.iloc[0] if len(own) else None
    rows = []
    for name, column in ((N_("Stage"), "status_class"), (N_("Portfolio"), "portfolio_class"), (N_("Loyalty type"), "loyalty_class")):
        code = lead[column]
        rows.append((_(name), labels.named(column, code) if isinstance(code, str) and code else _(N_("not known")), _(DATA), as_of))
    fields = {c.name: c.heading for c in registry.tables()["account_cards"].columns if c.name not in OF_THE_FORM}
    for column, name in fields.items():
        value = None if said is None or column not in said.index else said[column]
        is_known = not (value is None or value != value or value == "")
        rows.append(
            (
                _(name),
                _told(column, value) if is_known else _(NOBODY).format(manager=manager),
                _(FORM) if is_known else "",
                said["filled_on"] if is_known else pd.NaT,
            )
        )
    return pd.DataFrame(rows, columns=["field", "value", "known_from", "known_on"])


def _told(column: str, value) -> str:
    """A value of the form in words."""
    return shown(column, value) if isinstance(value, pd.Timestamp) else labels.named(column, str(value))
