"""What must a reader know about the data? Each doubt with its size, its place, the numbers it moves and in which direction, and what to do.

The checks find (`of_files`, `of_rows`, `of_entries`); here each doubt is weighed: where all that is wrong is a number of rows, their share
of the table's money decides whether it flags a chapter at all, and from a second share on the rest is too little to be used.
"""

from __future__ import annotations

import polars as pl

from audit.core import norms
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake.checks import of_entries, of_files, of_rows
from audit.intake.checks.evidence import EVERYTHING, SCHEMA, Doubt, Intake, booked, listed, rejected_share

ALWAYS = (
    of_files.questions, of_files.files, of_files.rejected, of_entries.spelling, of_entries.codes, of_entries.strange_words, of_entries.several, of_entries.doubles,
    of_files.off, of_entries.left_for_came, of_entries.ledger_of_points, of_entries.budgets_that_jump, of_entries.costs_below_nothing,
)  # fmt: skip
WITH_LINES = (
    of_rows.unreadable, of_rows.asleep, of_rows.repeats, of_rows.returns, of_rows.corrections, of_rows.documents, of_rows.survivors,
    of_entries.orphans, of_entries.costs_above_sales, of_rows.payments, of_rows.no_money, of_rows.later,
)  # fmt: skip


def doubts(base: Intake) -> pl.DataFrame:
    """All that was found, what refuses a chapter first; core/tables/derived.py has the columns."""
    found = [*_too_little(base), *(doubt for check in ALWAYS for doubt in check(base))]
    if base.elsewhere and len(base.elsewhere.last):
        last = base.elsewhere.last
        found += [*of_files.elsewhere(base), *of_rows.survivors(base, last), *of_rows.asleep(base, last)]
    if len(base.kept.get("lines", ())):
        found += [doubt for check in WITH_LINES for doubt in check(base)]
    least = norms.value("doubt_flag_share", base.settings.norms)
    table = pl.DataFrame([_row(one, base, least) for one in found], schema=SCHEMA, orient="row")
    table = table.unique(["doubt", "table"], keep="first", maintain_order=True)
    return table.sort(pl.col("verdict") != "REFUSE", maintain_order=True)


def absent(fates: dict[str, pl.DataFrame], settings: Settings) -> list[str]:
    """Tables, order lines apart, that count as not sent: nothing of them was kept, or too little of their money to be a sum of anything."""
    return [name for name, fate in fates.items() if name != "lines" and _is_too_little(fate, settings)]


def _is_too_little(fate: pl.DataFrame, settings: Settings) -> bool:
    rejected = rejected_share(fate)
    return rejected == 1 or ("amount" in fate.columns and rejected >= norms.value("doubt_refuse_share", settings.norms))


def _too_little(base: Intake):
    """Tables of which too much was rejected for the rest to be used."""
    for name, fate in base.fates.items():
        bad = fate.filter(pl.col("status") == "quarantined")
        if len(bad) and _is_too_little(fate, base.settings):
            share = rejected_share(fate)
            yield Doubt(
                name,
                stored(N_("{table}: {share} of it were rejected, and the rest is too little to be used"), table=name, share=share),
                "REFUSE",
                len(bad),
                booked(bad),
                N_("unknown: what is missing may be unlike what is there")
                if name == "lines"
                else stored(N_("none: {table} counts as not sent"), table=name),
                N_("see the quarantine table for the reasons; most often one column or one format in audit.toml is wrong"),
                EVERYTHING,
            )


def _row(one: Doubt, base: Intake, least: float) -> tuple:
    """A doubt as the table has it: with its share, and without effect where that share is small."""
    share = _share(one, base)
    spoils = one.spoils if not (one.is_sized and share == share and share < least) else ()
    touches = (one.touches or (one.table or "lines",)) if spoils else ()
    return (
        *one[:5], share, one.bias, one.action, " ".join(touches), one.column, " ".join(spoils), listed(one.who), one.sample,
    )  # fmt: skip


def _share(one: Doubt, base: Intake) -> float:
    """The doubt's money over that of its table, or of the order lines that it touches, else its rows over the table's; NaN where its size is
    not known."""
    names = [name for name in (one.table or "lines", *one.touches) if name in base.fates]
    if not names or not one.rows:
        return float("nan")
    meant = {name: base.fates[name].filter(pl.col("status").is_in(["kept", "quarantined"])) for name in names}
    money = next((float(rows["amount"].cast(pl.Float64).abs().sum()) for rows in meant.values() if "amount" in rows.columns), 0.0)
    if one.amount is not None and money > 0:
        return min(1.0, abs(float(one.amount)) / money)
    whole = len(meant[names[0]])
    return min(1.0, one.rows / whole) if whole else float("nan")
