"""What does the base declare about returns, corrections, VAT, currencies, services and test orders, and what does each rule do?

Each rule's effect in rows and money stays visible: lines left out in the reconciliation, money changed in the effects. Money of several
currencies is never added up without declared rates (fault 20).
"""

from __future__ import annotations

import re

import polars as pl

from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake import words
from audit.intake.mapping.convert import STATE
from audit.intake.mapping.parse import MONEY, SIGNS
from audit.intake.readers.read import BadExport

AFTER = N_("after as_of {day}")
BEFORE = N_("before observed_from {day}")
SERVICE = N_("a service, by [rules] services")
RETURN = N_("a return, by [rules] returns")
CORRECTION = N_("a correction, by [rules] corrections")
ZERO = N_("nothing to pay, by [rules] zero_amounts")
DECLARED = N_("{why}, by [rules] exclude")

NET_RETURNS = N_("returns are deducted from the sales they reverse")
NET_CORRECTIONS = N_("corrections are deducted from sales")
FREE = N_("lines with a zero amount are kept")
VAT_OFF = N_("VAT is taken off the amounts")
VAT_KEPT = N_("amounts are assumed to exclude VAT")
CONVERTED = N_("{currency} converted at {rate}")

CURRENCIES = {sign.lower(): code for sign, code in SIGNS.items()} | {
    "руб.": "RUB",
    "р.": "RUB",
    "р": "RUB",
    "рубль": "RUB",
    "рубли": "RUB",
    "рублей": "RUB",
    "российский рубль": "RUB",
    "rur": "RUB",
    "643": "RUB",
    "810": "RUB",
    "доллар сша": "USD",
    "доллар": "USD",
    "840": "USD",
    "евро": "EUR",
    "978": "EUR",
    "тенге": "KZT",
    "398": "KZT",
    "юань": "CNY",
    "156": "CNY",
    **{code.lower(): code for code in ("RUB", "USD", "EUR", "GBP", "KZT", "CNY")},
}


NO_DEBT = N_("{status}: no debt")


def debts(invoices: pl.DataFrame) -> pl.DataFrame:
    """Invoices with status `excluded` where their state says that nobody owes them: drafts, and what was cancelled."""
    if STATE not in invoices.columns:
        return invoices
    is_none = (pl.col("status") == "kept") & pl.col(STATE).str.to_lowercase().str.replace_all("ё", "е").is_in(list(words.no_debt()))
    said = pl.col(STATE).map_elements(lambda state: stored(NO_DEBT, status=state), return_dtype=pl.String)
    return invoices.with_columns(
        pl.when(is_none).then(pl.lit("excluded")).otherwise("status").alias("status"),
        pl.when(is_none).then(said).otherwise("reason").alias("reason"),
    )


def applied(lines: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines with status `excluded` where a rule says so and money in the base's currency without VAT; and the effect of each rule.

    Lines after `as_of` have not happened yet (P15, P38); lines before a declared `observed_from` are outside the audit; services are
    not goods; returns and corrections are left out only where the base says so. `_exported` keeps the money before VAT was taken off.

    Returns
    -------
    the lines; and effects: rule, rows, before, after.

    Raises
    ------
    BadExport
        for amounts of a currency without a rate.
    """
    lines, converted = _in_one_currency(lines, settings)
    lines = lines.with_columns(pl.col("amount").alias("_exported"))
    lines, left_out = _left_out(lines, settings)
    lines, vat = _without_vat(lines, settings)
    effects = [*converted, *left_out, *_kept(lines, settings), *vat]
    schema = {"rule": pl.String, "rows": pl.Int64, "before": MONEY, "after": MONEY}
    return lines, pl.DataFrame(effects, schema=schema, orient="row")


def _in_one_currency(lines: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, list[tuple]]:
    if "currency" not in lines.columns:
        return lines, []
    code = pl.col("currency").str.strip_chars().str.to_lowercase().replace(CURRENCIES).str.to_uppercase()
    lines = lines.with_columns(pl.when(code == "").then(pl.lit(settings.currency)).otherwise(code).alias("currency"))
    live = lines.filter(pl.col("status") == "kept")
    others = [c for c in live["currency"].unique().sort() if c != settings.currency]
    unknown = [c for c in others if c not in settings.rules.rates]
    if unknown:
        counts = ", ".join(f"{c} ({(live['currency'] == c).sum()})" for c in unknown)
        message = N_(
            "[tables.lines] has amounts in {currencies} beside {own}, and no rate for them. What to do: declare [rules] "
            "rates = {{ {first} = ... }} in audit.toml, "
            "or export the amounts in {own}."
        )
        raise BadExport(message, currencies=counts, own=settings.currency, first=unknown[0] if unknown[0].isascii() else "USD")
    effects = []
    for currency in others:
        rate, of = settings.rules.rates[currency], pl.col("currency") == currency
        money = [c for c in ("amount", "cost", "discount", "vat") if c in lines.columns]
        before = live.filter(of)["amount"].sum()
        lines = lines.with_columns(
            pl.when(of).then((pl.col(c).cast(pl.Float64) * rate).round(4).cast(MONEY)).otherwise(c).alias(c) for c in money
        )
        after = lines.filter((pl.col("status") == "kept") & of)["amount"].sum()
        effects.append((stored(CONVERTED, currency=currency, rate=rate), live.filter(of).height, before, after))
    return lines, effects


def _left_out(lines: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, list[tuple]]:
    rules = _exclusions(lines, settings)
    was_kept = pl.col("status") == "kept"
    why = pl.coalesce(
        [*(pl.when(was_kept & rule.fill_null(False)).then(pl.lit(reason)) for rule, reason in rules), pl.lit(None, pl.String)]
    )
    lines = lines.with_columns(
        pl.when(why.is_not_null()).then(pl.lit("excluded")).otherwise("status").alias("status"),
        pl.coalesce([why, "reason"]).alias("reason"),
    )
    effects = []
    for _rule, reason in rules:
        out = lines.filter((pl.col("status") == "excluded") & (pl.col("reason") == reason))
        effects.append((reason, len(out), out["amount"].sum(), 0))
    return lines, effects


def _exclusions(lines: pl.DataFrame, settings: Settings) -> list[tuple[pl.Expr, str]]:
    """The declared rules that leave lines out, each with its words, in their order."""
    declared = settings.rules
    rules = [(pl.col("date") > settings.as_of, stored(AFTER, day=settings.as_of))]
    if settings.observed_from:
        rules.append((pl.col("date") < settings.observed_from, stored(BEFORE, day=settings.observed_from)))
    for one in declared.exclude:
        if one.column not in lines.columns:
            there = ", ".join(c for c in lines.columns if not c.startswith("_") and c not in ("status", "reason"))
            message = N_(
                "[rules] exclude: [tables.lines] fills no column {column!r}; it fills {there}. What to do: map it, or choose another."
            )
            raise BadExport(message, column=one.column, there=there)
        pattern = "|".join(re.escape(value).replace(r"\*", ".*") for value in one.values)
        rules.append((pl.col(one.column).cast(pl.String).str.contains(f"^(?:{pattern})$"), stored(DECLARED, why=one.why)))
    if declared.services and "product_id" in lines.columns:
        rules.append((pl.col("product_id").is_in(declared.services), SERVICE))
    if declared.returns == "excluded":
        rules.append((_is_return(lines), RETURN))
    if declared.corrections == "excluded" and "quantity" in lines.columns:
        rules.append((_is_correction(), CORRECTION))
    if declared.zero_amounts == "excluded":
        rules.append((pl.col("amount") == 0, ZERO))
    return rules


def _is_return(lines: pl.DataFrame) -> pl.Expr:
    """Goods given back; money taken off without goods is a correction, where the exports tell quantities."""
    if "quantity" not in lines.columns:
        return pl.col("amount") < 0
    return (pl.col("quantity") < 0) | ((pl.col("amount") < 0) & pl.col("quantity").is_null())


def _is_correction() -> pl.Expr:
    return (pl.col("amount") < 0) & (pl.col("quantity") >= 0)


def _kept(lines: pl.DataFrame, settings: Settings) -> list[tuple]:
    """What the rules that leave nothing out apply to."""
    kept = lines.filter(pl.col("status") == "kept")
    rules = [
        (settings.rules.returns == "net", _is_return(lines), NET_RETURNS),
        (settings.rules.zero_amounts == "kept", pl.col("amount") == 0, FREE),
    ]
    if "quantity" in lines.columns:
        rules.append((settings.rules.corrections == "net", _is_correction(), NET_CORRECTIONS))
    found = [(words, kept.filter(rule)) for holds, rule, words in rules if holds]
    return [(words, len(part), part["amount"].sum(), part["amount"].sum()) for words, part in found]


def _without_vat(lines: pl.DataFrame, settings: Settings) -> tuple[pl.DataFrame, list[tuple]]:
    kept = pl.col("status") == "kept"
    before = lines.filter(kept)["amount"].sum()
    if settings.rules.vat == "excluded":
        return lines, [(VAT_KEPT, lines.filter(kept).height, before, before)]
    rate = pl.lit(0.0)
    for day, share in sorted(settings.rules.vat_rates.items()):
        rate = pl.when(pl.col("date") >= day).then(pl.lit(share)).otherwise(rate)
    net = (pl.col("amount").cast(pl.Float64) / (1 + rate)).round(4).cast(MONEY)
    if "vat" in lines.columns:
        net = pl.when(pl.col("vat").is_not_null()).then(pl.col("amount") - pl.col("vat")).otherwise(net)
    changed = [net.alias("amount")]
    if "discount" in lines.columns:
        changed.append((pl.col("discount").cast(pl.Float64) / (1 + rate)).round(4).cast(MONEY).alias("discount"))
    lines = lines.with_columns(changed)
    return lines, [(VAT_OFF, lines.filter(kept).height, before, lines.filter(kept)["amount"].sum())]
