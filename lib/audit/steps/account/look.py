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

LOST = N_("Our profit before tax, without it")
LINES = {  # of the one look: what, and the column of the overview
    "year_revenue": N_("Sales of 12 months"),
    "revenue_before": N_("The 12 months before"),
    "profit": N_("Profit after serving costs and extras"),
    "gap": N_("Buys elsewhere, our estimate"),
    "open": N_("Owed"),
    "overdue": N_("Overdue"),
}


def look(
    overview: pd.DataFrame,
    gaps: pd.DataFrame | None,
    of: Account,
    *,
    loss: pd.DataFrame | None,
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
    sums = ("year_revenue", "revenue_before")
    money = {column: float(own[column].sum()) if column in sums else row[column] for column in LINES}
    heads = LINES | ({"gap": N_("Buys elsewhere, declared")} if row["provenance_class"] == "declared" else {})
    money |= {"lost": _without(loss, of)}
    listed = "".join(
        f"<dt>{html.escape(_(heads.get(column, LOST)))}</dt><dd>{html.escape(_said(column, value, settings))}</dd>"
        for column, value in money.items()
        if column != "lost" or value == value
    )
    return HTML(
        f'<p class="headline">{html.escape(i18n.visible(name))}</p>\n<p class="whose">{html.escape(" · ".join(fact for fact in facts if fact))}</p>\n'
        f'{_next(own, customers, settings)}<dl class="look">{listed}</dl>{_asked(gaps, of)}'
    )


def _without(loss: pd.DataFrame | None, of: Account) -> float:
    """The company's result without the account, as the chapter on key accounts plays it; NaN where it is not played."""
    own = of_account(loss, of)
    return float(own["result_without"].iloc[0]) if len(own) else float("nan")


def _said(column: str, value, settings: Settings) -> str:
    return _("not known") if value is None or value != value else i18n.spoken(column, float(value), settings.currency)


def _next(own: pd.DataFrame, customers: pd.DataFrame | None, settings: Settings) -> str:
    """The next steps with the account's companies."""
    steps = told(own[own["action_class"] != ""], customers, None, settings.currency)
    if steps.empty:
        return f"<p><strong>{html.escape(_('The figures ask for no step.'))}</strong></p>"
    waiting = ", ".join(dict.fromkeys(one for one in steps["waiting"] if one))
    behind = f"<br><small>{html.escape(_('Waiting behind it'))}: {html.escape(waiting)}</small>" if waiting else ""
    lines = [
        f"<strong>{html.escape(row['task'])}</strong>: {html.escape(row['reason'])} {html.escape(row['offer'])}"
        for _i, row in steps.iterrows()
    ]
    return "".join(f'<p class="next">{line}{behind if i == 0 else ""}</p>' for i, line in enumerate(lines))


def _asked(gaps: pd.DataFrame | None, of: Account) -> str:
    """What is to be asked or done before or at the meeting."""
    own = of_account(gaps, of)
    if own.empty:
        return ""
    items = "".join(f"<li>{html.escape(_(Gap(gap).label))}: {html.escape(_(Gap(gap).meaning))}</li>" for gap in own["gap_class"])
    return f"<h2>{html.escape(_('Before the meeting'))}</h2><ul>{items}</ul>"
