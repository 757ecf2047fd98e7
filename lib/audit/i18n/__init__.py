"""Every sentence, number and day that a reader sees: `messages` (gettext, stored texts), `rendered` (a stored text as it is said), `recalled` (what people kept as text, in another language), `numbers` (Babel), locale/ (the catalogues)."""

from audit.i18n.messages import current, mark, parts, plural, prose, stored, translate
from audit.i18n.numbers import NOTHING, PLAIN, SHARES, UNITS, counted, number, ranged, shown, spoken, symbol, visible
from audit.i18n.rendered import render

__all__ = [
    "NOTHING", "PLAIN", "SHARES", "UNITS", "counted", "current", "mark", "number", "parts", "plural", "prose", "ranged", "render", "shown", "spoken",
    "stored", "symbol", "translate", "visible",
]  # fmt: skip
