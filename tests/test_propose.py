"""`audit new`: known layouts are understood, and what cannot be known is asked instead of guessed."""

import datetime as dt
import io

import polars as pl
import pytest
import xlsxwriter

from audit import cli, intake
from audit.core import settings
from audit.intake.mapping import parse
from audit.intake.propose import base, toml
from tests.conftest import told
from tests.test_bank import HEAD, document, section


def new(tmp_path, **files):
    """A base proposed from files given as name=content (`__` for the dot)."""
    paths = []
    for name, content in files.items():
        path = tmp_path / "sent" / name.replace("__", ".")
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        paths.append(path)
    return base.base(paths, name="base", data=tmp_path / "data")


def check(proposal):
    folder = proposal.path.parent
    return told(intake.check(folder, settings.read(folder)))


RUSSIAN = "Дата;Номер документа;Контрагент;Номенклатура;Количество;Сумма, руб.;Менеджер\n01.02.2024;РТ-1;ООО Ромашка;Гвоздь;2;1 234,50;Иванов\n15.03.2024;РТ-2;ИП Лютик;Шуруп;1;10,00;Петров\nИтого;;;;3;1 244,50;\n"


def test_a_russian_register_in_cp1251_is_understood_whole(tmp_path):
    proposal = new(tmp_path, sales__csv=RUSSIAN.encode("cp1251"))
    assert proposal.tables["lines"]["columns"] == {
        "customer_id": "Контрагент",
        "date": "Дата",
        "amount": "Сумма, руб.",
        "order_id": "Номер документа",
        "product_id": "Номенклатура",
        "quantity": "Количество",
        "manager_id": "Менеджер",
    }
    source = settings.read(proposal.path.parent).sources["sales"]
    assert (source.encoding, source.delimiter, source.decimal, source.date_format) == ("cp1251", ";", ",", "%d.%m.%Y")
    assert proposal.base == {"as_of": dt.date(2024, 3, 15), "currency": "RUB"}
    assert proposal.questions == {}
    found = check(proposal)
    assert float(found.tables["lines"]["amount"].sum()) == 1244.5
    assert found.controls["verdict"].to_list() == ["PASS"]


def test_what_was_sent_is_copied_unchanged_and_never_written_to(tmp_path):
    proposal = new(tmp_path, sales__csv=RUSSIAN.encode("cp1251"))
    assert (proposal.path.parent / "sales.csv").read_bytes() == (tmp_path / "sent" / "sales.csv").read_bytes() == RUSSIAN.encode("cp1251")


def test_an_audit_toml_that_is_there_is_never_overwritten(tmp_path):
    new(tmp_path, sales__csv=RUSSIAN)
    with pytest.raises(settings.BadSettings, match="already there"):
        new(tmp_path, sales__csv=RUSSIAN)


def test_days_and_months_that_could_be_exchanged_are_asked(tmp_path):
    proposal = new(tmp_path, sales__csv="customer,date,amount $\nA,01/02/2024,1\nB,03/04/2024,2\n")
    assert "first of February or the second of January" in proposal.questions["sources.sales.date_format"]
    assert "open question" in "".join(check(proposal).doubts["doubt"])
    clear = new(tmp_path / "b", sales__csv="customer,date,amount $\nA,01/13/2024,1\nB,03/04/2024,2\n")
    assert settings.read(clear.path.parent).sources["sales"].date_format == "%m/%d/%Y"
    assert not clear.questions


def test_two_columns_that_could_be_the_customer_are_asked(tmp_path):
    proposal = new(tmp_path, sales__csv="Контрагент;Грузополучатель;Дата;Сумма руб\nА;Б;01.02.2024;1\nВ;Г;13.02.2024;2\n")
    assert proposal.tables["lines"]["columns"]["customer_id"] == "Контрагент"
    assert "it could also be Грузополучатель" in proposal.questions["tables.lines.customer_id"]


def test_an_amount_that_is_not_price_times_quantity_is_asked(tmp_path):
    rows = "".join(f"2024-01-{i:02d},C{i},10,2,15\n" for i in range(1, 20))
    proposal = new(tmp_path, sales__csv=f"date,customer,price,quantity,amount usd\n{rows}")
    assert "in 0% of the rows only" in proposal.questions["tables.lines.amount"]


def test_files_of_several_years_become_one_source_and_a_list_of_customers_is_found_by_its_keys(tmp_path):
    head = "Дата;Документ;Клиент;Сумма руб\n"
    proposal = new(
        tmp_path,
        Продажи_2023__csv=head + "01.02.2023;1;К1;10\n15.02.2023;2;К2;20\n",
        Продажи_2024__csv=head + "01.02.2024;3;К1;30\n",
        Справочник__csv="Код;Наименование;ИНН;Телефон\nК1;ООО Ромашка;7707083893;8 495 123-45-67\nК2;ИП Лютик;;\nК3;АО Пион;;\n",
    )
    assert [one.file for one in proposal.sheets] == ["Продажи_202*.csv", "Справочник.csv"]
    assert proposal.tables["customers"]["columns"] == {"customer_id": "Код", "name": "Наименование", "tax_id": "ИНН", "phone": "Телефон"}
    found = check(proposal)
    assert len(found.tables["lines"]) == 3
    assert "phone" not in found.tables["customers"].columns
    assert found.central_fields.filter(pl.col("field") == "phone")["is_filled"].to_list() == [True, False, False]


def test_a_report_of_1c_with_parameters_groups_and_a_total_is_made_flat(tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("TDSheet")
        rows = [
            (0, ["Ведомость продаж"]), (0, ["Период: 2024 г."]), (0, []), (0, ["Контрагент", "Дата", "Сумма, руб."]), (0, ["Документ"]), (0,
            ["Ромашка", "", 30]),
            (1, ["РТ-1", "01.02.2024", 10]), (1, ["РТ-2", "15.03.2024", 20]), (0, ["Лютик", "", 5]), (1, ["РТ-3", "20.03.2024", 5]), (0,
            ["Итого", "", 35]),
        ]  # fmt: skip
        for i, (level, cells) in enumerate(rows):
            for j, cell in enumerate(cells):
                page.write(i, j, cell)
            if level:
                page.set_row(i, None, None, {"level": level})
    proposal = new(tmp_path, report__xlsx=buffer.getvalue())
    assert proposal.sheets[0].source.groups == ["Контрагент", "Документ"]
    assert "What are its levels" in proposal.questions["sources.report.groups"]
    found = check(proposal)
    assert found.tables["lines"].select("customer_id", "amount").rows() == [("Ромашка", 10), ("Ромашка", 20), ("Лютик", 5)]
    assert found.tables["lines"]["order_id"].to_list() == ["РТ-1", "РТ-2", "РТ-3"]
    assert set(found.controls["verdict"]) == {"PASS"}


def test_bank_statements_alone_make_a_base_of_payments(tmp_path):
    text = (
        HEAD
        + section("0", "250.00", "0", "250.00")
        + document(1)
        + document(2, "150.00", day="20.05.2024", inn="7736050003", name="АО Лютик")
        + document(3, "9.00", purpose="по письму")
    )
    proposal = new(tmp_path, bank__txt=text.encode("cp1251"))
    declared = settings.read(proposal.path.parent)
    assert declared.purchases_are == "payments"
    assert "1 payments say neither sale nor anything else" in proposal.questions["sources.bank.payers"]
    found = check(proposal)
    assert found.tables["lines"]["amount"].sum() == 250
    assert sorted(found.tables["customers"]["name"]) == ["АО Лютик", "ООО Ромашка"]
    assert any("purchases are payments here" in doubt for doubt in found.doubts["doubt"])


def test_a_ledger_of_loyalty_cards_is_found_and_its_promises_checked(tmp_path):
    ledger = "Номер карты;Клиент;Дата;Баллы;Чек\n1;А;01.02.2024;10;Ч1\n1;А;02.02.2024;-20;\n1;Б;13.02.2024;5;\n2;Б;14.02.2024;7;Ч2\n"
    sales = "Клиент;Дата;Сумма руб;Документ\nА;01.02.2024;100;Ч1\nБ;14.02.2024;70;Ч2\n"
    proposal = new(tmp_path, sales__csv=sales, cards__csv=ledger)
    assert proposal.tables["points"]["columns"]["card_id"] == "Номер карты"
    said = check(proposal).doubts.filter(pl.col("table") == "points").select("doubt", "rows").rows()
    assert said == [
        ("the balance of a card falls below nothing", 2),
        ("a card has several holders", 3),
        ("points given without a purchase", 1),
    ]


def test_a_file_without_a_header_and_one_that_cannot_be_read_are_asked_about(tmp_path):
    proposal = new(tmp_path, a__csv="1,2024-01-02,5\n2,2024-01-03,6\n", b__pdf=b"%PDF-1.7 x")
    assert "has no header" in proposal.questions["sources.a.names"]
    assert "is a PDF" in proposal.questions["sources.b.pdf"]
    assert check(proposal).gate.row(0, named=True)["verdict"] == "REFUSE"


@pytest.mark.parametrize("name", ['"кавычки".csv', "a\\b.csv", "с # решёткой.csv", "юникод ✓.csv"])
def test_odd_names_of_files_and_columns_survive_in_toml(tmp_path, name):
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / name).write_text('customer,date,amount eur,"ко""лонка # 1"\nA,2024-01-02,1,x\n', encoding="utf-8")
    proposal = base.base([tmp_path / "sent" / name], name="base", data=tmp_path / "data")
    assert len(check(proposal).tables["lines"]) == 1
    assert toml.parsed(proposal)["sources"]


def test_the_command_prints_what_it_found_and_what_it_asks(tmp_path, capsys):
    (tmp_path / "sales.csv").write_text("customer,date,amount\nA,2024-01-02,1\n", encoding="utf-8")
    assert cli.main(["new", str(tmp_path / "sales.csv"), "--name", "b", "--data", str(tmp_path / "data")]) == 0
    assert cli.main(["check", str(tmp_path / "data" / "b"), "--outputs", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    for part in ("customer_id = customer", "? base.currency", "FLAG    chapter", "What became of every row"):
        assert part in said
    assert sorted(path.name for path in (tmp_path / "out" / "b" / "check").iterdir()) == sorted(
        f"{name}.csv"
        for name in ("gate", "doubts", "reconciliation", "quarantine", "effects", "controls", "duplicates", "aliases", "central_fields")
    )
    assert cli.main(["new", str(tmp_path / "none.csv"), "--name", "c", "--data", str(tmp_path / "data")]) == 1
    assert "there is no file" in capsys.readouterr().err


def rows(count: int, line: str) -> str:
    return "".join(line.format(day=f"{1 + i % 28:02d}.{1 + i % 12:02d}.2024", name=f"ООО Клиент {i % 7}", i=i) + "\n" for i in range(count))


def total(proposal) -> float:
    return float(check(proposal).tables["lines"]["amount"].sum())


def test_months_in_sheets_and_in_files_without_a_common_name_are_read_together(tmp_path):
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for month in ("Январь", "Февраль", "Март"):
            page = book.add_worksheet(month)
            for i, row in enumerate([["Дата", "Контрагент", "Сумма руб"], ["13.01.2024", "А", 10], ["14.01.2024", "Б", 5]]):
                page.write_row(i, 0, row)
    assert total(new(tmp_path, months__xlsx=buffer.getvalue())) == 45
    head = "Дата;Контрагент;Сумма руб\n"
    assert total(new(tmp_path / "b", Январь__csv=head + "13.01.2024;А;10\n", Февраль__csv=head + "14.02.2024;Б;5\n")) == 15


def test_sales_that_are_not_taken_and_returns_in_a_file_of_their_own_are_asked_about(tmp_path):
    head = "Дата;Контрагент;Сумма руб\n"
    proposal = new(tmp_path, Реализации__csv=head + rows(20, "{day};{name};100"), Возвраты__csv=head + "14.02.2024;ООО Клиент 1;5\n")
    assert "in 1 row, and is not taken" in proposal.questions["sources.возвраты"]
    assert total(proposal) == 2000


def test_returns_with_amounts_above_nothing_are_asked_about(tmp_path):
    proposal = new(
        tmp_path,
        sales__csv="Дата;Контрагент;Вид операции;Сумма руб\n"
        + rows(10, "{day};{name};Продажа;100")
        + "14.02.2024;ООО Клиент 1;Возврат;5\n",
    )
    assert proposal.questions["tables.lines.returns"].startswith("1 row speaks of returns in Вид операции")


@pytest.mark.parametrize(
    ("header", "line", "question"),
    [
        ("Дата;Контрагент;Сумма с НДС руб", "{day};{name};120", "rules.vat"),
        ("Дата;Контрагент;Сумма, т.р.", "{day};{name};120", "tables.lines.amount"),
        ("Дата;Контрагент;Количество;Цена руб", "{day};{name};1,250;400", "sources.sales.decimal"),
    ],
)
def test_what_makes_money_a_thousand_or_a_fifth_too_large_is_asked_about(tmp_path, header, line, question):
    assert question in new(tmp_path, sales__csv=header + "\n" + rows(20, line)).questions


@pytest.mark.parametrize(
    ("header", "amount"),
    [
        ("Сумма закупки;Сумма отгрузки;Скидка, %;Маржа, %", "Сумма отгрузки"),
        ("Выручка без НДС;Сумма оплаты;Сумма НДС;x", "Выручка без НДС"),
        ("Остаток долга;Сумма;НДС, %;x", "Сумма"),
    ],
)
def test_costs_payments_and_percents_are_not_taken_for_sales(tmp_path, header, amount):
    proposal = new(tmp_path, sales__csv=f"Дата;Контрагент;{header}\n" + rows(20, "{day};{name};70;100;5;20"))
    lines = proposal.tables["lines"]
    assert lines["columns"]["amount"] == amount
    assert not lines["compute"]
    assert set(lines["columns"]) == {"customer_id", "date", "amount"} | ({"vat"} if "Сумма НДС" in header else set())


def test_one_day_far_behind_the_others_does_not_end_the_audit(tmp_path):
    proposal = new(tmp_path, sales__csv="Дата;Контрагент;Сумма руб\n" + rows(200, "{day};{name};1") + "01.02.2042;ООО Клиент 1;1\n")
    assert proposal.base["as_of"].year == 2024
    assert "2042-02-01 a typing error" in proposal.questions["base.as_of"]


def test_the_column_called_date_is_the_date_whatever_the_others_hold(tmp_path):
    proposal = new(
        tmp_path, sales__csv="Дата;Контрагент;Сумма руб;Дата отгрузки;Дата оплаты\n" + rows(20, "{day};{name};1;2024-01-02;2024-01-03")
    )
    assert proposal.tables["lines"]["columns"]["date"] == "Дата"
    assert proposal.sheets[0].source.date_format == "%d.%m.%Y"


def test_american_days_are_known_by_the_few_that_can_be_nothing_else(tmp_path):
    days = [f"{m:02d}/01/2024" for m in range(1, 13)] * 3 + ["01/15/2024", "03/20/2024"]
    proposal = new(tmp_path, sales__csv="Date,Customer,Amount usd\n" + "".join(f"{day},A,1\n" for day in days))
    assert proposal.sheets[0].source.date_format == "%m/%d/%Y"
    assert not proposal.questions


def test_two_companies_of_one_name_are_flagged_by_their_tax_ids(tmp_path):
    proposal = new(
        tmp_path,
        sales__csv="Дата;Контрагент;ИНН;Сумма руб\n"
        + rows(100, "{day};ООО Клиент {i};7707083893;1")
        + "13.02.2024;ООО Клиент 1;7736050003;1\n",
    )
    assert any("several tax ids" in doubt for doubt in check(proposal).doubts["doubt"])


def test_points_given_and_spent_make_one_balance(tmp_path):
    proposal = new(
        tmp_path,
        sales__csv="Дата;Клиент;Сумма руб\n13.01.2024;А;1\n14.01.2024;Б;2\n",
        cards__csv="Карта;Клиент;Дата;Начислено;Списано\n1;А;13.01.2024;10;0\n1;А;14.01.2024;0;15\n",
    )
    assert proposal.tables["points"]["compute"] == {"points": "Начислено - Списано"}
    assert any("falls below nothing" in doubt for doubt in check(proposal).doubts["doubt"])


def test_names_with_brackets_archives_of_a_mac_and_repeated_headers_are_read(tmp_path):
    import zipfile

    head = "Дата;Контрагент;Сумма руб\n"
    (tmp_path / "sent").mkdir()
    (tmp_path / "sent" / "export[1].csv").write_text(head + "13.01.2024;А;1\n" + head + "14.01.2024;Б;2\n", encoding="utf-8")
    assert total(base.base([tmp_path / "sent" / "export[1].csv"], name="base", data=tmp_path / "data")) == 3
    with zipfile.ZipFile(tmp_path / "sent" / "a.zip", "w") as archive:
        archive.writestr("a.csv", head + "13.01.2024;А;1\n")
        archive.writestr("__MACOSX/._a.csv", b"\x00\x05\x16\x07")
        archive.writestr(".DS_Store", b"\x00\x00")
    assert total(base.base([tmp_path / "sent" / "a.zip"], name="zipped", data=tmp_path / "data")) == 1


WORK = {  # exports of people's work in the words of Agent Plus, 1C:UT, call centres and CRMs -> the table that each is
    "visits": "Торговая точка;Агент;Дата визита;Время начала;Широта;Долгота\nООО Ромашка;Иванов;01.02.2024;01.02.2024 10:15;59,93;30,31\nИП Лютик;Петров;02.02.2024;02.02.2024 11:00;59,94;30,35\n",
    "orders": "Номер заказа;Клиент;Время заказа;Способ\nРТ-1;ООО Ромашка;01.02.2024 10:20;агент\nРТ-2;ИП Лютик;15.03.2024 17:40;колл-центр\n",
    "outlets": "ТТ;Широта;Долгота;Частота визитов\nООО Ромашка;59,93;30,31;4\nИП Лютик;59,94;30,35;2\n",
    "deliveries": "Заказ;Контрагент;Плановая дата;Дата доставки;Заказано;Отгружено\nРТ-1;ООО Ромашка;05.02.2024;04.02.2024;2;2\nРТ-2;ИП Лютик;20.03.2024;22.03.2024;1;1\n",
    "cases": "Клиент;Дата обращения;Вид обращения;Тема;Дата закрытия\nООО Ромашка;01.03.2024;Претензия;брак;05.03.2024\nИП Лютик;02.04.2024;Отказ от покупки;цена;\n",
    "deals": "Номер сделки;Ответственный;Стадия;Дата создания;Дата закрытия;Сумма сделки;Источник\n7;Иванов;Выиграна;01.02.2024;05.02.2024;100,00;сайт\n8;Петров;В работе;01.03.2024;;50,00;сайт\n",
    "assignments": "Клиент;Ответственный;Дата передачи\nООО Ромашка;Иванов;01.01.2023\nООО Ромашка;Петров;01.01.2024\n",
    "pay": "Сотрудник;Месяц;Начислено;Премия\nИванов;01.2024;60\u00a0000,00;10\u00a0000,00\nПетров;01.2024;55\u00a0000,00;8\u00a0000,00\n",
    "trainings": "Сотрудник;Дата план;Тема;Дата факт\nИванов;01.02.2024;товар;02.02.2024\nПетров;01.02.2024;маршрут;\n",
    "candidates": "Кандидат;Решение;Дата отклика;Этап;Источник\n17;принят;01.02.2024;испытание;сайт\n18;отказали;03.02.2024;резюме;сайт\n",
    "write_offs": "Дата списания;Номенклатура;Списано;Причина\n01.02.2024;Болт;1\u00a0500,00;бой\n15.02.2024;Гайка;300,00;срок\n",
    "commitments": "Поставщик;Год;План закупок\nЗавод;2024;1 000 000,00\nИмпортёр;2024;500 000,00\n",
}


@pytest.mark.parametrize("table", WORK)
def test_exports_of_people_s_work_are_known_by_the_words_of_the_field(tmp_path, table):
    proposal = new(tmp_path, sales__csv=RUSSIAN.encode("cp1251"), **{f"{table}__csv": WORK[table].encode("cp1251")})
    assert proposal.tables[table]["from"] == table
    found = check(proposal)
    assert len(found.tables[table]) == 2
    assert found.quarantine.filter(pl.col("table") == table).is_empty()


def test_a_no_break_space_between_digits_is_no_letter_of_another_encoding(tmp_path):
    text = "Кто;Год;Сумма\n" + "".join(f"М{i};2025;1\u00a0000\u00a0{i:03d},00\n" for i in range(30))
    from audit.intake.readers.text import likely_encoding

    assert likely_encoding(text.encode("cp1251")) == "cp1251"
    assert likely_encoding("Кто;Год;Сумма\nМама мыла раму;2025;1000,00\n".encode("cp866")) == "cp866"


def test_a_cell_with_an_hour_is_a_day_where_days_are_asked_for_and_a_moment_where_moments_are(tmp_path):
    sheet = io.BytesIO()
    with xlsxwriter.Workbook(sheet, {"in_memory": True}) as book:
        rows, hour = book.add_worksheet(), book.add_format({"num_format": "dd.mm.yyyy hh:mm"})
        for j, head in enumerate(("Номер заказа", "Клиент", "Время заказа", "Способ")):
            rows.write(0, j, head)
        for i, (order, who, at) in enumerate(
            [("1", "ООО Ромашка", dt.datetime(2024, 2, 1, 16, 30)), ("2", "ИП Лютик", dt.datetime(2024, 3, 15, 17, 40))], 1
        ):
            rows.write_row(i, 0, [order, who])
            rows.write_datetime(i, 2, at, hour)
            rows.write(i, 3, "агент")
    proposal = new(tmp_path, sales__csv=RUSSIAN.encode("cp1251"), orders__xlsx=sheet.getvalue())
    found = check(proposal).tables["orders"]
    assert found["entered_at"].to_list() == [dt.datetime(2024, 2, 1, 16, 30), dt.datetime(2024, 3, 15, 17, 40)]
    days = pl.DataFrame({"t": ["04.03.2025 16:30:00", "05.03.2025"]}).select(
        parse.date(parse.without_hour(pl.col("t"), "%d.%m.%Y"), "%d.%m.%Y")
    )
    assert days["t"].to_list() == [dt.date(2025, 3, 4), dt.date(2025, 3, 5)]
