"""Companies under common control are one customer where it matters (P21); what is doubted leads no claim; a term has one value."""

import pandas as pd
import pytest

from audit.core import doubts, groups, quantities

CUSTOMERS = pd.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d", "e", "f"],
        "name": ["Alpha", "Beta", "Gamma", "Delta", "Epsilon", "Zeta"],
        "group_id": ["g", "g", "", None, "g", "h"],
        "manager_id": ["1", "2", "3", "4", "5", "6"],
    }
)


def test_p21_a_member_counts_as_its_group_and_everybody_else_as_himself():
    ids = pd.Series(["b", "c", "d", "e", "nobody"], index=[7, 8, 9, 10, 11])
    found = groups.groups(CUSTOMERS, ids)
    assert found.to_dict() == {7: "g", 8: "c", 9: "d", 10: "g", 11: "nobody"}
    assert groups.groups(None, ids).tolist() == groups.groups(CUSTOMERS.drop(columns="group_id"), ids).tolist() == ids.tolist()


def test_a_group_is_led_by_its_first_company():
    assert groups.leads(CUSTOMERS)["manager_id"].to_dict() == {"g": "1", "c": "3", "d": "4", "h": "6"}


@pytest.mark.parametrize(("members", "name"), [("f", "h: Zeta"), ("ab", "g: Alpha, Beta"), ("abe", "g: Alpha, Beta +1")])
def test_a_group_is_named_by_two_of_its_members_and_the_number_of_the_others(members, name):
    known = CUSTOMERS[CUSTOMERS["customer_id"].isin(list(members))]
    group = name.split(":")[0]
    assert groups.group_names(pd.Series([group, "x", group]), known).to_dict() == {group: name, "x": "x"}


def test_a_group_called_like_one_of_its_companies_has_that_companys_name():
    known = CUSTOMERS.assign(group_id=["a", "a", "", "", "", ""])
    assert groups.group_names(pd.Series(["a", "c"]), known).to_dict() == {"a": "Alpha", "c": "Gamma"}
    assert groups.group_names(pd.Series(["a", "a"]), None).to_dict() == {"a": "a"}


def test_managers_have_names_where_the_base_has_them():
    assert groups.manager_names(pd.DataFrame({"manager_id": ["1"], "name": ["Ann"]}))["1"] == "Ann"
    assert groups.manager_names(None).empty


def test_rows_of_doubted_customers_lead_no_claim():
    table = pd.DataFrame({"customer_id": ["a", "b", "c"], "value": [1, 2, 3]})
    assert doubts.believed(table, {"b"})["value"].tolist() == [1, 3]
    assert doubts.believed(table, {"b"}).index.tolist() == [0, 1]
    assert doubts.believed(table, set()) is table
    assert doubts.believed(None, {"b"}) is None


@pytest.mark.parametrize(
    ("values", "is_two"),
    [
        ([1.0, 1.0 + 9e-7], False),
        ([1.0, 1.0 + 2e-6], True),
        ([1e9, 1e9 + 900], False),
        ([1e9, 1e9 + 1100], True),
        ([-1e9, -1e9 - 900, 5.0], True),
        ([1e-9, 9e-7], False),
        ([-1e9, -1e9 + 900], False),
    ],
)
def test_values_of_a_term_may_differ_by_a_millionth_and_no_more(values, is_two):
    stated = pd.DataFrame({"term": "result", "value": values})
    assert (len(quantities.told_twice(stated)) > 0) == is_two
