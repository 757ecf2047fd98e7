"""Which row means what? Text of a source -> one typed table, with the fate of every row.

The table that `table` returns has all rows of the source: the typed columns, `_file`, `_sheet`, `_row`,
`status` (kept, quarantined, excluded, merged) and `reason`, in the source's order. Nothing is dropped
here; `kept` picks the rows that go on.
"""

from __future__ import annotations

import string

import polars as pl

from audit.core import registry
from audit.core.settings import Lookup, Mapping, Settings
from audit.core.tables.company import SURROGATES
from audit.core.tables.schema import DATE, MOMENT, MONEY, NUMBER, TEXT, Table
from audit.i18n import mark as N_
from audit.i18n import stored, translate
from audit.i18n.messages import BETWEEN
from audit.intake import words
from audit.intake.mapping import identifiers, parse
from audit.intake.readers import layout
from audit.intake.readers.read import MARKS, ORIGIN, BadExport, Read

STATE = "_state"  # where a table's own column `status` waits, since each row's fate is called so here
KINDS = {TEXT: pl.String, DATE: pl.Date, MOMENT: pl.Datetime("us"), MONEY: parse.MONEY, NUMBER: pl.Float64}
EMPTY = {"", "-", "—"}
MONEY_MOST = 1e13  # that a column of money may add up to: sums of its sums must fit 14 digits too
BASIS_LEAST, BASIS_SHARE = 5, 0.95  # rows without customer and day from which, and of which so many, repeat the row above
TEXT_MOST = 20_000  # bytes of a cell of text: longer is no name and no remark
NULLS = ("NULL", "\\N")  # nothing, as databases write it; a customer may be called so, a region is not
UNREADABLE = N_("{column} cannot be read as {kind}")
LOST = N_("{column} has lost its digits in a spreadsheet")
MISSING = N_("no {column}")
STRANGE = N_("{column} is not one of {values}")
ENDLESS = N_("{column} is longer than {most} bytes")
LEFT_OUT = N_("{column} is {value}, left out by where")
TOTAL = N_("a total of the export, not data")
HEADING = N_("a heading of the export, not data")
NOTE = N_("a note under the table, not data")
COPY = N_("a copy: every row of this file stands in another file of the source")
BASIS = N_("repeats the sum of the row above, such as the document that it is based on")
REPEAT = N_("repeat of a row already counted")
CONFLICT = N_("key {key} repeats, with another {differs}")
OTHER_SPELLING = N_("another row of {key} already taken, with other content")


def table(name: str, mapping: Mapping, sources: dict[str, Read], settings: Settings) -> pl.DataFrame:
    """All rows meant for a table, typed as far as they can be read, each with its fate.

    Raises
    ------
    BadExport
        listing every column that the mapping names and the source does not have.
    """
    raw = sources[mapping.from_].table
    _check_columns(name, mapping, sources)
    given = [column for column in raw.columns if column not in [*ORIGIN, *MARKS]]
    for target, lookup in mapping.lookup.items():
        raw = _looked_up(raw, lookup, sources[lookup.source].table, f"__{target}", f"[tables.{name}] lookup of {target}")
    schema = registry.tables()[name]
    helpers = [target for target in mapping.lookup if target not in given]  # formulas may use what was looked up
    raw, given = raw.with_columns(pl.col(f"__{target}").alias(target) for target in helpers), [*given, *helpers]
    _check_signs(name, mapping, schema, raw)
    made = _computed(name, mapping, schema, given, settings) + _constants(name, mapping, schema, settings)
    fate = raw.select(*_typed(mapping, schema, settings), *made, *ORIGIN, *MARKS, _where(mapping)).rename({"status": STATE}, strict=False)
    fate = _looked_closer(raw, fate, mapping, schema, settings)
    _check_size(name, fate, schema)
    fate = _coded(fate.with_columns(_unreadable(raw, fate, mapping, schema)), identifiers.country(settings))
    is_numbered = schema.key[-1] in SURROGATES and schema.key[-1] not in mapping.targets
    if is_numbered:
        fate = fate.with_columns(_place(fate).alias(schema.key[-1]))
    fate = _in_our_words(fate, name, mapping, schema)
    fate = _periods(fate) if "period" in fate.columns and name in ("plans", "budgets", "costs", "pay", "commitments") else fate
    fate = _judged(fate, schema)
    fate = _without_basis(fate) if name == "lines" else fate
    repeats = None if is_numbered else _repeats(fate, schema)
    nothing = [pl.lit(None, pl.Boolean).alias("_is_same"), pl.lit("").alias("_differs")]
    fate = fate.with_columns(nothing) if repeats is None else fate.hstack(repeats)
    return _fated(fate, schema, is_distinct=mapping.distinct)


def _place(fate: pl.DataFrame) -> pl.Expr:
    """file:sheet:row, the identity of a row that has no other."""
    if fate.select("_file", "_sheet").head(1).equals(fate.select("_file", "_sheet").tail(1)) and fate["_file"].n_unique() == 1:
        file, sheet = fate.select("_file", "_sheet").row(0)
        return pl.lit(f"{file}:{sheet}:") + pl.col("_row").cast(pl.String)
    return pl.concat_str(ORIGIN, separator=":")


def _typed(mapping: Mapping, schema: Table, settings: Settings) -> list[pl.Expr]:
    """The mapped columns as typed expressions, null where they cannot be read."""
    typed = []
    for target, text in _texts(mapping, schema).items():
        kind = schema.column(target).kind
        if kind in (MONEY, NUMBER):
            value = parse.plain_number(text, settings.sources[mapping.from_].decimal)
        elif kind == DATE:
            value = parse.date(parse.without_hour(text, _date_format(target, mapping, settings)), _date_format(target, mapping, settings))
        elif kind == MOMENT:
            value = parse.moment(text, _date_format(target, mapping, settings))
        else:
            value = parse.code(text.str.strip_chars(), of=pl.col("_mark") == "") if target.endswith("_id") else text.str.strip_chars()
            if not schema.column(target).required and not target.endswith("_id"):
                value = pl.when(value.is_in(NULLS)).then(pl.lit("")).otherwise(value)
        typed.append(value.cast(KINDS[kind], strict=False).alias(target))
    return typed


def _looked_closer(raw: pl.DataFrame, fate: pl.DataFrame, mapping: Mapping, schema: Table, settings: Settings) -> pl.DataFrame:
    """Numbers that are not plain read after all, where they can be: the few with signs, brackets or marks of thousands."""
    decimal, changed = settings.sources[mapping.from_].decimal, []
    for target, text in _texts(mapping, schema).items():
        if schema.column(target).kind in (MONEY, NUMBER) and fate[target].null_count():
            changed.append(parse.second_look(fate[target], raw.select(text).to_series(), decimal))
    return fate.with_columns(changed)


def _unreadable(raw: pl.DataFrame, fate: pl.DataFrame, mapping: Mapping, schema: Table) -> pl.Series:
    """Why a row cannot be read: the first of its columns that holds a text, and no value of its kind; null where all can."""
    reason = pl.Series("reason", [None], dtype=pl.String).new_from_index(0, len(fate))
    for target, text in _texts(mapping, schema).items():
        kind = schema.column(target).kind
        if kind == TEXT or not fate[target].null_count():
            continue
        bad = fate[target].is_null() & ~raw.select(text.str.strip_chars().is_in(EMPTY)).to_series() & reason.is_null()
        reason = reason.set(bad, stored(UNREADABLE, column=target, kind=kind))
    return reason


def _computed(name: str, mapping: Mapping, schema: Table, given: list[str], settings: Settings) -> list[pl.Expr]:
    made = []
    for target, formula in mapping.compute.items():
        try:
            value = parse.compute(formula, given, settings.sources[mapping.from_].decimal)
        except ValueError as error:
            raise BadExport(N_("[tables.{name}] compute {target}: {error}"), name=name, target=target, error=error) from error
        made.append(value.round(4).cast(KINDS[schema.column(target).kind], strict=False).alias(target))
    return made


def _constants(name: str, mapping: Mapping, schema: Table, settings: Settings) -> list[pl.Expr]:
    """The fixed values of a table, each of its column's kind."""
    made = []
    for target, value in mapping.constants.items():
        kind, said = schema.column(target).kind, pl.lit(value)
        typed = (
            parse.number(said, settings.sources[mapping.from_].decimal)
            if kind in (MONEY, NUMBER)
            else parse.date(said, None)
            if kind == DATE
            else parse.moment(said, None)
            if kind == MOMENT
            else said
        )
        if pl.select(typed).item() is None:
            message = N_("[tables.{name}] constants: {target} = {value!r} cannot be read as {kind}. What to do: write it as {example}.")
            example = {DATE: "2025-12-31", MOMENT: "2025-12-31 16:30"}.get(kind) or f"0{settings.sources[mapping.from_].decimal}5"
            raise BadExport(message, name=name, target=target, value=value, kind=kind, example=example)
        made.append(pl.lit(pl.select(typed).item()).cast(KINDS[kind]).alias(target))
    return made


def _coded(fate: pl.DataFrame, country: str) -> pl.DataFrame:
    """Codes as they should be, with their state in `_<column>`; digits that a spreadsheet rounded away are lost, and so is the row."""
    for name in (c for c in identifiers.CHECKS if c in fate.columns):
        code, state = identifiers.checked(fate[name], name, country)
        lost = pl.when(state == identifiers.LOST).then(pl.lit(stored(LOST, column=name)))
        fate = fate.with_columns(code.alias(name), state.alias(f"_{name}"), pl.coalesce(["reason", lost]).alias("reason"))
    return fate


def kept(fate: pl.DataFrame) -> pl.DataFrame:
    """The rows that go on, without the marks of their origin."""
    good = fate.filter(pl.col("status") == "kept")
    marks = [c for c in good.columns if c.startswith("_") and c != STATE]
    return good.drop(marks, "status", "reason").rename({STATE: "status"}, strict=False)


def _texts(mapping: Mapping, schema: Table) -> dict[str, pl.Expr]:
    """For each target read from text: the text. Several columns named for one target are joined by a slash."""
    joined = {
        target: pl.concat_str(columns, separator="/") if isinstance(columns, list) else pl.col(columns)
        for target, columns in mapping.columns.items()
    }
    return joined | {target: pl.col(f"__{target}") for target in mapping.lookup if target in schema.names}


def _where(mapping: Mapping) -> pl.Expr:
    """Why the mapping's `where` leaves the row out; null where it takes it."""
    something = lambda column: ~pl.col(column).str.strip_chars().str.contains(r"^[-—]?$|^0+([.,]0+)?$")
    takes = {column: something(column) if values == ["*"] else pl.col(column).is_in(values) for column, values in mapping.where.items()}
    left = [pl.when(~taken).then(_left_out_as(column)) for column, taken in takes.items()]
    return pl.coalesce([*left, pl.lit(None, pl.String)]).alias("_left_out")


def _left_out_as(column: str) -> pl.Expr:
    """LEFT_OUT with each row's own value, as a stored text."""
    filled = pl.struct(pl.lit(column).alias("column"), pl.col(column).alias("value")).struct.json_encode()
    return pl.lit(f"{LEFT_OUT}{BETWEEN}") + filled


def _date_format(target: str, mapping: Mapping, settings: Settings) -> str | None:
    source = mapping.lookup[target].source if target in mapping.lookup else mapping.from_
    return settings.sources[source].date_format


def _looked_up(raw: pl.DataFrame, lookup: Lookup, other: pl.DataFrame, target: str, where: str) -> pl.DataFrame:
    """A column of another source joined many to one; a key that means two things is an error, not a doubled row."""
    match = lookup.match or lookup.key
    pairs = other.filter(pl.col("_mark") == "").select(pl.col(match).alias("__match"), pl.col(lookup.column).alias(target)).unique()
    doubled = pairs.filter(pl.col("__match").is_duplicated())["__match"].unique().sort()
    if len(doubled):
        message = N_(
            "{where}: {match} is not one row in {source!r}: {values} and {count} in all lead to several values. What to "
            "do: choose a key that is one row there."
        )
        raise BadExport(message, where=where, match=match, source=lookup.source, values=", ".join(doubled[:3]), count=len(doubled))
    joined = raw.join(pairs, left_on=lookup.key, right_on="__match", how="left", maintain_order="left")
    return joined.with_columns(pl.col(target).fill_null(""))


def _check_columns(name: str, mapping: Mapping, sources: dict[str, Read]) -> None:
    wanted = [c for columns in mapping.columns.values() for c in ([columns] if isinstance(columns, str) else columns)]
    wanted = [(mapping.from_, c) for c in [*wanted, *mapping.where, *(look.key for look in mapping.lookup.values())]]
    wanted += [(look.source, c) for look in mapping.lookup.values() for c in (look.match or look.key, look.column)]
    faults = {}
    for source, column in wanted:
        there = [c for c in sources[source].table.columns if c not in [*ORIGIN, *MARKS]]
        if column not in there:
            message = translate(N_("[tables.{name}]: source {source!r} has no column {column!r}; it has {there}"))
            faults[message.format(name=name, source=source, column=column, there=", ".join(there))] = True
    if faults:
        message = N_("{faults}\nWhat to do: name the columns in audit.toml as the file's header does.")
        raise BadExport(message, faults="\n".join(faults))


def _check_size(name: str, fate: pl.DataFrame, schema: Table) -> None:
    """Money that adds up to more than can be added exactly is refused, before anything is added."""
    for column in (c for c in fate.columns if c in schema.names and fate.schema[c] == parse.MONEY):
        total = fate[column].cast(pl.Float64).abs().sum()
        if total >= MONEY_MOST:
            message = N_(
                "[tables.{name}]: {column} adds up to {total}: more than {most} cannot be added exactly. What to do: is the column right? If it is, take "
                "the money in thousands by compute."
            )
            raise BadExport(message, name=name, column=column, total=f"{total:,.0f}", most=f"{MONEY_MOST:,.0f}")


def _check_signs(name: str, mapping: Mapping, schema: Table, raw: pl.DataFrame) -> None:
    """One column of money in one currency: signs of several are never added up (fault 20)."""
    for target, column in mapping.columns.items():
        if schema.column(target).kind == MONEY and isinstance(column, str):
            if not raw[column].str.contains_any([*parse.SIGNS, *string.ascii_uppercase]).any():
                continue
            written = raw[column].str.extract(r"\b([A-Z]{3})\b", 1).drop_nulls().unique().sort().to_list()
            signs = [sign for sign in parse.SIGNS if raw[column].str.contains(sign, literal=True).any()]
            signs += [code for code in written if code in parse.currencies()]
            if len({parse.SIGNS.get(sign, sign) for sign in signs}) > 1:
                message = N_(
                    "[tables.{name}]: {column!r} holds signs of several currencies: {signs}. What to do: split it, and map the "
                    "currency of each row."
                )
                raise BadExport(message, name=name, column=column, signs=", ".join(signs))


def _periods(fate: pl.DataFrame) -> pl.DataFrame:
    """Years, quarters and months as people write them, as we do; a row whose period is none of them is not taken."""
    known = {text: parse.period(text) for text in fate["period"].drop_nulls().unique()}
    read = fate["period"].replace_strict(known, default=None, return_dtype=pl.String)
    unread = pl.when((read == "") & (pl.col("period") != "")).then(
        pl.lit(stored(UNREADABLE, column="period", kind=N_("year, quarter or month")))
    )
    return fate.with_columns(pl.coalesce(["reason", unread]).alias("reason"), read.alias("period"))


def _in_our_words(fate: pl.DataFrame, name: str, mapping: Mapping, schema: Table) -> pl.DataFrame:
    """Closed lists in our codes: by the mapping's `values`, else by the words that words.toml knows, compared like names.

    A value of an optional column that is none of these is lost, not its row: the text stays in `_said_<column>` for the doubt about it.
    """
    for column in (c for c in schema.columns if c.values and c.name in fate.columns and fate.schema[c.name] == pl.String):
        known = words.codes(name, column.name) | {layout.plain(word): code for word, code in mapping.values.get(column.name, {}).items()}
        said = fate[column.name].fill_null("")
        code = said.replace_strict({one: known.get(layout.plain(one), one) for one in said.unique()}, return_dtype=pl.String)
        if not column.required:
            strange = ~code.is_in([*column.values, ""])
            fate = fate.with_columns(pl.when(strange).then(said).alias(f"_said_{column.name}")) if strange.any() else fate
            code = pl.select(pl.when(strange).then(pl.lit("")).otherwise(code)).to_series()
        fate = fate.with_columns(code.alias(column.name))
    return fate


def _judged(fate: pl.DataFrame, schema: Table) -> pl.DataFrame:
    """Why a row cannot be taken (`reason`), and why it is not meant to be (`_left_out`: totals, headings, rows that `where` leaves out)."""
    missing = [
        pl.when((pl.col(c).is_null() | (pl.col(c) == "")) if fate.schema[c] == pl.String else pl.col(c).is_null()).then(
            pl.lit(stored(MISSING, column=c))
        )
        for c in schema.required
    ]
    closed = [
        pl.when(~pl.col(c.name).is_in([*c.values, ""])).then(pl.lit(stored(STRANGE, column=c.name, values=", ".join(c.values))))
        for c in schema.columns
        if c.values and c.name in fate.columns
    ]
    endless = [
        pl.when(pl.col(c.name).str.len_bytes() > TEXT_MOST).then(pl.lit(stored(ENDLESS, column=c.name, most=TEXT_MOST)))
        for c in schema.columns
        if c.name in fate.columns and fate.schema[c.name] == pl.String and (fate[c.name].str.len_bytes().max() or 0) > TEXT_MOST
    ]
    said = {"total": TOTAL, "group": HEADING, "note": NOTE, "copy": COPY}
    mark = pl.coalesce(pl.when(pl.col("_mark") == one).then(pl.lit(why)) for one, why in said.items())
    return fate.with_columns(
        pl.coalesce([mark, "_left_out"]).alias("_left_out"),
        pl.coalesce(["reason", *missing, *closed, *endless, pl.lit(None, pl.String)]).alias("reason"),
    )


def _without_basis(fate: pl.DataFrame) -> pl.DataFrame:
    """Lines of a second level that say the sum of the first once more, such as 1C's «Документ.Основание»: without a customer and a day, and,
    nearly all of them, with the very amount of the row above."""
    if not (fate["customer_id"] == "").any():
        return fate
    bare = (pl.col("customer_id") == "") & pl.col("date").is_null() & pl.col("_left_out").is_null() & pl.col("amount").is_not_null()
    repeats = bare & (pl.col("amount") == pl.col("amount").shift(1)) & ~bare.shift(1, fill_value=True)
    found = fate.select(bare.sum().alias("bare"), repeats.sum().alias("repeats")).row(0)
    if found[1] < BASIS_LEAST or found[1] < BASIS_SHARE * found[0]:
        return fate
    return fate.with_columns(pl.when(repeats).then(pl.lit(BASIS)).otherwise("_left_out").alias("_left_out"))


def _repeats(fate: pl.DataFrame, schema: Table) -> pl.DataFrame | None:
    """For each row whose key an earlier row has: whether it says the same (null for all others), and what differs; None where no key repeats."""
    key, data = [c for c in schema.key if c in fate.columns], [c for c in (*schema.names, STATE) if c in fate.columns]
    good = fate.select(*key, "reason", "_left_out").with_row_index("_at").filter(pl.col("reason").is_null() & pl.col("_left_out").is_null())
    twice = good.filter(good.select(key).is_duplicated()).select("_at", *key)
    if twice.is_empty():
        return None
    said = fate[twice["_at"]].select(pl.struct(data).hash(seed=0).alias("_said"))
    twice = twice.hstack(said).with_columns(
        (pl.col("_said") == pl.col("_said").first().over(key)).alias("_is_same"), pl.int_range(pl.len()).over(key).alias("_nth")
    )
    later = twice.filter(pl.col("_nth") > 0)
    same = pl.Series("_is_same", [None], dtype=pl.Boolean).new_from_index(0, len(fate))
    differs = pl.Series("_differs", [""], dtype=pl.String).new_from_index(0, len(fate))
    other = later.filter(~pl.col("_is_same"))
    if len(other):
        firsts = twice.filter(pl.col("_nth") == 0).select(*key, pl.col("_at").alias("_first"))
        pairs = other.select("_at", *key).join(firsts, on=key, how="left", maintain_order="left", nulls_equal=True)
        one, two = fate[pairs["_first"]], fate[pairs["_at"]]
        unlike = [pl.when(one[c].ne_missing(two[c])).then(pl.lit(c)) for c in data if c not in key]
        differs = differs.scatter(pairs["_at"], pairs.select(pl.concat_str(unlike, separator=", ", ignore_nulls=True)).to_series())
    return pl.DataFrame([same.scatter(later["_at"], later["_is_same"]), differs])


def _fated(fate: pl.DataFrame, schema: Table, *, is_distinct: bool) -> pl.DataFrame:
    """Status of each row: excluded, merged with the first of its key, quarantined or kept."""
    said, is_later = pl.col("_left_out"), pl.col("_is_same").is_not_null()
    key = ", ".join(schema.key)
    filled = pl.struct(pl.lit(key).alias("key"), pl.col("_differs").alias("differs")).struct.json_encode()
    other = pl.lit(stored(OTHER_SPELLING, key=key)) if is_distinct else pl.lit(f"{CONFLICT}{BETWEEN}") + filled
    if fate["_left_out"].null_count() == fate["_is_same"].null_count() == fate["reason"].null_count() == len(fate):
        return fate.with_columns(pl.lit("").alias("reason"), pl.lit("kept").alias("status")).drop("_is_same", "_differs", "_left_out")
    return fate.with_columns(
        pl.when(said.is_not_null())
        .then(said)
        .when(is_later & pl.col("_is_same"))
        .then(pl.lit(REPEAT))
        .when(is_later)
        .then(other)
        .otherwise("reason")
        .fill_null("")
        .alias("reason"),
        pl.when(said.is_not_null())
        .then(pl.lit("excluded"))
        .when(is_later & (pl.col("_is_same") | pl.lit(is_distinct)))
        .then(pl.lit("merged"))
        .when(pl.col("reason").is_not_null() | is_later)
        .then(pl.lit("quarantined"))
        .otherwise(pl.lit("kept"))
        .alias("status"),
    ).drop("_is_same", "_differs", "_left_out")
