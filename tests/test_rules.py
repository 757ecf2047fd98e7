"""Every declared rule has its effect in rows and money; our sums are held against those of others; the gate says what follows."""

from decimal import Decimal

import polars as pl
import pytest

from audit import intake
from audit.core import settings
from tests.conftest import TOML, told, write_base

FULL = TOML.replace(
    'columns = { customer_id = "who", date = "day", amount = "money" }',
    'columns = { customer_id = "who", date = "day", amount = "money", product_id = "what", quantity = "n", order_id = "doc" }',
)
CSV = (
    "doc,who,day,what,n,money\n1,A,2024-01-02,гвоздь,2,100\n2,A,2024-02-02,гвоздь,-1,-50\n3,B,2024-02-03,доставка,1,7\n4,B,2024-02-04,гвоздь,0,-5\n"
    "5,C,2024-03-01,подарок,1,0\nTEST-1,C,2024-03-02,гвоздь,1,999\n"
)


def check(folder, rules: str = "", toml=FULL, csv=CSV):
    base = write_base(folder, csv, toml + rules)
    return told(intake.check(base, settings.read(base)))


@pytest.mark.parametrize(
    ("rules", "reason", "rows", "money", "left"),
    [
        ('[rules]\nservices = ["доставка"]\n', "a service, by [rules] services", 1, 7, 1044),
        ('[rules]\nreturns = "excluded"\n', "a return, by [rules] returns", 1, -50, 1101),
        ('[rules]\ncorrections = "excluded"\n', "a correction, by [rules] corrections", 1, -5, 1056),
        ('[rules]\nzero_amounts = "excluded"\n', "nothing to pay, by [rules] zero_amounts", 1, 0, 1051),
        (
            '[[rules.exclude]]\nwhy = "test orders"\ncolumn = "order_id"\nvalues = ["TEST*"]\n',
            "test orders, by [rules] exclude",
            1,
            999,
            52,
        ),
        (
            '[[rules.exclude]]\nwhy = "own companies"\ncolumn = "customer_id"\nvalues = ["A", "B"]\n',
            "own companies, by [rules] exclude",
            4,
            52,
            999,
        ),
    ],
)
def test_a_rule_leaves_out_its_lines_and_says_their_money(tmp_path, rules, reason, rows, money, left):
    found = check(tmp_path, rules)
    assert found.effects.filter(pl.col("rule") == reason).select("rows", "before", "after").rows() == [(rows, Decimal(money), Decimal(0))]
    assert found.reconciliation.filter(pl.col("reason") == reason).select("status", "rows", "amount").rows() == [
        ("excluded", rows, Decimal(money))
    ]
    assert found.tables["lines"]["amount"].sum() == left
    assert found.reconciliation.select(pl.col("rows").sum(), pl.col("amount").sum()).row(0) == (6, Decimal(1051))


def test_rules_that_leave_nothing_out_are_told_with_what_they_apply_to(tmp_path):
    told = {rule: (rows, after) for rule, rows, _before, after in check(tmp_path).effects.rows()}
    assert told["returns are deducted from the sales they reverse"] == (1, Decimal(-50))
    assert told["corrections are deducted from sales"] == (1, Decimal(-5))
    assert told["lines with a zero amount are kept"] == (1, Decimal(0))


def test_money_taken_off_without_goods_is_flagged(tmp_path):
    found = check(tmp_path).doubts.filter(pl.col("doubt") == "money taken off without goods coming back")
    assert found.select("rows", "amount", "sample").rows() == [(1, Decimal(-5), "sales.csv, 5")]


def test_the_day_on_which_goods_left_is_taken_for_arrival_and_said_to_be(tmp_path):
    csv = "doc,who,day,money,promised,shipped date,came\n1,A,2024-01-02,100,2024-01-05,2024-01-04,2024-01-09\n"
    columns = (
        '[tables.deliveries]\nfrom = "sales"\ncolumns = { order_id = "doc", customer_id = "who", promised_on = "promised", delivered_on = '
    )
    left = check(tmp_path, columns + '"shipped date" }\n', TOML, csv).doubts.filter(pl.col("table") == "deliveries")
    assert left.select("doubt", "spoils", "column").rows() == [
        ("in the deliveries, shipped date is the day of dispatch, not of arrival", "timing", "delivered_on")
    ]
    assert "deliveries" not in check(tmp_path, columns + '"came" }\n', TOML, csv).doubts["table"].to_list()


@pytest.mark.parametrize(("cost", "told"), [(101, ["the goods sold cost 101\xa0% of what customers paid for them"]), (100, [])])
def test_goods_that_cost_more_in_all_than_was_paid_for_them_are_doubted(tmp_path, cost, told):
    csv = f"who,day,money,cost\nA,2024-01-02,60,{cost - 10}\nB,2024-02-02,40,10\nB,2024-03-02,-5,\n"
    found = check(tmp_path, "", TOML.replace('amount = "money"', 'amount = "money", cost = "cost"'), csv).doubts
    assert [doubt for doubt in found["doubt"] if "cost" in doubt] == told


def test_p37_vat_is_taken_off_by_the_rate_of_its_day_exactly(tmp_path):
    csv = "who,day,money\nA,2018-12-31,118\nA,2019-01-01,120\nA,2024-01-02,0.01\n"
    found = check(tmp_path, '[rules]\nvat = "included"\nvat_rates = { 2004-01-01 = 0.18, 2019-01-01 = 0.20 }\n', TOML, csv)
    assert found.tables["lines"]["amount"].to_list() == [Decimal(100), Decimal(100), Decimal("0.0083")]
    assert found.reconciliation["amount"].sum() == Decimal("238.01"), "the reconciliation stays with the money of the exports"


@pytest.mark.parametrize(
    "rules",
    [
        '[rules]\nvat = "included"\n',
        "[rules]\nvat_rates = { 2019-01-01 = 0.2 }\n",
        '[rules]\nvat = "included"\nvat_rates = { 2019-01-01 = 20 }\n',
    ],
)
def test_vat_without_rates_and_rates_that_are_no_fractions_are_refused(tmp_path, rules):
    with pytest.raises(settings.BadSettings, match="vat"):
        check(tmp_path, rules)


def test_a_rule_about_a_column_that_is_not_there_lists_those_that_are(tmp_path):
    with pytest.raises(intake.BadExport, match="fills no column 'channel'; it fills customer_id, date"):
        check(tmp_path, '[[rules.exclude]]\nwhy = "internet"\ncolumn = "channel"\nvalues = ["web"]\n')


@pytest.mark.parametrize(("said", "verdict"), [("1051.00", "PASS"), ("1052.50", "FLAG")])
def test_booked_sales_are_held_against_those_the_company_states(tmp_path, said, verdict):
    found = check(tmp_path, f'[controls]\nsource = "books"\nbooked = {{ all = {said}, 2024-01 = 100.0 }}\ntolerance = 1.0\n')
    assert found.controls.select("period", "verdict").rows() == [("2024-01", "PASS"), ("all", verdict)]
    assert any("books" in doubt and "figure differs" in doubt for doubt in found.doubts["doubt"]) == (verdict == "FLAG")


def test_sales_are_held_against_invoices_of_another_source_by_year(tmp_path):
    (tmp_path / "inv.csv").write_text("no,who,day,money\n1,A,2024-01-02,1000\n2,B,2023-01-02,5\n", encoding="utf-8")
    more = '[sources.inv]\nfile = "inv.csv"\n[tables.invoices]\nfrom = "inv"\ncolumns = { invoice_id = "no", customer_id = "who", issued_on = "day", amount = "money" }\n'
    assert check(tmp_path, more).controls.select("period", "expected", "found", "verdict").rows() == [
        ("2024", Decimal(1000), Decimal(1051), "FLAG")
    ]


def test_the_gate_refuses_what_a_doubt_refuses_and_flags_what_it_biases(tmp_path):
    days = ["2022-01-10", "2024-12-01"]
    found = check(tmp_path, "", TOML, "who,day,money\n" + "".join(f"C{i},{day},1\n" for i in range(40) for day in days))
    verdicts = dict(found.gate.filter(pl.col("kind") == "chapter").select("subject", "verdict").iter_rows())
    assert verdicts["retention"] == verdicts["repeat"] == "REFUSE"
    assert verdicts["base"] == verdicts["value"] == "REFUSE", "who fell silent, and what is still to come, hang on those who left"
    assert verdicts["accounts"] == "FLAG"
    assert verdicts["central"] == "REFUSE", "there is no list of customers"
    assert verdicts["intake"] == "PASS"
    assert found.gate.filter(pl.col("subject") == "central")["why"].item() == "needs customers"


def test_a_few_rejected_rows_among_very_many_are_told_but_flag_no_chapter(tmp_path):
    rows = "".join(f"C{i % 50},2024-{1 + i % 12:02d}-01,{i}\n" for i in range(2000))
    found = check(tmp_path, "", TOML, f"who,day,money\n{rows},2024-01-01,5\n")
    assert any("no customer_id" in doubt for doubt in found.doubts["doubt"])
    assert not any("no customer_id" in why for why in found.gate.filter(pl.col("kind") == "chapter")["why"])
