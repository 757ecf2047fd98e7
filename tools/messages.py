"""Every sentence a reader may see, as the catalogue must hold it, with the place where it stands: code, notebooks, norms, tables, settings.

python -m tools.messages [STEP]    new ones into the Russian catalogue, dead ones out of it; says where each still wants its Russian
"""

from __future__ import annotations

import ast
import json
import sys
import tomllib
import typing
from pathlib import Path

from babel.messages import Catalog, pofile

from audit.core import labels, registry, settings
from audit.core.tables.company import COMPANY
from audit.core.tables.derived import DERIVED
from audit.core.tables.forms import FORMS
from audit.core.tables.schema import in_words
from audit.i18n.messages import CONTEXT, mark
from audit.report import glossary

ROOT = Path(__file__).parents[1]
LIB = ROOT / "lib" / "audit"
PO = LIB / "i18n" / "locale" / "ru" / "LC_MESSAGES" / "audit.po"
CALLS = ("N_", "_", "translate")
IN_NOTEBOOKS = ("caption", "title")  # keywords whose text is translated

Message = str | tuple[str, str]  # a message with a plural is a pair


def all_of_them() -> dict[Message, str]:
    """Message -> where it stands first, as path:line."""
    found: dict[Message, str] = {}
    for path in sorted(LIB.rglob("*.py")):
        for message, line in of_code(path):
            found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for message, cell in of_notebook(path):
            found.setdefault(message, f"{path.relative_to(ROOT)}, cell {cell}")
    for message, where in (*of_toml(), *of_tables(), *of_settings()):
        found.setdefault(message, where)
    return {message: where for message, where in found.items() if message}


def of_code(path: Path) -> list[tuple[Message, int]]:
    """Literals in calls of `_`, `N_`, `translate` and `counted`, with their lines."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        texts = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if name in CALLS and texts:
            found.append((mark(*texts[:2]), node.lineno))
        if name == "counted" and len(texts) == 2:
            found.append((tuple(texts), node.lineno))
    return found


def of_notebook(path: Path) -> list[tuple[str, int]]:
    """Paragraphs of prose, and captions in code, with the numbers of their cells."""
    found = []
    for i, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            found += [(paragraph, i) for paragraph in source.split("\n\n")]
        else:
            calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword) and node.arg in IN_NOTEBOOKS]
            found += [(call.value.value, i) for call in calls if isinstance(call.value, ast.Constant)]
    return found


def of_toml() -> list[tuple[str, str]]:
    """What norms and the glossary say."""
    found = []
    for name, norm in tomllib.loads((LIB / "core" / "norms.toml").read_text(encoding="utf-8")).items():
        texts = (norm["meaning"], norm["source"], norm["unit"], norm["kind"], norm.get("direction"))
        found += [(text, f"lib/audit/core/norms.toml: [{name}]") for text in texts]
    for name, term in glossary.explained().items():
        found += [(term[key], f"lib/audit/i18n/terms.toml: [{name}]") for key in ("term", "meaning")]
    return found


def of_tables() -> list[tuple[str, str]]:
    """Names of tables and what they unlock; headings of the tables that steps and intake write."""
    found = [(text, f"lib/audit/core/tables/company.py: {table.name}") for table in COMPANY for text in (table.name, table.unlocks)]
    found += [(text, f"lib/audit/core/tables/forms.py: {table.name}") for table in FORMS for text in (table.name, table.unlocks)]
    found += [
        (heading(c.name), f"lib/audit/core/tables/derived.py: {t.name}.{c.name}")
        for t in DERIVED
        if t.origin == "intake"
        for c in t.columns
        if shown(t, c.name)
    ]
    for name, room in registry.rooms().items():
        found += [
            (heading(c.name), f"lib/audit/steps/{name}/__init__.py: {t.name}.{c.name}")
            for t in room.TABLES
            for c in t.columns
            if shown(t, c.name)
        ]
    return found


def heading(column: str) -> str:
    """What stands above a column, as a message."""
    return labels.headings().get(column) or in_words(column)


def shown(table, column: str) -> bool:
    """Whether a column may stand in a table of the report: findings are told as sentences."""
    return not table.name.startswith(("findings_", "verdicts")) and not column.endswith("_id")


def of_settings() -> list[tuple[str, str]]:
    """The closed lists of audit.toml that the last page shows."""
    kinds = [field.annotation for model in (settings.Declared, settings.Rules) for field in model.model_fields.values()]
    return [
        (str(word), "lib/audit/core/settings.py")
        for kind in kinds
        if typing.get_origin(kind) is typing.Literal
        for word in typing.get_args(kind)
    ]


def catalogue() -> Catalog:
    """The Russian catalogue as it is."""
    with PO.open("rb") as file:
        return pofile.read_po(file, locale="ru")


def renewed(translations: dict | None = None) -> Catalog:
    """The catalogue with all messages and no others, those that are known translated."""
    old = catalogue()
    known = {key(m.id, m.context): m.string for m in old if m.id} | (translations or {})
    new = Catalog(
        locale="ru", project="customer-base-audit", version="1", header_comment="# Russian of the customer-base audit.", fuzzy=False
    )
    new.creation_date = new.revision_date = old.creation_date
    for message in sorted(all_of_them(), key=lambda m: m if isinstance(m, str) else m[0]):
        of, _between, bare = message.rpartition(CONTEXT) if isinstance(message, str) else ("", "", message)
        new.add(bare, known.get(key(message), ("", "", "") if isinstance(message, tuple) else ""), context=of or None)
    return new


def key(message: Message, of: str | None = None) -> str:
    """What the catalogue knows a message by: of a plural, its singular; of a word with two meanings, what it is said of too."""
    return mark(message[0] if isinstance(message, tuple) else message, of or "")


def write(catalog: Catalog) -> None:
    """The catalogue into its file."""
    with PO.open("wb") as file:
        pofile.write_po(file, catalog, width=140, no_location=True, sort_output=False, omit_header=False)


def untranslated(catalog: Catalog) -> list[str]:
    """What wants its Russian: where the message stands, and the message."""
    where = all_of_them()
    return [
        f"{where[mark(m.id, m.context) if m.context else m.id]}: not translated: {key(m.id)!r}"
        for m in catalog
        if m.id and not any(m.string)
    ]


if __name__ == "__main__":
    written = renewed()
    write(written)
    step = sys.argv[1] if len(sys.argv) > 1 else ""
    lines = [line for line in untranslated(written) if not step or f"/{step}/" in line or f"_{step}.ipynb" in line or "norms.toml" in line]
    print(*lines, f"{len(lines)} to translate, in {PO.relative_to(ROOT)}", sep="\n")
