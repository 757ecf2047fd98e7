"""For whose eyes is a run? Names, codes and free text are replaced or left out before ledger and notebooks see them.

    internal      everything
    client        without the raw content of rejected rows and without the executed notebooks
    pseudonymous  pseudonyms for customers, managers, documents and the company; free text, tax ids, file names left out; properties of
                  customers shown only where enough of them share all of these; every table in the order of the pseudonyms

No edition is called anonymous: amounts, days and numbers of orders stay what they are, and who knows some of them finds the customer.
docs/security.md says what is promised and how it is tried.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import polars as pl

from audit.core import k_anonymity, registry
from audit.core.doubts import Quality
from audit.core.k_anonymity import OTHER
from audit.core.pseudonyms import KEY_FILE, hidden, key_of, pseudonym
from audit.core.settings import BadSettings, Settings
from audit.i18n import mark as N_
from audit.i18n import parts, stored

LEFT_OUT = N_("left out in this edition")
MERGED = N_(
    "in this edition a property of a customer is shown only where {least} {least:customer|customers} or more share all that is shown: {shown}"
)
MERGED_BIAS = N_("groups of companies count as single customers, and comparisons by these properties are blunt")
MERGED_ACTION = N_("none: read these comparisons in the internal edition")
CODES = {  # columns that name somebody or something of the company -> letter of their pseudonyms
    "customer_id": "C", "customer_a": "C", "customer_b": "C", "alias_id": "C", "group_id": "G", "manager_id": "M", "department": "O",
    "order_id": "D", "returns_order_id": "D", "sale_id": "D", "line_id": "L", "contact_id": "P", "respondent": "P",
    "supplier": "S", "id": "U",
    "invoice_id": "D", "payment_id": "D",
}  # fmt: skip
NAMED_BY = {"name_a": "customer_a", "name_b": "customer_b"}
NAMED_IN = {"customers": "customer_id", "managers": "manager_id"}  # tables whose name is that of their key
GROUPED = (
    "region",
    "industry",
    "size",
    "source",
    "channel",
    "status",
    "manager_id",
    "department",
)  # kept where enough customers share them
FIRST = ("group_id", "manager_id", "industry", "region")  # of a customer's properties, those that are to be lost last
KEPT = {  # closed lists, dates as text, and our own words; every other text is left out
    "product_id", "category", "direction", "kind", "period", "provenance", "question", "form", "table", "verdict", "bias", "action",
    "outcome", "way", "justified", "found_by", "touches", "column", "spoils", "status", "subject", "field", "proposal", "decision", "level", "currency", "arm", "pool", "driver", "purpose",
}  # fmt: skip
ANSWERS, ROLES = {"yes", "no"}, {"owner", "manager", "customer"}  # of answers; other words of people are left out
PLACES = ("latitude", "longitude", "accuracy_m")  # where an outlet is says which it is
OURS = {"reason", "doubt", "why", "rule"}  # sentences of ours, filled
KEPT_IN_TEXTS = {  # what fills them and names nobody
    "column", "count", "detail", "key", "kind", "last", "as_of", "day", "least", "months", "rate", "currency", "share", "tables", "rows",
    "period", "ratio", "shown",
}  # fmt: skip
TEXTS_IN_TEXTS = {"reason", "seen", "control"}  # texts of ours that fill others


def fingerprint(base: Path, settings: Settings) -> dict[str, str]:
    """What of the key decides a run: its hash's beginning; nothing in the other editions."""
    return {KEY_FILE: hashlib.sha256(key_of(base)).hexdigest()[:16]} if settings.edition == "pseudonymous" else {}


def home(base: Path, settings: Settings) -> str:
    """The folder among the outputs in which runs of a base lie; those of a pseudonymous edition never beside what they hide."""
    name = base.resolve().name
    return pseudonym(name, "B", key_of(base)) if settings.edition == "pseudonymous" else name


def tables(frames: dict[str, pl.DataFrame], settings: Settings, base: Path, *, smallest_group: int) -> dict[str, pl.DataFrame]:
    """The tables of intake as this edition may show them.

    Raises
    ------
    BadSettings
        of a pseudonymous edition whose lines lie elsewhere: their codes are not ours to replace.
    """
    if settings.edition == "client":
        return {name: frame.with_columns(content=pl.lit("")) if "content" in frame.columns else frame for name, frame in frames.items()}
    if settings.edition != "pseudonymous":
        return frames
    if settings.engine.lines:
        message = N_(
            '[base] edition = "pseudonymous" and [engine] lines: codes in lines that lie elsewhere are not replaced. '
            "What to do: take the lines from an export, or choose another edition."
        )
        raise BadSettings(message)
    key = key_of(base)
    if "customers" in frames:
        frames = _in_crowds(frames, smallest_group)
    grouped = {name: _grouped(frame, smallest_group) if name != "customers" else frame for name, frame in frames.items()}
    return {name: _reordered(name, _pseudonymous(name, frame, key)) for name, frame in grouped.items()}


def settings_of(settings: Settings, base: Path) -> Settings:
    """The settings as this edition may keep them: a pseudonymous one has neither the company's name nor those of its files and columns."""
    if settings.edition != "pseudonymous":
        return settings
    name = pseudonym(settings.base.name, "B", key_of(base))
    kept = settings.base.model_copy(update={"name": name, "previous": None, "actions_done": None, "forms": None})
    rules = settings.rules.model_copy(update={"exclude": []})  # an exclusion names whom it excludes
    reasons = {norm: own.model_copy(update={"why": LEFT_OUT}) for norm, own in settings.norms.items()}
    market = settings.market and settings.market.model_copy(update={"source": LEFT_OUT})
    return settings.model_copy(
        update={
            "base": kept,
            "sources": {},
            "tables": {},
            "questions": {},
            "controls": None,
            "rules": rules,
            "norms": reasons,
            "bonus": {f"{i}": own for i, own in enumerate(settings.bonus.values(), 1)},  # how a formula is called may name somebody
            "market": market,
            "report": settings.report.model_copy(update={"logo": None}),  # its file is named by somebody
        }
    )


def inputs_of(inputs: list[dict], settings: Settings) -> list[dict]:
    """The list of files read; a pseudonymous one numbers them, and leaves out their sizes and hashes, by which somebody could recognise them."""
    if settings.edition != "pseudonymous":
        return inputs
    return [{**one, "file": f"{i}", "bytes": None, "sha256": ""} for i, one in enumerate(inputs, 1)]


def _pseudonymous(table: str, frame: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """Codes and names replaced, text that is not known to be harmless left out."""
    texts = [c for c, kind in frame.schema.items() if kind == pl.String]
    changed = []
    for column in texts:
        named_by = NAMED_BY.get(column) or (NAMED_IN.get(table) if column == "name" else None)
        if column == "who":
            changed.append(pl.col(column).map_elements(lambda who: _list_coded(who, key), return_dtype=pl.String))
        elif named_by in frame.columns:
            changed.append(_coded(named_by, CODES[named_by], key).alias(column))
        elif column == "tax_id":
            changed.append(pl.lit("").alias(column))
        elif column in CODES:
            changed.append(_coded(column, CODES[column], key))
        elif column.endswith("_id") and column not in KEPT:
            changed.append(_coded(column, "X", key))
        elif column == "name" and table == "products":
            changed.append(pl.col("product_id").alias(column))
        elif column == "value":
            changed.append(
                pl.when(pl.col(column).is_in(list(ANSWERS)) | pl.col(column).str.contains(r"^\d{1,2}$"))
                .then(pl.col(column))
                .otherwise(pl.lit(""))
            )
        elif (table, column) == ("answers", "role"):
            changed.append(pl.when(pl.col(column).is_in(list(ROLES))).then(pl.col(column)).otherwise(pl.lit("")).alias(column))
        elif column in OURS and registry.tables()[table].origin != "company":
            changed.append(_ours(column))
        elif column not in KEPT and column not in GROUPED:
            changed.append(pl.lit("").alias(column))
    places = [pl.lit(None, frame.schema[c]).alias(c) for c in PLACES if c in frame.columns]
    return frame.with_columns(changed + places)


def _list_coded(who: str, key: bytes) -> str:
    """A JSON list of customers with pseudonyms in their place."""
    return json.dumps(sorted(pseudonym(code, CODES["customer_id"], key) for code in json.loads(who))) if who else ""


def _ours(column: str) -> pl.Expr:
    """A sentence of ours without what the base put into it: a code, the reason of an exclusion, the words of a question."""
    return pl.col(column).map_elements(_text, return_dtype=pl.String)


def _text(text: str) -> str:
    message, params = parts(text)
    return stored(message, **{name: _filling(name, value) for name, value in params.items()})


def _filling(name: str, value):
    if name in TEXTS_IN_TEXTS:
        return [_text(one) for one in value] if isinstance(value, list) else _text(value)
    return value if name in KEPT_IN_TEXTS or (name in ("table", "source") and value in registry.tables()) else LEFT_OUT


def _coded(column: str, letter: str, key: bytes) -> pl.Expr:
    return pl.col(column).map_batches(lambda codes: hidden(codes, letter, key), return_dtype=pl.String)


def _reordered(name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The rows in the order of their pseudonyms: that of the exports, and the numbers of their rows, would give them away."""
    coded = [column for column in frame.columns if column in CODES or column.endswith("_id")]
    if name == "quarantine":
        frame = frame.sort("table", "reason")
        return frame.with_columns(pl.int_range(1, pl.len() + 1).alias("row"))
    return frame.sort([*coded, *(column for column in frame.columns if column not in coded)]) if coded else frame


def _in_crowds(frames: dict[str, pl.DataFrame], least: int) -> dict[str, pl.DataFrame]:
    """The tables with the properties of customers shown only where enough customers share them, one by one and together, and the doubt that
    says so."""
    customers = frames["customers"]
    named = {"customer_id", "name"}
    is_shown = lambda c: customers.schema[c] != pl.String or c in GROUPED or c in FIRST
    properties = [c for c in (*FIRST, *(c for c in customers.columns if c not in FIRST)) if c in customers.columns and c not in named]
    properties = [c for c in properties if is_shown(c)]
    merged = k_anonymity.merged(customers, properties, least=least, hidden={"group_id": "", "manager_id": ""})
    same = {c: (merged[c].eq_missing(customers[c])).sum() for c in properties}
    changed = [f"{column} {count:,}/{len(customers):,}" for column, count in same.items() if count < len(customers)]
    if not changed or "doubts" not in frames:
        return frames | {"customers": merged}
    doubt = {
        "table": "customers", "doubt": stored(MERGED, least=least, shown=", ".join(changed)), "verdict": "FLAG",
        "rows": int(merged.select((pl.col(c).ne_missing(customers[c])) for c in properties).sum_horizontal().gt(0).sum()),
        "bias": MERGED_BIAS, "action": MERGED_ACTION, "touches": "customers", "spoils": Quality.IDENTITY.value,
    }  # fmt: skip
    doubt["share"] = doubt["rows"] / len(customers)
    texts = dict.fromkeys((c for c, kind in frames["doubts"].schema.items() if kind == pl.String), "")
    row = pl.DataFrame([texts | doubt], schema_overrides={"rows": pl.Int64}).select(
        pl.col(c).cast(k) if c in doubt or c in texts else pl.lit(None, k).alias(c) for c, k in frames["doubts"].schema.items()
    )
    return frames | {"customers": merged, "doubts": pl.concat([frames["doubts"], row])}


def _grouped(frame: pl.DataFrame, least: int) -> pl.DataFrame:
    """Where customers do something, such as to buy: groups of fewer customers than `least` merged into one, so that no group points at
    somebody (fault 57)."""
    columns = [c for c in GROUPED if c in frame.columns and frame.schema[c] == pl.String and "customer_id" in frame.columns]
    return frame.with_columns(
        pl.when(pl.col("customer_id").n_unique().over(c) < least).then(pl.lit(OTHER)).otherwise(pl.col(c)).alias(c) for c in columns
    )
