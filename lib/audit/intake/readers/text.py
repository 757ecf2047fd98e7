"""What does a text file say? Encoding, delimiter, and rows of fields, none of them lost (faults 1, 3, 5)."""

from __future__ import annotations

import csv
import io
import re

import polars as pl

from audit.i18n import mark as N_
from audit.intake.readers.detect import BadExport

MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
COMMON = "оеаинтсрвл ОЕАИНТСРВЛ"
MIXED = r"[A-Za-z][^\x00-\x7f]|[^\x00-\x7f][A-Za-z]|(?<=\d)\s?Ђ|Ђ\s?(?=\d)"  # a Latin word with a foreign letter in it; a euro as cp1251 sees it
MIXED_SHARE = 0.5  # of such pieces among all beyond ASCII, from which a text is of Western Europe
DELIMITERS = ";\t|,"
SPACES = re.compile(rb"(?<=\d)\xa0(?=\d)")  # the no-break space of cp1251 between thousands
PIECE = 2**16  # bytes
SHOWN = 3  # crooked rows named in a message
csv.field_size_limit(10 * 2**20)


def decoded(content: bytes, file: str, encoding: str | None) -> str:
    """The text by its byte order mark, else by the declared encoding, else as UTF-8; never with replaced characters.

    Raises
    ------
    BadExport
        naming the encoding and the byte at which it fails.
    """
    encoding = used_encoding(content, encoding)
    try:
        return content.decode(encoding)
    except LookupError as error:
        message = N_("{file}: there is no encoding {encoding!r}. What to do: name one such as utf-8, cp1251 or cp866 in audit.toml.")
        raise BadExport(message, file=file, encoding=encoding) from error
    except UnicodeDecodeError as error:
        message = N_('{file} is not {encoding} at byte {byte}. What to do: name the encoding in audit.toml, e.g. encoding = "cp1251".')
        raise BadExport(message, file=file, encoding=encoding, byte=error.start) from error
    except UnicodeError as error:
        message = N_(
            "{file}: {encoding!r} is not an encoding of tables. What to do: name one such as utf-8, cp1251 or cp866 in audit.toml."
        )
        raise BadExport(message, file=file, encoding=encoding) from error


def used_encoding(content: bytes, declared: str | None) -> str:
    """The encoding by which a text is read: its byte order mark stands above what is declared."""
    return next((name for mark, name in MARKS.items() if content.startswith(mark)), declared or "utf-8")


def likely_encoding(content: bytes) -> str:
    """The encoding of a text by its mark, else UTF-8 where all bytes fit, else cp1252 where what is beyond ASCII stands within Latin words, else
    the likelier of cp1251 and cp866.

    Detectors misjudge short Russian texts; this order is deterministic: the wrong one of the two gives capital letters and frames
    where the right one gives the commonest letters of Russian.
    """
    for mark, name in MARKS.items():
        if content.startswith(mark):
            return name
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start >= len(content) - 3 and error.reason == "unexpected end of data":
            return "utf-8"  # a sample that ends within a letter
    else:
        return "utf-8"
    sample = SPACES.sub(b"", content[:200_000])  # between digits it is no letter: cp866 would read an а in every thousand
    russian = sample.decode("cp1251", errors="replace")
    if len(re.findall(MIXED, russian)) > MIXED_SHARE * len(re.findall(r"[^\x00-\x7f]+", russian)):
        return "cp1252"
    return max(["cp1251", "cp866"], key=lambda name: sum(sample.decode(name, errors="replace").count(letter) for letter in COMMON))


def delimiter(text: str) -> str:
    """The delimiter whose count repeats over the first rows: most rows with the same number of fields, then most fields."""

    def fit(candidate: str) -> tuple[float, int, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(text), delimiter=candidate) if row][:50]
        except csv.Error:  # a field longer than any: `rows` says so
            return (0.0, 0, 0)
        widths = [len(row) for row in rows]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) / len(widths) if usual > 1 else 0.0, usual, sum(widths))

    return max(DELIMITERS, key=fit)


def utf8(content: bytes, file: str, encoding: str | None) -> bytes:
    """The text as UTF-8 without a mark, by the same rules as `decoded`; one-byte encodings piece by piece, which is twice as fast."""
    used = used_encoding(content, encoding)
    if used not in ("cp1251", "cp866"):
        return decoded(content, file, encoding).encode()
    try:
        pieces = range(0, len(content), PIECE)
        return b"".join(content[at : at + PIECE].decode(used).encode() for at in pieces)
    except UnicodeDecodeError:
        return decoded(content, file, encoding).encode()  # raises, and names the byte


def rows(body: bytes, file: str, *, separator: str, skip: int) -> pl.DataFrame:
    """All rows of a text in UTF-8 after the first `skip`, as text columns named column_1, ...; empty fields are empty texts.

    A file without a quotation mark is split by polars; one with them by Python's csv, which takes a mark inside a field as
    itself (`ООО "Ром"ашка"`). A row with more or fewer fields than the first is an error, not a guess.

    Raises
    ------
    BadExport
        naming the rows that have another number of fields.
    """
    if separator == "whitespace":
        body, separator = b"\n".join(b"\t".join(line.split()) for line in body.splitlines()), "\t"
    if b'"' in body:
        return _quoted(body, file, separator, skip)
    start = 0
    for _row in range(skip):
        start = body.find(b"\n", start) + 1 or len(body)
    end = body.find(b"\n", start)
    width = body[start : end if end >= 0 else len(body)].count(separator.encode()) + 1
    names = {f"column_{i + 1}": pl.String for i in range(width)}
    if not body[start : start + 1000].strip() and not body[start:].strip():
        return pl.DataFrame(schema=names)
    second = body[end + 1 : body.find(b"\n", end + 1)].rstrip(b"\r") if end >= 0 else b""
    if second.count(separator.encode()) == width and second.endswith(separator.encode()):
        return _quoted(body, file, separator, skip)  # a delimiter at the end of every line but the header's
    try:
        table = pl.read_csv(
            body[start:] if start else body, separator=separator, has_header=False, schema=names, quote_char=None, infer_schema=False
        )
    except pl.exceptions.PolarsError as error:
        raise _crooked(body, file, separator, skip, width) from error
    lines = body.count(b"\n", start) + (not body.endswith(b"\n"))
    if body.count(separator.encode(), start) != (width - 1) * lines or len(table) != lines:
        return _quoted(body, file, separator, skip)  # short rows, or empty lines that must keep their numbers
    table = table.fill_null("")
    return table.with_columns(pl.col(table.columns[-1]).str.strip_suffix("\r")) if b"\r" in body[start : start + 2000] else table


def _quoted(body: bytes, file: str, separator: str, skip: int) -> pl.DataFrame:
    found = list(_fields(body, separator))[skip:]
    width = len(found[0]) if found else 1
    if len(found) > 1 and all(not row or (len(row) == width + 1 and not row[-1]) for row in found[1:]):
        found = [found[0], *(row[:-1] for row in found[1:])]  # a delimiter at the end of every line but the header's
    found = _with_foot(found, width, separator)
    if any(row and len(row) != width for row in found):
        raise _crooked(body, file, separator, skip, width)
    for number, row in enumerate(found, skip + 1):
        if any("\n" in cell and cell.count(separator) > 1 for cell in row):
            message = N_(
                "{file}, row {row}: a quotation mark opens and closes lines later, so that lines are swallowed: {content!r}. "
                "What to do: ask for the export again with quotes around texts."
            )
            raise BadExport(message, file=file, row=number, content=separator.join(row)[:120])
    blank = [""] * width
    columns = zip(*(row or blank for row in found), strict=True) if found else [[] for _ in range(width)]
    return pl.DataFrame(
        {f"column_{i + 1}": column for i, column in enumerate(columns)},
        schema=dict.fromkeys((f"column_{i + 1}" for i in range(width)), pl.String),
    )


def _with_foot(found: list[list[str]], width: int, separator: str) -> list[list[str]]:
    """The rows with the notes below the table as rows of one text: they follow an empty line, so that no row cut short is taken for one."""
    last = max((i for i, row in enumerate(found) if len(row) == width), default=0)
    foot = found[last + 1 :]
    if width < 3 or not any(foot) or foot[0] or all(not row or len(row) == width for row in foot):
        return found
    return found[: last + 1] + [[separator.join(row).strip(), *[""] * (width - 1)] if row else row for row in foot]


def _fields(body: bytes, separator: str):
    return _told(csv.reader(io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline=""), delimiter=separator))


def _crooked(body: bytes, file: str, separator: str, skip: int, width: int) -> BadExport:
    """Where a text file stops being a table: the rows with another number of fields than the first."""
    odd = [(number, row) for number, row in enumerate(_fields(body, separator), 1) if number > skip and row and len(row) != width]
    if not odd:
        message = N_("{file} is not a table with delimiter {delimiter!r}. What to do: check delimiter and quotes.")
        return BadExport(message, file=file, delimiter=separator)
    places = ", ".join(str(number) for number, _row in odd[:SHOWN]) + (f" (+{len(odd) - SHOWN})" if len(odd) > SHOWN else "")
    number, row = odd[0]
    return BadExport(
        N_(
            "{file} is not a table: expected {width} fields as in row {first}, got another number in rows {places}; row "
            "{number} has {fields}: {content!r}. "
            "What to do: check delimiter and quotes, or ask for the export again with quotes around texts."
        ),
        file=file,
        width=width,
        first=skip + 1,
        places=places,
        number=number,
        fields=len(row),
        content=separator.join(row)[:120],
    )


def split(text: str, separator: str) -> list[list[str]]:
    """The fields of a text, row by row."""
    return list(_told(csv.reader(io.StringIO(text), delimiter=separator)))


def _told(reader):
    """The rows of a reader; a field beyond all measure is told in words."""
    try:
        yield from reader
    except csv.Error as error:
        message = N_(
            "row {row} holds a field of more than {most} MB: a quotation mark that is never closed, or no table. What to do: ask for the export again."
        )
        raise BadExport(message, row=reader.line_num, most=csv.field_size_limit() // 2**20) from error
