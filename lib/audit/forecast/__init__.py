"""What will sales be in the coming months: of the company, its parts and its key accounts; and does the plan hold?

series      sales by month: the company, its parts, its key accounts and the rest
methods     how a series is carried on: last year again, the last year's mean, ETS, Theta, intermittent
tried       every method from many origins, its errors and its ranges
plan        plan against forecast, and how many new customers it needs
answer      the chapter's findings
"""

from audit.forecast.answer import findings
from audit.forecast.plan import against_plan
from audit.forecast.series import monthly, readable
from audit.forecast.tried import ahead, errors, key_against_other, methods_tried, parts_off

__all__ = ["against_plan", "ahead", "errors", "findings", "key_against_other", "methods_tried", "monthly", "parts_off", "readable"]
