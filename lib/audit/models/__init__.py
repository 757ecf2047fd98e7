"""Models of the literature, a module each, by the literature's names.

    rfm          what purchase models need to know of a customer
    bg_nbd       BG/NBD, and its kin MBG/NBD and MBG/CNBD-k: one likelihood serves all three
    pareto_nbd   Pareto/NBD
    nbd          NBD: nobody leaves
    bg_bb        BG/BB: at most one purchase a period
    sbg          sBG: contracts
    gamma_gamma  what is spent at a purchase
    mle          how a likelihood is maximised, and when the maximum is refused

Every purchase model speaks one protocol (`Model`); `model` finds it by its name.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from audit.models.mle import Fit
from audit.models.rfm import Counts


class Model(Protocol):
    """What a module of a purchase model offers; times are in days, or in whole periods where it counts these."""

    def fit(self, data: Counts, model: str, *, near: Fit | None = None) -> Fit:
        """The most likely parameters; NotFitted where the data cannot carry the model."""

    def alive(self, fit: Fit, data: Counts) -> np.ndarray:
        """The chance that each customer has not left; NaN where the model knows of none."""

    def expected(self, fit: Fit, data: Counts, time: float) -> np.ndarray:
        """Purchases to be expected of each customer in the time to come, its history given."""

    def simulate(self, fit: Fit, ages: np.ndarray, generator: np.random.Generator) -> Counts:
        """New customers of the model, each watched for as long as `ages` says."""

    def future(self, fit: Fit, data: Counts, time: float, generator: np.random.Generator) -> np.ndarray:
        """One draw of each customer's purchases in the time to come, its history given."""


def model(name: str) -> Model:
    """The module of a purchase model, by the name that the literature gives it.

    >>> model("sBG").__name__
    'audit.models.sbg'
    """
    from audit.models import bg_bb, bg_nbd, nbd, pareto_nbd, sbg  # here, since each of them is of this package

    modules = {
        "BG/NBD": bg_nbd, "MBG/NBD": bg_nbd, "MBG/CNBD-k": bg_nbd, "Pareto/NBD": pareto_nbd, "NBD": nbd, "BG/BB": bg_bb, "sBG": sbg,
    }  # fmt: skip
    return modules[name]
