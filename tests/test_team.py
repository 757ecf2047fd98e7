"""Who sells, and what of it is the manager's own work?"""

import csv

import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pytest

from audit.core import store
from audit.ledger import behaviour, purchases
from audit.stats.exchangeable import compared, false_discoveries
from audit.stats.matched import difference, followed
from audit.stats.shrinkage import shrunken
from audit.steps import team
from audit.steps.team.codes import Told
from audit.steps.team.handed_over import handed
from tests.conftest import ROOT, SHARED, lines

UNTIL, AS_OF = pd.Timestamp("2025-12-31"), pd.Timestamp("2025-12-31")


def panel(rows: list[tuple[str, str, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "period", "revenue"])
    return table.assign(period=pd.to_datetime(table["period"]), orders=1, purchases=1)


def sellers(rows: list[tuple[str, str, str, float]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "manager_id", "period", "revenue"])
    return table.assign(period=pd.to_datetime(table["period"]), department="")


def results(table: pd.DataFrame, **more) -> pd.DataFrame:
    history = pd.DataFrame({"customer_id": [], "first_on": pd.to_datetime([]), "second_on": pd.to_datetime([]), "is_first_known": []})
    given = {"as_of": AS_OF, "horizon_days": 365, "least": 10, "false_share": 0.05, "confidence": 0.95} | more
    return team.manager_results(table, history, None, **given)


def exchangeable(seed: int, managers: int = 8, customers: int = 160) -> pd.DataFrame:
    """A base whose managers are all alike: what customers do depends on their kind alone."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 3, customers)
    who = np.where(rng.random(customers) < 0.3, 0, rng.integers(1, managers, customers))  # one of them has many customers
    kept = rng.random(customers) < np.array([0.6, 0.8, 0.95])[kind]
    change = np.clip(rng.normal(np.array([-0.3, 0.0, 0.1])[kind], 0.5), -1, 1)
    return pd.DataFrame(
        {
            "customer_id": [f"C{i}" for i in range(customers)], "manager_id": [f"M{i}" for i in who], "stratum": kind.astype(str),
            "revenue_before": 1.0, "is_kept": kept, "change": np.where(kept, change, -1.0),
        }
    )  # fmt: skip


def test_efron_and_morris_18_batters_are_shrunken_as_published():
    early = np.array([18, 17, 16, 15, 14, 14, 13, 12, 11, 11, 10, 10, 10, 10, 10, 9, 8, 7]) / 45
    season = np.array(
        [0.346, 0.298, 0.276, 0.222, 0.273, 0.270, 0.263, 0.210, 0.269, 0.230, 0.264, 0.256, 0.303, 0.264, 0.226, 0.286, 0.316, 0.200]
    )
    mean = early.mean()
    found = shrunken(early, np.full(18, mean * (1 - mean) / 45))
    assert (found[0] - mean) / (early[0] - mean) == pytest.approx(0.212, abs=0.001)
    assert ((early - season) ** 2).sum() == pytest.approx(0.0754, abs=1.1e-4)  # 0.07549, as the method cuts it off
    assert ((found - season) ** 2).sum() == pytest.approx(0.0213, abs=1.1e-4)


def test_estimates_that_differ_no_more_than_chance_all_stand_at_their_centre():
    assert shrunken(np.array([0.01, -0.01, 0.02, -0.02, 0.0]), np.full(5, 0.01), centre=0.0) == pytest.approx(0, abs=1e-12)


def test_among_managers_who_are_all_alike_somebody_is_called_out_in_at_most_a_twentieth_of_200_bases(capsys):
    called = 0
    for seed in range(200):
        table = exchangeable(seed)
        found = [
            compared(table[column].astype(float), table["manager_id"], table["stratum"], confidence=0.95, seed=seed)
            for column in ("is_kept", "change")
        ]
        adjusted = false_discoveries(pd.concat(found)["p_value"].where(pd.concat(found)["n"] >= 10))
        called += bool((adjusted <= 0.05).any())
    with capsys.disabled():
        print(f"\n200 bases of managers who are all alike: somebody was called better or worse in {called}")
    assert called <= 0.05 * 200


def test_a_manager_who_does_much_better_with_the_same_customers_is_found_and_no_other():
    table = exchangeable(1)
    best = table["manager_id"] == "M3"
    table.loc[best, "change"] = 0.9
    found = results(table)
    out = found[found["told_class"].isin([Told.BETTER, Told.WORSE])]
    assert out[["manager_id", "measure_class", "told_class"]].to_numpy().tolist() == [["M3", "change", "better"]]


def test_who_has_better_customers_is_not_better():
    rng = np.random.default_rng(5)
    good = np.arange(200) < 100
    kept = rng.random(200) < np.where(good, 0.95, 0.5)
    who = np.where(good, "M1", "M2")
    plain = compared(pd.Series(kept.astype(float)), pd.Series(who), pd.Series(["all"] * 200), confidence=0.95)
    fair = compared(pd.Series(kept.astype(float)), pd.Series(who), pd.Series(good.astype(str)), confidence=0.95)
    assert plain["p_value"].max() < 0.01  # a league says so
    assert fair["p_value"].isna().all()  # nobody else has customers of either kind


def test_the_parts_of_a_comparison_cancel_out():
    table = exchangeable(2)
    found = compared(table["change"], table["manager_id"], table["stratum"], confidence=0.95)
    assert (found["difference"] * found["n"]).sum() == pytest.approx(0, abs=1e-9)
    assert found["n"].sum() == len(table)


def test_few_customers_are_not_judged():
    table = exchangeable(3).head(40)
    found = results(table, least=30)
    assert (found.loc[found["n"] < 30, "told_class"] == Told.FEW).all()


def test_many_comparisons_raise_the_bar():
    assert false_discoveries(pd.Series([0.01])).iloc[0] <= 0.05
    assert false_discoveries(pd.Series([0.01] + [0.9] * 19)).iloc[0] > 0.05


def test_a_customer_belongs_to_who_sold_to_it_before_what_is_judged_happened():
    sold = sellers([("a", "M1", "2024-05-01", 100.0), ("a", "M2", "2025-05-01", 900.0), ("b", "M1", "2024-05-01", 50.0)])
    bought = panel([("a", "2024-05-01", 100.0), ("a", "2025-05-01", 900.0), ("b", "2024-05-01", 50.0)])
    history = pd.DataFrame({"customer_id": ["a", "b"], "first_on": pd.to_datetime(["2023-01-01", "2023-01-01"])})
    found = team.portfolios(sold, bought, history, None, until=UNTIL, observed_from=pd.Timestamp("2023-01-01")).set_index("customer_id")
    assert found.loc["a", ["manager_id", "manager_now_id", "is_handed", "is_kept"]].tolist() == ["M1", "M2", True, True]
    assert found.loc["a", "change"] == pytest.approx(0.8)
    assert found.loc["b", ["manager_id", "manager_now_id", "is_handed", "is_kept", "change"]].tolist() == ["M1", "", False, False, -1.0]


def test_a_customer_whom_two_managers_know_is_not_alone():
    sold = sellers([("a", "M1", "2025-05-01", 100.0), ("b", "M1", "2025-05-01", 50.0), ("c", "M2", "2025-05-01", 30.0)])
    bought = panel([(c, "2025-05-01", m) for c, m in (("a", 100.0), ("b", 50.0), ("c", 30.0))])
    history = pd.DataFrame({"customer_id": list("abc"), "first_on": pd.to_datetime(["2023-01-01"] * 3)})
    of = team.portfolios(sold, bought, history, None, until=UNTIL, observed_from=pd.Timestamp("2023-01-01"))
    calls = pd.DataFrame({"customer_id": ["a"], "date": pd.to_datetime(["2025-06-01"]), "manager_id": ["M2"], "direction": ["out"]})
    found = team.known_by_one(of, sold, calls, None, None, as_of=AS_OF).set_index("manager_id")
    assert found.loc["M1", ["customers", "alone_customers", "alone_revenue"]].tolist() == [2, 1, 50.0]
    assert found.loc["M2", ["customers", "alone_customers"]].tolist() == [1, 1]
    assert found["company_share"].sum() == pytest.approx(80 / 180)


def test_a_handover_stands_beside_customers_of_its_size_in_the_same_months():
    months = [f"2025-{m:02d}-01" for m in range(1, 13)]
    rows = [("a", m, 10.0) for m in months[:6]]  # handed over in June, and gone
    rows += [("b", m, 10.0) for m in months] + [("c", m, 12.0) for m in months[:6]] + [("d", m, 900.0) for m in months]
    events = pd.DataFrame({"customer_id": ["a"], "on": pd.to_datetime(["2025-06-14"])})
    found = followed(events, panel(rows), on="on", until=UNTIL, months=5).iloc[0]
    assert (found["revenue_before"], found["is_kept"], found["like_share"], found["like_customers"]) == (
        50.0,
        False,
        0.5,
        2,
    )  # d is no like
    assert difference(pd.DataFrame({"is_kept": [False], "like_share": [0.5]}), confidence=0.95)[3] == 1


def test_what_happens_to_likes_later_decides_nothing():
    months = [f"2025-{m:02d}-01" for m in range(1, 13)]
    rows = [(c, m, 10.0) for c in "ab" for m in months] + [("gone", m, 10.0) for m in months[:3]]
    events = pd.DataFrame({"customer_id": ["a", "b"], "on": pd.to_datetime(["2025-06-14", "2025-09-14"])})
    found = followed(events, panel(rows), on="on", until=UNTIL, months=3)
    assert found["like_customers"].tolist() == [1, 0]  # b had no event yet in June; whoever had left by then is no like of one who buys


def test_complaints_without_any_effect_show_none():
    rng = np.random.default_rng(3)
    rows, events = [], []
    for i in range(400):
        left = int(rng.integers(3, 37))  # everybody leaves sooner or later, whatever is complained of
        bought = [m for m in range(min(left, 24)) if rng.random() < 0.9]
        rows += [(f"c{i}", pd.Timestamp("2024-01-01") + pd.DateOffset(months=m), float(rng.integers(50, 150))) for m in bought]
        hit = [m for m in bought if rng.random() < 0.05]
        events += [(f"c{i}", pd.Timestamp("2024-01-10") + pd.DateOffset(months=hit[0]))] if hit else []
    told = pd.DataFrame(events, columns=["customer_id", "on"])
    value, low, high, n = difference(followed(told, panel(rows), on="on", until=UNTIL, months=6), confidence=0.95)
    assert n > 50
    assert low < 0.03
    assert high > -0.03
    assert abs(value) < 0.08


def test_one_of_fifty_who_stands_out_far_is_found():
    rng = np.random.default_rng(1)
    who = np.repeat([f"M{i}" for i in range(50)], 20)
    value = pd.Series(np.where(who == "M7", 1.0, (rng.random(1000) < 0.1).astype(float)))
    found = compared(value, pd.Series(who), pd.Series(["x"] * 1000), confidence=0.95)
    assert found.loc[false_discoveries(found["p_value"]) <= 0.05, "who"].tolist() == ["M7"]


def test_a_kind_of_customers_that_nobody_else_has_tells_nothing():
    who = ["a"] * 20 + ["b"] * 20
    kind = ["own"] * 15 + ["shared"] * 25
    kept = [1.0] * 15 + [0.0] * 5 + [1.0] * 12 + [0.0] * 8
    found = compared(pd.Series(kept), pd.Series(who), pd.Series(kind), confidence=0.95).set_index("who")
    assert np.sign(found.loc["a", "value"] - found.loc["a", "others"]) == np.sign(found.loc["a", "difference"]) == -1


def test_a_plan_said_by_year_and_by_quarter_counts_once():
    plans = pd.DataFrame(
        {"period": ["2026", "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4"], "level": "company", "id": "-", "amount": [120.0, 30, 30, 30, 30]}
    )
    assert team.plan_cascade(plans, None, cost_rate=0.5)["amount"].tolist() == [120.0]


def test_pay_of_a_part_of_a_year_stands_beside_no_year_of_sales():
    year = pd.DataFrame({"manager_id": [f"M{i}" for i in range(6)], "revenue": 1000.0})
    months = [f"2025-{m:02d}" for m in range(1, 13)]
    pay = pd.DataFrame([(f"M{i}", m, 10.0) for i in range(6) for m in months], columns=["manager_id", "period", "amount"])
    assert team.pay_rates(pay, year, as_of=AS_OF)[0] == pytest.approx(0.12)
    assert team.pay_rates(pay[pay["period"] < "2025-04"], year, as_of=AS_OF)[3] == 0
    assert team.pay_rates(pay[pay["manager_id"] < "M3"], year, as_of=AS_OF)[3] == 0  # so few would be told by it


def test_less_than_two_years_compare_nothing():
    bought = panel([("a", "2025-03-01", 100.0)])
    history = pd.DataFrame({"customer_id": ["a"], "first_on": pd.to_datetime(["2025-03-01"]), "is_first_known": [False]})
    found = team.portfolios(
        sellers([("a", "M1", "2025-03-01", 100.0)]), bought, history, None, until=UNTIL, observed_from=pd.Timestamp("2025-01-01")
    )
    assert found[["revenue_before", "is_new"]].to_numpy().tolist() == [[0.0, False]]
    assert found["change"].isna().all()
    nobody = team.portfolios(
        sellers([("a", "M1", "2025-03-01", 1.0)]).drop(columns="manager_id"), bought, history, None, until=UNTIL, observed_from=UNTIL
    )
    assert nobody["manager_now_id"].tolist() == [""]


def test_an_event_without_its_months_after_is_not_judged():
    rows = [("a", f"2025-{m:02d}-01", 10.0) for m in range(1, 13)]
    events = pd.DataFrame({"customer_id": ["a"], "on": pd.to_datetime(["2025-11-01"])})
    assert followed(events, panel(rows), on="on", until=UNTIL, months=6).empty


def test_declared_handovers_are_taken_by_their_day_and_others_from_the_sales():
    declared = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "manager_id": ["M1", "M2", "M1"],
            "from_on": pd.to_datetime(["2024-01-01", "2025-03-10", "2024-01-01"]),
        }
    )
    found = handed(declared, sellers([]))
    assert found[["customer_id", "from_id", "to_id"]].to_numpy().tolist() == [["a", "M1", "M2"]]
    seen = sellers(
        [("a", "M1", "2025-01-01", 1.0), ("a", "M1", "2025-02-01", 1.0), ("a", "M2", "2025-04-01", 1.0), ("a", "M2", "2025-05-01", 1.0)]
    )
    found = handed(None, seen)
    assert found[["customer_id", "from_id", "to_id", "handed_on"]].to_numpy().tolist() == [["a", "M1", "M2", pd.Timestamp("2025-04-01")]]
    mixed = sellers(
        [("a", "M1", "2025-01-01", 1.0), ("a", "M2", "2025-02-01", 1.0), ("a", "M1", "2025-04-01", 1.0), ("a", "M2", "2025-05-01", 1.0)]
    )
    assert handed(None, mixed).empty  # a stand-in is no handover


def test_plans_are_set_beside_the_company_s_and_promises_to_suppliers_beside_its_cost():
    plans = pd.DataFrame(
        {
            "period": ["2026-01", "2026-02", "2026", "2026"],
            "level": ["company", "company", "manager", "manager"],
            "id": ["-", "-", "M1", "M2"],
            "amount": [60.0, 40.0, 50.0, 40.0],
        }
    )
    promised = pd.DataFrame({"supplier": ["S"], "period": ["2026"], "amount": [90.0]})
    found = team.plan_cascade(plans, promised, cost_rate=0.8).set_index("planned_class")
    assert found.loc["manager", "difference"] == -10.0
    assert found.loc["company", ["amount", "promised_amount", "planned_cost", "short"]].tolist() == [100.0, 90.0, 80.0, 10.0]


def test_a_formula_of_pay_says_what_of_it_comes_from_where_nothing_was_earned():
    of = pd.DataFrame(
        {
            "customer_id": list("abc"), "manager_id": "M1", "manager_now_id": "M1", "is_handed": [False, False, True], "is_new": False, "is_kept": True,
            "revenue_before": 10.0, "revenue_now": [100.0, 60.0, 40.0], "margin": [20.0, 10.0, np.nan], "returned": 0.0,
        }
    )  # fmt: skip
    debts = pd.DataFrame({"group": ["b"], "overdue": [30.0], "is_stopped": [True]})
    loses = pd.DataFrame({"group": ["a"], "loss_class": ["loses"]})
    found = team.bonuses(of, {"plain": "0.1 * revenue - 0.1 * overdue"}, customers=None, debtors=debts, profits=loses).iloc[0]
    assert found[["bonus", "by_largest", "by_losing", "by_unpaid", "by_handed"]].tolist() == pytest.approx([17.0, 10.0, 10.0, 3.0, 4.0])


def test_a_formula_with_an_unknown_word_is_refused_in_words(tmp_path):
    from audit.core.settings import BadSettings, read

    text = (ROOT / "data" / "demo" / "audit.toml").read_text(encoding="utf-8")
    (tmp_path / "audit.toml").write_text(text + '\n[bonus.x]\nformula = "0.1 * turnover"\n', encoding="utf-8")
    with pytest.raises(BadSettings, match=r"no column 'turnover'.*there are revenue"):
        read(tmp_path)


def test_what_was_planted_in_the_demo_s_team_is_found_and_nothing_else(demo):
    planted = list(csv.DictReader((ROOT / "tests" / "demo_work_truths.csv").open(encoding="utf-8")))
    found = store.load(demo, "manager_results")
    out = found[found["told_class"].isin([Told.BETTER, Told.WORSE])]
    wanted = {(row["manager_id"], row["kind"], row["what"]) for row in planted if row["kind"] in ("better", "worse")}
    assert set(map(tuple, out[["manager_id", "told_class", "measure_class"]].to_numpy())) == wanted
    year = store.load(demo, "managers_year").set_index("manager_id")["revenue"].rank(ascending=False)
    assert year["М07"] > year["М04"]  # the better one stands lower in a league by revenue


@pytest.mark.skipif(not (SHARED / "maven_crm").is_dir(), reason="needs ../shared/data/maven_crm")
def test_maven_s_deals_and_agents_are_counted_as_published():
    deals = pd.read_csv(SHARED / "maven_crm" / "sales_pipeline.csv")
    table = pd.DataFrame(
        {
            "deal_id": deals["opportunity_id"], "manager_id": deals["sales_agent"], "source": deals["product"], "stage": deals["deal_stage"],
            "outcome": deals["deal_stage"].map({"Won": "won", "Lost": "lost"}).fillna("open"), "opened_on": pd.to_datetime(deals["engage_date"]),
            "closed_on": pd.to_datetime(deals["close_date"]), "amount": deals["close_value"],
        }
    )  # fmt: skip
    found = team.pipeline(table, confidence=0.95)
    of = found[found["by_class"] == "all_deals"]
    assert (of["won"].sum(), of["lost"].sum()) == (4238, 2473)
    assert table["manager_id"].nunique() == 30
    judged = team.manager_results(
        exchangeable(4), pd.DataFrame({"customer_id": [], "first_on": pd.to_datetime([]), "second_on": pd.to_datetime([]), "is_first_known": []}), table,
        as_of=AS_OF, horizon_days=365, least=10, false_share=0.05, confidence=0.95,
    )  # fmt: skip
    agents = judged[judged["measure_class"] == "deals"]
    assert len(agents) == 30
    assert agents["n"].sum() == 6711


def test_nobody_is_compared_where_nobody_is_named():
    found = team.manager_results(
        pd.DataFrame({"manager_id": [], "revenue_before": [], "is_kept": [], "change": [], "stratum": []}),
        pd.DataFrame({"customer_id": [], "first_on": pd.to_datetime([]), "is_first_known": []}), None, as_of=AS_OF, horizon_days=365, least=10, false_share=0.05, confidence=0.95,
    )  # fmt: skip
    assert found.empty


def by_channel(rows: list[tuple], before: dict[str, bool], *, new: tuple = (), **more) -> pd.DataFrame:
    """Sales by channel, of customers of one kind: who bought in the year before, and whether it stayed."""
    table = pd.DataFrame(rows, columns=["customer_id", "channel", "period", "revenue", "cost"])
    table["period"] = pd.to_datetime(table["period"])
    of = pd.DataFrame({"customer_id": [*before, *new], "is_kept": [*before.values(), *(True for _one in new)], "stratum": "one kind"})
    of = of.assign(revenue_before=[1.0] * len(before) + [0.0] * len(new), is_new=of["customer_id"].isin(new))
    given = {"until": UNTIL, "least": 2, "false_share": 0.05, "confidence": 0.95} | more
    return team.sales_by_channel(table, of, **given).set_index("channel")


def test_sales_of_channels_add_up_and_a_customer_of_the_year_before_has_one():
    rows = [
        ("a", "phone", "2024-05-01", 90.0, 60.0), ("a", "site", "2024-06-01", 10.0, 5.0), ("b", "site", "2024-05-01", 20.0, 10.0), ("c", "phone", "2024-01-01", 30.0, 20.0),
        ("a", "site", "2025-02-01", 100.0, 80.0), ("a", "phone", "2025-03-01", 50.0, 40.0), ("d", "site", "2025-04-01", 40.0, 30.0), ("b", "", "2025-05-01", 10.0, 5.0),
        ("b", "back", "2025-06-01", -5.0, -3.0),
    ]  # fmt: skip
    found = by_channel(rows, {"a": True, "b": True, "c": False}, new=("d",))
    assert found["revenue"].to_dict() == {"site": 140.0, "phone": 50.0, "": 10.0, "back": -5.0}
    assert found["revenue_share"].to_dict() == {"site": 0.7, "phone": 0.25, "": 0.05, "back": 0.0}  # what comes back brought nothing
    assert found["customers"].to_dict() == {"site": 2, "phone": 1, "": 1, "back": 0}
    assert found["margin_rate"].to_dict() == pytest.approx({"site": 30 / 140, "phone": 0.2, "": 0.5, "back": float("nan")}, nan_ok=True)
    assert found["new_customers"].to_dict() == {"site": 1, "phone": 0, "": 0, "back": 0}
    assert found["n"].to_dict() == {"site": 1, "phone": 2, "": 0, "back": 0}  # a bought most by phone in the year before
    assert found.loc["phone", ["stayed_share", "alike_share"]].tolist() == [0.5, 1.0]
    table = pd.DataFrame(rows, columns=["customer_id", "channel", "period", "revenue", "cost"])
    assert team.several_channels(table.assign(period=pd.to_datetime(table["period"])), until=UNTIL) == (1, 2)


@pytest.mark.parametrize(("left_by_site", "told"), [(0, Told.CHANCE), (40, Told.WORSE)])
def test_a_channel_stands_out_only_beyond_what_like_customers_do(left_by_site, told):
    before = {f"{way}{i:02d}": not (way == "site" and i < left_by_site) and i % 10 != 9 for way in ("phone", "site") for i in range(60)}
    rows = [(who, who[:-2], f"{year}-05-01", 10.0, 5.0) for who in before for year in (2024, 2025)]
    found = by_channel(rows, before, least=10)
    assert found.loc["site", "told_class"] == told
    assert by_channel(rows, before, least=61)["told_class"].eq(Told.FEW).all()


def test_who_buys_by_one_channel_alone_is_compared_with_nobody():
    rows = [(f"c{i}", "site", f"{year}-05-01", 10.0, 5.0) for i in range(20) for year in (2024, 2025)]
    assert by_channel(rows, {f"c{i}": True for i in range(20)})["told_class"].tolist() == [Told.FEW]
    assert team.sales_by_channel(None, pd.DataFrame(), until=UNTIL, least=2, false_share=0.05, confidence=0.95).empty


def test_the_newly_hired_have_settled_in_when_three_months_reach_the_median_of_the_seasoned():
    months = [f"2025-{m:02d}-01" for m in range(1, 13)]
    old = [("c1", who, month, money) for who, money in (("M1", 100.0), ("M2", 120.0), ("M3", 500.0)) for month in months]
    grows = [
        ("c2", "N1", month, 20.0 * i) for i, month in enumerate(months)
    ]  # 0, 20, ... 220: June to August are the first three whose mean, 120, reaches 110; August is its seventh whole month
    slow = [("c3", "N2", month, 1.0) for month in months]
    managers = pd.DataFrame(
        {
            "manager_id": ["M1", "M2", "M3", "N1", "N2", "X"],
            "hired_on": pd.to_datetime(["2015-01-01", "2016-01-01", None, "2025-01-20", "2025-06-30", "2010-01-01"]),
        }
    )
    given = {"until": UNTIL, "observed_from": pd.Timestamp("2025-01-01"), "seasoned_years": 2}
    found = team.settling_in(managers, sellers(old + grows + slow), **given)
    assert found[["manager_id", "seen_months"]].to_numpy().tolist() == [["N1", 11], ["N2", 6]]
    assert found["settled_months"].tolist() == pytest.approx(
        [7.0, float("nan")], nan_ok=True
    )  # the median of M1 and M2 is 110: M3 came nobody knows when
    assert team.settling_in(managers.tail(3), sellers(grows + slow), **given).empty  # nobody of long standing sells
    assert team.settling_in(managers.drop(columns="hired_on"), sellers(old), **given).empty


def test_candidates_are_counted_by_source_and_stage():
    candidates = pd.DataFrame(
        {
            "candidate_id": list("12345"), "outcome": ["hired", "refused", "declined", "open", "refused"], "source": ["site", "site", "site", "site", "friend"],
            "opened_on": pd.to_datetime(["2025-01-01"] * 5), "closed_on": pd.to_datetime(["2025-01-11", "2025-01-02", "2025-01-03", None, "2025-01-04"]),
        }
    )  # fmt: skip
    found = team.hiring(candidates, confidence=0.95).set_index(["by_class", "name"])
    columns = ["candidates", "hired", "not_hired", "open_candidates"]
    assert found.loc[("all_deals", "-"), columns].tolist() == [5, 1, 3, 1]
    assert found.loc[("source", "site"), [*columns, "hired_share", "hire_days"]].tolist() == pytest.approx([4, 1, 2, 1, 1 / 3, 10.0])
    assert team.hiring(None, confidence=0.95).empty


def test_dearer_products_are_those_above_the_median_of_their_category():
    goods = pl.DataFrame({"product_id": list("abcde"), "category": ["x", "x", "x", "y", "y"], "price": [1.0, 2.0, 3.0, 100.0, None]})
    assert behaviour.with_dear(goods)["is_dear"].to_list() == [False, False, True, False, None]
    sold = lines(
        [("k", "2025-05-01", who, "M1", product) for who, product in ((10, "a"), (20, "c"), (40, "e"), (5, "unknown"))],
        "customer_id date amount manager_id product_id",
    )
    found = (
        behaviour.sellers(purchases.traced(nw.from_native(sold.lazy())), nw.from_native(behaviour.with_dear(goods).lazy()))
        .collect()
        .to_native()
    )
    assert found.to_pandas()[["revenue", "dearer", "priced"]].astype(float).to_numpy().tolist() == [[75.0, 20.0, 30.0]]
