"""How far is a measure the customer's own? From two halves of what was seen of it, customer by customer.

Source: Spearman 1910 and Brown 1910.
"""

from __future__ import annotations

import numpy as np


def of_whole(r: float | np.ndarray) -> np.ndarray:
    """The reliability of the whole from the correlation of its halves: 2 r / (1 + r); halves that go against each other have none, and keep
    their own figure.

    >>> of_whole(np.array([0.5, 0.0, -1.0])).round(3).tolist()
    [0.667, 0.0, -1.0]
    """
    r = np.asarray(r, dtype=float)
    return np.where(r > 0, 2 * r / (1 + np.maximum(r, 0)), r)
