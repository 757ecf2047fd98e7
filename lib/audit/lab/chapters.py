"""Which chapters of a copy go by another, and how is one run, or looked at, as the report would hold it?"""

from __future__ import annotations

import os
import re
from pathlib import Path

from audit.core import registry, store
from audit.lab import difference

SESSION = "JPY_SESSION_NAME"  # what JupyterLab gives a kernel: the notebook it belongs to
PREVIEW = "preview"  # folder of a copy: chapters as the report would show them
OUTDATED = '<p class="doubt">Made before the values now in force: preview the chapter again.</p>'
BODY = re.compile(r"<body[^>]*>")


def dependents(copy: Path, step: registry.Step) -> list[registry.Step]:
    """The other chapters of the report that go by this one's norms or by what it saves, in the order in which they are run."""
    from audit.run import fingerprint
    from audit.run.notebooks import norm_parameters
    from audit.run.render import NOTEBOOKS

    own = set(norm_parameters(NOTEBOOKS / step.notebook))
    told = difference.told(difference.origin(copy).run)
    changed, found = set(step.writes), []
    for name in registry.ordered([one for one in registry.steps() if one.name in told and not one.for_each]).static_order():
        one = registry.by_name(name)
        others = changed - set(step.writes) if one == step else changed  # what was made anew may be what this chapter stands on
        goes_by = one != step and own & fingerprint.named_in([NOTEBOOKS / one.notebook])
        if goes_by or others & set(registry.takes(one)):
            found.append(one)
            changed |= set(one.writes)
    return found


def executed(copy: Path, step: registry.Step) -> Path:
    """A notebook of the copy, run in a kernel of its own; what it saves stays in the copy, its outputs in a file beside it.

    Raises
    ------
    CellFailed
        naming the cell, and its error.
    """
    from audit.run.notebooks import environment, execute

    target = copy / PREVIEW / step.notebook
    target.parent.mkdir(exist_ok=True)
    session = os.environ.pop(SESSION, None)  # nobody looks at that kernel
    try:
        with environment(store.settings(copy).languages[0]):
            execute(copy / "notebooks" / step.notebook, target, {"run_dir": ".."})
    finally:
        os.environ.update({SESSION: session} if session else {})
    return target


def outdated(copy: Path) -> None:
    """Mark the previews made so far: other values are in force now."""
    for page in (copy / PREVIEW).glob("*.html"):
        text = page.read_text(encoding="utf-8")
        if OUTDATED not in text:
            page.write_text(BODY.sub(rf"\g<0>{OUTDATED}", text, count=1), encoding="utf-8")


def preview(copy: Path, step: registry.Step) -> Path:
    """The chapter's page as the report would hold it, made from the saved notebook and the copy's tables.

    Raises
    ------
    CellFailed
        naming the cell that failed, and its error.
    """
    from audit import report
    from audit.run.notebooks import environment

    settings, book = store.settings(copy), executed(copy, step)
    with environment(settings.languages[0]):
        places, said = report.places(copy), report.words_of(copy, settings)
        body = {step.name: report.chapter(book, step)}
        report.pages(body, copy / PREVIEW, settings, run=copy.name, inputs=[], versions={}, skipped={}, places=places, said=said)
    return copy / PREVIEW / f"{'index' if step.name == 'verdicts' else step.name}.html"
