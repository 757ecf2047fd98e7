"""Tables say everything that is wrong with them, at once."""

import pandas as pd
import pytest

from audit.core import registry
from audit.core.tables import schema
from audit.report import show


def panel(**changes) -> pd.DataFrame:
    good = {
        "customer_id": ["a", "b"],
        "period": pd.to_datetime(["2024-01-01", "2024-01-01"]),
        "revenue": [1.0, 2.0],
        "orders": [1, 1],
        "purchases": [1, 1],
    }
    return pd.DataFrame(good | changes)


def test_a_good_table_comes_back_unchanged():
    table = panel()
    assert schema.require(table, registry.tables()["panel"]) is table


def test_all_faults_are_named_in_one_message_with_spreadsheet_rows():
    bad = panel(customer_id=["a", "a"], revenue=["1", "2"], orders=[1, None])
    with pytest.raises(schema.BadTable) as error:
        schema.require(bad, registry.tables()["panel"])
    message = str(error.value)
    assert "key customer_id, period repeats in rows 2, 3" in message
    assert "revenue must hold numbers" in message
    assert "orders is empty in row 3" in message


def test_a_closed_list_is_closed():
    bad = pd.DataFrame({"manager_id": ["m"], "name": ["N"], "role": ["wizard"]})
    with pytest.raises(schema.BadTable, match="role must be one of hunter, farmer, key, field; got 'wizard' in row 2"):
        schema.require(bad, registry.tables()["managers"])


def test_every_key_is_a_column_and_every_column_has_a_meaning():
    for table in registry.tables().values():
        assert set(table.key) <= set(table.names), table.name
        assert table.origin == "step" or all(column.meaning for column in table.columns), table.name
        assert len(set(table.names)) == len(table.names), table.name


@pytest.mark.parametrize("bad", [1350.0, -0.2, 1.001])
def test_a_share_that_is_none_is_neither_saved_nor_shown(bad):
    """A share printed as 135,000 % passed once; what may be more than the whole is called a rate or a ratio."""
    found = pd.DataFrame(
        {
            "decile_class": ["1", "2"],
            "customers": [1, 1],
            "revenue": [1.0, 1.0],
            "revenue_share": [0.5, bad],
            "cumulative_share": [0.5, 1.0],
            "smallest": [1.0, 1.0],
        }
    )
    with pytest.raises(schema.BadTable, match="revenue_share must lie between 0 and 1"):
        schema.require(found, registry.tables()["revenue_deciles"])
    with pytest.raises(ValueError, match="is not shown"):
        show.markup(found, "EUR", caption="x")
    fine = found.assign(revenue_share=[0.0, 1.0 + 1e-9])
    assert schema.require(fine, registry.tables()["revenue_deciles"]) is fine
