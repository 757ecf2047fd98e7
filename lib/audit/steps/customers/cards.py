"""How does one customer look on half a page? Next step first, then twelve months, where it stands, and what waits; for key accounts and all who need a step."""

from __future__ import annotations

import html

import pandas as pd

from audit import i18n
from audit.core import labels
from audit.core.groups import customer_names, manager_names
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report import links
from audit.report.words import words_at
from audit.steps.customers.monday import told

MOST = 300  # cards on the page; the others stand in the index and in customers.xlsx
MONEY = {  # columns of the overview, as they are called on a card
    "year_revenue": N_("Sales of 12 months"),
    "revenue_before": N_("The 12 months before"),
    "margin": N_("Margin on goods"),
    "profit": N_("Profit after serving costs and extras"),
    "before_winning": N_("Before what it cost to win"),
    "gap": N_("Buys elsewhere, declared"),
    "estimated_gap": N_("Buys elsewhere, our estimate"),
    "open": N_("Owed"),
    "overdue": N_("Overdue"),
    "credit_limit": N_("Credit limit"),
}
STANDS = {
    "rung_class": N_("Rung"),
    "abc_class": N_("Class"),
    "xyz_class": N_("Regularity"),
    "status_class": N_("Stage"),
    "loyalty_class": N_("Loyalty type"),
    "portfolio_class": N_("Portfolio"),
    "wallet_share": N_("Share of wallet"),
    "silence_days": N_("Silent, days"),
    "usual_gap_days": N_("Usual gap, days"),
}


def cards(
    table: pd.DataFrame, customers: pd.DataFrame | None, managers: pd.DataFrame | None, contacts: pd.DataFrame | None, settings: Settings
):
    """A card for each key account and each customer who needs a step, key accounts first, then by what is due first."""
    from IPython.display import HTML

    chosen = of_cards(table)
    rows = told(chosen[chosen["action_class"] != ""], customers, contacts, settings.currency)
    names = customer_names(customers)
    who, steps = manager_names(managers).to_dict(), rows.set_index("code")
    parts = [_card(row, names, who, steps, settings) for _i, row in chosen.iterrows()]
    return HTML("".join(parts) or f"<p>{html.escape(_('No customer needs a card.'))}</p>")


def of_cards(table: pd.DataFrame) -> pd.DataFrame:
    """The customers who have a card, in the order of their cards."""
    chosen = table[(table["action_class"] != "") | (table["key_reasons"] != "")]
    order = chosen.assign(_k=chosen["key_reasons"] == "", _w=-chosen["worth"].fillna(0))
    return order.sort_values(["_k", "due_on", "_w", "customer_id"]).head(MOST)[table.columns]


def _card(row: pd.Series, names: dict[str, str], who: dict[str, str], steps: pd.DataFrame, settings: Settings) -> str:
    code = row["customer_id"]
    facts = [_("Customer since {year}").format(year=row["first_on"].year), who.get(row["manager_id"], row["manager_id"])]
    if row["group"] != code:
        facts.append(_("profit, debts and budget are those of its whole group of companies"))
    if row["key_reasons"]:
        reasons = ", ".join(labels.named("reason_class", one) for one in row["key_reasons"].split())
        facts.insert(0, _("key account ({reasons})").format(reasons=reasons))
    return (
        f'<article class="card" id="{links.card(code)}"><h2><a href="customers.html#{links.anchor(code)}">{html.escape(i18n.visible(names.get(code, code)))}</a></h2>'
        f'<p class="whose">{html.escape(" · ".join(fact for fact in facts if fact))}</p>'
        f"{words_at('customer', links.anchor(code))}{_next(row, steps, settings)}"
        f'<div class="two">{_list(_money(row, settings))}{_list(_stands(row))}</div></article>'
    )


def _next(row: pd.Series, steps: pd.DataFrame, settings: Settings) -> str:
    if not row["action_class"]:
        return ""
    step = steps.loc[row["customer_id"]]
    worth = f" · {i18n.spoken('worth', float(row['worth']), settings.currency)}, {step['money']}" if row["worth"] == row["worth"] else ""
    day = _("by {day}").format(day=i18n.shown("due_on", row["due_on"]))
    waiting = f"<br><small>{html.escape(_('Waiting behind it'))}: {html.escape(step['waiting'])}</small>" if step["waiting"] else ""
    ask = f" · {step['contact']}" if step["contact"] else ""
    return (
        f'<p class="next"><b>{html.escape(_("Next step"))}: {html.escape(step["task"])}</b><br>{html.escape(step["reason"])} {html.escape(step["offer"])}<br>'
        f"<small>{html.escape(day + ask + worth)}</small>{waiting}</p>"
    )


def _money(row: pd.Series, settings: Settings) -> list[tuple[str, str]]:
    row = row.copy()
    is_declared = row["provenance_class"] == "declared"
    row["estimated_gap"], row["gap"] = (float("nan"), row["gap"]) if is_declared else (row["gap"], float("nan"))
    won = row["acquisition"]
    row["before_winning"] = row["profit"] + won if won == won and won else float("nan")
    return [(_(head), i18n.shown("money", float(row[name]), settings.currency)) for name, head in MONEY.items() if pd.notna(row[name])]


def _stands(row: pd.Series) -> list[tuple[str, str]]:
    return [(_(head), labels.cell(name, row[name])) for name, head in STANDS.items() if pd.notna(row[name]) and row[name] != ""]


def _list(rows: list[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{html.escape(head)}</dt><dd>{html.escape(value)}</dd>' for head, value in rows)}</dl>"
