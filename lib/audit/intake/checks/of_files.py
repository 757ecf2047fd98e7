"""What do the files themselves give to doubt: open questions, hidden rows, rejected rows, sums that differ from those of others?"""

from __future__ import annotations

import polars as pl

from audit.core.doubts import AS_THEY_LIE
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake.checks.evidence import ALL_THERE, EVERYTHING, HOW_MUCH, Doubt, Intake, booked, sample

FILE_NOTES = {
    "hidden_rows": (
        N_("{count} {count:row is|rows are} hidden in {file}; they are read"),
        N_("revenue too high, if they were hidden because they are void"),
        N_("ask why they are hidden"),
    ),
    "hidden": (N_("a hidden sheet is read: {file}"), N_("unknown, if it was hidden because it is out of date"), N_("ask why it is hidden")),
    "error_cells": (
        N_("{count} cells of {file} hold an error of a formula; they are read as empty"),
        N_("revenue too low, where they stand in amounts"),
        N_("mend the formulas and export again"),
    ),
    "slips": (
        N_("{count} cells of {file} hold what cannot be read there, and count as empty; the first: {detail}"),
        N_("none on money: nobody can say what was meant"),
        N_("correct them in the form"),
    ),
    "encoding": (
        N_("{file} says one encoding and is written in another: {detail}"),
        N_("none: it is read as it is written"),
        N_("nothing; the bank's export says so wrongly"),
    ),
    "line_without_sign": (
        N_("{count} {count:line|lines} of {file} hold no key, the first is line {detail}; each is taken as the end of the text above it"),
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


def questions(base: Intake):
    """What `audit new` could not decide and nobody has answered yet."""
    for about, question in base.settings.questions.items():
        yield Doubt(
            about.split(".")[1] if about.startswith("tables.") else "",
            stored(N_("open question: {question}"), question=question),
            "FLAG",
            0,
            None,
            N_("unknown until it is answered"),
            N_("answer it in audit.toml and delete it from [questions]"),
            EVERYTHING,
        )


def files(base: Intake):
    """What the files say of themselves that their rows do not: encodings, hidden rows, error cells, missing ends."""
    for name, read in base.sources.items():
        tables = [table for table, mapping in base.settings.tables.items() if mapping.from_ == name]
        for note in read.notes:
            said, bias, action = FILE_NOTES[note.kind]
            is_harmless = note.kind in ("encoding", "line_without_sign", "slips")
            yield Doubt(
                tables[0] if tables else "",
                stored(said, file=note.file, count=note.count, detail=note.detail),
                "FLAG",
                note.count,
                None,
                bias,
                action,
                () if is_harmless else EVERYTHING,
            )


def rejected(base: Intake):
    """Rows that could not be taken, by table and reason."""
    for name, fate in base.fates.items():
        bad = fate.filter(pl.col("status") == "quarantined")
        for (reason,), part in sorted(bad.group_by("reason"), key=lambda group: group[0]):
            yield Doubt(
                name,
                stored(N_("{table}: {reason}"), table=name, reason=reason),
                "FLAG",
                len(part),
                _readable(part),
                N_("revenue and activity understated by these rows")
                if name == "lines"
                else stored(N_("what {table} says is too little by these rows"), table=name),
                N_("see the quarantine table; correct the rows in the source and run again"),
                EVERYTHING,
                sample(part),
                is_sized=True,
            )


def off(base: Intake):
    """Sums that others state and ours do not meet."""
    off = base.controls.filter(pl.col("verdict") == "FLAG")
    for (control, source), part in sorted(off.group_by("control", "source"), key=lambda group: group[0]):
        first = part.sort("period").row(0, named=True)
        is_credit = (
            source == "payments" and "invoices" in base.kept
        )  # what is sold on credit is paid later: the difference is owed, not wrong
        yield Doubt(
            "lines",
            stored(
                N_("{control}: the {source} figure differs, first in {period}"),
                control=control,
                source=source,
                period=first["period"] or "–",
            ),
            "FLAG",
            len(part),
            part["difference"].abs().sum(),
            N_("none, if the difference is still owed or was already owed at the start")
            if is_credit
            else N_("all amounts overstated or understated by the difference"),
            N_("see the table of controls; find the documents missing on one side"),
            () if is_credit else HOW_MUCH,
            is_sized=True,
        )


def elsewhere(base: Intake):
    """Order lines that intake never read: what it would have looked for, nobody has."""
    rows = base.elsewhere.reconciliation
    yield Doubt(
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
        yield Doubt(
            "lines",
            row["reason"],
            "FLAG",
            row["rows"],
            row["amount"],
            N_("revenue too low, if they were sales"),
            N_("look at them in the quarantine table"),
            ALL_THERE,
            is_sized=True,
        )


def _readable(rows: pl.DataFrame):
    """Their money, where all of it could be read."""
    return booked(rows) if "amount" in rows.columns and not rows["amount"].null_count() else None
