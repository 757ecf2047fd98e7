"""What has the consultant declared? audit.toml as typed settings, every fault in one message."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from audit import tables


class BadSettings(ValueError):
    """An audit.toml that cannot be used; the message lists every fault and what to do."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Base(_Strict):
    name: str
    currency: str = Field(pattern="^[A-Z]{3}$", description="ISO code, such as RUB")
    as_of: dt.date
    observed_from: dt.date | None = None  # default: first day of the month of the first line
    period: Literal["year", "quarter", "month"] = "year"
    burn_in_months: int | None = Field(default=None, ge=0)
    sales_type: Literal["transactional", "consultative", "strategic", "mixed", "project"] = "transactional"
    languages: list[Literal["en", "ru"]] = Field(default=["en"], min_length=1)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    edition: Literal["internal", "client", "anonymous"] = "internal"  # for whose eyes
    previous: str | None = None  # folder of an earlier run of this base, to say what moved since
    purchases_are: Literal["sales", "invoices", "payments"] = "sales"  # what a line of [tables.lines] records (P37)


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
            raise ValueError("must be a file name inside the base's folder")
        return file

    @model_validator(mode="after")
    def _one_origin(self) -> Source:
        if (self.file is None) == (self.query is None):
            raise ValueError("needs either file or query")
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
    where: dict[str, list[str]] = {}  # source column -> the only values taken
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
    exclude: list[Exclusion] = []  # test orders, own companies, retail customers, ...

    @model_validator(mode="after")
    def _rates_for_vat(self) -> Rules:
        if (self.vat == "included") != bool(self.vat_rates):
            raise ValueError('vat = "included" and vat_rates = { 2019-01-01 = 0.20 } go together')
        if any(not 0 < rate < 1 for rate in self.vat_rates.values()):
            raise ValueError("vat_rates are fractions such as 0.20")
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
            raise ValueError('master and remote belong to name = "spark"')
        if self.name == "spark" and (self.master is None) == (self.remote is None):
            raise ValueError('name = "spark" needs either master, such as "spark://host:7077", or remote, such as "sc://host:15002"')
        return self


class Override(_Strict):
    value: float
    why: str = Field(min_length=5)


class Market(_Strict):
    growth: dict[str, float]  # period, as the report names it, to growth as a fraction
    source: str


class Settings(_Strict):
    """Everything audit.toml declares. Attributes of [base] are reached directly: `settings.as_of`."""

    base: Base
    sources: dict[str, Source] = {}
    tables: dict[str, Mapping] = {}
    rules: Rules = Rules()
    norms: dict[str, Override] = {}
    market: Market | None = None
    controls: Controls | None = None
    engine: Engine = Engine()
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
        if name in Base.model_fields:
            return getattr(self.base, name)
        raise AttributeError(name)


def _mapping_faults(settings: Settings):
    if settings.engine.lines and "lines" in settings.tables:
        yield "[engine] lines says where the order lines lie, and [tables.lines] makes them of exports: keep one of the two"
    if settings.engine.lines and settings.rules != Rules():
        yield "[rules] are for order lines that are read from exports; those of [engine] lines are taken as they lie: apply the rules there"
    for name, mapping in settings.tables.items():
        where = f"[tables.{name}]"
        if name not in {table.name for table in tables.COMPANY}:
            yield f"{where} is not a table of ours; known: {', '.join(t.name for t in tables.COMPANY)}"
            continue
        for source in [mapping.from_, *(look.source for look in mapping.lookup.values())]:
            if source not in settings.sources:
                yield f"{where} reads source {source!r}, but there is no [sources.{source}]; there are {', '.join(settings.sources)}"
        table = tables.ALL[name]
        for target in mapping.targets:
            if target not in table.names:
                yield f"{where} fills {target!r}, which {name} does not have; it has {', '.join(table.names)}"
        missing = [c for c in table.required if c not in mapping.targets and c not in tables.SURROGATES]
        if missing:
            yield f"{where} says nothing about {', '.join(missing)}; add it to columns, compute, lookup or constants"


def _norm_faults(settings: Settings):
    from audit import norms

    for norm in settings.norms:
        if norm not in norms.register():
            yield f"[norms.{norm}] is not a norm of ours; `audit norms` lists them"
        elif norms.register()[norm].unit == "share" and not -1 <= settings.norms[norm].value <= 1:
            yield f"[norms.{norm}] is a share: expected a fraction such as 0.67, got {settings.norms[norm].value:g}"


def read(folder: Path) -> Settings:
    """Settings of the base in that folder.

    Raises
    ------
    BadSettings
        naming the file and every fault in it: unknown keys, wrong types, missing columns, unknown sources.
    """
    path = folder / "audit.toml"
    if not path.is_file():
        raise BadSettings(
            f"{folder} holds no audit.toml. What to do: `audit new FILE... --name {folder.name}` writes one from your exports."
        )
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path} is not TOML in UTF-8: {error}") from error
    except ValidationError as error:
        faults = "\n".join(f"  - {line}" for fault in error.errors() for line in _sentence(fault))
        raise BadSettings(f"{path} cannot be used:\n{faults}\nWhat to do: mend these lines; data/demo/audit.toml is an example.") from error


def _sentence(fault: dict) -> list[str]:
    where = ".".join(str(part) for part in fault["loc"])
    message = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = "unknown key"
    return [f"{where}: {message}"] if where else message.split("\n")
