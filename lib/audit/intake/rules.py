"""Which readable lines are left out, and by which declared rule? Each rule's effect stays visible in the reconciliation."""

from __future__ import annotations

import polars as pl

from audit.settings import Settings


def applied(lines: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Lines with status `excluded` where a rule says so, the rule's words as the reason.

    Lines after `as_of` have not happened yet (P15, P38); lines before a declared `observed_from` are outside
    the audit; services are not goods; returns are left out only where the base says so.
    """
    is_return = pl.col("amount") < 0
    if "quantity" in lines.columns:
        is_return = is_return | (pl.col("quantity") < 0)
    rules = [(pl.col("date") > settings.as_of, f"after as_of {settings.as_of}")]
    if settings.observed_from:
        rules.append((pl.col("date") < settings.observed_from, f"before observed_from {settings.observed_from}"))
    if settings.rules.services and "product_id" in lines.columns:
        rules.append((pl.col("product_id").is_in(settings.rules.services), "a service, by [rules] services"))
    if settings.rules.returns == "excluded":
        rules.append((is_return, "a return, by [rules] returns"))
    was_kept = pl.col("status") == "kept"
    why = pl.coalesce([pl.when(was_kept & rule).then(pl.lit(reason)) for rule, reason in rules])
    return lines.with_columns(
        pl.when(why.is_not_null()).then(pl.lit("excluded")).otherwise("status").alias("status"),
        pl.coalesce([why, "reason"]).alias("reason"),
    )
