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


def told(share: pd.Series) -> pd.Series:
    """Shares as far as they are parts of a whole: what rounding or a small return takes beyond it is cut, what lies further away is no share.

    >>> told(pd.Series([0.4, 1.01, -0.01, 1.5, -0.3])).tolist()
    [0.4, 1.0, 0.0, nan, nan]
    """
    return share.where((share >= -NEXT_TO_NOTHING) & (share <= 1 + NEXT_TO_NOTHING)).clip(0, 1)


def of_whole(parts: pd.Series) -> pd.Series:
    """Each part over the sum of all; a small return counts as nothing. NaN where shares of that sum cannot be told.

    >>> of_whole(pd.Series([3.0, 1.0])).tolist(), of_whole(pd.Series([3.0, -4.0])).tolist()
    ([0.75, 0.25], [nan, nan])
    """
    gained = parts.clip(lower=0)
    is_small = parts.clip(upper=0).sum() >= -NEXT_TO_NOTHING * gained.sum()
    return gained / gained.sum() if is_small and is_whole(parts) else pd.Series(NAN, index=parts.index)


def ratio(part: float, whole: float) -> float:
    """One sum over another that must be above nothing; NaN else."""
    return float(part / whole) if whole > 0 and part == part else NAN
