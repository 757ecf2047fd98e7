"""What does a column look like? Its kind by its content, and how well its name fits each of ours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from audit.core import registry
from audit.core.tables.schema import DATE, MOMENT, MONEY, NUMBER
from audit.intake.mapping import identifiers, parse
from audit.intake.propose.files import Found
from audit.intake.propose.formats import ALIKE, SAMPLE, SERIALS
from audit.intake.readers.layout import plain
from audit.intake.words import vocabulary

KINDS = {DATE: "date", MOMENT: "date", MONEY: "number", NUMBER: "number"}
PSEUDO = {"price": "number", "discount_rate": "number", "profit": "number"}  # not ours, but ours follow from them
UNITS = {"руб", "рублей", "rub", "usd", "eur", "gbp", "р", "шт", "kzt"}
OTHERS = {  # words that make another thing of a name that is known
    "ндс", "vat", "tax", "скидка", "скидки", "остаток", "долг", "долга", "план", "plan", "balance", "due", "закупки", "закупка",
    "закупочная", "оплаты", "оплачено", "paid", "refunded", "shipping",
    "аванс", "предоплата", "себестоимость", "маржа", "бонус", "доставки",
}  # fmt: skip
SHARED_LEAST = 0.5  # of the values of a key must occur in the other table
NEARLY = 0.95  # of the rows of a list must have a key of their own
ALIKE_NAME = 92  # percentage of letters in common from which a name is taken for a misspelt synonym


@dataclass(frozen=True, eq=False)
class Column:
    name: str
    series: pl.Series
    kind: str  # date, number, text or empty

    @cached_property
    def values(self) -> list[str]:
        """The different values of the first rows, sorted."""
        return self.series.head(SAMPLE).unique().sort().to_list()

    @cached_property
    def different(self) -> frozenset[str]:
        return frozenset(self.series.str.strip_chars().unique()) - {""}

    @cached_property
    def is_unique(self) -> bool:
        """Whether each value stands in one row: a key."""
        filled = self.series.filter(self.series != "")
        return len(filled) > 1 and len(filled) == len(self.series) and filled.n_unique() == len(filled)

    @cached_property
    def is_nearly_unique(self) -> bool:
        """Whether all but a few values stand in one row: a key with some repeats, which intake then quarantines."""
        filled = self.series.filter(self.series != "")
        return len(filled) > 1 and filled.n_unique() >= NEARLY * len(self.series)

    @cached_property
    def is_share(self) -> bool:
        """Whether all values are fractions of 1."""
        numbers = (
            self.series.head(SAMPLE)
            .to_frame("x")
            .select(parse.number(pl.col("x"), ".").fill_null(parse_comma()).cast(pl.Float64))["x"]
            .drop_nulls()
        )
        return len(numbers) > 0 and bool(numbers.is_between(0, 1).all())

    def shares(self, other: Column) -> float:
        """Share of the other column's values that occur in this one."""
        return len(self.different & other.different) / max(len(other.different), 1)

    def shares_but_for_zeros(self, other: Column) -> float:
        """`shares`, leading zeros and blanks aside: what a spreadsheet takes off codes."""
        mine, theirs = ({value.strip().lstrip("0").casefold() for value in one.different} - {""} for one in (self, other))
        return len(mine & theirs) / max(len(theirs), 1)

    def is_named(self, table: str, target: str) -> bool:
        """Whether its name is one by which our column is known."""
        return self.bare in vocabulary()[table].get(target, ())

    @cached_property
    def bare(self) -> str:
        """Its name for comparison, without the unit that stands behind it: «Сумма, руб.» is a «Сумма»."""
        words = plain(self.name).split()
        while len(words) > 1 and words[-1] in UNITS:
            words.pop()
        return " ".join(words)

    def fit(self, table: str, target: str) -> float:
        """How well name and content fit our column, 0 to 1; 0: not at all."""
        if not self._holds(table, target):
            return 0.0
        name, known = self.bare, vocabulary()[table].get(target, [])
        if name in known:
            return 1 - known.index(name) / 100
        words = set(name.replace("без ндс", "").split())
        if words & OTHERS:
            return 0.0
        partly = [i for i, synonym in enumerate(known) if len(synonym) > 3 and set(synonym.split()) <= words]
        if partly:
            return 0.6 - partly[0] / 100 - len(words) / 100
        from rapidfuzz import fuzz

        return 0.5 if any(len(s) > 5 and fuzz.ratio(name, s) >= ALIKE_NAME for s in known) else 0.0

    def _holds(self, table: str, target: str) -> bool:
        if self.kind == "empty" or ("%" in self.name and target != "discount_rate"):
            return False
        kind = (
            PSEUDO.get(target) if target in PSEUDO and table == "lines" else KINDS.get(registry.tables()[table].column(target).kind, "any")
        )
        if target in identifiers.CHECKS and target in ("tax_id", "ogrn"):
            return bool(self.series.head(SAMPLE).str.contains(r"\d{9,}|E\+").any())
        return kind == "any" or kind == self.kind


def parse_comma() -> pl.Expr:
    """The same text read with a decimal comma."""
    return parse.number(pl.col("x"), ",")


def profiles(found: Found) -> list[Column]:
    """The columns of a sheet, data rows only, each with its kind."""
    data = found.table.filter(pl.col("_mark") == "")
    return [Column(name, data[name], _kind(data[name], found)) for name in found.columns]


def _kind(series: pl.Series, found: Found) -> str:
    sample = series.filter(~series.str.strip_chars().is_in(["", "-", "—"])).head(SAMPLE).to_frame("x")
    if sample.is_empty():
        return "empty"
    format = found.source.date_format
    is_day = pl.coalesce(parse.date(pl.col("x"), format), parse.moment(pl.col("x"), format).dt.date()).is_not_null()
    days = sample.select(is_day.mean())["x"][0]
    if days >= ALIKE and (found.source.date_format != parse.SERIAL or _counts_days(sample["x"])):
        return "date"
    numbers = sample.select(parse.number(pl.col("x"), found.source.decimal).is_not_null().mean())["x"][0]
    return "number" if numbers >= 0.9 else "text"


def _counts_days(values: pl.Series) -> bool:
    """Whether numbers may be days as a spreadsheet counts them: amounts mostly lie elsewhere."""
    days = values.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    return bool(days.is_between(*SERIALS).mean() >= ALIKE)


def best(columns: list[Column], table: str, target: str, taken: frozenset = frozenset()) -> Column | None:
    """The column that ours is most probably called, of those with fitting content; None where none is."""
    fits = [(fit, column) for column in columns if column.name not in taken and (fit := column.fit(table, target)) > 0]
    return max(fits, key=lambda pair: pair[0])[1] if fits else None


def formula_name(name: str) -> str:
    """A column's name as it stands in a formula of audit.toml: in quotes where it is not one word."""
    return name if name.isidentifier() else f'"{name}"'
