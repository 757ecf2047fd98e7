"""What does a stored text say in the reader's language? Its message, filled: names of columns, shares and questions as each is said."""

from __future__ import annotations

from collections.abc import Callable

from audit.i18n.messages import parts, translate
from audit.i18n.numbers import spoken
from audit.i18n.recalled import recalled


def render(text: str, *, column: Callable[[str], str] | None = None) -> str:
    """A stored text in the reader's language.

    Parameters
    ----------
    column
        how the column that `{column}` names is called; without it by the catalogue. A `{key}` is what stands in a file, and stays as it is; a
        `{share}` or `{..._rate}` is said as shares are, a `{question}` in the reader's language, whichever it was asked in.

    >>> from audit.i18n import stored
    >>> render(stored("{table}: {reason}", table="lines", reason=stored("no {column}", column="date")), column=str.upper)
    'lines: no DATE'
    >>> render(stored("values = {{ {key} = {{ ... }} }}", key="status"), column=str.upper)
    'values = { status = { ... } }'
    """
    message, values = parts(text)
    filled = {name: value if name == "key" else _filling(name, value, column or translate) for name, value in values.items()}
    return translate(message).format(**filled) if values else translate(message)


def _filling(name: str, value, column: Callable[[str], str]) -> str:
    if isinstance(value, list):
        return ", ".join(_filling(name, one, column) for one in value)
    if isinstance(value, float) and name.endswith(("share", "_rate")):
        return spoken("is_share" if name == "share" else name, value)
    if not isinstance(value, str):
        return value
    if name == "question":  # kept as text in audit.toml, in the language in which it was asked
        return render(recalled(value), column=column)
    return column(value) if name == "column" else render(value, column=column)
