"""Which row means what? Text of a source -> one typed table, with the fate of every row.

The table that `table` returns has all rows of the source: the typed columns, `_file`, `_sheet`, `_row`,
`status` (kept, quarantined, excluded, merged) and `reason`, in the source's order. Nothing is dropped
here; `kept` picks the rows that go on.
"""

from __future__ import annotations

import polars as pl

from audit import tables
from audit.intake import parse
from audit.intake.read import ORIGIN, BadExport, Read
from audit.settings import Lookup, Mapping, Settings

KINDS = {tables.TEXT: pl.String, tables.DATE: pl.Date, tables.MONEY: parse.MONEY, tables.NUMBER: pl.Float64}
EMPTY = {"", "-", "—"}


def table(name: str, mapping: Mapping, sources: dict[str, Read], settings: Settings) -> pl.DataFrame:
    """All rows meant for a table, typed as far as they can be read, each with its fate.

    Raises
    ------
    BadExport
        listing every column that the mapping names and the source does not have.
    """
    raw = sources[mapping.from_].table
    _check_columns(name, mapping, sources)
    given = [column for column in raw.columns if column not in ORIGIN]
    for target, lookup in mapping.lookup.items():
        raw = _looked_up(raw, lookup, sources[lookup.source].table, f"__{target}", f"[tables.{name}] lookup of {target}")
    source = settings.sources[mapping.from_]
    vocabulary = tables.ALL[name]
    typed, unreadable = [], []
    for target, text in _texts(mapping).items():
        kind = vocabulary.column(target).kind
        if kind in (tables.MONEY, tables.NUMBER):
            value = parse.number(text, source.decimal)
        elif kind == tables.DATE:
            value = parse.date(text, _date_format(target, mapping, settings))
        else:
            value = text.str.strip_chars()
        typed.append(value.cast(KINDS[kind], strict=False).alias(target))
        if kind != tables.TEXT:
            unreadable.append((target, kind, value.is_null() & ~text.str.strip_chars().is_in(EMPTY)))
    for target, formula in mapping.compute.items():
        try:
            typed.append(
                parse.compute(formula, given, source.decimal)
                .round(4)
                .cast(KINDS[vocabulary.column(target).kind], strict=False)
                .alias(target)
            )
        except ValueError as error:
            raise BadExport(f"[tables.{name}] compute {target}: {error}") from error
    typed += [pl.lit(value).alias(target) for target, value in mapping.constants.items()]
    reasons = [pl.when(bad).then(pl.lit(f"{target} cannot be read as {kind}")) for target, kind, bad in unreadable]
    fate = raw.select(*typed, *ORIGIN, pl.coalesce([*reasons, pl.lit(None, pl.String)]).alias("reason"), _where(mapping))
    if len(vocabulary.key) == 1 and vocabulary.key[0] in tables.SURROGATES and vocabulary.key[0] not in mapping.targets:
        fate = fate.with_columns(pl.concat_str(ORIGIN, separator=":").alias(vocabulary.key[0]))
    return _judged(fate, vocabulary)


def kept(fate: pl.DataFrame) -> pl.DataFrame:
    """The rows that go on, without the marks of their origin."""
    return fate.filter(pl.col("status") == "kept").drop([*ORIGIN, "status", "reason"])


def _texts(mapping: Mapping) -> dict[str, pl.Expr]:
    """For each target read from text: the text. Several columns named for one target are joined by a slash."""
    joined = {
        target: pl.concat_str(columns, separator="/") if isinstance(columns, list) else pl.col(columns)
        for target, columns in mapping.columns.items()
    }
    return joined | {target: pl.col(f"__{target}") for target in mapping.lookup}


def _where(mapping: Mapping) -> pl.Expr:
    """Whether the row is one that the mapping's `where` takes."""
    taken = [pl.col(column).is_in(values) for column, values in mapping.where.items()]
    return pl.all_horizontal([pl.lit(True), *taken]).alias("_taken")


def _date_format(target: str, mapping: Mapping, settings: Settings) -> str | None:
    source = mapping.lookup[target].source if target in mapping.lookup else mapping.from_
    return settings.sources[source].date_format


def _looked_up(raw: pl.DataFrame, lookup: Lookup, other: pl.DataFrame, target: str, where: str) -> pl.DataFrame:
    """A column of another source joined many to one; a key that means two things is an error, not a doubled row."""
    match = lookup.match or lookup.key
    pairs = other.select(pl.col(match).alias("__match"), pl.col(lookup.column).alias(target)).unique()
    doubled = pairs.filter(pl.col("__match").is_duplicated())["__match"].unique().sort()
    if len(doubled):
        raise BadExport(
            f"{where}: {match} is not one row in {lookup.source!r}: {', '.join(doubled[:3])} and {len(doubled)} in all lead to several values"
        )
    joined = raw.join(pairs, left_on=lookup.key, right_on="__match", how="left", maintain_order="left")
    return joined.with_columns(pl.col(target).fill_null(""))


def _check_columns(name: str, mapping: Mapping, sources: dict[str, Read]) -> None:
    def absent(source: str, wanted) -> list[str]:
        there = sources[source].table.columns
        return [
            f"[tables.{name}]: source {source!r} has no column {c!r}; it has {', '.join(x for x in there if x not in ORIGIN)}"
            for c in wanted
            if c not in there
        ]

    wanted = [c for columns in mapping.columns.values() for c in ([columns] if isinstance(columns, str) else columns)]
    faults = absent(mapping.from_, [*wanted, *mapping.where, *(look.key for look in mapping.lookup.values())])
    for look in mapping.lookup.values():
        faults += absent(look.source, [look.match or look.key, look.column])
    if faults:
        raise BadExport("\n".join(dict.fromkeys(faults)) + "\nWhat to do: name the columns in audit.toml as the file's header does.")


def _judged(fate: pl.DataFrame, vocabulary: tables.Table) -> pl.DataFrame:
    """Status and reason of each row: unreadable or incomplete rows quarantined, repeats by key merged or quarantined."""
    missing = [
        pl.when((pl.col(c).is_null() | (pl.col(c) == "")) if fate.schema[c] == pl.String else pl.col(c).is_null()).then(pl.lit(f"no {c}"))
        for c in vocabulary.required
    ]
    closed = [
        pl.when(~pl.col(c.name).is_in([*c.values, ""])).then(pl.lit(f"{c.name} is not one of {', '.join(c.values)}"))
        for c in vocabulary.columns
        if c.values and c.name in fate.columns
    ]
    fate = fate.with_columns(pl.coalesce(["reason", *missing, *closed, pl.lit(None, pl.String)]).alias("reason"))
    good = pl.col("reason").is_null() & pl.col("_taken")
    key = list(vocabulary.key)
    earlier = good & (pl.int_range(pl.len()).over([*key, good]) > 0)
    same = pl.col("_same") == pl.col("_same").first().over([*key, good])
    data = [c for c in vocabulary.names if c in fate.columns]
    return (
        fate.with_columns(pl.struct(data).hash(seed=0).alias("_same"))
        .with_columns(
            pl.when(~pl.col("_taken"))
            .then(pl.lit("left out by [tables] where"))
            .when(earlier & same)
            .then(pl.lit("repeat of a row already taken"))
            .when(earlier)
            .then(pl.lit(f"key {', '.join(key)} repeats with other content"))
            .otherwise(pl.col("reason"))
            .alias("reason"),
            pl.when(~pl.col("_taken"))
            .then(pl.lit("excluded"))
            .when(earlier & same)
            .then(pl.lit("merged"))
            .when(pl.col("reason").is_not_null() | earlier)
            .then(pl.lit("quarantined"))
            .otherwise(pl.lit("kept"))
            .alias("status"),
        )
        .with_columns(pl.col("reason").fill_null(""))
        .drop("_same", "_taken")
    )
