"""What does a reader see for a column and for a code? Headings and labels from the rooms that declare them."""

from __future__ import annotations

from functools import cache

from audit.core import registry
from audit.core.codes import Code
from audit.core.tables.company import COMPANY
from audit.core.tables.forms import FORMS
from audit.core.tables.schema import in_words
from audit.i18n import mark as N_
from audit.i18n import render, shown, translate

SENTENCES = {
    "reason",
    "doubt",
    "bias",
    "action",
    "why",
    "rule",
    "control",
    "decided_by",
    "refused_class",
    "models",
    "package_class",
    "source_class",
    "withheld_class",
    "to_do_class",
    "figure",
}  # stored texts
GIVEN = frozenset(table.name for table in COMPANY)
COMMON = {  # headings of columns that several rooms share, and of the pages that belong to no room
    "abc_class": N_("Class"),
    "advantage": N_("Advantage"),
    "attention": N_("Attention"),
    "axis": N_("Axis"),
    "base_class": N_("Breakdown by"),
    "bias_rate": N_("Bias of the total"),
    "booked": N_("Booked"),
    "burn_in_months": N_("Burn in months"),
    "bytes": N_("Bytes"),
    "chapter": N_("Chapter"),
    "confidence": N_("Confidence"),
    "corrections": N_("Corrections"),
    "cost_to_serve": N_("Cost to serve"),
    "criterion": N_("Criterion"),
    "currency": N_("Currency"),
    "customer": N_("Customer"),
    "dependence": N_("Dependence"),
    "direction": N_("Direction"),
    "error": N_("Error"),
    "error_number": N_("Error, purchases"),
    "exclude": N_("Exclude"),
    "held_share": N_("Covered by ranges"),
    "high_number": N_("to"),
    "high_share": N_("to"),
    "how": N_("How"),
    "is_clear": N_("Reliable"),
    "is_first_returned": N_("Part of it was returned"),
    "is_losing": N_("Loses money"),
    "is_naive": N_("Naive"),
    "is_stopped": N_("Has stopped paying"),
    "is_used": N_("In use"),
    "judgement": N_("Judgement"),
    "languages": N_("Languages"),
    "lever": N_("Lever"),
    "low_number": N_("Range from"),
    "low_share": N_("Range from"),
    "manager": N_("Manager"),
    "meaning": N_("Meaning"),
    "measure": N_("Measure"),
    "money": N_("Money at stake"),
    "moved": N_("Moved between months"),
    "n": N_("n"),
    "novelty_share": N_("Share of new products"),
    "observed_from": N_("Observed from"),
    "overridden": N_("Overridden"),
    "provenance": N_("Source of the budget"),
    "provenance_class": N_("Source of the budget"),
    "purchases_are": N_("Purchases are"),
    "range": N_("Range"),
    "rates": N_("Rates"),
    "returns": N_("Returns"),
    "revenue_share": N_("Share of sales"),
    "sales_type": N_("Sales type"),
    "scope": N_("Scope"),
    "services": N_("Services"),
    "setting": N_("Setting"),
    "sha256": N_("SHA-256"),
    "silence_days": N_("Silent, days"),
    "trade": N_("Trade"),
    "unreadable": N_("Money unreadable"),
    "untraced": N_("Returns without their sale"),
    "vat": N_("Vat"),
    "vat_rates": N_("Vat rates"),
    "version": N_("Version"),
    "what": N_("What"),
    "zero_amounts": N_("Zero amounts"),
}


@cache
def headings() -> dict[str, str]:
    """Column -> heading, as messages: those of tables, and those of excerpts.

    Raises
    ------
    ValueError
        where two rooms call one column differently.
    """
    found = dict(COMMON)
    for name, room in registry.rooms().items():
        own = {c.name: c.heading for table in room.TABLES for c in table.columns if c.heading} | {
            c: h for c, (h, *_codes) in _excerpts(room).items()
        }
        for column, heading in own.items():
            if found.setdefault(column, heading) != heading:
                raise ValueError(
                    f"column {column!r} is called {heading!r} in the step {name!r} and {found[column]!r} elsewhere; one name, one heading"
                )
    elsewhere = {c.name for table in registry.tables().values() if table not in FORMS for c in table.columns}
    return {c.name: c.heading for form in FORMS for c in form.columns if c.name not in elsewhere} | found


@cache
def codes() -> dict[str, dict[str, Code]]:
    """Column -> code -> the member that has its label; a name of several tables has the codes of all.

    Raises
    ------
    ValueError
        where one code of a column would mean two things.
    """
    found: dict[str, dict[str, Code]] = {}
    for table in registry.tables().values():
        for column in table.columns:
            if column.codes:
                _add(found, column.name, column.codes)
    for room in registry.rooms().values():
        for column, (_heading, *lists) in _excerpts(room).items():
            for one in lists:
                _add(found, column, one)
    return found


def _add(found: dict[str, dict[str, Code]], column: str, closed: type[Code]) -> None:
    for code in closed:
        known = found.setdefault(column, {}).setdefault(str(code), code)
        if known.label != code.label:
            raise ValueError(
                f"code {code!r} of column {column!r} means {known.label!r} and {code.label!r}; give one of the two another code"
            )


def _excerpts(room) -> dict[str, tuple]:
    return {column: own if isinstance(own, tuple) else (own,) for column, own in getattr(room, "HEADINGS", {}).items()}


def label(column: str) -> str:
    """The heading of a column in the reader's language."""
    return translate(headings().get(column) or in_words(column))


def told(text: str) -> str:
    """A stored text in the reader's language, columns as people call them: nobody who reads a report knows `customer_id`."""
    return render(text, column=_called)


def _called(column: str) -> str:
    """A column within a sentence: as a field of the records, else by its heading, its capitals only where the whole word has them."""
    if column in codes().get("field_class", {}):
        return named("field_class", column)
    heading = label(column.removesuffix("_id")) if column.endswith("_id") else translate(column)
    return heading if heading[1:2].isupper() else heading[:1].lower() + heading[1:]


def named(column: str, code: str) -> str:
    """What a reader sees for a code of a column; a text that is no code stays as it is."""
    member = codes().get(column, {}).get(code)
    return translate(member.label) if member is not None else code


def cell(column: str, value, currency: str = "") -> str:
    """A value of a table as a reader sees it: a code by its label, a stored text rendered, everything else by the name of its column."""
    if isinstance(value, str):
        if value in codes().get(column, {}):
            return named(column, value)
        if column in SENTENCES:
            return told(value)
        if column in ("table", "table_class") and value in registry.tables():
            return translate(value)
        if column == "subject":  # of the gate, or of what is undecided: a chapter, a table, a message
            is_chapter = value in registry.rooms() and value not in GIVEN
            return translate(registry.by_name(value).title if is_chapter else value)
    return shown(column, value, currency)
