"""Doubles are found under every variant, nothing is merged without a human but identical tax ids, and 200,000 customers are no square."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import i18n, intake
from audit.core import settings
from audit.intake.checks import duplicates
from audit.intake.mapping import identifiers
from tests.conftest import TOML, told, write_base

NOBODY = pl.DataFrame(schema={"customer_id": pl.String, "amount": pl.Decimal(18, 4)})
SBER, GAZPROM = "7707083893", "7736050003"


def pairs(*rows: tuple, booked=NOBODY) -> list[tuple]:
    names = ("name", "tax_id", "phone", "address")
    made = [{"customer_id": f"{i:02d}"} | dict(zip(names, [*row, *[""] * (4 - len(row))], strict=True)) for i, row in enumerate(rows)]
    found = duplicates.proposals(pl.DataFrame(made), booked, country="RU")
    return [(proposal, i18n.render(reason), score) for proposal, reason, score in found.select("proposal", "reason", "score").iter_rows()]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ('ООО "Ромашка"', "Ромашка, ООО", duplicates.SAME_NAME),
        ("ООО «Ромашка»", "Общество с ограниченной ответственностью РОМАШКА", duplicates.SAME_NAME),
        ("ООО Ромашка", "ООО Pомaшкa", duplicates.SAME_NAME),
        ("ИП Иванов Иван", "Иванов Иван, индивидуальный предприниматель", duplicates.SAME_NAME),
        ("Учёт и Ко", "УЧЕТ И КО", duplicates.SAME_NAME),
        ("ООО Ромашка", "Romashka LLC", duplicates.OTHER_LETTERS),
        ("ООО Стройпрофиль", "ООО Стройпофиль", duplicates.TYPING),
        ("ООО Стройпрофиль", "ООО Стрйопрофиль", duplicates.TYPING),
        ("АО Щётка", "Schetka AO", duplicates.OTHER_LETTERS),
    ],
)
def test_fault_19_variants_of_a_name_are_one_proposal_with_its_reason(one, other, reason):
    [(_proposal, said, score)] = pairs((one,), (other,))
    assert said == reason
    assert score == duplicates.SCORES[reason]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ООО Магазин 12", "ООО Магазин 13"),
        ("ООО Лесстандарт", "ООО Техстандарт"),
        ("Альфа", "Бета"),
        ("ООО Ива", "ООО Ивы"),
        ("ООО", "АО"),
    ],
)
def test_names_that_differ_in_more_than_a_slip_are_not_proposed(one, other):
    assert pairs((one,), (other,)) == []


def test_different_valid_tax_ids_speak_against_one_company():
    assert pairs(("ООО Ромашка", SBER), ("Ромашка ООО", GAZPROM)) == [("group", f"{duplicates.SAME_NAME}, but different tax ids", 0.475)]
    assert pairs(("ООО Стройпрофиль", SBER), ("ООО Стройпофиль", GAZPROM)) == []


def test_a_shared_phone_or_address_proposes_a_group_unless_too_many_share_it():
    assert pairs(("А", "", "8 (495) 123-45-67"), ("Б", "", "+7 495 1234567")) == [("group", duplicates.SAME_PHONE, 0.7)]
    assert pairs(("А", "", "", "г. Москва, ул. Ленина, 5"), ("Б", "", "", "Москва г, Ленина ул., 5")) == [
        ("look", duplicates.SAME_ADDRESS, 0.5)
    ]
    assert pairs(*((f"К{chr(1040 + i)}", "", "8 800 2000 600") for i in range(duplicates.SHARED_MOST + 1))) == []
    assert pairs(("А", "", "уточнить"), ("Б", "", "уточнить")) == []


CSV = "who,day,money\nК1,2024-01-02,10\nК2,2024-02-03,20\nК3,2024-03-03,5\n"
PEOPLE = 'id,title\nК1,"ООО ""Ромашка"""\nК2,"Ромашка, ООО"\nК3,АО Пион\n'
WITH_PEOPLE = (
    TOML + '[sources.people]\nfile = "people.csv"\n[tables.customers]\nfrom = "people"\ncolumns = { customer_id = "id", name = "title" }\n'
)


def checked(folder, decisions: str = ""):
    write_base(folder, CSV, WITH_PEOPLE)
    (folder / "people.csv").write_text(PEOPLE, encoding="utf-8")
    if decisions:
        (folder / duplicates.REVIEW).write_text(f"decision;customer_a;customer_b\n{decisions}", encoding="utf-8-sig")
    return told(intake.check(folder, settings.read(folder)))


def test_k6_nothing_is_merged_before_a_human_says_so(tmp_path):
    found = checked(tmp_path)
    assert found.tables["lines"]["customer_id"].n_unique() == 3
    assert found.duplicates["proposal"].to_list() == ["merge"]
    assert any("not yet decided" in doubt for doubt in found.doubts["doubt"])


def test_k6_merge_group_and_apart_are_followed_and_counted(tmp_path):
    merged = checked(tmp_path / "a", "merge;К1;К2\n")
    assert merged.tables["lines"]["customer_id"].to_list() == ["К2", "К2", "К3"], "the one with more sales stays"
    assert merged.reconciliation.filter(pl.col("status") == "merged")["reason"].to_list() == [
        f"one company with К2: {duplicates.SAME_NAME}"
    ]
    grouped = checked(tmp_path / "b", "group;К1;К3\n")
    assert dict(grouped.tables["customers"].select("customer_id", "group_id").iter_rows()) == {"К1": "К1", "К2": "", "К3": "К1"}
    apart = checked(tmp_path / "c", "apart;К1;К2\n")
    assert apart.tables["lines"]["customer_id"].n_unique() == 3
    assert not any("not yet decided" in doubt for doubt in apart.doubts["doubt"])


def test_k6_a_decision_that_is_none_names_its_row(tmp_path):
    with pytest.raises(intake.BadExport, match=r"duplicates.csv, row 2: decision must be one of merge, group, apart.*'yes'"):
        checked(tmp_path, "yes;К1;К2\n")


def test_k6_decisions_survive_when_proposals_are_written_anew(tmp_path):
    found = checked(tmp_path, "apart;К1;К2\n")
    (tmp_path / duplicates.REVIEW).write_bytes(duplicates.review(found.duplicates))
    assert duplicates.decisions(tmp_path) == {("К1", "К2"): "apart"}


def test_groups_decided_without_a_list_of_customers_make_one(tmp_path):
    write_base(tmp_path, CSV, TOML)
    (tmp_path / duplicates.REVIEW).write_text("decision,customer_a,customer_b\ngroup,К1,К2\n", encoding="utf-8")
    found = told(intake.check(tmp_path, settings.read(tmp_path)))
    assert dict(found.tables["customers"].select("customer_id", "group_id").iter_rows()) == {"К1": "К1", "К2": "К1", "К3": ""}


def test_fault_53_comparisons_grow_with_the_number_of_customers_not_its_square(monkeypatch):
    from rapidfuzz.distance import OSA

    counted = []
    real = OSA.distance
    monkeypatch.setattr(OSA, "distance", lambda *given, **more: counted.append(1) or real(*given, **more))
    letters = "абвгдежзиклмнопрстуфхцчшэюя"
    name = lambda i: "".join(letters[(i * 7919 * (k + 3) // 11) % len(letters)] for k in range(9))
    for count in (500, 2000):
        counted.clear()
        pairs(*((f"ООО {name(i)}",) for i in range(count)))
        assert len(counted) <= 2 * duplicates.NEIGHBOURS * count


@given(st.integers(0, 10**9 - 1), st.booleans())
def test_an_inn_survives_the_loss_of_its_zero_and_no_other_change_passes(number, long):
    body = f"{number:09d}"
    digits = [*map(int, body)]
    check = sum(w * d for w, d in zip((2, 4, 10, 3, 5, 9, 4, 6, 8), digits, strict=True)) % 11 % 10
    inn = f"{body}{check}"
    if not inn.strip("0"):
        return
    assert identifiers.inn(inn) == (inn, identifiers.VALID)
    assert identifiers.inn(f" {inn}.0 " if long else inn)[0] == inn
    if inn.startswith("0") and not inn.startswith("00"):
        assert identifiers.inn(inn[1:]) == (inn, identifiers.RESTORED)
    wrong = inn[:-1] + str((int(inn[-1]) + 1) % 10)
    assert identifiers.inn(wrong)[1] == identifiers.INVALID


@pytest.mark.parametrize(
    ("check", "text", "state"),
    [
        (identifiers.kpp, "770701001", identifiers.VALID),
        (identifiers.kpp, "77070100", identifiers.INVALID),
        (identifiers.kpp, "0", identifiers.INVALID),
        (identifiers.ogrn, "1027700132195", identifiers.VALID),
        (identifiers.ogrn, "1027700132196", identifiers.INVALID),
        (identifiers.phone, "8 (495) 123-45-67 доб. 5, 8 916 123 45 67", identifiers.VALID),
        (identifiers.phone, "12345", identifiers.INVALID),
        (identifiers.email, " Info@Example.ru ", identifiers.VALID),
        (identifiers.email, "info@", identifiers.INVALID),
        (identifiers.email, "тест@mail.ru", identifiers.INVALID),
    ],
)
def test_k2_codes_phones_and_addresses_are_judged(check, text, state):
    assert check(text, "RU")[1] == state


def test_money_of_a_pair_is_that_of_the_smaller(tmp_path):
    booked = pl.DataFrame({"customer_id": ["00", "01"], "amount": [Decimal(100), Decimal(7)]})
    found = duplicates.proposals(pl.DataFrame({"customer_id": ["00", "01"], "name": ["ООО Ромашка", "Ромашка"]}), booked, country="RU")
    assert found["amount"].to_list() == [Decimal(7)]


@pytest.mark.parametrize(
    ("check", "country", "text", "said"),
    [
        (identifiers.tax_id, "GB", "GB 980 7806 84", ("980780684", identifiers.VALID)),
        (identifiers.tax_id, "GB", "980780685", ("980780685", identifiers.INVALID)),
        (identifiers.tax_id, "KZ", "220840049802", ("220840049802", identifiers.FOREIGN)),
        (identifiers.tax_id, "", SBER, (SBER, identifiers.VALID)),
        (identifiers.tax_id, "", "7707083894", ("7707083894", identifiers.FOREIGN)),
        (identifiers.phone, "GB", "020 7946 0018", ("+442079460018", identifiers.VALID)),
        (identifiers.phone, "KZ", "8 (727) 258-12-34", ("+77272581234", identifiers.VALID)),
        (identifiers.phone, "", "020 7946 0018", ("020 7946 0018", identifiers.FOREIGN)),
        (identifiers.phone, "", "+44 20 7946 0018", ("+442079460018", identifiers.VALID)),
        (identifiers.kpp, "KZ", "770701001", ("770701001", identifiers.FOREIGN)),
    ],
)
def test_codes_and_phones_follow_the_rules_of_the_bases_country(check, country, text, said):
    assert check(text, country) == said


def test_one_tax_id_on_unlike_names_is_asked_and_alike_ones_are_one():
    assert pairs(('ООО "Вектор"', SBER), ("АО Гранит", SBER)) == [("look", "same tax id, but names that have nothing in common", 0.6)]
    assert pairs(('ООО "Вектор"', SBER), ("Вектор-Юг", SBER))[0][:2] == ("merge", "same tax id")
    assert pairs(('ООО "Вектор"', SBER), ("К-17", SBER))[0][:2] == ("merge", "same tax id"), "a code may be anybody"


def test_money_of_several_of_one_company_is_counted_once():
    """Of five customers of one name the largest stays: 4 + 3 + 2 + 1 of 15 are at stake, however many pairs they make."""
    booked = pl.DataFrame({"customer_id": [f"{i:02d}" for i in range(5)], "amount": [Decimal(i + 1) for i in range(5)]})
    table = pl.DataFrame({"customer_id": booked["customer_id"], "name": ["Ромашка"] * 5})
    assert duplicates.at_stake(duplicates.proposals(table, booked, country="RU")) == (5, 10.0)


def test_nothing_hangs_on_a_double_that_never_bought():
    table = pl.DataFrame({"customer_id": ["00", "01"], "name": ["Ромашка"] * 2})
    booked = pl.DataFrame({"customer_id": ["00"], "amount": [Decimal(9)]})
    assert duplicates.at_stake(duplicates.proposals(table, booked, country="RU")) == (2, 0.0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller GmbH & Co. KG", "MÜLLER"),
        ("Acme Sp. z o.o.", "Acme"),
        ("Dupont S.A.R.L.", "SARL Dupont"),
        ("Novak s.r.o.", "Novak sro"),
        ("О.О.О. Ромашка", "Ромашка, ООО"),
        ("ОДО «Лён»", "Лен"),
    ],
)
def test_legal_forms_of_other_countries_are_no_part_of_a_name(one, other):
    assert duplicates.core(one) == duplicates.core(other)
