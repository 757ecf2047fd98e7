"""What did the company send, and what became of every row?

readers    detect: what kind of file is it, and is it safe to open? text, workbook, bank_1c, sql: what does it say? Everything as text, each
           row with its place. layout: where does the table begin, which rows are totals or notes? read: a source, all its files
mapping    convert: text -> typed tables by the mapping of audit.toml; what cannot be read goes to quarantine. parse, identifiers: one column
           of text -> dates, money, numbers; is a tax id what it claims to be? rules: returns, VAT, currencies, each with its effect
checks     duplicates: which customers are one? reconciliation: rows and money by fate. controls: our sums against those that others state.
           of_files, of_rows, of_entries -> doubts: what to know about the data, and which numbers it biases. gate: PASS, FLAG or REFUSE
propose    audit new. files, formats: what is there, and how is it written? columns, money: which column means what? base: which sheet is the
           order lines; beside: which other tables there are. questions: what has to be asked. toml: the audit.toml proposed
words      what companies call our columns and codes (words.toml)

This is the only cleaning in the project. Raw files are opened for reading only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from audit.core import registry
from audit.core.settings import Settings, Source
from audit.i18n import mark as N_
from audit.i18n import render, stored, translate
from audit.intake.checks import controls, doubts, duplicates, evidence, gate, reconciliation
from audit.intake.checks.reconciliation import as_csv
from audit.intake.mapping import convert, identifiers, rules
from audit.intake.readers import forms, read
from audit.intake.readers.read import BadExport
from audit.ledger.external import Lines

__all__ = ["BadExport", "IntakeResult", "as_csv", "check", "take"]
CENTRAL = ("name", "tax_id", "kpp", "ogrn", "phone", "email", "address", "region", "industry", "manager_id")


@dataclass(frozen=True)
class IntakeResult:
    """What intake hands on: typed tables, and the fate of every row."""

    tables: dict[str, pl.DataFrame]
    reconciliation: pl.DataFrame
    quarantine: pl.DataFrame
    doubts: pl.DataFrame
    gate: pl.DataFrame
    effects: pl.DataFrame
    controls: pl.DataFrame
    duplicates: pl.DataFrame
    aliases: pl.DataFrame
    central_fields: pl.DataFrame
    observed_from: dt.date | None
    files: tuple[Path, ...]
    content: dict[str, str]  # file -> encoding or kind
    missing: str  # why there is no line to audit; empty where there is one

    @property
    def accounts(self) -> dict[str, pl.DataFrame]:
        """The tables about the data themselves, by name."""
        names = ("reconciliation", "quarantine", "doubts", "gate", "effects", "controls", "duplicates", "aliases", "central_fields")
        return {name: getattr(self, name) for name in names}


def take(folder: Path, settings: Settings, snapshots: Path | None = None, *, elsewhere: Lines | None = None) -> IntakeResult:
    """Typed tables of the base in that folder, with everything that was found out about the data.

    `elsewhere` are the order lines where they lie with an engine instead of among the exports.

    Raises
    ------
    BadExport
        naming file, sheet and row, what was expected, what came and what to do; also where not one line could be kept.
    """
    taken = check(folder, settings, snapshots, elsewhere=elsewhere)
    if taken.missing:
        message = N_(
            "there is nothing to audit: {missing}{example}\nWhat to do: check [tables.lines], and date_format and "
            "decimal in [sources] of audit.toml."
        )
        first = taken.quarantine.filter(pl.col("table") == "lines").head(1).rows(named=True)
        said = translate(N_("\nThe first: {file}, row {row}: {content}"))
        example = "".join(said.format(file=q["file"], row=q["row"], content=q["content"][:200]) for q in first)
        raise BadExport(message, missing=render(taken.missing), example=example)
    return taken


def check(folder: Path, settings: Settings, snapshots: Path | None = None, *, elsewhere: Lines | None = None) -> IntakeResult:
    """Like take, for bases that cannot be audited too: the gate then says what is missing."""
    sources = {name: read.source(folder, name, source, snapshots) for name, source in settings.sources.items()}
    settings, sources = _with_forms(folder, settings, sources)
    fates = {name: convert.table(name, mapping, sources, settings) for name, mapping in settings.tables.items()}
    fates, doubles, aliases = _one_customer_each(fates, duplicates.decisions(folder), identifiers.country(settings))
    effects = pl.DataFrame(schema={"rule": pl.String, "rows": pl.Int64, "before": pl.Decimal(18, 4), "after": pl.Decimal(18, 4)})
    if "lines" in fates:
        fates["lines"], effects = rules.applied(fates["lines"], settings)
    if "invoices" in fates:
        fates["invoices"] = rules.debts(fates["invoices"])
    absent = doubts.absent(fates, settings)
    kept = _with_answers({name: convert.kept(fate) for name, fate in fates.items() if name not in absent})
    missing = _missing(fates, kept, settings) if elsewhere is None else _missing_elsewhere(elsewhere)
    first_on = None if missing else elsewhere.first_on if elsewhere else kept["lines"]["date"].min()
    observed_from = None if missing else settings.observed_from or first_on.replace(day=1)
    compared = controls.controls(fates, sources, kept, settings)
    known = evidence.Intake(fates, kept, sources, settings, observed_from, doubles, compared, elsewhere)
    found = doubts.doubts(known)
    is_file = "customers" in kept and not _of_lines(settings)
    lacking = {} if is_file or "customers" not in kept else {"central_fields": registry.NO_FILE}
    there = (gate.derived() | set(kept) if not missing else set(kept)) - set(lacking)
    return IntakeResult(
        tables={name: _public(name, table) for name, table in kept.items()},
        reconciliation=_with(reconciliation.reconciliation(fates), elsewhere and elsewhere.reconciliation),
        quarantine=_with(reconciliation.quarantine(fates, sources, settings), elsewhere and elsewhere.quarantine),
        doubts=found,
        gate=gate.gate(found, there, mapped=list(settings.tables), missing=missing, lacking=lacking),
        effects=effects,
        controls=compared,
        duplicates=doubles,
        aliases=aliases,
        central_fields=_central_fields(fates) if is_file else _central_fields({}),
        observed_from=observed_from,
        files=tuple(sorted({path for source in sources.values() for path in source.files})),
        content={file: kind for source in sources.values() for file, kind in source.content.items()},
        missing=missing,
    )


def _with_forms(folder: Path, settings: Settings, sources: dict[str, read.Read]) -> tuple[Settings, dict[str, read.Read]]:
    """The settings and sources with what was filled in by hand, each form a source and a table like any other; a pseudonymous edition has none of it: what
    people write holds names."""
    if not settings.base.forms or settings.edition == "pseudonymous":
        return settings, sources
    filled = forms.forms(folder, settings.base.forms)
    maps = {name: forms.mapping(name) for name in filled}
    origin = {maps[name].from_: Source(file=settings.base.forms) for name in filled}
    more = {"sources": settings.sources | origin, "tables": settings.tables | maps}
    return settings.model_copy(update=more), sources | {maps[name].from_: sheet for name, sheet in filled.items()}


def _with_answers(kept: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables with the owner's and the managers' forms as answers to the eight questions; the owner's where no export says what was answered."""
    asked = kept.get("answers")
    is_told = asked is not None and "eight_questions" in asked["form"].to_list()
    who = {"manager_answers": pl.col("manager_id"), **({} if is_told else {"owner_answers": pl.lit("owner")})}
    said = [
        kept[form].select(
            pl.lit("eight_questions").alias("form"),
            respondent.alias("respondent"),
            "question",
            pl.col("answer").alias("value"),
            pl.lit(form.split("_")[0]).alias("role"),
        )
        for form, respondent in who.items()
        if form in kept
    ]
    return kept | ({"answers": pl.concat([*([] if asked is None else [asked]), *said], how="diagonal_relaxed")} if said else {})


def _of_lines(settings: Settings) -> bool:
    """Whether customers were made out of the order lines: names by which to call them, but no file that somebody keeps."""
    tables = settings.tables
    return "customers" in tables and "lines" in tables and tables["customers"].from_ == tables["lines"].from_


def _missing(fates: dict[str, pl.DataFrame], kept: dict[str, pl.DataFrame], settings: Settings) -> str:
    """Why there is not one line to audit, in words; empty where there is."""
    if "lines" not in kept:
        asked = settings.questions.get("tables.lines")
        return asked or N_("[tables.lines] is missing: the audit needs order lines, with customer, date and amount")
    if len(kept["lines"]):
        return ""
    reasons = fates["lines"].group_by("reason").len().sort("len", "reason", descending=[True, False])
    return _no_line([(row["reason"], row["len"]) for row in reasons.iter_rows(named=True)])


def _missing_elsewhere(elsewhere: Lines) -> str:
    if len(elsewhere.last):
        return ""
    return _no_line([(row["reason"], row["rows"]) for row in elsewhere.reconciliation.iter_rows(named=True)])


def _no_line(counts: list[tuple[str, int]]) -> str:
    """That nothing was kept, and why, as a stored text."""
    if not counts:
        return N_("Not one line of sales could be kept: the files hold no rows")
    seen = [stored(N_("{reason}: {rows} {rows:row|rows}"), reason=reason, rows=rows) for reason, rows in counts]
    return stored(N_("Not one line of sales could be kept: {seen}"), seen=seen)


def _with(own: pl.DataFrame, more: pl.DataFrame | None) -> pl.DataFrame:
    return own if more is None else pl.concat([own, more])


def _one_customer_each(
    fates: dict[str, pl.DataFrame], decided: dict, country: str
) -> tuple[dict[str, pl.DataFrame], pl.DataFrame, pl.DataFrame]:
    """Codes that are one customer made one, in every table; groups that a human confirmed; and the pairs still to decide."""
    if "lines" not in fates:
        return (
            fates,
            pl.DataFrame(schema=duplicates.SCHEMA),
            duplicates.aliases(
                pl.DataFrame(schema=duplicates.SCHEMA), pl.DataFrame(schema={"customer_id": pl.String, "amount": pl.Float64})
            ),
        )
    kept = pl.col("status") == "kept"
    booked = fates["lines"].filter(kept).group_by("customer_id").agg(pl.col("amount").sum())
    known = fates["customers"].filter(kept) if "customers" in fates else booked.select("customer_id", pl.col("customer_id").alias("name"))
    found = duplicates.with_decisions(duplicates.proposals(known, booked, country=country), decided)
    aliases = duplicates.aliases(found, booked)
    groups = duplicates.groups(found, aliases)
    if groups and "customers" not in fates:
        fates = fates | {"customers": _from_lines(known)}
    return {name: _renamed(name, fate, aliases, groups) for name, fate in fates.items()}, found, aliases


def _from_lines(customers: pl.DataFrame) -> pl.DataFrame:
    """A table of customers of nothing but their codes, where groups are decided and no list of customers was sent."""
    origin = {"_file": "duplicates.csv", "_sheet": "", "status": "kept", "reason": ""}
    return customers.with_columns(
        *(pl.lit(value).alias(name) for name, value in origin.items()), pl.int_range(pl.len(), dtype=pl.Int64).alias("_row")
    )


def _renamed(name: str, fate: pl.DataFrame, aliases: pl.DataFrame, groups: dict[str, str]) -> pl.DataFrame:
    """Rows under the code that stays; entries of the other codes merged, each with its reason; groups written to the customers."""
    if "customer_id" not in fate.columns:
        return fate
    stays = dict(aliases.select("alias_id", "customer_id").iter_rows())
    if name != "customers":
        return fate.with_columns(pl.col("customer_id").replace(stays)) if stays else fate
    said = {alias: stored(duplicates.ONE, customer_id=customer, reason=reason) for alias, customer, reason in aliases.iter_rows()}
    is_alias = pl.col("customer_id").is_in(list(stays)) & (pl.col("status") == "kept")
    why = pl.col("customer_id").replace_strict(said, default=None, return_dtype=pl.String)
    fate = fate.with_columns(
        pl.when(is_alias).then(pl.lit("merged")).otherwise("status").alias("status"),
        pl.when(is_alias).then(why).otherwise("reason").alias("reason"),
    )
    if groups:
        own = pl.col("group_id") if "group_id" in fate.columns else pl.lit("")
        fate = fate.with_columns(
            pl.col("customer_id").replace_strict(groups, default=None, return_dtype=pl.String).fill_null(own).alias("group_id")
        )
    return fate


def _public(name: str, table: pl.DataFrame) -> pl.DataFrame:
    """The table without what is read and checked but never stored (P41)."""
    return table.drop([c.name for c in registry.tables()[name].columns if c.private and c.name in table.columns])


def _central_fields(fates: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Which fields of each customer's entry are filled and valid, without what stands in them."""
    schema = {"customer_id": pl.String, "field": pl.String, "is_filled": pl.Boolean, "is_valid": pl.Boolean}
    if "customers" not in fates:
        return pl.DataFrame(schema=schema)
    entries = fates["customers"].filter(pl.col("status") == "kept")
    parts = [pl.DataFrame(schema=schema)]
    for field in (c for c in CENTRAL if c in entries.columns):
        state = pl.col(f"_{field}") if field in identifiers.CHECKS else pl.lit("")
        valid = pl.when(state.is_in([identifiers.VALID, identifiers.RESTORED])).then(True).when(state == identifiers.INVALID).then(False)
        parts.append(
            entries.select(
                "customer_id",
                pl.lit(field).alias("field"),
                (pl.col(field).fill_null("").str.strip_chars() != "").alias("is_filled"),
                valid.alias("is_valid"),
            )
        )
    return pl.concat(parts).sort("customer_id", "field")
