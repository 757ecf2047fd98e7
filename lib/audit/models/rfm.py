"""What do purchase models need to know of a customer? Repeat purchases, when the last came, and for how long we have watched.

Times are season-adjusted days (P12), counted from the first purchase seen. For an old customer that is not the first purchase ever (P13);
the
models have no memory, so that its clock may start at any purchase. They then describe the customers who are in the base, not
those that will be won.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Counts:
    """Distinct customers of a purchase model with how many there are of each, and for every customer which of them it is."""

    x: np.ndarray  # repeat purchases
    t_x: np.ndarray  # time of the last, from the first
    age: np.ndarray  # time watched, from the first
    gap_logs: np.ndarray  # sum of the logarithms of the gaps, of all customers alike
    weight: np.ndarray  # customers alike
    member: np.ndarray  # per customer, the row above

    def __len__(self) -> int:
        return len(self.x)

    @property
    def customers(self) -> int:
        return len(self.member)

    def part(self, rows: np.ndarray) -> Counts:
        """Some of the distinct rows, without their members."""
        return Counts(*(column[rows] for column in (self.x, self.t_x, self.age, self.gap_logs, self.weight)), self.member[:0])

    def scaled(self, unit: float) -> Counts:
        """The same with times in another unit, in days."""
        return Counts(
            self.x, self.t_x / unit, self.age / unit, self.gap_logs - self.x * self.weight * np.log(unit), self.weight, self.member
        )


def counts(x, t_x, age, gap_logs=None) -> Counts:
    """Counts of arrays of one value a customer: customers alike are one row, which is what makes large bases quick."""
    x, t_x, age = (np.asarray(column, dtype=float) for column in (x, t_x, age))
    logs = np.zeros(len(x)) if gap_logs is None else np.asarray(gap_logs, dtype=float)
    code, values = np.zeros(len(x), dtype=np.int64), []
    for column in (x, t_x, age):
        distinct, place = distinct_of(column)
        values.append(distinct)
        code = code * len(distinct) + place
    member, rows = pd.factorize(code)  # quicker than sorting; in the order in which they first come
    weight = np.bincount(member, minlength=len(rows))
    rest, at_age = np.divmod(rows, len(values[2]))
    at_x, at_t = np.divmod(rest, len(values[1]))
    sums = np.bincount(member, weights=logs, minlength=len(rows))
    return Counts(values[0][at_x], values[1][at_t], values[2][at_age], sums, weight.astype(float), member)


def distinct_of(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distinct values and each value's place among them; small whole numbers without sorting."""
    whole = column.astype(np.int64)
    if len(column) and (whole == column).all() and whole.min() >= 0 and whole.max() < 1_000_000:
        there = np.zeros(whole.max() + 1, dtype=bool)
        there[whole] = True
        return np.flatnonzero(there).astype(float), (np.cumsum(there) - 1)[whole]
    return np.unique(column, return_inverse=True)


def of_history(history: pd.DataFrame) -> Counts:
    """Counts of a table history or history_before, in its order of customers.

    >>> table = pd.DataFrame({"purchases": [3, 1, 1], "life_clock_days": [60.0, 0, 0], "silence_clock_days": [5.0, 9, 9], "gaps": [2, 0, 0], "gap_log_mean": [3.4, None, None]})
    >>> found = of_history(table)
    >>> found.x.tolist(), found.age.tolist(), found.weight.tolist(), found.member.tolist()
    ([2.0, 0.0], [65.0, 9.0], [1.0, 2.0], [0, 1, 1])
    """
    life = history["life_clock_days"].to_numpy(dtype=float)
    logs = (history["gaps"] * history["gap_log_mean"].astype(float).fillna(0.0)).to_numpy(dtype=float)
    return counts(history["purchases"] - 1, life, life + history["silence_clock_days"].clip(lower=0), logs)
