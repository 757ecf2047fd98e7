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


class Source(_Strict):
    file: str
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str = Field(default=",", pattern=r"^(.|whitespace)$")
    decimal: Literal[".", ","] = "."
    date_format: str | None = None
    header: int = Field(default=1, ge=1)  # row of the header, as a spreadsheet counts
    names: list[str] | None = None  # for files without a header

    @field_validator("file")
    @classmethod
    def _inside(cls, file: str) -> str:
        if Path(file).is_absolute() or ".." in Path(file).parts:
            raise ValueError("must be a file name inside the base's folder")
        return file


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

    @property
    def targets(self) -> list[str]:
        return [*self.columns, *self.compute, *self.lookup, *self.constants]


class Rules(_Strict):
    returns: Literal["net", "excluded"] = "net"
    vat: Literal["excluded", "included"] = "excluded"
    services: list[str] = []  # product ids that are not goods


class Override(_Strict):
    value: float
    why: str = Field(min_length=5)


class Market(_Strict):
    growth: dict[str, float]  # period, as the report names it, to growth as a fraction
    source: str


class Settings(_Strict):
    """Everything audit.toml declares. Attributes of [base] are reached directly: `settings.as_of`."""

    base: Base
    sources: dict[str, Source]
    tables: dict[str, Mapping]
    rules: Rules = Rules()
    norms: dict[str, Override] = {}
    market: Market | None = None

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
    if "lines" not in settings.tables:
        yield "[tables.lines] is missing: the audit needs order lines"
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
            f"{folder} holds no audit.toml. What to do: copy data/demo/audit.toml there and name your files and columns in it."
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
