"""`make new-step NAME=weekday`: a step that runs at once, to be filled with a question.

Writes its room (lib/audit/steps/<name>: STEP and TABLES, one metric, findings, a chart), its notebook with a norm, its test, and its
entries in the
catalogue; then says what is left to do. Nothing else needs to know of it: order, gate, docs/steps.md and headings follow from the room.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from audit.core import norms, registry

ROOT = Path(__file__).parents[1]
FIRST, LAST = 200, 890  # numbers of chapters of one's own, between ours and the last ones

ROOM = '''"""QUESTION

What is counted, of whom, and which trap lies in it: in a few sentences.
"""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.core.tables.schema import written
from audit.i18n import mark as N_

STEP = Step("NAME", NUMBER, N_("TITLE"), N_("QUESTION"), reads=("history",))

TABLES = (
    written("NAME_counts", "one number of purchases", "purchase_class", "purchase_class:t customers:c customers_share:n"),
    findings_table("findings_NAME"),
)

__getattr__, __dir__, __all__ = lazy_loader.attach(__name__, ["charts"], {"counts": ["NAME_counts"], "findings": ["chapter_findings"]})
'''
COUNTS = '''"""What the chapter counts."""

from __future__ import annotations

import pandas as pd


def NAME_counts(history: pd.DataFrame, *, most: int) -> pd.DataFrame:
    """Customers by how often they have bought; `most` times and more stand together.

    Returns
    -------
    DataFrame with purchase_class (text), customers (count), customers_share (of all).

    Source: method, the id of what you compute.

    >>> NAME_counts(pd.DataFrame({"purchases": [1, 1, 7]}), most=2)["customers"].tolist()
    [2, 1]
    """
    often = history["purchases"].clip(upper=most)
    counts = often.value_counts().sort_index()
    table = pd.DataFrame({"purchase_class": counts.index.astype("str"), "customers": counts.to_numpy()})
    return table.assign(customers_share=table["customers"] / max(len(history), 1))
'''
FINDINGS = '''"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_


def chapter_findings(counts: pd.DataFrame) -> list[Finding]:
    """The share of customers in the first row of the counts; nobody at all is said so."""
    n = int(counts["customers"].sum())
    if not n:
        return [Finding("NAME", "NAME", "fact", N_("Nobody has bought."), title=N_("TITLE"), why=N_("there are no purchases"))]
    first = counts.iloc[0]
    message = N_("{value} of {n} customers have bought {times} times.")
    share = float(first["customers_share"])
    return [Finding("NAME", "NAME", "fact", message, title=N_("TITLE"), value=share, n=n, params={"times": str(first["purchase_class"])})]
'''
CHARTS = '''"""The chapter's pictures."""

from __future__ import annotations

import pandas as pd

from audit.i18n import shown
from audit.i18n import translate as _
from audit.report.style import BLUE, Chart, canvas, clear_axes, nothing


def NAME_counts(counts: pd.DataFrame) -> Chart:
    """Customers by how often they have bought."""
    title = _("Customers by number of purchases")
    if counts.empty:
        return nothing(title)
    figure, axes = canvas(height=2.6, title=title)
    axes.bar(counts["purchase_class"], counts["customers"], color=BLUE)
    clear_axes(axes, keep="y")
    said = ", ".join(f"{r.purchase_class}: {shown('n', r.customers)}" for r in counts.itertuples())
    return Chart(figure, _("Customers by number of purchases: {said}.").format(said=said))
'''
NORM = """
[NAME_most]
kind = "setting"
value = 5
type = "whole"
least = 2
most = 50
unit = "count"
meaning = "What the setting means, in a sentence."
source = "Ours: why this value, or the source that states it"
"""
TEST = '''"""QUESTION"""

import pandas as pd

from audit.steps import NAME


def test_customers_are_counted_by_their_purchases_and_many_stand_together():
    counts = NAME.NAME_counts(pd.DataFrame({"purchases": [1, 1, 2, 9]}), most=3)
    assert counts.set_index("purchase_class")["customers"].to_dict() == {"1": 2, "2": 1, "3": 1}
    assert NAME.chapter_findings(counts)[0].value == 0.5


def test_a_base_without_customers_is_said_so():
    nobody = NAME.NAME_counts(pd.DataFrame({"purchases": pd.Series(dtype=int)}), most=3)
    assert NAME.chapter_findings(nobody)[0].why
'''
CELLS = [  # kind, tags, source
    ("markdown", [], "# QUESTION\n\nWhy it matters, in words of the person who asks."),
    ("code", [], "from audit.core import findings, norms, store\nfrom audit.report import show\nfrom audit.steps import NAME"),
    (
        "code",
        ["parameters"],
        'run_dir: str = "../outputs/demo/latest"  # folder of an audit run\nNAME_most: int = None  # purchases from '
        "which customers stand together",
    ),
    ("code", [], 'norm = norms.of(run_dir, globals())\nhistory, settings = store.load(run_dir, "history"), store.settings(run_dir)'),
    ("code", [], "counts = NAME.NAME_counts(history, most=norm.NAME_most)"),
    ("code", [], "found = findings.judge(NAME.chapter_findings(counts), settings, norm)\nfindings.show(found, settings)"),
    ("markdown", ["to-do"], "## What it means, and what to do\n\nWhat the answer means.\n\nWho does what until when."),
    ("code", [], "NAME.charts.NAME_counts(counts)"),
    ("code", [], 'show.table(counts, settings, caption="Customers by number of purchases")'),
    ("markdown", ["method"], "How it was computed, with its traps. Sources: the ids of the method."),
    ("code", [], "store.save(run_dir, NAME_counts=counts, findings_NAME=found)"),
    ("code", ["nbval-check-output"], 'len(history) == counts["customers"].sum()'),
]


def files(name: str, question: str, title: str, number: int) -> dict[Path, str]:
    """What the step consists of, by path."""
    filled = lambda text: text.replace("NAME", name).replace("QUESTION", question).replace("TITLE", title).replace("NUMBER", str(number))
    room = ROOT / "lib" / "audit" / "steps" / name
    return {
        room / "__init__.py": filled(ROOM),
        room / "counts.py": filled(COUNTS),
        room / "findings.py": filled(FINDINGS),
        room / "charts.py": filled(CHARTS),
        ROOT / "notebooks" / f"{number:03d}_{name}.ipynb": _notebook(name, [(kind, tags, filled(text)) for kind, tags, text in CELLS]),
        ROOT / "tests" / f"test_{name}.py": filled(TEST),
    }


def _notebook(name: str, cells: list[tuple]) -> str:
    made = []
    for i, (kind, tags, source) in enumerate(cells, 1):
        cell = {
            "cell_type": kind,
            "id": f"{name}-{i:02d}",
            "metadata": {"tags": tags} if tags else {},
            "source": source.splitlines(keepends=True),
        }
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}, "language_info": {"name": "python"}}
    return json.dumps({"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}, ensure_ascii=False, indent=1) + "\n"


def main(name: str, question: str = "", title: str = "") -> None:
    """Write the step; refuse a name that is taken or no word."""
    if not re.fullmatch(r"[a-z][a-z_]{2,20}", name) or name in registry.rooms():
        raise SystemExit(f"expected the name of a new step, a word of small letters; got {name!r}; there are {', '.join(registry.rooms())}")
    number = max([FIRST - 10, *(s.number for s in registry.steps() if FIRST <= s.number < LAST)]) + 10
    question, title = question or f"What about {name.replace('_', ' ')}?", title or name.replace("_", " ").capitalize()
    for path, text in files(name, question, title, number).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")
    if f"{name}_most" not in norms.register():
        with (ROOT / "lib" / "audit" / "core" / "norms.toml").open("a", encoding="utf-8") as register:
            register.write(NORM.replace("NAME", name))
        print(f"wrote [{name}_most] into lib/audit/core/norms.toml")


if __name__ == "__main__":
    main(*sys.argv[1:])
