"""Bank statements: every document is accounted for, whatever the bank wrote (faults 2, 21, 22, 23)."""

import datetime as dt
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit import intake
from audit.core import settings as declared
from audit.intake.readers import bank_1c
from tests.conftest import SHARED, told

OWN, OTHER = "40702810100000000001", "40702810900000000777"
HEAD = f"1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nДатаНачала=01.01.2024\nДатаКонца=31.12.2024\nРасчСчет={OWN}\n"


def document(
    number, amount="100.00", *, day="15.01.2024", into=True, inn="7707083893", name="ООО Ромашка", purpose="Оплата по счету 5", more=""
) -> str:
    payer, payee = (OTHER, OWN) if into else (OWN, OTHER)
    side = "Плательщик" if into else "Получатель"
    return (
        f"СекцияДокумент=Платежное поручение\nНомер={number}\nДата={day}\nСумма={amount}\nПлательщикСчет={payer}\nПолучательСчет={payee}\n"
        f"{side}ИНН={inn}\n{side}1={name}\nНазначениеПлатежа={purpose}\n{more}КонецДокумента\n"
    )


def section(opening, received, spent, closing) -> str:
    return (
        f"СекцияРасчСчет\nДатаНачала=01.01.2024\nДатаКонца=31.12.2024\nРасчСчет={OWN}\nНачальныйОстаток={opening}\nВсегоПоступило={received}\n"
        f"ВсегоСписано={spent}\nКонечныйОстаток={closing}\nКонецРасчСчет\n"
    )


def read(text: str, *, encoding="cp1251", **more) -> bank_1c.Statement:
    given = {"encoding": None, "own_tax_ids": [], "payers": {}} | more
    return bank_1c.statement({"bank.txt": text.encode(encoding)}, **given)


def kinds(statement) -> dict[str, int]:
    return {kind: count for _file, kind, count, _example in statement.notes}


def test_a_payment_is_read_with_its_payer_day_and_vat():
    found = read(HEAD + document(1, purpose="Оплата по счету 5 от 10.01.24, в т.ч. НДС 20% - 16.67 руб.") + "КонецФайла\n").documents
    row = found.row(0, named=True)
    assert (row["date"], row["amount"], row["class"], row["customer_id"], row["name"], row["vat"]) == (
        "2024-01-15",
        "100.00",
        "customer",
        "7707083893",
        "ООО Ромашка",
        "16.67",
    )


@pytest.mark.parametrize(
    ("purpose", "vat"),
    [
        ("Оплата по сч. 5 В том числе НДС 20% - 16.67", "16.67"),
        ("За товар. НДС(20%) 16-67", "16.67"),
        ("За товар, НДС 16,67 руб", "16.67"),
        ("Оплата, сумма 100, без НДС", ""),
        ("Оплата. НДС не облагается", ""),
        ("Оплата по договору НДС-20 от 01.02.2024", ""),
        ("Оплата в т.ч. НДС 10 % = 9.09", "9.09"),
    ],
)
def test_vat_is_read_from_the_purpose_or_left_unknown(purpose, vat):
    assert read(HEAD + document(1, purpose=purpose)).documents["vat"].to_list() == [vat]


def test_fault_02_a_file_that_says_windows_and_is_utf_8_is_read_and_noted():
    found = read(HEAD + document(1), encoding="utf-8")
    assert found.documents["name"].to_list() == ["ООО Ромашка"]
    assert kinds(found)["encoding"] == 1
    assert "encoding" not in kinds(read(HEAD + document(1)))


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8", "utf-8-sig", "utf-16"])
def test_fault_01_every_encoding_gives_the_same_documents(encoding):
    assert read(HEAD + document(1), encoding=encoding).documents["name"].to_list() == ["ООО Ромашка"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "customer"),
        ({"purpose": "Перевод собственных средств"}, "own"),
        ({"purpose": "Возмещение по операциям эквайринга, терминал 123"}, "acquiring"),
        ({"purpose": "Выдача кредита по договору 5"}, "loan"),
        ({"purpose": "Оплата по договору займа 7"}, "loan"),
        ({"purpose": "Возврат заработной платы по реестру 4"}, "salary"),
        ({"purpose": "Оплата по счету 12, в том числе налог на добавленную стоимость 20"}, "customer"),
        (
            {"purpose": "Оплата за вкладыши, траншеи, ступени, тара возвратная, по отпускным ценам", "name": "УФК по г. Москве (Школа 12)"},
            "customer",
        ),
        ({"purpose": "Перевод между своими счетами. НДС не облагается"}, "own"),
        ({"purpose": "Возврат НДС по решению", "more": "ПоказательКБК=18210301000011000110\n"}, "tax"),
        ({"purpose": "Сдача наличных через банкомат"}, "cash"),
        ({"purpose": "Возврат излишне уплаченного"}, "refund_in"),
        ({"purpose": "по письму 5"}, "unclassified"),
        ({"into": False}, "outgoing"),
    ],
)
def test_fault_22_what_is_not_customers_money_is_kept_out_of_it(more, expected):
    assert read(HEAD + document(1, **more)).documents["class"].to_list() == [expected]


def test_fault_22_transfers_between_own_accounts_are_own_whatever_they_say():
    second = HEAD + f"РасчСчет={OTHER}\n" + document(1, purpose="Оплата по счету")
    assert read(second).documents["class"].to_list() == ["own"]
    assert read(HEAD + document(1), own_tax_ids=["7707083893"]).documents["class"].to_list() == ["own"]


def test_a_payers_class_can_be_declared_and_an_unknown_class_is_refused():
    assert read(HEAD + document(1, purpose="по письму"), payers={"7707083893": "customer"}).documents["class"].to_list() == ["customer"]
    with pytest.raises(intake.BadExport, match="client is not a class of payments"):
        read(HEAD, payers={"7707083893": "client"})


def test_money_given_back_to_a_customer_is_negative():
    found = read(HEAD + document(1) + document(2, "30.00", into=False, purpose="Возврат оплаты по счету 5")).documents
    assert found.select("class", "amount").rows() == [("customer", "100.00"), ("refund", "-30.00")]


def test_a_tax_id_within_the_name_is_found_and_the_name_cleaned():
    row = read(HEAD + document(1, inn="", name="ИНН 7707083893 КПП 770701001 ООО Ромашка")).documents.row(0, named=True)
    assert (row["customer_id"], row["name"]) == ("7707083893", "ООО Ромашка")


@pytest.mark.parametrize(("closing", "verdict"), [("1070.00", "PASS"), ("1071.00", "FLAG")])
def test_fault_21_opening_and_turnover_must_give_the_closing_balance(tmp_path, closing, verdict):
    text = HEAD + section("1000.00", "100.00", "30.00", closing) + document(1) + document(2, "30.00", into=False) + "КонецФайла\n"
    found = check(tmp_path, text)
    balance = found.controls.filter(pl.col("control") == "opening + received − spent = closing")
    assert balance["verdict"].to_list() == [verdict]
    assert found.controls.filter(pl.col("control") == "documents received")["verdict"].to_list() == ["PASS"]


TOML = """
[base]
name = "Bank"
currency = "RUB"
as_of = 2024-12-31
purchases_are = "payments"
[sources.bank]
file = "bank*.txt"
[tables.lines]
from = "bank"
columns = { line_id = "line_id", customer_id = "customer_id", date = "date", amount = "amount", vat = "vat" }
where = { class = ["customer", "refund"] }
[tables.customers]
from = "bank"
columns = { customer_id = "customer_id", name = "name", tax_id = "tax_id", kpp = "kpp" }
where = { class = ["customer", "refund"] }
distinct = true
"""


def check(folder, *texts, toml=TOML):
    for i, text in enumerate(texts):
        (folder / f"bank{i}.txt").write_bytes(text.encode("cp1251"))
    (folder / "audit.toml").write_text(toml, encoding="utf-8")
    return told(intake.check(folder, declared.read(folder)))


def test_overlapping_statements_count_a_document_once(tmp_path):
    found = check(tmp_path, HEAD + document(1) + document(2, "50.00"), HEAD + document(2, "50.00") + document(3, "7.00"))
    assert found.tables["lines"]["amount"].sum() == 157
    assert found.reconciliation.filter((pl.col("table") == "lines") & (pl.col("status") == "merged"))["rows"].to_list() == [1]


def test_own_accounts_and_customers_are_those_of_all_statements_together(tmp_path):
    second = HEAD.replace(OWN, "40702810300000000003")
    between = (
        document(7, "777.00", inn="7736050003", name="Мы")
        .replace(OTHER, OWN)
        .replace(f"ПолучательСчет={OWN}", "ПолучательСчет=40702810300000000003")
    )
    back = document(8, "30.00", into=False, purpose="Возврат оплаты по счету 5").replace(OWN, "40702810300000000003")
    found = check(tmp_path, HEAD + document(1), second + between + back)
    assert found.tables["lines"]["amount"].sort().to_list() == [Decimal(-30), Decimal(100)]


def test_unclassified_payments_are_listed_with_their_money(tmp_path):
    found = check(tmp_path, HEAD + document(1) + document(2, "50.00", purpose="по письму"))
    assert found.doubts.filter(pl.col("doubt").str.contains("neither sale nor anything else")).select("rows", "amount").rows() == [
        (1, Decimal(50))
    ]
    assert ("class is unclassified, left out by where", 1) in found.reconciliation.filter(pl.col("table") == "lines").select(
        "reason", "rows"
    ).rows()


def test_vat_of_the_purpose_is_taken_off_and_the_rest_by_the_rate(tmp_path):
    toml = TOML + '[rules]\nvat = "included"\nvat_rates = { 2019-01-01 = 0.20 }\n'
    found = check(tmp_path, HEAD + document(1, "120.00", purpose="Оплата, НДС 10% - 10.91") + document(2, "120.00"), toml=toml)
    assert found.tables["lines"]["amount"].to_list() == [Decimal("109.09"), Decimal("100")]
    assert found.effects.filter(pl.col("rule").str.starts_with("VAT")).select("before", "after").rows() == [
        (Decimal(240), Decimal("209.09"))
    ]


def test_fault_23_a_document_without_an_end_is_kept_and_noted():
    cut = document(1).removesuffix("КонецДокумента\n")
    found = read(HEAD + cut + document(2))
    assert found.documents["number"].to_list() == ["1", "2"]
    assert kinds(found) == {"missing_end": 1, "missing_end_of_file": 1}


def test_fault_23_unknown_and_repeated_keys_are_kept_beside_the_first():
    found = read(HEAD + document(1, more="ВидОперацииMM=7\nСумма=999\nстрока без знака\n") + "КонецФайла\n")
    row = found.documents.row(0, named=True)
    assert row["amount"] == "100.00"
    assert "ВидОперацииMM" in row["other"]
    assert "999" in row["other"]
    assert kinds(found) == {"repeated_key": 1, "line_without_sign": 1}


def test_fault_23_a_header_alone_and_a_line_of_a_megabyte_are_read():
    assert read(HEAD + "КонецФайла\n").documents.is_empty()
    assert len(read(HEAD + document(1, purpose="Оплата " + "ы" * 2**20)).documents) == 1


LINE = st.sampled_from(
    [
        "КонецДокумента",
        "КонецФайла",
        "СекцияДокумент=x",
        "СекцияРасчСчет",
        "КонецРасчСчет",
        "Сумма=5",
        "мусор",
        "=",
        "===",
        "",
        "Номер=\x00",
        "РасчСчет=1",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.one_of(LINE, st.none())), max_size=12))
def test_fault_23_random_mutations_never_crash_and_never_lose_a_document(changes):
    lines = (HEAD + section("0", "300", "0", "300") + "".join(document(i) for i in range(1, 5)) + "КонецФайла").split("\n")
    for at, line in changes:
        at %= len(lines)
        lines[at : at + 1] = [] if line is None else [line, lines[at]]
    begun = sum(line.partition("=")[0].strip() == "СекцияДокумент" for line in lines)
    found = read("\n".join(lines), encoding="utf-8")
    assert len(found.documents) == begun


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(0, 500))
def test_fault_23_random_bytes_are_refused_in_words_or_read(noise, at):
    content = (HEAD + document(1)).encode("cp1251")
    try:
        bank_1c.statement({"bank.txt": content[:at] + noise + content[at:]}, encoding=None, own_tax_ids=[], payers={})
    except intake.BadExport as error:
        assert "What to do" in str(error)


def test_fault_23_reading_is_linear():
    """Ten times the documents take ten times the lines of work, not a hundred: counted, not timed."""
    import sys

    def calls(documents: int) -> int:
        count = 0

        def counted(_frame, event, _arg):
            nonlocal count
            count += event == "call"

        content = (HEAD + document(1) * documents).encode("cp1251")
        sys.setprofile(counted)
        try:
            bank_1c.statement({"bank.txt": content}, encoding=None, own_tax_ids=[], payers={})
        finally:
            sys.setprofile(None)
        return count

    assert calls(2000) < 12 * calls(200)


def test_the_published_statement_holds_one_payment_to_a_supplier():
    path = SHARED / "bank_1c" / "odoo-ru_kl_to_1c.txt"
    if not path.is_file():
        pytest.skip(f"the public bases are not here: {path}")
    found = bank_1c.statement({path.name: path.read_bytes()}, encoding=None, own_tax_ids=[], payers={})
    row = found.documents.row(0, named=True)
    assert (found.encodings[path.name], row["class"], row["amount"], row["date"]) == ("cp1251", "outgoing", "108159.12", "2023-04-03")
    balance = found.balances.row(0, named=True)
    assert balance["opening"] + balance["received"] - balance["spent"] == balance["closing"] == Decimal("2818.88")
    assert dt.date.fromisoformat(row["date"])
