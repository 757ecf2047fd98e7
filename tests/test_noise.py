"""Nothing is found in noise: public bases whose orders were given to other customers by lot."""

import pytest
from bench import noise

from audit.core import settings
from tests.test_real import RETAIL, SUPERSTORE, proposed

BASES = {"uci_online_retail": RETAIL, "superstore": SUPERSTORE}


@pytest.fixture(scope="module", params=BASES)
def found(request, shared, tmp_path_factory):
    base = proposed(shared, request.param, tmp_path_factory.mktemp("data"), BASES[request.param])
    return noise.said(noise.shuffled(base), settings.read(base).as_of)


def test_nobody_has_a_loyalty_type(found):
    assert found["types"] == 0


def test_no_portfolio_class_is_claimed(found):
    assert not found["agreement"] >= 0.4


def test_no_rule_is_called_better_and_the_list_is_no_longer_than_chance_says(found, capsys):
    with capsys.disabled():
        print(f"\n{found}")
    assert found["rule"] == "fixed_silence"
    _said, low, high = found["by_chance"]
    assert low <= found["listed"], "no more false alarms than are listed"
    assert high >= 0.9 * found["listed"], "what is there may all come by chance"
