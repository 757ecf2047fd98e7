"""The fault table of faults.md, cases 1 to 35 that concern input: what each must lead to, on generated files, by number."""

import datetime as dt
import io
import time
import zipfile
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter

from audit import intake, run
from audit.core import settings
from audit.intake import BadExport
from audit.intake.checks import duplicates
from audit.intake.readers import detect, layout, text
from tests.conftest import TOML, told, write_base

CASES = []
LINES = "who,day,money\nРомашка,2024-01-02,10\nB,2024-02-03,20\n"


def fault(number: int):
    """Marks a function as the proof of a case of the table."""

    def take(function):
        CASES.append(pytest.param(function, id=f"fault_{number:02d}_{function.__name__}"))
        return function

    return take


@pytest.fixture
def base(tmp_path):
    """Makes a base of one file and takes it in, or checks it."""

    def make(content, toml=TOML, *, name="sales.csv", check=False, **more):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        (tmp_path / "audit.toml").write_text(toml.replace("sales*.csv", name), encoding="utf-8")
        found = settings.read(tmp_path)
        return told((intake.check if check else intake.take)(tmp_path, found, **more))

    return make


def names(taken) -> list[str]:
    return taken.tables["lines"]["customer_id"].to_list()


def doubts(taken) -> str:
    return "\n".join(taken.doubts["doubt"].to_list())


def declared(more: str) -> str:
    return TOML.replace('"sales*.csv"', f'"sales*.csv"\n{more}')


def book(rows: list[list], *, sheet: str = "Лист1", first: int = 0, **options) -> bytes:
    """A workbook of one sheet, dates as dates."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"} | options) as made:
        page = made.add_worksheet(sheet)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if cell is not None:
                    (page.write_datetime if isinstance(cell, dt.date) else page.write)(first + i, j, cell)
    return buffer.getvalue()


def repacked(content: bytes, change) -> bytes:
    """A workbook with its parts changed: change(name, content) -> (name, content)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return buffer.getvalue()


GRID = [["who", "day", "money"], ["Ромашка", dt.date(2024, 1, 2), 10.5], ["B", dt.date(2024, 2, 3), 20]]


@fault(1)
def every_encoding_gives_the_same_table_and_is_recorded(base, tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16"):
        found = base(LINES.encode(encoding), declared(f'encoding = "{encoding}"'))
        assert names(found) == ["Ромашка", "B"]
        assert found.content["sales.csv"] == f"text, {encoding}"


@fault(1)
def short_russian_texts_are_told_apart(base, tmp_path):
    for encoding in ("utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16"):
        assert text.likely_encoding("Контрагент;Сумма\nООО «Ромашка»;10".replace("«", '"').replace("»", '"').encode(encoding)) == encoding


@fault(3)
def mixed_encodings_name_the_byte(base, tmp_path):
    with pytest.raises(BadExport, match="sales.csv is not utf-8 at byte 14"):
        base(b"who,day,money\n" + "Я,2024-01-02,1\n".encode("cp1251"))


@fault(4)
def names_garbled_before_they_came_are_flagged_with_a_suggestion_and_kept(base, tmp_path):
    garbled = "ООО Ромашка".encode().decode("cp1251")
    found = base(f"who,day,money\n{garbled},2024-01-02,10\nB,2024-02-03,20\n")
    assert names(found) == [garbled, "B"]
    assert "which may be ООО Ромашка" in doubts(found)
    assert "garbled" not in doubts(base(LINES))


@fault(5)
def every_delimiter_is_read_and_found(base, tmp_path):
    for delimiter in ";,\t|":
        csv = LINES.replace(",", delimiter)
        assert text.delimiter(csv) == delimiter
        assert names(base(csv, declared(f'delimiter = "{delimiter}"'.replace("\t", "\\t")))) == ["Ромашка", "B"]


@fault(5)
def quotes_within_a_name_and_a_newline_within_a_field_do_not_shift_columns(base, tmp_path):
    csv = 'who,day,money\nООО "Ром"ашка",2024-01-02,10\n"Две\nстроки",2024-01-03,5\n"A, B",2024-02-03,20\n'
    found = base(csv)
    assert names(found) == ['ООО "Ром"ашка"', "Две\nстроки", "A, B"]
    assert found.reconciliation["rows"].sum() == 3


@fault(5)
def a_row_with_too_few_fields_is_refused_not_padded(base, tmp_path):
    with pytest.raises(BadExport, match="expected 3 fields as in row 1, got another number in rows 3"):
        base("who,day,money\nA,2024-01-02,10\nB,2024-02-03\n")


@fault(5)
def a_quote_that_never_ends_is_refused(base, tmp_path):
    with pytest.raises(BadExport, match="is not a table"):
        base('who,day,money\n"Ромашка,2024-01-02,10\nB,2024-02-03,20\n')


@fault(6)
def amounts_of_two_currencies_in_one_column_are_refused(base, tmp_path):
    with pytest.raises(BadExport, match=r"signs of several currencies: \$, €"):
        base("who,day,money\nA,2024-01-02,$10\nB,2024-02-03,€20\n")


@fault(7)
def ambiguous_two_digit_and_impossible_dates(base, tmp_path):
    toml = declared('date_format = "%d.%m.%y"')
    found = base("who,day,money\nA,01.02.24,1\nB,31.02.24,2\nC,45292,3\nD,00.00.00,4\n", toml)
    assert found.tables["lines"]["date"].to_list() == [dt.date(2024, 2, 1)]
    assert found.quarantine["row"].to_list() == [3, 4, 5]


@fault(8)
def dates_of_the_future_are_left_out_and_counted(base, tmp_path):
    found = base("who,day,money\nA,2024-01-02,1\nB,2025-06-01,2\n")
    assert names(found) == ["A"]
    assert found.doubts.filter(pl.col("doubt") == "lines dated after the audit ends")["rows"].to_list() == [1]
    assert found.effects.filter(pl.col("rule") == "after as_of 2024-12-31")["before"].to_list() == [Decimal(2)]


CUSTOMERS = (
    TOML + '\n[sources.people]\nfile = "people.csv"\n[tables.customers]\nfrom = "people"\ncolumns = { customer_id = '
    '"id", name = "title", tax_id = "inn" }\n'
)


def with_customers(base, tmp_path, rows: str):
    (tmp_path / "people.csv").write_text(f"id,title,inn\n{rows}", encoding="utf-8")
    return base(LINES, CUSTOMERS)


@fault(9)
def a_lost_zero_is_put_back_where_the_check_digit_then_holds(base, tmp_path):
    found = with_customers(base, tmp_path, "Ромашка,a,401234567\nB,b,7.70708E+09\nC,c,401234568\n")
    customers = dict(found.tables["customers"].select("customer_id", "tax_id").iter_rows())
    assert customers == {"Ромашка": "0401234567", "C": "401234568"}
    assert found.quarantine.select("table", "row", "reason").rows() == [("customers", 3, "tax_id has lost its digits in a spreadsheet")]
    assert "customers: tax_id had lost its leading zero, which was put back" in doubts(found)
    assert "customers: tax_id is not valid" in doubts(found)


@fault(10)
def wrong_check_digits_and_homoglyph_digits_are_flagged_not_corrected(base, tmp_path):
    found = with_customers(base, tmp_path, "Ромашка,a,7707083894\nB,b,77О7083893\nC,c,٧٧٠٧٠٨٣٨٩٣\nD,d,770708389 3\n")
    assert found.tables["customers"]["tax_id"].to_list() == ["7707083894", "77О7083893", "٧٧٠٧٠٨٣٨٩٣", "7707083893"]
    assert found.doubts.filter(pl.col("doubt") == "customers: tax_id is not valid")["rows"].to_list() == [3]


@fault(11)
def customers_called_na_or_none_are_customers_in_a_workbook_too(base, tmp_path):
    rows = [[name, dt.date(2024, 1, 2), 1] for name in ("NA", "None", "null", "nan", "0", "-", None)]
    found = base(book([GRID[0], *rows]), name="sales.xlsx")
    assert names(found) == ["NA", "None", "null", "nan", "0", "-"]
    assert found.quarantine["reason"].to_list() == ["no customer_id"]


@fault(12)
def a_header_under_parameters_and_in_two_merged_rows_is_found(base, tmp_path):
    rows = [
        ["Ведомость продаж"],
        ["Период: 2024 г."],
        [],
        ["Контрагент", "Дата", "Сумма", None],
        [None, None, "без НДС", "НДС"],
        ["Ромашка", "02.01.2024", 10.5, 2.1],
    ]
    known = {"контрагент", "дата", "сумма"}
    grid = [[("" if cell is None else str(cell)) for cell in row + [None] * (4 - len(row))] for row in rows]
    assert layout.header(grid, known) == (5, 2)
    assert layout.names(grid[3:5], "x") == ["Контрагент", "Дата", "Сумма без НДС", "Сумма НДС"]
    toml = TOML.replace('"who"', '"Контрагент"').replace('"day"', '"Дата"').replace('"money"', '"Сумма без НДС"')
    found = base(
        book(rows), toml.replace('"sales*.csv"', '"sales*.csv"\nheader = 5\nheader_rows = 2\ndate_format = "%d.%m.%Y"'), name="sales.xlsx"
    )
    assert found.tables["lines"]["amount"].to_list() == [Decimal("10.5")]


@fault(12)
def a_header_that_cannot_be_found_lists_what_is_there(base, tmp_path):
    with pytest.raises(BadExport, match="no column 'who'; it has Отчёт за год"):
        base(book([["Отчёт за год"], *GRID]), name="sales.xlsx")


@fault(13)
def a_total_is_a_checksum_and_not_a_sale(base, tmp_path):
    csv = "who,day,money\nРомашка,2024-01-02,10\nB,2024-02-03,20\nИтого,,{}\n"
    good, off = base(csv.format("30")), base(csv.format("31"))
    for found in (good, off):
        assert found.tables["lines"]["amount"].sum() == 30
        assert found.reconciliation["rows"].sum() == 3
        assert found.reconciliation["amount"].sum() == 30
    assert good.controls.select("expected", "found", "verdict").rows() == [(Decimal(30), Decimal(30), "PASS")]
    assert off.controls["verdict"].to_list() == ["FLAG"]
    assert "the export's own total: the sales.csv figure differs" in doubts(off)


@fault(13)
def a_customer_whose_name_begins_like_a_total_is_a_customer(base, tmp_path):
    found = base("who,day,money\nTotal Energies,2024-01-02,10\nВсего хорошего,2024-02-03,20\n")
    assert len(names(found)) == 2


@fault(13)
def a_report_grouped_by_indent_is_made_flat_and_its_subtotals_are_checked(base, tmp_path):
    rows = [
        ("Ромашка", "", "30"),
        ("    РТ-1", "2024-01-02", "10"),
        ("    РТ-2", "2024-01-05", "20"),
        ("Василёк", "", "5"),
        ("    РТ-3", "2024-02-01", "5"),
        ("Итого", "", "35"),
    ]
    toml = TOML.replace('"who"', '"Контрагент"').replace('"sales*.csv"', '"sales*.csv"\ngroups = ["Контрагент", "Документ"]')
    found = base(
        "what,day,money\n" + "".join(f"{','.join(row)}\n" for row in rows),
        toml.replace('date = "day"', 'date = "day", order_id = "Документ"'),
    )
    assert found.tables["lines"].select("customer_id", "order_id", "amount").rows() == [
        ("Ромашка", "РТ-1", Decimal(10)),
        ("Ромашка", "РТ-2", Decimal(20)),
        ("Василёк", "РТ-3", Decimal(5)),
    ]
    assert set(found.controls["verdict"]) == {"PASS"}
    assert found.controls["control"].sort().to_list() == ["the export's own group totals", "the export's own total"]


@fault(13)
def the_levels_of_1cs_grouped_rows_are_read_from_outline_and_indent(base, tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as made:
        outlined, indented = made.add_worksheet("outline"), made.add_worksheet("indent")
        for page in (outlined, indented):
            for i, row in enumerate([("what", "day", "money"), ("Ромашка", "", 10), ("РТ-1", "2024-01-02", 10)]):
                for j, cell in enumerate(row):
                    page.write(i, j, cell, made.add_format({"indent": 2}) if page is indented and i == 2 and j == 0 else None)
        outlined.set_row(2, None, None, {"level": 1})
    toml = TOML.replace('"who"', '"Контрагент"').replace('"sales*.csv"', '"sales*.csv"\nsheet = "*"\ngroups = ["Контрагент", "Документ"]')
    assert names(base(buffer.getvalue(), toml, name="sales.xlsx")) == ["Ромашка", "Ромашка"]


@fault(14)
def odd_spaces_invisible_signs_and_latin_letters_in_headers_are_seen_through(base, tmp_path):
    assert layout.names([["\ufeffКонтрагент ", "Дата\xa0 продажи", "\u200bСумма"]], "x") == ["Контрагент", "Дата продажи", "Сумма"]
    assert layout.plain("Cумма") == layout.plain("сумма")
    assert layout.plain("Учёт") == layout.plain("Учет")


@fault(15)
def further_columns_are_no_fault(base, tmp_path):
    assert names(base("who,day,money,x,y\nA,2024-01-02,1,,\n")) == ["A"]


@fault(16)
def an_empty_file_a_header_alone_and_a_blank_sheet_say_so(base, tmp_path):
    for content, name in (
        (b"", "sales.csv"),
        (b"\xef\xbb\xbf \r\n", "sales.csv"),
        (b"who,day,money\n", "sales.csv"),
        (book([]), "sales.xlsx"),
        (book(GRID[:1]), "sales.xlsx"),
    ):
        with pytest.raises(BadExport, match="empty|Not one line|column"):
            base(content, name=name)


@fault(17)
def all_zero_and_all_negative_amounts_are_taken_in_with_a_flag(base, tmp_path):
    assert "no line has any money" in doubts(base("who,day,money\nA,2024-01-02,0\n"))
    assert base("who,day,money\nA,2024-01-02,-5\n").tables["lines"]["amount"].to_list() == [Decimal(-5)]


@fault(18)
def the_same_document_in_overlapping_exports_counts_once(base, tmp_path):
    toml = TOML.replace('"sales*.csv"', '"s*.csv"').replace('customer_id = "who"', 'line_id = ["doc", "no"], customer_id = "who"')
    write_base(tmp_path, "doc,no,who,day,money\nД1,1,A,2024-01-02,10\nД1,2,A,2024-01-02,10\nД2,1,A,2024-01-05,20\n", toml, name="s1.csv")
    write_base(tmp_path, "doc,no,who,day,money\nД2,1,A,2024-01-05,20\nД3,1,B,2024-01-09,30\n", toml, name="s2.csv")
    found = told(intake.take(tmp_path, settings.read(tmp_path)))
    assert found.tables["lines"]["amount"].sum() == 70
    assert found.reconciliation.filter(pl.col("status") == "merged").select("rows", "amount").rows() == [(1, Decimal(20))]


@fault(19)
def the_same_tax_id_is_one_company_and_the_same_name_waits_for_a_human(base, tmp_path):
    (tmp_path / "people.csv").write_text(
        'id,title,inn\nРомашка,"ООО ""Ромашка""",7707083893\nB,"Pомашка, ООО",7707083893\nC,Общество с ограниченной '
        "ответственностью «Ромашка»,\n",
        encoding="utf-8",
    )
    found = base(LINES + "C,2024-03-01,5\n", CUSTOMERS)
    assert sorted(set(names(found))) == ["B", "C"]
    assert found.aliases.rows() == [("Ромашка", "B", "same tax id")]
    assert found.duplicates.filter(pl.col("reason") != duplicates.SAME_TAX_ID)["proposal"].to_list() == ["merge", "merge"]
    assert found.tables["customers"]["customer_id"].to_list() == ["B", "C"]


@fault(20)
def amounts_of_several_currencies_need_rates(base, tmp_path):
    toml = TOML.replace('amount = "money"', 'amount = "money", currency = "cur"')
    csv = "who,day,money,cur\nA,2024-01-02,10,EUR\nB,2024-02-03,20,$\n"
    with pytest.raises(BadExport, match=r"amounts in USD \(1\) beside EUR, and no rate"):
        base(csv, toml)
    found = base(csv, toml + "[rules]\nrates = { USD = 0.9 }\n")
    assert found.tables["lines"]["amount"].to_list() == [Decimal(10), Decimal(18)]
    assert ("USD converted at 0.9", 1, Decimal(20), Decimal(18)) in found.effects.rows()


@fault(24)
def a_file_is_what_it_holds_not_what_it_is_called(base, tmp_path):
    html = "<html><meta charset=utf-8><table><tr><th>who<th>day<th>money</tr><tr><td>Ромашка<td>2024-01-02<td>10</tr></table></html>"
    assert names(base(html, name="sales.xls")) == ["Ромашка"]
    assert names(base(book(GRID), name="sales.csv")) == ["Ромашка", "B"]
    assert names(base(LINES.replace(",", "\t"), declared('delimiter = "\\t"'), name="sales.xls")) == ["Ромашка", "B"]


@fault(24)
def a_workbook_of_1c_with_a_capital_letter_is_read(base, tmp_path):
    def capital(name, content):
        return name.replace("sharedStrings", "SharedStrings"), content.replace(b"sharedStrings.xml", b"SharedStrings.xml")

    assert names(base(repacked(book(GRID), capital), name="sales.xlsx")) == ["Ромашка", "B"]


@fault(24)
def protected_cut_and_foreign_files_are_named(base, tmp_path):
    ole = detect.OLE + b"\0" * 600
    for content, name, said in (
        (ole + "EncryptedPackage".encode("utf-16-le"), "sales.xlsx", "protected by a password"),
        (ole, "sales.xls", "without a workbook"),
        (book(GRID)[:900], "sales.xlsx", "not a whole archive or workbook"),
        (b"%PDF-1.7 ...", "sales.csv", "is a PDF"),
        (b"\x00\x01\x02\x03binary", "sales.csv", "not text"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', "sales.xls", "XML spreadsheet of 2003"),
    ):
        with pytest.raises(BadExport, match=said) as error:
            base(content, name=name)
        assert name in str(error.value)
        assert "What to do" in str(error.value)


def bomb() -> bytes:
    """A workbook of some 300 kB that would unpack to 300 MB of shared strings."""

    def swollen(name, content):
        return (
            (name, content.replace(b"</sst>", b"<si><t>" + b"A" * (300 * 2**20) + b"</t></si></sst>"))
            if "sharedStrings" in name
            else (name, content)
        )

    return repacked(book(GRID), swollen)


@fault(25)
def a_bomb_is_refused_in_under_a_second_without_unpacking(base, tmp_path):
    import tracemalloc

    content = bomb()
    assert len(content) < 2**20
    (tmp_path / "sales.xlsx").write_bytes(content)
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(BadExport, match="would unpack to 300 MB: refused unopened"):
        detect.kind(content, "sales.xlsx")
    took = time.perf_counter() - began
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert took < 1
    assert most < 2**20
    with pytest.raises(BadExport, match="refused unopened"):
        base(content, name="sales.xlsx")


@fault(25)
def xml_entities_and_a_cell_far_out_are_refused_before_parsing(base, tmp_path):
    def entities(name, content):
        return (name, content.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>', 1)) if name.endswith("sheet1.xml") else (name, content)

    def far(name, content):
        stray = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
        return (name, content.replace(b"</sheetData>", stray)) if name.endswith("sheet1.xml") else (name, content)

    with pytest.raises(BadExport, match="declares XML entities"):
        base(repacked(book(GRID), entities), name="sales.xlsx")
    with pytest.raises(BadExport, match="reaches column XFD and row 1048576: refused"):
        base(repacked(book(GRID), far), name="sales.xlsx")


@fault(25)
def many_empty_formatted_rows_cost_nothing_but_themselves(base, tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as made:
        page, grey = made.add_worksheet(), made.add_format({"bg_color": "silver"})
        for i, row in enumerate(GRID):
            for j, cell in enumerate(row):
                (page.write_datetime if isinstance(cell, dt.date) else page.write)(i, j, cell)
        for i in range(3, 20_000):
            page.write_blank(i, 0, None, grey)
    found = base(buffer.getvalue(), name="sales.xlsx")
    assert found.reconciliation["rows"].sum() == 2


def archive(*members: tuple[str, bytes], link: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, content in members:
            made.writestr(name, content)
        if link:
            info = zipfile.ZipInfo(link)
            info.external_attr = 0o120777 << 16
            made.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@fault(26)
def archives_that_point_outside_or_hold_archives_are_refused(base, tmp_path):
    for content, said in (
        (archive(("../../evil.csv", b"a,b\n")), "points outside"),
        (archive(("/etc/evil.csv", b"a,b\n")), "points outside"),
        (archive(("..\\evil.csv", b"a,b\n")), "points outside"),
        (archive(link="sales.csv"), "points outside"),
        (archive(("inner.zip", b"PK")), "another archive"),
    ):
        with pytest.raises(BadExport, match=said):
            base(content, name="sales.zip")
    assert not (tmp_path.parent / "evil.csv").exists()
    assert names(base(archive(("2024/sales.csv", LINES.encode())), name="sales.zip")) == ["Ромашка", "B"]


@fault(27)
def formulas_errors_hidden_rows_and_sheets_are_read_and_said(base, tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"}) as made:
        page = made.add_worksheet("Продажи")
        for i, row in enumerate([*GRID, ["C", dt.date(2024, 3, 1), None], ["D", dt.date(2024, 3, 2), None]]):
            for j, cell in enumerate(row):
                if cell is not None:
                    (page.write_datetime if isinstance(cell, dt.date) else page.write)(i, j, cell)
        page.write_formula(3, 2, "=1+1", None, 2)
        page.write_formula(4, 2, "=1/0", None, "#DIV/0!")
        page.set_row(1, None, None, {"hidden": True})
        made.add_worksheet("Старое").hide()
    found = base(buffer.getvalue(), name="sales.xlsx")
    assert found.tables["lines"].select("customer_id", "amount").rows() == [
        ("Ромашка", Decimal("10.5")),
        ("B", Decimal(20)),
        ("C", Decimal(2)),
    ]
    assert found.quarantine["reason"].to_list() == ["no amount"]
    assert "1 row is hidden in sales.xlsx, Продажи; they are read" in doubts(found)
    assert "1 cells of sales.xlsx, Продажи hold an error" in doubts(found)


@fault(28)
def excels_lock_files_are_ignored_and_missing_files_are_named(base, tmp_path):
    (tmp_path / "~$sales.csv").write_bytes(b"\x00lock")
    assert names(base(LINES, TOML.replace("sales*.csv", "*sales*.csv"))) == ["Ромашка", "B"]
    (tmp_path / "sales.csv").unlink()
    with pytest.raises(BadExport, match=r"no file '\*sales.csv' in .*; there is .*What to do"):
        told(intake.take(tmp_path, settings.read(tmp_path)))


@fault(29)
def an_input_that_changes_while_it_is_read_fails_the_run(base, tmp_path):
    folder = write_base(tmp_path / "base", LINES, TOML)
    real = intake.take

    def meddling(*given, **more):
        taken = real(*given, **more)
        (folder / "sales.csv").write_text(LINES + "C,2024-05-05,1\n", encoding="utf-8")
        return taken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "take", meddling)
        with pytest.raises(run.FilesChanged, match="changed while they were read"):
            run.run(folder, outputs=tmp_path / "outputs", say=lambda _line: None)
    assert not (tmp_path / "outputs" / "base" / "latest").exists()


@fault(31)
def cells_that_spreadsheets_take_for_formulas_are_text_in_every_csv_we_write(base, tmp_path):
    found = base("who,day,money\n=cmd|'/C calc'!A0,2024-01-02,1\n@SUM(A1),31.31.2024,2\n+7 900,31.31.2024,2\n", check=True)
    written = intake.as_csv(found.quarantine.with_columns(pl.Series("content", ["@SUM(A1)", "+7 900"]))).decode("utf-8-sig")
    assert "'@SUM(A1)" in written
    assert "'+7 900" in written
    pairs = duplicates.proposals(
        pl.DataFrame({"customer_id": ["=a", "=b"], "name": ["=1+1 Ромашка", "ООО =1+1 Ромашка"]}),
        pl.DataFrame({"customer_id": ["=a"], "amount": [Decimal(1)]}),
        country="RU",
    )
    (tmp_path / duplicates.REVIEW).write_bytes(duplicates.review(pairs.with_columns(pl.lit("merge").alias("decision"))))
    assert "'=a" in (tmp_path / duplicates.REVIEW).read_text(encoding="utf-8-sig")
    assert duplicates.decisions(tmp_path) == {("=a", "=b"): "merge"}


@fault(33)
def names_with_control_signs_nul_and_ten_thousand_letters_are_kept_in_their_row(base, tmp_path):
    odd = ["\u202eевил", "zero\u200bwidth", "🙂", "Ы" * 10_000, "bell\x07"]
    found = base("who,day,money\n" + "".join(f"{name},2024-01-02,1\n" for name in odd))
    assert names(found) == odd


@fault(35)
def long_codes_stay_text(base, tmp_path):
    rows = [["who", "day", "money"], ["40702810900000012345", dt.date(2024, 1, 2), 1], ["0012", dt.date(2024, 1, 3), 1]]
    assert names(base(book(rows), name="sales.xlsx")) == ["40702810900000012345", "0012"]


@fault(36)
def unknown_missing_and_wrong_settings_are_told_all_at_once(base, tmp_path):
    with pytest.raises(settings.BadSettings) as error:
        base(LINES, TOML.replace("[base]", "[base]\nas_off = 2024-01-01\nperiod = 5").replace('currency = "EUR"', ""))
    for said in ("as_off: unknown key", "period", "currency"):
        assert said in str(error.value)


@fault(36)
def a_source_of_neither_file_nor_query_is_refused(base, tmp_path):
    with pytest.raises(settings.BadSettings, match="either file or query"):
        base(LINES, TOML.replace('file = "sales*.csv"', 'decimal = "."'))


@fault(38)
def codes_stay_text_and_duplicate_keys_name_their_line(base, tmp_path):
    with pytest.raises(settings.BadSettings, match="line 5"):
        base(LINES, '[base]\nname = "x"\ncurrency = "EUR"\nas_of = 2024-12-31\nname = "y"\n')
    with pytest.raises(settings.BadSettings, match="not TOML in UTF-8"):
        (tmp_path / "audit.toml").write_bytes(TOML.replace("Test", "Тест").encode("cp1251"))
        settings.read(tmp_path)


@fault(39)
def files_outside_the_bases_folder_are_refused(base, tmp_path):
    for path in ("../secret.csv", "/etc/passwd"):
        with pytest.raises(settings.BadSettings, match="inside the base's folder"):
            base(LINES, TOML.replace("sales*.csv", path), name="other.csv")


@fault(5)
def a_quote_that_swallows_lines_is_refused_even_if_the_fields_add_up(base, tmp_path):
    csv = 'who,day,money\n"ООО Ромашка и,2024-01-02,10\n"ООО Лютик и,2024-01-03,20\n'
    with pytest.raises(BadExport, match="a quotation mark opens and closes lines later|is not a table"):
        base(csv)


@fault(5)
def a_delimiter_at_the_end_of_every_line_but_the_headers_is_no_column(base, tmp_path):
    assert names(base(LINES.replace("10\n", "10,\n").replace("20\n", "20,\n"))) == ["Ромашка", "B"]


@fault(13)
def totals_of_days_and_months_are_no_sales_in_whatever_column_they_stand(base, tmp_path):
    found = base("day,who,money\n2024-01-02,A,10\n2024-01-02,Итого за день,10\nИтого за месяц,2024-01-31,10\n")
    assert found.tables["lines"]["amount"].to_list() == [Decimal(10)]
    assert found.reconciliation["rows"].sum() == 3


@fault(13)
def a_customer_called_total_with_a_day_is_a_customer(base, tmp_path):
    toml = declared('date_format = "%d.%m.%Y"')
    assert names(base("who,day,money\nTotal Vostok,01.02.2024,10\nTotal,,10\n", toml)) == ["Total Vostok"]


@fault(13)
def a_heading_without_rows_below_it_is_data_and_not_dropped(base, tmp_path):
    rows = "Группа,,30\n  Ромашка,,30\n    РТ-1,2024-01-02,30\nКрупный,2024-01-05,900\n"
    toml = TOML.replace('"who"', '"Контрагент"').replace('"sales*.csv"', '"sales*.csv"\ngroups = ["Группа", "Контрагент", "Документ"]')
    found = base(f"what,day,money\n{rows}", toml)
    assert found.quarantine.select("row", "reason").rows() == [(5, "no customer_id")]


@fault(24)
def a_web_page_with_an_xml_declaration_is_read(base, tmp_path):
    html = '<?xml version="1.0" encoding="UTF-8"?><html><body><table><tr><td>who</td><td>day</td><td>money</td></tr><tr><td>Ромашка</td><td>2024-01-02</td><td>10</td></tr></table></body></html>'
    assert names(base(html, name="sales.xls")) == ["Ромашка"]


@pytest.mark.parametrize("case", CASES)
def test_fault(case, base, tmp_path):
    case(base, tmp_path)
