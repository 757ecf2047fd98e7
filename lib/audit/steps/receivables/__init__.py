"""Who owes what, for how long, and will it be paid? Ageing, days to pay, limits, expected loss (L13, L14).

matching   payments and credit notes laid on invoices, by rule, and how
owed       what is open of each invoice, by lateness, by debtor, manager and class
months     owed and overdue month by month, days of sales counted back, what was collected
loss       what may not come
answer     the chapter's findings
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_
from audit.steps.receivables.codes import Abc, Applied, Bucket

STEP = Step(
    "receivables",
    170,
    N_("Receivables"),
    N_("Who owes what, and will it be paid?"),
    reads=("invoices",),
    uses=(
        "payments",
        "customers",
        "managers",
        "customer_classes",
    ),
)

TABLES = (
    written(
        "debtors",
        "one group of companies",
        "group",
        "group:t manager_id:t abc_class:t invoiced:m open:m overdue:m oldest_days:n last_paid_on:d is_stopped:f "
        "days_beyond_terms_days:n paid_late_share:n credit_limit:m over_limit:m advance:m",
        codes={"abc_class": Abc},
        headings={
            "invoiced": N_("Invoiced in twelve months"),
            "open": N_("Owed"),
            "overdue": N_("Overdue"),
            "oldest_days": N_("Oldest, days late"),
            "last_paid_on": N_("Last payment"),
            "days_beyond_terms_days": N_("Days beyond terms"),
            "paid_late_share": N_("Paid late"),
            "over_limit": N_("Beyond the limit"),
        },
    ),
    written(
        "receivables_months",
        "one month",
        "period",
        "period:d invoiced:m owed:m current:m overdue:m count_back_days:n yearly_days:n effectiveness_ratio:n",
        headings={
            "invoiced": N_("Invoiced in twelve months"),
            "current": N_("Not yet due"),
            "overdue": N_("Overdue"),
            "count_back_days": N_("Days, counted back"),
            "yearly_days": N_("Days, by the year"),
            "effectiveness_ratio": N_("Collection rate"),
        },
    ),
    written(
        "receivables_ageing",
        "one bucket of lateness",
        "bucket_class",
        "bucket_class:t invoices:c open:m open_share:n",
        codes={"bucket_class": Bucket},
        headings={
            "bucket_class": N_("How late"),
            "open": N_("Owed"),
        },
    ),
    written(
        "payments_applied",
        "one part of a payment laid on one invoice",
        "",
        "payment_id:t invoice_id:t customer_id:t paid_on:d amount:m how_class:t",
        codes={"how_class": Applied},
        headings={
            "how_class": N_("By"),
        },
    ),
    written(
        "credit_used",
        "one customer",
        "customer_id",
        "customer_id:t money_days:n",
    ),
    findings_table("findings_receivables"),
)

HEADINGS = {  # of columns that only excerpts show
    "unpaid_share": N_("Not paid by then"),
    "low_loss": N_("From"),
    "high_loss": N_("To"),
    "beyond": N_("Not estimated"),
    "expected_loss": N_("Expected loss"),
    "amount_share": N_("Amount share"),
    "parts": N_("Parts"),
    "overdue_share": N_("Overdue share"),
    "billed": N_("Invoiced in the month"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "cash_application": ["applied", "matched"],
        "findings": ["chapter_findings"],
        "loss": ["unpaid_share", "expected_loss"],
        "months": ["balances", "count_back"],
        "open_items": ["watched", "stated_open", "invoices_settled", "ageing", "debtors", "by", "credit"],
    },
)  # fmt: skip
