"""What does an analyst work with? A copy of a run and of the notebooks, with the norms of each as a form, and what they would change.

    workspace   the copy, and JupyterLab opened on it
    form        under a notebook's title: which run this is, its norms as a form, and what to do with them
    chapters    which chapters go by another; one run, or looked at, alone
    difference  how the copy differs from the sealed run
    sortable    tables to sort, filter and copy
    kept        a value with its reason, written into audit.toml

`lab.opened`, `lab.changed` and `lab.tables` stand in cells of the copies; where no JupyterLab shows the notebook, they do nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from audit.lab.chapters import SESSION


def opened(space: Mapping) -> None:
    """Under a notebook's title: company, run, and what differs; the norms that it declares as a form; tables that can be sorted.

    Parameters
    ----------
    space
        the notebook's globals().
    """
    if SESSION in os.environ:
        from audit.lab import form, sortable

        _renewed()
        sortable.everywhere()
        form.shown(Path(space["run_dir"]), space, Path(os.environ[SESSION]).name)


def changed(space: Mapping) -> None:
    """At a notebook's end: what would change in the report by all that was tried in this copy."""
    if SESSION in os.environ:
        from IPython.display import display

        from audit.lab import difference, form

        for one in form.renew:
            one()
        display(difference.shown(Path(space["run_dir"])))


def tables(space: Mapping) -> None:
    """The tables of the copy: one to choose, its columns, and its rows to sort, filter and copy."""
    if SESSION in os.environ:
        from audit.lab import sortable

        sortable.everywhere()
        sortable.chosen(Path(space["run_dir"]))


def _renewed() -> None:
    """Changed modules are read anew before each cell."""
    from IPython import get_ipython

    shell = get_ipython()
    shell.run_line_magic("reload_ext", "autoreload")  # loads it where it is not there yet
    shell.run_line_magic("autoreload", "2")
