"""Small exports in the layouts that programs really write (../shared/cases), and generated ones of the same kinds: right, or asked about."""

import datetime as dt
import io
import re
import shutil
import zipfile
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from bench import mutations
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from audit import i18n, intake
from audit.core import settings
from audit.intake import words
from audit.intake.mapping import parse
from audit.intake.propose import base
from audit.intake.readers import layout, workbook
from audit.intake.readers.read import BadExport
from audit.intake.readers.text import likely_encoding
from tests.test_propose import new

CASES = Path(__file__).parents[2] / "shared" / "cases"


def proposed(tmp_path, case):
    """What `audit new` makes of a case's exports, and what intake then reads."""
    if not CASES.is_dir():
        pytest.skip(f"the cases are not here: {CASES}")
    folder = next(CASES.glob(f"{case}-*"))
    files = [path for path in sorted(folder.iterdir()) if path.name != "CASE.md" and path.suffix != ".toml"]
    return taken(base.base(files, name="base", data=tmp_path / "a [1]"))


def taken(proposal):
    folder = proposal.path.parent
    return proposal, intake.check(folder, settings.read(folder))


LINES = {  # rows, money, first day, last day, customers, and what must be asked about; None: nothing in particular
    "01": (109, "23670020", "2024-01-09", "2025-10-24", 12, None),
    "02": (310, "79292.41", "2023-01-13", "2024-06-26", 12, "sources.orders_export.fill_down"),
    "03": (527, "140044.38", "2023-01-13", "2024-12-22", 12, "tables.lines.amount"),
    "07": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, None),
    "07b": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, None),
    "09": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, None),
    "10": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, "tables.invoices.status"),
    "11": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, None),
    "12": (240, "217934367", "2023-01-14", "2025-05-31", 12, None),
    "13": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, None),
    "15": (264, "10891918.35", "2023-01-14", "2025-06-20", 12, None),
    "17": (240, "10175494.87", "2023-01-14", "2025-05-31", 12, "tables.lines.customer_id"),
    "18": (192, "8691121.99", "2023-01-14", "2025-05-28", 12, "tables.lines.amount"),
    "19": (150, "1500000", "2024-01-09", "2025-08-26", 12, None),
    "20": (486, "520956.97", "2023-01-14", "2025-05-31", 12, "sources.sales_order_sale_order.fill_down"),
    "24": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, None),
    "27": (240, "10896718.35", "2023-01-14", "2025-05-31", 12, None),
}


@pytest.mark.parametrize("case", LINES)
def test_case(case, tmp_path):
    rows, money, first, last, customers, asked = LINES[case]
    proposal, found = proposed(tmp_path, case)
    lines = found.tables["lines"]
    assert (len(lines), lines["amount"].sum(), lines["customer_id"].n_unique()) == (rows, Decimal(money), customers)
    assert (str(lines["date"].min()), str(lines["date"].max())) == (first, last)
    assert asked is None or asked in proposal.questions
    assert not found.doubts.filter(pl.col("verdict") == "REFUSE")["doubt"].to_list()


def test_case_01_the_statement_says_its_currency_and_keeps_what_was_paid_out_apart(tmp_path):
    proposal, found = proposed(tmp_path, "01")
    assert proposal.base["currency"] == "KZT"
    assert found.reconciliation.filter((pl.col("table") == "lines") & (pl.col("status") == "excluded"))["rows"].sum() == 10


def test_case_05_an_instant_keeps_the_day_of_its_own_offset(tmp_path):
    if not CASES.is_dir():
        pytest.skip(f"the cases are not here: {CASES}")
    folder = shutil.copytree(CASES / "05-midnight-offset", tmp_path / "base")
    days = intake.check(folder, settings.read(folder)).tables["lines"]["date"]
    assert (days.min(), days.max(), set(days.dt.day())) == (dt.date(2023, 1, 1), dt.date(2024, 12, 1), {1})


def test_cases_09_10_and_27_say_what_is_owed(tmp_path):
    _p, nine = proposed(tmp_path / "9", "09")
    assert len(nine.tables["invoices"]) == 480
    assert nine.tables["invoices"]["amount"].sum() - nine.tables["payments"]["amount"].sum() == Decimal("719452.90")
    _p, ten = proposed(tmp_path / "10", "10")
    open_ = ten.tables["invoices"].filter(pl.col("paid_on").is_null())
    assert open_["amount"].sum() == Decimal("362547.52")
    proposal, balance = proposed(tmp_path / "27", "27")
    assert proposal.tables["invoices"]["columns"]["amount"] == "Invoice Total"
    assert balance.tables["invoices"]["balance"].sum() == Decimal("719799.74")


def test_case_15_the_basis_is_no_loss_and_the_exports_own_total_agrees(tmp_path):
    _p, found = proposed(tmp_path, "15")
    assert found.quarantine.filter(pl.col("table") == "lines").is_empty()
    assert found.controls.filter(pl.col("control").str.contains("own total"))["verdict"].to_list() == ["PASS"]


def test_case_24_one_tax_id_on_unlike_names_is_asked_and_its_money_counted_once(tmp_path):
    _p, found = proposed(tmp_path, "24")
    assert found.aliases.is_empty()
    asked = found.doubts.filter(pl.col("doubt").str.contains("same company or group")).row(0, named=True)
    assert asked["rows"] == 8
    assert asked["amount"] <= Decimal("10896718.35")


# --- the same kinds, generated ---


@given(
    st.datetimes(dt.datetime(2001, 1, 1), dt.datetime(2049, 12, 31)).map(lambda moment: moment.replace(microsecond=0)),
    st.integers(-12 * 4, 14 * 4).map(lambda quarters: dt.timezone(dt.timedelta(minutes=15 * quarters))),
    st.sampled_from(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S %z", "%d.%m.%Y %H:%M:%S %z"]),
)
def test_every_offset_keeps_its_own_day(moment, zone, format):
    written = moment.replace(tzinfo=zone).strftime(format)
    for text in (written, f"{written[:-2]}:{written[-2:]}"):
        assert pl.select(parse.date(pl.lit(text), format)).item() == moment.date()


@given(st.dates(dt.date(1990, 1, 1), dt.date(2060, 1, 1)), st.sampled_from(["%d %B %Y", "%d-%B-%Y", "%B %d, %Y"]), st.booleans())
def test_every_month_is_read_by_its_name(day, format, russian):
    names = (
        ["января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"]
        if russian
        else None
    )
    text = day.strftime(format.replace("%B", names[day.month - 1] if names else "%B")) + (" г." if russian else "")
    assert pl.select(parse.date(pl.lit(text), format)).item() == day


@given(st.decimals(0, 10**11, places=2), st.sampled_from(["{}", "({})", "{}-", "-{}", "{} Cr", "${}", "{} EUR", "INR {}"]), st.booleans())
def test_every_spelling_of_an_amount_is_read(amount, spelling, by_lakhs):
    whole, cents = str(amount).split(".")
    head, tail = whole[:-3], whole[-3:]
    size = 2 if by_lakhs else 3
    groups = [head[max(0, i - size) : i] for i in range(len(head), 0, -size)][::-1]
    text = spelling.format(",".join([*groups, tail]) + "." + cents)
    sign = -1 if spelling in ("({})", "{}-", "-{}", "{} Cr") else 1
    assert pl.select(parse.number(pl.lit(text), ".")).item() == sign * amount


@tries(max_examples=8, deadline=None)
@given(st.lists(st.lists(st.integers(1, 10**6), min_size=2, max_size=5), min_size=6, max_size=30, unique_by=sum))
def test_a_documents_total_is_never_added_up_line_by_line(documents):
    import tempfile

    rows = [
        f"C{i % 5},2024-01-{1 + i % 28:02d},D{i},{sum(lines)},P{j},{line}"
        for i, lines in enumerate(documents)
        for j, line in enumerate(lines)
    ]
    text = "Customer,Date,Invoice Number,Invoice Amount,Product,Line Total\n" + "\n".join(rows) + "\n"
    with tempfile.TemporaryDirectory() as folder:
        proposal, found = taken(new(Path(folder), sales__csv=text))
    assert found.tables["lines"]["amount"].sum() == sum(map(sum, documents))
    assert len({sum(lines) for lines in documents}) < 3 or "tables.lines.amount" in proposal.questions


@tries(max_examples=8, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=8, max_size=40), st.integers(0, 10**6))
def test_blank_means_as_above_where_documents_say_it_once(sizes, seed):
    import tempfile

    if set(sizes) == {1} or sum(sizes) - len(sizes) < 2:
        return
    rows = [
        (f"C{(i * 7 + seed) % 5},2024-02-{1 + i % 28:02d},S{i}" if j == 0 else ",,") + f",P{j},{1 + (i * 31 + j * 17 + seed) % 997}"
        for i, size in enumerate(sizes)
        for j in range(size)
    ]
    with tempfile.TemporaryDirectory() as folder:
        proposal, found = taken(new(Path(folder), sales__csv="Customer,Date,Order,Product,Amount\n" + "\n".join(rows) + "\n"))
    assert len(found.tables["lines"]) == len(rows)
    assert found.tables["lines"]["order_id"].n_unique() == len(sizes)
    assert "sources.sales.fill_down" in proposal.questions


def register(rows: list[str]) -> str:
    return "Клиент;Дата;Номер;Сумма\n" + "\n".join(rows) + "\n"


ROWS = [f"Клиент {i % 7};{1 + i % 28:02d}.{1 + i % 12:02d}.2024;{i};{100 + i},50" for i in range(60)]


def test_equal_files_and_files_within_files_count_once_and_twins_stay(tmp_path):
    twins = [*ROWS, ROWS[0]]
    _p, found = taken(new(tmp_path, a__csv=register(twins), b__csv=register(ROWS[10:40])))
    assert len(found.tables["lines"]) == 61
    assert found.reconciliation.filter(pl.col("reason").str.contains("copy"))["rows"].sum() == 30
    _p, other = taken(new(tmp_path / "2", a__csv=register(ROWS), b__csv=register([*ROWS[10:39], "Клиент 1;01.02.2024;40;7,00"])))
    assert len(other.tables["lines"]) == 90, "one row more: no copy is proven"


@pytest.mark.parametrize("year", [2023, 2024])
def test_a_workbook_that_counts_from_1904_is_read_by_its_own_epoch(tmp_path, year):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "date_1904": True}) as book:
        page, day = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy"})
        page.write_row(0, 0, ["Клиент", "Дата", "Сумма"])
        for i in range(1, 13):
            page.write(i, 0, f"К{i}")
            page.write_datetime(i, 1, dt.datetime(year, i, 15), day)
            page.write(i, 2, 10 * i)
    mended = io.BytesIO()
    extension = b'<extLst><ext uri="{140A7094-0E35-4892-8432-C4D2E57EDEB5}" xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"><x15:workbookPr chartTrackingRefBase="1"/></ext></extLst>'
    with zipfile.ZipFile(buffer) as old, zipfile.ZipFile(mended, "w") as made:
        for member in old.infolist():
            content = old.read(member)
            made.writestr(
                member, content.replace(b"</workbook>", extension + b"</workbook>") if member.filename == "xl/workbook.xml" else content
            )
    for content in (buffer.getvalue(), mended.getvalue()):
        _p, found = taken(new(tmp_path / str(len(content)), sales__xlsx=content))
        assert found.tables["lines"]["date"].sort().to_list() == [dt.date(year, i, 15) for i in range(1, 13)]


def test_notes_below_a_table_are_no_rows_and_no_row_cut_short_is_a_note(tmp_path):
    note = '\n"Monday, Jun 02, 2025 10:12 AM GMT+3 - Accrual Basis"\n'
    _p, found = taken(new(tmp_path, sales__csv=register(ROWS) + note.replace('"', "")))
    assert len(found.tables["lines"]) == 60
    proposal = new(tmp_path / "cut", sales__csv=register(ROWS)[:-20])
    assert any("is not a table" in asked for asked in proposal.questions.values())


def test_words_of_closed_lists_are_read_in_russian_and_what_is_not_known_is_asked(tmp_path):
    calls = "Клиент;Дата;Направление;Вид\n" + "".join(
        f"Клиент {i % 7};{1 + i % 28:02d}.03.2024;{['Входящий', 'исходящий', 'Проходящий'][i % 3]};звонок\n" for i in range(30)
    )
    proposal = new(tmp_path, sales__csv=register(ROWS), calls__csv=calls)
    assert proposal.tables["activities"]["values"] == {"direction": {"Входящий": "in", "исходящий": "out"}}
    assert "Проходящий" in proposal.questions["tables.activities.direction"]
    _p, found = taken(proposal)
    assert sorted(found.tables["activities"]["direction"].unique()) == ["in", "out"]
    assert found.quarantine.filter(pl.col("table") == "activities").height == 10


def test_a_value_nobody_knows_in_an_optional_column_is_lost_and_not_its_row(tmp_path):
    managers = "Код;Имя;Роль\n" + "".join(f"M{i};Имя {i};{['охотник', 'звездочёт'][i % 2]}\n" for i in range(6))
    rows = [f"{row};M{i % 6}" for i, row in enumerate(ROWS)]
    proposal = new(tmp_path, sales__csv="Клиент;Дата;Номер;Сумма;Менеджер\n" + "\n".join(rows) + "\n", managers__csv=managers)
    _p, found = taken(proposal)
    assert found.tables["managers"].sort("manager_id")["role"].to_list() == ["hunter", ""] * 3
    assert found.doubts.filter(pl.col("doubt").str.contains("none of its codes"))["rows"].to_list() == [3]


def test_a_dialect_that_nobody_knows_is_refused_by_its_keys(tmp_path):
    text = "1CClientBankExchange\nВерсияФормата=9\nСекцияДокумент=Проводка\nNomer=1\nDen=01.01.2024\nPlata=5\nКонецДокумента\nКонецФайла\n"
    proposal = new(tmp_path, bank__txt=text)
    said = next(asked for about, asked in proposal.questions.items() if about.startswith("sources"))
    assert re.search(r"dialect.*Den.*Nomer.*Plata", said)


def test_fill_down_names_columns_that_are_there(tmp_path):
    proposal = new(tmp_path, sales__csv=register(ROWS))
    text = proposal.path.read_text().replace('file = "sales.csv"', 'file = "sales.csv"\nfill_down = ["Покупатель"]')
    proposal.path.write_text(text)
    with pytest.raises(BadExport, match="Покупатель"):
        taken(proposal)


def test_damaged_exports_are_read_or_refused_and_no_row_is_lost():
    """Some of what `make study` tries by the thousand; bench/studies.md has the counts."""
    fates = [mutations.fate((kind, seed)) for kind in mutations.KINDS for seed in range(12)]
    assert {what for _kind, what, _seed, _said in fates} == {"read", "refused"}, [f for f in fates if f[1] not in ("read", "refused")]


def test_every_type_of_a_parquet_file_is_text_or_refused(tmp_path):
    n = 30
    table = pl.DataFrame(
        {
            "customer": [f"K{i % 7}" for i in range(n)],
            "date": [dt.date(2024, 1 + i % 12, 5) for i in range(n)],
            "amount": [float(i) for i in range(n)],
            "bytes": [b"\x00\xff"] * n,
            "list": [[1, 2]] * n,
            "struct": [{"a": 1}] * n,
            "span": pl.Series([1] * n).cast(pl.Duration("us")),
            "kind": pl.Series(["x"] * n).cast(pl.Categorical),
            "nothing": [None] * n,
            "flag": [True] * n,
            "moment": pl.Series([1] * n).cast(pl.Datetime("ns", "Europe/Moscow")),
            "clock": pl.Series([1] * n).cast(pl.Time),
            "_row": list(range(n)),
        }
    )
    buffer = io.BytesIO()
    table.write_parquet(buffer)
    _p, found = taken(new(tmp_path, sales__parquet=buffer.getvalue()))
    assert found.tables["lines"]["amount"].sum() == sum(range(n))


@pytest.mark.parametrize("name", ["../../x", "/tmp/x", "a/b", "..", ".", "", "a\nb", "a\\b"])
def test_a_base_is_named_by_one_word(name, tmp_path):
    file = tmp_path / "sales.csv"
    file.write_text(register(ROWS))
    with pytest.raises(settings.BadSettings, match="no name for a base"):
        base.base([file], name=name, data=tmp_path / "data")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('constants = { cost = "abc" }', "cannot be read as money"),
        ('constants = { quantity = "many" }', "cannot be read as number"),
        ('constants = { date = "yesterday" }', "fills date twice"),
        ('compute = { order_id = "Сумма" }', "fills order_id twice"),
        ('values = { order_id = { a = "b" } }', "is none of its codes"),
    ],
)
def test_what_a_mapping_cannot_mean_is_said_in_words(line, said, tmp_path):
    proposal = new(tmp_path, sales__csv=register(ROWS))
    proposal.path.write_text(proposal.path.read_text().replace('from = "sales"', f'from = "sales"\n{line}'))
    with pytest.raises((settings.BadSettings, BadExport), match=said):
        taken(proposal)


@pytest.mark.parametrize("encoding", ["undefined", "punycode", "nowhere-8"])
def test_an_encoding_that_is_none_is_said_in_words(encoding, tmp_path):
    proposal = new(tmp_path, sales__csv=register(ROWS))
    proposal.path.write_text(proposal.path.read_text().replace('file = "sales.csv"', f'file = "sales.csv"\nencoding = "{encoding}"'))
    with pytest.raises(BadExport, match="encoding"):
        taken(proposal)


def test_the_demo_with_all_code_words_in_russian_is_the_same_base(tmp_path):
    """Every code of a closed list that words.toml knows is replaced by its first Russian word in the demo's exports; where intake reads the
    same tables, every chapter computes the same."""
    demo = Path(__file__).parents[1] / "data" / "demo"
    folder = Path(shutil.copytree(demo, tmp_path / "demo"))
    given_ = settings.read(folder)
    changed = set()
    for table, mapping in given_.tables.items():
        source = given_.sources[mapping.from_]
        for target, listed in words.vocabulary()["values"].get(table, {}).items():
            if target in mapping.columns and source.file:
                for path in sorted(folder.glob(source.file)):
                    changed |= {(table, target)} if in_russian(path, mapping.columns[target], listed, source) else set()
    assert {("activities", "direction"), ("costs", "driver"), ("spend", "purpose")} <= changed
    english, russian = (intake.check(one, settings.read(one)).tables for one in (demo, folder))
    for table, columns in english.items():
        assert columns.drop("line_id", strict=False).equals(russian[table].drop("line_id", strict=False)), table


def in_russian(path, column, listed, source) -> bool:
    """The column's codes in a file replaced by words; whether any was."""
    text = path.read_bytes().decode(source.encoding or "utf-8-sig")
    head, *rows = text.splitlines()
    at = head.split(source.delimiter).index(column)
    spoken = {code: next(word for word in said if re.search("[а-я]", word)).capitalize() for code, said in listed.items()}
    cells = [row.split(source.delimiter) for row in rows]
    new = [[spoken.get(cell, cell) if i == at else cell for i, cell in enumerate(row)] for row in cells]
    path.chmod(0o644)
    path.write_bytes("\n".join([head, *(source.delimiter.join(row) for row in new)]).encode(source.encoding or "utf-8") + b"\n")
    return new != cells


def test_a_pivot_with_months_as_columns_is_named_and_turned(tmp_path):
    """Three customers by six months, one cell empty in two of them, with totals below and beside: 15 sales of 466."""
    text = (
        "Контрагент;янв 2024;фев 2024;мар 2024;апр 2024;май 2024;июн 2024;Итого\n"
        "ООО Ромашка;100,00;200,00;;50,00;10,00;20,00;380,00\nООО Лютик;10,00;20,00;30,00;;;5,00;65,00\n"
        "ООО Пион;1,00;2,00;3,00;4,00;5,00;6,00;21,00\nИтого;111,00;222,00;33,00;54,00;15,00;31,00;466,00\n"
    )
    proposal, found = taken(new(tmp_path, pivot__csv=text))
    lines = found.tables["lines"]
    assert (len(lines), lines["amount"].sum(), lines["line_id"].n_unique()) == (15, 466, 15)
    assert lines["date"].unique().sort().to_list() == [dt.date(2024, month, 1) for month in range(1, 7)]
    assert found.controls["verdict"].unique().to_list() == ["PASS"], "each column's own total"
    assert "months" in proposal.questions["sources.pivot.unpivot"]


def test_a_formula_may_use_what_was_looked_up(tmp_path):
    rows = "Клиент;Дата;Номер;Товар;Количество\n" + "".join(f"К{i % 5};{1 + i % 28:02d}.01.2024;{i};P{i % 3};{i}\n" for i in range(30))
    folder = tmp_path / "base"
    folder.mkdir()
    (folder / "sales.csv").write_text(rows)
    (folder / "prices.csv").write_text("Товар;Прайс\nP0;10\nP1;20\nP2;30,5\n")
    (folder / "audit.toml").write_text(
        """[base]
name = "b"
currency = "RUB"
as_of = 2024-01-31
[sources.sales]
file = "sales.csv"
delimiter = ";"
date_format = "%d.%m.%Y"
decimal = ","
[sources.prices]
file = "prices.csv"
delimiter = ";"
[tables.lines]
from = "sales"
columns = { customer_id = "Клиент", date = "Дата", order_id = "Номер", product_id = "Товар", quantity = "Количество" }
compute = { amount = "price * Количество" }
lookup = { price = { source = "prices", key = "Товар", column = "Прайс" } }
"""
    )
    lines = intake.check(folder, settings.read(folder)).tables["lines"]
    assert lines["amount"].to_list() == [Decimal(str(i)) * (10, 20, Decimal("30.5"))[i % 3] for i in range(30)]
    assert "price" not in lines.columns


def test_a_key_that_repeats_is_shown_with_what_differs(tmp_path):
    people = "Код;Наименование;Регион\n" + "".join(f"Клиент {i};Имя {i};Юг\n" for i in range(40)) + "Клиент 3;Имя 3;Север\n"
    _p, found = taken(new(tmp_path, sales__csv=register(ROWS), people__csv=people))
    said = found.quarantine.filter(pl.col("table") == "customers")["reason"].to_list()
    assert [i18n.render(reason) for reason in said] == ["key customer_id repeats, with another region"]


def test_codes_that_lost_their_zeros_are_asked_about(tmp_path):
    rows = "Код клиента;Дата;Номер;Сумма\n" + "".join(f"00{10 + i % 20};{1 + i % 28:02d}.01.2024;{i};{100 + i}\n" for i in range(60))
    people = "Код;Наименование\n" + "".join(f"{10 + i};ООО Клиент {i}\n" for i in range(20))
    proposal = new(tmp_path, sales__csv=rows, people__csv=people)
    assert "customers" not in proposal.tables
    assert "leading zeros" in proposal.questions["tables.customers"]


def test_a_sheet_of_returns_that_nothing_maps_is_asked_about(tmp_path):
    proposal = new(tmp_path, sales__csv=register(ROWS), Returns__csv="Returned;Номер\n" + "".join(f"Yes;{i}\n" for i in range(12)))
    assert "before these returns" in proposal.questions["sources.returns"]


def test_sales_booked_as_credits_are_turned_and_asked_about(tmp_path):
    rows = "Party;Date;Vch No.;Amount\n" + "".join(f"C{i % 7};{1 + i % 28:02d}.01.2024;{i};{100 + i}.00 Cr\n" for i in range(40))
    proposal, found = taken(new(tmp_path, daybook__csv=rows))
    assert found.tables["lines"]["amount"].sum() == sum(100 + i for i in range(40))
    assert "sign turned" in proposal.questions["tables.lines.amount"]


def test_a_statement_exported_twice_counts_once_though_its_purposes_are_padded_anew(tmp_path):
    first = mutations.statement()
    again = first.decode("cp1251").replace("за товар", "за   товар").encode("cp1251")
    _p, found = taken(new(tmp_path, a__txt=first, b__txt=again))
    assert len(found.tables["lines"]) == mutations.ROWS


TELLING = {  # name of a column -> its values, each with the rows of it, and which are taken
    ("Вид операции", "Поступление|Списание"): ["Поступление"],
    ("Type", "Invoice|Payment"): ["Invoice"],
    ("Doc Type", "INV|CRN"): ["INV"],
    ("Отменён", "Нет|Да"): ["Нет"],
    ("IsCancelled", "FALSE|TRUE"): ["FALSE"],
    ("Void?", "No|Yes"): ["No"],
    ("Outcome", "Won|Lost|Open"): ["Won"],
    ("Dr/Cr", "Dr|Cr"): None,
    ("Д/К", "Д|К"): None,
}


@pytest.mark.parametrize(("name", "values"), TELLING)
def test_a_column_that_says_which_rows_are_no_sales_is_asked_about_with_their_money(tmp_path, name, values):
    words = values.split("|")
    rows = [f"2023-{1 + i % 12:02d}-11,Customer {i % 9},{100 + i},{words[0 if i % 4 else i // 4 % len(words)]}" for i in range(120)]
    (tmp_path / "x.csv").write_text(f"Date,Customer,Amount,{name}\n" + "\n".join(rows) + "\n", encoding="utf-8")
    made = base.base([tmp_path / "x.csv"], name="x", data=tmp_path / "data")
    assert f"({sum(row.endswith(words[1]) for row in rows)}: " in made.questions["tables.lines.where"]
    assert made.tables["lines"]["where"] == ({name: TELLING[name, values]} if TELLING[name, values] else {})


def test_returns_with_a_minus_take_themselves_off_and_are_not_left_out(tmp_path):
    rows = [
        f"2023-{1 + i % 12:02d}-11,Customer {i % 9},{-50 if i % 5 == 0 else 100},{'Credit Memo' if i % 5 == 0 else 'Invoice'}"
        for i in range(60)
    ]
    (tmp_path / "x.csv").write_text("Date,Customer,Amount,Type\n" + "\n".join(rows) + "\n", encoding="utf-8")
    made = base.base([tmp_path / "x.csv"], name="x", data=tmp_path / "data")
    assert made.tables["lines"]["where"] == {}


def test_nothing_is_joined_by_days(tmp_path):
    sales = "\n".join(f"2023-{1 + i // 25:02d}-{1 + i % 25:02d},Customer {i % 9},{100 + i}" for i in range(100))
    calls = "\n".join(f"2023-{1 + i // 25:02d}-{1 + i % 25:02d},Customer {i % 7},Manager {i % 3}" for i in range(100))
    (tmp_path / "sales.csv").write_text(f"Date,Customer,Amount\n{sales}\n", encoding="utf-8")
    (tmp_path / "calls.csv").write_text(f"Date,Customer,Manager\n{calls}\n", encoding="utf-8")
    made = base.base([tmp_path / "sales.csv", tmp_path / "calls.csv"], name="x", data=tmp_path / "data")
    assert made.tables["lines"]["lookup"] == {}


def test_the_same_orders_in_another_format_are_no_payments(tmp_path):
    rows = [(f"O{i}", f"2023-{1 + i % 12:02d}-11", f"Customer {i % 9}", 100 + i) for i in range(60)]
    table = pl.DataFrame(rows, schema=["Order", "Date", "Customer", "Amount"], orient="row")
    table.write_csv(tmp_path / "orders.csv")
    table.write_excel(tmp_path / "orders2.xlsx")
    made = base.base([tmp_path / "orders.csv", tmp_path / "orders2.xlsx"], name="x", data=tmp_path / "data")
    assert "payments" not in made.tables
    assert any("beside those of" in asked for asked in made.questions.values())


def test_two_currencies_by_their_codes_are_never_added_up(tmp_path):
    rows = "\n".join(f"2023-{1 + i % 12:02d}-11,Customer {i % 9},{100 + i}.00 {'EUR' if i % 3 else 'USD'}" for i in range(60))
    (tmp_path / "x.csv").write_text(f"Date,Customer,Amount\n{rows}\n", encoding="utf-8")
    with pytest.raises(BadExport, match="EUR, USD"):
        base.base([tmp_path / "x.csv"], name="x", data=tmp_path / "data")


def test_a_moment_of_parquet_is_the_day_of_its_own_zone_and_bytes_are_text():
    moment = pl.Series("t", ["2023-01-12T00:30:00+03:00"]).str.to_datetime(time_zone="Europe/Moscow")
    table = workbook.as_text(pl.DataFrame([moment, pl.Series("b", ["Ёлка".encode()]), pl.Series("x", [b"\xff\x00"])]), ".", None)
    assert table.rows() == [("2023-01-12 00:30:00", "Ёлка", "ff00")]  # the hour stays for who asks for it: a column of days takes it off


@pytest.mark.parametrize(
    ("text", "encoding"),
    [("Müller Größe", "cp1252"), ("1.250,00 €", "cp1252"), ("Ромашка Größe", None), ("ООО «Лён»", "cp1251"), ("Ромашка", "cp866")],
)
def test_the_encoding_of_a_short_text(text, encoding):
    content = f"Kunde;Betrag\n{text};1\n".encode(encoding or "utf-8")
    assert likely_encoding(content) == (encoding or "utf-8")


def test_totals_are_told_by_what_they_add_up_to_and_not_by_their_name(tmp_path):
    """A subtotal with a day beside it is one; a customer called Total is none."""
    rows, every = [], 0
    for region in ("North", "South", "West"):
        of = [100 + 7 * i + len(region) for i in range(20)]
        rows += [f"2024-{1 + i % 12:02d}-11,{region} {i % 4},{money}" for i, money in enumerate(of)]
        rows += [
            f"2024-12-31,{region} subtotal,{sum(of)}",
            f"2024-05-05,Итого Плюс,{3 * len(region)}",
            "2024-05-06,Grand Total Wine LLC,11",
        ]
        every += sum(of) + 3 * len(region) + 11
    (tmp_path / "x.csv").write_text("Date,Customer,Amount\n" + "\n".join(rows) + "\n", encoding="utf-8")
    _proposal, found = taken(base.base([tmp_path / "x.csv"], name="x", data=tmp_path / "data"))
    assert found.tables["lines"]["amount"].sum() == every
    assert {"Итого Плюс", "Grand Total Wine LLC"} <= set(found.tables["lines"]["customer_id"])


@given(
    st.lists(st.lists(st.integers(1, 10**6), min_size=2, max_size=9), min_size=1, max_size=6),
    st.sampled_from(["{} Total", "Итого по {}", "{} subtotal"]),
)
def test_whatever_adds_up_above_it_and_says_so_is_a_total(groups, name):
    cells = [
        row
        for i, group in enumerate(groups)
        for row in [*((f"2024-01-0{1 + k}", f"c{i}", str(v)) for k, v in enumerate(group)), ("", name.format(f"c{i}"), str(sum(group)))]
    ]
    marks = layout.marked(pl.DataFrame(cells, schema=["Date", "Customer", "Amount"], orient="row"), 2, {}, [])["_mark"].to_list()
    assert [mark == "total" for mark in marks] == [cell[1] not in {f"c{i}" for i in range(len(groups))} for cell in cells]


def test_serials_beside_amounts_leave_the_amounts_numbers(tmp_path):
    rows = "\n".join(f"{44937 + i}.{33 + i % 60},Клиент {i % 9},{1000 + 71 * i}.25" for i in range(100))
    (tmp_path / "x.csv").write_text(f"Order Date,Customer,Total\n{rows}\n", encoding="utf-8")
    _proposal, found = taken(base.base([tmp_path / "x.csv"], name="x", data=tmp_path / "data"))
    assert (found.tables["lines"]["date"].min(), found.tables["lines"]["amount"].max()) == (dt.date(2023, 1, 11), Decimal("8029.25"))


def test_vat_that_is_part_of_the_amounts_is_asked_about(tmp_path):
    rows = "\n".join(f"2024-{1 + i % 12:02d}-11;Клиент {i % 9};{120 * (i + 1)};{20 * (i + 1)}" for i in range(60))
    (tmp_path / "x.csv").write_text(f"Дата;Клиент;Сумма;в т.ч. НДС\n{rows}\n", encoding="utf-8")
    assert "VAT of 20% within" in base.base([tmp_path / "x.csv"], name="x", data=tmp_path / "data").questions["rules.vat"]


def test_a_second_table_under_the_first_is_asked_about(tmp_path):
    rows = "\n".join(f"2024-{1 + i % 12:02d}-11;Клиент {i % 9};{120 * (i + 1)}" for i in range(60))
    (tmp_path / "x.csv").write_text(f"Дата;Клиент;Сумма\n{rows}\nВозвраты;;\nДата;Клиент;Сумма\n2024-05-05;Клиент 1;77\n", encoding="utf-8")
    assert (
        "'Возвраты' and the header stand once more in row 63"
        in base.base([tmp_path / "x.csv"], name="x", data=tmp_path / "data").questions["sources.x.second"]
    )


PLANS = {"Q1 2026": "2026-Q1", "1 кв. 2026": "2026-Q1", "март 2026": "2026-03", "2026-03": "2026-03", "2026": "2026"}


@pytest.mark.parametrize("said", [*PLANS, "весна 2026"])
def test_the_period_of_a_plan_is_read_as_people_write_it_or_its_row_is_not_taken(tmp_path, said):
    rows = "\n".join(f"2025-{1 + i % 12:02d}-11,Customer {i % 9},{120 * (i + 1)}" for i in range(60))
    (tmp_path / "sales.csv").write_text(f"Date,Customer,Amount\n{rows}\n", encoding="utf-8")
    (tmp_path / "plan.csv").write_text(f"Period,Level,ID,Plan\n{said},company,-,1000\n2027,company,-,1000\n", encoding="utf-8")
    _proposal, found = taken(base.base([tmp_path / "sales.csv", tmp_path / "plan.csv"], name="x", data=tmp_path / "data"))
    plans = found.tables.get("plans")  # half of its money rejected: it counts as not sent
    assert (plans["period"].to_list() if plans is not None else []) == ([PLANS[said], "2027"] if said in PLANS else [])
