"""What has the consultant declared? audit.toml as typed settings, every fault in one message."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from audit.core import formula
from audit.core import norms as register
from audit.core.errors import AuditError
from audit.core.tables.company import COMPANY, SURROGATES
from audit.core.tables.schema import MONEY, NUMBER
from audit.i18n import mark as N_
from audit.i18n import render, stored


class BadSettings(AuditError):
    """An audit.toml that cannot be used; the message lists every fault and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Declared(_Strict):
    """[base]: the company, the time and how the report is to be."""

    name: str
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO code, such as RUB")
    zone: str | None = None  # IANA name of the clock by which orders are written down, such as Europe/Moscow
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$", description="ISO code, such as RU")  # whose taxes it pays
    as_of: dt.date
    observed_from: dt.date | None = None  # default: first day of the month of the first line
    period: Literal["year", "quarter", "month"] = "year"
    burn_in_months: int | None = Field(default=None, ge=0)
    sales_type: Literal["transactional", "consultative", "strategic", "mixed", "project"] = "transactional"
    languages: list[Literal["en", "ru"]] = Field(default=["en"], min_length=1)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    edition: Literal["internal", "client", "pseudonymous"] = "internal"  # for whose eyes
    previous: str | None = None  # folder of an earlier run of this base, to say what moved since
    forms: str | None = None  # the filled-in workbooks of `audit forms`: a name or a pattern inside the base's folder
    actions_done: str | None = None  # the filled-in actions.xlsx of that run, in the base's folder
    purchases_are: Literal["sales", "invoices", "payments"] = "sales"  # what a line of [tables.lines] records (P37)

    @field_validator("zone")
    @classmethod
    def _is_zone(cls, zone: str | None) -> str | None:
        if zone and zone not in available_timezones():
            raise ValueError(N_("must be the IANA name of a time zone, such as Europe/Moscow"))
        return zone

    @field_validator("edition", mode="before")
    @classmethod
    def _none_is_anonymous(cls, edition: str) -> str:
        if edition == "anonymous":
            raise ValueError(N_('write "pseudonymous": amounts and days stay what they are, so no edition is anonymous'))
        return edition


class Source(_Strict):
    file: str | None = None  # a name or a pattern inside the base's folder
    query: str | None = None  # or a SELECT, run on the database whose URL the environment holds
    dsn_env: str = Field(default="AUDIT_DSN", pattern="^[A-Z][A-Z0-9_]*$")
    sheet: str | None = None  # a name or a pattern; default: the first
    encoding: str | None = None
    delimiter: str = Field(default=",", pattern=r"^(.|whitespace)$")
    decimal: Literal[".", ","] = "."
    date_format: str | None = None
    header: int | None = Field(default=None, ge=1)  # row of the header's last line, as a spreadsheet counts
    header_rows: int = Field(default=1, ge=1, le=3)
    names: list[str] | None = None  # in place of the header's, or for files without one
    groups: list[str] = []  # what the levels of a grouped report's first column are, outermost first
    fill_down: list[str] = []  # columns in which nothing means as above
    unpivot: list[str] = []  # columns that are months: each cell becomes a row, with its month in `period` and its money in `amount`
    own_tax_ids: list[str] = []  # bank statements: the company itself and its sister companies
    payers: dict[str, str] = {}  # bank statements: tax id or name of a payer -> class, where the words mislead

    @property
    def first_row(self) -> int:
        """Row of the first data, as a spreadsheet counts."""
        return 1 if self.names and self.header is None else (self.header or self.header_rows) + 1

    @field_validator("file")
    @classmethod
    def _inside(cls, file: str | None) -> str | None:
        if file and (Path(file).is_absolute() or ".." in Path(file).parts):
            raise ValueError(N_("must be a file name inside the base's folder"))
        return file

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        if (self.file is None) == (self.query is None):
            raise ValueError(N_("needs either file or query"))
        return self


class Lookup(_Strict):
    source: str
    key: str  # column of this table's source
    match: str | None = None  # column of the looked-up source, where it is called otherwise
    column: str


class Mapping(_Strict):
    from_: str = Field(alias="from")
    columns: dict[str, str | list[str]] = {}
    compute: dict[str, str] = {}
    lookup: dict[str, Lookup] = {}
    constants: dict[str, str] = {}
    where: dict[str, list[str]] = {}  # source column -> the only values taken; "*" takes every row with something there
    values: dict[str, dict[str, str]] = {}  # column of ours with a closed list -> their word -> our code
    distinct: bool = False  # the source has many rows per key: the first is taken, the others are counted as merged

    @property
    def targets(self) -> list[str]:
        return [*self.columns, *self.compute, *self.lookup, *self.constants]


class Exclusion(_Strict):
    why: str = Field(min_length=5)
    column: str  # of [tables.lines]
    values: list[str] = Field(min_length=1)  # each whole, or as a pattern with *


class Rules(_Strict):
    returns: Literal["net", "excluded"] = "net"
    corrections: Literal["net", "excluded"] = "net"  # less than nothing for goods that were not given back
    zero_amounts: Literal["kept", "excluded"] = "kept"
    vat: Literal["excluded", "included"] = "excluded"
    vat_rates: dict[dt.date, float] = {}  # from which day which rate, where vat is included
    rates: dict[str, float] = {}  # money of the base's currency for one of another
    services: list[str] = []  # product ids that are not goods
    credit_notes: Literal["newest", "oldest"] = "newest"  # what a credit note takes back that names no invoice
    exclude: list[Exclusion] = []  # test orders, own companies, retail customers, ...

    @model_validator(mode="after")
    def _rates_for_vat(self) -> Rules:
        if (self.vat == "included") != bool(self.vat_rates):
            raise ValueError(N_('vat = "included" and vat_rates = {{ 2019-01-01 = 0.20 }} go together'))
        if any(not 0 < rate < 1 for rate in self.vat_rates.values()):
            raise ValueError(N_("vat_rates are fractions such as 0.20"))
        return self


class Controls(_Strict):
    booked: dict[str, float]  # period (2025, 2025-03 or all) -> booked sales as the company states them
    source: str
    tolerance: float = Field(default=1.0, ge=0)  # money by which they may differ


class Engine(_Strict):
    name: Literal["polars", "spark"] = "polars"
    master: str | None = None  # of Spark: local[2], spark://host:7077, yarn
    remote: str | None = None  # of Spark Connect: sc://host:15002
    lines: str | None = None  # where typed order lines lie as Parquet, for the engine: a pattern in the base's folder, or an address

    @model_validator(mode="after")
    def _where(self) -> Engine:
        if self.name == "polars" and (self.master or self.remote):
            raise ValueError(N_('master and remote belong to name = "spark"'))
        if self.name == "spark" and (self.master is None) == (self.remote is None):
            raise ValueError(N_('name = "spark" needs either master, such as "spark://host:7077", or remote, such as "sc://host:15002"'))
        return self


class Firm(_Strict):
    """[report]: whose document it is."""

    firm: str | None = None  # the consultant's firm
    logo: str | None = None  # a PNG or SVG picture in the base's folder
    colour: str | None = Field(default=None, pattern="^#[0-9a-fA-F]{6}$")  # of links and lines

    @field_validator("colour")
    @classmethod
    def _readable(cls, colour: str | None) -> str | None:
        if colour and (found := contrast(colour)) < READABLE:
            message = N_("must be read on white: its contrast is {found}, at least {least} is needed; take a darker one")
            raise ValueError(message.format(found=f"{found:.1f}", least=READABLE))
        return colour

    @field_validator("logo")
    @classmethod
    def _picture(cls, logo: str | None) -> str | None:
        if logo and (Path(logo).is_absolute() or ".." in Path(logo).parts or Path(logo).suffix.lower() not in LOGOS):
            raise ValueError(N_("must be a .png or .svg inside the base's folder"))
        return logo


READABLE, LOGOS = 4.5, (".png", ".svg")  # WCAG 2.2, 1.4.3


def contrast(colour: str) -> float:
    """Contrast of a colour on white (WCAG 2.2).

    >>> round(contrast("#000000")), round(contrast("#ffffff")), round(contrast("#0b5f8a"), 1)
    (21, 1, 7.0)
    """
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


LEAST_REASON = 5  # signs of why a norm is another
NO_CURRENCY = "XXX"  # ISO 4217 for none: what `audit new` writes where nothing names one


class Override(_Strict):
    value: float
    why: str = Field(min_length=LEAST_REASON)


class Bonus(_Strict):
    """[bonus.<name>]: a formula by which managers are paid, or might be; computed on the last twelve months."""

    formula: str

    @field_validator("formula")
    @classmethod
    def _is_formula(cls, text: str) -> str:
        formula.computed(text, BONUS_OF, leaf=lambda _name: 1.0, divided=lambda part, _whole: part)
        return text


BONUS_OF = (
    "revenue",
    "margin",
    "returned",
    "overdue",
    "new_revenue",
    "customers",
    "new_customers",
    "kept_customers",
)  # of a manager, in twelve months


class Market(_Strict):
    growth: dict[str, float]  # period, as the report names it, to growth as a fraction
    source: str


class Settings(_Strict):
    """Everything audit.toml declares. Attributes of [base] are reached directly: `settings.as_of`."""

    base: Declared
    sources: dict[
        Annotated[str, Field(pattern=r"^[\w][\w .()+-]*$", max_length=100)], Source
    ] = {}  # a query's result is a file of that name
    tables: dict[str, Mapping] = {}
    rules: Rules = Rules()
    norms: dict[str, Override] = {}
    market: Market | None = None
    bonus: dict[str, Bonus] = {}  # formulas of pay, by name
    controls: Controls | None = None
    engine: Engine = Engine()
    report: Firm = Firm()
    questions: dict[str, str] = {}  # what `audit new` could not decide; a line is deleted once it is answered

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        faults = [*_mapping_faults(self), *_norm_faults(self)]
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def market_growth(self) -> dict[str, float]:
        """The market's growth by period, empty where it was not declared."""
        return self.market.growth if self.market else {}

    def __getattr__(self, name: str):
        if name in Declared.model_fields:
            return getattr(self.base, name)
        raise AttributeError(name)


def _mapping_faults(settings: Settings):
    if settings.engine.lines and "lines" in settings.tables:
        yield N_("[engine] lines says where the order lines lie, and [tables.lines] makes them of exports: keep one of the two")
    if settings.engine.lines and settings.rules != Rules():
        yield N_(
            "[rules] are for order lines that are read from exports; those of [engine] lines are taken as they lie: apply the rules there"
        )
    known = {table.name: table for table in COMPANY}
    for name, mapping in settings.tables.items():
        if name not in known:
            yield stored(N_("[tables.{table}] is not a table of ours; known: {known}"), table=name, known=", ".join(known))
            continue
        for source in [mapping.from_, *(look.source for look in mapping.lookup.values())]:
            if source not in settings.sources:
                message = N_("[tables.{table}] reads source {source}, but there is no [sources.{source}]; there are {there}")
                yield stored(message, table=name, source=source, there=", ".join(settings.sources))
        for target in mapping.targets:
            is_helper = target in mapping.lookup and any(
                re.search(rf"\b{re.escape(target)}\b", formula) for formula in mapping.compute.values()
            )
            if target not in known[name].names and not is_helper:
                yield stored(
                    N_("[tables.{table}] fills {column}, which it does not have; it has {there}"),
                    table=name,
                    column=target,
                    there=", ".join(known[name].names),
                )
        if twice := sorted({target for target in mapping.targets if mapping.targets.count(target) > 1}):
            yield stored(
                N_("[tables.{table}] fills {columns} twice; keep one of columns, compute, lookup and constants"),
                table=name,
                columns=", ".join(twice),
            )
        if texts := [c for c in mapping.compute if c in known[name].names and known[name].column(c).kind not in (MONEY, NUMBER)]:
            yield stored(
                N_("[tables.{table}] computes {columns}, which is no number; compute makes numbers only"),
                table=name,
                columns=", ".join(texts),
            )
        for target, codes in mapping.values.items():
            listed = known[name].column(target).values if target in known[name].names else ()
            if odd := sorted({code for code in codes.values() if code not in listed}):
                message = N_("[tables.{table}] values of {column}: {codes} is none of its codes; there are {known}")
                yield stored(message, table=name, column=target, codes=", ".join(odd), known=", ".join(listed) or "–")
        missing = [c for c in known[name].required if c not in mapping.targets and c not in SURROGATES]
        if missing:
            yield stored(
                N_("[tables.{table}] says nothing about {columns}; add it to columns, compute, lookup or constants"),
                table=name,
                columns=", ".join(missing),
            )


def _norm_faults(settings: Settings):
    for name, own in settings.norms.items():
        if name not in register.register():
            yield stored(N_("[norms.{norm}] is not a norm of ours; `audit norms` lists them"), norm=name)
        elif fault := register.fault(name, own.value):
            yield fault


def read(folder: Path) -> Settings:
    """Settings of the base in that folder.

    Raises
    ------
    BadSettings
        naming the file and every fault in it: unknown keys, wrong types, missing columns, unknown sources, norms out of their bounds.
    """
    path = folder / "audit.toml"
    if not folder.is_dir():
        raise BadSettings(N_("there is no folder {folder}. What to do: give the folder of a base, such as data/demo."), folder=folder)
    if not path.is_file():
        message = N_("{folder} holds no audit.toml. What to do: `audit new FILE... --name {name}` writes one from your exports.")
        raise BadSettings(message, folder=folder, name=folder.name)
    try:
        found = Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(N_("{path} is not TOML in UTF-8: {error}"), path=path, error=error) from error
    except ValidationError as error:
        faults = "\n".join(f"  - {line}" for fault in error.errors() for line in _sentence(fault))
        message = N_("{path} cannot be used:\n{faults}\nWhat to do: mend these lines; data/demo/audit.toml is an example.")
        raise BadSettings(message, path=path, faults=faults) from error
    if found.currency == NO_CURRENCY and "base.currency" not in found.questions:
        raise BadSettings(N_("[base] currency: XXX is no currency. What to do: write the ISO code of the amounts, such as RUB"))
    return found


BY_TYPE = {  # what pydantic found -> what we say
    "extra_forbidden": N_("unknown key"),
    "missing": N_("is missing"),
    "literal_error": N_("must be one of {expected}, got {got}"),
    "string_pattern_mismatch": N_("does not have the form that is expected, got {got}"),
    "string_too_short": N_("must have at least {min_length} characters, got {got}"),
    "too_short": N_("must not be empty"),
    "greater_than": N_("must be more than {gt}, got {got}"),
    "greater_than_equal": N_("must be at least {ge}, got {got}"),
    "less_than": N_("must be less than {lt}, got {got}"),
    "less_than_equal": N_("must be at most {le}, got {got}"),
    "float_parsing": N_("must be a number, got {got}"),
    "float_type": N_("must be a number, got {got}"),
    "int_parsing": N_("must be a whole number, got {got}"),
    "int_type": N_("must be a whole number, got {got}"),
    "string_type": N_("must be a text, got {got}"),
    "list_type": N_("must be a list, got {got}"),
    "dict_type": N_("must be a table of keys and values, got {got}"),
    "bool_parsing": N_("must be true or false, got {got}"),
    "date_from_datetime_parsing": N_("must be a day such as 2025-12-31, got {got}"),
    "date_type": N_("must be a day such as 2025-12-31, got {got}"),
}


def _sentence(fault: dict) -> list[str]:
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] in BY_TYPE:
        known = {name: str(value) for name, value in fault.get("ctx", {}).items()}
        said = render(stored(BY_TYPE[fault["type"]], **known, got=repr(fault["input"])))
    else:
        said = "\n".join(render(line) for line in fault["msg"].removeprefix("Value error, ").split("\n"))
    return [f"{where}: {said}"] if where else said.split("\n")
