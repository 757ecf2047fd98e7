"""Bases at the edge of nothing: every notebook's cells run, nothing is divided by zero (faults 16, 17, 54)."""

import datetime as dt
import re
import warnings

import pytest
from bench.cells import values

from audit import intake, run
from audit.core import periods, registry, settings, store
from audit.report.style import Chart
from tests.conftest import ROOT, TOML, prepared, told, write_base

HEAD = "who,day,money\n"
BASES = {
    "one row": HEAD + "A,2024-06-01,10\n",
    "one customer": HEAD + "".join(f"A,2024-{m:02d}-01,10\n" for m in range(1, 13)),
    "all on one day": HEAD + "".join(f"C{i},2024-06-01,{i}\n" for i in range(1, 30)),
    "all zero": HEAD + "".join(f"C{i},2024-{m:02d}-03,0\n" for i in range(5) for m in (2, 9)),
    "only returns but for one": HEAD + "A,2024-05-01,1\n" + "".join(f"C{i},2024-06-01,-5\n" for i in range(5)),
    "more returned than sold": HEAD + "A,2024-05-01,1\nA,2024-05-01,-500\nB,2024-07-01,3\n",
    "nobody came back": HEAD + "".join(f"C{i},2023-{1 + i % 12:02d}-05,10\n" for i in range(40)),
    "a name of 200 letters": HEAD
    + "".join(f"{'Ы' * 200}{i},2024-{m:02d}-05,1e3\n".replace("1e3", "1000") for i in range(3) for m in range(1, 13)),
    "huge amounts": HEAD + "".join(f"C{i},2024-{m:02d}-05,9999999999.99\n" for i in range(3) for m in range(1, 13)),
    "last purchase on as_of": HEAD
    + "".join(f"C{i},2024-{m:02d}-{d},5\n" for i in range(8) for m, d in [(1, "01"), (3, "07"), (6, "02"), (9, "09"), (12, "31")]),
    "two hundred customers once a month for three years": HEAD
    + "".join(f"C{i},{y}-{m:02d}-{1 + i % 28:02d},5\n" for i in range(200) for y in (2022, 2023, 2024) for m in range(1, 13)),
}


def cells(notebook, folder, **given):
    """The notebook's code cells run in this process; what each cell's last line gave."""
    return [value for _cell, value in values(notebook, folder, **given)]


def runnable(folder):
    """The steps that a run would not skip, one after the other: those whose tables are there, and that have a row to be made for."""
    skipped = run._not_run(list(registry.steps()), folder, {}, lambda _line: None)
    chosen = [step for step in registry.steps() if step.name not in skipped]
    for name in registry.ordered(chosen).static_order():
        step = registry.by_name(name)
        if not step.for_each or len(store.load(folder, step.for_each)):
            yield step


@pytest.mark.parametrize("name", BASES)
def test_every_chapter_of_a_base_at_the_edge_can_be_drawn_and_told(tmp_path, name):
    folder = prepared(write_base(tmp_path / "base", BASES[name], TOML), tmp_path / "run")
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        for step in runnable(folder):
            for thing in cells(ROOT / "notebooks" / step.notebook, folder):
                if isinstance(thing, Chart):
                    assert thing.svg().startswith("<?xml")
                    assert len(thing.alt) > 10
                    assert not re.search(r"\bnan\b", thing.alt.lower())
    assert store.findings(folder)["message"].notna().all()


def test_invoices_without_a_payment_decide_nothing_and_break_nothing(tmp_path):
    rows = [(f"c{i % 7}", f"2024-{1 + i % 12:02d}-1{i % 9}", f"{100 + i}", f"I{i}", f"2024-{1 + i % 12:02d}-28") for i in range(60)]
    csv = "who,day,money,number,due\n" + "\n".join(map(",".join, rows))
    invoices = '\n[tables.invoices]\nfrom = "sales"\ncolumns = { invoice_id = "number", customer_id = "who", issued_on = "day", due_on = "due", amount = "money" }\n'
    folder = prepared(write_base(tmp_path / "base", csv, TOML + invoices), tmp_path / "run")
    for step in runnable(folder):
        cells(ROOT / "notebooks" / step.notebook, folder)
    found = store.findings(folder).set_index("id")
    assert set(found.loc[found["step"] == "receivables", "verdict"]) <= {"undecided", "unjudged"}
    assert found.loc[found["step"] == "receivables", "value"].isna().all()


def test_fault_16_a_base_of_one_row_decides_nothing(tmp_path):
    folder = prepared(write_base(tmp_path / "base", BASES["one row"], TOML), tmp_path / "run")
    for name in ("base", "repeat", "retention"):
        cells(ROOT / "notebooks" / registry.by_name(name).notebook, folder)
    found = store.findings(folder).set_index("id")["verdict"]
    assert found["repeat_purchase_ratio"] == found["retention_rate"] == found["overdue"] == "undecided"


def test_the_window_of_a_base_is_what_intake_and_periods_say(tmp_path):
    base = write_base(tmp_path / "base", BASES["one customer"], TOML)
    found = settings.read(base)
    taken = told(intake.take(base, found))
    assert taken.observed_from == dt.date(2024, 1, 1)
    assert periods.burn_in_months(None, as_of=found.as_of, observed_from=taken.observed_from) == 3
    assert len(periods.complete(observed_from=taken.observed_from, as_of=found.as_of, unit="quarter")) == 4
