"""Which tax does a profit bear? The base's own rate, else its country's, else none is known and nothing is said after tax."""

from __future__ import annotations

from audit.core.findings import NAN
from audit.core.settings import Settings

RATES = {  # of tax on companies' profit in 2025, the general rate
    "BY": 0.20,  # Tax Code of Belarus, article 184
    "DE": 0.30,  # corporate tax with surcharge and an average trade tax (OECD, Corporate Tax Statistics 2025)
    "GB": 0.25,  # Corporation Tax, main rate from April 2023
    "KZ": 0.20,  # Tax Code of Kazakhstan, article 313
    "RU": 0.25,  # Tax Code of Russia, article 284, from 2025
    "US": 0.21,  # Internal Revenue Code, section 11; states come on top
}


def tax_rate(settings: Settings, own: float) -> float:
    """The base's own rate (above 0), else that of the country it names; NaN where neither is known.

    >>> from types import SimpleNamespace
    >>> tax_rate(SimpleNamespace(country="RU"), 0.0), tax_rate(SimpleNamespace(country="RU"), 0.2), tax_rate(SimpleNamespace(country=None), 0.0)
    (0.25, 0.2, nan)
    """
    return own if own > 0 else RATES.get(settings.country, NAN)
