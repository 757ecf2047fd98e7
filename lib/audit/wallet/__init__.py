"""What share of its purchases does each customer make with us, and what could we still sell?

    budgets     whole purchases: declared, of a benchmark, modelled on peers or unknown, each with its range
    gaps        by category, by manager; what changed the share; what is realistic to win
    answer      the chapter's findings

Companies under common control are one customer. A budget is never measured, only said or estimated (P26): every share has its provenance.
"""

from audit.wallet.answer import findings
from audit.wallet.budgets import ACHIEVABLE, basis, wallets
from audit.wallet.gaps import by_manager, capture, categories, changes, white_space

__all__ = ["ACHIEVABLE", "basis", "by_manager", "capture", "categories", "changes", "findings", "wallets", "white_space"]
