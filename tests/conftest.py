"""What tests share: the folder of public bases, the demo's run, and small hand-countable tables."""

import dataclasses
import datetime as dt
import os
import shutil
from pathlib import Path

import hypothesis
import pandas as pd
import polars as pl
import pytest
from bench.studies import WINDOWS, as_pandas

from audit import i18n, ledger, run
from audit.core import settings
from audit.run import build_tables, render

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"
LONG = [
    "test_spark.py",
    "test_lab.py",
    "test_report.py",
    "test_real.py",
    "test_edges.py",
    "test_cache.py",
    "test_demo.py",
    "test_run.py",
    "test_changes.py",
    "test_edition.py",
]
CHROMIUM = "/usr/bin/chromium"
hypothesis.settings.register_profile("ours", deadline=None)  # how long a call takes belongs in bench/
hypothesis.settings.load_profile("ours")


def pytest_collection_modifyitems(items):
    """Files that take long begin, so that none of them is left over for one process at the end; of these Spark's Java, and JupyterLab with its browser,
    come while both processes still hold little themselves."""
    place = {name: i for i, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONG)))


def pytest_xdist_make_scheduler(config, log):
    """Tests of one file run in one process, where they share what they made; those of a report's language apart."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.split("::")[0] + ("[ru]" if nodeid.endswith("[ru]") else "")

    return ByFile(config, log)


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip(f"the public bases are not here: {SHARED}")
    return SHARED


@pytest.fixture(scope="session")
def demo() -> Path:
    """The demo's sealed run in both languages, made if it is not there."""
    folder = run.run(ROOT / "data" / "demo", say=lambda _line: None).folder
    return render.further(folder, languages=["ru"], say=lambda _line: None)


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).exists():
        assert not os.environ.get("CI"), f"CI must have a browser at {CHROMIUM}"
        pytest.skip(f"no browser at {CHROMIUM}; .ci/run installs one")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


def lines(rows: list[tuple], names: str = "customer_id date amount") -> pl.DataFrame:
    """Order lines from literals: customer, ISO day, amount, ..."""
    columns = names.split()
    table = pl.DataFrame([dict(zip(columns, row, strict=True)) for row in rows])
    return table.with_columns(
        pl.col("date").str.to_date(),
        pl.col("amount").cast(pl.String).cast(pl.Decimal(18, 4)),
        pl.int_range(pl.len()).cast(pl.String).alias("line_id"),
    )


def ledger_of(
    rows: list[tuple], names: str = "customer_id date amount", *, as_of: str, observed_from: str, burn_in_months: int = 0, **more
) -> dict[str, pd.DataFrame]:
    """The ledger's tables of a few literal lines, as a step gets them."""
    made = ledger.tables(
        lines(rows, names),
        as_of=dt.date.fromisoformat(as_of),
        observed_from=dt.date.fromisoformat(observed_from),
        burn_in_months=burn_in_months,
        **(WINDOWS | more),
    )
    return {name: as_pandas(frame) for name, frame in made.items()}


def prepared(base: Path, folder: Path) -> Path:
    """Tables and settings of a run, as run.run writes them, without notebooks."""
    (folder / "tables").mkdir(parents=True)
    build_tables.tables(build_tables.Inputs(base, settings.read(base), {}, folder), folder, known={}, say=lambda _line: None)
    return folder


LINES_OF_A_YEAR = 600


def small_demo(folder: Path) -> Path:
    """The demo with the first lines of each year: what takes long with all of them and shows no more."""
    shutil.copytree(ROOT / "data" / "demo", folder)
    for export in folder.glob("Продажи*.csv"):
        export.write_bytes(b"".join(export.read_bytes().splitlines(keepends=True)[:LINES_OF_A_YEAR]))
    return folder


def told(taken):
    """What intake found, its stored texts in the words that a reader gets."""
    texts = ("doubt", "bias", "action", "reason", "rule", "control", "why")
    rendered = lambda table: table.with_columns(
        pl.col(c).map_elements(i18n.render, return_dtype=pl.String) for c in texts if c in table.columns and table.schema[c] == pl.String
    )
    return dataclasses.replace(
        taken, missing=i18n.render(taken.missing), **{name: rendered(table) for name, table in taken.accounts.items()}
    )


def write_base(folder: Path, csv: str, toml: str, *, name: str = "sales.csv", encoding: str = "utf-8") -> Path:
    """A base of one text file and an audit.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(csv, encoding=encoding, newline="")
    (folder / "audit.toml").write_text(toml, encoding="utf-8")
    return folder


TOML = """
[base]
name = "Test"
currency = "EUR"
country = "RU"
as_of = 2024-12-31
burn_in_months = 0

[sources.sales]
file = "sales*.csv"

[tables.lines]
from = "sales"
columns = { customer_id = "who", date = "day", amount = "money" }
"""
