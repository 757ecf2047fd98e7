"""What decides a result? Hashes of files, code, settings and tables: the same ones give the same run, and the same step."""

from __future__ import annotations

import ast
import hashlib
import json
import platform
from functools import cache
from pathlib import Path

from audit import norms, steps
from audit import tables as tables_
from audit.settings import Settings

ROOT = Path(__file__).parents[3]
LIB = Path(__file__).parents[1]
DATA = [LIB / "norms.toml", LIB / "intake" / "words.toml", *sorted((LIB / "locale").rglob("*.po"))]  # that any module may read
LEDGER_NORMS = ("holdout_days", "novelty_days", "smallest_group")  # what intake and ledger take of the register
NOT_OF_TABLES = {"languages", "confidence", "sales_type", "previous"}  # of [base]; neither intake nor ledger looks at them


def of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_files(files: list[Path]) -> dict[str, str]:
    """SHA-256 of files by name and folder."""
    return {name_of(file): of_file(file) for file in files}


def name_of(file: Path) -> str:
    """A file's name with that of its folder: the same wherever the base lies."""
    return f"{file.parent.name}/{file.name}"


def of(*parts) -> str:
    """One hash of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def run(files: dict[str, str], settings: Settings, chosen: list[steps.Step], notebooks: Path, *, root: Path = ROOT) -> str:
    """Hash of everything that decides a report."""
    return of(files, settings.model_dump(mode="json", by_alias=True), program(notebooks, root=root), [step.name for step in chosen])


def program(notebooks: Path, *, root: Path = ROOT) -> str:
    """Hash of everything that works on the data: code, norms, sentences, notebooks, versions of libraries."""
    code = [p for p in sorted((root / "lib" / "audit").rglob("*")) if p.is_file() and "__pycache__" not in p.parts]
    named = {str(p.relative_to(root)): of_file(p) for p in code} | of_files(sorted(notebooks.glob("*.ipynb")))
    return of(named, _made_with(root))


def tables(files: dict[str, str], settings: Settings) -> str:
    """Hash of everything that decides the tables of intake and ledger."""
    declared = settings.model_dump(mode="json", by_alias=True, exclude={"norms", "market"})
    declared["base"] = {key: value for key, value in declared["base"].items() if key not in NOT_OF_TABLES}
    code = {str(path.relative_to(LIB)): of_file(path) for path in closure(("intake", "ledger", "run.prepare"))}
    return of("tables", files, declared, [norms.value(norm, settings) for norm in LEDGER_NORMS], code, of_data(), _made_with())


def step(one: steps.Step, folder: Path, settings: Settings, language: str, code: dict[Path, str]) -> str:
    """Hash of everything that decides what a step writes and shows: its code (`code_of`), the tables it takes, settings, language.

    A norm that audit.toml overrides counts where the notebook or a module of the step names it.
    """
    there = {path.stem: path for path in (folder / "tables").glob("*.parquet")}
    taken = {name: of_file(there[name]) for name in (*one.reads, *one.uses) if name in there}
    sent = sorted(table.name for table in tables_.COMPANY if table.name in there)  # a chapter may say what is missing
    text = "".join(path.read_text(encoding="utf-8") for path in code)
    own = {norm: override.value for norm, override in settings.norms.items() if norm in text}
    declared = settings.model_dump(mode="json", by_alias=True, exclude={"norms"})
    files = {path.name if path.suffix == ".ipynb" else str(path.relative_to(LIB)): kept for path, kept in code.items()}
    return of(one.name, language, taken, sent, files, of_data(), own, declared, _made_with())


def code_of(notebook: Path) -> dict[Path, str]:
    """A notebook, all files of ours that it imports, and what executes it, with their hashes."""
    executing = [LIB / "run" / "notebooks.py", LIB / "run" / "kernels.py"]
    return {path: of_file(path) for path in (notebook, *closure(tuple(imported(notebook))), *executing)}


def of_data() -> dict[str, str]:
    """Hashes of the data that any module may read: norms, words, sentences."""
    return {str(path.relative_to(LIB)): of_file(path) for path in DATA}


def imported(notebook: Path) -> list[str]:
    """The modules of ours that a notebook imports.

    >>> imported(ROOT / "notebooks" / "990_verdicts.ipynb")
    ['charts', 'findings', 'show', 'store', 'verdicts']
    """
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    found = set()
    for cell in cells:
        if cell["cell_type"] == "code":
            found |= _imports(ast.parse("".join(cell["source"])))
    return sorted(name for name in found if _home(name))


@cache
def closure(modules: tuple[str, ...]) -> tuple[Path, ...]:
    """The files of these modules and of all that they import, wherever in their code, sorted."""
    pending, found = list(modules), set()
    while pending:
        for path in _home(pending.pop()):
            if path not in found:
                found.add(path)
                pending += _imports_of(path)
    return tuple(sorted(found))


@cache
def _imports_of(module: Path) -> set[str]:
    return _imports(ast.parse(module.read_text(encoding="utf-8")))


def _imports(tree: ast.AST) -> set[str]:
    """Names of our modules in the import statements of some code; of `from audit.x import y`, both x and x.y."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name.removeprefix("audit.") for name in found if name.startswith("audit.")}


def _home(name: str) -> list[Path]:
    """The files that hold a module, with those of the packages it lies in; none for a name that is not a module of ours."""
    path = LIB.joinpath(*name.split("."))
    own = next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)
    if own is None:
        return []
    above = [parent / "__init__.py" for parent in own.parents if parent.is_relative_to(LIB) and parent != LIB]
    return [own, *(file for file in above if file != own)]


@cache
def _made_with(root: Path = ROOT) -> str:
    lock = root / "requirements.lock"
    return of(platform.python_version(), of_file(lock) if lock.is_file() else "")
