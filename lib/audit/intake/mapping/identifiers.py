"""Is an INN, KPP, OGRN, phone or e-mail address what it claims to be? Checked, flagged, never corrected in silence (faults 9, 10).

Each check takes the different texts of a column and says what they are: `valid`, `invalid`, `restored` (a zero that a spreadsheet
had taken was put back and the checksum then holds) or `lost` (digits rounded away). A code of another country is not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import polars as pl

VALID, INVALID, RESTORED, LOST, FOREIGN = "valid", "invalid", "restored", "lost", "not checked"
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


def kpp(written: str) -> tuple[str, str]:
    """A KPP as nine signs: four digits, two digits or Latin capitals, three digits."""
    code = written.strip()
    return code, VALID if re.fullmatch(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}", code) and code.strip("0") else INVALID


def ogrn(written: str) -> tuple[str, str]:
    """An OGRN or OGRNIP, by its check digit."""
    from stdnum.ru import ogrn as check

    code = re.sub(r"[\s\u00a0]", "", written)
    return code, VALID if re.fullmatch(r"[0-9]+", code) and check.is_valid(code) else INVALID


def phone(written: str) -> tuple[str, str]:
    """The first phone number of a cell as +7..., Russian where it names no country; several numbers in a cell are usual."""
    import phonenumbers

    for found in phonenumbers.PhoneNumberMatcher(written.lstrip("'"), "RU"):
        return phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.E164), VALID
    return written.strip(), INVALID


def email(written: str) -> tuple[str, str]:
    """The first e-mail address of a cell in lower case; no server is asked."""
    import email_validator

    first = re.split(r"[,;\s]+", written.strip())[0]
    try:
        return email_validator.validate_email(first, check_deliverability=False, allow_smtputf8=False).normalized.lower(), VALID
    except email_validator.EmailNotValidError:
        return first, INVALID


CHECKS: dict[str, Callable[[str], tuple[str, str]]] = {"tax_id": inn, "kpp": kpp, "ogrn": ogrn, "phone": phone, "email": email}


def checked(column: pl.Series, name: str) -> tuple[pl.Series, pl.Series]:
    """The column's codes, and the state of each (empty for an empty code); every different text is judged once."""
    if name not in CHECKS:
        return column, column.str.strip_chars().map_elements(lambda _text: "", return_dtype=pl.String)
    judged = {text: CHECKS[name](text) if text.strip(" -—") else ("", "") for text in column.unique().to_list()}
    code, state = ({text: pair[i] for text, pair in judged.items()} for i in (0, 1))
    return column.replace_strict(code, return_dtype=pl.String), column.replace_strict(state, return_dtype=pl.String)
