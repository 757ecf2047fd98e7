"""Would the tests see it? Small changes to the metrics' code, one at a time, and whether a test of that code fails.

    make mutants                  a sample of each module, more than an hour; what is found is kept in bench/mutants.csv, and bench/mutants.md tells it
    python -m bench.mutants --each 40 retention/retention_rates     many of one module, in place of what was kept of it
    python -m bench.mutants --unseen                                only those that no test saw, after tests were written for them
    python -m bench.mutants --fresh --each 1                        another sample, for which no tests were written: what the first would show too kindly

A change swaps a comparison, an operator, a boundary, a bound of clip, a truth or a small number. Those that change nothing that matters are listed in
bench/equivalents.toml, each with its reason. Tests that need a run of their own, a browser or the public bases are left out: what only they see counts as
unseen. What `make test` does after them is done here for the changed module alone: the notebooks that stand on it are executed on the demo's last run, and
their checked figures held against the stored ones; of the ledger, its tables of the demo.
"""

from __future__ import annotations

import argparse
import ast
import csv
import datetime as dt
import io
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import tomllib
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from bench.cells import values

import audit  # noqa: F401 - before numpy: it keeps its libraries to one thread

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "outputs" / "demo" / "latest"
ROOMS = ("core", "stats", "ledger", "models", "steps")
NOT_TRIED = {"__init__.py", "charts.py", "codes.py", "labels.py", "errors.py", "settings.py"}  # declarations, pictures, words
HEAVY = {
    "demo",
    "shared",
    "browser",
    "spark",
    "audited",
    "proposal",
    "attacked",
    "hidden",
    "of_client",
    "found",
    "place",
    "two",
    "home",
    "nasty",
    "at_the_bound",
}  # fixtures
LONG = {  # files whose tests take long, or look at whole runs
    "test_spark.py", "test_real.py", "test_syntax.py", "test_run.py", "test_lab.py", "test_report.py", "test_cases.py", "test_heavy.py",
    "test_demo.py", "test_kernels.py", "test_edges.py", "test_cache.py", "test_notebooks.py", "test_paper.py", "test_doubts.py", "test_changes.py", "test_words.py", "test_office.py",
    "test_machine.py", "test_norms.py",
}  # fmt: skip
FIGURES = {  # rooms -> notebooks whose checked figures stand on them
    "core": ("base", "accounts", "customers", "verdicts"), "stats": ("retention", "repeat", "profit"), "models": ("value",),
}  # fmt: skip
KEPT = Path(__file__).with_suffix(".csv")  # every change that was tried: module, line, change, verdict, day
FRESH = KEPT.with_stem("mutants_fresh")  # the same of the other sample
NOTHING = "nothing"
UNCHANGED = -1  # the module as it is: its tests must pass, or nothing is learnt from their failing
SECONDS = 240  # a mutant that takes longer hangs: seen
COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMPUTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd}
CALLED = {
    "min": "max",
    "max": "min",
    "any": "all",
    "all": "any",
    "idxmax": "idxmin",
    "idxmin": "idxmax",
    "floor": "ceil",
    "ceil": "floor",
    "sum": "max",
    "mean": "median",
}


def sites(tree: ast.Module) -> list[tuple[ast.AST, str]]:
    """Where a change can be made, and which; docstrings, messages and types stay."""
    found, types = [], {id(one) for node in ast.walk(tree) for kind in _types_of(node) for one in ast.walk(kind)}
    for node in ast.walk(tree):
        if id(node) in types:
            continue
        if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARED:
            found.append((node, "compare"))
        elif isinstance(node, ast.BinOp) and type(node.op) in COMPUTED and not _is_text(node):
            found.append((node, "compute"))
        elif isinstance(node, ast.BoolOp):
            found.append((node, "bool"))
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.Not):
            found.append((node, "not"))
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float) and not isinstance(node.value, bool):
            found.append((node, "number"))
        elif isinstance(node, ast.Attribute) and node.attr in CALLED:
            found.append((node, "call"))
        elif isinstance(node, ast.Name) and node.id in CALLED and isinstance(node.ctx, ast.Load):
            found.append((node, "name"))
    return [(node, kind) for node, kind in found if hasattr(node, "lineno")]


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str))
        for side in (node.left, node.right)
    )


def _types_of(node: ast.AST) -> list[ast.AST]:
    """What is written of the types of arguments and of what is returned."""
    return [kind for kind in (getattr(node, "annotation", None), getattr(node, "returns", None)) if kind is not None]


def changed(source: str, at: int) -> tuple[str, str]:
    """The module with its change number `at`, and the change in words: line, before, after."""
    tree = ast.parse(source)
    if at == UNCHANGED:
        return ast.unparse(tree), f"0: {NOTHING}"
    node, kind = sites(tree)[at]
    before = ast.unparse(node)
    if kind == "compare":
        node.ops[0] = COMPARED[type(node.ops[0])]()
    elif kind == "compute":
        node.op = COMPUTED[type(node.op)]()
    elif kind == "bool":
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif kind == "not":
        tree = _Without(node).visit(tree)
    elif kind == "number":
        node.value = node.value + 1
    elif kind == "call":
        node.attr = CALLED[node.attr]
    else:
        node.id = CALLED[node.id]
    after = ast.unparse(node.operand) if kind == "not" else ast.unparse(node)
    return ast.unparse(ast.fix_missing_locations(tree)), f"{node.lineno}: {before} -> {after}"


class _Without(ast.NodeTransformer):
    """Takes a `not` or `~` away."""

    def __init__(self, node):
        self.node = node

    def generic_visit(self, node):
        return self.generic_visit(node.operand) if node is self.node else super().generic_visit(node)


def tests_of(module: Path) -> list[str]:
    """The test files that could see a change of a module: those that import it or its room, and its own examples."""
    package, *rest = module.relative_to(ROOT / "lib" / "audit").with_suffix("").parts
    word = rest[0] if package == "steps" else rest[-1]
    imports = re.compile(
        rf"from audit\.{package} import (\([^)]*|[^\n]*)\b{word}\b|audit\.{package}\.{word}\b|from audit import [^\n]*\b{package}\b"
    )
    found = [
        path
        for path in sorted((ROOT / "tests").glob("test_*.py"))
        if (path.name not in LONG or path.name == f"test_{word}.py") and imports.search(path.read_text(encoding="utf-8"))
    ]
    own = [path for path in found if path.name == f"test_{word}.py"]  # what is its own comes first: it sees most
    return [str(path.relative_to(ROOT)) for path in (module, *own, *(path for path in found if path not in own))]


class Quick:
    """Leaves out tests that need the demo's run or more; an example that fails is not made small."""

    def pytest_collection_modifyitems(self, items):
        import hypothesis

        phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
        hypothesis.settings.register_profile("as found", deadline=None, phases=phases)
        hypothesis.settings.load_profile("as found")
        items[:] = [item for item in items if not HEAVY & (set(getattr(item, "fixturenames", ())) - _given(item)) and not _asks(item)]


def _asks(item) -> bool:
    """Whether a test asks for its fixtures by name itself: they may be any, so they take long."""
    return "request" in getattr(getattr(item, "_fixtureinfo", None), "argnames", ())


def _given(item) -> set[str]:
    """The arguments of a test that its own `parametrize` gives, whatever fixtures are called."""
    marks = item.iter_markers("parametrize") if hasattr(item, "iter_markers") else ()
    names = [mark.args[0] for mark in marks]
    return {name.strip() for one in names for name in (one.split(",") if isinstance(one, str) else one)}


def tried(job: tuple[str, int, str]) -> tuple[str, str, str]:
    """One mutant in a process of its own: (module, change, seen | unseen | hung)."""
    name, at, copy = job
    module = Path(copy) / name
    source = (ROOT / name).read_text(encoding="utf-8")
    text, said = changed(source, at)
    module.write_text(text, encoding="utf-8")
    read, write = os.pipe()
    child = os.fork()
    if not child:
        signal.alarm(SECONDS)
        os.chdir(copy)
        sys.path[:] = [f"{copy}/lib", copy, *(p for p in sys.path if str(ROOT) not in p or ".venv" in p)]
        for loaded in [m for m in sys.modules if m.split(".")[0] in ("audit", "tests", "bench", "tools")]:
            del sys.modules[loaded]
        import pytest

        with Path(os.devnull).open("w") as null, redirect_stdout(null), redirect_stderr(null):
            options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-W", "ignore"]
            code = pytest.main([*options, *tests_of(ROOT / name)], plugins=[Quick()])
            code = code if code not in (0, 5) else int(not _figures_hold(ROOT / name))
        os.write(write, str(int(code)).encode())
        os._exit(0)
    os.close(write)
    _pid, status = os.waitpid(child, 0)
    code = os.read(read, 8).decode()
    os.close(read)
    shutil.copy(ROOT / name, module)
    verdict = "unseen" if code in ("0", "5") else "seen" if code else "hung" if os.WIFSIGNALED(status) else "seen"
    return name, said, verdict


def _figures_hold(module: Path) -> bool:
    """Whether the checked figures of the notebooks that stand on a module are the stored ones, and of the ledger its tables of the demo."""
    room, *rest = module.relative_to(ROOT / "lib" / "audit").parts
    os.environ["LANGUAGE"] = "en"
    if room == "ledger":
        return _ledger_holds()
    names = (rest[0],) if room == "steps" else FIGURES[room]
    return all(_figures_of(ROOT / "notebooks" / path.name) for name in names for path in (ROOT / "notebooks").glob(f"*_{name}.ipynb"))


def _figures_of(notebook: Path) -> bool:
    for cell, value in values(notebook, DEMO.resolve()):
        if "nbval-check-output" in cell["metadata"].get("tags", []):
            return re.sub(r"\s", "", repr(value)) == re.sub(r"\s", "", "".join(cell["outputs"][0]["data"]["text/plain"]))
    return False


def _ledger_holds() -> bool:
    import polars as pl

    from audit import ledger
    from audit.core import norms, store
    from audit.ledger import engine

    stored, settings = DEMO / "tables", store.settings(DEMO)
    made = ledger.tables(
        pl.scan_parquet(stored / "lines.parquet"),
        pl.read_parquet(stored / "customers.parquet"),
        products=pl.read_parquet(stored / "products.parquet"),
        as_of=settings.as_of,
        observed_from=settings.observed_from,
        burn_in_months=settings.burn_in_months,
        **{name: norms.value(name) for name in ("holdout_days", "novelty_days")},
    )
    return all(engine.rows(frame).equals(pl.read_parquet(stored / f"{name}.parquet")) for name, frame in made.items())


def equivalents() -> dict[str, str]:
    """Changes that change nothing that matters -> why; by module and change, without the line's number."""
    path = Path(__file__).with_name("equivalents.toml")
    return {
        f"{module}: {change}": why
        for module, found in tomllib.loads(path.read_text(encoding="utf-8")).items()
        for change, why in found.items()
    }


def modules(part: str = "") -> list[Path]:
    every = [path for room in ROOMS for path in sorted((ROOT / "lib" / "audit" / room).rglob("*.py")) if path.name not in NOT_TRIED]
    return [path for path in every if part in str(path) and "tables" not in path.parts]


def _worker(folder: str, jobs, results) -> None:
    copy = Path(folder) / f"copy{os.getpid()}"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", "outputs", "__pycache__", ".hypothesis", ".pytest_cache"))
    while (job := jobs.get()) is not None:
        results.put(tried((*job, str(copy))))


def sample(path: Path, each: int, *, fresh: bool = False) -> list[int]:
    """Which changes of a module are tried: always the same ones of the same code, or of another drawing."""
    count = len(sites(ast.parse(path.read_text(encoding="utf-8"))))
    return sorted(random.Random(f"{_short(path)} again" if fresh else path.name).sample(range(count), min(count, each)))


def unseen_before(path: Path, kept: list[dict]) -> list[int]:
    """The changes of a module that no test saw when it was last tried, where its code still has them: each the nearest to where it was."""
    source, found = path.read_text(encoding="utf-8"), []
    rows = [row for row in kept if row["module"] == _short(path) and row["verdict"] == "unseen" and row["change"] != NOTHING]
    rows = [row for row in rows if f"{row['module']}: {row['change']}" not in equivalents()]
    said = [changed(source, at)[1].split(": ", 1) for at in range(len(sites(ast.parse(source))))] if rows else []
    for row in rows:
        same = [at for at, (_line, change) in enumerate(said) if change == row["change"] and at not in found]
        found += [min(same, key=lambda at: abs(int(said[at][0]) - int(row["line"])))] if same else []
    return found


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT / "lib" / "audit"))


def _tested_as(module: str) -> str:
    """What is tested by the same files: the modules of a chapter, else each by its own."""
    return module.rsplit("/", 1)[0] if module.startswith("steps/") else module


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("module", nargs="*", help="only modules whose path holds one of these")
    given.add_argument("--each", type=int, default=3, help="changes tried per module (default: 3)")
    given.add_argument("--unseen", action="store_true", help="only changes that no test saw when they were last tried")
    given.add_argument("--rest", action="store_true", help="only modules that were not tried yet: goes on where a run was stopped")
    given.add_argument("--fresh", action="store_true", help="another sample, kept in mutants_fresh.csv")
    given.add_argument("--workers", type=int, default=os.cpu_count())
    options = given.parse_args()
    import hypothesis  # noqa: F401 - imported once, for all children
    import matplotlib.figure  # noqa: F401
    import pandas  # noqa: F401
    import polars  # noqa: F401
    import pytest  # noqa: F401
    import scipy.optimize
    import scipy.stats  # noqa: F401
    import sklearn.ensemble  # noqa: F401
    import statsmodels.api  # noqa: F401

    place = FRESH if options.fresh else KEPT
    kept = read_kept(place)
    jobs_of = {
        path: unseen_before(path, kept) if options.unseen else sample(path, options.each, fresh=options.fresh)
        for part in options.module or [""]
        for path in modules(part)
    }
    jobs_of = {
        path: found for path, found in jobs_of.items() if found and not (options.rest and _short(path) in {row["module"] for row in kept})
    }
    first = {_tested_as(_short(path)): path for path in reversed(jobs_of)}.values()
    chosen = [(str(path.relative_to(ROOT)), at) for path, found in jobs_of.items() for at in ([UNCHANGED] if path in first else []) + found]
    kept = without(kept, {_short(path) for path in jobs_of}, unseen=options.unseen)
    fork = multiprocessing.get_context("fork")
    jobs, results = fork.Queue(), fork.Queue()
    with tempfile.TemporaryDirectory() as folder:
        workers = [fork.Process(target=_worker, args=(folder, jobs, results)) for _ in range(options.workers)]
        for job in [*chosen, *[None] * options.workers]:
            jobs.put(job)
        for worker in workers:
            worker.start()
        for i in range(len(chosen)):
            module, said, verdict = results.get()
            line, change = said.split(": ", 1)
            row = {
                "module": module.removeprefix("lib/audit/"),
                "line": line,
                "change": change,
                "verdict": verdict,
                "tried": str(dt.date.today()),
            }
            print(f"{i + 1}/{len(chosen)} {verdict:<7}{row['module']}:{line}: {change}", flush=True)
            kept.append(row)
            write_kept(kept, place)
    said = as_markdown(read_kept(KEPT)) + of_fresh(read_kept(FRESH))
    print(said)
    KEPT.with_suffix(".md").write_text(said, encoding="utf-8")


def read_kept(place: Path) -> list[dict]:
    if not place.is_file():
        return []
    with place.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_kept(kept: list[dict], place: Path) -> None:
    """What was found so far, of modules that still are: a run that is stopped half way loses nothing."""
    with place.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, ["module", "line", "change", "verdict", "tried"], lineterminator="\n")
        out.writeheader()
        out.writerows(sorted(kept, key=lambda row: (row["module"], int(row["line"]), row["change"])))


def without(kept: list[dict], modules: set[str], *, unseen: bool) -> list[dict]:
    """What is kept of other modules; of these nothing, or what a test saw, where only the unseen is tried again."""
    again = lambda row: row["module"] in modules and (not unseen or row["change"] == NOTHING or row["verdict"] == "unseen")
    return [row for row in kept if not again(row) or (unseen and f"{row['module']}: {row['change']}" in equivalents())]


def judged(kept: list[dict]) -> tuple[list[dict], set[str], dict[str, Counter], list[str], list[str]]:
    """What was tried of modules whose tests pass unchanged, whose do not; per room how many that matter were seen; the unseen, the equivalent."""
    known, rooms, unseen, same = equivalents(), {}, [], []
    present = {_short(path) for path in modules()}
    kept = [row for row in kept if row["module"] in present]
    failing = {_tested_as(row["module"]) for row in kept if row["change"] == NOTHING and row["verdict"] != "unseen"}
    tried_ones = [row for row in kept if row["change"] != NOTHING and _tested_as(row["module"]) not in failing]
    for row in sorted(tried_ones, key=lambda row: (row["module"], int(row["line"]))):
        key = f"{row['module']}: {row['change']}"
        if row["verdict"] == "unseen" and key in known:
            same.append(f"- `{key}`: {known[key]}")
            continue
        rooms.setdefault(row["module"].rsplit("/", 1)[0], Counter())[row["verdict"] != "unseen"] += 1
        unseen += [f"- `{key}`"] if row["verdict"] == "unseen" else []
    return tried_ones, failing, rooms, unseen, same


def _counts(rooms: dict[str, Counter]) -> tuple[int, int]:
    return sum(count[True] for count in rooms.values()), sum(count.total() for count in rooms.values())


def _by_room(rooms: dict[str, Counter]) -> str:
    rows = (f"| {name} | {count.total()} | {count[True] / count.total():.0%} |\n" for name, count in rooms.items())
    return "| room | changes | seen |\n|---|---|---|\n" + "".join(rows)


def of_fresh(kept: list[dict]) -> str:
    """The same of a sample that no test was written for."""
    tried_ones, _failing, rooms, unseen, _same = judged(kept)
    if not tried_ones:
        return ""
    caught, every = _counts(rooms)
    return (
        "\n# Another sample, for which no test was written\n\n"
        f"`python -m bench.mutants --fresh --each 1`: {len(tried_ones)} further changes; {caught} of {every} that matter were seen, **{caught / every:.0%}**. "
        "What was unseen there is as it was found; most of it has tests since (tests/test_more_borders.py).\n\n"
        f"{_by_room(rooms)}\n## Unseen there\n\n" + ("\n".join(unseen) or "none") + "\n"
    )


def as_markdown(kept: list[dict]) -> str:
    """Per room how many changes were seen, and those that were not."""
    tried_ones, failing, rooms, unseen, same = judged(kept)
    caught, every = _counts(rooms)
    days = sorted({row["tried"] for row in tried_ones})
    out = io.StringIO()
    out.write(
        f"# Would the tests see it?\n\n`make mutants`: {len(tried_ones)} small changes to the code of the metrics, a sample of each module; {caught} of {every} that matter were seen, "
    )
    out.write(
        f"**{caught / max(every, 1):.0%}**. Tried between {days[0]} and {days[-1]}; every change is in mutants.csv. Tests were written for what of this very sample nobody saw: another sample would show less.\n\n"
        if days
        else "none tried.\n\n"
    )
    out.write(_by_room(rooms))
    never = sorted(_short(path) for path in modules() if sample(path, 1) and _short(path) not in {row["module"] for row in kept})
    for said, names in (("Not tried, since their tests fail without a change", sorted(failing)), ("Not tried yet", never)):
        out.write(f"\n{said}: {', '.join(names)}.\n" if names else "")
    out.write(
        "\n## Unseen\n\n" + ("\n".join(unseen) or "none") + "\n\n## Equivalent\n\n" + ("\n".join(same) or "none in this sample") + "\n"
    )
    return out.getvalue()


if __name__ == "__main__":
    main()
