"""`make sbom`: which licence has each package of the environment? docs/licences.md, by the packages' own metadata."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
HEAD = """# Licences of what is installed

Written by `make sbom` from the packages' own metadata; `sbom.json` beside the environment is the same as a bill of materials (CycloneDX). Nothing of these packages
is copied into the project. Their versions and hashes stand in requirements.lock.

| package | version | licence |
|---|---|---|
"""


def licence(found: Distribution) -> str:
    """What a package says of its licence: its expression, else its classifiers, else the first line of its text."""
    about = found.metadata
    if about.get("License-Expression"):
        return about["License-Expression"]
    said = [one.rsplit(" :: ", 1)[-1] for one in about.get_all("Classifier", []) if one.startswith("License ::")]
    return ", ".join(said) or next(iter((about.get("License") or "").strip().splitlines()), "") or "not said"


def locked() -> dict[str, str]:
    """Names and versions in requirements.lock, as installed here."""
    names = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)
    wanted = {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    there = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one for one in distributions()}
    return {name: there[name] for name in sorted(wanted & there.keys())}


def table() -> str:
    rows = [f"| {name} | {one.version} | {licence(one)[:80].replace('|', '/')} |" for name, one in locked().items()]
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "licences.md").write_text(table(), encoding="utf-8")
