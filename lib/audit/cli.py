"""The command `audit`: a thin door to `run`, with errors in words instead of tracebacks."""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import os
import re
import signal
import sys
from pathlib import Path

EXAMPLES = {  # of each command: how it is called, and what it leaves
    "run": ("audit run data/demo", "audit run data/demo --only retention,segments"),
    "report": ("audit report outputs/demo/latest --language ru", "audit report outputs/demo/latest --pdf --docx"),
    "verify": ("audit verify outputs/demo/latest",),
    "compare": ("audit compare outputs/acme/2024-12-31-1a2b3c4d5e6f outputs/acme/latest",),
    "new": ("audit new ~/exports/*.csv ~/exports/*.xlsx --name acme",),
    "check": ("audit check data/acme",),
    "forms": ("audit forms data/acme",),
    "tables": ("audit tables outputs/demo/latest",),
    "show": ("audit show outputs/demo/latest debtors", "audit show outputs/demo/latest debtors --into debtors.xlsx"),
    "field-day": ("audit field-day data/demo 2025-12-11",),
    "steps": ("audit steps",),
    "norms": ("audit norms",),
    "lab": ("audit lab data/demo", "audit lab data/demo --copy stricter-norms", "audit lab data/demo -- --no-browser --port=8889"),
}
CODES = "exit codes: 0 done; 1 not done, with the reason and what to do; 2 a command line that cannot be read; 130 and 143 stopped"


def parser() -> argparse.ArgumentParser:
    """The command line of `audit`."""
    top = argparse.ArgumentParser(
        prog="audit",
        description="Audit a company's customer base: exports in, a report out.",
        epilog=f"begin with:\n  audit run data/demo\n\n`audit COMMAND --help` says more of one.\n{CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_Version, help="the version, and stop")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _of_a_base(commands)
    _of_a_run(commands)
    _command(commands, "steps", help="the questions the audit answers, and the tables each needs")
    _command(commands, "norms", help="every norm, setting and claim with its value")
    return top


def _command(commands, name: str, help: str) -> argparse.ArgumentParser:
    examples = "\n".join(f"  {line}" for line in EXAMPLES[name])
    return commands.add_parser(
        name,
        help=help,
        description=f"{help[0].upper()}{help[1:]}.",
        epilog=f"examples:\n{examples}\n\n{CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _of_a_base(commands) -> None:
    """What is done with a base: data/<base>."""
    new = _command(commands, "new", help="look at exports, propose what is what, write data/<name>/audit.toml for you to edit")
    new.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="exports as they came: CSV, XLSX, XLS, ODS, HTML, Parquet, zip, 1C bank statement",
    )
    new.add_argument("--name", required=True, help="name of the base: its folder in data/")
    new.add_argument("--data", type=Path, default=Path("data"), help="where bases are kept (default: data/)")
    check = _command(commands, "check", help="the gate alone: PASS, FLAG or REFUSE for each table and chapter, and every row's fate")
    check.add_argument("base", type=Path, help="folder with the exports and audit.toml")
    check.add_argument("--outputs", type=Path, help="where the gate's tables are kept (default: outputs/)")
    forms = _command(
        commands, "forms", help="workbooks for what only people know of key accounts, filled in as far as the latest run knows"
    )
    forms.add_argument("base", type=Path, help="folder of the base, such as data/demo")
    forms.add_argument("--outputs", type=Path, help="where runs are kept (default: outputs/)")
    run = _command(commands, "run", help="audit a base: data/<base> with its audit.toml -> outputs/<base>/<run>/report")
    run.add_argument("base", type=Path, help="folder with the exports and audit.toml")
    run.add_argument("--only", metavar="STEP,STEP", help="only these steps, and those they need (`audit steps` lists them)")
    run.add_argument("--force", action="store_true", help="rebuild a run that exists, beside it, and compare")
    run.add_argument("--outputs", type=Path, help="where runs are kept (default: outputs/)")
    lab = _command(commands, "lab", help="JupyterLab on a copy of the base's latest run and of the notebooks, which stays as you leave it")
    lab.add_argument("base", type=Path, help="folder of the base, such as data/demo")
    lab.add_argument(
        "--copy", default="", metavar="NAME", help="a copy of that name: made of the latest run where it is not there, opened where it is"
    )
    lab.add_argument("--outputs", type=Path, help="where runs are kept (default: outputs/)")
    field_day = _command(
        commands, "field-day", help="the evening's list for the call centre: visits planned for a day without an order by the cut-off"
    )
    field_day.add_argument("base", type=Path, help="folder of the base, such as data/demo")
    field_day.add_argument("day", type=_day, metavar="DAY", help="the day, such as 2025-12-11")
    field_day.add_argument("--outputs", type=Path, help="where lists are kept (default: outputs/<base>/field/)")


def _of_a_run(commands) -> None:
    """What is done with a run: outputs/<base>/<run>."""
    report = _command(commands, "report", help="tell a run that is done in further languages, or print it, from its tables")
    report.add_argument("run", type=Path, help="folder of the run, such as outputs/demo/latest")
    report.add_argument("--language", choices=["en", "ru"], action="append", default=[], help="a further language; may be given twice")
    report.add_argument("--pdf", action="store_true", help="report.pdf and annex.pdf beside report.html (needs WeasyPrint: `make pdf`)")
    report.add_argument(
        "--docx",
        action="store_true",
        help="report.docx, the owner's part to go on writing in, and accounts.docx, the packs of key accounts",
    )
    report.add_argument("--pptx", action="store_true", help="report.pptx: a slide of the answer, one of the decisions, one per chapter")
    verify = _command(commands, "verify", help="check every table and page of a run against the hashes it was sealed with")
    verify.add_argument("run", type=Path, help="folder of the run, such as outputs/demo/latest")
    compare = _command(commands, "compare", help="what moved from one run to another: norms, classes, customers; all of it as CSV")
    compare.add_argument("before", type=Path, help="folder of the earlier run")
    compare.add_argument("now", type=Path, help="folder of the later run")
    compare.add_argument("--into", type=Path, help="folder for the CSV files (default: outputs/<base>/changes/<before>_<now>)")
    tables = _command(commands, "tables", help="the tables of a run: what a row is, how many there are, and their columns")
    tables.add_argument("run", type=Path, help="folder of the run, such as outputs/demo/latest")
    show = _command(commands, "show", help="a table of a run: its first rows here, or all of it into a file")
    show.add_argument("run", type=Path, help="folder of the run, such as outputs/demo/latest")
    show.add_argument("table", help="its name; `audit tables RUN` lists them")
    show.add_argument("--rows", type=_count, default=20, help="rows that are shown (default: 20)")
    show.add_argument("--into", type=Path, metavar="FILE", help="the whole table into a .csv, .xlsx or .parquet file")


def main(argv: list[str] | None = None) -> int:
    """Run the command; 0 when it succeeded, 1 with the reason on stderr when it did not."""
    words = sys.argv[1:] if argv is None else argv
    at = words.index("--") if "--" in words else len(words)
    given = parser().parse_args(words[:at])
    given.jupyter = words[at + 1 :]
    if given.jupyter and given.command != "lab":
        parser().error("what follows -- are options of JupyterLab: audit lab data/demo -- --port=8889")
    before = os.environ.get("LANGUAGE")
    os.environ["LANGUAGE"] = before or _language(getattr(given, "base", None))
    try:
        return COMMANDS[given.command](given)
    except KeyboardInterrupt:
        print("\naudit: stopped. Nothing was replaced: the last good report is as it was.", file=sys.stderr, flush=True)
        sys.stdout.flush()
        if notebooks := sys.modules.get("audit.run.notebooks"):
            notebooks.stopped(130)
        os._exit(130)  # at once: nothing is left to be waited for
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(
            f"audit: cannot read or write {error.filename}: {error.strerror}. What to do: close it elsewhere, check its rights and the disk.",
            file=sys.stderr,
        )
        return 1
    except Exception as error:
        if not _can_be_mended(error):
            raise
        print(f"audit: {error}", file=sys.stderr)
        return 1
    finally:
        os.environ.pop("LANGUAGE") if before is None else os.environ.update(LANGUAGE=before)


def _can_be_mended(error: Exception) -> bool:
    """Whether its message is meant for the person at the terminal; the family is imported only when there is an error."""
    from audit.core.errors import AuditError

    return isinstance(error, AuditError)


def _language(base: Path | str | None) -> str:
    """The language of messages: that of the base's report, else of the terminal."""
    if isinstance(base, Path) and (base / "audit.toml").is_file():
        declared = re.search(
            r'^languages\s*=\s*\[\s*"(\w+)"', (base / "audit.toml").read_text(encoding="utf-8", errors="replace"), re.MULTILINE
        )
        if declared:
            return declared[1]
    return next((value for name in ("LC_ALL", "LC_MESSAGES", "LANG") if (value := os.environ.get(name))), "en")


def _rest_collector() -> None:
    """Let the collector of garbage look seldom: nearly all that a run makes are imports, which stay; looking took a tenth of its time."""
    gc.set_threshold(100_000, 50, 100)


def _run(given) -> int:
    from audit import run

    _rest_collector()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a run that is told to end cleans up behind itself
    print(f"auditing {given.base}", flush=True)
    only = [name.strip() for name in given.only.split(",")] if given.only else None
    outcome = run.run(given.base, only=only, force=given.force, say=lambda line: print(line, flush=True), **_outputs(given))
    first = "index" if not only or "verdicts" in only else "report"
    for page in sorted((outcome.folder / "report").glob(f"*/{first}.html")):
        print(f"report: {page.resolve().as_uri()}", flush=True)
    gc.freeze()  # nothing is left to be tidied up
    if only and set(only) <= outcome.skipped.keys():  # what was asked for, and nothing else, is not there
        print(f"audit: not run: {', '.join(only)}; the reason stands above, and the last whole report is as it was.", file=sys.stderr)
        return 1
    return 0


def _report(given) -> int:
    from audit.run import render

    _rest_collector()
    forms = [form for form in render.FORMS if getattr(given, form)]
    folder = render.further(given.run, languages=given.language, forms=forms, say=lambda line: print(line, flush=True))
    for page in sorted((folder / "report").glob("*/index.html")):
        print(f"report: {page.resolve().as_uri()}")
    return 0


def _verify(given) -> int:
    from audit.run import run_folder

    wrong = run_folder.verify(given.run)
    print(*wrong, sep="\n") if wrong else print("every table and page is what the run was sealed with")
    return 1 if wrong else 0


def _compare(given) -> int:
    from audit import terminal
    from audit.core import store
    from audit.run import previous_run

    tables = previous_run.compared(given.before, given.now)
    companies = [store.settings(folder).name for folder in (given.before, given.now)]
    if companies[0] != companies[1]:
        print(f"audit: these are two companies, {companies[0]} and {companies[1]}: what differs has not moved.", file=sys.stderr)
    print(terminal.changes(tables))
    before, now = given.before.resolve(), given.now.resolve()
    folder = given.into or now.parent / "changes" / f"{before.name}_{now.name}"
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, encoding="utf-8-sig")
    print(f"tables: {folder.resolve().as_uri()}")
    return 0


def _check(given) -> int:
    from audit import run, terminal

    taken, folder = run.check(given.base, **_outputs(given))
    print(terminal.gate(taken))
    print(f"tables: {folder.resolve().as_uri()}")
    return 0 if not taken.missing else 1


def _new(given) -> int:
    from audit import terminal
    from audit.intake.propose import base

    proposal = base.base(given.files, name=given.name, data=given.data)
    print(terminal.proposal(proposal))
    return 0


def _forms(given) -> int:
    from audit import run

    for path in run.forms(given.base, **_outputs(given)):
        print(path.resolve().as_uri())
    print(f'fill in the yellow cells, put the files into {given.base}, and name them in its audit.toml: [base] forms = "form-*.xlsx"')
    return 0


class _Version(argparse.Action):
    """Prints the version; it is looked up only then."""

    def __init__(self, option_strings, dest, **kwargs):
        super().__init__(option_strings, dest, nargs=0, **kwargs)

    def __call__(self, parser, *_given):
        from importlib.metadata import version

        print(f"audit {version('customer-base-audit')}")
        parser.exit()


def _tables(given) -> int:
    from audit import terminal

    print(terminal.tables(given.run))
    return 0


def _show(given) -> int:
    from audit import terminal

    print(terminal.written(given.run, given.table, given.into) if given.into else terminal.table(given.run, given.table, given.rows))
    return 0


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows: write it as 20")
    return int(text)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day: write it as 2025-12-31") from None


def _field_day(given) -> int:
    from audit import run

    for path in run.field_day(given.base, given.day, **_outputs(given)):
        print(path.resolve().as_uri())
    return 0


def _outputs(given) -> dict:
    return {"outputs": given.outputs} if given.outputs else {}


def _steps(_given) -> int:
    from audit.core import registry

    for step in registry.steps():
        print(
            f"{step.name:<10} {step.question}\n{'':<10} needs {', '.join(registry.missing(step, set()))}"
            + (f"; uses {', '.join(step.uses)}" if step.uses else "")
        )
    return 0


def _norms(_given) -> int:
    from audit.core import norms

    print(norms.as_text())
    return 0


def _lab(given) -> int:
    from audit import run
    from audit.core import edition, settings
    from audit.lab import workspace

    home = (given.outputs or run.OUTPUTS) / edition.home(given.base, settings.read(given.base))
    before = workspace.copies(home)
    folder = workspace.prepared(home, given.base, given.copy)
    print(f"{folder}: {'as you left it' if folder.name in before else 'a new copy of the last run'}", flush=True)
    if others := [name for name in before if name != folder.name]:
        print(f"earlier copies, to be opened by --copy: {', '.join(others)}", flush=True)
    return workspace.opened(folder, *given.jupyter)


COMMANDS = {
    "new": _new,
    "run": _run,
    "report": _report,
    "compare": _compare,
    "verify": _verify,
    "check": _check,
    "field-day": _field_day,
    "forms": _forms,
    "tables": _tables,
    "show": _show,
    "steps": _steps,
    "norms": _norms,
    "lab": _lab,
}


if __name__ == "__main__":
    sys.exit(main())
