"""How does a tried value become the base's own? Written into audit.toml with its reason; the file's comments and order stay."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import tomlkit

from audit.core import norms
from audit.core.errors import AuditError
from audit.core.settings import LEAST_REASON
from audit.i18n import mark as N_


class NotKept(AuditError):
    """A value that is not written into audit.toml; the message says why."""


def kept(base: Path, values: Mapping[str, float], *, why: str) -> tuple[Path, list[str]]:
    """Write values as [norms.<id>] of a base's audit.toml, all with the same reason; one that is the register's own needs none, and its entry goes.

    Returns
    -------
    The path of the file, and the norms that are others in it now.

    Raises
    ------
    NotKept
        where no reason is given, or no audit.toml lies there.
    BadNorm
        for a value out of its norm's bounds; nothing is written then.
    """
    path = base / "audit.toml"
    if not path.is_file():
        raise NotKept(N_("{path} is not there. What to do: open the lab by `audit lab` with the folder of the base."), path=path)
    document = tomlkit.parse(path.read_bytes().decode("utf-8"))
    stated = document.get("norms", {})
    wanted = {name: norms.checked(name, value) for name, value in values.items()}
    moved = [name for name, value in wanted.items() if value != stated.get(name, {"value": norms.register()[name].value})["value"]]
    own = [name for name in moved if wanted[name] != norms.register()[name].value]
    if own and len(why.strip()) < LEAST_REASON:
        raise NotKept(N_("a value is kept with its reason, which the report prints. What to do: write why in a few words."))
    if own and "norms" not in document:
        document["norms"] = tomlkit.table(is_super_table=True)
    for name in moved:
        if name in own:
            entry = document["norms"].setdefault(name, tomlkit.table())
            entry["value"], entry["why"] = wanted[name], why.strip()
        else:
            del document["norms"][name]
    if moved:
        building = path.with_name(f".{path.name}.{os.getpid()}")
        building.write_bytes(tomlkit.dumps(document).encode("utf-8"))
        building.replace(path)
    return path, moved
