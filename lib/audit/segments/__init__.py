"""Who are the customers: by money, by regularity, by stage of life, and do these bases say the same?

ABC counts groups of companies under common control as one customer (P21); the rest is per legal entity. Every limit is printed
and overridable (P40).
"""

from audit.segments.answer import findings
from audit.segments.life import lifecycle, rfm_cuts, stages
from audit.segments.money import LOSS, abc_class, classes, last_year, matrix, whale_curve
from audit.segments.moved import clear_moves, migration, moves
from audit.segments.profile import bases, overlap, portrait, strayed
from audit.segments.regularity import MONTHS_OF, SHORT, other, two_units, unit_of, variation, xyz

__all__ = [
    "LOSS",
    "MONTHS_OF",
    "SHORT",
    "abc_class",
    "bases",
    "classes",
    "clear_moves",
    "findings",
    "last_year",
    "lifecycle",
    "matrix",
    "migration",
    "moves",
    "other",
    "overlap",
    "portrait",
    "rfm_cuts",
    "stages",
    "strayed",
    "two_units",
    "unit_of",
    "variation",
    "whale_curve",
    "xyz",
]
