"""Who owes what, for how long, and will it be paid? Ageing, days to pay, limits, expected loss (L13, L14).

matching   payments and credit notes laid on invoices, by rule, and how
owed       what is open of each invoice, by lateness, by debtor, manager and class
months     owed and overdue month by month, days of sales counted back, what was collected
loss       what may not come
answer     the chapter's findings
"""

from audit.receivables.answer import findings
from audit.receivables.loss import expected_loss, unpaid_share
from audit.receivables.matching import applied, matched
from audit.receivables.months import balances, count_back
from audit.receivables.owed import ageing, by, credit, debtors, invoices_settled, watched

__all__ = [
    "ageing", "applied", "balances", "by", "count_back", "credit", "debtors", "expected_loss", "findings", "invoices_settled", "matched", "unpaid_share",
    "watched",
]  # fmt: skip
