"""What is a code? A member of a closed list: a short word that is stored, and what a reader sees in its place.

Tables, keys and conditions hold codes; sentences are messages of the catalogue. So a sentence may be improved without moving a figure.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """A closed list. A member is its code; `label` is what readers see, `meaning` and `action` say more where there is more; all are
    messages.

    >>> class Rung(Code):
    ...     BUYER = "buyer", "buys", "one purchase", "call"
    >>> Rung.BUYER == "buyer", Rung.BUYER.label, Rung.BUYER.action
    (True, 'buys', 'call')
    """

    label: str
    meaning: str
    action: str

    def __new__(cls, code: str, label: str = "", meaning: str = "", action: str = ""):
        member = str.__new__(cls, code)
        member._value_ = code
        member.label, member.meaning, member.action = label or code.replace("_", " "), meaning, action
        return member
