"""How sure is a sum or a mean over customers? Customers drawn anew, the same number of times at every size of base."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

DRAWS = 1000
AT_ONCE = 20_000_000  # counts that are held at a time


def sums(*columns: np.ndarray) -> list[np.ndarray]:
    """For each column, its sum over customers drawn anew with replacement, once a draw; all columns by the same draws.

    >>> [round(float(s.std()), 1) for s in sums(np.array([0.0, 10.0]), np.array([1.0, 1.0]))]
    [7.0, 0.0]
    """
    return _over(_counts(len(columns[0])), columns)


def means(*columns: np.ndarray) -> list[np.ndarray]:
    """The same for the mean.

    >>> round(float(means(np.array([0.0, 10.0]))[0].mean()))
    5
    """
    n = len(columns[0])
    return _over((counts / n for counts in _counts(n)), columns)


def _counts(n: int) -> Iterator[np.ndarray]:
    """How often each customer was drawn (draws x customers), part by part: memory does not grow with the customers, and the numbers are
    those of drawing
    all at once."""
    generator, at_once = np.random.default_rng(0), max(1, min(DRAWS, AT_ONCE // max(n, 1)))
    for start in range(0, DRAWS, at_once):
        yield generator.multinomial(n, np.full(n, 1 / n), min(at_once, DRAWS - start))


def _over(parts, columns: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    found = [[part @ column for column in columns] for part in parts]
    return [np.concatenate([part[i] for part in found]) for i in range(len(columns))]
