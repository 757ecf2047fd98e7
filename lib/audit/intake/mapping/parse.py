"""What does a column of text say? Dates, money and numbers, as polars expressions; null means: cannot be read.

Traps: pandas and friends read 01.02.2025 as 2 January and `1 234,50` as missing; here a format is
declared, and what does not fit it is never guessed (faults 6, 7).
"""

from __future__ import annotations

import ast

import polars as pl

NOISE = r"[\s\x{00A0}\x{202F}\x{2009}'’]|₽|руб\.?|р\.|[$€£]"
SPACES = [" ", "\u00a0", "\u202f", "\u2009", "'", "’"]
SIGNS = {"$": "USD", "£": "GBP", "€": "EUR", "₽": "RUB", "руб": "RUB"}
EXACT = pl.Decimal(38, 8)
MONEY = pl.Decimal(18, 4)
YEARS = (1900, 2100)


def number(column: pl.Expr, decimal: str) -> pl.Expr:
    """Exact decimals from text with spaces, currency signs, brackets or a trailing minus for negatives.

    A lone `1.234` under a declared decimal comma is ambiguous and stays unread; `1,234` under a decimal point is 1234.
    """
    return column.map_batches(lambda texts: _numbers(texts, decimal), return_dtype=EXACT)


def _numbers(texts: pl.Series, decimal: str) -> pl.Series:
    found = texts.to_frame("x").select(plain_number(pl.col("x"), decimal)).to_series()
    return second_look(found, texts, decimal)


def plain_number(column: pl.Expr, decimal: str) -> pl.Expr:
    """Numbers with nothing but spaces between their digits, in one pass; null for all others, such as `1e5` or the other decimal sign."""
    changes = dict.fromkeys(SPACES, "") | dict.fromkeys(["e", "E", "." if decimal == "," else ","], "#") | {decimal: "."}
    return column.str.replace_many(list(changes), list(changes.values())).cast(EXACT, strict=False)


def second_look(found: pl.Series, texts: pl.Series, decimal: str) -> pl.Series:
    """The numbers that were found, and those that show when currency signs, brackets and marks of thousands are taken off the rest."""
    rest = found.is_null() & (texts != "") if found.null_count() else None
    if rest is None or not rest.any():
        return found
    closer = texts.filter(rest).to_frame("x").select(_cleaned(pl.col("x"), decimal)).to_series()
    return found.scatter(rest.arg_true(), closer.cast(found.dtype))


def _cleaned(column: pl.Expr, decimal: str) -> pl.Expr:
    text = column.str.replace_all(NOISE, "").str.replace_all("−", "-", literal=True)
    text = text.str.replace(r"^\((.+)\)$", "-$1").str.replace(r"^([^-].*)-$", "-$1")
    other, fewest = (".", 2) if decimal == "," else (",", 1)
    groups = rf"^-?\d{{1,3}}(\{other}\d{{3}})"
    grouped = text.str.contains(rf"{groups}{{{fewest},}}$|{groups}+\{decimal}\d+$")
    return plain_number(pl.when(grouped).then(text.str.replace_all(other, "", literal=True)).otherwise(text), decimal)


def date(column: pl.Expr, format: str | None) -> pl.Expr:
    """Dates by the declared format (default ISO); times of day are cut off; impossible days are null."""
    format = format or "%Y-%m-%d"
    text = column.str.strip_chars()
    parsed = (
        text.str.to_datetime(format, strict=False, time_unit="us").dt.date() if "%H" in format else text.str.to_date(format, strict=False)
    )
    return pl.when(parsed.dt.year().is_between(*YEARS)).then(parsed)


def compute(expression: str, columns: list[str], decimal: str) -> pl.Expr:
    """A same-row formula of columns, numbers, + - * / and brackets, exact but for division.

    A column whose name is not one word stands in quotes: `"Цена за упаковку" * Количество`.

    Raises
    ------
    ValueError
        when the formula holds anything else or names a column the source does not have.
    """

    def walk(node: ast.AST) -> pl.Expr:
        match node:
            case ast.Expression(body=body):
                return walk(body)
            case ast.Constant(value=int() | float() as constant) if not isinstance(constant, bool):
                return pl.lit(str(constant)).cast(EXACT)
            case ast.Name(id=name) | ast.Constant(value=str() as name):
                if name not in columns:
                    raise ValueError(f"no column {name!r} for {expression!r}; there are {', '.join(columns)}")
                return number(pl.col(name), decimal)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -walk(operand)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                return walk(left) + walk(right)
            case ast.BinOp(left=left, op=ast.Sub(), right=right):
                return walk(left) - walk(right)
            case ast.BinOp(left=left, op=ast.Mult(), right=right):
                return walk(left) * walk(right)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                ratio = walk(left).cast(pl.Float64) / walk(right).cast(pl.Float64)
                return pl.when(ratio.is_finite()).then(ratio).cast(EXACT, strict=False)
        raise ValueError(f"{expression!r} may hold columns, numbers, + - * / and brackets, nothing else")

    try:
        return walk(ast.parse(expression, mode="eval"))
    except SyntaxError as error:
        raise ValueError(f"{expression!r} is not a formula: {error.msg}") from error
