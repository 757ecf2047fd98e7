"""Do rows and money add up, and which defects bias which numbers?

Reconciliation: kept + quarantined + excluded + merged = the file, for rows always and for money over
readable amounts; unreadable ones are counted (method, remarks that bind).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from audit.intake.parse import MONEY
from audit.intake.read import ORIGIN, Read
from audit.settings import Settings

SURVIVORS_MONTHS, SURVIVORS_LEAST = 12, 30  # a base this old and large without one silent customer is a list of survivors
UNREADABLE_SHARE, UNREADABLE_LEAST = 0.05, 20  # beyond both the formats are in doubt, not the rows
ASLEEP_DAYS = 45  # a month and a half without a single line


def reconciliation(fates: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows and readable money by table, status and reason; see tables.py for the columns."""
    parts = []
    for name, fate in fates.items():
        has_money = "amount" in fate.columns
        counted = fate.group_by("status", "reason").agg(
            pl.len().cast(pl.Int64).alias("rows"),
            (pl.col("amount").sum() if has_money else pl.lit(None)).cast(MONEY).alias("amount"),
            (pl.col("amount").is_null().sum() if has_money else pl.lit(0)).cast(pl.Int64).alias("unreadable"),
        )
        parts.append(counted.select(pl.lit(name).alias("table"), pl.all()))
    return pl.concat(parts).sort("table", "status", "reason")


def quarantine(fates: dict[str, pl.DataFrame], sources: dict[str, Read], settings: Settings) -> pl.DataFrame:
    """Every rejected row with its place in the exports, the reason and the row as it came."""
    parts = []
    for name, fate in fates.items():
        rejected = fate["status"] == "quarantined"
        raw = sources[settings.tables[name].from_].table.filter(rejected)
        content = pl.struct(pl.exclude(ORIGIN)).struct.json_encode().alias("content")
        reason = fate.filter(rejected)["reason"]
        parts.append(raw.select(pl.lit(name).alias("table"), *[pl.col(c).alias(c[1:]) for c in ORIGIN], reason, content))
    return pl.concat(parts).sort("table", "file", "sheet", "row")


def defects(fates: dict[str, pl.DataFrame], kept: dict[str, pl.DataFrame], settings: Settings, observed_from: dt.date) -> pl.DataFrame:
    """What a reader must know about the data: each defect with its size, the numbers it moves and what to do."""
    lines, fate = kept["lines"], fates["lines"]
    found = [
        *_rejected(fate),
        *_unreadable(fate),
        *_asleep(lines, settings),
        *_repeats(lines, fate, settings),
        *_returns(lines, settings),
        *_documents(lines),
        *_survivors(lines, settings, observed_from),
        *_orphans(lines, kept),
    ]
    schema = {
        "defect": pl.String,
        "verdict": pl.String,
        "rows": pl.Int64,
        "amount": MONEY,
        "bias": pl.String,
        "action": pl.String,
        "refuses": pl.String,
    }
    return pl.DataFrame([dict(zip(schema, row, strict=True)) for row in found], schema=schema)


def _sum(frame: pl.DataFrame):
    return frame["amount"].sum() if len(frame) else None


def _rejected(fate: pl.DataFrame):
    bad = fate.filter(pl.col("status") == "quarantined")
    for reason, part in sorted(bad.group_by("reason"), key=lambda group: group[0]):
        yield (
            f"lines: {reason[0]}", "FLAG", len(part), _sum(part),
            "revenue and activity too low by these rows", "see the quarantine table; mend the rows in the source and run again", "",
        )  # fmt: skip


def _unreadable(fate: pl.DataFrame):
    """So many dates or numbers unread that those that were read may be read wrongly (days and months exchanged, another decimal sign)."""
    bad = fate.filter((pl.col("status") == "quarantined") & pl.col("reason").str.contains("cannot be read"))
    share = len(bad) / max(len(fate), 1)
    if share > UNREADABLE_SHARE and len(bad) > UNREADABLE_LEAST:
        yield (
            f"{share:.0%} of the rows could not be read", "REFUSE", len(bad), _sum(bad),
            "unknown: what was read may be read wrongly, such as days and months exchanged",
            "check date_format, decimal and the columns in audit.toml against the quarantine table", "base repeat retention",
        )  # fmt: skip


def _asleep(lines: pl.DataFrame, settings: Settings):
    """as_of long after the last line: everybody looks silent."""
    last = lines["date"].max()
    if (settings.as_of - last).days > ASLEEP_DAYS:
        yield (
            f"the last line is of {last}, the audit ends on {settings.as_of}", "FLAG", len(lines), None,
            "silence and losses too high, if the exports merely end earlier", "set as_of to the last day the exports cover", "",
        )  # fmt: skip


def _repeats(lines: pl.DataFrame, fate: pl.DataFrame, settings: Settings):
    merged = fate.filter(pl.col("status") == "merged")
    if len(merged):
        yield (
            "lines exported twice", "FLAG", len(merged), _sum(merged),
            "none: each document line is counted once", "export periods that do not overlap", "",
        )  # fmt: skip
    if "line_id" in settings.tables["lines"].targets:
        return  # two lines of a document may be alike; a line number tells them from copies
    data = [c for c in lines.columns if c != "line_id"]
    repeats = lines.filter(pl.int_range(pl.len()).over(data) > 0)
    if len(repeats):
        yield (
            "lines alike in everything but their row", "FLAG", len(repeats), _sum(repeats),
            "revenue too high if they are copies; they are kept, since nothing proves it", "ask for a line number in the export", "",
        )  # fmt: skip


def _returns(lines: pl.DataFrame, settings: Settings):
    back = lines.filter(pl.col("amount") < 0)
    if len(back) and settings.rules.returns == "net" and "returns_order_id" not in lines.columns and "product_id" not in lines.columns:
        yield (
            "returns name neither their sale nor a product", "FLAG", len(back), _sum(back),
            "revenue per customer too high: these returns cannot be taken off a purchase", "export the document a return takes back", "",
        )  # fmt: skip


def _documents(lines: pl.DataFrame):
    if "order_id" not in lines.columns:
        yield (
            "no document number", "FLAG", len(lines), None,
            "orders too few: all lines of a customer's day count as one order", "export the document number", "",
        )  # fmt: skip


def _survivors(lines: pl.DataFrame, settings: Settings, observed_from: dt.date):
    """Only active customers exported (P36): an old, large base without a single silent customer."""
    last = lines.group_by("customer_id").agg(pl.col("date").max())
    months = (settings.as_of - observed_from).days / 30.4
    silent = last.filter(pl.col("date") < settings.as_of - dt.timedelta(days=round(SURVIVORS_MONTHS * 30.4)))
    if months >= 2 * SURVIVORS_MONTHS and len(last) >= SURVIVORS_LEAST and silent.is_empty():
        yield (
            f"no customer has been silent for {SURVIVORS_MONTHS} months: lost customers are missing from the export", "REFUSE", len(last), None,
            "retention far too high, losses invisible", "export all customers of the period, not only those now active", "repeat retention",
        )  # fmt: skip


def _orphans(lines: pl.DataFrame, kept: dict[str, pl.DataFrame]):
    for name, key in [("customers", "customer_id"), ("products", "product_id"), ("managers", "manager_id")]:
        if name in kept and key in lines.columns:
            orphans = lines.filter(~pl.col(key).is_in(kept[name][key].to_list()) & (pl.col(key) != ""))
            if len(orphans):
                count = orphans[key].n_unique()
                yield (
                    f"{count} {key} of the lines are not in {name}", "FLAG", len(orphans), _sum(orphans),
                    "none on totals; these rows have no name or class", f"complete the export of {name}", "",
                )  # fmt: skip
