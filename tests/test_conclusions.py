"""What each chapter concludes, in every state that its findings can be in: exactly at a limit, with nothing, undecided."""

from types import SimpleNamespace

import pytest

from audit.core.findings import Finding
from audit.steps import accounts, base, central, customers, dossiers, ladder, loyalty, profit, repeat, retention, segments, value, wallet
from audit.steps.base.conclusion import STILL
from audit.steps.central import conclusion as central_conclusion

NAN = float("nan")


def finding(name, value=NAN, **more) -> Finding:
    return Finding(name, "x", "estimate" if "low" in more else "fact", "", value=value, **more)


def concluded(room, *found: Finding, **norm) -> str:
    """The sentence that a chapter concludes with."""
    return room.claim(list(found), SimpleNamespace(**norm))[0].message


def ahead(low, high, previous=100.0, why=""):
    return finding("value_ahead", 100.0, low=low, high=high, previous=previous, why=why)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (ahead(101, 120), "should bring in more"),
        (ahead(100, 120), "may be chance"),
        (ahead(80, 99), "should bring in less"),
        (ahead(80, 100), "may be chance"),
        (ahead(NAN, NAN, why="too few"), "cannot say"),
    ],
)
def test_value_is_more_or_less_only_where_the_whole_range_is(found, said):
    assert said in concluded(value, finding("other", 1.0, low=500.0, high=600.0, previous=0.0), found)


@pytest.mark.parametrize(
    ("share", "low", "high", "kind", "said"),
    [
        (0.8, 0.67, 0.9, "transactional", "come back: {value}"),
        (0.7, 0.66, 0.8, "transactional", "cannot say whether enough"),
        (0.5, 0.4, 0.67, "transactional", "cannot say whether enough"),
        (0.5, 0.4, 0.66, "transactional", "Too few"),
        (0.5, 0.4, 0.66, "project", "no norm for this kind of sale"),
        (NAN, NAN, NAN, "project", "cannot say yet"),
        (NAN, NAN, NAN, "transactional", "cannot say yet"),
    ],
)
def test_repeat_is_judged_only_where_the_norm_holds_and_the_range_lies_beside_it(share, low, high, kind, said):
    first = finding("repeat_purchase_ratio", share, low=low, high=high)
    assert said in concluded(repeat, first, repeat_purchase_ratio=0.67, sales_type=kind)


@pytest.mark.parametrize(
    ("lose", "keys", "said"),
    [
        (3.0, 2.0, "including {keys} key"),
        (3.0, 0.0, "of {n} {n:customer"),
        (3.0, None, "of {n} {n:customer"),
        (0.0, 2.0, "No customer loses us money under every way"),
    ],
)
def test_profit_names_losers_key_accounts_first(lose, keys, said):
    found = [finding("profit_losers", lose, n=9, params={"winning": 1}), *([finding("key_losers", keys)] if keys is not None else [])]
    made = profit.claim(found, None)
    assert said in made[0].message
    assert made[0].params["keys"] == (keys or 0)


def test_profit_without_pools_speaks_of_goods_alone():
    little, much = {"is_little": True}, {"is_little": False}
    again = [finding("below_cost_again", 0.5, params={"is_habit": is_habit}) for is_habit in (True, False)]
    assert "By the exported costs" in concluded(profit, finding("margin_losers", 2.0, n=2))
    assert concluded(profit, finding("margin_losers", 2.0, params=much)) == concluded(
        profit, finding("margin_losers", 2.0, params=much), again[0]
    )
    assert "paid less than the goods cost us" in concluded(profit, finding("margin_losers", 2.0, params=much))
    assert "not the same ones every year" in concluded(profit, finding("margin_losers", 2.0, params=much), again[1])
    assert "Nearly every customer" in concluded(profit, finding("margin_losers", 2.0, params=little))
    assert "No customer paid less than its goods cost" in concluded(profit, finding("margin_losers", 0.0))
    assert "We cannot say which" in concluded(profit, finding("margin_losers", 2.0, why="no cost", params={"winning": 1}))


def test_segments_and_customers_say_what_they_found_or_that_there_is_nothing():
    assert "Nobody has bought" in concluded(segments, finding("abc", why="nobody"), finding("other", 1.0))
    assert "} for {value} of sales" in concluded(segments, finding("abc", 0.8), finding("other", why="nothing"))
    assert "customers need} a step" in concluded(customers, finding("steps", 1.0))
    assert "No customer needs" in concluded(customers, finding("steps", 0.0))


def test_ladder_speaks_of_those_who_fell_silent():
    steady = finding("ladder", 0.5, n=10)
    assert "No customer is active" in concluded(ladder, steady)
    assert "cannot say who fell back" in concluded(ladder, steady, finding("ladder_falls", why="a year is missing"))
    assert "no longer active" in concluded(ladder, steady, finding("ladder_falls", 1.0))
    assert "Everybody who was buying steadily" in concluded(ladder, steady, finding("ladder_falls", 0.0))


@pytest.mark.parametrize(
    ("gaps", "n", "said"),
    [(0.0, 7, "we know what we should"), (6.0, 7, "{value} of {n}"), (7.0, 7, "For each of the"), (1.0, 1, "{value} of {n}")],
)
def test_dossiers_say_of_how_many_accounts_something_is_to_be_found_out(gaps, n, said):
    assert said in concluded(dossiers, finding("dossiers_filled", 1.0, n=n), finding("dossier_gaps", gaps, n=n))


def test_loyalty_names_what_keeps_them_only_where_there_are_types():
    assert "cannot tell" in concluded(loyalty, finding("loyalty", why="too few", params={"most": "price"}))
    assert "no loyalty types" in concluded(loyalty, finding("loyalty", 0.0))
    assert "most often it is" in concluded(loyalty, finding("loyalty", 0.6, params={"most": "price"}))


@pytest.mark.parametrize(
    ("share", "left", "said"),
    [
        (0.2, NAN, "below the limit"),
        (0.3, 4.5, "below the limit"),
        (0.3, 4.4, "profit would fall from"),
        (0.31, NAN, "largest customer brings too much"),
    ],
)
def test_accounts_depend_on_one_customer_above_the_norm_or_where_half_of_the_profit_goes_with_it(share, left, said):
    largest = finding("dependence", share, params={"result_with": 9.0, "result_without": left})
    assert said in concluded(accounts, finding("key_accounts", 3.0, n=9), largest, dependence_share=0.3)


def test_accounts_without_a_large_customer():
    assert "Nobody is so large" in concluded(accounts, finding("key_accounts", 3.0, n=9))
    assert "nobody bought" in concluded(accounts, finding("key_accounts", 0.0, n=0))


@pytest.mark.parametrize(("share", "said"), [(0.49, "spend"), (0.5, "goes elsewhere")])
def test_wallet_speaks_of_all_where_budgets_are_known_for_half_of_the_sales(share, said):
    assert said in concluded(wallet, finding("wallet_share", 0.6, params={"sales_share": share}))


NEAR = 1 - central_conclusion.NEAR


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([finding("orphans", 0.99), finding("crm_manager", 0.3), finding("crm_against_accounting", 0.5)], "Only {value}"),
        ([finding("orphans", 1.0), finding("crm_manager", 0.3), finding("crm_against_accounting", 0.5)], "by {manager}"),
        ([finding("orphans", 1.0), finding("crm_against_accounting", NEAR - 0.01)], "missing {missed_share}"),
        ([finding("orphans", 1.0), finding("crm_against_accounting", NEAR)], "Everybody who buys"),
        ([finding("orphans", 1.0), finding("crm_against_accounting", NEAR), finding("central_invalid", 2.0)], "validation"),
        ([finding("orphans", 1.0), finding("central_invalid", 0.0)], "Everybody who buys"),
        ([finding("orphans", 1.0)], "Everybody who buys"),
    ],
)
def test_central_says_the_gravest_of_what_is_missing(found, said):
    assert said in concluded(central, *found)


def grew(rate, money=None, existing=1.0, unit="share", size=None, new=0.0, fall=None, lost=2, came=3, seen=0, why=""):
    money = rate * 1000 if money is None else money
    size = finding("base_size", 9.0, money=0.0 if size is None else size, params={"lost": lost, "new": came, "first_seen": seen}, why=why)
    found = [size, finding("sales_change", abs(rate), money=money, unit=unit), finding("existing_customers", existing)]
    found.append(finding("new_revenue_share", 0.1, params={"new_revenue": new}))
    return [*found, *([finding("largest_fall", fall, params={"customer_name": "X", "chance_share": 0.0})] if fall is not None else [])]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (grew(0.2), "the main factor"),
        (grew(0.2, existing=-0.1), "earlier customers bring in less"),
        (grew(0.2, existing=0.0), "the main factor"),
        (grew(-0.2), "are down"),
        (grew(0.2, unit="money"), "returns exceeded sales"),
        (grew(0.2, why="one period"), "two full periods"),
        (grew(0.2)[:1], "two full periods"),
        (grew(STILL), "the main factor"),
        (grew(STILL * 0.9, size=-5.0, new=1.0), "new customers outweigh"),
        (grew(STILL * 0.9, size=9.0, new=5.0), "had bought more than"),
        (grew(STILL * 0.9, size=5.0, new=5.0), "new customers outweigh"),
        (grew(STILL * 0.9, size=9.0, new=0.0, came=0, seen=4), "as much was won as was lost"),
        (grew(STILL * 0.9, lost=0, came=0), "the same customers are buying"),
        (grew(STILL * 0.9, lost=0, came=1), "new customers outweigh"),
        (grew(STILL * 0.9, lost=1, came=0), "new customers outweigh"),
        (grew(STILL * 0.9, money=-10.0, size=9.0, fall=9.0), "had bought more than"),  # those who left took as much as the largest fall
        (grew(STILL * 0.9, money=0.0, size=9.0, fall=10.0), "other customers made up"),
        (grew(STILL * 0.9, money=5.0, fall=10.0), "other customers made up"),
        (grew(STILL * 0.9, money=-5.0, fall=10.0), "made up for most of it"),
        (grew(STILL * 0.9, money=-5.1, fall=10.0), "although"),
        (grew(STILL * 0.9, fall=0.0), "new customers outweigh"),
    ],
)
def test_base_says_how_sales_stand_and_why(found, said):
    assert said in concluded(base, *found)


@pytest.mark.parametrize(
    ("stayed", "late", "said"),
    [
        (finding("retention_rate", 0.9), 5.0, "We kept {value}"),
        (finding("retention_rate", 0.9), 0.0, "nobody has been silent"),
        (finding("retention_rate", 0.9), NAN, "nobody has been silent"),
        (finding("retention_rate", why="too young"), 5.0, "been silent for too long"),
        (finding("retention_rate", why="too young"), 0.0, "cannot say who stays"),
        (finding("retention_rate", why="too young"), None, "who stays and who leaves"),
    ],
)
def test_retention_says_who_stays_and_who_is_silent_as_far_as_each_is_known(stayed, late, said):
    silent = finding("overdue", why="no rhythm") if late is None else finding("overdue", late, n=50)
    made = retention.claim([stayed, silent], None)
    assert said in made[0].message
    assert made[0].params.get("silent", late) == (late if late and late == late else 0)
