"""What has one meaning, and so one value, wherever readers meet it? Terms that several chapters state, each defined once.

A chapter names the quantities that a finding states (`Finding.quantities`); `quantities` puts those of a run into one table, and a test
refuses two values for one term and scope, in the demo and in every public base.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from audit.core.codes import Code
from audit.i18n import mark as N_

if TYPE_CHECKING:
    import pandas as pd


class Term(Code):
    """A quantity with its window, its unit of counting and its condition."""

    CUSTOMERS_OF_PERIOD = "customers_of_period", N_("customers who bought in the last whole period, legal entities")
    NEW_OF_PERIOD = "new_of_period", N_("of these, those whose first purchase ever lies in it")
    SURVIVAL_YEAR = (
        "survival_year",
        N_("new customers still with us 365 days after their first purchase (those who stopped buying count as gone)"),
    )
    GROUPS_OF_YEAR = "groups_of_year", N_("groups of companies that bought in the last twelve whole months")
    SALES_OF_YEAR = "sales_of_year", N_("sales of the last twelve whole months")
    CLASS_A = "class_a", N_("groups of companies of class A by sales of the last twelve whole months")
    KEY_ACCOUNTS = "key_accounts", N_("groups of companies that are key accounts by any reason")
    LARGEST_SHARE = "largest_share", N_("share of the largest group in the sales of the last twelve whole months")
    RESULT = "result", N_("the company's profit before tax of the cost year")
    OVERDUE = "overdue", N_("money overdue on the last day observed")
    FRESH_SILENT = "fresh_silent", N_("customers listed as having stopped buying who are not long gone")


def quantities(found: pd.DataFrame) -> pd.DataFrame:
    """Every quantity that the findings of a run state.

    Parameters
    ----------
    found
        findings of all chapters (`store.findings`).

    Returns
    -------
    DataFrame with term, value, finding, step; by term, in reading order.
    """
    import pandas as pd

    rows = [
        (term, float(value), row["id"], row["step"])
        for _i, row in found.iterrows()
        for term, value in json.loads(row["quantities"] or "{}").items()
        if value is not None
    ]
    return pd.DataFrame(rows, columns=["term", "value", "finding", "step"]).sort_values("term", kind="stable", ignore_index=True)


def told_twice(stated: pd.DataFrame) -> pd.DataFrame:
    """Terms with more than one value, with all their values; no rows where each has one.

    >>> import pandas as pd
    >>> told_twice(pd.DataFrame({"term": ["a", "a", "b"], "value": [1.0, 2.0, 3.0]}))["value"].tolist()
    [1.0, 2.0]
    """
    spread = stated.groupby("term")["value"].agg(lambda values: values.max() - values.min())
    size = stated.groupby("term")["value"].agg(lambda values: max(1.0, values.abs().max()))
    return stated[stated["term"].isin(spread.index[spread > 1e-6 * size])]
