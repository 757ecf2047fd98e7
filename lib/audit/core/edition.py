"""For whose eyes is a run? Names, codes and free text are replaced or left out before ledger and notebooks see them.

    internal    everything
    client      without the raw content of rejected rows and without the executed notebooks
    anonymous   keyed pseudonyms for customers, managers, documents and the company; free text, tax ids, file names left out; small groups
    merged

A pseudonym is HMAC-SHA256 of the code under a key of the base's own, which lies beside its exports and never among the outputs: who holds
both can
go back, nobody else can, and codes that are easily guessed (tax ids, phones) cannot be tried out. Pseudonymous is not anonymous in the
law's sense:
amounts and dates stay what they are.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from pathlib import Path

import polars as pl

from audit.core import registry
from audit.core.settings import BadSettings, Settings
from audit.i18n import mark as N_
from audit.i18n import parts, stored

KEY_FILE = "pseudonyms.key"
OTHER, LEFT_OUT = "other", N_("left out in this edition")
CODES = {  # columns that name somebody or something of the company -> letter of their pseudonyms
    "customer_id": "C", "customer_a": "C", "customer_b": "C", "alias_id": "C", "group_id": "G", "manager_id": "M", "department": "O",
    "order_id": "D", "returns_order_id": "D", "sale_id": "D", "line_id": "L", "contact_id": "P", "respondent": "P",
    "supplier": "S", "id": "U",
    "invoice_id": "D", "payment_id": "D",
}  # fmt: skip
NAMED_BY = {"name_a": "customer_a", "name_b": "customer_b"}
NAMED_IN = {"customers": "customer_id", "managers": "manager_id"}  # tables whose name is that of their key
GROUPED = ("region", "industry", "size", "source", "channel", "status")  # kept where enough customers share them
KEPT = {  # closed lists, dates as text, and our own words; every other text is left out
    "product_id", "category", "direction", "kind", "period", "provenance", "question", "form", "table", "verdict", "bias", "action",
    "touches", "column", "spoils", "status", "subject", "field", "proposal", "decision", "level", "currency", "arm", "pool", "driver", "purpose",
}  # fmt: skip
ANSWERS = {"yes", "no"}
OURS = {"reason", "doubt", "why", "rule"}  # sentences of ours, filled
KEPT_IN_TEXTS = {  # what fills them and names nobody
    "column", "count", "detail", "key", "kind", "last", "as_of", "day", "months", "rate", "currency", "share", "tables", "rows",
    "period", "ratio",
}  # fmt: skip
TEXTS_IN_TEXTS = {"reason", "seen", "control"}  # texts of ours that fill others


def key_of(base: Path) -> bytes:
    """The base's key for pseudonyms, made where there is none; whoever loses it gets new pseudonyms."""
    path = base / KEY_FILE
    if not path.is_file():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32) + "\n", encoding="ascii")
    return path.read_text(encoding="ascii").strip().encode()


def fingerprint(base: Path, settings: Settings) -> dict[str, str]:
    """What of the key decides a run: its hash's beginning; nothing in the other editions."""
    return {KEY_FILE: hashlib.sha256(key_of(base)).hexdigest()[:16]} if settings.edition == "anonymous" else {}


def pseudonym(code: str, letter: str, key: bytes) -> str:
    """The pseudonym of a code of one kind; the same code of another kind has another.

    >>> pseudonym("К0001", "C", b"k") == pseudonym("К0001", "C", b"k") != pseudonym("К0001", "M", b"k")
    True
    """
    return f"{letter}-{hmac.new(key, f'{letter}:{code}'.encode(), hashlib.sha256).hexdigest()[:10]}" if code else code


def tables(frames: dict[str, pl.DataFrame], settings: Settings, base: Path, *, smallest_group: int) -> dict[str, pl.DataFrame]:
    """The tables of intake as this edition may show them.

    Raises
    ------
    BadSettings
        of an anonymous edition whose lines lie elsewhere: their codes are not ours to replace.
    """
    if settings.edition == "client":
        return {name: frame.with_columns(content=pl.lit("")) if "content" in frame.columns else frame for name, frame in frames.items()}
    if settings.edition != "anonymous":
        return frames
    if settings.engine.lines:
        message = N_(
            '[base] edition = "anonymous" and [engine] lines: codes in lines that lie elsewhere are not replaced. '
            "What to do: take the lines from an export, or choose another edition."
        )
        raise BadSettings(message)
    key = key_of(base)
    grouped = {name: _grouped(frame, smallest_group) for name, frame in frames.items()}
    return {name: _pseudonymous(name, frame, key) for name, frame in grouped.items()}


def settings_of(settings: Settings, base: Path) -> Settings:
    """The settings as this edition may keep them: an anonymous one has neither the company's name nor those of its files and columns."""
    if settings.edition != "anonymous":
        return settings
    name = pseudonym(settings.base.name, "B", key_of(base))
    kept = settings.base.model_copy(update={"name": name, "previous": None})
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
            "market": market,
        }
    )


def inputs_of(inputs: list[dict], settings: Settings) -> list[dict]:
    """The list of files read; an anonymous one numbers them and leaves out their hashes, by which somebody could recognise them."""
    if settings.edition != "anonymous":
        return inputs
    return [{**one, "file": f"{i}", "sha256": ""} for i, one in enumerate(inputs, 1)]


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
        elif column in OURS:
            changed.append(_ours(column))
        elif column not in KEPT and column not in GROUPED:
            changed.append(pl.lit("").alias(column))
    return frame.with_columns(changed)


def _list_coded(who: str, key: bytes) -> str:
    """A JSON list of customers with pseudonyms in their place."""
    return json.dumps([pseudonym(code, CODES["customer_id"], key) for code in json.loads(who)]) if who else ""


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
    codes = lambda values: values.replace_strict(
        {code: pseudonym(code, letter, key) for code in values.drop_nulls().unique()}, default=None
    )
    return pl.col(column).map_batches(codes, return_dtype=pl.String)


def _grouped(frame: pl.DataFrame, least: int) -> pl.DataFrame:
    """Groups of fewer customers than `least` merged into one, so that no group points at somebody (fault 57)."""
    columns = [c for c in GROUPED if c in frame.columns and frame.schema[c] == pl.String and "customer_id" in frame.columns]
    return frame.with_columns(
        pl.when(pl.col("customer_id").n_unique().over(c) < least).then(pl.lit(OTHER)).otherwise(pl.col(c)).alias(c) for c in columns
    )
