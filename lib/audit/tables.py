"""What do our tables look like? The vocabulary: every table, its grain, key, columns, units.

`require` checks a frame against its table and says everything that is wrong in one message.
Derived tables (purchases, history, panel, ...) stand here beside those a company sends, because
grain and keys are law for both. `data/README.md` is generated from this module.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

TEXT, DATE, MONEY, NUMBER, COUNT, FLAG = "text", "date", "money", "number", "count", "flag"


class BadTable(ValueError):
    """A table that does not hold what its name promises; the message lists every fault."""


@dataclass(frozen=True)
class Column:
    name: str
    kind: str  # text, date, money, number, count or flag
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()  # the closed list, where there is one
    private: bool = False  # read and checked at intake, never stored (P41)


@dataclass(frozen=True)
class Table:
    name: str
    row: str  # what one row is
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    unlocks: str = ""
    origin: str = "company"  # or: intake, ledger

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def required(self) -> list[str]:
        return [column.name for column in self.columns if column.required]


def _table(name: str, row: str, key: str, columns: list[tuple], *, unlocks: str = "", origin: str = "company") -> Table:
    """A table from rows of (name, kind, meaning[, values]); `!` after the name marks a required column, `?` a private one."""
    made = [
        Column(n.rstrip("!?"), kind, meaning, n.endswith("!"), tuple(*values), n.endswith("?")) for n, kind, meaning, *values in columns
    ]
    return Table(name, row, tuple(key.split()), tuple(made), unlocks, origin)


SURROGATES = {
    "line_id",
    "activity_id",
    "visit_id",
    "case_id",
    "entry_id",
    "contact_id",
    "payment_id",
    "sale_id",
}  # where the export has none: file:sheet:row

COMPANY = [
    _table(
        "lines", "one line of a sale or a return", "line_id",
        [
            ("line_id!", TEXT, "identity of the line; file:sheet:row where the export has none"),
            ("customer_id!", TEXT, "the buying legal entity"),
            ("date!", DATE, "day of the sale or return"),
            ("amount!", MONEY, "net of discount and, unless declared, of VAT; negative for a return"),
            ("order_id", TEXT, "the document; else customer and date, flagged"),
            ("product_id", TEXT, "what was sold"),
            ("quantity", NUMBER, "units; negative for a return"),
            ("cost", MONEY, "cost of the line's goods; negative for a return"),
            ("discount", MONEY, "money off list price, 0 or more"),
            ("manager_id", TEXT, "who sold"),
            ("department", TEXT, "the selling department"),
            ("channel", TEXT, "how it was sold"),
            ("returns_order_id", TEXT, "on a return: the order it takes back"),
            ("currency", TEXT, "of the amount, where several occur; converted by [rules] rates"),
            ("vat", MONEY, "VAT within the amount, taken off where [rules] vat is included"),
        ],
        unlocks="intake, base, repeat, retention and most other chapters",
    ),
    _table(
        "customers", "one customer (legal entity)", "customer_id",
        [
            ("customer_id!", TEXT, "the buying legal entity"),
            ("name!", TEXT, "as it is called in the company"),
            ("tax_id", TEXT, "INN or the like, as text; customers with the same valid one are one"),
            ("kpp", TEXT, "KPP: which branch or registration"),
            ("ogrn", TEXT, "OGRN or OGRNIP"),
            ("phone?", TEXT, "checked and compared, never stored"),
            ("email?", TEXT, "checked and compared, never stored"),
            ("address?", TEXT, "compared, never stored"),
            ("updated_on", DATE, "when its entry was last changed"),
            ("group_id", TEXT, "companies under common control share one"),
            ("region", TEXT, "where it is served"),
            ("industry", TEXT, "what it does"),
            ("size", NUMBER, "headcount or turnover, one measure for all"),
            ("manager_id", TEXT, "who looks after it"),
            ("status", TEXT, "as the company keeps it"),
            ("first_deal_on", DATE, "first deal ever, also before the exports begin"),
            ("credit_limit", MONEY, "most it may owe"),
            ("terms_days", NUMBER, "agreed days to pay"),
            ("source", TEXT, "how it was won"),
        ],
        unlocks="names, groups under common control, first deals before the exports begin",
    ),
    _table(
        "contacts", "one contact person of a customer", "customer_id contact_id",
        [
            ("customer_id!", TEXT, "whose contact"),
            ("contact_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("role", TEXT, "post or part in buying"),
            ("level", TEXT, "how high"),
            ("manager_id", TEXT, "who keeps the contact"),
            ("updated_on", DATE, "when the entry was last changed"),
            ("phone?", TEXT, "checked, never stored"),
            ("email?", TEXT, "checked, never stored"),
        ],
        unlocks="contact coverage in the central file (K2)",
    ),
    _table(
        "products", "one product", "product_id",
        [
            ("product_id!", TEXT, "identity"),
            ("name!", TEXT, "what it is called"),
            ("category!", TEXT, "its family"),
            ("launched_on", DATE, "first day on offer"),
            ("price", MONEY, "list price of a unit"),
        ],
        unlocks="novelty, cross-sell, mix",
    ),
    _table(
        "managers", "one manager", "manager_id",
        [
            ("manager_id!", TEXT, "identity"),
            ("name!", TEXT, "as it is called in the company"),
            ("department", TEXT, "where the manager works"),
            ("role", TEXT, "kind of work", ("hunter", "farmer", "key", "field")),
        ],
        unlocks="names of managers, load, dependence on one person",
    ),
    _table(
        "activities", "one contact in or out", "activity_id",
        [
            ("activity_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("customer_id!", TEXT, "with whom"),
            ("date!", DATE, "when"),
            ("direction!", TEXT, "who began it", ("in", "out")),
            ("kind!", TEXT, "call, mail, visit, event, reply, ..."),
            ("manager_id", TEXT, "who took part"),
        ],
        unlocks="question A7, inattention before a loss (B6), belonging",
    ),
    _table(
        "invoices", "one invoice", "invoice_id",
        [
            ("invoice_id!", TEXT, "its number"),
            ("customer_id!", TEXT, "who owes"),
            ("issued_on!", DATE, "day of the invoice"),
            ("amount!", MONEY, "what is owed, as invoiced"),
            ("due_on", DATE, "day by which it is to be paid"),
            ("paid_on", DATE, "day on which it was paid in full"),
        ],
        unlocks="the check of sales against invoices; receivables: ageing, days to pay, overdue (L13, L14)",
    ),
    _table(
        "payments", "one payment of a customer", "payment_id",
        [
            ("payment_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("customer_id!", TEXT, "who paid"),
            ("paid_on!", DATE, "day of the payment"),
            ("amount!", MONEY, "what was paid; negative for money given back"),
            ("invoice_id", TEXT, "the invoice it pays, where the payment names it"),
        ],
        unlocks="the check of sales against payments; receivables",
    ),
    _table(
        "crm_sales", "one sale as the CRM records it", "sale_id",
        [
            ("sale_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("customer_id!", TEXT, "who bought"),
            ("date!", DATE, "when"),
            ("amount!", MONEY, "for how much"),
            ("manager_id", TEXT, "who entered it"),
        ],
        unlocks="the check of the CRM against accounting by customer and period (K3, M12)",
    ),
    _table(
        "points", "one entry of a loyalty-card ledger", "entry_id",
        [
            ("entry_id!", TEXT, "identity; file:sheet:row where the export has none"),
            ("card_id!", TEXT, "the card"),
            ("date!", DATE, "when"),
            ("points!", NUMBER, "points given, negative when spent"),
            ("customer_id", TEXT, "who holds the card"),
            ("order_id", TEXT, "the purchase"),
            ("blocked_on", DATE, "from when the card is blocked"),
        ],
        unlocks="the checks of a loyalty-card ledger: balances, holders, blocked cards, points without a purchase",
    ),
    _table(
        "budgets", "one customer's purchase budget by category and period", "customer_id category period",
        [
            ("customer_id!", TEXT, "whose budget"),
            ("category!", TEXT, "of which products"),
            ("period!", TEXT, "of which year"),
            ("amount!", MONEY, "the whole purchase, from all suppliers"),
            ("provenance!", TEXT, "how it is known", ("declared", "benchmark", "modelled")),
        ],
        unlocks="question A2, share of wallet, key accounts by potential",
    ),
    _table(
        "facts", "one judged fact about a customer", "customer_id kind date",
        [
            ("customer_id!", TEXT, "about whom"),
            ("kind!", TEXT, "reputation, innovation, standards, referral, ..."),
            ("date!", DATE, "when it was judged"),
            ("value!", NUMBER, "0 to 5"),
            ("evidence!", TEXT, "what shows it"),
        ],
        unlocks="key accounts by reputation, innovation, standards; advocates",
    ),
    _table(
        "costs", "one cost pool in one period", "period pool",
        [
            ("period!", TEXT, "of which year"),
            ("pool!", TEXT, "which costs (fixed, selling, delivery, ...)"),
            ("amount!", MONEY, "cost of the pool in the period"),
            ("driver", TEXT, "what causes it: orders, lines, purchases, returns, contacts, credit, customers, new customers; none: a cost of the company as a whole"),
        ],
        unlocks="the profit of each customer (G1), and whether the company earns its fixed costs without its largest",
    ),
    _table(
        "given", "one thing given to a customer beyond the product", "customer_id date kind",
        [
            ("customer_id!", TEXT, "to whom"),
            ("date!", DATE, "when"),
            ("kind!", TEXT, "training, samples, equipment, technicians, reserve stock, ..."),
            ("cost_to_us!", MONEY, "what it cost us"),
            ("benefit_to_customer", MONEY, "what it was worth to the customer"),
            ("evidence", TEXT, "what shows it"),
        ],
        unlocks="the value dossier; its cost in the customer's profit (G2, E30)",
    ),
    _table(
        "spend", "one expense on winning or keeping customers", "date purpose",
        [
            ("date!", DATE, "when, or the first day of the month"),
            ("purpose!", TEXT, "what for", ("acquisition", "retention")),
            ("amount!", MONEY, "how much"),
            ("events", NUMBER, "events paid by it"),
            ("hours", NUMBER, "working hours"),
        ],
        unlocks="what it costs to win a customer, and when that is earned back (C7, J1 to J3)",
    ),
    _table(
        "plans", "one target", "period level id",
        [
            ("period!", TEXT, "of which year or month (2026, 2026-03)"),
            ("level!", TEXT, "of whom", ("company", "department", "manager", "customer")),
            ("id!", TEXT, "of which one; - for the company"),
            ("amount!", MONEY, "planned sales"),
        ],
        unlocks="plan against forecast, and how many new customers the plan needs (H22)",
    ),
    _table(
        "tiers", "one volume tier of a supplier", "supplier volume_from",
        [
            ("supplier!", TEXT, "who grants it"),
            ("volume_from!", MONEY, "yearly purchases from which it holds"),
            ("discount_rate!", NUMBER, "discount as a fraction"),
        ],
        unlocks="dependence, second round: discounts that go with a large customer",
    ),
    _table(
        "answers", "one answer to a questionnaire", "form respondent question",
        [
            ("form!", TEXT, "which questionnaire (eight_questions, ...)"),
            ("respondent!", TEXT, "who answered"),
            ("question!", TEXT, "id of the question (A1 to A8)"),
            ("value!", TEXT, "the answer"),
            ("customer_id", TEXT, "where a customer answered"),
            ("role", TEXT, "of the respondent"),
        ],
        unlocks="the owner's own answers beside those of the data (A9)",
    ),
]  # fmt: skip

DERIVED = [
    _table(
        "purchases", "one customer on one day with a sale line", "customer_id date",
        [
            ("customer_id!", TEXT, "who bought"),
            ("date!", DATE, "the day; several orders of a day are one purchase"),
            ("revenue!", MONEY, "sales of the day less later returns traced to them"),
            ("returned!", MONEY, "those returns, 0 or negative"),
            ("orders!", COUNT, "distinct orders of the day"),
            ("is_free!", FLAG, "no money changed hands that day"),
            ("cost", MONEY, "cost of the goods, less that of traced returns"),
            ("manager_id", TEXT, "who sold (the first in order, where several did)"),
        ],
        origin="ledger",
    ),
    _table(
        "history", "one customer", "customer_id",
        [
            ("customer_id!", TEXT, "the buying legal entity"),
            ("first_on!", DATE, "first purchase in the exports"),
            ("second_on", DATE, "second purchase, if any"),
            ("third_on", DATE, "third purchase, if any"),
            ("last_on!", DATE, "last purchase"),
            ("purchases!", COUNT, "days with a sale"),
            ("revenue!", MONEY, "all revenue to as_of"),
            ("gap_days", NUMBER, "median days between purchases"),
            ("gaps!", COUNT, "gaps between purchases"),
            ("gap_log_mean", NUMBER, "mean of log gap, in season-adjusted days"),
            ("gap_log_var", NUMBER, "its variance within the customer (n - 1)"),
            ("silence_days!", COUNT, "days from last purchase to as_of"),
            ("silence_clock_days!", NUMBER, "the same in season-adjusted days"),
            ("life_clock_days!", NUMBER, "season-adjusted days from first to last purchase"),
            ("is_first_known!", FLAG, "the first purchase seen can be taken as the first ever (burn-in, P13)"),
            ("first_revenue!", MONEY, "revenue of the first purchase"),
            ("is_first_returned!", FLAG, "part of the first purchase came back"),
            ("first_manager_id", TEXT, "who made the first sale"),
        ],
        origin="ledger",
    ),
    _table(
        "history_before", "one customer as known a holdout earlier", "customer_id",
        [
            ("customer_id!", TEXT, "the buying legal entity"),
            ("first_on!", DATE, "first purchase in the exports"),
            ("last_on!", DATE, "last purchase until then"),
            ("purchases!", COUNT, "days with a sale until then"),
            ("revenue!", MONEY, "revenue of those days"),
            ("gaps!", COUNT, "gaps between purchases until then"),
            ("gap_log_mean", NUMBER, "mean of log gap until then, season-adjusted"),
            ("gap_log_var", NUMBER, "its variance"),
            ("silence_days!", COUNT, "days of silence then"),
            ("silence_clock_days!", NUMBER, "the same in season-adjusted days"),
            ("life_clock_days!", NUMBER, "season-adjusted days from first to last purchase"),
            ("has_bought_since!", FLAG, "a purchase came in the holdout"),
        ],
        origin="ledger",
    ),
    _table(
        "panel", "one customer in one month with a purchase", "customer_id period",
        [
            ("customer_id!", TEXT, "who bought"),
            ("period!", DATE, "first day of the month"),
            ("revenue!", MONEY, "revenue of the month's purchases"),
            ("orders!", COUNT, "distinct orders by day"),
            ("purchases!", COUNT, "days with a sale"),
            ("returned", MONEY, "returns taken off, 0 or negative"),
            ("cost", MONEY, "cost of the goods"),
        ],
        origin="ledger",
    ),
    _table(
        "behaviour", "one customer", "customer_id",
        [
            ("customer_id!", TEXT, "the buying legal entity"),
            ("lines!", COUNT, "sale lines"),
            ("products!", COUNT, "different products bought"),
            ("same_share!", NUMBER, "share of lines with a product the customer had bought before"),
            ("discount_share", NUMBER, "discounts against list prices, money over money"),
            ("price_index", NUMBER, "money paid against the usual price of the same products in the same quarter; 1 is usual"),
            ("novelty_share", NUMBER, "share of lines with a product launched not long before"),
            ("novelties", COUNT, "different such products"),
        ],
        origin="ledger",
    ),
    _table(
        "sellers", "one customer, by manager, department and month", "customer_id manager_id department period",
        [
            ("customer_id!", TEXT, "who bought"),
            ("manager_id", TEXT, "who sold, where the lines say so"),
            ("department", TEXT, "where, where the lines say so"),
            ("period!", DATE, "first day of the month"),
            ("revenue!", MONEY, "revenue, returns in the month of their sale"),
        ],
        origin="ledger",
    ),
    _table(
        "mix", "one customer, by category of products and calendar year", "customer_id category period",
        [
            ("customer_id!", TEXT, "who bought"),
            ("category!", TEXT, "of which products; empty where products does not say"),
            ("period!", COUNT, "the calendar year"),
            ("revenue!", MONEY, "revenue, returns in the year of their sale"),
        ],
        origin="ledger",
    ),
    _table(
        "silences", "one length of the time between purchases", "days",
        [
            ("days!", COUNT, "length of the silence"),
            ("ended!", COUNT, "silences of that length that ended in a purchase"),
            ("open!", COUNT, "silences of that length still open on as_of"),
        ],
        origin="ledger",
    ),
    _table(
        "bridge", "one month", "period",
        [
            ("period!", DATE, "first day of the month"),
            ("booked!", MONEY, "lines of the month as the company booked them"),
            ("untraced!", MONEY, "returns of the month whose sale is not in the exports"),
            ("moved!", MONEY, "returns booked here for sales of other months, less those booked elsewhere for sales of this month"),
            ("revenue!", MONEY, "revenue of the month in this audit: booked - untraced - moved"),
        ],
        origin="ledger",
    ),
    _table(
        "season", "one month of the year", "month",
        [
            ("month!", COUNT, "1 to 12"),
            ("index!", NUMBER, "purchases a day against the year's mean; 1 where two full years are not there"),
        ],
        origin="ledger",
    ),
    _table(
        "reconciliation", "one fate of a source's rows", "table status reason",
        [
            ("table!", TEXT, "which table the rows were meant for"),
            ("status!", TEXT, "what became of them", ("kept", "quarantined", "excluded", "merged")),
            ("reason!", TEXT, "why"),
            ("rows!", COUNT, "rows of the exports"),
            ("amount", MONEY, "their readable money; empty for tables without money"),
            ("unreadable!", COUNT, "rows whose money cannot be read"),
        ],
        origin="intake",
    ),
    _table(
        "quarantine", "one rejected row", "table file sheet row",
        [
            ("table!", TEXT, "which table the row was meant for"),
            ("file!", TEXT, "the export"),
            ("sheet!", TEXT, "its sheet, empty for text files"),
            ("row!", COUNT, "row number as a spreadsheet shows it"),
            ("reason!", TEXT, "why it was rejected"),
            ("content!", TEXT, "the row as it came, JSON"),
        ],
        origin="intake",
    ),
    _table(
        "defects", "one thing to know about the data", "defect",
        [
            ("table!", TEXT, "in which table"),
            ("defect!", TEXT, "what was found"),
            ("verdict!", TEXT, "what follows", ("PASS", "FLAG", "REFUSE")),
            ("rows!", COUNT, "rows or customers it touches"),
            ("amount", MONEY, "money it touches, where that can be said"),
            ("bias!", TEXT, "which numbers it moves, and in which direction"),
            ("action!", TEXT, "what to do"),
            ("biases!", TEXT, "steps whose numbers it moves"),
            ("refuses!", TEXT, "steps that cannot be run because of it"),
            ("sample!", TEXT, "where the first of them stand: file, sheet, row"),
        ],
        origin="intake",
    ),
    _table(
        "gate", "one table or chapter", "kind subject",
        [
            ("kind!", TEXT, "of what", ("table", "chapter")),
            ("subject!", TEXT, "which"),
            ("verdict!", TEXT, "whether it can be relied on", ("PASS", "FLAG", "REFUSE")),
            ("why!", TEXT, "the first reason"),
            ("defects!", COUNT, "reasons in all"),
        ],
        origin="intake",
    ),
    _table(
        "effects", "one declared rule", "rule",
        [
            ("rule!", TEXT, "as audit.toml declares it"),
            ("rows!", COUNT, "lines it touches"),
            ("before", MONEY, "their money before"),
            ("after", MONEY, "their money after"),
        ],
        origin="intake",
    ),
    _table(
        "controls", "one sum that must agree with another", "control period source",
        [
            ("control!", TEXT, "which sums are compared"),
            ("source!", TEXT, "whose sum it is compared with"),
            ("period!", TEXT, "of which period, account or group; empty: of all"),
            ("expected", MONEY, "as the other states it"),
            ("found", MONEY, "as our rows add up"),
            ("difference", MONEY, "found less expected"),
            ("tolerance", MONEY, "what may differ"),
            ("verdict!", TEXT, "whether it agrees", ("PASS", "FLAG")),
        ],
        origin="intake",
    ),
    _table(
        "aliases", "one customer code that stands for another", "alias_id",
        [
            ("alias_id!", TEXT, "as the exports have it"),
            ("customer_id!", TEXT, "the customer it is"),
            ("reason!", TEXT, "why they are one"),
        ],
        origin="intake",
    ),
    _table(
        "duplicates", "one pair of customers that may be one", "customer_a customer_b",
        [
            ("customer_a!", TEXT, "one"),
            ("customer_b!", TEXT, "the other"),
            ("proposal!", TEXT, "what we propose", ("merge", "group", "look")),
            ("decision!", TEXT, "what a human decided", ("merge", "group", "apart")),
            ("score!", NUMBER, "how alike, 0 to 1"),
            ("reason!", TEXT, "in what"),
            ("name_a!", TEXT, "name of the one"),
            ("name_b!", TEXT, "name of the other"),
            ("amount", MONEY, "booked sales of the smaller of the two"),
        ],
        origin="intake",
    ),
    _table(
        "central_fields", "one field of a customer's entry in the central file", "customer_id field",
        [
            ("customer_id!", TEXT, "whose entry"),
            ("field!", TEXT, "which field"),
            ("is_filled!", FLAG, "something stands there"),
            ("is_valid", FLAG, "and it is what it claims to be; empty where nothing can be checked"),
        ],
        origin="intake",
    ),
]  # fmt: skip

ALL = {table.name: table for table in [*COMPANY, *DERIVED]}


def require(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The frame itself, if it is a table of that name; otherwise one error with every fault.

    Checked: required columns, unique and complete key, closed lists, dates that are dates and money that is numbers.

    Raises
    ------
    BadTable
        listing all faults, with the row numbers of the first offenders.

    >>> import pandas as pd
    >>> require(pd.DataFrame({"customer_id": ["a", "a"], "date": ["x", "y"]}), "panel")
    Traceback (most recent call last):
    ...
    audit.tables.BadTable: not a table "panel" (one customer in one month with a purchase):
      - no column period, revenue, orders, purchases; it has customer_id, date
    """
    table = ALL[name]
    missing = [c for c in table.required if c not in frame.columns]
    if missing:
        faults = [f"no column {', '.join(missing)}; it has {', '.join(map(str, frame.columns))}"]
    else:
        faults = [*_key_faults(frame, table), *_column_faults(frame, table)]
    if faults:
        raise BadTable(f'not a table "{name}" ({table.row}):\n' + "\n".join(f"  - {fault}" for fault in faults))
    return frame


def _key_faults(frame: pd.DataFrame, table: Table):
    key = [c for c in table.key if c in frame.columns]
    empty = frame[key].isna().any(axis=1)
    if empty.any():
        yield f"key {', '.join(key)} is empty in {_rows(empty)}"
    repeated = frame.duplicated(key, keep=False)
    if repeated.any():
        yield f"key {', '.join(key)} repeats in {_rows(repeated)}"


def _column_faults(frame: pd.DataFrame, table: Table):
    from pandas.api import types

    for column in (c for c in table.columns if c.name in frame.columns):
        values = frame[column.name]
        if column.kind == DATE and not types.is_datetime64_any_dtype(values):
            yield f"{column.name} must hold dates, got {values.dtype}"
        if column.kind in (MONEY, NUMBER, COUNT) and not types.is_numeric_dtype(values):
            yield f"{column.name} must hold numbers, got {values.dtype}"
        if column.required and column.name not in table.key and values.isna().any():
            yield f"{column.name} is empty in {_rows(values.isna())}"
        if column.values and not (strange := ~values.isin(column.values) & values.notna() & (values != "")).empty and strange.any():
            yield f"{column.name} must be one of {', '.join(column.values)}; got {values[strange].iloc[0]!r} in {_rows(strange)}"


def _rows(mask: pd.Series) -> str:
    """Row numbers of the first offenders, as a spreadsheet with a header would show them."""
    at = [str(i + 2) for i, bad in enumerate(mask.to_numpy()) if bad]
    return f"row{'s' * (len(at) > 1)} {', '.join(at[:3])}" + (f" and {len(at) - 3} more" if len(at) > 3 else "")


def readme() -> str:
    """The text of data/README.md: every table a company can send, its columns, units and what it unlocks."""
    parts = [README_HEAD]
    for title, group in [("Tables a company sends", COMPANY), ("Tables the audit derives", DERIVED)]:
        parts.append(f"## {title}\n")
        for table in group:
            head = f"### {table.name}\n\nA row is {table.row}. Key: {', '.join(table.key)}."
            parts.append(head + (f" Unlocks: {table.unlocks}." if table.unlocks else "") + "\n")
            parts.append("| column | kind | required | meaning |\n|---|---|---|---|")
            for c in table.columns:
                closed = f" ({', '.join(c.values)})" if c.values else ""
                parts.append(f"| {c.name} | {c.kind} | {'yes' if c.required else ''} | {c.meaning}{closed} |")
            parts.append("")
    return "\n".join(parts)


README_HEAD = """# Data

One folder per base: the exports as they came (never changed by us) and an `audit.toml` that says what is what.
`demo/` is committed; a real base never is. This page is generated from `lib/audit/tables.py` and tested against it.

Only `lines` is needed. Every further table unlocks more; the report prints which table would unlock what.
Kinds: text; date; money (the base's one currency, exact to four decimals); number; count (whole); flag (yes or no).
Shares and rates are fractions of 1 and end in `_share`, `_rate`, `_ratio`; durations end in `_days`, `_months`; days end in `_on`.
"""
