"""How does a table look to a reader? Headings in words, units, right-aligned numbers, everything escaped."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from audit import i18n
from audit.core import labels, registry
from audit.core.findings import judgement, sentence
from audit.core.groups import group_names
from audit.core.tables import schema
from audit.i18n import translate as _

if TYPE_CHECKING:
    import pandas as pd

    from audit.core.settings import Settings

LISTED = 2_000  # customers of the index; the whole table is customers.xlsx
TOP = 12  # rows of an excerpt
WIDE = 8  # columns beyond which a table is set smaller on paper
SHORT, LONG = 24, 60  # characters that are kept on one line, and that make a column of sentences
in_lab = None  # where an analyst works: what shows a table instead, whole and sortable (lab/sortable.py)


def named(table: pd.DataFrame, customers: pd.DataFrame | None, managers: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table with names in place of ids of customers and managers, where the base has them."""
    table = table.copy()
    for column, names, key in [
        ("customer_id", customers, "customer_id"),
        ("manager_id", managers, "manager_id"),
        ("first_manager_id", managers, "manager_id"),
    ]:
        if names is not None and column in table.columns:
            table[column] = table[column].map(names.set_index(key)["name"]).fillna(table[column])
    return table.rename(columns={"customer_id": "customer", "manager_id": "manager", "first_manager_id": "manager"})


def with_manager(table: pd.DataFrame, customers: pd.DataFrame | None, managers: pd.DataFrame | None) -> pd.DataFrame:
    """The table of customers with names, and a column for the manager who looks after each, where the base says so."""
    if customers is not None and "manager_id" in customers.columns:
        table = table.assign(manager_id=table["customer_id"].map(customers.set_index("customer_id")["manager_id"]).fillna(""))
    return named(table, customers, managers)


def grouped(table: pd.DataFrame, customers: pd.DataFrame | None, managers: pd.DataFrame | None = None) -> pd.DataFrame:
    """The table of groups of companies with names, and their manager where the base says so."""
    from audit.core.groups import leads

    names = group_names(table["group"], customers)
    if managers is not None and customers is not None and "manager_id" in customers.columns:
        table = table.assign(manager_id=table["group"].map(leads(customers)["manager_id"]).fillna(""))
    table = table.assign(group=table["group"].map(names).astype("str")).rename(columns={"group": "customer"})
    return named(table, None, managers)


def table(table: pd.DataFrame, settings: Settings, *, caption: str, top: int = TOP, is_form: bool = False):
    """The table as HTML with a caption, headed columns and formatted cells; the rows beyond `top` are counted, not shown. Of a form, no row means that
    nobody wrote one, not that there is none."""
    from IPython.display import HTML

    if in_lab and not table.empty:
        return in_lab(table, _(caption))
    if is_form and table.empty:
        return HTML(f'<p class="more">{html.escape(_("{caption}: nothing is recorded.").format(caption=_(caption)))}</p>')
    return HTML(markup(table, settings.currency, caption=_(caption), top=top))


def markup(table: pd.DataFrame, currency: str, *, caption: str, top: int = TOP) -> str:
    """The HTML of a table. Names of columns decide units (language.shown); a row's first cell is its heading."""
    if faults := list(schema.share_faults(table)):
        raise ValueError(f"table {caption!r} is not shown: {'; '.join(faults)}")
    if table.empty:
        return f'<p class="more">{html.escape(_("{caption}: none.").format(caption=caption))}</p>'
    has_money = any(_is_money(table, c) for c in table.columns)
    unit = _("amounts in {currency}").format(currency=i18n.symbol(currency)) if has_money and currency else ""
    note = f' <span class="unit">({html.escape(unit)})</span>' if unit else ""
    columns = [_column(table.head(top), column) for column in table.columns]
    head = "".join(
        f'<th{look} scope="col">{html.escape(labels.label(str(c)))}</th>' for c, (look, _cells) in zip(table, columns, strict=True)
    )
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in zip(*(cells for _look, cells in columns), strict=True))
    more = len(table) - top
    said = i18n.counted(
        "and {count} more row in the whole table (tables.xlsx)", "and {count} more rows in the whole table (tables.xlsx)", more
    )
    rest = f'<p class="more">{html.escape(said)}</p>' if more > 0 else ""
    wide = ' class="wide"' if len(table.columns) > WIDE else ""
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{html.escape(caption, quote=True)}"><table{wide}>'
        f"<caption>{html.escape(caption)}{note}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{rest}"
    )


def _texts(table: pd.DataFrame, column: str) -> list[str]:
    """The cells of a column as a reader sees them; where one number has decimals, all have, so that they stand below each other."""
    texts = [labels.cell(str(column), value) for value in table[column]]
    point = i18n.number(0.5)[1]
    if str(column).endswith(i18n.UNITS) and any(point in text for text in texts):
        texts = [text if point in text or text == i18n.NOTHING else f"{text}{point}0" for text in texts]
    return texts


def _column(table: pd.DataFrame, column: str) -> tuple[str, list[str]]:
    """How a column looks, and its cells: numbers to the right, a column of sentences with width; the first is its row's heading."""
    texts, is_number = _texts(table, column), _is_number(table, column)
    look = ' class="number"' if is_number else ' class="long"' if max(map(len, texts), default=0) > LONG else ""
    tag, scope = ("th", ' scope="row"') if column == table.columns[0] else ("td", "")
    looks = [' class="short"' if len(text) <= SHORT and not is_number else look for text in texts]
    return look, [f"<{tag}{own}{scope}>{html.escape(text)}</{tag}>" for text, own in zip(texts, looks, strict=True)]


def _is_number(table: pd.DataFrame, column: str) -> bool:
    from pandas.api import types

    return types.is_numeric_dtype(table[column]) and not types.is_bool_dtype(table[column])


def _is_money(table: pd.DataFrame, column: str) -> bool:
    from pandas.api import types

    plain = (*i18n.SHARES, *i18n.UNITS, *i18n.PLAIN)
    return types.is_float_dtype(table[column]) and not str(column).endswith(plain)


def customers(table: pd.DataFrame, master: pd.DataFrame | None, settings: Settings, *, cards: pd.Series, caption: str):
    """The index of customers: each row an anchor that names in all chapters link to (report/links.py)."""
    from IPython.display import HTML

    from audit.report import links

    rows = named(table.head(LISTED), master)
    return HTML(
        links.anchored_rows(
            markup(rows, settings.currency, caption=_(caption), top=LISTED), table["customer_id"].head(LISTED), frozenset(cards)
        )
    )


def findings(found: pd.DataFrame, settings: Settings, *, caption: str):
    """All findings as a table: chapter, sentence, verdict, money at stake with its range, n, and what is in doubt behind it."""
    import pandas as pd

    rows = [
        {
            "finding": sentence(row, settings.currency),
            "chapter": _(registry.by_name(row["step"]).title),
            "judgement": judgement(row, settings.currency),
            "money": i18n.shown("money", row["money"]),
            "range": _range(row),
            "n": int(row["n"]),
            "doubt": labels.told(row["doubt"]),
        }
        for _i, row in found.iterrows()
    ]
    return table(
        pd.DataFrame(rows, columns=["finding", "chapter", "judgement", "money", "range", "n", "doubt"]), settings, caption=caption, top=99
    )


def moved(found: pd.DataFrame, settings: Settings, *, caption: str):
    """Findings of two audits side by side: what it is about, then and now with their verdicts, and whether it moved."""
    import pandas as pd

    from audit.core.findings import in_unit

    rows = [
        {
            "finding": _(row["title"]),
            "chapter": _(registry.by_name(row["step"]).title),
            "then": in_unit(row["before_value"], row["unit"], settings.currency),
            "now": in_unit(row["now_value"], row["unit"], settings.currency),
            "before_verdict": labels.named("verdict", row["before_verdict"]),
            "now_verdict": labels.named("verdict", row["now_verdict"]),
            "moved_class": row["moved_class"],
        }
        for _i, row in found.iterrows()
    ]
    columns = ["finding", "chapter", "then", "now", "before_verdict", "now_verdict", "moved_class"]
    return table(pd.DataFrame(rows, columns=columns), settings, caption=caption, top=99)


def _range(row: pd.Series) -> str:
    low, high = (i18n.shown("money", row[c]) for c in ("money_low", "money_high"))
    return f"{low} – {high}" if low != i18n.NOTHING and low != high else i18n.NOTHING


def doubts(found: pd.DataFrame, settings: Settings):
    """Each doubt as a short paragraph: verdict, what, how much, which numbers it moves, what to do, where it stands."""
    from IPython.display import HTML

    return HTML(f'<ul class="findings">{"".join(_doubt(row, settings.currency) for _i, row in found.iterrows())}</ul>')


def _doubt(row: pd.Series, currency: str) -> str:
    size = _("{rows} {rows:row|rows}").format(rows=i18n.shown("n", int(row["rows"]))) if row["rows"] else ""
    money = i18n.shown("amount", row["amount"], currency)
    sizes = ", ".join(part for part in (size, money) if part and part != i18n.NOTHING)
    said = labels.told(row["doubt"]) + (f" ({sizes})" if sizes else "") + "."
    rest = [(_("Bias"), labels.told(row["bias"])), (_("To do"), labels.told(row["action"])), (_("Where"), row["sample"])]
    more = " ".join(f"{head}: {text}." for head, text in rest if text)
    look = {"REFUSE": "missed", "FLAG": "not-decidable"}.get(row["verdict"], "met")
    mark = {"REFUSE": "✗", "FLAG": "?"}.get(row["verdict"], "✓")
    return (
        f'<li class="{look}"><span class="mark" aria-hidden="true">{mark}</span> <span class="said">{html.escape(labels.named("verdict", row["verdict"]))}: {html.escape(said)}</span> '
        f'<span class="judgement">{html.escape(more)}</span></li>'
    )


def questions(answers: pd.DataFrame, found: pd.DataFrame, settings: Settings, *, asked: dict[str, str], caption: str):
    """The questions asked with the data's answer, its evidence in a sentence, and the owner's answer beside it; the managers' where any was given."""
    said = {row["id"]: sentence(row, settings.currency) for _i, row in found.iterrows()}
    rows = answers.assign(
        question=[f"{q}. {_(asked[q])}" for q in answers["question"]],
        evidence=[said.get(f, i18n.NOTHING) for f in answers["finding"]],
    )
    managers = ["managers_yes", "managers_said"] if answers["managers_said"].sum() else []
    return table(rows[["question", "data_answer", "owner_answer", *managers, "agreement_class", "evidence"]], settings, caption=caption)
