"""How is a run told in a language? Its notebooks executed on its tables, its pages, its workbook; also of a run that is sealed already."""

from __future__ import annotations

import base64
import json
import os
import shutil
import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from audit import i18n
from audit.core import registry, store
from audit.core.errors import AuditError
from audit.core.registry import Step
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate
from audit.report import links
from audit.run import cache, fingerprint, kernels, run_folder
from audit.run.context import Run
from audit.run.fingerprint import ROOT
from audit.run.notebooks import LANES, CellFailed, environment, execute, in_order, lanes_for, norm_parameters
from audit.run.run_folder import NoRun, StepFailed

NOTEBOOKS = ROOT / "notebooks"
PACKS = 40  # of a step that is made once per row: whoever has more key accounts than these has none
FIGURES = "words.json"  # of a run: what the figures were that the consultant's words name


class NotWritten(AuditError):
    """A form of the report that was asked for and cannot be had here; the message says which, and what to do."""


def chapters(run: Run, language: str) -> tuple[dict[str, float], dict[str, str]]:
    """Execute the steps' notebooks in a language, or take them over from a run where they were the same: seconds, and bodies of chapters,
    by step.

    Raises
    ------
    StepFailed
        naming each step that failed, its cell and error; the others were finished.
    """
    from audit import report

    where = run.folder / "notebooks" / language
    where.mkdir(parents=True, exist_ok=True)
    work = _work(run, language)  # before the lanes start: Python 3.11 cannot parse code in two threads at once

    def perform(step: Step) -> str:
        targets = {where / name: given for name, given in _books(step, run.folder, run.say).items()}
        key = fingerprint.step(step, run.folder, work[step.name])
        taken = cache.taken_over(run.known, key, run.folder)
        if not taken:
            with ThreadPoolExecutor(LANES) as lanes:
                made = [
                    lanes.submit(execute, run.notebooks / step.notebook, target, {"run_dir": "../..", **given})
                    for target, given in targets.items()
                ]
            for one in made:
                one.result()
        with converting:
            bodies[step.name] = report.packs(list(targets), step) if step.for_each else report.chapter(where / step.notebook, step)
        written = [path for table in step.writes if (path := run.folder / "tables" / f"{table}.parquet").is_file()]
        noted.append((f"{language}/{step.name}", key, [*targets, *written]))
        return translate(N_("unchanged, taken from {run}")).format(run=taken[0]) if taken else ""

    noted, bodies, converting = [], {}, threading.Lock()
    try:
        with environment(language):
            seconds, failures = in_order(run.steps, perform, run.say, lanes=lanes_for(run.folder))
    finally:
        for name, key, files in sorted(noted):
            cache.remember(run.folder, name, key, files)
    if failures:
        raise _failed(run, language, failures)
    return seconds, bodies


def _books(step: Step, folder: Path, say: Callable[[str], None]) -> dict[str, dict]:
    """The notebooks that a step makes, by file name, each with its parameters: one, or one for each row of the table it is made for; a customer's code stands
    in no file name and no parameter."""
    if not step.for_each:
        return {step.notebook: {}}
    rows = store.load(folder, step.for_each)[registry.tables()[step.for_each].key[0]]
    if (more := len(rows) - PACKS) > 0:
        say(
            "  "
            + translate(N_("{step}: made for the first {most} {most:row|rows} of {table}, {more} more have none")).format(
                step=step.name, most=PACKS, table=step.for_each, more=more
            )
        )
    return {f"{Path(step.notebook).stem}_{links.of_row(one)}.ipynb": {"nth": nth} for nth, one in enumerate(rows.head(PACKS))}


def _work(run: Run, language: str) -> dict[str, str]:
    """What decides each step but its tables; a notebook whose parameters are not as they should be is a failed step."""
    work, failures = {}, {}
    for step in run.steps:
        notebook = run.notebooks / step.notebook
        try:
            norm_parameters(notebook)
        except CellFailed as error:
            failures[step.name] = str(error)
        work[step.name] = fingerprint.work(step, notebook, run.settings, language)
    if failures:
        raise _failed(run, language, failures)
    return work


def _failed(run: Run, language: str, failures: dict[str, str]) -> StepFailed:
    lines = [f"step {name!r}, {what}" for name, what in failures.items()]
    kept = run_folder.failed_of(run.folder) / "notebooks" / language
    message = N_("{lines}\nThe failed notebooks are kept in {kept}. The last good report is untouched.")
    return StepFailed(message, lines="\n".join(lines), kept=kept)


def in_languages(run: Run, languages: list[str]) -> dict[str, dict[str, float]]:
    """Chapters, pages and workbook of a run, language by language: seconds by step, by language."""
    from audit import report
    from audit.report import workbook
    from audit.steps.customers import actions_workbook

    seconds = {}
    for language in languages:
        seconds[language], bodies = chapters(run, language)
        target = run.folder / "report" / language
        with environment(language):
            said = report.words_of(run.folder, run.settings)
            report.pages(
                bodies, target, run.settings, run=run.name, places=report.places(run.folder), said=said, logo=_logo(run.folder), **run.about
            )
            if language == run.settings.languages[0]:
                _moved(run, said.figures)
            actions_workbook.write(run.folder, target, run.settings)
            workbook.customers(run.folder, target, run.settings)
            workbook.tables(run.folder, target, run.settings)
    return seconds


def _logo(folder: Path) -> str:
    """The firm's picture as a data address; empty where there is none."""
    found = sorted(folder.glob("logo.*"))
    if not found:
        return ""
    kind = {".png": "png", ".svg": "svg+xml"}[found[0].suffix]
    return f"data:image/{kind};base64,{base64.b64encode(found[0].read_bytes()).decode()}"


def _moved(run: Run, figures: dict[str, str]) -> None:
    """Say which figures that the consultant's words name are other ones than in the last run; keep them for the next."""
    if not figures:
        return
    last = run.folder.parent / "latest" / FIGURES
    before = json.loads(last.read_text(encoding="utf-8")) if last.is_file() else {}
    for name, now in figures.items():
        if before.get(name, now) != now:
            moved = i18n.translate(N_("words.md: {name} was {before} and is {now}: read the text again"))
            run.say("  " + moved.format(name=name, before=before[name], now=now))
    (run.folder / FIGURES).write_text(json.dumps(figures, ensure_ascii=False, sort_keys=True, indent=1), encoding="utf-8")


FORMS = ("pdf", "docx", "pptx")


def told_of(run: Path, languages: list[str]) -> tuple[list[str], dict[str, list[str]]]:
    """In which languages a run is to be told, those in which it is told already among them; and as which further forms, by language."""
    there = sorted(path.name for path in run.glob("report/*") if path.is_dir())
    forms = {one: [form for form in FORMS if (run / "report" / one / f"report.{form}").is_file()] for one in there}
    return [*languages, *(one for one in there if one not in languages)], forms


def further(
    run: Path, *, languages: list[str], forms: Collection[str] = (), notebooks: Path = NOTEBOOKS, say: Callable[[str], None] = print
) -> Path:
    """Tell a sealed run in further languages, from its tables, and print it; the run is replaced in one move and sealed anew.

    Raises
    ------
    NoRun
        where there is no sealed run in that folder, or where the program has changed since the run was made: two languages of a report
        never come from two programs.
    NotWritten
        where a form needs what is not installed; all else is written.
    """
    run = run_folder.of_a_run(run).resolve()
    settings, manifest = store.settings(run), run_folder.manifest(run)
    new = [language for language in languages if not (run / "report" / language).is_dir()]
    if new and manifest["program"] != fingerprint.program(notebooks):
        raise NoRun(
            N_("run {run} was made by another state of the program. What to do: `audit run` the base anew, then ask again."), run=run.name
        )
    if not new and not forms:
        return run
    made = {name: manifest[name] for name in ("inputs", "versions", "skipped")}
    done = {path.stem.replace("index", "verdicts") for path in run.glob("report/*/*.html")}
    if new:
        with environment(new[0]):
            kernels.warm()
        threading.Thread(target=kernels.register, daemon=True).start()
    with run_folder.locked(run.parent), run_folder.building(run.parent, run.name) as folder:
        shutil.copytree(run, folder, dirs_exist_ok=True, copy_function=_beside)
        chosen = [step for step in registry.steps() if step.name in done]
        in_languages(Run(run.name, folder, settings, chosen, notebooks, made, cache.records(run.parent), say), new)
        told = languages or sorted(path.name for path in (folder / "report").iterdir())
        missing = in_forms(folder, settings, dict.fromkeys(told, forms), say)
        seal(folder, settings, manifest)
        run_folder.swap(run, folder)
    if missing:
        raise NotWritten(N_("{missing} All else that was asked for is there."), missing=" ".join(missing))
    return run


def seal(folder: Path, settings: Settings, manifest: dict) -> None:
    """Seal a run as its edition may be handed over: executed notebooks, which hold code and a folder's name, are internal."""
    if settings.edition != "internal":
        shutil.rmtree(folder / "notebooks", ignore_errors=True)  # of a sealed run they are gone already
    run_folder.seal(folder, manifest)


def in_forms(folder: Path, settings: Settings, forms: dict[str, Collection[str]], say: Callable[[str], None]) -> list[str]:
    """The report in further forms, by language: report.pdf with annex.pdf, report.docx with accounts.docx, report.pptx; what could not be
    written, and why (fault 50: nothing else is lost by it)."""
    from audit.report import document, paper, slides

    missing = []
    for language, wanted in forms.items():
        report = folder / "report" / language
        with environment(language):
            for form in wanted:
                why = ""
                if form == "pdf":
                    why = paper.write(report / "report.html", report / "report.pdf")
                else:
                    page = (report / "report.html").read_text(encoding="utf-8")
                    {"docx": document, "pptx": slides}[form].write(page, report / f"report.{form}", settings)
                say(f"  {form:<10} {why or 'done'}")
                missing += [f"report.{form} ({language}): {why}"] if why else []
    return missing


def _beside(source: str, target: str) -> str:
    """Tables as links, they never change; all else as copies."""
    return os.link(source, target) or target if source.endswith(".parquet") else shutil.copy2(source, target)
