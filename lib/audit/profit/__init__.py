"""What does each customer leave us after all it costs? From sales to net operating profit after tax, by cost pools and what drives them.

A pool is laid on customers by its driver: orders, lines, deliveries, returns, contacts, days of credit. Never by revenue, which would make all customers equally
profitable (P34). What has no driver stays a cost of the company. So the customers' profits and what was not laid on them add up to the company's own
result, to the kopeck. Which driver is right is a judgement: each pool is also laid by the others, and who loses money by every one of them is told from who loses by some.
Companies under common control are one customer (P19).

    drivers     what each customer caused in the year
    pools       the year's cost pools, laid by what drives them
    customers   each customer's profit, its sensitivity, the whale curve, the tie to the company's result
    answer      the chapter's findings
"""

from audit.profit.answer import findings
from audit.profit.customers import customer_profits, of_keys, sensitivity, statement, whale
from audit.profit.drivers import cost_year, drivers, of_year
from audit.profit.pools import pools, selling_cost

__all__ = [
    "cost_year", "customer_profits", "drivers", "findings", "of_keys", "of_year", "pools", "selling_cost", "sensitivity", "statement", "whale",
]  # fmt: skip
