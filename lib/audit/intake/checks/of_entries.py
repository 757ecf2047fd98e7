"""What do entries give to doubt: garbled names, wrong codes, customers who may be one, budgets that jump, costs below nothing?"""

from __future__ import annotations

import polars as pl

from audit.core import norms
from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake import words
from audit.intake.checks import duplicates
from audit.intake.checks.evidence import HOW_MUCH, SHOWN, WHEN, WHO, Doubt, Intake, booked, sample
from audit.intake.mapping import identifiers

MOJIBAKE = (
    r"(?:[ÐÑ][\x{0080}-\x{00BF}\x{2010}-\x{2122}]){2}|(?:[РС][\x{0400}-\x{040F}\x{0450}-\x{045F}\x{00A0}-\x{00BF}\x{2010}-\x{2122}]){2}"
)


def spelling(base: Intake):
    """Names written in one encoding and read in another, before they came to us: kept as they are, with a suggestion (fault 4)."""
    import ftfy

    for name, column in (("customers", "name"), ("lines", "customer_id"), ("products", "name")):
        if name in base.kept and column in base.kept[name].columns:
            strange = base.fates[name].filter((pl.col("status") == "kept") & pl.col(column).str.contains(MOJIBAKE))
            names = strange[column].unique().sort().to_list()
            cured = [(broken, ftfy.fix_encoding(broken)) for broken in names]
            cured = [(broken, better) for broken, better in cured if better != broken]
            if cured:
                broken, better = cured[0]
                yield Doubt(
                    name,
                    stored(
                        N_("{table}: {count} names were garbled by a wrong encoding, such as {broken}, which may be {better}"),
                        table=name,
                        count=len(cured),
                        broken=broken,
                        better=better,
                    ),
                    "FLAG",
                    len(strange),
                    booked(strange),
                    N_("customers doubled, where a name also stands unharmed"),
                    N_("export again in UTF-8"),
                    WHO,
                    sample(strange),
                    ("lines", name),
                )


def codes(base: Intake):
    """Codes whose check digits fail, and those to which a spreadsheet's lost zero was given back (faults 9, 10)."""
    for name, fate in base.fates.items():
        for column in (c for c in identifiers.CHECKS if f"_{c}" in fate.columns):
            kept = fate.filter(pl.col("status").is_in(["kept", "merged"]))
            wrong, restored = (kept.filter(pl.col(f"_{column}") == state) for state in (identifiers.INVALID, identifiers.RESTORED))
            if len(wrong):
                yield Doubt(
                    name,
                    stored(N_("{table}: {column} is not valid"), table=name, column=column),
                    "FLAG",
                    len(wrong),
                    None,
                    N_("duplicates may go unnoticed"),
                    N_("correct it in the customer records; nothing was changed"),
                    (),
                    sample(wrong),
                )
            if len(restored):
                yield Doubt(
                    name,
                    stored(N_("{table}: {column} had lost its leading zero, which was put back"), table=name, column=column),
                    "FLAG",
                    len(restored),
                    None,
                    N_("none: the check digit holds"),
                    N_("export the column as text"),
                    (),
                    sample(restored),
                )


def several(base: Intake):
    """Customers of one code that have several tax ids: two companies of one name, taken as one."""
    fate = base.fates.get("customers")
    if fate is not None and "tax_id" in fate.columns:
        known = fate.filter(
            pl.col("status").is_in(["kept", "merged"]) & (pl.col("tax_id") != "") & ~pl.col("reason").str.starts_with(duplicates.ONE)
        )
        several = known.filter(pl.col("tax_id").n_unique().over("customer_id") > 1)
        if len(several):
            yield Doubt(
                "customers",
                N_("customers under one name or code have several tax ids"),
                "FLAG",
                several["customer_id"].n_unique(),
                None,
                N_("customers too few, each too large: companies of one name are taken as one"),
                N_("take the tax id or the code as customer_id"),
                WHO,
                sample(several),
                ("lines", "customers"),
            )


def strange_words(base: Intake):
    """Values of closed lists that nobody knows: lost where the column is optional."""
    for name, fate in base.fates.items():
        for said in (c for c in fate.columns if c.startswith("_said_")):
            lost = fate.filter(pl.col(said).is_not_null() & (pl.col("status") == "kept"))
            if len(lost):
                column = said.removeprefix("_said_")
                shown = ", ".join(lost[said].unique().sort().head(SHOWN))
                yield Doubt(
                    name,
                    stored(
                        N_("{table}: {column} says {values}, which is none of its codes, and counts as empty"),
                        table=name,
                        column=column,
                        values=shown,
                    ),
                    "FLAG",
                    len(lost),
                    booked(lost),
                    N_("what depends on this column does not see these rows for what they are"),
                    stored(N_("say in audit.toml which code each is: values = {{ {key} = {{ ... }} }}"), key=column),
                    HOW_MUCH,
                    sample(lost),
                    column=column,
                )


def doubles(base: Intake):
    """Customers that may be one with another, still open, and those taken as one for their tax id."""
    open_ = base.duplicates.filter((pl.col("decision") == "") & (pl.col("reason") != duplicates.SAME_TAX_ID))
    if len(open_):
        yield Doubt(
            "customers",
            N_("customers that may be the same company or group as another, not yet decided"),
            "FLAG",
            *duplicates.at_stake(open_),
            N_("too many customers; dependence on a group understated; retention understated where a company changed its name"),
            N_("fill in the column decision of duplicates.csv (merge, group or apart) and run again"),
            WHO,
            "",
            ("lines", "customers"),
            is_sized=True,
        )
    merged = base.duplicates.filter((pl.col("reason") == duplicates.SAME_TAX_ID) & ~pl.col("decision").is_in(["apart", "group"]))
    if len(merged):
        yield Doubt(
            "customers",
            N_("customers with the same valid tax id, treated as one"),
            "FLAG",
            *duplicates.at_stake(merged),
            N_("none, if the tax ids are right"),
            N_("write apart in duplicates.csv for those that are not the same company"),
        )


def orphans(base: Intake):
    """Customers, products and managers of the lines that the lists of them do not name."""
    for name, key, message in [
        ("customers", "customer_id", N_("{count} {count:customer|customers} of the sales {count:is|are} missing in the list of customers")),
        ("products", "product_id", N_("{count} {count:product|products} sold {count:is|are} missing from the list of products")),
        ("managers", "manager_id", N_("{count} {count:manager|managers} in the sales {count:is|are} missing from the list of managers")),
    ]:
        if name in base.kept and key in base.kept["lines"].columns:
            orphans = base.live.filter(~pl.col(key).is_in(base.kept[name][key].to_list()) & (pl.col(key) != ""))
            if len(orphans):
                yield Doubt(
                    name,
                    stored(message, count=orphans[key].n_unique()),
                    "FLAG",
                    len(orphans),
                    booked(orphans),
                    N_("none on totals; these rows have no name or class"),
                    stored(N_("complete the export of {table}"), table=name),
                    WHO,
                    sample(orphans),
                )


def left_for_came(base: Intake):
    """Days on which goods left us, taken for the days on which they came."""
    mapping = base.settings.tables.get("deliveries")
    headers = mapping.columns.get("delivered_on", []) if mapping is not None and len(base.kept.get("deliveries", ())) else []
    for header in [headers] if isinstance(headers, str) else headers:
        if words.is_of_leaving(header):
            yield Doubt(
                "deliveries",
                stored(N_("in the deliveries, {header} is the day of dispatch, not of arrival"), header=header),
                "FLAG",
                len(base.kept["deliveries"]),
                None,
                N_("the share of orders on time too high: what left in time may have come late"),
                N_("export the day of arrival, or read every promise as one to send the goods"),
                WHEN,
                column="delivered_on",
            )


def ledger_of_points(base: Intake):
    """What a loyalty-card ledger must keep: no negative balance, one holder, nothing after a block, no points without a purchase."""
    if "points" not in base.kept:
        return
    rows = base.fates["points"].filter(pl.col("status") == "kept").sort("card_id", "date", "_file", "_sheet", "_row", maintain_order=True)
    found = [(N_("the balance of a card falls below nothing"), rows.filter(pl.col("points").cum_sum().over("card_id") < 0))]
    if "customer_id" in rows.columns:
        found.append((N_("a card has several holders"), rows.filter(pl.col("customer_id").n_unique().over("card_id") > 1)))
    if "blocked_on" in rows.columns:
        found.append(
            (
                N_("points given after the card was blocked"),
                rows.filter((pl.col("points") > 0) & (pl.col("date") > pl.col("blocked_on").min().over("card_id"))),
            )
        )
    if "order_id" in rows.columns:
        found.append((N_("points given without a purchase"), rows.filter((pl.col("points") > 0) & (pl.col("order_id") == ""))))
    for said, part in found:
        if len(part):
            yield Doubt(
                "points",
                said,
                "FLAG",
                len(part),
                None,
                N_("none on money; the ledger cannot be trusted for who bought"),
                N_("ask who keeps the ledger"),
                (),
                sample(part),
            )


def budgets_that_jump(base: Intake):
    """Budgets of a customer that grew or shrank beyond belief from one year to the next: a slip of a digit, or another unit."""
    rows = base.kept.get("budgets")
    if rows is None or not len(rows):
        return
    most = norms.value("wallet_jump_ratio", base.settings.norms)
    by = rows.group_by("customer_id", "period").agg(pl.col("amount").cast(pl.Float64).sum()).sort("customer_id", "period")
    ratio = pl.col("amount") / pl.col("amount").shift().over("customer_id")
    jumps = by.filter((ratio > most) | (ratio < 1 / most))
    if len(jumps):
        who = tuple(jumps["customer_id"].unique().sort())
        yield Doubt(
            "budgets",
            stored(
                N_("the budgets of {count} {count:customer|customers} change more than {ratio}-fold within a year"),
                count=len(who),
                ratio=f"{most:g}",
            ),
            "FLAG",
            len(who),
            rows.filter(pl.col("customer_id").is_in(who))["amount"].sum(),
            N_("share of wallet understated and gaps overstated, or the other way round; these customers are counted separately"),
            N_("ask these customers again: an extra zero or a different unit is the usual reason"),
            HOW_MUCH,
            column="amount",
            who=who,
        )


def costs_below_nothing(base: Intake):
    """Costs of the wrong sign: of a pool, or of goods sold for money."""
    found = []
    if "costs" in base.kept:
        found.append(("costs", "amount", base.fates["costs"].filter((pl.col("status") == "kept") & (pl.col("amount") < 0))))
    if "lines" in base.kept and "cost" in base.kept["lines"].columns:
        found.append(("lines", "cost", base.live.filter((pl.col("cost") < 0) & (pl.col("amount") > 0))))
    for table, column, part in found:
        if len(part):
            yield Doubt(
                table,
                stored(N_("{table}: {column} is below nothing, which makes a profit out of a cost"), table=table, column=column),
                "FLAG",
                len(part),
                part[column].sum(),
                N_("profit too high, if the sign is wrong"),
                N_("ask whether these are refunds, or costs with the wrong sign"),
                HOW_MUCH,
                sample(part),
                column=column,
                is_sized=True,
            )


def costs_above_sales(base: Intake):
    """Goods that cost more in all than customers paid for them: rather another unit, VAT or another currency than the company's trade."""
    if "cost" not in base.kept["lines"].columns:
        return
    priced = base.live.filter(pl.col("cost").is_not_null() & (pl.col("amount") > 0))
    cost, sales = (priced[column].sum() for column in ("cost", "amount"))
    if sales and cost > sales:
        yield Doubt(
            "lines",
            stored(N_("the goods sold cost {share} of what customers paid for them"), share=float(cost / sales)),
            "FLAG",
            len(priced),
            cost - sales,
            N_("profit too low, if the cost holds VAT or stands in another unit or currency"),
            N_("ask the accountant what the column of cost holds"),
            HOW_MUCH,
            column="cost",
        )
