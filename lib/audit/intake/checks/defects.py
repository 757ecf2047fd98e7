"""What must a reader know about the data? Each defect with its size, its place, the numbers it moves and in which direction, and what to
do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from audit.core.doubts import AS_THEY_LIE, Quality
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake.checks import duplicates
from audit.intake.mapping import convert, identifiers
from audit.intake.mapping.parse import MONEY
from audit.intake.readers.read import Read
from audit.ledger.external import Lines

SURVIVORS_MONTHS, SURVIVORS_LEAST = 12, 30  # a base this old and large without one silent customer is a list of survivors
UNREADABLE_SHARE, UNREADABLE_LEAST = 0.05, 20  # beyond both the formats are in doubt, not the rows
ASLEEP_DAYS = 45  # a month and a half without a single line
IMMATERIAL_SHARE = 0.001  # of the rows: below it a defect is told, but flags no chapter
SHOWN = 3  # places named as a sample
EVERYTHING = tuple(Quality)
WHO, WHEN, HOW_MUCH, ALL_THERE = (Quality.IDENTITY,), (Quality.TIMING,), (Quality.AMOUNT,), (Quality.COVERAGE,)
MOJIBAKE = (
    r"(?:[ÐÑ][\x{0080}-\x{00BF}\x{2010}-\x{2122}]){2}|(?:[РС][\x{0400}-\x{040F}\x{0450}-\x{045F}\x{00A0}-\x{00BF}\x{2010}-\x{2122}]){2}"
)


class Defect(NamedTuple):
    table: str
    defect: str
    verdict: str
    rows: int
    amount: object
    bias: str
    action: str
    spoils: tuple[Quality, ...] = ()  # none: no number moves
    sample: str = ""
    touches: tuple[str, ...] = ()  # tables whose rows it concerns, where that is not its own table alone

    @property
    def row(self) -> tuple:
        """As the table of defects has it."""
        touches = (self.touches or (self.table or "lines",)) if self.spoils else ()
        return (*self[:7], " ".join(touches), " ".join(self.spoils), self.sample)


COLUMNS = ("table", "defect", "verdict", "rows", "amount", "bias", "action", "touches", "spoils", "sample")
SCHEMA = dict(zip(COLUMNS, [pl.String, pl.String, pl.String, pl.Int64, MONEY, *[pl.String] * 5], strict=True))


@dataclass(frozen=True)
class Intake:
    """What the checks look at: rows with their fate, what goes on, the sources, and what was decided."""

    fates: dict[str, pl.DataFrame]
    kept: dict[str, pl.DataFrame]
    sources: dict[str, Read]
    settings: Settings
    observed_from: dt.date | None
    duplicates: pl.DataFrame
    controls: pl.DataFrame
    elsewhere: Lines | None = None  # order lines that lie with an engine

    @property
    def live(self) -> pl.DataFrame:
        """Kept lines with the marks of their origin."""
        return self.fates["lines"].filter(pl.col("status") == "kept")


def defects(base: Intake) -> pl.DataFrame:
    """All that was found, what refuses a chapter first; core/tables/derived.py has the columns."""
    found = [
        *_questions(base),
        *_files(base),
        *_rejected(base),
        *_spelling(base),
        *_codes(base),
        *_several(base),
        *_doubles(base),
        *_off(base),
        *_ledger_of_points(base),
    ]
    if base.elsewhere and len(base.elsewhere.last):
        found += [*_elsewhere(base), *_survivors(base, base.elsewhere.last), *_asleep(base, base.elsewhere.last)]
    if len(base.kept.get("lines", ())):
        for check in (
            _unreadable,
            _asleep,
            _repeats,
            _returns,
            _corrections,
            _documents,
            _survivors,
            _orphans,
            _payments,
            _no_money,
            _later,
        ):
            found += check(base)
    table = pl.DataFrame([one.row for one in found], schema=SCHEMA, orient="row").unique(
        ["defect", "table"], keep="first", maintain_order=True
    )
    return table.sort(pl.col("verdict") != "REFUSE", maintain_order=True)


def sample(rows: pl.DataFrame) -> str:
    """Where the first of some rows stand: file, sheet, row."""
    first = rows.sort("_file", "_sheet", "_row").head(SHOWN).select("_file", "_sheet", "_row").rows()
    places = [", ".join([file, *([sheet] if sheet else []), str(row)]) for file, sheet, row in first]
    return "; ".join(places) + (f" (+{len(rows) - SHOWN})" if len(rows) > SHOWN else "")


def _sum(frame: pl.DataFrame):
    return frame["amount"].sum() if len(frame) and "amount" in frame.columns else None


def _questions(base: Intake):
    for about, question in base.settings.questions.items():
        yield Defect(
            about.split(".")[1] if about.startswith("tables.") else "",
            stored(N_("open question: {question}"), question=question),
            "FLAG",
            0,
            None,
            N_("unknown until it is answered"),
            N_("answer it in audit.toml and delete it from [questions]"),
            EVERYTHING,
        )


FILE_NOTES = {
    "hidden_rows": (
        N_("{count} rows are hidden in {file}; they are read"),
        N_("revenue too high, if they were hidden because they are void"),
        N_("ask why they are hidden"),
    ),
    "hidden": (N_("a hidden sheet is read: {file}"), N_("unknown, if it was hidden because it is out of date"), N_("ask why it is hidden")),
    "error_cells": (
        N_("{count} cells of {file} hold an error of a formula; they are read as empty"),
        N_("revenue too low, where they stand in amounts"),
        N_("mend the formulas and export again"),
    ),
    "encoding": (
        N_("{file} says one encoding and is written in another: {detail}"),
        N_("none: it is read as it is written"),
        N_("nothing; the bank's export says so wrongly"),
    ),
    "line_without_sign": (
        N_("{count} lines of {file} hold no key, the first is line {detail}; each is taken as the end of the text above it"),
        N_("none on money"),
        N_("look at the first of them"),
    ),
    "repeated_key": (
        N_(
            "{count} keys repeat within a document of {file}, the first in line {detail}; the first value is taken, the "
            "others are kept beside it"
        ),
        N_("unknown, where they are sums or parties"),
        N_("look at the first of them"),
    ),
    "missing_end": (
        N_("{count} documents or sections of {file} have no end, the first near line {detail}"),
        N_("unknown for these documents"),
        N_("export the statement again"),
    ),
    "missing_end_of_file": (
        N_("{file} has no КонецФайла: it may have been cut off"),
        N_("revenue too low, if documents are missing"),
        N_("export the statement again, or check its closing balance"),
    ),
}


def _files(base: Intake):
    for name, read in base.sources.items():
        tables = [table for table, mapping in base.settings.tables.items() if mapping.from_ == name]
        for note in read.notes:
            said, bias, action = FILE_NOTES[note.kind]
            is_harmless = note.kind in ("encoding", "line_without_sign")
            yield Defect(
                tables[0] if tables else "",
                stored(said, file=note.file, count=note.count, detail=note.detail),
                "FLAG",
                note.count,
                None,
                bias,
                action,
                () if is_harmless else EVERYTHING,
            )


def _rejected(base: Intake):
    for name, fate in base.fates.items():
        bad = fate.filter(pl.col("status") == "quarantined")
        for (reason,), part in sorted(bad.group_by("reason"), key=lambda group: group[0]):
            of_lines, is_small = name == "lines", len(part) <= IMMATERIAL_SHARE * len(fate)
            yield Defect(
                name,
                stored(N_("{table}: {reason}"), table=name, reason=reason),
                "FLAG",
                len(part),
                _sum(part),
                N_("revenue and activity too low by these rows")
                if of_lines
                else stored(N_("none on money; these rows are missing from {table}"), table=name),
                N_("see the quarantine table; mend the rows in the source and run again"),
                EVERYTHING if of_lines and not is_small else (),
                sample(part),
            )


def _spelling(base: Intake):
    """Names written in one encoding and read in another, before they came to us: kept as they are, with a suggestion (fault 4)."""
    import ftfy

    for name, column in (("customers", "name"), ("lines", "customer_id"), ("products", "name")):
        if name in base.kept and column in base.kept[name].columns:
            strange = base.fates[name].filter((pl.col("status") == "kept") & pl.col(column).str.contains(MOJIBAKE))
            names = strange[column].unique().sort().to_list()
            cured = [(broken, ftfy.fix_encoding(broken)) for broken in names]
            cured = [(broken, better) for broken, better in cured if better != broken]
            if cured:
                broken, better = cured[0]
                yield Defect(
                    name,
                    stored(
                        N_("{table}: {count} names were garbled by a wrong encoding, such as {broken}, which may be {better}"),
                        table=name,
                        count=len(cured),
                        broken=broken,
                        better=better,
                    ),
                    "FLAG",
                    len(strange),
                    _sum(strange),
                    N_("customers doubled, where a name also stands unharmed"),
                    N_("export again in UTF-8"),
                    WHO,
                    sample(strange),
                    ("lines", name),
                )


def _codes(base: Intake):
    """Codes whose check digits fail, and those to which a spreadsheet's lost zero was given back (faults 9, 10)."""
    for name, fate in base.fates.items():
        for column in (c for c in identifiers.CHECKS if f"_{c}" in fate.columns):
            kept = fate.filter(pl.col("status").is_in(["kept", "merged"]))
            wrong, restored = (kept.filter(pl.col(f"_{column}") == state) for state in (identifiers.INVALID, identifiers.RESTORED))
            if len(wrong):
                yield Defect(
                    name,
                    stored(N_("{table}: {column} is not valid"), table=name, column=column),
                    "FLAG",
                    len(wrong),
                    None,
                    N_("duplicates may stay unseen"),
                    N_("correct it in the central file; nothing was changed"),
                    (),
                    sample(wrong),
                )
            if len(restored):
                yield Defect(
                    name,
                    stored(N_("{table}: {column} had lost its leading zero, which was put back"), table=name, column=column),
                    "FLAG",
                    len(restored),
                    None,
                    N_("none: the check digit holds"),
                    N_("export the column as text"),
                    (),
                    sample(restored),
                )


def _several(base: Intake):
    """Customers of one code that have several tax ids: two companies of one name, taken as one."""
    fate = base.fates.get("customers")
    if fate is not None and "tax_id" in fate.columns:
        known = fate.filter(
            pl.col("status").is_in(["kept", "merged"]) & (pl.col("tax_id") != "") & ~pl.col("reason").str.starts_with(duplicates.ONE)
        )
        several = known.filter(pl.col("tax_id").n_unique().over("customer_id") > 1)
        if len(several):
            yield Defect(
                "customers",
                N_("customers under one name or code have several tax ids"),
                "FLAG",
                several["customer_id"].n_unique(),
                None,
                N_("customers too few, each too large: companies of one name are taken as one"),
                N_("take the tax id or the code as customer_id"),
                WHO,
                sample(several),
                ("lines", "customers"),
            )


def _doubles(base: Intake):
    open_ = base.duplicates.filter((pl.col("decision") == "") & (pl.col("reason") != duplicates.SAME_TAX_ID))
    if len(open_):
        yield Defect(
            "customers",
            N_("pairs of customers that may be one company or one group, not yet decided"),
            "FLAG",
            len(open_),
            _sum(open_),
            N_("customers too many, dependence on a group too low, retention too low where one changed its name"),
            N_("fill in the column decision of duplicates.csv (merge, group or apart) and run again"),
            WHO,
            "",
            ("lines", "customers"),
        )
    merged = base.duplicates.filter((pl.col("reason") == duplicates.SAME_TAX_ID) & ~pl.col("decision").is_in(["apart", "group"]))
    if len(merged):
        yield Defect(
            "customers",
            N_("customers with the same valid tax id, taken as one"),
            "FLAG",
            len(merged),
            _sum(merged),
            N_("none, if the tax ids are right"),
            N_("write apart in duplicates.csv for those that are not one"),
        )


def _off(base: Intake):
    off = base.controls.filter(pl.col("verdict") == "FLAG")
    for (control, source), part in sorted(off.group_by("control", "source"), key=lambda group: group[0]):
        first = part.sort("period").row(0, named=True)
        yield Defect(
            "lines",
            stored(N_("{control}: {source} differs, first in {period}"), control=control, source=source, period=first["period"] or "–"),
            "FLAG",
            len(part),
            part["difference"].abs().sum(),
            N_("all money too high or too low by the difference"),
            N_("see the table of controls; find the documents that one side lacks"),
            HOW_MUCH,
        )


def _ledger_of_points(base: Intake):
    """What a loyalty-card ledger must keep: no negative balance, one holder, nothing after a block, no points without a purchase."""
    if "points" not in base.kept:
        return
    rows = base.fates["points"].filter(pl.col("status") == "kept").sort("card_id", "date", "_file", "_sheet", "_row", maintain_order=True)
    found = [(N_("the balance of a card falls below nothing"), rows.filter(pl.col("points").cum_sum().over("card_id") < 0))]
    if "customer_id" in rows.columns:
        found.append((N_("a card has several holders"), rows.filter(pl.col("customer_id").n_unique().over("card_id") > 1)))
    if "blocked_on" in rows.columns:
        found.append(
            (
                N_("points given after the card was blocked"),
                rows.filter((pl.col("points") > 0) & (pl.col("date") > pl.col("blocked_on").min().over("card_id"))),
            )
        )
    if "order_id" in rows.columns:
        found.append((N_("points given without a purchase"), rows.filter((pl.col("points") > 0) & (pl.col("order_id") == ""))))
    for said, part in found:
        if len(part):
            yield Defect(
                "points",
                said,
                "FLAG",
                len(part),
                None,
                N_("none on money; the ledger cannot be trusted for who bought"),
                N_("ask who keeps the ledger"),
                (),
                sample(part),
            )


def _unreadable(base: Intake):
    """So many dates or numbers unread that those that were read may be read wrongly (days and months exchanged, another decimal sign)."""
    fate = base.fates["lines"]
    bad = fate.filter((pl.col("status") == "quarantined") & pl.col("reason").str.starts_with(convert.UNREADABLE))
    share = len(bad) / max(len(fate), 1)
    if share > UNREADABLE_SHARE and len(bad) > UNREADABLE_LEAST:
        yield Defect(
            "lines",
            stored(N_("{share} of the rows could not be read"), share=f"{share:.0%}"),
            "REFUSE",
            len(bad),
            _sum(bad),
            N_("unknown: what was read may be read wrongly, such as days and months exchanged"),
            N_("check date_format, decimal and the columns in audit.toml against the quarantine table"),
            EVERYTHING,
            sample(bad),
        )


def _elsewhere(base: Intake):
    """Order lines that intake never read: what it would have looked for, nobody has."""
    rows = base.elsewhere.reconciliation
    yield Defect(
        "lines",
        AS_THEY_LIE,
        "FLAG",
        int(rows["rows"].sum()),
        rows["amount"].sum(),
        N_("unknown, where they hold any of these"),
        N_("check these where the lines come from, and say so in the report"),
        EVERYTHING,
    )
    rejected = rows.filter(pl.col("status") == "quarantined")
    for row in rejected.iter_rows(named=True):
        is_many = row["rows"] > IMMATERIAL_SHARE * rows["rows"].sum()
        yield Defect(
            "lines",
            row["reason"],
            "FLAG",
            row["rows"],
            row["amount"],
            N_("revenue too low, if they were sales"),
            N_("look at them in the quarantine table"),
            ALL_THERE if is_many else (),
        )


def _asleep(base: Intake, lines: pl.DataFrame | None = None):
    """as_of long after the last line: everybody looks silent."""
    lines = base.kept["lines"] if lines is None else lines
    last, as_of = lines["date"].max(), base.settings.as_of
    if (as_of - last).days > ASLEEP_DAYS:
        yield Defect(
            "lines",
            stored(N_("the last line is of {last}, the audit ends on {as_of}"), last=last, as_of=as_of),
            "FLAG",
            len(lines),
            None,
            N_("silence and losses too high, if the exports merely end earlier"),
            N_("set as_of to the last day the exports cover"),
            WHEN,
        )


def _repeats(base: Intake):
    merged = base.fates["lines"].filter(pl.col("status") == "merged")
    if len(merged):
        yield Defect(
            "lines",
            N_("lines exported twice"),
            "FLAG",
            len(merged),
            _sum(merged),
            N_("none: each document line is counted once"),
            N_("export periods that do not overlap"),
            (),
            sample(merged),
        )
    if "line_id" in base.settings.tables["lines"].targets:
        return  # two lines of a document may be alike; a line number tells them from copies
    data = [c for c in base.kept["lines"].columns if c != "line_id"]
    repeats = base.live.filter(pl.int_range(pl.len()).over(data) > 0)
    if len(repeats):
        yield Defect(
            "lines",
            N_("lines alike in everything but their row"),
            "FLAG",
            len(repeats),
            _sum(repeats),
            N_("revenue too high if they are copies; they are kept, since nothing proves it"),
            N_("ask for a line number in the export"),
            HOW_MUCH,
            sample(repeats),
        )


def _returns(base: Intake):
    lines = base.live
    back = lines.filter(pl.col("amount") < 0)
    if len(back) and base.settings.rules.returns == "net" and "returns_order_id" not in lines.columns and "product_id" not in lines.columns:
        yield Defect(
            "lines",
            N_("returns name neither their sale nor a product"),
            "FLAG",
            len(back),
            _sum(back),
            N_("revenue per customer too high: these returns cannot be taken off a purchase"),
            N_("export the document a return takes back"),
            HOW_MUCH,
            sample(back),
        )


def _corrections(base: Intake):
    lines = base.live
    if "quantity" in lines.columns:
        odd = lines.filter((pl.col("amount") < 0) & (pl.col("quantity") >= 0))
        if len(odd):
            yield Defect(
                "lines",
                N_("money taken off without goods coming back"),
                "FLAG",
                len(odd),
                _sum(odd),
                N_("revenue too low, if these are no corrections of sales"),
                N_('look at them; [rules] corrections = "excluded" leaves them out'),
                HOW_MUCH,
                sample(odd),
            )


def _documents(base: Intake):
    if "order_id" not in base.kept["lines"].columns:
        yield Defect(
            "lines",
            N_("no document number"),
            "FLAG",
            len(base.kept["lines"]),
            None,
            N_("orders too few: all lines of a customer's day count as one order"),
            N_("export the document number"),
            HOW_MUCH,
        )


def _survivors(base: Intake, lines: pl.DataFrame | None = None):
    """Only active customers exported (P36): an old, large base without a single silent customer."""
    last = (base.kept["lines"] if lines is None else lines).group_by("customer_id").agg(pl.col("date").max())
    months = (base.settings.as_of - base.observed_from).days / 30.4
    silent = last.filter(pl.col("date") < base.settings.as_of - dt.timedelta(days=round(SURVIVORS_MONTHS * 30.4)))
    if months >= 2 * SURVIVORS_MONTHS and len(last) >= SURVIVORS_LEAST and silent.is_empty():
        yield Defect(
            "lines",
            stored(
                N_("no customer has been silent for {months} months: lost customers are missing from the export"), months=SURVIVORS_MONTHS
            ),
            "REFUSE",
            len(last),
            None,
            N_("retention far too high, losses invisible"),
            N_("export all customers of the period, not only those now active"),
            ALL_THERE,
        )


def _orphans(base: Intake):
    for name, key in [("customers", "customer_id"), ("products", "product_id"), ("managers", "manager_id")]:
        if name in base.kept and key in base.kept["lines"].columns:
            orphans = base.live.filter(~pl.col(key).is_in(base.kept[name][key].to_list()) & (pl.col(key) != ""))
            if len(orphans):
                yield Defect(
                    name,
                    stored(N_("{count} {key} of the lines are not in {table}"), count=orphans[key].n_unique(), key=key, table=name),
                    "FLAG",
                    len(orphans),
                    _sum(orphans),
                    N_("none on totals; these rows have no name or class"),
                    stored(N_("complete the export of {table}"), table=name),
                    WHO,
                    sample(orphans),
                )


def _payments(base: Intake):
    """Lines that are payments or invoices (P37), and payments into the company whose purpose nobody can tell."""
    kind = base.settings.purchases_are
    if kind != "sales":
        bias = {
            "payments": N_(
                "frequency follows terms of payment, not need; one payment may settle several orders or a part of one; cash "
                "and netting are missing"
            ),
            "invoices": N_("frequency follows invoicing; goods given back appear only where a credit note was written"),
        }[kind]
        yield Defect(
            "lines",
            stored(N_("purchases are {kind} here, not sales"), kind=kind),
            "FLAG",
            len(base.kept["lines"]),
            _sum(base.live),
            bias,
            N_("ask for the sales register"),
            EVERYTHING,
        )
    for read in base.sources.values():
        if read.balances is not None:
            unknown = read.table.filter(pl.col("class") == "unclassified")
            if len(unknown):
                money = unknown["amount"].cast(MONEY, strict=False).sum()
                yield Defect(
                    "lines",
                    N_("payments whose purpose says neither sale nor anything else"),
                    "FLAG",
                    len(unknown),
                    money,
                    N_("revenue too low, if they are customers' money; they are left out"),
                    N_('name their payers in audit.toml: payers = { "7701234567" = "customer" }'),
                    HOW_MUCH,
                    sample(unknown),
                )


def _no_money(base: Intake):
    if (base.kept["lines"]["amount"] == 0).all():
        yield Defect(
            "lines",
            N_("no line has any money"),
            "FLAG",
            len(base.kept["lines"]),
            None,
            N_("all shares of money are undefined"),
            N_("check which column holds the amount"),
            HOW_MUCH,
        )


def _later(base: Intake):
    """Lines after as_of: left out, and worth a question, since a ledger knows no future (fault 8)."""
    later = base.fates["lines"].filter((pl.col("status") == "excluded") & (pl.col("date") > base.settings.as_of))
    if len(later):
        yield Defect(
            "lines",
            N_("lines dated after the audit ends"),
            "FLAG",
            len(later),
            _sum(later),
            N_("none: they are left out"),
            N_("check the dates, or set as_of to the last day the exports cover"),
            (),
            sample(later),
        )
