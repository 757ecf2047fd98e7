"""The generated parts of the documents: data/README.md, and the table of steps.

python -m tools.documents    writes them anew from the declarations in the code
"""

from __future__ import annotations

import re
from pathlib import Path

from audit.core import registry
from audit.core.tables.company import COMPANY
from audit.core.tables.derived import DERIVED
from audit.core.tables.forms import FORMS
from audit.core.tables.schema import Table

ROOT = Path(__file__).parents[1]
DATA, STEPS = ROOT / "data" / "README.md", ROOT / "docs" / "steps.md"
TABLE = re.compile(r"(\| step \| question \| needs \| uses \|\n\|---\|---\|---\|---\|\n)(?:\|.*\n)+")
HEAD = """# Data

One folder per base: the exports as they came (never changed by us) and an `audit.toml` that says what is what.
`demo/` is committed; a real base never is. This page is generated from the declarations in `lib/audit/core/tables/` and
`lib/audit/steps/` by `make documents`, and tested against them.

Only `lines` is needed. Every further table unlocks more; the report prints which table would unlock what.
Kinds: text; date; money (the base's one currency, exact to four decimals); number; count (whole); flag (yes or no).
Shares and rates are fractions of 1 and end in `_share`, `_rate`, `_ratio`; durations end in `_days`, `_months`; days end in `_on`.
"""


def data_readme() -> str:
    """The text of data/README.md: every table, its columns, kinds and closed lists, and what it unlocks."""
    parts = [
        HEAD,
        "## Tables a company sends\n",
        *map(_described, COMPANY),
        "## Forms: what only people know\n",
        *map(_described, FORMS),
        "## Tables the audit derives\n",
        *map(_described, DERIVED),
    ]
    parts.append("## Tables the steps write\n\nEach is declared in the room of its step, `lib/audit/steps/<step>/__init__.py`.\n")
    for name, room in registry.rooms().items():
        parts += [_listed(name, table) for table in room.TABLES if not table.name.startswith("findings_")]
    return "\n".join(parts)


def _described(table: Table) -> str:
    head = f"### {table.name}\n\nA row is {table.row}. Key: {', '.join(table.key)}." + (
        f" Unlocks: {table.unlocks}." if table.unlocks else ""
    )
    rows = [f"| {c.name} | {c.kind} | {'yes' if c.required else ''} | {c.meaning}{_closed(c)} |" for c in table.columns]
    return "\n".join([head + "\n", "| column | kind | required | meaning |\n|---|---|---|---|", *rows, ""])


def _closed(column) -> str:
    return f" ({', '.join(column.closed)})" if column.closed else ""


def _listed(step: str, table: Table) -> str:
    key = f" Key: {', '.join(table.key)}." if table.key else ""
    columns = "; ".join(f"{c.name} ({c.kind}{': ' + ', '.join(c.closed) if c.closed else ''})" for c in table.columns)
    return f"- **{table.name}** of `{step}`: a row is {table.row}.{key} {columns}."


def steps_table() -> str:
    """The rows of steps: name, question, needs, uses."""
    return "".join(
        f"| {s.name} | {s.question} | {', '.join(registry.missing(s, set()))} | {', '.join(s.uses) or '–'} |\n" for s in registry.steps()
    )


def steps(text: str) -> str:
    """The page of the questions with its table as the rooms declare it."""
    return TABLE.sub(lambda found: found[1] + steps_table(), text)


if __name__ == "__main__":
    DATA.write_text(data_readme(), encoding="utf-8")
    STEPS.write_text(steps(STEPS.read_text(encoding="utf-8")), encoding="utf-8")
