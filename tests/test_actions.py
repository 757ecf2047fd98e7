"""The workbook of Monday: one row per customer, nothing computed from data, opened by a real office (faults 31, 33-35)."""

import csv
import shutil
import subprocess
import zipfile

import openpyxl
import pytest

from audit import run
from audit.core import store, working_days
from audit.report import workbook
from audit.steps.customers import monday as actions
from tests.conftest import TOML, write_base
from tests.test_changes import PART


def sheets(demo, language):
    return openpyxl.load_workbook(demo / "report" / language / "actions.xlsx").worksheets


def rows_of(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_col=len(actions.COLUMNS))]


def test_no_customer_stands_in_two_rows_and_all_who_need_a_step_stand_in_one(demo):
    codes = [row[-1] for sheet in sheets(demo, "en")[1:] for row in rows_of(sheet)]
    overview = store.load(demo, "customer_overview")
    assert sorted(codes) == sorted(overview.loc[overview["action_class"] != "", "customer_id"])
    assert len(set(codes)) == len(codes) > 100


def test_the_counts_of_the_summary_are_the_rows_of_the_sheets(demo):
    summary, *others = sheets(demo, "en")
    counted = [sum(cell.value for cell in row[1:] if isinstance(cell.value, int)) for row in summary.iter_rows(min_row=7) if row[0].value]
    assert counted == [sheet.max_row - 1 for sheet in others]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_days_are_days_money_is_a_number_and_what_is_to_be_filled_in_is_empty_with_a_list_to_choose_from(demo, language):
    for sheet in sheets(demo, language)[1:]:
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
        assert sheet.page_setup.orientation == "landscape"
        assert len(sheet.data_validations.dataValidation) == len(actions.LISTS)
        for row in rows_of(sheet):
            said = dict(zip(actions.COLUMNS, row, strict=True))
            assert isinstance(said["customer"], str)
            assert said["worth"] is None or isinstance(said["worth"], int | float)
            assert all(said[column] for column in ("task", "reason", "offer", "code"))
            assert not any(said[column] for column in actions.FILLED)
            assert working_days.is_working_day(said["due_on"].date(), "RU"), "a deadline on a holiday"
            assert "{" not in said["reason"]


def test_a_manager_gets_no_more_than_the_norm_in_a_week(demo):
    for sheet in sheets(demo, "en")[1:]:
        due, what = list(actions.COLUMNS).index("due_on"), list(actions.COLUMNS).index("task")
        days = [row[due].isocalendar()[:2] for row in rows_of(sheet) if row[what] != "stop deliveries and collect"]
        assert all(days.count(week) <= 10 for week in set(days))
        assert days == sorted(days)


def test_the_csv_says_the_same_as_the_sheets(demo):
    with (demo / "report" / "ru" / "actions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter=";"))
    assert len(rows) - 1 == sum(sheet.max_row - 1 for sheet in sheets(demo, "ru")[1:])
    assert rows[0][:3] == ["Ответственный", "Клиент", "Следующий шаг"]


def test_the_whole_tables_stand_beside_the_report(demo):
    overview = store.load(demo, "customer_overview")
    [whole] = openpyxl.load_workbook(demo / "report" / "en" / "customers.xlsx").worksheets
    assert whole.max_row - 1 == len(overview)
    book = openpyxl.load_workbook(demo / "report" / "en" / "tables.xlsx")
    assert book["overdue"].max_row - 1 == len(store.load(demo, "overdue"))
    assert not any(cell.data_type == "f" for cell in book["overdue"][2])


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
    return run.run(write_base(folder / "nasty", csv_text, toml), outputs=folder / "outputs", only=PART, say=lambda _line: None).folder


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
