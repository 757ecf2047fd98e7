"""Receivables: nothing paid is lost, days are counted back (P28), what is late is late by days that can be counted by hand."""

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from bench.studies import as_pandas
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit import i18n, intake
from audit.core import settings
from audit.stats import survival
from audit.steps import receivables
from audit.steps.receivables.codes import Applied

AS_OF = pd.Timestamp("2025-12-31")
applied = partial(receivables.applied, credit_notes="newest")


def invoices(*rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["invoice_id", "customer_id", "issued_on", "due_on", "amount"])
    return table.assign(
        issued_on=pd.to_datetime(table["issued_on"]), due_on=pd.to_datetime(table["due_on"]), amount=table["amount"].astype(float)
    )


def payments(*rows) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["payment_id", "customer_id", "paid_on", "amount", "invoice_id"])
    return table.assign(paid_on=pd.to_datetime(table["paid_on"]), amount=table["amount"].astype(float))


def ways(laid: pd.DataFrame) -> list[tuple]:
    return [(r.payment_id, r.invoice_id, r.amount, r.how_class) for r in laid.itertuples()]


BILLS = invoices(
    ("1", "a", "2025-01-10", "2025-02-09", 100),
    ("2", "a", "2025-02-10", "2025-03-12", 70),
    ("3", "a", "2025-03-10", "2025-04-09", 100),
    ("4", "b", "2025-01-10", "2025-02-09", 50),
)


def test_p28_the_same_behaviour_counts_back_to_60_days_whenever_the_season_was():
    high, low = [100] * 6 + [50] * 3 + [300] * 3, [300] * 3 + [100] * 6 + [50] * 3
    assert [receivables.count_back(sales, [30] * 12, sum(sales[-2:])) for sales in (high, low)] == [60, 60]
    assert [round(sum(sales[-2:]) / sum(sales) * 365) for sales in (high, low)] == [133, 22]
    assert np.isnan(receivables.count_back([100], [30], 101)), "more is owed than was ever sold: not decidable"
    assert receivables.count_back([100, 0, 50], [30, 30, 30], 100) == 75


def test_a_payment_finds_its_number_then_its_amount_then_the_oldest_and_the_rest_is_an_advance():
    came = payments(
        ("p1", "a", "2025-03-01", 70, "2"),
        ("p2", "a", "2025-03-20", 100, ""),
        ("p3", "a", "2025-04-01", 130, ""),
        ("p4", "b", "2025-02-01", 20, ""),
    )
    assert ways(applied(BILLS, came, as_of=AS_OF)) == [
        ("p4", "4", 20, Applied.OLDEST),
        ("p1", "2", 70, Applied.NUMBER),
        ("p2", "1", 100, Applied.AMOUNT),
        ("p3", "", 30, Applied.ADVANCE),
        ("p3", "3", 100, Applied.OLDEST),
    ]


def test_what_a_named_payment_leaves_over_is_laid_on_others_and_a_strangers_number_is_not_believed():
    came = payments(("p1", "a", "2025-04-01", 150, "1"), ("p2", "b", "2025-04-02", 50, "3"))
    assert ways(applied(BILLS, came, as_of=AS_OF)) == [
        ("p1", "1", 100, Applied.NUMBER),
        ("p1", "2", 50, Applied.OLDEST),
        ("p2", "4", 50, Applied.AMOUNT),
    ]


def test_a_payment_goes_to_later_invoices_last_and_money_given_back_is_an_advance_below_nothing():
    came = payments(("p1", "a", "2025-01-05", 100, ""), ("p2", "b", "2025-05-05", -30, ""), ("p3", "b", "2025-05-06", 90, ""))
    assert ways(applied(BILLS, came, as_of=AS_OF)) == [
        ("p1", "1", 100, Applied.LATER),
        ("p2", "", -30, Applied.ADVANCE),
        ("p3", "", 40, Applied.ADVANCE),
        ("p3", "4", 50, Applied.OLDEST),
    ]
    noted = pd.concat([BILLS, invoices(("c", "c", "2025-02-20", "2025-02-20", -30))])
    assert ways(applied(noted, payments(), as_of=AS_OF)) == [("c", "", 30, Applied.CREDIT_LEFT)]


def test_a_credit_note_takes_off_the_oldest_debt_and_days_of_payment_stand_in_for_payments():
    noted = pd.concat([BILLS, invoices(("c", "a", "2025-02-20", "2025-02-20", -30))])
    assert ways(receivables.applied(noted, payments(), as_of=AS_OF, credit_notes="oldest")) == [("c", "1", 30, Applied.CREDIT)]
    dated = BILLS.assign(paid_on=pd.to_datetime(["2025-02-01", None, "2026-02-01", "2025-02-02"]))
    assert ways(applied(dated, None, as_of=AS_OF)) == [("1", "1", 100, Applied.DATED), ("4", "4", 50, Applied.DATED)]


def test_an_open_balance_that_the_export_states_says_what_was_paid():
    stated = BILLS.assign(balance=[40.0, float("nan"), -5.0, 50.0])
    assert ways(applied(stated, None, as_of=AS_OF)) == [("1", "1", 60, Applied.BALANCE), ("3", "3", 100, Applied.BALANCE)]
    assert applied(stated, None, as_of=AS_OF)["paid_on"].eq(AS_OF).all(), "on which day it was paid nobody says"


bill = st.tuples(st.sampled_from("ab"), st.integers(0, 300), st.integers(-50, 200).filter(bool))
paid = st.tuples(st.sampled_from("ab"), st.integers(0, 330), st.integers(-20, 300).filter(bool), st.sampled_from(["", "0", "1", "2", "99"]))


@hypothesis_settings(max_examples=60)
@given(st.lists(bill, max_size=8), st.lists(paid, max_size=10))
def test_nothing_paid_is_lost_and_no_invoice_is_paid_twice(bills, paids):
    day = pd.Timestamp("2025-01-01")
    table = invoices(*[(str(i), c, day + pd.Timedelta(days=d), day + pd.Timedelta(days=d + 30), m) for i, (c, d, m) in enumerate(bills)])
    came = payments(*[(f"p{i}", c, day + pd.Timedelta(days=d), m, n) for i, (c, d, m, n) in enumerate(paids)])
    laid = applied(table, came, as_of=AS_OF)
    assert laid["amount"].sum() == pytest.approx(came["amount"].sum() - table.loc[table["amount"] < 0, "amount"].sum())
    on = laid[laid["invoice_id"] != ""].groupby("invoice_id")["amount"].sum()
    assert (on <= table.set_index("invoice_id")["amount"].reindex(on.index) + 0.01).all()
    settled = receivables.invoices_settled(table, laid, customers=None, as_of=AS_OF, terms_days=30)
    assert settled["open"].sum() == pytest.approx(table["amount"].clip(lower=0).sum() - on.sum(), abs=0.1)
    if len(settled):
        months = receivables.balances(settled, laid, until=AS_OF)
        assert months["owed"].iloc[-1] == pytest.approx(settled["open"].sum(), abs=0.2)


def test_lateness_and_buckets_are_counted_from_the_day_due():
    laid = applied(BILLS, payments(("p1", "a", "2025-02-19", 100, "1")), as_of=pd.Timestamp("2025-04-20"))
    settled = receivables.invoices_settled(BILLS, laid, customers=None, as_of=pd.Timestamp("2025-04-20"), terms_days=30).set_index(
        "invoice_id"
    )
    assert settled["late_days"].to_dict() == {"1": 10, "4": 70, "2": 39, "3": 11}
    assert settled["bucket_class"].to_dict() == {
        "1": "late_30",
        "4": "late_90",
        "2": "late_60",
        "3": "late_30",
    }
    aged = receivables.ageing(settled.reset_index()).set_index("bucket_class")["open"]
    assert aged.to_dict() == {
        "not_due": 0,
        "late_30": 100,
        "late_60": 70,
        "late_90": 50,
        "late_over_90": 0,
    }


def test_terms_are_the_invoices_then_the_customers_then_the_bases():
    customers = pd.DataFrame({"customer_id": ["a", "b"], "terms_days": [10.0, np.nan]})
    table = BILLS.assign(due_on=pd.to_datetime(["2025-02-28", None, None, None]))
    due = receivables.invoices_settled(
        table, applied(table, payments(), as_of=AS_OF), customers=customers, as_of=AS_OF, terms_days=45
    ).set_index("invoice_id")["due_on"]
    assert due.dt.strftime("%m-%d").to_dict() == {"1": "02-28", "2": "02-20", "3": "03-20", "4": "02-24"}


def test_debtors_are_groups_of_companies_with_their_limits_together():
    customers = pd.DataFrame({"customer_id": ["a", "b"], "group_id": ["g", "g"], "credit_limit": [100.0, 50.0], "manager_id": ["m", "n"]})
    laid = applied(BILLS, payments(), as_of=AS_OF)
    settled = receivables.invoices_settled(BILLS, laid, customers=customers, as_of=AS_OF, terms_days=30)
    found = receivables.debtors(settled, laid, customers=customers, classes=None, as_of=AS_OF, stopped_days=90).iloc[0]
    assert (found["group"], found["open"], found["credit_limit"], found["over_limit"], found["manager_id"]) == ("g", 320, 150, 170, "m")
    assert found["oldest_days"] == (AS_OF - pd.Timestamp("2025-02-09")).days


def test_expected_loss_is_read_from_how_invoices_were_paid_and_says_nothing_beyond():
    """Ten invoices: eight paid at 10 days late, two open at 60 and at 200 days; of those open at 60, half were still open at 90 (the one
    at 200)."""
    days = [10] * 8
    rows = [(str(i), "a", "2025-01-01", "2025-01-31", 10) for i in range(8)]
    rows += [("8", "a", "2025-10-02", AS_OF - pd.Timedelta(days=60), 100), ("9", "a", "2025-05-15", AS_OF - pd.Timedelta(days=200), 1000)]
    table = invoices(*rows)
    came = payments(*[(f"p{i}", "a", pd.Timestamp("2025-01-31") + pd.Timedelta(days=d), 10, str(i)) for i, d in enumerate(days)])
    laid = applied(table, came, as_of=AS_OF)
    settled = receivables.invoices_settled(table, laid, customers=None, as_of=AS_OF, terms_days=30)
    curve = receivables.unpaid_share(settled, as_of=AS_OF, confidence=0.95)
    found = receivables.expected_loss(settled, curve, stopped=pd.Series(dtype=str), horizon_days=90, confidence=0.95).set_index(
        "bucket_class"
    )
    assert found.loc["late_60", "unpaid_share"] == pytest.approx(1.0)  # nobody who was 60 days late has paid by 90
    assert found.loc["late_over_90", "beyond"] == 1000
    assert np.isnan(found.loc["late_over_90", "expected_loss"])
    assert survival.at(receivables.unpaid_share(settled, as_of=AS_OF, confidence=0.95), 11, confidence=0.95)[0] == pytest.approx(0.8)


def test_collection_effectiveness_is_what_came_of_what_could():
    """January: 100 billed, nothing due, nothing paid; February: 60 of the 100 due come."""
    table = invoices(("1", "a", "2025-01-10", "2025-02-09", 100), ("2", "a", "2025-02-10", "2025-03-12", 50))
    laid = applied(table, payments(("p", "a", "2025-02-15", 60, "1")), as_of=pd.Timestamp("2025-02-28"))
    settled = receivables.invoices_settled(table, laid, customers=None, as_of=pd.Timestamp("2025-02-28"), terms_days=30)
    months = receivables.balances(settled, laid, until=pd.Timestamp("2025-02-28"))
    assert months[["owed", "current", "overdue"]].to_numpy().tolist() == [[100, 100, 0], [90, 50, 40]]
    assert months["effectiveness_ratio"].iloc[1] == pytest.approx((100 + 50 - 90) / (100 + 50 - 50))
    assert months["count_back_days"].isna().all(), "what was owed from before the exports is missing in the first months"


def test_the_parts_of_managers_add_up_to_the_whole():
    owing = pd.DataFrame(
        {
            "group": list("abc"),
            "manager_id": ["m", "m", "n"],
            "invoiced": [10.0, 30, 60],
            "open": [1.0, 2, 3],
            "overdue": [0.0, 1, 3],
            "paid_late_share": [0.5, np.nan, 0.1],
            "days_beyond_terms_days": [4.0, np.nan, 1],
        }
    )
    found = receivables.by(owing, "manager_id").set_index("manager_id")
    assert found["open"].sum() == 6
    assert found.loc["m", "paid_late_share"] == 0.5
    assert found.loc["n", "overdue_share"] == 1


def test_credit_is_money_times_days_within_the_year():
    table = invoices(("1", "a", "2024-12-01", "2025-01-31", 10), ("2", "a", "2025-12-21", "2026-01-20", 100))
    laid = applied(table, payments(("p", "a", "2025-01-10", 10, "1")), as_of=AS_OF)
    settled = receivables.invoices_settled(table, laid, customers=None, as_of=AS_OF, terms_days=30)
    assert receivables.credit(settled, as_of=AS_OF)["money_days"].tolist() == [10 * 10 + 100 * 10]


def test_half_of_what_was_unpaid_after_twenty_days_is_lost_where_half_came_later():
    """Of twelve invoices eight were paid 10 days late and one 40; one is open for 200 days, and two of 10 and 30 for 20 days."""
    due = lambda late: AS_OF - pd.Timedelta(days=late)
    rows = [(str(i), "a", "2025-01-01", "2025-01-31", 5) for i in range(9)]
    rows += [("long", "a", due(230), due(200), 1), ("x", "a", due(50), due(20), 10), ("y", "a", due(50), due(20), 30)]
    table = invoices(*rows)
    late = [10] * 8 + [40]
    came = payments(*[(f"p{i}", "a", pd.Timestamp("2025-01-31") + pd.Timedelta(days=d), 5, str(i)) for i, d in enumerate(late)])
    settled = receivables.invoices_settled(table, applied(table, came, as_of=AS_OF), customers=None, as_of=AS_OF, terms_days=30)
    curve = receivables.unpaid_share(settled, as_of=AS_OF, confidence=0.95)
    found = receivables.expected_loss(settled, curve, stopped=pd.Series(dtype=str), horizon_days=90, confidence=0.95).set_index(
        "bucket_class"
    )
    assert found.loc["late_30", ["open", "unpaid_share", "expected_loss"]].tolist() == pytest.approx([40.0, 0.5, 20.0])


def test_without_an_invoice_the_chapter_says_so():
    laid = applied(BILLS.iloc[:0], None, as_of=AS_OF)
    settled = receivables.invoices_settled(BILLS.iloc[:0], laid, customers=None, as_of=AS_OF, terms_days=30)
    months = receivables.balances(settled, laid, until=AS_OF)
    owing = receivables.debtors(settled, laid, customers=None, classes=None, as_of=AS_OF, stopped_days=90)
    losses = receivables.expected_loss(
        settled,
        receivables.unpaid_share(settled, as_of=AS_OF, confidence=0.95),
        stopped=pd.Series(dtype=str),
        horizon_days=90,
        confidence=0.95,
    )
    [found] = receivables.chapter_findings(
        settled, months, owing, losses, receivables.matched(laid), as_of=AS_OF, horizon_days=90, stated=float("nan")
    )
    assert found.why


def test_who_has_stopped_paying_is_named_and_left_out_of_the_expected_loss():
    came = payments(("p1", "b", "2025-12-20", 50, "4"))
    laid = applied(BILLS, came, as_of=AS_OF)
    settled = receivables.invoices_settled(BILLS, laid, customers=None, as_of=AS_OF, terms_days=30)
    owing = receivables.debtors(settled, laid, customers=None, classes=None, as_of=AS_OF, stopped_days=90).set_index("group")
    assert owing["is_stopped"].to_dict() == {"a": True, "b": False}
    assert pd.isna(owing.loc["a", "last_paid_on"])
    curve = receivables.unpaid_share(settled, as_of=AS_OF, confidence=0.95)
    losses = receivables.expected_loss(settled, curve, stopped=pd.Series(["a"]), horizon_days=1000, confidence=0.95)
    assert losses["beyond"].sum() == 270
    assert losses["expected_loss"].isna().all()


def test_invoices_not_yet_due_say_nothing_of_what_is_lost():
    paid = [(str(i), "a", "2025-01-01", "2025-01-31", 10) for i in range(9)] + [("never", "a", "2025-01-01", "2025-01-31", 10)]
    young = [(f"y{i}", "a", "2025-12-20", "2026-01-19", 10) for i in range(30)]
    came = payments(*[(f"p{i}", "a", "2025-01-31", 10, str(i)) for i in range(9)])

    def lost(table):
        settled = receivables.invoices_settled(table, applied(table, came, as_of=AS_OF), customers=None, as_of=AS_OF, terms_days=30)
        return 1 - survival.at(receivables.unpaid_share(settled, as_of=AS_OF, confidence=0.95), 91, confidence=0.95)[0]

    assert lost(invoices(*paid)) == pytest.approx(0.1)
    assert lost(invoices(*paid, *young)) == pytest.approx(0.1)


def test_who_pays_beforehand_pays_in_time_and_money_given_back_pays_nothing():
    bills = invoices(*[(str(m), "a", f"2025-{m:02d}-10", f"2025-{m:02d}-25", 100) for m in range(2, 12)])
    came = payments(*[(f"p{m}", "a", f"2025-{m:02d}-06", 100, "") for m in range(2, 12)])
    settled = receivables.invoices_settled(bills, applied(bills, came, as_of=AS_OF), customers=None, as_of=AS_OF, terms_days=30)
    assert (settled["late_days"] == -19).all()
    back = payments(("p", "a", "2025-01-06", 100, ""), ("r", "a", "2025-01-07", -100, ""))
    laid = applied(bills, back, as_of=AS_OF)
    assert (laid["invoice_id"] == "").all()
    assert laid["amount"].sum() == 0


def test_a_sister_company_pays_for_its_group_and_without_payments_nothing_is_said():
    customers = pd.DataFrame({"customer_id": ["a", "b"], "group_id": ["g", "g"]})
    laid = applied(BILLS, payments(("p", "b", "2025-02-20", 100, "1")), customers=customers, as_of=AS_OF)
    assert ways(laid) == [("p", "1", 100, Applied.NUMBER)]
    assert receivables.watched(BILLS, None).empty
    assert len(receivables.watched(BILLS.assign(paid_on=pd.Timestamp("2025-02-01")), None)) == len(BILLS)
    assert receivables.watched(BILLS, payments(("p", "a", "2025-03-20", 1, "")))["invoice_id"].tolist() == ["3"]


def test_a_missing_kopeck_does_not_make_a_million_late():
    table = invoices(("1", "a", "2025-01-10", "2025-02-09", 1_000_000))
    laid = applied(table, payments(("p", "a", "2025-02-09", 999_999.99, "1")), as_of=AS_OF)
    [found] = receivables.invoices_settled(table, laid, customers=None, as_of=AS_OF, terms_days=30).itertuples()
    assert (found.late_days, found.open) == (0, 0.01)


CASES = Path(__file__).parents[2] / "shared" / "cases"


def case(name: str, columns: str, tmp_path, *, payments_too: bool = False, as_of: str = "2025-12-31"):
    """Invoices and payments of one of the shared cases, as intake reads them with these columns."""
    if not CASES.is_dir():
        pytest.skip(f"the cases are not here: {CASES}")
    folder = shutil.copytree(CASES / name, tmp_path / name)
    paid = """[sources.payments]\nfile = "payments.csv"\n[tables.payments]\nfrom = "payments"\n[tables.payments.columns]
payment_id = "Payment"\ncustomer_id = "Customer"\npaid_on = "Payment Date"\namount = "Amount"\ninvoice_id = "Invoice Number"\n"""
    toml = f"""[base]\nname = "Case"\ncurrency = "USD"\nas_of = {as_of}
[sources.sales]\nfile = "sales.csv"\n[tables.lines]\nfrom = "sales"
columns = {{ customer_id = "Customer", date = "Date", amount = "Amount", order_id = "Invoice" }}
[sources.invoices]\nfile = "invoices.csv"\n[tables.invoices]\nfrom = "invoices"\n[tables.invoices.columns]
invoice_id = "Invoice Number"\ncustomer_id = "Customer"\nissued_on = "Invoice Date"\ndue_on = "Due Date"\n{columns}
{paid if payments_too else ""}"""
    (folder / "audit.toml").write_text(toml, encoding="utf-8")
    taken = intake.check(folder, settings.read(folder))
    return taken, *(as_pandas(taken.tables[one]) if one in taken.tables else None for one in ("invoices", "payments"))


def owed(invoices, paid, *, as_of: str = "2025-12-31") -> tuple[float, float]:
    """What is open, and what of it is overdue."""
    day = pd.Timestamp(as_of)
    laid = applied(invoices, paid, as_of=day)
    settled = receivables.invoices_settled(receivables.watched(invoices, paid), laid, customers=None, as_of=day, terms_days=30)
    return round(settled["open"].sum(), 2), round(settled.loc[settled["late_days"] > 0, "open"].sum(), 2)


def test_every_instalment_is_a_debt_with_its_own_day(tmp_path):
    taken, invoices, paid = case("09-instalments", 'amount = "Amount"', tmp_path, payments_too=True)
    assert len(taken.quarantine) == 0
    assert owed(invoices, paid)[0] == 719_452.90
    laid = applied(invoices, paid, as_of=pd.Timestamp("2025-12-31"))
    assert set(laid["how_class"]) == {Applied.NUMBER}
    early = applied(invoices, paid, as_of=pd.Timestamp("2023-02-20"))
    settled = receivables.invoices_settled(invoices, early, customers=None, as_of=pd.Timestamp("2023-02-20"), terms_days=30)
    assert settled.set_index("invoice_id").loc[["INV-0001/1", "INV-0001/2"], "open"].tolist() == [0.0, 16454.83]


def test_what_was_cancelled_or_never_issued_is_no_debt(tmp_path):
    columns = 'amount = "Amount"\nstatus = "Status"\npaid_on = "Payment Date"'
    taken, invoices, _paid = case("10-cancelled-draft", columns, tmp_path)
    assert owed(invoices, None)[0] == 362_547.52
    fate = taken.reconciliation.filter(pl.col("table") == "invoices", pl.col("status") == "excluded")
    assert sorted(i18n.render(one) for one in fate["reason"]) == ["Cancelled: no debt", "Draft: no debt"]
    assert set(invoices["status"]) == {"Paid", "Unpaid"}


def test_the_open_balance_that_the_export_states_is_what_is_owed(tmp_path):
    columns = 'amount = "Invoice Total"\nbalance = "Balance Due"\npaid_on = "Payment Date"'
    _taken, invoices, _paid = case("27-balance-due", columns, tmp_path)
    assert owed(invoices, None)[0] == 719_799.74


def test_a_credit_note_takes_back_its_own_invoice_and_hides_no_older_debt(tmp_path):
    _taken, invoices, paid = case("28-credit-note-own-invoice", 'amount = "Amount"', tmp_path, payments_too=True)
    last = invoices["issued_on"].max() + pd.Timedelta(days=1)
    open_, overdue = owed(invoices, paid, as_of=f"{last:%Y-%m-%d}")
    assert overdue == open_ == 12_066


def test_a_credit_note_goes_where_it_says_else_by_the_declared_rule():
    bills = BILLS.assign(credits_invoice_id="")
    old, new = bills["invoice_id"].iloc[[0, 1]]
    who, day = bills["customer_id"].iloc[0], pd.Timestamp("2025-04-01")
    note = {"invoice_id": "n", "customer_id": who, "issued_on": day, "amount": -10.0}
    named = pd.concat([bills, pd.DataFrame([note | {"credits_invoice_id": old}])], ignore_index=True)
    assert [row[1] for row in ways(applied(named, payments(), as_of=AS_OF))] == [old]
    silent = pd.concat([bills, pd.DataFrame([note | {"credits_invoice_id": ""}])], ignore_index=True)
    own = bills.loc[bills["customer_id"] == who].sort_values("issued_on")["invoice_id"].tolist()
    for rule, invoice in (("oldest", own[0]), ("newest", own[-1])):
        laid = receivables.applied(silent, payments(), as_of=AS_OF, credit_notes=rule)
        assert [row[1] for row in ways(laid)] == [invoice], (rule, new)
