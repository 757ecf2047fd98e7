"""What did a step find, and does it satisfy the norm? Findings, their judgement and their sentences.

A fact is counted (low = high = value); an estimate or a model has an interval. A norm is `met` if the whole
interval satisfies it, `missed` if none of it does, `not decidable` between, `not applicable` out of its scope.
"""

from __future__ import annotations

import dataclasses
import html
import json
import math
from typing import TYPE_CHECKING

from audit import language, norms
from audit.language import mark as N_

if TYPE_CHECKING:
    import pandas as pd

    from audit.settings import Settings

MET, MISSED, UNDECIDED, OUT = "met", "missed", "not decidable", "not applicable"
UNJUDGED = ""
MARKS = {MET: "✓", MISSED: "✗", UNDECIDED: "?", OUT: "–", UNJUDGED: "·"}
WORDS = {MET: N_("met"), MISSED: N_("missed"), UNDECIDED: N_("not decidable with these data"), OUT: N_("not applicable")}
NAN = float("nan")


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing a step found. `message` is a sentence with {names}, filled from `params` and from value, low, high, n."""

    id: str
    step: str
    kind: str  # fact, estimate or model
    message: str
    value: float = NAN
    unit: str = "share"  # share, money, count, days, ratio
    n: int = 0
    low: float = NAN
    high: float = NAN
    norm_id: str = ""
    verdict: str = UNJUDGED
    norm: float = NAN  # the value judged against
    previous: float = NAN  # the base's own previous period, where the source has no norm
    money: float = NAN  # at stake
    money_low: float = NAN
    money_high: float = NAN
    who: str = ""  # ids of customers, most money first
    why: str = ""  # of "not decidable" or "not applicable"
    params: dict = dataclasses.field(default_factory=dict)

    def __post_init__(self):
        if self.kind == "fact" and not math.isnan(self.value):
            object.__setattr__(self, "low", self.value)
            object.__setattr__(self, "high", self.value)


def verdict(low: float, high: float, norm: float, *, direction: str, inclusive: bool) -> str:
    """met, missed or not decidable: where an interval lies against a norm.

    >>> verdict(0.10, 0.10, 0.10, direction="at least", inclusive=True), verdict(0.10, 0.10, 0.10, direction="at least", inclusive=False)
    ('met', 'missed')
    >>> verdict(0.49, 0.81, 0.67, direction="at least", inclusive=True)
    'not decidable'
    """
    if math.isnan(low) or math.isnan(high):
        return UNDECIDED
    if direction == "at most":
        low, high, norm = -high, -low, -norm
    above = (lambda x: x >= norm) if inclusive else (lambda x: x > norm)
    return MET if above(low) else UNDECIDED if above(high) else MISSED


def judge(found: list[Finding], settings: Settings, **values: float) -> pd.DataFrame:
    """The findings as a table, each judged by its norm.

    Parameters
    ----------
    found
        findings as the step returned them.
    values
        the norms' values in force, by id: the parameters of the notebook.

    Returns
    -------
    DataFrame with a column per field of Finding; params as JSON.
    """
    import pandas as pd

    rows = [dataclasses.asdict(_judged(finding, settings, values)) for finding in found]
    table = pd.DataFrame(rows, columns=[field.name for field in dataclasses.fields(Finding)])
    table["params"] = table["params"].map(lambda p: json.dumps(p, ensure_ascii=False, sort_keys=True, default=str))
    return table


def _judged(finding: Finding, settings: Settings, values: dict[str, float]) -> Finding:
    if not finding.norm_id:
        return dataclasses.replace(finding, verdict=UNDECIDED if finding.why else UNJUDGED)
    norm = norms.register()[finding.norm_id]
    limit = values[finding.norm_id]
    if norm.sales_types and settings.sales_type not in norm.sales_types:
        why = N_("the norm does not hold for this type of sale")
        return dataclasses.replace(finding, verdict=OUT, norm=limit, why=why)
    found = verdict(finding.low, finding.high, limit, direction=norm.direction, inclusive=norm.inclusive)
    why = (
        N_("the interval holds the norm; more customers or more time would decide")
        if found == UNDECIDED and not finding.why
        else finding.why
    )
    return dataclasses.replace(finding, verdict=found, norm=limit, why=why)


def together(*found: pd.DataFrame) -> pd.DataFrame:
    """Tables of findings one below the other."""
    import pandas as pd

    return pd.concat([table for table in found if len(table)], ignore_index=True)


SUFFIX = {"share": "_share", "ratio": "_number", "days": "_days", "count": "", "money": ""}


def sentence(row: pd.Series, currency: str) -> str:
    """One finding as a sentence in the reader's language, without its verdict."""
    values = {name: in_unit(row[name], row["unit"], currency) for name in ("value", "low", "high", "previous")}
    params = {name: language.shown(name, value, currency) for name, value in json.loads(row["params"]).items()}
    counted = {"n": language.shown("n", int(row["n"]))}
    return language.translate(row["message"]).format(**{**values, **counted, **params})


def judgement(row: pd.Series, currency: str) -> str:
    """What the norm says of it: its value, the verdict and why; empty where nothing was judged."""
    if row["verdict"] == UNJUDGED:
        return ""
    said = language.translate(WORDS[row["verdict"]])
    if row["norm_id"]:
        direction = language.translate(norms.register()[row["norm_id"]].direction)
        limit = in_unit(row["norm"], norms.register()[row["norm_id"]].unit, currency)
        said = language.translate("The norm is {direction} {limit}: {verdict}.").format(direction=direction, limit=limit, verdict=said)
    else:
        said = said[0].upper() + said[1:] + "."
    why = language.translate(row["why"])
    return f"{said} {why[0].upper()}{why[1:]}." if why else said


def in_unit(value: float, unit: str, currency: str) -> str:
    """A finding's value as a reader sees it."""
    if unit == "count" and value == value:
        return language.shown("count", int(value))
    return language.shown(f"x{SUFFIX[unit]}", value, currency if unit == "money" else "")


def show(found: pd.DataFrame, settings: Settings):
    """The findings as sentences, the first as the answer; for the last line of a notebook's cell."""
    from IPython.display import HTML

    lines = [
        f'<li class="{row["verdict"].replace(" ", "-") or "unjudged"}"><span class="mark" aria-hidden="true">{MARKS[row["verdict"]]}</span> '
        f'<span class="said">{html.escape(sentence(row, settings.currency))}</span> '
        f'<span class="judgement">{html.escape(judgement(row, settings.currency))}</span></li>'
        for _, row in found.iterrows()
    ]
    return HTML(f'<ul class="findings">{"".join(lines)}</ul>')
