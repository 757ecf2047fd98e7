"""Under a notebook's title: which run is this, which norms does it go by, and what do other values lead to?

A value that is applied is written into the copy's settings.json, from which every notebook of the copy takes its norms: it outlives a
restart, and the chapters that depend on it go by it too. Those are listed, and run when they are asked for.
"""

from __future__ import annotations

import html
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

from audit.core import norms, registry, store
from audit.core.errors import AuditError
from audit.i18n import mark as N_
from audit.lab import difference
from audit.lab.chapters import PREVIEW, dependents, executed, preview
from audit.lab.kept import kept

TRIED = "tried in the lab"


def norms_of(space: Mapping) -> list[norms.Norm]:
    """The norms among a notebook's parameters, in its order."""
    return [norms.register()[name] for name in space if name in norms.register()]


def try_out(copy: Path, values: Mapping[str, float]) -> None:
    """Values into the copy's settings; one that is the sealed run's own is no longer an override.

    Raises
    ------
    BadNorm
        for a value out of its norm's bounds; nothing is changed then.
    """
    path, sealed = copy / norms.SETTINGS, store.settings(difference.origin(copy).run).norms
    stated = json.loads(path.read_text(encoding="utf-8"))
    for name, value in {name: norms.checked(name, value) for name, value in values.items()}.items():
        own = sealed.get(name)
        if value != norms.value(name, sealed):
            stated["norms"][name] = {"value": value, "why": TRIED}
        elif own:
            stated["norms"][name] = own.model_dump()
        else:
            stated["norms"].pop(name, None)
    path.write_text(json.dumps(stated, ensure_ascii=False, indent=1), encoding="utf-8")


def title(copy: Path) -> str:
    """Company, run, that this is an open copy, and what differs from the report, as HTML."""
    made_of, settings = difference.origin(copy), store.settings(copy)
    if not made_of.is_there:
        differs = f"the sealed run {made_of.run.name} is no longer there"
    else:
        tried = [f"{name} {then:g} → {now:g}" for name, (then, now) in difference.tried(copy).items()]
        others = difference.tables(copy)
        tables = [f"{len(others)} {'table' if len(others) == 1 else 'tables'} ({', '.join(others[:6])}{' …' if others[6:] else ''})"]
        differs = "differs from the report: " + "; ".join([*tried, *(tables if others else [])]) if tried or others else "as the report"
    said = [settings.name, f"run {made_of.run.name}", "open copy", differs]
    return " · ".join(html.escape(part) for part in said if part)


def read(norm: norms.Norm, text: str) -> float:
    """What is written in a norm's box, with a comma or a point.

    Raises
    ------
    BadNorm
        for what is no number, or none that the norm may have.

    >>> read(norms.register()["overdue_chance"], "0,1")
    0.1
    """
    try:
        value = float(text.replace(",", ".").replace("\xa0", "").strip())
    except ValueError:
        raise norms.BadNorm(N_("{norm}: expected a number, got {got}"), norm=norm.id, got=text or "nothing") from None
    return norms.checked(norm.id, value)


renew = []  # what puts the line under the title right again, once a notebook has run to its end


def shown(copy: Path, space: Mapping, notebook: str) -> None:
    """The form, under the notebook's title."""
    import ipywidgets
    from IPython.display import display

    renew.clear()
    if not (copy / difference.ORIGIN).is_file():  # a sealed run, or a copy of an earlier version of this program
        return
    if not difference.origin(copy).is_there:
        display(ipywidgets.HTML(f"<p class='of-the-copy'>{title(copy)}</p>"))
        return
    step = next((step for step in registry.steps() if step.notebook == notebook), None)
    stated = norms_of(space)
    boxes = {norm.id: _box(norm, copy, space[norm.id]) for norm in stated}
    line, place = ipywidgets.HTML(), ipywidgets.HTML()
    why = ipywidgets.Text(placeholder="why, for the report: agreed with the owner on …", layout={"width": "24em"})

    def told(text: str) -> None:
        place.value = f"<div>{text}</div>"
        line.value = f"<p class='of-the-copy'>{title(copy)}</p>"

    def values() -> dict[str, float]:
        return {norm.id: read(norm, boxes[norm.id].value) for norm in stated if not boxes[norm.id].disabled}

    def apply(_button) -> None:
        try_out(copy, values())
        told("Applied; the notebook runs.")
        _front().commands.execute("notebook:run-all-cells")

    def run(_button) -> None:
        began = time.monotonic()
        for i, one in enumerate(later):
            told(f"{i + 1} of {len(later)}: {one.name} … {time.monotonic() - began:.0f} s")
            executed(copy, one)
        told(f"Done in {time.monotonic() - began:.0f} s: {', '.join(one.name for one in later)}.{difference.shown(copy).data}")

    def keep(_button) -> None:
        there = store.settings(copy).norms
        typed = [name for name, value in values().items() if value != norms.value(name, there)]
        if typed:
            told(f"<b>Not done:</b> apply first, so that you see what they do: {html.escape(', '.join(typed))}.")
            return
        path, moved = kept(difference.origin(copy).base, values(), why=why.value)
        base = html.escape(str(path.parent))
        done = f"Kept in {html.escape(str(path))}: {html.escape(', '.join(moved))}. `audit run {base}` reports it."
        told(done if moved else "Nothing to keep: audit.toml holds these values.")

    def back(_button) -> None:
        sealed = store.settings(difference.origin(copy).run).norms
        for name, box in boxes.items():
            box.value = f"{norms.value(name, sealed):g}"
        apply(_button)

    def look(_button) -> None:
        told("The chapter is being made …")
        _saved(copy / "notebooks" / notebook)
        page = preview(copy, step)
        told(f"{PREVIEW}/{page.name}: the chapter as the report would hold it")
        shown_beside = {"path": f"{PREVIEW}/{page.name}", "factory": "HTML Viewer", "options": {"mode": "split-right"}}
        _front().commands.execute("docmanager:open", shown_beside)

    later = dependents(copy, step) if step and _differs(copy, step, boxes) else []
    names = ", ".join(one.name for one in later)
    after = [_button_of(f"Run what depends on it: {names}", run, told)] if later else []
    buttons = [_button_of(text, do, told) for text, do in _actions(boxes, step, apply, back, look)]
    keeping = [ipywidgets.HBox([why, _button_of("Keep in audit.toml", keep, told)])] if boxes else []
    rows = [ipywidgets.HBox([boxes[norm.id], _meaning(norm, copy)], layout={"flex_flow": "row wrap"}) for norm in stated]
    told(_absent(copy, step))
    renew.append(lambda: told(place.value))
    display(ipywidgets.VBox([line, *rows, ipywidgets.HBox(buttons), *keeping, *after, place]))


def _absent(copy: Path, step: registry.Step | None) -> str:
    """That a chapter is not in the report, where it is not: what it says here stands on nothing."""
    run = difference.origin(copy).run
    if step is None or not step.writes or step.name in difference.told(run):
        return ""
    there = {path.stem for path in (run / "tables").glob("*.parquet")}
    return f"<b>This chapter is not in the report:</b> {html.escape(', '.join(registry.missing(step, there)) or 'it was not run')}."


def _differs(copy: Path, step: registry.Step, boxes: Iterable[str]) -> bool:
    """Whether a norm of this notebook was tried, or what it saves is something else than in the report."""
    return bool(set(difference.tried(copy)) & set(boxes) or set(difference.tables(copy)) & set(step.writes))


def _actions(boxes, step, apply, back, look) -> list[tuple]:
    of_norms = [("Apply and run", apply), ("As in the report", back)] if boxes else []
    return [*of_norms, *([("Preview the chapter", look)] if step else [])]


def _box(norm: norms.Norm, copy: Path, given: float | None):
    """The value in force; what is written in the cell of parameters counts more, and is changed there."""
    import ipywidgets

    in_force = norms.value(norm.id, store.settings(copy).norms) if given is None else given
    style, layout = {"description_width": "15em"}, {"width": "25em", "flex": "none"}
    return ipywidgets.Text(value=f"{in_force:g}", description=norm.id, disabled=given is not None, style=style, layout=layout)


def _meaning(norm: norms.Norm, copy: Path):
    import ipywidgets

    sealed = norms.value(norm.id, store.settings(difference.origin(copy).run).norms)
    bounds = f"{norm.least:g} to {norm.most:g} {norm.unit}; report {sealed:g}, register {norm.value:g}"
    said = f"<div style='line-height: 1.4'>{html.escape(norm.meaning)} <small>({html.escape(bounds)})</small></div>"
    return ipywidgets.HTML(said, layout={"flex": "1 1 20em"})


def _button_of(text: str, do, told):
    """A button; what goes wrong is said beside it, whatever it is."""
    import ipywidgets

    def pressed(button) -> None:
        try:
            do(button)
        except AuditError as error:
            told(f"<b>Not done:</b> {html.escape(str(error))}")
        except Exception as error:
            told(f"<b>Not done:</b> {html.escape(f'{type(error).__name__}: {error}')}")
            raise

    button = ipywidgets.Button(description=text, layout={"width": "auto"})
    button.on_click(pressed)
    return button


def _front():
    from ipylab import JupyterFrontEnd

    return JupyterFrontEnd()


def _saved(notebook: Path) -> None:
    """Ask JupyterLab to save the notebook, and wait until it has."""
    before, until = notebook.stat().st_mtime_ns, time.monotonic() + 3
    _front().commands.execute("docmanager:save")
    while notebook.stat().st_mtime_ns == before and time.monotonic() < until:
        time.sleep(0.05)
