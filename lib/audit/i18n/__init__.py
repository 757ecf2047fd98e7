"""Every sentence, number and day that a reader sees: `messages` (gettext, stored texts), `numbers` (Babel), locale/ (the catalogues)."""

from audit.i18n.messages import current, mark, parts, plural, prose, render, stored, translate
from audit.i18n.numbers import NOTHING, PLAIN, SHARES, UNITS, counted, number, shown, symbol, visible

__all__ = [
    "NOTHING", "PLAIN", "SHARES", "UNITS", "counted", "current", "mark", "number", "parts", "plural", "prose", "render", "shown", "stored",
    "symbol", "translate", "visible",
]  # fmt: skip
