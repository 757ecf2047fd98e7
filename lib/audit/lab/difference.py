"""How does a copy differ from the sealed run? Norms that were tried, tables that are others, findings and classes that moved."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from pathlib import Path

from audit.core import norms, registry, store

ORIGIN = "origin.json"  # of a copy: the folder of the base, and the sealed run that it was made of


@dataclass(frozen=True)
class Origin:
    base: Path
    run: Path

    @property
    def is_there(self) -> bool:
        """Whether the sealed run is still where it was."""
        return (self.run / store.MANIFEST).is_file()


def origin(copy: Path) -> Origin:
    """Of which base and which sealed run a copy was made."""
    stated = json.loads((copy / ORIGIN).read_text(encoding="utf-8"))
    return Origin(Path(stated["base"]), copy / stated["run"])


def told(run: Path) -> set[str]:
    """The steps whose tables a run holds: those that its report tells."""
    there = {path.stem for path in (run / "tables").glob("*.parquet")}
    return {step.name for step in registry.steps() if there & set(step.writes)}


def tried(copy: Path) -> dict[str, tuple[float, float]]:
    """The norms that differ: by name, the sealed run's value and the copy's."""
    return norms.moved(store.settings(origin(copy).run).norms, store.settings(copy).norms)


def tables(copy: Path) -> list[str]:
    """The tables that hold something else than in the sealed run; of those that are not in it, the ones with rows."""
    import pyarrow.parquet as pq

    sealed, found = origin(copy).run / "tables", []
    for path in sorted((copy / "tables").glob("*.parquet")):
        then = sealed / path.name
        if then.read_bytes() != path.read_bytes() if then.is_file() else pq.ParquetFile(path).metadata.num_rows:
            found.append(path.stem)
    return found


def shown(copy: Path):
    """What would change in the report, as a table: findings that moved, and customers whose class is another."""
    from IPython.display import HTML

    from audit.core.findings import in_unit
    from audit.core.labels import named
    from audit.i18n import translate
    from audit.run import previous_run
    from audit.steps.changes.codes import Moved

    made_of = origin(copy).run
    if not origin(copy).is_there:
        return HTML(f"<p>We cannot say what would change: the sealed run {html.escape(made_of.name)} is no longer there.</p>")
    found = previous_run.compared(made_of, copy)
    moved, people = found["findings_moved"], found["classes_moved"]
    moved = moved[moved["moved_class"] != Moved.SAME]
    rows = [
        (row.step, translate(row.title), in_unit(row.before_value, row.unit, ""), in_unit(row.now_value, row.unit, ""), _verdicts(row))
        for row in moved.itertuples()
    ]
    rows += [
        (
            "customers",
            named("base_class", row.base_class),
            named("class_before", row.class_before),
            named("class_now", row.class_now),
            f"{row.customers} customers",
        )
        for row in people.itertuples()
    ]
    if not rows:
        return HTML("<p><b>What would change in the report:</b> nothing.</p>")
    head = "".join(f"<th>{title}</th>" for title in ("chapter", "what", "in the report", "in this copy", ""))
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows)
    said = f"What would change in the report: {len(moved)} of {len(found['findings_moved'])} findings"
    return HTML(f"<table class='changed'><caption>{said}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")


def _verdicts(row) -> str:
    from audit.core.labels import named

    if row.before_verdict == row.now_verdict:
        return ""
    return f"{named('verdict', row.before_verdict)} → {named('verdict', row.now_verdict)}"
