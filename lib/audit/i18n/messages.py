"""In whose words does the reader get it? Sentences by gettext, the language by LANGUAGE.

English in the code is the message id, Russian stands in the catalogue. A text that is stored is a message and what fills it, in one cell:
`stored` writes it, `render` reads it in the language of the day.
"""

from __future__ import annotations

import gettext
import io
import json
import os
import re
import string
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from babel.messages import Catalog

LOCALE = Path(__file__).parent / "locale"
CONTEXT = "\x04"  # gettext's own: what a word is said of, this, the word
BETWEEN = "\t"  # a stored text: message, this, the values that fill it, as JSON; no message holds one


def current() -> str:
    """The language of the reader: the first in LANGUAGE, as gettext itself has it; English where none is set."""
    first = os.environ.get("LANGUAGE", "en").split(":")[0]
    return "ru" if first.lower().startswith("ru") else "en"


def in_both(message: str) -> tuple[str, str]:
    """A message in either language, as people may have it before them.

    >>> in_both("yes")
    ('yes', 'да')
    """
    return _bare(message), _bare(catalogue("ru").gettext(message))


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language, from its .po; English is what stands in the code."""
    from babel.messages import mofile

    if language == "en":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    mofile.write_mo(compiled, entries(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def entries(language: str) -> Catalog:
    """The messages of a language's .po, each with its translation."""
    from babel.messages import pofile

    with (LOCALE / language / "LC_MESSAGES" / "audit.po").open("rb") as file:
        return pofile.read_po(file, locale=language)


class Message(str):
    """A sentence of the catalogue; filled, it takes the form that a number needs where it names forms: `{n:клиент|клиента|клиентов}`; a month stands in the
    case of where: `в {period:where}`."""

    def format(self, *args, **values) -> str:
        return _FORMS.format(str(self), *args, **values)


class _Forms(string.Formatter):
    def format_field(self, value, spec: str) -> str:
        if spec == "where":
            return _where(str(value))
        return plural(value, spec.split("|")) if "|" in spec else super().format_field(value, spec)


_FORMS = _Forms()
_MONTH = re.compile(r"^(январ|феврал|апрел|июн|июл|сентябр|октябр|ноябр|декабр)ь|^(март|август)|^(ма)й")


def _where(period: str) -> str:
    """A period after the Russian «в»: в ноябре 2011, в 2011 году.

    >>> _where("ноябрь 2011"), _where("март 2012"), _where("май 2012"), _where("4 кв. 2011"), _where("2011")
    ('ноябре 2011', 'марте 2012', 'мае 2012', '4 кв. 2011', '2011 году')
    """
    if period.isdigit():
        return f"{period} году"
    return _MONTH.sub(lambda found: "".join(filter(None, found.groups())) + "е", period)


def plural(number, forms: list[str]) -> str:
    """The form that goes with a number (or a text that shows one) in the reader's language: one, few, many; in English one, other.

    A form that begins with `0:` is what is said of none; in a form, `#` is the number.

    >>> [plural(n, ["customer", "customers"]) for n in (0, 1, 2, "1,001")]
    ['customers', 'customer', 'customers', 'customers']
    >>> [plural(n, ["0:nobody buys", "# buys", "# buy"]) for n in (0, 1, "1,001")]
    ['nobody buys', '1 buys', '1,001 buy']
    """
    said = str(number)
    if isinstance(number, str):
        digits = re.sub(r"[^\d,.]", "", number)
        number = int(re.sub(r"\D", "", digits) or 0) if current() == "en" or "," not in digits else 1.5
    none, forms = (forms[0][2:], forms[1:]) if forms[0].startswith("0:") else (None, forms)
    if none is not None and number == 0:
        return none
    names = ["one", "few", "many"] if current() == "ru" else ["one", "other"]
    found = _locale(current()).plural_form(number)
    return forms[min(names.index(found) if found in names else 1, len(forms) - 1)].replace("#", said)


@cache
def _locale(language: str):
    from babel import Locale

    return Locale.parse(language)


def mark(message: str, of: str = "") -> str:
    """The message itself; marks it for the catalogue where it is translated later.

    A word with two meanings says what it is said of (msgctxt): a debt is overdue, and so is a customer. Such a word is a label, never stored.
    """
    return f"{of}{CONTEXT}{message}" if of else message


def translate(message: str, of: str = "") -> Message:
    """The message in the reader's language; of a word with two meanings, that which it has of something.

    >>> translate("overdue", "a debt"), translate(mark("overdue", "a debt")), in_both(mark("overdue", "a debt"))[1]
    ('overdue', 'overdue', 'просрочено')
    """
    return Message(_bare(catalogue(current()).gettext(mark(message, of))) if message else "")


def _bare(text: str) -> str:
    return text.rpartition(CONTEXT)[2]


def prose(markdown: str) -> str:
    """A cell of Markdown in the reader's language: one message a paragraph."""
    return "\n\n".join(translate(paragraph) for paragraph in markdown.split("\n\n"))


def stored(message: str, **params) -> str:
    r"""A message with what fills it, as a table's cell keeps it; a value may be such a text itself, or a list of them.

    >>> stored("no {column}", column="date"), stored("lines exported twice")
    ('no {column}\t{"column": "date"}', 'lines exported twice')
    """
    return f"{message}{BETWEEN}{json.dumps(params, ensure_ascii=False, default=str)}" if params else message


def parts(text: str) -> tuple[str, dict]:
    r"""The message of a stored text, and what fills it; a text of the data that only looks like one is all message, and nothing fills it.

    >>> parts(stored("no {column}", column="date")), parts("a tab\t{in} a name"), parts('{x.real}\t{"x": 1}')
    (('no {column}', {'column': 'date'}), ('a tab\t{in} a name', {}), ('{x.real}\t{"x": 1}', {}))
    """
    message, between, values = text.partition(BETWEEN)
    try:
        filled = json.loads(values) if between else {}
        wanted = {name for _text, name, _format, _conversion in string.Formatter().parse(message) if name is not None} if between else set()
    except ValueError:
        return text, {}
    return (message, filled) if isinstance(filled, dict) and wanted <= filled.keys() else (text, {})
