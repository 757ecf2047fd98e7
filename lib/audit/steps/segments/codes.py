"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Abc(Code):
    """Classes by money: by running share, N without gain, none without a purchase."""

    A = "A"
    B = "B"
    C = "C"
    N = "N"
    NONE = "none", N_("none")


class Xyz(Code):
    """Classes by regularity."""

    X = "X"
    Y = "Y"
    Z = "Z"
    SHORT = "short_history", N_("short history")


class Stage(Code):
    """Where a customer stands in its life (D3, D4)."""

    NEW = "new", N_("new")
    EXISTING = "existing", N_("existing")
    RESERVE = "reserve", N_("reserve")
    ARCHIVED = "archived", N_("archived")
    POTENTIAL = "potential", N_("potential")


class Base(Code):
    """What customers are segmented by."""

    ABC = "abc", N_("ABC")
    XYZ = "xyz", N_("XYZ")
    LIFECYCLE = "lifecycle", N_("lifecycle")
    RFM = "rfm", N_("RFM")


class Measure(Code):
    """The three scores of RFM."""

    RECENCY = "recency", N_("recency")
    FREQUENCY = "frequency", N_("frequency")
    MONEY = "money", N_("money")


class Attribute(Code):
    """What a portrait looks at."""

    INDUSTRY = "industry", N_("industry")
    REGION = "region", N_("region")
    SOURCE = "source", N_("source")
