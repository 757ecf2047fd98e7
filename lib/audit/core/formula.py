"""What does a formula of audit.toml say? Names, numbers, + - * / and brackets, nothing else; whatever it is computed on."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Collection

FORMULA_MOST, CONSTANT_MOST = 5000, 1e15  # signs of a formula; a number in it
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}


def computed(
    expression: str,
    names: Collection[str],
    *,
    leaf: Callable,
    constant: Callable = float,
    divided: Callable = operator.truediv,
):
    """The value of a formula. A name that is not one word stands in quotes: `"Цена за упаковку" * Количество`.

    Parameters
    ----------
    names
        what it may name.
    leaf, constant, divided
        what a name, a number and a division become.

    Raises
    ------
    ValueError
        when it holds anything else, or names what is not there.

    >>> computed("0.5 * (revenue - returned)", ["revenue", "returned"], leaf={"revenue": 12.0, "returned": 2.0}.get)
    5.0
    """
    if len(expression) > FORMULA_MOST:
        raise ValueError(f"a formula of {len(expression)} signs, {expression[:60]!r}...: expected at most {FORMULA_MOST}")

    def walk(node: ast.AST):
        match node:
            case ast.Expression(body=body):
                return walk(body)
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                if abs(number) >= CONSTANT_MOST:
                    raise ValueError(f"{number!r} in {expression!r} is too large: expected less than {CONSTANT_MOST:.0e}")
                return constant(number)
            case ast.Name(id=name) | ast.Constant(value=str() as name):
                if name not in names:
                    raise ValueError(f"no column {name!r} for {expression!r}; there are {', '.join(names)}")
                return leaf(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -walk(operand)
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return divided(walk(left), walk(right))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return OPERATORS[type(op)](walk(left), walk(right))
        raise ValueError(f"{expression!r} may hold columns, numbers, + - * / and brackets, nothing else")

    try:
        return walk(ast.parse(expression, mode="eval"))
    except (SyntaxError, RecursionError, MemoryError) as error:  # the latter two: brackets within brackets without end
        raise ValueError(f"{expression!r} is not a formula: {getattr(error, 'msg', None) or 'too many brackets'}") from error
