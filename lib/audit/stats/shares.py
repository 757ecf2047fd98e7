"""Which part of the whole? No part at all where the whole is a loss, or next to nothing beside what it is made of."""

from __future__ import annotations

import numpy as np
import pandas as pd

NAN = float("nan")
NEXT_TO_NOTHING = 0.02  # of the parts, signs aside: a whole below it is the difference of large sums, and shares of it mean nothing


def is_whole(parts: pd.Series | np.ndarray) -> bool:
    """Whether shares of the sum can be told.

    >>> is_whole(np.array([60.0, 40.0])), is_whole(np.array([60.0, -70.0])), is_whole(np.array([100.0, -99.0])), is_whole(np.array([]))
    (True, False, False, False)
    """
    parts = np.asarray(parts, dtype=float)
    return bool(np.nansum(parts) > NEXT_TO_NOTHING * np.nansum(np.abs(parts)))


def of_whole(parts: pd.Series) -> pd.Series:
    """Each part over the sum of all, NaN where shares of that sum cannot be told.

    >>> of_whole(pd.Series([3.0, 1.0])).tolist(), of_whole(pd.Series([3.0, -4.0])).tolist()
    ([0.75, 0.25], [nan, nan])
    """
    return parts / parts.sum() if is_whole(parts) else pd.Series(NAN, index=parts.index)


def ratio(part: float, whole: float) -> float:
    """One sum over another that must be above nothing; NaN else."""
    return float(part / whole) if whole > 0 and part == part else NAN
