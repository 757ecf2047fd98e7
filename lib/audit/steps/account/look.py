"""What does a salesman see first? Who the account is, what it owes, what is at stake, the next step, and what to ask."""

from __future__ import annotations

import html

import pandas as pd

from audit import i18n
from audit.core import labels
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.steps.account.pack import Account, of_account
from audit.steps.customers.monday import told
from audit.steps.dossiers.codes import Gap

LINES = {  # of the one look: what, and the column of the overview
    "year_revenue": N_("Sales of 12 months"),
    "profit": N_("Profit after serving, and what was given"),
    "gap": N_("Buys elsewhere a year"),
    "open": N_("Owed"),
    "overdue": N_("Overdue"),
}


def look(
    overview: pd.DataFrame,
    gaps: pd.DataFrame | None,
    of: Account,
    *,
    customers: pd.DataFrame | None,
    manager: str,
    name: str,
    settings: Settings,
):
    """The top of the pack: name, manager and reasons; money; the next step; what to ask there."""
    from IPython.display import HTML

    own = overview[overview["customer_id"].isin(of.members)]
    row = own[own["customer_id"] == of.customer_id].iloc[0]
    reasons = ", ".join(labels.named("reason_class", one) for one in row["key_reasons"].split())
    facts = [
        _("key account ({reasons})").format(reasons=reasons),
        _("Customer since {year}").format(year=own["first_on"].min().year),
        manager,
    ]
    if len(of.members) > 1:
        facts.append(i18n.counted("{count} company under common control", "{count} companies under common control", len(of.members)))
    money = {column: float(own[column].sum()) if column == "year_revenue" else row[column] for column in LINES}
    listed = "".join(
        f"<dt>{html.escape(_(LINES[column]))}</dt><dd>{html.escape(_said(column, value, settings))}</dd>" for column, value in money.items()
    )
    return HTML(
        f'<p class="headline">{html.escape(i18n.visible(name))}</p>\n<p class="whose">{html.escape(" · ".join(fact for fact in facts if fact))}</p>\n'
        f'{_next(own, customers, settings)}<dl class="look">{listed}</dl>{_asked(gaps, of)}'
    )


def _said(column: str, value, settings: Settings) -> str:
    return _("not known") if value is None or value != value else i18n.spoken(column, float(value), settings.currency)


def _next(own: pd.DataFrame, customers: pd.DataFrame | None, settings: Settings) -> str:
    """The next steps with the account's companies."""
    steps = told(own[own["action_class"] != ""], customers, None, settings.currency)
    if steps.empty:
        return f"<p><strong>{html.escape(_('No step is due by the data.'))}</strong></p>"
    lines = [
        f"<strong>{html.escape(row['task'])}</strong>: {html.escape(row['reason'])} {html.escape(row['offer'])}"
        for _i, row in steps.iterrows()
    ]
    return "".join(f'<p class="next">{line}</p>' for line in lines)


def _asked(gaps: pd.DataFrame | None, of: Account) -> str:
    """What is to be asked or done before or at the meeting."""
    own = of_account(gaps, of)
    if own.empty:
        return ""
    items = "".join(f"<li>{html.escape(_(Gap(gap).label))}: {html.escape(_(Gap(gap).meaning))}</li>" for gap in own["gap_class"])
    return f"<h2>{html.escape(_('Ask or do there'))}</h2><ul>{items}</ul>"
