"""One meaning, one value: no term of a run has two; the public bases are looked at in test_real."""

import pandas as pd
import pytest

from audit.core import quantities, store
from audit.core.quantities import Term


def test_no_term_of_the_demo_has_two_values(demo):
    stated = quantities.quantities(store.findings(demo))
    assert quantities.told_twice(stated).empty, quantities.told_twice(stated).to_string()
    assert set(stated["term"]) == set(Term)
    assert stated["term"].value_counts()[[Term.RESULT, Term.SURVIVAL_YEAR, Term.SALES_OF_YEAR]].tolist() == [2, 2, 2]


def test_the_demo_s_tables_agree_with_what_is_stated(demo):
    stated = quantities.quantities(store.findings(demo)).drop_duplicates("term").set_index("term")["value"]
    statement, placed, classes = store.load(demo, "profit_statement", "portfolio", "customer_classes")
    assert stated[Term.RESULT] == pytest.approx(statement.set_index("line_class").loc["before_tax", "company"], abs=0.01)
    assert stated[Term.SALES_OF_YEAR] == pytest.approx(placed["revenue"].sum(), abs=0.01)
    assert stated[Term.CLASS_A] == classes.loc[classes["abc_class"] == "A", "group"].nunique()
    assert (classes.groupby("group")["abc_class"].nunique() == 1).all(), "members of a group share its class"


def test_two_values_of_one_term_are_refused():
    stated = pd.DataFrame({"term": ["result", "result", "class_a"], "value": [1.0, 1.1, 3.0]})
    assert quantities.told_twice(stated)["term"].tolist() == ["result", "result"]
