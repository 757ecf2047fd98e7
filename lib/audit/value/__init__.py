"""What is a customer worth: to date, in the next year, and after it?

lifetime    S x C x P x T to date, lives by survival, levers, payback
router      which kind of purchase model fits this trade, and why
clocks      what the models need to know of a customer
geometric   BG/NBD, MBG/NBD, MBG/CNBD-k      pareto     Pareto/NBD
discrete    BG/BB, sBG                       spend      Gamma-Gamma
fitting     how a likelihood is maximised, and when the maximum is refused
tried       models and naive rules on the same holdout
expected    value of each customer and of the base, with ranges
"""

from audit.value.answer import findings
from audit.value.expected import Rule, customer_values, intervals, spending, spends
from audit.value.lifetime import good_and_rest, levers, lifetime_values, lives, money_of_year, of_customers, payback, splits
from audit.value.router import counts, route, routes
from audit.value.spend import dependence
from audit.value.tried import fits, forecasts, rivals, spend_rivals, winner

__all__ = [
    "Rule", "counts", "customer_values", "dependence", "findings", "fits", "forecasts", "good_and_rest", "intervals", "levers", "lifetime_values", "lives", "money_of_year", "of_customers",
    "payback", "rivals", "route", "routes", "spend_rivals", "spending", "spends", "splits", "winner",
]  # fmt: skip
