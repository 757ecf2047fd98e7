"""Norms flip exactly at the threshold for facts, and when the interval clears it for estimates."""

import dataclasses
from types import SimpleNamespace

import pandas as pd
import pytest

from audit.core import claims, findings, norms, settings
from audit.core.findings import Finding, Verdict
from tests.conftest import TOML, write_base

RATIO = SimpleNamespace(repeat_purchase_ratio=0.67)


@pytest.fixture
def base(tmp_path):
    return settings.read(write_base(tmp_path, "", TOML))


def fact(value: float, norm: str) -> Finding:
    return Finding("x", "repeat", "fact", "{value}", value=value, n=100, norm_id=norm)


@pytest.mark.parametrize("norm", [n for n in norms.register().values() if n.kind == "norm"], ids=lambda n: n.id)
def test_every_norm_flips_at_its_value_as_its_direction_and_inclusiveness_say(norm, base):
    step = 1e-9
    good, bad = (norm.value + step, norm.value - step) if norm.direction == "at least" else (norm.value - step, norm.value + step)
    judged = findings.judge(
        [fact(good, norm.id), fact(norm.value, norm.id), fact(bad, norm.id)], base, SimpleNamespace(**{norm.id: norm.value})
    )
    assert judged["verdict"].tolist() == [Verdict.MET, Verdict.MET if norm.inclusive else Verdict.MISSED, Verdict.MISSED]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.67, 0.8, Verdict.MET), (0.669, 0.8, Verdict.UNDECIDED), (0.5, 0.67, Verdict.UNDECIDED), (0.5, 0.669, Verdict.MISSED)],
)
def test_an_estimate_is_decided_only_when_its_whole_interval_is(low, high, expected, base):
    estimate = Finding(
        "x", "repeat", "estimate", "{value}", value=(low + high) / 2, low=low, high=high, n=50, norm_id="repeat_purchase_ratio"
    )
    assert findings.judge([estimate], base, RATIO)["verdict"].tolist() == [expected]


def test_a11_the_repeat_norm_does_not_hold_for_project_sales(base):
    project = base.model_copy(update={"base": base.base.model_copy(update={"sales_type": "project"})})
    judged = findings.judge([fact(0.1, "repeat_purchase_ratio")], project, RATIO)
    assert judged["verdict"].tolist() == [Verdict.OUT]
    assert "type of sale" in judged["why"][0]


def test_a_sentence_gives_number_norm_and_verdict(base):
    judged = findings.judge([dataclasses.replace(fact(0.41, "repeat_purchase_ratio"), message="{value} of {n} come back.")], base, RATIO)
    row = judged.iloc[0]
    assert findings.sentence(row, "EUR") == "41.0\xa0% of 100 come back."
    assert findings.judgement(row, "EUR") == "The norm of at least 67\xa0% is not met."


def test_fault_30_a_name_in_a_finding_is_text_in_the_page(base):
    nasty = Finding("x", "repeat", "fact", "{name}", value=1.0, params={"name": "<script>alert(1)</script>"})
    shown = findings.show(findings.judge([nasty], base), base).data
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_every_norm_says_its_meaning_source_and_kind():
    for norm in norms.register().values():
        assert norm.kind in ("norm", "setting", "claim")
        assert len(norm.meaning) > 10
        assert len(norm.source) > 10, f"{norm.id} has no source"
        assert (norm.direction in ("at least", "at most")) == (norm.kind == "norm")


def test_five_findings_stand_open_what_the_claim_rests_on_those_that_miss_a_norm_and_have_money_first_in_their_order():
    table = pd.DataFrame(
        {
            "id": list("abcdefgh"),
            "role": ["state", *[""] * 7],
            "verdict": ["", "", "missed", "", "undecided", "", "", "missed"],
            "money": [1.0, None, None, 5.0, None, None, 6.0, None],
        }
    )
    open_, folded = findings.support(table)
    assert "".join(open_["id"]) == "bcdgh"
    assert "".join(folded["id"]) == "ef"
    missed = table.assign(verdict=["", "", "", *["missed"] * 5], money=None)
    assert "".join(findings.support(missed)[1]["id"]) == "ch", "only the first is open whatever it says"


def test_a_judgement_is_a_sentence_with_the_norm_and_why():
    row = pd.Series({"verdict": "undecided", "norm_id": "", "norm": float("nan"), "why": "no data yet"})
    assert findings.judgement(row, "RUB") == "No data yet."
    assert findings.judgement(row.replace("undecided", ""), "RUB") == ""
    row = pd.Series({"verdict": "met", "norm_id": "repeat_purchase_ratio", "norm": 0.67, "why": ""})
    assert findings.judgement(row, "RUB").replace("\xa0", " ") == "The norm of at least 67 % is met."


def test_a_claim_takes_what_it_rests_on_and_counts_nothing_twice():
    first, second = Finding("one", "repeat", "fact", "", value=0.5), Finding("two", "repeat", "fact", "", value=0.7, money=9.0)
    claim, *rest = claims.led([first, second], "so it is", claims.Role.RISK, of="two", more=1)
    assert rest == [second, first]  # what it rests on stands right below it
    assert (claim.id, claim.value, claim.role, claim.params["more"]) == (f"{second.step}_claim", 0.7, "risk", 1)
    assert claim.money != claim.money
    assert claims.led([first], "so", claims.Role.STATE, of="nowhere")[0].value == 0.5
    assert claims.led([], "so", claims.Role.STATE) == []
