"""How is a run told in a language? Its notebooks executed on its tables, its pages, its workbook; also of a run that is sealed already."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

from audit import steps, store
from audit.run import content, earlier, folders, kernels
from audit.run.content import ROOT
from audit.run.folders import StepFailed
from audit.run.notebooks import environment, execute, in_order, overrides
from audit.settings import Settings

NOTEBOOKS = ROOT / "notebooks"


def chapters(
    chosen: list[steps.Step], folder: Path, settings: Settings, language: str, notebooks: Path, known: dict, say: Callable[[str], None]
) -> tuple[dict[str, float], dict[str, str]]:
    """Execute the steps' notebooks in a language, or take them over from a run where they were the same: seconds, and bodies of chapters, by step.

    Raises
    ------
    StepFailed
        naming each step that failed, its cell and error; the others were finished.
    """
    from audit import report

    where = folder / "notebooks" / language
    where.mkdir(parents=True, exist_ok=True)

    # read before the lanes start: Python 3.11 cannot parse code in two threads at once
    given = {step.name: {"run_dir": "../..", **overrides(notebooks / step.notebook, settings)} for step in chosen}
    code = {step.name: content.code_of(notebooks / step.notebook) for step in chosen}

    def perform(step: steps.Step) -> str:
        source, target = notebooks / step.notebook, where / step.notebook
        key = content.step(step, folder, settings, language, code[step.name])
        taken = earlier.taken_over(known, key, folder)
        if not taken:
            execute(source, target, given[step.name])
        with converting:
            bodies[step.name] = report.chapter(target, step)
        written = [path for table in step.writes if (path := folder / "tables" / f"{table}.parquet").is_file()]
        noted.append((f"{language}/{step.name}", key, [target, *written]))
        return f"unchanged, taken from {taken[0]}" if taken else ""

    noted, bodies, converting = [], {}, threading.Lock()
    try:
        with environment(language):
            seconds, failures = in_order(chosen, perform, say)
    finally:
        for name, key, files in sorted(noted):
            earlier.remember(folder, name, key, files)
    if failures:
        lines = [f"step {name!r}, {what}" for name, what in failures.items()]
        kept = folders.failed_of(folder) / "notebooks" / language
        raise StepFailed("\n".join(lines) + f"\nThe failed notebooks are kept in {kept}. The last good report is untouched.")
    return seconds, bodies


def in_languages(
    languages: list[str], chosen: list[steps.Step], folder: Path, settings: Settings, name: str, made: dict, notebooks: Path, known: dict, say: Callable[[str], None],
) -> dict[str, dict[str, float]]:  # fmt: skip
    """Chapters, pages and workbook of a run, language by language: seconds by step, by language."""
    from audit import report
    from audit.report import workbook

    seconds = {}
    for language in languages:
        seconds[language], bodies = chapters(chosen, folder, settings, language, notebooks, known, say)
        target = folder / "report" / language
        with environment(language):
            report.pages(bodies, target, settings, run=name, **made)
            workbook.write(folder, target, settings)
    return seconds


def further(run: Path, *, languages: list[str], pdf: bool, notebooks: Path = NOTEBOOKS, say: Callable[[str], None] = print) -> Path:
    """Tell a sealed run in further languages, from its tables, and print it; the run is replaced in one move and sealed anew.

    Raises
    ------
    NoTable
        where there is no sealed run in that folder.
    StepFailed
        where the program has changed since the run was made: two languages of a report never come from two programs.
    """
    run = run.resolve()
    if not (run / store.MANIFEST).is_file():
        raise store.NoTable(f"no sealed run in {run}. What to do: `audit run` makes one; its folder is named there.")
    settings, manifest = store.settings(run), folders.manifest(run)
    new = [language for language in languages if not (run / "report" / language).is_dir()]
    if new and manifest["program"] != content.program(notebooks):
        raise StepFailed(f"run {run.name} was made by another state of the program. What to do: `audit run` the base anew, then ask again.")
    if not new and not pdf:
        return run
    made = {name: manifest[name] for name in ("inputs", "versions", "skipped")}
    done = {path.stem.replace("index", steps.VERDICTS.name) for path in run.glob("report/*/*.html")}
    if new:
        with environment(new[0]):
            kernels.warm()
        threading.Thread(target=kernels.register, daemon=True).start()
    with folders.locked(run.parent), folders.building(run.parent, run.name) as folder:
        shutil.copytree(run, folder, dirs_exist_ok=True, copy_function=_beside)
        chosen, known = [step for step in steps.ALL if step.name in done], earlier.records(run.parent)
        in_languages(new, chosen, folder, settings, run.name, made, notebooks, known, say)
        if pdf:
            paper_of(folder, languages or sorted(path.name for path in (folder / "report").iterdir()), say)
        seal(folder, settings, manifest)
        folders.swap(run, folder)
    return run


def seal(folder: Path, settings: Settings, manifest: dict) -> None:
    """Seal a run as its edition may be handed over: executed notebooks, which hold code and a folder's name, are internal."""
    if settings.edition != "internal":
        shutil.rmtree(folder / "notebooks", ignore_errors=True)  # of a sealed run they are gone already
    folders.seal(folder, manifest)


def paper_of(folder: Path, languages: list[str], say: Callable[[str], None]) -> None:
    """report.pdf beside report.html, in each of the languages; where WeasyPrint is missing this is said, and nothing else is lost (fault 50)."""
    from audit.report import paper

    for language in languages:
        report = folder / "report" / language
        with environment(language):
            why = paper.write(report / "report.html", report / "report.pdf")
        say(f"  {'pdf':<10} {why or 'done'}")


def _beside(source: str, target: str) -> str:
    """Tables as links, they never change; all else as copies."""
    return os.link(source, target) or target if source.endswith(".parquet") else shutil.copy2(source, target)
