"""Every row has one fate, and nothing is guessed (faults by number)."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import intake
from audit.core import settings
from audit.intake.mapping import identifiers, parse
from tests.conftest import TOML, told, write_base


def numbers(texts: list[str], decimal: str) -> list[Decimal | None]:
    return pl.DataFrame({"x": texts}).select(parse.number(pl.col("x"), decimal))["x"].to_list()


def take(folder, csv, toml=TOML, **more):
    base = write_base(folder, csv, toml, **more)
    return told(intake.take(base, settings.read(base)))


GOOD = "who,day,money\nA,2024-01-02,10\nB,2024-02-03,20\n"


@pytest.mark.parametrize(
    ("text", "decimal", "expected"),
    [
        ("1234,50", ",", "1234.5"),
        ("1 234,50", ",", "1234.5"),
        ("1\xa0234,50", ",", "1234.5"),
        ("1\u202f234,50", ",", "1234.5"),
        ("1'234,50", ",", "1234.5"),
        ("1.234,50", ",", "1234.5"),
        ("1.234.567", ",", "1234567"),
        ("(100)", ",", "-100"),
        ("100-", ",", "-100"),
        ("−100,5", ",", "-100.5"),
        ("100 ₽", ",", "100"),
        ("100,50 руб.", ",", "100.5"),
        ("1,234.50", ".", "1234.5"),
        ("1,234", ".", "1234"),
        ("$5", ".", "5"),
        ("1 2OO,50", ",", None),
        ("12.50", ",", None),
        ("1.234", ",", None),
        ("1,23,4", ",", None),
        ("", ",", None),
        ("abc", ".", None),
        ("1e5", ".", None),
    ],
)
def test_fault_06_money_is_exact_or_unread(text, decimal, expected):
    assert numbers([text], decimal) == [None if expected is None else Decimal(expected)]


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from([" ", "\xa0", "\u202f", ""]))
def test_money_written_the_russian_way_is_read_back_exactly(value, space):
    text = f"{abs(value):,.2f}".replace(",", space).replace(".", ",")
    assert numbers([("-" if value < 0 else "") + text], ",") == [value]


@pytest.mark.parametrize(
    ("text", "format", "expected"),
    [
        ("01.02.2025", "%d.%m.%Y", dt.date(2025, 2, 1)),
        ("01.02.2025", "%m.%d.%Y", dt.date(2025, 1, 2)),
        ("31.02.2025", "%d.%m.%Y", None),
        ("00.00.0000", "%d.%m.%Y", None),
        ("01.01.0001", "%d.%m.%Y", None),
        ("31.12.9999", "%d.%m.%Y", None),
        ("2025-02-01", "%d.%m.%Y", None),
        ("01.01.2020 0:00", "%d.%m.%Y %H:%M", dt.date(2020, 1, 1)),
        ("1996-07-04 00:00:00.000", "%Y-%m-%d %H:%M:%S%.f", dt.date(1996, 7, 4)),
    ],
)
def test_fault_07_dates_are_read_by_the_declared_format_only(text, format, expected):
    assert pl.DataFrame({"x": [text]}).select(parse.date(pl.col("x"), format))["x"].to_list() == [expected]


def test_a_formula_is_exact_and_may_hold_arithmetic_only():
    table = pl.DataFrame({"Цена за шт": ["2,55"], "Количество": ["12"]})
    found = table.select(parse.compute('"Цена за шт" * Количество * (1 - 0.1)', table.columns, ",").alias("x"))
    assert found["x"].to_list() == [Decimal("27.54")]
    for bad in ["open('x')", "a.b", "__import__('os')", "1 if 1 else 2", "a ** b", "'"]:
        with pytest.raises(ValueError, match="may hold|not a formula|no column"):
            parse.compute(bad, ["a", "b"], ".")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16"])
def test_fault_01_the_same_table_comes_from_every_encoding(tmp_path, encoding):
    declared = TOML.replace('file = "sales*.csv"', f'file = "sales*.csv"\nencoding = "{encoding}"')
    found = take(tmp_path, GOOD.replace("A,", "Ромашка,"), declared, encoding=encoding)
    assert found.tables["lines"]["customer_id"].to_list() == ["Ромашка", "B"]


def test_fault_03_an_undecodable_file_names_the_byte(tmp_path):
    with pytest.raises(intake.BadExport, match=r"sales.csv is not utf-8 at byte 14.*cp1251"):
        take(tmp_path, GOOD.replace("A,", "Я,"), encoding="cp1251")


def test_rows_and_money_of_every_fate_add_up_to_the_file(tmp_path):
    csv = "no,who,day,money\n1,A,2024-01-02,10.50\n1,A,2024-01-02,10.50\n1,A,2024-01-02,11\n2,,2024-01-03,5\n3,B,31.02.2024,7\n4,B,2024-03-01,1O\n5,B,2025-01-01,9\n"
    toml = TOML.replace('customer_id = "who"', 'line_id = "no", customer_id = "who"')
    found = take(tmp_path, csv, toml)
    table = found.reconciliation
    assert table["rows"].sum() == 7
    assert dict(table.group_by("status").agg(pl.col("rows").sum()).iter_rows()) == {"kept": 1, "merged": 1, "quarantined": 4, "excluded": 1}
    assert table["amount"].sum() == Decimal("53.0000")
    assert table["unreadable"].sum() == 1
    assert found.quarantine.select("row", "reason").rows() == [
        (4, "key line_id repeats, with another amount"),
        (5, "no customer_id"),
        (6, "date cannot be read as date"),
        (7, "amount cannot be read as money"),
    ]
    assert "after as_of 2024-12-31" in table["reason"].to_list()


rows = st.lists(
    st.tuples(
        st.sampled_from(["A", "B", "", "NA"]),
        st.sampled_from(["2024-01-02", "2025-06-01", "31.02.2024", ""]),
        st.sampled_from(["10", "-2.5", "x", "", "1 000"]),
    ),
    min_size=1,
    max_size=30,
)


@given(rows)
def test_whatever_comes_every_row_is_accounted_for(tmp_path_factory, rows):
    csv = "who,day,money\n" + "".join(f"{w},{d},{m}\n" for w, d, m in rows)
    try:
        found = take(tmp_path_factory.mktemp("base"), csv)
    except intake.BadExport as error:
        assert "Not one line of sales could be kept" in str(error)
        return
    assert found.reconciliation["rows"].sum() == len([row for row in rows if any(row)])  # a blank line is no row
    readable = sum(Decimal(m.replace(" ", "")) for _w, _d, m in rows if m not in ("x", ""))
    assert found.reconciliation["amount"].sum() == readable


def test_fault_11_customers_called_na_or_none_are_customers(tmp_path):
    found = take(
        tmp_path, "who,day,money\n" + "".join(f"{n},2024-01-02,1\n" for n in ["NA", "None", "null", "nan", "0", "-"]) + ",2024-01-02,1\n"
    )
    assert found.tables["lines"]["customer_id"].to_list() == ["NA", "None", "null", "nan", "0", "-"]
    assert found.quarantine["reason"].to_list() == ["no customer_id"]


def test_fault_14_a_header_that_names_a_column_twice_is_refused(tmp_path):
    with pytest.raises(intake.BadExport, match="twice"):
        take(tmp_path, "who,day,money, money\nA,2024-01-02,1,2\n")


def test_fault_15_missing_columns_are_listed_with_those_that_are_there(tmp_path):
    with pytest.raises(intake.BadExport) as error:
        take(tmp_path, "wer,day,geld\nA,2024-01-02,1\n")
    assert "no column 'who'; it has wer, day, geld" in str(error.value)
    assert "no column 'money'" in str(error.value)


def test_newcomer_a_csv_header_that_names_a_column_twice_is_never_renamed_in_silence(tmp_path):
    with pytest.raises(intake.BadExport, match="names a column twice: money"):
        take(tmp_path, "who,day,money,money\nA,2024-01-02,1,2\n")


def test_fault_05_unquoted_commas_are_refused_with_the_row(tmp_path):
    with pytest.raises(intake.BadExport, match="expected 3 fields as in row 1, got another number in rows 3; row 3 has 4"):
        take(tmp_path, "who,day,money\nA,2024-01-02,1\nA,2024-01-03,1,50\n")


def test_the_wrong_delimiter_is_named_with_the_right_one(tmp_path):
    with pytest.raises(intake.BadExport, match="one column when read with delimiter ','.*declare delimiter = ';'"):
        take(tmp_path, GOOD.replace(",", ";"))


def test_fault_07_formats_in_doubt_refuse_the_chapters(tmp_path):
    rows = [f"C{i},{1 + i % 28:02d}/{1 + i % 12:02d}/2024,10" for i in range(80)]
    found = take(tmp_path, "who,day,money\n" + "\n".join(rows), TOML.replace('"sales*.csv"', '"sales*.csv"\ndate_format = "%m/%d/%Y"'))
    assert set(found.doubts.filter(pl.col("verdict") == "REFUSE")["spoils"]) == {"identity timing amount coverage"}


def test_when_nothing_could_be_kept_the_first_row_is_shown(tmp_path):
    with pytest.raises(intake.BadExport, match=r"sales.csv, row 2: .*01/02/2024"):
        take(tmp_path, "who,day,money\nA,01/02/2024,1\n")


def test_an_as_of_long_after_the_last_line_is_flagged(tmp_path):
    found = take(tmp_path, GOOD, TOML.replace("2024-12-31", "2031-12-31"))
    assert found.doubts["doubt"].str.contains("the last line is of 2024-02-03").any()


def test_blank_lines_are_no_rows_and_do_not_shift_the_numbers(tmp_path):
    found = take(tmp_path, "who,day,money\nA,2024-01-02,1\n,,\nB,bad,2\n")
    assert found.quarantine["row"].to_list() == [4]
    assert found.reconciliation["rows"].sum() == 2


@pytest.mark.parametrize(("name", "content"), [("sales.zip", b"PK not whole"), ("sales.parquet", b"nothing"), ("sales.xlsx", b"")])
def test_fault_24_broken_files_are_said_to_be_broken(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "audit.toml").write_text(TOML.replace("sales*.csv", name), encoding="utf-8")
    with pytest.raises(intake.BadExport, match=name):
        told(intake.take(tmp_path, settings.read(tmp_path)))


@pytest.mark.parametrize("csv", ["", "who,day,money\n"])
def test_fault_16_an_empty_file_says_so(tmp_path, csv):
    with pytest.raises(intake.BadExport, match="empty|Not one line"):
        take(tmp_path, csv)


def test_fault_18_overlapping_exports_count_once_by_key(tmp_path):
    toml = TOML.replace('customer_id = "who"', 'line_id = "no", customer_id = "who"')
    write_base(tmp_path, "no,who,day,money\n1,A,2024-01-02,10\n2,A,2024-01-05,20\n", toml, name="sales1.csv")
    found = take(tmp_path, "no,who,day,money\n2,A,2024-01-05,20\n3,B,2024-01-09,30\n", toml, name="sales2.csv")
    assert len(found.tables["lines"]) == 3
    assert found.doubts.filter(pl.col("doubt") == "lines exported twice")["rows"].to_list() == [1]


def test_repeats_without_a_key_are_kept_and_flagged(tmp_path):
    found = take(tmp_path, GOOD + "A,2024-01-02,10\n")
    assert len(found.tables["lines"]) == 3
    assert found.doubts.filter(pl.col("doubt").str.contains("alike in everything"))["rows"].to_list() == [1]


@pytest.mark.parametrize(
    "written, kept",
    [
        (["16029.0", "12347.0", "16029"], ["12347", "16029"]),  # as pandas writes whole numbers of a column with gaps
        (["1.0", "1.1"], ["1.0", "1.1"]),
        (["16029.0", "C-7"], ["16029.0", "C-7"]),
    ],
)
def test_whole_numbers_written_as_decimals_are_codes(tmp_path, written, kept):
    found = take(tmp_path, "who,day,money\n" + "".join(f"{who},2024-01-0{i + 1},10\n" for i, who in enumerate(written)))
    assert sorted(set(found.tables["lines"]["customer_id"])) == kept


def test_a_lookup_that_means_two_things_is_an_error_not_a_doubled_row(tmp_path):
    toml = TOML.replace('customer_id = "who", ', "") + (
        'lookup = { customer_id = { source = "orders", key = "who", match = "no", column = "buyer" } '
        '}\n[sources.orders]\nfile = "orders.csv"\n'
    )
    (tmp_path / "orders.csv").write_text("no,buyer\nA,X\nA,Y\nB,Z\n", encoding="utf-8")
    with pytest.raises(intake.BadExport, match="no is not one row in 'orders': A"):
        take(tmp_path, GOOD, toml)


def test_p36_a_list_of_survivors_refuses_retention(tmp_path):
    days = ["2022-01-10", "2024-12-01"]
    found = take(tmp_path, "who,day,money\n" + "".join(f"C{i},{day},1\n" for i in range(40) for day in days))
    assert found.doubts.filter(pl.col("verdict") == "REFUSE")["spoils"].to_list() == ["coverage"]
    lost = take(tmp_path / "b", "who,day,money\n" + "".join(f"C{i},{day},1\n" for i in range(40) for day in days[: 1 + (i > 0)]))
    assert lost.doubts.filter(pl.col("verdict") == "REFUSE").is_empty()


def test_raw_files_are_never_changed(tmp_path):
    take(tmp_path, GOOD)
    assert (tmp_path / "sales.csv").read_text(encoding="utf-8") == GOOD


@pytest.mark.parametrize("suffix", ["xlsx", "parquet", "zip"])
def test_the_same_table_comes_from_every_format(tmp_path, suffix):
    import zipfile

    import pandas as pd

    table = pd.DataFrame({"who": ["A", "B"], "day": pd.to_datetime(["2024-01-02", "2024-02-03"]), "money": [10.5, -20.25]})
    if suffix == "xlsx":
        table.to_excel(tmp_path / "sales.xlsx", index=False, engine="xlsxwriter")
    elif suffix == "parquet":
        table.to_parquet(tmp_path / "sales.parquet")
    else:
        with zipfile.ZipFile(tmp_path / "sales.zip", "w") as archive:
            archive.writestr("a.csv", table[:1].to_csv(index=False))
            archive.writestr("b.csv", table[1:].to_csv(index=False))
    (tmp_path / "audit.toml").write_text(TOML.replace("sales*.csv", f"sales.{suffix}"), encoding="utf-8")
    found = told(intake.take(tmp_path, settings.read(tmp_path))).tables["lines"]
    assert found.select("customer_id", "date", "amount").rows() == [
        ("A", dt.date(2024, 1, 2), Decimal("10.5")),
        ("B", dt.date(2024, 2, 3), Decimal("-20.25")),
    ]


def test_fault_24_a_workbook_that_is_none_is_said_to_be_none(tmp_path):
    (tmp_path / "sales.xlsx").write_bytes(b"not a workbook")
    (tmp_path / "audit.toml").write_text(TOML.replace("sales*.csv", "sales.xlsx"), encoding="utf-8")
    with pytest.raises(intake.BadExport, match="cannot be opened as a workbook"):
        told(intake.take(tmp_path, settings.read(tmp_path)))


def test_phones_that_mostly_fit_no_rule_of_the_country_are_of_others_and_not_judged():
    foreign = [f"030-00743{i:02}" for i in range(9)]
    states = lambda phones: identifiers.checked(pl.Series(phones), "phone", "US")[1].to_list()
    assert states([*foreign, "+1 650 253 0000"]) == ["not checked"] * 9 + ["valid"]
    assert states([*foreign, "12", "7.49512E+10"])[-2:] == ["invalid", "invalid"], "no number anywhere, or rounded"
    assert set(states(foreign[:8])) == {"invalid"}, "too few to say so"
    ours = [f"+1 650 253 00{i:02}" for i in range(9)]
    assert states([*ours, "12"])[-1] == "invalid"
