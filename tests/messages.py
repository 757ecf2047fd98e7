"""Every sentence a reader may see, as the catalogue must hold it: from code, notebooks, norms, and the words of tables.

python -m tests.messages     -> new ones into the Russian catalogue with an empty translation, dead ones out of it
"""

from __future__ import annotations

import ast
import json
import tomllib
from pathlib import Path

from babel.messages import Catalog, pofile

from audit.core import tables
from audit.i18n import vocabulary
from audit.report import appendices

ROOT = Path(__file__).parents[1]
LIB = ROOT / "lib" / "audit"
PO = LIB / "locale" / "ru" / "LC_MESSAGES" / "audit.po"
CALLS = ("N_", "_", "translate")
IN_NOTEBOOKS = ("caption", "title")  # keywords whose text is translated


def all_of_them() -> dict[str | tuple[str, str], str]:
    """Message -> where it stands; a message with a plural is a pair."""
    found = {}
    for path in sorted(LIB.rglob("*.py")):
        for message in of_code(path):
            found.setdefault(message, str(path.relative_to(ROOT)))
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for message in of_notebook(path):
            found.setdefault(message, str(path.relative_to(ROOT)))
    for name, norm in tomllib.loads((LIB / "norms.toml").read_text(encoding="utf-8")).items():
        for message in (norm["meaning"], norm["source"], norm["unit"], norm["kind"], norm.get("direction")):
            found.setdefault(message, f"norms.toml: {name}") if message else None
    for term in appendices.terms().values():
        found.setdefault(term["term"], "glossary.toml"), found.setdefault(term["meaning"], "glossary.toml")
    for table in tables.COMPANY:
        found.setdefault(table.unlocks, f"tables.py: {table.name}")
    for word in (*vocabulary.HEADINGS.values(), *vocabulary.FINDINGS.values(), *vocabulary.NAMES, *vocabulary.WORDS):
        found.setdefault(word, "vocabulary.py")
    return {message: where for message, where in found.items() if message}


def of_code(path: Path) -> list[str | tuple[str, str]]:
    """Literals in calls of `_`, `N_`, `translate` and `counted`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in CALLS and texts:
            found.append(texts[0])
        if name == "counted" and len(texts) == 2:
            found.append(tuple(texts))
    return found


def of_notebook(path: Path) -> list[str]:
    """Paragraphs of prose, and captions in code."""
    found = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += source.split("\n\n")
        else:
            calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword) and node.arg in IN_NOTEBOOKS]
            found += [call.value.value for call in calls if isinstance(call.value, ast.Constant)]
    return found


def catalogue() -> Catalog:
    """The Russian catalogue as it is."""
    with PO.open("rb") as file:
        return pofile.read_po(file, locale="ru")


def renewed(translations: dict | None = None) -> Catalog:
    """The catalogue with all messages and no others, those that are known translated."""
    old = catalogue()
    known = {key(m.id): m.string for m in old if m.id} | (translations or {})
    new = Catalog(
        locale="ru", project="customer-base-audit", version="1", header_comment="# Russian of the customer-base audit.", fuzzy=False
    )
    new.creation_date = new.revision_date = old.creation_date
    for message in sorted(all_of_them(), key=lambda m: m if isinstance(m, str) else m[0]):
        new.add(message, known.get(key(message), ("", "", "") if isinstance(message, tuple) else ""))
    return new


def key(message) -> str:
    """What the catalogue knows a message by: of a plural, its singular."""
    return message[0] if isinstance(message, tuple) else message


def write(catalog: Catalog) -> None:
    """The catalogue into its file."""
    with PO.open("wb") as file:
        pofile.write_po(file, catalog, width=140, no_location=True, sort_output=False, omit_header=False)


if __name__ == "__main__":
    written = renewed()
    write(written)
    print(*(f"to translate: {m.id}" for m in written if m.id and not any(m.string)), sep="\n")
