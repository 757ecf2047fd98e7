"""Tasks of Monday, and the workbook that holds them: nothing forgotten, nothing computed from data, opened by a real office (faults 31,
33-35)."""

import csv
import datetime as dt
import shutil
import subprocess
import zipfile

import openpyxl
import pandas as pd
import pytest

from audit import run
from audit.report import actions, workbook
from tests.conftest import TOML, write_base

AS_OF = dt.date(2024, 12, 31)


def history_of(rows):
    columns = ["customer_id", "purchases", "last_on", "silence_days", "gap_days", "first_revenue", "is_first_known", "first_manager_id"]
    return pd.DataFrame(rows, columns=columns).astype({"last_on": "datetime64[us]"})


HISTORY = history_of(
    [
        ("A", 9, "2024-06-01", 213, 20.0, 5.0, True, "m1"),
        ("B", 1, "2024-12-20", 11, None, 7.0, True, "m2"),
        ("C", 1, "2023-01-20", 700, None, 7.0, True, "m2"),
        ("D", 5, "2024-12-30", 1, 40.0, 7.0, False, None),
    ]
)
NOTHING = dict.fromkeys(list(workbook.TABLES))


def tasks_of(customers=None, **lists):
    return actions.actions(HISTORY, customers, as_of=AS_OF, horizon_days=365, **(NOTHING | lists))


def test_a_first_buyer_is_due_after_the_usual_gap_never_before_monday_and_not_beyond_the_horizon():
    found = tasks_of()
    assert found[["customer_id", "task_class", "manager_id"]].to_numpy().tolist() == [["B", "second", "m2"]]
    assert found["due_on"].tolist() == [pd.Timestamp("2025-01-19")]  # 30 days, the median gap, after the first purchase
    assert actions.monday(AS_OF) == dt.date(2025, 1, 6)


def test_a_customer_is_called_as_overdue_or_won_back_but_not_both():
    overdue = pd.DataFrame({"customer_id": ["A"], "yearly_revenue": [100.0], "since_class": ["fresh"]})
    winback = pd.DataFrame({"customer_id": ["A", "C"], "expected_revenue": [50.0, 5.0], "reason_class": ["overdue", "inactive"]})
    found = tasks_of(overdue=overdue, winback=winback).set_index("customer_id")["task_class"]
    assert found["A"] == "overdue"
    assert found["C"] == "winback"


def test_debts_losers_unknown_budgets_and_gaps_become_tasks_with_their_money():
    debtors = pd.DataFrame({"group": ["A", "B"], "overdue": [10.0, 0.0], "oldest_days": [40.0, float("nan")], "is_stopped": False})
    profits = pd.DataFrame({"group": ["A", "D"], "profit": [-5.0, -1.0], "margin": [1.0, 2.0], "loss_class": ["loses", "by_drivers"]})
    wallets = pd.DataFrame(
        {
            "group": ["A", "D", "B"],
            "revenue": [7.0, 3.0, 1.0],
            "gap": [float("nan"), 30.0, 0.0],
            "provenance_class": ["unknown", "declared", "declared"],
        }
    )
    found = tasks_of(debtors=debtors, customer_profits=profits, wallets=wallets)
    made = [(r.task_class, r.customer_id, r.money, r.other) for r in found.itertuples() if r.task_class != "second"]
    assert sorted(made) == [("ask", "A", 7, ""), ("collect", "A", 10, "40"), ("gap", "D", 30, ""), ("loss", "A", 5, "")]
    found = tasks_of(debtors=debtors.assign(is_stopped=True), customer_profits=profits, wallets=wallets)
    assert not {"ask", "gap"} & set(found.loc[found["customer_id"] == "A", "task_class"]), "who has stopped paying is never told to grow"
    assert {"collect", "loss"} <= set(found.loc[found["customer_id"] == "A", "task_class"])


def test_the_master_files_manager_stands_above_that_of_the_first_sale_and_nobody_is_a_sheet_too():
    customers = pd.DataFrame({"customer_id": ["A", "D"], "name": ["a", "d"], "manager_id": ["boss", ""]})
    overdue = pd.DataFrame({"customer_id": ["A", "D"], "yearly_revenue": [1.0, 2.0], "since_class": ["fresh", "fresh"]})
    found = tasks_of(customers, overdue=overdue).set_index("customer_id")["manager_id"]
    assert found[["A", "D"]].tolist() == ["boss", ""]


def test_a_key_account_is_one_task_with_all_its_reasons():
    keys = pd.DataFrame({"group": ["A", "A"], "reason_class": ["revenue", "standards"], "revenue": [10.0, 10.0]})
    found = tasks_of(key_accounts=keys)
    assert found.loc[found["task_class"] == "key", "other"].tolist() == ["revenue, standards"]


def test_the_counts_of_the_summary_are_the_rows_of_the_sheets(demo):
    book = openpyxl.load_workbook(demo / "report" / "en" / "actions.xlsx")
    summary = book.worksheets[0]
    heads = [cell.value for cell in summary[5] if cell.value]
    counted = {
        row[0].value: sum(cell.value for cell in row[1 : len(heads)])
        for row in summary.iter_rows(min_row=6)
        if isinstance(row[1].value, int)
    }
    assert counted == {sheet.title: sheet.max_row - 1 for sheet in book.worksheets[1:]}
    assert sum(counted.values()) > 100


@pytest.mark.parametrize("language", ["en", "ru"])
def test_days_are_days_money_is_a_number_and_a_tax_id_is_text(demo, language):
    book = openpyxl.load_workbook(demo / "report" / language / "actions.xlsx")
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "C2"
        assert sheet.auto_filter.ref
        for row in sheet.iter_rows(min_row=2, max_col=10):
            _task, customer, tax_id, money, due, last, silent, _gap, why, source = (cell.value for cell in row)
            assert isinstance(customer, str)
            assert tax_id is None or (isinstance(tax_id, str) and tax_id.isdigit())
            assert money is None or isinstance(money, int | float)
            assert isinstance(due, dt.datetime)
            assert due.date() > dt.date(2025, 12, 31)
            assert isinstance(last, dt.datetime)
            assert isinstance(silent, int)
            assert why
            assert source in {"history", "duplicates", *workbook.TABLES}
            assert not any(cell.data_type == "f" for cell in row)


def test_the_csv_says_the_same_as_the_sheets(demo):
    with (demo / "report" / "ru" / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    book = openpyxl.load_workbook(demo / "report" / "ru" / "actions.xlsx")
    assert len(rows) - 1 == sum(sheet.max_row - 1 for sheet in book.worksheets[1:])
    assert rows[0][:3] == ["Ответственный", "Задача", "Клиент"]


NASTY = [
    "=cmd|' /C calc'!A0",
    "+7 900 000",
    "@SUM(A1)",
    "-1",
    "\tx",
    "<script>alert(1)</script>",
    "a\u202eb\u200bc",
    "x" * 40_000,
    "](javascript:alert(1))",
    "CON",
    "../../etc",
]


@pytest.fixture(scope="module")
def nasty(tmp_path_factory):
    """A base whose customers are attacks, managers too, all of them long silent."""
    folder = tmp_path_factory.mktemp("nasty")
    days = ["2024-01-10", "2024-02-10", "2024-03-10", "2024-04-10", "2024-05-10", "2024-06-10"]
    quoted = ['"' + name.replace('"', '""') + '"' for name in NASTY]
    csv_text = "who,day,money,boss\n" + "".join(
        f"{name},{day},{i + 1}000,{name[:500]}\n" for i, name in enumerate(quoted) for day in days if len(name) < 500
    )
    toml = TOML.replace('money" }', 'money", manager_id = "boss" }').replace('"Test"', '"=1+1"')
    return run.run(write_base(folder / "nasty", csv_text, toml), outputs=folder / "outputs", say=lambda _line: None).folder


def test_fault_31_no_cell_is_a_formula_and_no_field_begins_like_one(nasty):
    book = openpyxl.load_workbook(nasty / "report" / "en" / "actions.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=cmd") for cell in cells)
    assert not any(cell.data_type == "f" for cell in cells)
    with zipfile.ZipFile(nasty / "report" / "en" / "actions.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())
    with (nasty / "report" / "en" / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
        fields = [field for row in csv.reader(file) for field in row]
    assert not any(field.startswith(("=", "+", "-", "@", "\t", "\r")) for field in fields)
    assert any("+7 900 000" in field for field in fields)


def test_fault_33_what_hides_or_turns_text_is_taken_out_and_what_is_too_long_is_cut_visibly():
    assert workbook.plain("a\u202eb\u200bc\x00\x07") == "abc"
    assert workbook.plain("x" * 40_000).endswith("…")


def test_fault_35_sheets_have_names_that_a_spreadsheet_allows_and_no_two_alike():
    taken = set()
    names = [workbook.sheet_name(name, taken) for name in ["A/B", "a b", "x" * 60, "x" * 61, "'", "History", ""]]
    assert len({name.casefold() for name in names}) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)


@pytest.mark.parametrize("which", ["demo", "nasty"])
def test_the_workbook_opens_in_libreoffice_with_all_its_sheets(which, request, tmp_path):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip("no LibreOffice; .ci/run installs one")
    book = request.getfixturevalue(which) / "report" / "en" / "actions.xlsx"
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run(
        [office, home, "--headless", "--convert-to", "ods", "--outdir", tmp_path, book], check=True, capture_output=True, timeout=180
    )
    with zipfile.ZipFile(tmp_path / "actions.ods") as archive:
        content = archive.read("content.xml").decode()
    assert content.count("<table:table ") == len(openpyxl.load_workbook(book).worksheets)
    assert "table:formula" not in content


def test_a_base_without_any_list_has_no_task_and_all_columns():
    regular = HISTORY[HISTORY["purchases"] > 1]
    found = actions.actions(regular, None, as_of=AS_OF, horizon_days=365, **NOTHING)
    assert found.columns.tolist() == actions.COLUMNS
    assert found.empty
