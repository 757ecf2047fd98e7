"""Figures of service, field, dossiers, packs and portfolio at their borders: exactly on a day or at a limit, with nothing, with what can be counted by hand."""

from types import SimpleNamespace

import pandas as pd
import pytest

from audit.core import registry
from audit.core.findings import Finding
from audit.core.settings import read
from audit.steps import account, base, dossiers, field, forecast, intake, portfolio, profit, repeat, retention, service, wallet
from audit.steps.account import figures
from audit.steps.account.fields import OF_THE_FORM
from audit.steps.dossiers import buying, gaps, lost_accounts, mistakes
from audit.steps.dossiers.codes import Gap, Met, Mistake
from audit.steps.field import findings as field_findings
from audit.steps.portfolio import findings as portfolio_findings
from audit.steps.service import let_down
from tests.conftest import ROOT
from tests.test_field import AROUND, DAY, listed, orders, visits
from tests.test_service import AS_OF, cases, deliveries

ON = pd.Timestamp


def said(room, *found: tuple) -> str:
    """What a chapter concludes from findings: (id, value, params)."""
    made = [Finding(name, "x", "fact", "", value=value, high=value, params=params) for name, value, params in found]
    return room.claim(made, SimpleNamespace())[0].message


# intake


def kept(doubts: list[str], *, moved: list[float], revenue: tuple[float, ...] = (100.0, 100.0)) -> dict[str, Finding]:
    rows = pd.DataFrame({"table": ["lines", "lines", "customers"], "status": ["kept", "merged", "kept"], "rows": [8, 2, 99]})
    bridge = pd.DataFrame({"booked": [100.0, 100.0], "untraced": [0.0, 0.0], "moved": moved, "revenue": revenue})
    flags = pd.DataFrame({"doubt": "d", "verdict": doubts, "spoils": "amount", "rows": 9})
    return {one.id: one for one in intake.chapter_findings(rows, flags, bridge, tolerance=0.005)}


def test_doubts_that_stop_a_chapter_are_counted_and_those_that_pass_are_no_doubts():
    assert kept(["PASS"], moved=[0.0, 0.0]).keys() == {"rows_kept", "booked_to_revenue"}
    some = kept(["FLAG", "REFUSE", "PASS", "REFUSE"], moved=[0.0, 0.0])["doubts"]
    assert (some.value, some.params["refused"]) == (3.0, 2)
    assert "stop" in some.message
    assert "because of them" in kept(["FLAG"], moved=[0.0, 0.0])["doubts"].message


def test_the_bridge_must_close_in_every_month():
    assert kept([], moved=[10.0, -10.0], revenue=(90.0, 110.0))["booked_to_revenue"].value == 200
    with pytest.raises(ArithmeticError, match="1 months"):
        kept([], moved=[0.0, 0.0], revenue=(100.0, 99.0))


# service


def test_service_concludes_from_the_gravest_that_the_data_show():
    left = {"never": 4, "never_kept": 1, "later": 5, "later_kept": 5, "kept_share": 0.6, "like_share": 0.9}
    late, told = ("service_on_time", 0.9, {"late": 5}), lambda n: ("service_told", 0.1, {"told": n})
    assert "never settled" in said(service, ("service_after_open", -0.1, left), late)
    assert "arrived later than promised" in said(service, ("service_after_open", 0.0, left), late), "no difference is none"
    assert "we warned no customer" in said(service, late, told(0))
    assert "arrived later than promised" in said(service, late, told(1))
    assert "arrived later than promised" in said(service, late)
    assert "Every order arrived" in said(service, ("service_on_time", 1.0, {"late": 0}), told(0))
    assert "still open" in said(service, ("service_unowned", 1.0, {}))
    assert "has been settled" in said(service, ("service_unowned", 0.0, {}))
    assert "too seldom" in said(service, ("other", 1.0, {}))


def test_a_month_that_began_a_year_before_the_loss_is_not_of_its_year():
    months = pd.to_datetime(["2024-06-01", "2024-07-01", "2025-06-01", "2025-07-01"])
    panel = pd.DataFrame({"customer_id": "a", "period": months, "revenue": [100.0, 10.0, 1.0, 1000.0]})
    lost = cases(("1", "a", "2025-06-01", "loss", "price", None), stage="talks")
    assert service.lost_at(lost, panel, since=ON("2025-05-31"))["amount"].tolist() == [11.0]
    assert service.lost_at(lost, panel, since=ON("2025-06-01")).empty


def test_a_complaint_is_about_the_first_order_if_it_came_after_it_within_sixty_days_and_before_the_second():
    new = pd.DataFrame(
        {"customer_id": list("abcde"), "first_on": ON("2025-01-10"), "second_on": [None, None, None, None, ON("2025-02-01")]}
    )
    days = {"a": "2025-01-09", "b": "2025-01-10", "c": "2025-03-11", "d": "2025-03-12", "e": "2025-02-02"}
    told = cases(*((c, c, day, "complaint", "x", None) for c, day in days.items()))
    assert let_down._soon(told, new) == {"b", "c"}


def test_who_is_silent_for_exactly_the_days_is_not_gone_and_a_contact_exactly_so_old_is_no_gap():
    history = pd.DataFrame(
        {
            "customer_id": ["a", "b", "once"], "purchases": [3, 3, 1], "last_on": pd.to_datetime(["2025-06-01", "2025-06-01", "2025-06-01"]),
            "silence_days": [90, 91, 91],
        }
    )  # fmt: skip
    calls = pd.DataFrame(
        {"customer_id": ["x", "a", "b"], "date": pd.to_datetime(["2024-01-01", "2025-05-02", "2025-05-01"]), "direction": "out"}
    )
    found = let_down.contact_gap(history, calls, as_of=AS_OF, gone_days=90, quiet_days=30)
    assert found == (1.0, 0.0, 1, 1)
    assert let_down.contact_gap(history, None, as_of=AS_OF, gone_days=90, quiet_days=30)[2:] == (0, 0)


def test_nobody_who_bought_or_nothing_written_down_reaches_nobody():
    bought = pd.DataFrame({"customer_id": ["a"], "period": ON("2025-05-01"), "revenue": [10.0]})
    calls = pd.DataFrame({"customer_id": ["a"], "date": ON("2025-05-01"), "direction": "out", "kind": "call"})
    asked = pd.DataFrame({"customer_id": ["a"], "consent": ["call"]})
    given = {"until": AS_OF, "as_of": AS_OF}
    assert service.reach(calls, asked, bought.assign(revenue=0.0), **given).empty
    assert service.reach(calls.head(0), None, bought, **given).empty
    assert service.reach(calls.head(0), asked, bought, **given)["agreed"].tolist() == [1.0]
    assert service.reach(calls, None, bought.assign(revenue=0.5), **given)["reached"].tolist() == [1]


def test_an_order_has_come_with_its_last_line_and_a_complaint_closed_after_the_last_day_is_open():
    kept = service.promises(
        deliveries(("7", "a", "2025-03-10", "2025-03-09", None, 1, 1), ("7", "a", "2025-03-10", "2025-03-14", None, 1, 1)), as_of=AS_OF
    )
    assert kept["delivered_on"].tolist() == [ON("2025-03-14")]
    told = cases(("1", "a", "2025-12-01", "complaint", "x", "2026-01-05"), ("2", "a", "2025-12-01", "complaint", "x", "2025-12-01"))
    curve = service.settling(told, as_of=AS_OF, confidence=0.95)
    assert curve[["days", "happened_share"]].iloc[0].tolist() == [0.0, 0.5]
    assert curve["happened_share"].max() == 0.5
    who, theirs, others = service.value_of(None, pd.DataFrame(), until=AS_OF)
    assert (who, theirs != theirs, others != others) == (0, True, True)


# field


def test_field_concludes_from_what_it_knows():
    away = lambda n: ("field_presence", 0.5, {"away": n})
    none, must = ("field_other", 0.0, {}), ("field_must_have", 0.5, {})
    assert "old orders more often" in said(field, ("field_copied", 1.0, {}), away(3))
    assert "were not made at the outlet" in said(field, ("field_copied", 0.0, {}), away(3))
    assert "must-have" in said(field, away(0), must)
    assert "Every planned visit" in said(field, ("field_listed", 0.0, {}), must)
    assert "too little" in said(field, none).lower()
    assert "too little" in said(field, away(0)).lower()


def test_of_two_late_orders_the_representative_s_own_decides_and_a_late_call_only_where_there_is_no_other():
    planned = visits(("v", "a", "R1", DAY, None))
    both = listed(planned, orders(("own", "a", "2025-03-12 18:00", "rep"), ("call", "a", "2025-03-12 20:00", "call_centre"), *AROUND)).iloc[
        0
    ]
    assert both["order_id"] == "own"
    alone = listed(planned, orders(("call", "a", "2025-03-12 20:00", "call_centre"), *AROUND)).iloc[0]
    assert alone["order_id"] == "call"


def test_nothing_written_off_is_no_finding_and_without_sales_no_rate():
    nothing = pd.DataFrame({"entries": [1], "amount": [0.0], "sales_rate": [0.0]})
    assert field_findings._written_off(nothing) == []
    entries = pd.DataFrame({"date": [ON("2025-06-01")], "amount": [5.0]})
    unsold = pd.DataFrame({"customer_id": ["a"], "period": [ON("2025-06-01")], "revenue": [0.0]})
    assert field.written_off(entries, unsold, until=AS_OF, as_of=AS_OF)["sales_rate"].isna().all()


# dossiers


def test_a_loss_met_on_its_own_day_took_no_time_and_one_met_before_was_not_met():
    filled = pd.DataFrame(
        {"customer_id": ["a", "b", "c"], "lost_on": ["2025-03-01"] * 3, "met_on": ["2025-03-01", "2025-02-28", "2025-03-02"]}
    )
    found = lost_accounts.losses(filled).set_index("customer_id")["reaction_days"]
    assert (found["a"], found["c"], found["b"] != found["b"]) == (0.0, 1.0, True)


def test_weights_of_nothing_are_no_shares_and_half_weights_are():
    filled = pd.DataFrame({"segment": ["s", "s", "t"], "direction": "d", "weight_share": [0.25, 0.25, 0.0]})
    found = buying.value_models(filled).set_index("segment")["weight_share"]
    assert found["s"].tolist() == [0.5, 0.5]
    assert found.loc[["t"]].isna().all()


def test_a_manager_with_exactly_as_many_key_accounts_as_the_norm_has_none_too_many():
    keys = pd.DataFrame({"customer_id": list("abc"), "manager_id": "M1"})
    overview = pd.DataFrame({"customer_id": list("abcd"), "group": list("abcd"), "year_revenue": 1.0})
    none = pd.DataFrame({"gap_class": pd.Series(dtype="str")})
    calls = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c", "d", "d"], "direction": ["out", "out", "out", "in", "out"],
            "date": pd.to_datetime(["2025-06-01", "2025-06-01", "2025-06-01", "2025-06-01", "2024-12-31"]),
        }
    )  # fmt: skip
    given = {"as_of": AS_OF, "is_asked": True}
    of = lambda most: mistakes.key_mistakes(keys, none, overview, calls, most_per_manager=most, **given).set_index("mistake_class")
    assert of(3).loc[Mistake.NO_MANAGER, "seen_class"] == Met.NO
    assert of(2).loc[Mistake.NO_MANAGER, ["seen_class", "count"]].tolist() == [Met.YES, 3.0]
    assert of(3).loc[Mistake.ALL_EQUAL, ["seen_class", "count"]].tolist() == [
        Met.NO,
        0.0,
    ]  # the other was not contacted by us within the year


def test_a_gift_worth_nothing_needs_no_evidence():
    mine = pd.DataFrame({"benefit_to_customer": [0.0], "evidence": [""], "told_on": [ON("2025-01-01")]})
    unproved = lambda worth: {gap: is_there for gap, is_there, _day in gaps._of_value(mine.assign(benefit_to_customer=worth))}[
        Gap.NO_EVIDENCE
    ]
    assert not unproved(0.0)
    assert unproved(0.5)


def test_what_was_told_on_the_day_it_was_given_was_told():
    dossier = pd.DataFrame(
        {
            "customer_id": "a", "date": [ON("2025-03-01")] * 2, "kind": ["x", "y"], "cost_to_us": 1.0, "benefit_to_customer": [4.0, 6.0], "evidence": "e",
            "department": "", "told_on": [ON("2025-03-01"), ON("2025-02-28")], "is_exported": False,
        }
    )  # fmt: skip
    assert dossiers.value_by_account(dossier, as_of=AS_OF)["told"].tolist() == [4.0]


# packs of key accounts


def test_what_forms_alone_name_as_given_is_added_up_from_its_first_day():
    of = account.Account("a", "a", ("a",))
    profits = pd.DataFrame(
        {"group": ["a"], "margin": [10.0], "cost_to_serve": [1.0], "given": [2.0], "acquisition": [0.0], "profit": [7.0]}
    )
    days = pd.to_datetime(["2025-01-01", "2025-02-01", "2024-12-31", "2025-03-01"])
    dossier = pd.DataFrame(
        {"customer_id": "a", "group": "a", "date": days, "is_exported": [False, False, False, True], "cost_to_us": [1.0, 2.0, 40.0, 80.0]}
    )
    found = figures.profit_figures(profits, dossier, of, since=ON("2025-01-01")).set_index("figure")["value"]
    assert found.iloc[-1] == -3.0
    assert found["Profit without extras"] == 9.0
    assert len(figures.profit_figures(profits, None, of, since=ON("2025-01-01"))) == 6


# portfolio and wallet


def test_effort_leads_only_where_it_pays_clearly_less_and_there_is_a_profit():
    sizes = ("portfolio", 3.0, {"core": 5})
    effort = lambda profit, whole: ("portfolio_effort", 0.4, {"profit": profit, "whole": whole})
    assert "cost to serve" in said(portfolio, sizes, effort(1.0, 100.0))
    assert "worth developing" in said(portfolio, sizes, effort(20.0, 100.0)), "half of its share is the border, and not below it"
    assert "worth developing" in said(portfolio, sizes, effort(-1.0, 0.0))


def test_below_the_least_agreement_no_class_is_claimed():
    table = pd.DataFrame({"portfolio_class": ["core"], "is_clear": [True], "is_stopped": [False]})
    none = pd.DataFrame()
    unclear = portfolio_findings.chapter_findings(table, none, none, none, none, most=3, agreement=0.39, least_agreement=0.4)
    assert unclear[0].why


def test_a_wallet_known_for_half_of_the_sales_speaks_for_all():
    half = lambda share: said(wallet, ("wallet_share", 0.6, {"sales_share": share, "gap": 1.0}))
    assert half(0.5).startswith("We supply")
    assert half(0.49).startswith("Customers whose budgets we know")


def test_a_field_that_nobody_filled_in_is_asked_of_the_manager_and_a_code_that_is_missing_is_not_known():
    of = account.Account("a", "a", ("a",))
    overview = pd.DataFrame({"customer_id": ["a"], "status_class": ["actual"], "portfolio_class": [None], "loyalty_class": [""]})
    given = {"manager": "Ann", "as_of": AS_OF}
    none = account.freshness(None, overview, of, **given)
    assert none["value"].tolist()[:3] == ["actual", "not known", "not known"]
    assert set(none["value"].iloc[3:]) == {"not known: ask Ann"}
    cards = pd.DataFrame({"customer_id": ["a"], "filled_on": [ON("2025-05-01")], "site": ["ours"]})
    column = next(
        c.name for c in registry.tables()["account_cards"].columns if c.kind == "text" and not c.codes and c.name not in OF_THE_FORM
    )
    told = account.freshness(cards.rename(columns={"site": column}), overview, of, **given)
    filled = told[told["known_from"] == "form"]
    assert filled[["value", "known_on"]].to_numpy().tolist() == [["ours", ON("2025-05-01")]]


def test_what_is_of_an_account_is_its_group_s_else_its_companies_and_of_another_table_nothing():
    of = account.Account("a", "g", ("a", "b"))
    assert account.of_account(pd.DataFrame({"group": ["g", "h"], "x": [1, 2]}), of)["x"].tolist() == [1]
    assert account.of_account(pd.DataFrame({"customer_id": ["a", "b", "c"], "x": [1, 2, 3]}), of)["x"].tolist() == [1, 2]
    assert account.of_account(pd.DataFrame({"x": [1]}), of).empty
    assert account.of_account(None, of).empty


def test_an_opportunity_of_half_a_day_is_worth_twice_its_margin_a_day_and_one_of_no_day_is_not_known():
    of = account.Account("a", "a", ("a",))
    rows = [("x", 0.5, None, 10.0), ("y", 0.0, 1.0, 10.0), ("z", 2.0, 4.0, 10.0)]
    filled = pd.DataFrame(rows, columns=["opportunity", "effort_days", "outlay", "benefit"]).assign(
        customer_id="a", kind_class="", owner="", due_on=pd.NaT
    )
    found = account.opportunities(filled, of).set_index("opportunity")["per_day"]
    assert found.index[:2].tolist() == ["x", "z"]
    assert found.tolist()[:2] == [20.0, 3.0]
    assert found["y"] != found["y"]


def test_a_share_of_wallet_moves_by_money_over_budget_and_a_budget_of_nothing_says_nothing():
    months = pd.to_datetime(["2024-06-01", "2025-06-01"])
    panel = pd.DataFrame({"customer_id": "a", "period": months, "revenue": [20.0, 45.0]})
    told = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "b"],
            "period": ["2024", "2025"] * 2,
            "amount": [100.0, 150.0, 0.0, 10.0],
            "category": "",
            "provenance": "declared",
        }
    )
    found = wallet.changes(panel, told, customers=None, until=AS_OF, jump=5.0)
    assert found["group"].tolist() == ["a"]
    assert found[["share_before_share", "share_now_share", "change"]].iloc[0].tolist() == [0.2, 0.3, 25.0]
    assert round(found["budget_effect"].iloc[0] + found["share_effect"].iloc[0], 9) == 25.0


# pictures tell nothing that their chapter cannot say


def test_a_forecast_without_a_range_tells_no_sum():
    months = pd.date_range("2025-01-01", periods=12, freq="MS")
    series = {("company", ""): pd.Series(10.0, index=months)}
    ahead = pd.DataFrame(
        {"kind_class": "company", "name": "", "period": months + pd.DateOffset(years=1), "forecast": 10.0, "low": 5.0, "high": 15.0}
    )
    assert "next 6 months are expected to bring about €60" in forecast.charts.forecast(series, ahead, None, "EUR", horizon=6).alt
    untold = forecast.charts.forecast(series, ahead.assign(low=float("nan"), high=float("nan")), None, "EUR", horizon=6).alt
    assert "no sum is told" in untold
    assert "120" not in untold


def test_a_share_after_a_year_is_told_only_where_somebody_was_watched_for_a_year():
    curve = pd.DataFrame(
        {"days": [30, 200], "watched": [9, 3], "happened_share": [0.2, 0.5], "low_share": [0.1, 0.3], "high_share": [0.4, 0.7]}
    )
    told = lambda days: repeat.charts.return_curve(curve, horizon_days=days, norm=0.67).alt
    assert "Within 200 days, 50.0 %" in told(200).replace("\xa0", " ")
    assert "Nobody has been watched for 201 days" in told(201)


def test_who_loses_money_is_counted_only_where_profit_is_known():
    table = pd.DataFrame(
        {
            "group": ["a", "b"],
            "revenue": [9.0, 8.0],
            "margin": [3.0, -1.0],
            "profit": [-1.0, 2.0],
            "low_profit": [-2.0, 1.0],
            "high_profit": [0.0, 3.0],
        }
    )
    names = pd.Series({"a": "A", "b": "B"})
    assert "1 lose money" in profit.charts.profits(table, names).alt
    unknown = table.assign(profit=float("nan"), low_profit=float("nan"), high_profit=float("nan"))
    assert "margin on goods stands alone" in profit.charts.profits(unknown, names).alt


def test_a_late_order_is_not_one_of_which_nobody_was_told_where_notices_are_not_written_down():
    rows = [("1", "a", "2025-05-01", "2025-05-03", None, 10, 10), ("2", "a", "2025-05-01", "2025-05-01", None, 10, 10)]
    given = {"since": pd.Timestamp("2024-12-31"), "as_of": AS_OF}
    noted = deliveries(*rows)
    for table, labels in (
        (noted, {"on time", "late, told before", "late, customer not told"}),
        (noted.drop(columns="told_on"), {"on time", "late"}),
    ):
        months = service.by_month(service.promises(table, **given))
        legend = service.charts.by_month(months).figure.axes[0].get_legend()
        assert {text.get_text() for text in legend.get_texts()} == labels
        assert months["told_before"].isna().all() == ("told_on" not in table.columns)


def test_a_base_that_nobody_joined_and_nobody_left_is_said_to_be_so():
    moves = pd.DataFrame({"period": ["2024", "2025"], "customers": [4, 4], "lost": 0, "new": 0, "returned": 0, "first_seen": 0})
    assert "from 4 to 4: nobody came and nobody left." in base.charts.waterfall(moves).alt


def test_nobody_is_called_active_where_customers_come_back_after_longer_than_the_exports_show():
    panel = pd.DataFrame({"customer_id": ["a"], "period": [ON("2025-01-01")], "revenue": [1.0], "orders": [1], "purchases": [1]})
    found = retention.by_unit(panel, pd.DataFrame(), read(ROOT / "data" / "demo"), active_months=4, rhythm_months=5)
    assert found.empty
