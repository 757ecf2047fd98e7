"""Every sentence, number and day that a reader sees: `messages` (gettext, stored texts), `recalled` (what people kept as text, in another language), `numbers` (Babel), locale/ (the catalogues)."""

from audit.i18n.messages import current, mark, parts, plural, prose, render, stored, translate
from audit.i18n.numbers import NOTHING, PLAIN, SHARES, UNITS, counted, number, ranged, shown, spoken, symbol, visible

__all__ = [
    "NOTHING", "PLAIN", "SHARES", "UNITS", "counted", "current", "mark", "number", "parts", "plural", "prose", "ranged", "render", "shown", "spoken",
    "stored", "symbol", "translate", "visible",
]  # fmt: skip
