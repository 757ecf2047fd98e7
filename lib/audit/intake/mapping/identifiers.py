"""Is an INN, KPP, OGRN, phone or e-mail address what it claims to be? Checked, flagged, never corrected in silence (faults 9, 10).

Each check takes the different texts of a column and says what they are: `valid`, `invalid`, `restored` (a zero that a spreadsheet
had taken was put back and the checksum then holds) or `lost` (digits rounded away). A code of another country is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

from audit.core.settings import Settings

VALID, INVALID, RESTORED, LOST, FOREIGN = "valid", "invalid", "restored", "lost", "not checked"
MANY = 10  # phones from which a column can be said to be of other countries
ROUNDED = re.compile(r"^\d([.,]\d+)?[eE]\+?\d+$")


def inn(written: str) -> tuple[str, str]:
    """An INN as ten or twelve digits, and what it is worth.

    >>> inn("7707083893"), inn("7707083894"), inn(" 401234567"), inn("7.70708E+09")
    (('7707083893', 'valid'), ('7707083894', 'invalid'), ('0401234567', 'restored'), ('7.70708E+09', 'lost'))
    """
    from stdnum.ru import inn as check

    code = re.sub(r"[\s\u00a0]", "", written).split("/")[0].removesuffix(".0")
    if ROUNDED.match(code):
        return code, LOST
    if not re.fullmatch(r"[0-9]+", code):
        return code, FOREIGN if re.fullmatch(r"[A-Z]{2}[0-9A-Z]+", code) else INVALID
    if len(code) in (9, 11) and check.is_valid(f"0{code}"):
        return f"0{code}", RESTORED
    if not code.strip("0"):
        return code, INVALID
    return code, VALID if len(code) in (10, 12) and check.is_valid(code) else INVALID


def kpp(written: str, country: str) -> tuple[str, str]:
    """A KPP as nine signs: four digits, two digits or Latin capitals, three digits."""
    code = written.strip()
    if country != "RU":
        return code, FOREIGN
    return code, VALID if re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", code) and code.strip("0") else INVALID


def ogrn(written: str, country: str) -> tuple[str, str]:
    """An OGRN or OGRNIP, by its check digit."""
    from stdnum.ru import ogrn as check

    if country != "RU":
        return written.strip(), FOREIGN
    code = re.sub(r"[\s\u00a0]", "", written)
    return code, VALID if re.fullmatch(r"[0-9]+", code) and check.is_valid(code) else INVALID


def tax_id(written: str, country: str) -> tuple[str, str]:
    """A tax id by the rules of its country, where python-stdnum has them; elsewhere its digits, not judged.

    >>> tax_id("7707083893", "RU"), tax_id("GB 980 7806 84", "GB"), tax_id("220840049802", "KZ")
    (('7707083893', 'valid'), ('980780684', 'valid'), ('220840049802', 'not checked'))
    """
    from stdnum.util import get_cc_module

    if country == "RU":
        return inn(written)
    code = re.sub(r"[\s\u00a0]", "", written)
    if ROUNDED.match(code):
        return code, LOST
    module = next((found for kind in ("vat", "tin") if country and (found := get_cc_module(country.lower(), kind))), None)
    if not module:  # of no country that is known, or of one without rules here; a Russian one proves itself
        return inn(written) if not country and inn(written)[1] in (VALID, RESTORED) else (code, FOREIGN)
    return (module.compact(code), VALID) if module.is_valid(code) else (code, INVALID)


def phone(written: str, country: str) -> tuple[str, str]:
    """The first phone number of a cell as +7..., of the base's country where it names none; several numbers in a cell are usual."""
    import phonenumbers

    for found in phonenumbers.PhoneNumberMatcher(written.lstrip("'"), country or None):
        return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164), VALID
    return written.strip(), INVALID if country else FOREIGN


def email(written: str, _country: str) -> tuple[str, str]:
    """The first e-mail address of a cell in lower case; no server is asked."""
    import email_validator

    first = re.split(r"[,;\s]+", written.strip())[0]
    try:
        return email_validator.validate_email(first, check_deliverability=False, allow_smtputf8=False).normalized.lower(), VALID
    except email_validator.EmailNotValidError:
        return first, INVALID


CHECKS: dict[str, Callable[[str, str], tuple[str, str]]] = {"tax_id": tax_id, "kpp": kpp, "ogrn": ogrn, "phone": phone, "email": email}
MONEY_OF = {
    "RUB": "RU",
    "KZT": "KZ",
    "BYN": "BY",
    "UAH": "UA",
    "UZS": "UZ",
    "GBP": "GB",
    "USD": "US",
    "PLN": "PL",
    "TRY": "TR",
    "INR": "IN",
}


def country(settings: Settings) -> str:
    """Whose rules codes and phones follow: the country that the base names, else that of its money; empty where that is of many."""
    return settings.country or MONEY_OF.get(settings.currency, "")


def _may_be_foreign(phone: str) -> bool:
    """Whether a text has as many digits as a phone number anywhere (ITU E.164), and is none that a spreadsheet rounded."""
    return 7 <= len(re.sub(r"[^0-9]", "", phone)) <= 15 and not ROUNDED.match(phone.strip())


def checked(column: pl.Series, name: str, country: str) -> tuple[pl.Series, pl.Series]:
    """The column's codes, and the state of each (empty for an empty code); every different text is judged once.

    Of phones, where more than half of MANY different ones fit no rule of the country, they are of other countries: what could be a number there is then
    not judged.
    """
    if name not in CHECKS:
        return column, column.str.strip_chars().map_elements(lambda _text: "", return_dtype=pl.String)
    judged = {text: CHECKS[name](text, country) if text.strip(" -—") else ("", "") for text in column.unique().to_list()}
    filled = sum(state != "" for _code, state in judged.values())
    wrong = [text for text, (_code, state) in judged.items() if state == INVALID and _may_be_foreign(text)]
    if name == "phone" and filled >= MANY and 2 * len(wrong) > filled:
        judged |= {text: (judged[text][0], FOREIGN) for text in wrong}
    code, state = ({text: pair[i] for text, pair in judged.items()} for i in (0, 1))
    return column.replace_strict(code, return_dtype=pl.String), column.replace_strict(state, return_dtype=pl.String)
