"""audit.toml: typed, closed, every fault in one message (fault 36)."""

import pytest

from audit.core import settings
from tests.conftest import TOML, write_base


def read(tmp_path, toml):
    return settings.read(write_base(tmp_path, "who,day,money\n", toml))


def test_the_demo_is_read_and_base_keys_are_reached_directly(tmp_path):
    found = read(tmp_path, TOML)
    assert (found.currency, found.period, found.burn_in_months) == ("EUR", "year", 0)


def test_fault_36_every_fault_is_named_at_once(tmp_path):
    bad = (
        TOML.replace("[base]", '[base]\ncolour = "red"')
        .replace('currency = "EUR"', 'currency = "euro"')
        .replace("as_of = 2024-12-31", 'as_of = "soon"')
    )
    with pytest.raises(settings.BadSettings) as error:
        read(tmp_path, bad)
    message = str(error.value)
    assert "base.colour: unknown key" in message
    assert "base.currency" in message
    assert "base.as_of" in message
    assert "What to do" in message


def test_a_mapping_that_names_unknown_or_misses_required_columns_is_refused(tmp_path):
    with pytest.raises(settings.BadSettings) as error:
        read(tmp_path, TOML.replace('amount = "money"', 'amuont = "money"'))
    message = str(error.value)
    assert "fills amuont" in message
    assert "says nothing about amount" in message


def test_an_unknown_norm_is_refused(tmp_path):
    with pytest.raises(settings.BadSettings, match="repeat_ratio. is not a norm of ours"):
        read(tmp_path, TOML + '\n[norms.repeat_ratio]\nvalue = 0.5\nwhy = "because so"\n')


def test_a_share_out_of_range_is_refused(tmp_path):
    with pytest.raises(settings.BadSettings, match="is a share, a fraction such as 0.67, at least 0 and at most 1: got 50"):
        read(tmp_path, TOML + '\n[norms.repeat_purchase_ratio]\nvalue = 50\nwhy = "because so"\n')


def test_a_source_outside_the_folder_is_refused(tmp_path):
    with pytest.raises(settings.BadSettings, match="must be a file name inside"):
        read(tmp_path, TOML.replace("sales*.csv", "../secret.csv"))


def test_a_folder_without_audit_toml_says_what_to_do(tmp_path):
    with pytest.raises(settings.BadSettings, match="audit new FILE"):
        settings.read(tmp_path)


def test_no_currency_is_refused_unless_it_is_still_being_asked(tmp_path):
    none = TOML.replace('currency = "RUB"', 'currency = "XXX"').replace('currency = "EUR"', 'currency = "XXX"')
    assert "XXX" in none
    (tmp_path / "audit.toml").write_text(none, encoding="utf-8")
    with pytest.raises(settings.BadSettings, match="XXX is no currency"):
        settings.read(tmp_path)
    (tmp_path / "audit.toml").write_text(f'{none}\n[questions]\n"base.currency" = "which?"\n', encoding="utf-8")
    assert settings.read(tmp_path).currency == "XXX"
