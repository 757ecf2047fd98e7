"""What do those say who refused to buy? Three questions, their answers coded by theme, with what each theme cost (I2).

The answers are as managers write them: what is coded says what was written down, not what was the case; what fits no theme is counted, and read by a human.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pandas as pd

from audit.core import registry
from audit.steps.service.case_counts import with_columns
from audit.steps.service.codes import Asked, Theme

NOTHING = {
    "нет",
    "ничего",
    "все хорошо",
    "претензий нет",
    "претензий не было",
    "нет претензий",
    "no",
    "none",
    "nothing",
    "no complaints",
    "n a",
}  # answers that name nothing


@cache
def _words() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "themes.toml").read_text(encoding="utf-8"))


def themes_of(answer: str) -> list[Theme]:
    """The themes of an answer; something else where no word of ours is in it, none where it is empty.

    >>> [str(theme) for theme in themes_of("Дорого, и три дня никто не перезвонил")], themes_of(" ")
    (['price', 'waiting'], [])
    """
    said = " ".join(re.sub(r"[^\w]+", " ", answer.casefold().replace("ё", "е")).split())
    if not said or said in NOTHING:
        return []
    found = [theme for theme in Theme if any(f" {word}" in f" {said} " for word in _words().get(theme.value, ()))]
    return found or [Theme.OTHER]


def refusals(cases: pd.DataFrame | None, *, since: pd.Timestamp) -> pd.DataFrame:
    """Answers by question and theme, the most frequent first. An answer of several themes counts in each; money is that of the refusals, and overlaps too.

    Returns
    -------
    DataFrame with asked_class, theme_class, answers, customers, amount (of the refused purchases; empty where none is written).

    Source: method I2.
    """
    if cases is None:
        return registry.empty("refusals")
    part = with_columns(cases[(cases["kind"] == "refusal") & (cases["date"] > since)])
    rows = [
        (asked.value, theme.value, case.customer_id, case.amount)
        for case in part.itertuples(index=False)
        for asked in Asked
        for theme in themes_of(getattr(case, asked.value))
    ]
    table = pd.DataFrame(rows, columns=["asked_class", "theme_class", "customer_id", "amount"])
    if table.empty:
        return registry.empty("refusals")
    by = table.groupby(["asked_class", "theme_class"])
    table = by.agg(
        answers=("customer_id", "size"), customers=("customer_id", "nunique"), amount=("amount", lambda money: money.sum(min_count=1))
    ).reset_index()
    order = {asked.value: i for i, asked in enumerate(Asked)}
    table = table.assign(_o=table["asked_class"].map(order)).sort_values(
        ["_o", "answers", "theme_class"], ascending=[True, False, True], ignore_index=True
    )
    return table[registry.tables()["refusals"].names]


def answered(cases: pd.DataFrame | None, *, since: pd.Timestamp) -> int:
    """How many answers named something, over all three questions."""
    if cases is None:
        return 0
    part = with_columns(cases[(cases["kind"] == "refusal") & (cases["date"] > since)])
    return sum(bool(themes_of(answer)) for asked in Asked for answer in part[asked.value])
