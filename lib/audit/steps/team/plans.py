"""Do the plans of managers and departments add up to the company's, and do they carry what suppliers were promised? (H22)"""

from __future__ import annotations

import pandas as pd

from audit.core import registry
from audit.steps.team.codes import Level

PARTS = {0: 1, 1: 4, 2: 12}  # of a year, by length of period
LEVELS = {"company": Level.COMPANY, "department": Level.DEPARTMENT, "manager": Level.MANAGER}


def plan_cascade(plans: pd.DataFrame | None, commitments: pd.DataFrame | None, *, cost_rate: float) -> pd.DataFrame:
    """Planned sales by year and level, beside the company's plan, and purchases promised to suppliers beside the cost of what is planned.

    Parameters
    ----------
    cost_rate
        cost of goods over sales of the last twelve months; nan: not known.

    Returns
    -------
    DataFrame with period (year), planned_class, plans (rows), amount, company (the company's plan of the same year; empty without one), difference (amount
    less the company's), promised (purchases promised to suppliers in the year), planned_cost (of the company's plan), short (promised beyond it).

    Source: method H22.
    """
    if plans is None or plans.empty:
        return registry.empty("plan_cascade")
    table = plans[plans["level"].isin(LEVELS)].assign(
        length=length_of(plans["period"]),
        period=plans["period"].astype("str").str[:4],
        planned_class=plans["level"].map(LEVELS).astype("object"),
    )
    table = (
        one_length(table, ["period", "planned_class"])
        .groupby(["period", "planned_class"])
        .agg(plans=("amount", "size"), amount=("amount", "sum"))
        .reset_index()
    )
    table["planned_class"] = table["planned_class"].astype("str")
    whole = table[table["planned_class"] == Level.COMPANY].set_index("period")["amount"]
    table["company_plan"] = table["period"].map(whole).astype("float64")
    table["difference"] = table["amount"] - table["company_plan"]
    promised = pd.Series(dtype="float64") if commitments is None else _by_year(commitments)
    is_company = table["planned_class"] == Level.COMPANY
    table["promised_amount"] = table["period"].map(promised).astype("float64").where(is_company)
    table["planned_cost"] = (table["company_plan"] * cost_rate).where(is_company)
    table["short"] = (table["promised_amount"] - table["planned_cost"]).clip(lower=0)
    return table[registry.tables()["plan_cascade"].names]


def length_of(periods: pd.Series) -> pd.Series:
    """0 for years, 1 for quarters, 2 for months."""
    said = periods.astype("str")
    return said.str.contains("-").astype(int) + (said.str.contains("-") & ~said.str.contains("Q")).astype(int)


def one_length(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Of plans that stand there for a year and for its quarters or months, those of the longest period: they are one sum said twice."""
    return table[table["length"] == table.groupby(by)["length"].transform("min")]


def _by_year(commitments: pd.DataFrame) -> pd.Series:
    said = commitments["period"].astype("str")
    table = commitments.assign(length=length_of(said), year=said.str[:4])
    return one_length(table, ["supplier", "year"]).groupby("year")["amount"].sum()


def cost_rate(customers_of: pd.DataFrame) -> float:
    """Cost of goods over sales of the last twelve months, of customers whose cost is known; nan where none is."""
    known = customers_of[customers_of["margin"].notna() & (customers_of["costed"] > 0)]
    sales = float(known["costed"].sum())
    return 1 - float(known["margin"].sum()) / sales if sales else float("nan")
