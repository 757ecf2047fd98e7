"""What decides a result? Fingerprints of files, code, settings, norms, messages and tables: the same ones give the same run, and the same
step.

A step depends on the code it imports (wherever in that code the import stands, and all of its own room), the norms it names, the messages
that its
modules hold, and the tables it takes. Intake and ledger depend on no catalogue, but for the words by which filled-in forms are known: a better word in
Russian reads no export again.
"""

from __future__ import annotations

import ast
import hashlib
import json
import platform
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from audit import i18n
from audit.core import norms, registry, store
from audit.core.registry import Step
from audit.core.settings import Settings
from audit.core.tables import forms
from audit.core.tables.company import COMPANY
from audit.i18n.messages import catalogue

ROOT = Path(__file__).parents[3]
LIB = Path(__file__).parents[1]
INTAKE_DATA = [LIB / "intake" / "words.toml"]  # what intake reads beside its code
NOT_OF_TABLES = {"languages", "confidence", "sales_type", "previous", "actions_done"}  # of [base]; neither intake nor ledger looks at them


def of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_notebook(path: Path) -> str:
    """Hash of what a notebook does and says: its cells with their marks; not of the figures stored in it, which check and decide nothing."""
    return hashlib.sha256(_source(path).encode()).hexdigest()


def _source(path: Path) -> str:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return json.dumps(
        [[cell["id"], cell["cell_type"], cell["metadata"], cell["source"]] for cell in cells], ensure_ascii=False, sort_keys=True
    )


def of_files(files: list[Path]) -> dict[str, str]:
    """SHA-256 of files by name and folder."""
    return {name_of(file): of_file(file) for file in files}


def name_of(file: Path) -> str:
    """A file's name with that of its folder: the same wherever the base lies."""
    return f"{file.parent.name}/{file.name}"


def of(*parts) -> str:
    """One hash of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def run(files: dict[str, str], settings: Settings, chosen: list[Step], notebooks: Path, *, root: Path = ROOT) -> str:
    """Hash of everything that decides a report."""
    return of(files, settings.model_dump(mode="json", by_alias=True), program(notebooks, root=root), [step.name for step in chosen])


def program(notebooks: Path, *, root: Path = ROOT) -> str:
    """Hash of everything that works on the data: code, norms, sentences, notebooks, versions of libraries."""
    code = [p for p in sorted((root / "lib" / "audit").rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    named = {str(p.relative_to(root)): of_file(p) for p in code} | {
        path.name: of_notebook(path) for path in sorted(notebooks.glob("*.ipynb"))
    }
    return of(named, _made_with(root))


def tables(files: dict[str, str], settings: Settings) -> str:
    """Hash of everything that decides the tables of intake and ledger."""
    declared = settings.model_dump(mode="json", by_alias=True, exclude={"norms", "market", "report"})
    declared["base"] = {key: value for key, value in declared["base"].items() if key not in NOT_OF_TABLES}
    paths = [*closure(("intake", "ledger", "core.edition", "core.newcomers")), LIB / "run" / "build_tables.py", *INTAKE_DATA]
    code = {str(path.relative_to(LIB)): of_file(path) for path in paths}
    own = {norm: norms.value(norm, settings.norms) for norm in sorted(named_in(paths))}
    asked = sorted(forms.words().items()) if settings.base.forms else []
    return of("tables", files, declared, own, code, asked, _made_with())


def work(one: Step, notebook: Path, settings: Settings, language: str) -> str:
    """Hash of all that decides a step but the tables it takes: its code (`code_of`), norms and messages, the settings, the language."""
    code = code_of(notebook)
    own = {norm: (norms.value(norm, settings.norms), norms.register()[norm]) for norm in sorted(named_in(list(code)))}
    declared = settings.model_dump(mode="json", by_alias=True, exclude={"norms", "report"})
    files = {path.name if path.suffix == ".ipynb" else str(path.relative_to(LIB)): kept for path, kept in code.items()}
    return of(one.name, language, files, own, messages(one, list(code), language), declared, _made_with())


def step(one: Step, folder: Path, its_work: str) -> str:
    """Hash of everything that decides what a step writes and shows: its work, and the tables it takes."""
    there = {path.stem: path for path in (folder / "tables").glob("*.parquet")}
    taken = {name: of_file(there[name]) for name in registry.takes(one) if name in there}
    sent = sorted(table.name for table in COMPANY if table.name in there)  # a chapter may say what is missing
    return of(its_work, taken, sent, store.doubts(folder, one.name).to_json())


def code_of(notebook: Path) -> dict[Path, str]:
    """A notebook, all files of ours that it imports, and what executes it, with their hashes."""
    executing = [LIB / "run" / "notebooks.py", LIB / "run" / "kernels.py"]
    return {notebook: of_notebook(notebook)} | {path: of_file(path) for path in (*closure(tuple(imported(notebook))), *executing)}


def named_in(paths: list[Path]) -> set[str]:
    """The norms that these files name, as a word anywhere in them; core, which knows all of them, names none."""
    return {word for path in paths if path.parent != LIB / "core" for word in _words(path) if word in norms.register()}


@cache
def _words(path: Path) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_]{4,}", _source(path) if path.suffix == ".ipynb" else path.read_text(encoding="utf-8")))


def messages(one: Step, paths: list[Path], language: str) -> dict[str, str]:
    """What readers of a language get of a step: of each message that its files or intake hold (of all messages, where it tells the
    findings of other steps), the headings of its tables, and the titles of chapters."""
    if isinstance(catalogue(language), i18n.messages.gettext.GNUTranslations):
        known = catalogue(language)._catalog
        told = (*paths, *sorted((LIB / "intake").rglob("*.py")))  # what hangs over a chapter is told in it, in the words of intake
        held = set(known) if one.uses_findings else {text for path in told for text in texts(path) if text in known}
        held |= {
            column.head
            for name in (*registry.takes(one), *one.writes)
            if (table := registry.tables().get(name))
            for column in table.columns
        }
        return {text: str(known.get(text, text)) for text in sorted(text for text in held if isinstance(text, str))}
    return {}


@cache
def texts(path: Path) -> frozenset[str]:
    """The texts of a file that may be messages: literals in code, paragraphs of prose."""
    if path.suffix != ".ipynb":
        return _looked_through(path)[1]
    found: set[str] = set()
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        found |= set(source.split("\n\n")) if cell["cell_type"] == "markdown" else _literals(ast.walk(ast.parse(source)))
    return frozenset(found)


def _literals(nodes: Iterable[ast.AST]) -> set[str]:
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def imported(notebook: Path) -> list[str]:
    """The modules of ours that a notebook imports.

    >>> imported(ROOT / "notebooks" / "990_verdicts.ipynb")
    ['core', 'core.checked', 'core.findings', 'core.norms', 'core.store', 'report', 'report.show', 'steps', 'steps.verdicts', 'steps.verdicts.first_page']
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = set()
    for cell in cells:
        if cell["cell_type"] == "code":
            found |= _imports(ast.walk(ast.parse("".join(cell["source"]))))
    return sorted(name for name in found if _home(name))


@cache
def closure(modules: tuple[str, ...]) -> tuple[Path, ...]:
    """The files of these modules and of all that they import, wherever in their code, sorted; of a step, its whole room."""
    pending, found = list(modules), set()
    while pending:
        for path in _home(pending.pop()):
            if path not in found:
                found.add(path)
                pending += _looked_through(path)[0]
    return tuple(sorted(found))


@cache
def _looked_through(module: Path) -> tuple[frozenset[str], frozenset[str]]:
    """What a file of ours imports, and the literals in it: both of one reading."""
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    return frozenset(_imports(nodes)), frozenset(_literals(nodes))


def _imports(nodes: Iterable[ast.AST]) -> set[str]:
    """Names of our modules in the import statements of some code; of `from audit.x import y`, both x and x.y."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name.removeprefix("audit.") for name in found if name.startswith("audit.")}


@cache
def _home(name: str) -> tuple[Path, ...]:
    """The files that hold a module, with those of the packages it lies in; of a room of `steps`, which hands its names on when they are
    asked for, all
    that lie there; none for a name that is not a module of ours."""
    path = LIB.joinpath(*name.split("."))
    own = next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)
    if own is None:
        return ()
    beside = sorted(path.glob("*.py")) if own.parent.parent == registry.ROOMS and own.name == "__init__.py" else []
    above = [parent / "__init__.py" for parent in own.parents if parent.is_relative_to(LIB) and parent != LIB]
    return tuple(dict.fromkeys([own, *beside, *(file for file in above if file != own and file.is_file())]))


@cache
def _made_with(root: Path = ROOT) -> str:
    lock = root / "requirements.lock"
    return of(platform.python_version(), of_file(lock) if lock.is_file() else "")
