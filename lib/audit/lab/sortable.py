"""How are tables looked through in the lab? Sorted, filtered and copied, without a connection; in the report they stand as they are."""

from __future__ import annotations

import html
from pathlib import Path

import pandas as pd

from audit.core import labels, registry, store
from audit.report import show

ROWS = 10  # of a page
MOST = 10_000  # rows of a table that are shown to be sorted; more would stop the browser


def everywhere() -> None:
    """Tables of a notebook from here on: those that chapters show, whole, and every DataFrame at the end of a cell."""
    import itables

    itables.options.warn_on_undocumented_option = False
    itables.options.text_in_header_can_be_selected = False  # a click on a heading sorts
    itables.init_notebook_mode(all_interactive=True, connected=False)
    show.in_lab = whole


def whole(table: pd.DataFrame, caption: str):
    """All rows of a table that a chapter shows a part of, under the headings of the report."""
    from IPython.display import HTML

    said = table.copy()
    for column in said.columns:
        if not pd.api.types.is_numeric_dtype(said[column]):
            said[column] = [labels.cell(str(column), value) for value in said[column]]
    return HTML(_markup(said.rename(columns=lambda column: labels.label(str(column))), caption))


def chosen(run: Path) -> None:
    """A table of the run to choose: what a row is, its columns, its rows."""
    import ipywidgets
    from IPython.display import HTML, display

    known, place = registry.tables(), ipywidgets.Output()
    names = sorted(path.stem for path in (run / "tables").glob("*.parquet"))
    choice = ipywidgets.Dropdown(options=names, description="table")

    def shown(name: str) -> None:
        table = store.load(run, name)
        row = f"a row is {html.escape(known[name].row)}; " if name in known and known[name].row else ""
        place.clear_output(wait=True)
        with place:
            display(HTML(f"<p>{row}{len(table):,} rows; {html.escape(', '.join(map(str, table.columns)))}</p>"))
            if len(table) > MOST:
                display(
                    HTML(
                        f"<p><b>The first {MOST:,} rows only.</b> All of them: <code>audit show {html.escape(str(run.resolve()))} {name} --into {name}.xlsx</code></p>"
                    )
                )
            display(HTML(_markup(table.head(MOST), name)))

    choice.observe(lambda change: shown(change["new"]), names="value")
    display(ipywidgets.VBox([choice, place]))
    shown(choice.value)


def _markup(table: pd.DataFrame, caption: str) -> str:
    """DataTables' own markup; names are escaped by it."""
    import itables

    with pd.option_context("display.float_format", _number):
        return itables.to_html_datatable(
            table,
            caption=html.escape(caption),
            connected=False,
            showIndex=False,
            allow_html=False,
            pageLength=ROWS,
            maxBytes=0,  # the rows are counted above
            scrollX=True,
            buttons=["copyHtml5", "csvHtml5", "excelHtml5"],
        )


def _number(value: float) -> str:
    """As many decimals as a number of its size wants; sorted and copied it is the whole one."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4g}"
