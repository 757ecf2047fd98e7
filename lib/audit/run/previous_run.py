"""What does a run keep of an earlier one? Its findings and classes as tables of its own, so that a chapter can say what moved."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit.core import norms, registry, store
from audit.core.settings import BadSettings, Settings
from audit.i18n import mark as N_
from audit.run import fingerprint
from audit.run.actions_done import actions_done
from audit.steps import changes
from audit.steps.changes.codes import Moved

LEDGER = ("history.parquet", "panel.parquet")  # of a run: what all chapters stand on


def folder_of(base: Path, settings: Settings) -> Path | None:
    """The folder that audit.toml names as the previous run, as it stands or from the base's folder; None where it names none.

    Raises
    ------
    BadSettings
        where no sealed run lies there, or one whose customers have their names although this edition has none.
    """
    if not settings.previous:
        return None
    found = next((path for path in (base / settings.previous, Path(settings.previous)) if (path / store.MANIFEST).is_file()), None)
    if found is None:
        message = N_(
            '[base] previous = "{previous}": no sealed run lies there. What to do: name the folder of a run, outputs/<base>/<run>.'
        )
        raise BadSettings(message, previous=settings.previous)
    if (settings.edition == "pseudonymous") != (store.settings(found).edition == "pseudonymous"):
        message = N_(
            '[base] previous: a pseudonymous edition is compared with a pseudonymous one, edition there: "{edition}". What '
            "to do: make both alike."
        )
        raise BadSettings(message, edition=store.settings(found).edition)
    return found.resolve()


def decides(base: Path, settings: Settings) -> dict[str, str]:
    """What of the previous run decides this one: its manifest."""
    found = folder_of(base, settings)
    filled = filled_of(base, settings)
    known = {"actions_done": fingerprint.of_file(filled)} if filled else {}
    return {"previous": fingerprint.of_file(found / store.MANIFEST)} | known if found else {}


def filled_of(base: Path, settings: Settings) -> Path | None:
    """The filled-in list of the previous run in the base's folder; None where audit.toml names none.

    Raises
    ------
    BadSettings
        where it is not there, or no previous run is named whose list it would be.
    """
    if not settings.base.actions_done:
        return None
    path = base / settings.base.actions_done
    if not path.is_file() or not settings.previous:
        message = N_(
            '[base] actions_done = "{file}": expected the filled-in actions.xlsx of the previous audit in the base\'s folder, and previous = the folder of '
            "its run. What to do: put the file there, and name both."
        )
        raise BadSettings(message, file=settings.base.actions_done)
    return path


def tables(run: Path | None, filled: Path | None = None) -> dict[str, pd.DataFrame]:
    """previous_findings, previous_classes, previous_run (as_of, name), previous_dossiers (its dossier_coverage), previous_actions (its next steps), and, of its filled-in list, previous_done;
    nothing where there is no run."""
    if run is None:
        return {}
    path = run / "tables" / "customer_overview.parquet"  # of a program that may have known fewer columns
    overview = pd.read_parquet(path, columns=["customer_id", "action_class", "worth"]) if path.is_file() else None
    listed = None if overview is None else overview[overview["action_class"] != ""]
    steps = {} if listed is None else {"previous_actions": listed.reset_index(drop=True)}
    if filled and listed is not None:
        steps["previous_done"] = actions_done(filled, set(listed["customer_id"]))
    dossiers = store.maybe(run, "dossier_coverage")
    steps |= {} if dossiers is None else {"previous_dossiers": dossiers}
    own = dict(zip(changes.BASES, store.maybe(run, *changes.BASES), strict=True))
    about = pd.DataFrame({"as_of": [pd.Timestamp(store.settings(run).as_of)], "run": [run.name]})
    return {"previous_findings": store.findings(run), "previous_classes": changes.classes(own), "previous_run": about} | steps


def compared(before: Path, now: Path) -> dict[str, pd.DataFrame]:
    """What moved between two runs: findings_moved, classes_moved, customers_moved (changes.py), and what only one of them has.

    What one run did not make, as of a run of some steps, has not moved: such chapters and classes are left out, and stand in only_in. Where both
    stand on the same orders, nothing moves by chance.

    Returns
    -------
    dict of norms_moved (norm, before_value, now_value), the three tables, and only_in (table, run).

    Raises
    ------
    NoTable
        where one of the folders is not a run.
    """
    then, own = tables(before.resolve()), tables(now.resolve())
    of_each = [{path.stem for path in (folder / "tables").glob("*.parquet")} for folder in (before, now)]
    shared = of_each[0] & of_each[1]
    chapters = {step.name for step in registry.steps() if f"findings_{step.name}" in shared}
    bases = {of for name, (_column, of) in changes.BASES.items() if name in shared}
    classes = [one["previous_classes"][lambda t: t["base_class"].isin(bases)] for one in (own, then)]
    findings = [one["previous_findings"][lambda t: t["step"].isin(chapters)] for one in (own, then)]
    revenue = store.load(now, "history").set_index("customer_id")["revenue"]
    people = changes.customers_moved(*classes, revenue=revenue)
    made = {*registry.findings_tables(), *changes.BASES}
    alone = [
        (name, folder.resolve().name)
        for folder, there in zip((before, now), of_each, strict=True)
        for name in sorted((there - shared) & made)
    ]
    moved = changes.findings_moved(*findings)
    if all((before / "tables" / name).read_bytes() == (now / "tables" / name).read_bytes() for name in LEDGER):
        moved["moved_class"] = moved["moved_class"].replace({Moved.CHANCE: Moved.MOVED})
    other = norms.moved(*(store.settings(folder).norms for folder in (before, now)))
    return {
        "norms_moved": pd.DataFrame([(name, *two) for name, two in other.items()], columns=["norm", "before_value", "now_value"]),
        "findings_moved": moved,
        "classes_moved": changes.classes_moved(people),
        "customers_moved": people,
        "only_in": pd.DataFrame(alone, columns=["table", "run"]),
    }
