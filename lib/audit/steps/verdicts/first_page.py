"""How does the first page look? The headline, the decisions, who is counted, how far to trust it, and a card for each chapter."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from audit import i18n
from audit.core import registry
from audit.core.findings import MARKS, Verdict, sentence, spoken_value
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.i18n.messages import Message
from audit.report import links, show
from audit.report.words import words_at

if TYPE_CHECKING:
    import pandas as pd

    from audit.core.settings import Settings

NAMED = 2  # customers named in a decision; the others stand on the page of decisions
NONE = N_("Nothing that could be measured is large enough to need your decision; the smaller steps are in the managers’ lists.")
CARDS, MOST = 2, 0.5  # cards; of the customers, so many lose money before that is the headline
ROLES = ("risk", "cause", "chance", "state")  # of cards, in this order


def headline(claims: pd.DataFrame, decisions: pd.DataFrame, settings: Settings):
    """Where the base stands, and the claim of the chapter from which the first decision comes."""
    from IPython.display import HTML

    chosen = _headlines(claims, decisions)
    said = [sentence(row, settings.currency) for _i, row in chosen.iterrows()]
    if not said:
        return HTML("")
    lede = " ".join(f"{one.rstrip('.')}." for one in said[1:])
    return HTML(f'<p class="headline">{html.escape(said[0])}</p><p class="lede">{html.escape(lede)}</p>')


def _headlines(claims: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """The claim on sales, else the first, and that of the first decision's chapter; where most customers lose money, that stands before everything else."""
    lost = claims[(claims["step"] == "profit") & (claims["value"] > MOST * claims["n"])]
    known = [step for step in ("base", *claims["step"].head(1)) if step in set(claims["step"])]
    steps = [*lost["step"], *known][:1]
    steps += [step for step in decisions.loc[~decisions["is_hidden"].astype(bool), "step"] if step not in steps]
    found = claims[claims["step"].isin(steps[:2])]
    return found.loc[sorted(found.index, key=lambda i: steps.index(found.loc[i, "step"]))]


def decisions(
    table: pd.DataFrame,
    overview: pd.DataFrame,
    customers: pd.DataFrame | None,
    managers: pd.DataFrame | None,
    settings: Settings,
    *,
    top: int,
):
    """The first decisions, each with its money, how sure it is, whose it is, by when, and where the evidence stands."""
    from IPython.display import HTML

    told, table = _Told(overview, customers, managers, settings.currency), table[~table["is_hidden"].astype(bool)]
    items = "".join(told.decision(row) for _i, row in table.head(top).iterrows())
    more = len(table) - top
    said = i18n.counted("{count} more decision", "{count} more decisions", more) if more > 0 else _("All decisions, with every name")
    ways = [("decisions.html", said), ("actions.xlsx", _("Lists by manager")), ("customers.html", _("All customers"))]
    below = " ".join(f'<a href="{place}">{html.escape(words)}</a>' for place, words in ways[1 if table.empty else 0 :])
    listed = f"<p>{html.escape(_(NONE))}</p>" if table.empty else f'<ol class="decisions">{items}</ol>'
    return HTML(f'{listed}<p class="more ways">{below}</p>')


def every_decision(
    table: pd.DataFrame, overview: pd.DataFrame, customers: pd.DataFrame | None, managers: pd.DataFrame | None, settings: Settings
):
    """All decisions one below the other, each with the table of its customers."""
    from IPython.display import HTML

    told, parts = _Told(overview, customers, managers, settings.currency), []
    for at, (_i, row) in enumerate(table.iterrows(), 1):
        who = json.loads(row["who"])
        of = overview[overview["customer_id"].isin(who) | (overview["group"].isin(who) & overview["is_lead"])]
        of = of.sort_values("year_revenue", ascending=False)[
            ["customer_id", "manager_id", "year_revenue", "action_class", "worth", "money_kind", "due_on"]
        ]
        caption = _("{at}. Customers of this decision").format(at=at)
        rows = show.markup(show.named(of, customers, managers), settings.currency, caption=caption, top=200) if len(of) else ""
        parts.append(
            f'<section class="decision" id="decision-{at}"><ol class="decisions" start="{at}" style="counter-reset: decision {at - 1}">{told.decision(row)}</ol>{rows}</section>'
        )
    return HTML("".join(parts) or f"<p>{html.escape(_(NONE))}</p>")


class _Told:
    """Decisions in a reader's words: names of customers as links, money as it is said."""

    def __init__(self, overview: pd.DataFrame, customers: pd.DataFrame | None, managers: pd.DataFrame | None, currency: str):
        from audit.core.groups import group_names, manager_names

        leads = overview[overview["is_lead"]].set_index("group")["customer_id"].to_dict()
        listed = set(overview.head(show.LISTED)["customer_id"])
        self.places = {one: links.anchor(who) for one, who in (leads | {one: one for one in listed}).items() if who in listed}
        self.names = lambda ids: group_names(_series(ids), customers).to_dict()
        self.manager_names, self.currency = manager_names(managers).to_dict(), currency

    def decision(self, row: pd.Series) -> str:
        from audit.steps.verdicts.codes import Choice, Owner

        choice, who = Choice(row["choice_class"]), json.loads(row["who"])
        params = {name: html.escape(self._said(name, value)) for name, value in json.loads(row["params"]).items()}
        params["manager"] = html.escape(self.manager_names.get(row["manager_id"], row["manager_id"]))
        params["names"] = self._names(who, int(row["rank"]))
        title, evidence = (self._filled(text, params) for text in (choice.label, choice.meaning))
        owner = self._filled(Owner(row["owner_class"]).label, params)
        day = html.escape(_("by {day}").format(day=i18n.shown("due_on", row["due_on"])))
        step = registry.by_name(row["step"])
        sure = f'<span class="tag {row["sureness_class"]}">{html.escape(self._label("sureness_class", row["sureness_class"]))}</span>'
        return (
            f"<li><div><strong>{title}</strong><p>{evidence}</p>"
            f'<p class="whose">{sure} <span>{owner}</span> <span>{day}</span> <a href="{step.name}.html">{html.escape(_(step.title))}</a></p>'
            f"{words_at('decision', choice)}</div>{self._worth(row)}</li>"
        )

    def _filled(self, message: str, params: dict[str, str]) -> str:
        return Message(html.escape(_(message), quote=False)).format(**params)

    def _label(self, column: str, code: str) -> str:
        from audit.core import labels

        return labels.named(column, code)

    def _said(self, name: str, value) -> str:
        if isinstance(value, list):
            names = [_(registry.by_name(one).title) for one in value if isinstance(one, str)]
            return ", ".join(names) or "; ".join(spoken_value(name, one, self.currency) for one in value)
        return spoken_value(name, value, self.currency)

    def _names(self, ids: list[str], rank: int) -> str:
        names = self.names(ids[:NAMED])
        told = [self._linked(one, html.escape(i18n.visible(names[one]))) for one in ids[:NAMED]]
        more = len(ids) - NAMED
        rest = f' <a href="decisions.html#decision-{rank}">{html.escape(_("and {n} more").format(n=more))}</a>' if more > 0 else ""
        return f'<span class="names">{", ".join(told)}{rest}</span>'

    def _linked(self, one: str, name: str) -> str:
        return f'<a href="customers.html#{self.places[one]}">{name}</a>' if one in self.places else f"<span>{name}</span>"

    def _worth(self, row: pd.Series) -> str:
        if not row["money_kind"]:
            return ""
        say = lambda value: i18n.spoken("money", float(value), self.currency)
        money, low, high = row["money"], row["low"], row["high"]
        ranged = i18n.ranged(float(low), float(high), self.currency) if low == low and high == high and low != high else ""
        head = say(money) if money == money else ranged
        below = f"<small>{html.escape(ranged)}</small>" if ranged and money == money else ""
        kind = html.escape(self._label("money_kind", row["money_kind"]))
        return f'<div class="worth"><b>{html.escape(head)}</b><small>{kind}</small>{below}</div>'


def _series(ids: list[str]):
    import pandas as pd

    return pd.Series(ids, dtype="str")


def basis(funnel: pd.DataFrame, sure: pd.DataFrame, settings: Settings):
    """Who is counted, and beside it how far to trust it."""
    from IPython.display import HTML

    who, how = html.escape(_("How many customers there are")), html.escape(_("How far to trust this report"))
    return HTML(
        f'<div class="two"><div><h2>{who}</h2>{_counted(funnel, settings)}</div><div><h2>{how}</h2>{_trust(sure, settings)}</div></div>'
    )


def _counted(table: pd.DataFrame, settings: Settings) -> str:
    """The circles of customers as bars of one scale, each with its number."""
    from audit.steps.verdicts.codes import PARTS, Counted

    widest, rows = max(1, int(table["customers"].max() if len(table) else 1)), []
    for _i, row in table.iterrows():
        code = Counted(row["counted_class"])
        shown = {name: i18n.shown("period", row[name]) for name in ("period", "period_before")}
        label = _(code.label).format(**shown, months=int(row["months"]))
        look = "part" if code in PARTS else "circle"
        width = f"{row['customers'] / widest:.1%}"
        number = html.escape(i18n.shown("n", int(row["customers"])))
        rows.append(
            f'<li class="{look}"><span>{html.escape(label)}</span><b>{number}</b>'
            f'<span class="bar"><i class="{code.value}" style="width:{width}"></i></span></li>'
        )
    return f'<ul class="funnel">{"".join(rows)}</ul>'


def _trust(found: pd.DataFrame, settings: Settings) -> str:
    """The sentences on how far to trust it, as a list."""
    items = "".join(f"<li>{html.escape(sentence(row, settings.currency))}</li>" for _i, row in found.iterrows())
    return f'<ul class="trust">{items}</ul>'


def cards(claims: pd.DataFrame, decisions: pd.DataFrame, settings: Settings, *, top: int):
    """What other chapters conclude, those first that say what threatens and why."""
    from IPython.display import HTML

    there = _headlines(claims, decisions)["step"].tolist()
    told = decisions.loc[~decisions["is_hidden"].astype(bool), "step"].head(top).tolist()
    rest = claims[~claims["step"].isin([*there, *told, "customers", "intake"])]
    order = sorted(rest.index, key=lambda i: (rest.loc[i, "verdict"] != Verdict.MISSED, ROLES.index(rest.loc[i, "role"]), i))
    items = []
    for i in order[:CARDS]:
        row, step = rest.loc[i], registry.by_name(rest.loc[i, "step"])
        mark = f'<span class="card-mark" aria-hidden="true">{MARKS[Verdict(row["verdict"])]}</span>'
        items.append(
            f'<a href="{step.name}.html"><small>{mark} {html.escape(_(step.title))}</small>'
            f"<span>{html.escape(sentence(row, settings.currency))}</span></a>"
        )
    return HTML(f'<div class="cards">{"".join(items)}</div>')
