"""Under a notebook's title: which run is this, which norms does it go by, and what do other values lead to?

A value that is applied is written into the copy's settings.json, from which every notebook of the copy takes its norms: it outlives a
restart, and the chapters that depend on it go by it too. Those are listed, and run when they are asked for.
"""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from audit.core import norms, registry, store
from audit.core.errors import AuditError
from audit.i18n import mark as N_
from audit.lab import difference
from audit.lab.chapters import PREVIEW, dependents, executed, outdated, preview
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
    form = Form(copy, space, notebook)
    renew.append(form.renewed)
    display(form.laid_out())


class Form:
    """A notebook's norms as boxes, the buttons that do something with them, and a place for what came of it."""

    def __init__(self, copy: Path, space: Mapping, notebook: str):
        import ipywidgets

        self.copy, self.notebook = copy, notebook
        self.step = next((step for step in registry.steps() if step.notebook == notebook), None)
        self.norms = norms_of(space)
        self.boxes = {norm.id: _box(norm, copy, space[norm.id]) for norm in self.norms}
        self.later = dependents(copy, self.step) if self.step and _differs(copy, self.step, self.boxes) else []
        self.why = ipywidgets.Text(placeholder="why, for the report: agreed with the owner on …", layout={"width": "24em"})
        self.line, self.place = ipywidgets.HTML(), ipywidgets.HTML()

    def laid_out(self):
        """All of it, one below the other."""
        from ipywidgets import HBox, VBox

        rows = [HBox([self.boxes[norm.id], _meaning(norm, self.copy)], layout={"flex_flow": "row wrap"}) for norm in self.norms]
        of_norms = [("Apply and run", self.apply), ("As in the report", self.back)] if self.norms else []
        buttons = [*of_norms, *([("Preview the chapter", self.look)] if self.step else [])]
        keeping = [HBox([self.why, self.button("Keep in audit.toml", self.keep)])] if self.norms else []
        names = ", ".join(one.name for one in self.later)
        after = [self.button(f"Run what depends on it: {names}", self.run)] if self.later else []
        self.told(_absent(self.copy, self.step))
        return VBox([self.line, *rows, HBox([self.button(*one) for one in buttons]), *keeping, *after, self.place])

    def told(self, text: str) -> None:
        """Say what came of it, and put the line under the title right."""
        self.place.value = f"<div>{text}</div>"
        self.renewed()

    def renewed(self) -> None:
        self.line.value = f"<p class='of-the-copy'>{title(self.copy)}</p>"

    def values(self) -> dict[str, float]:
        """What is written in the boxes that can be changed here."""
        return {norm.id: read(norm, self.boxes[norm.id].value) for norm in self.norms if not self.boxes[norm.id].disabled}

    def apply(self) -> None:
        try_out(self.copy, self.values())
        outdated(self.copy)
        self.told("Applied; the notebook runs.")
        _front().commands.execute("notebook:run-all-cells")

    def back(self) -> None:
        """The report's values for every norm that was tried in this copy, in other notebooks too."""
        sealed = store.settings(difference.origin(self.copy).run).norms
        try_out(self.copy, {name: norms.value(name, sealed) for name in difference.tried(self.copy)})
        for name, box in self.boxes.items():
            box.value = f"{norms.value(name, sealed):g}"
        self.apply()

    def run(self) -> None:
        """The chapters that go by what is tried here, one after the other."""
        began = time.monotonic()
        for i, one in enumerate(self.later):
            self.told(f"{i + 1} of {len(self.later)}: {one.name} … {time.monotonic() - began:.0f} s")
            executed(self.copy, one)
        names = ", ".join(one.name for one in self.later)
        self.told(f"Done in {time.monotonic() - began:.0f} s: {names}.{difference.shown(self.copy).data}")

    def keep(self) -> None:
        """The values in force into the base's audit.toml, with the reason."""
        there = store.settings(self.copy).norms
        typed = [name for name, value in self.values().items() if value != norms.value(name, there)]
        if typed:
            self.told(f"<b>Not done:</b> apply first, so that you see what they do: {html.escape(', '.join(typed))}.")
            return
        path, moved = kept(difference.origin(self.copy).base, self.values(), why=self.why.value)
        base = html.escape(str(path.parent))
        done = f"Kept in {html.escape(str(path))}: {html.escape(', '.join(moved))}. `audit run {base}` reports it."
        self.told(done if moved else "Nothing to keep: audit.toml holds these values.")

    def look(self) -> None:
        """The chapter as the report would hold it, beside the notebook."""
        self.told("The chapter is being made …")
        _saved(self.copy / "notebooks" / self.notebook)
        page = preview(self.copy, self.step)
        self.told(f"{PREVIEW}/{page.name}: the chapter as the report would hold it")
        shown_beside = {"path": f"{PREVIEW}/{page.name}", "factory": "HTML Viewer", "options": {"mode": "split-right"}}
        _front().commands.execute("docmanager:open", shown_beside)

    def button(self, text: str, do: Callable[[], None]):
        """A button; what goes wrong is said beside it, whatever it is."""
        import ipywidgets

        def pressed(_button) -> None:
            try:
                do()
            except AuditError as error:
                self.told(f"<b>Not done:</b> {html.escape(str(error))}")
            except Exception as error:
                self.told(f"<b>Not done:</b> {html.escape(f'{type(error).__name__}: {error}')}")
                raise

        button = ipywidgets.Button(description=text, layout={"width": "auto"})
        button.on_click(pressed)
        return button


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


def _front():
    from ipylab import JupyterFrontEnd

    return JupyterFrontEnd()


def _saved(notebook: Path) -> None:
    """Ask JupyterLab to save the notebook, and wait until it has."""
    before, until = notebook.stat().st_mtime_ns, time.monotonic() + 3
    _front().commands.execute("docmanager:save")
    while notebook.stat().st_mtime_ns == before and time.monotonic() < until:
        time.sleep(0.05)
