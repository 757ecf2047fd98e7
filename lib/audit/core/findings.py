"""What did a step find, and does it satisfy the norm? Findings, their judgement and their sentences.

A fact is counted (low = high = value); an estimate or a model has an interval. A norm is `met` if the whole
interval satisfies it, `missed` if none of it does, `not decidable` between, `not applicable` out of its scope.
"""

from __future__ import annotations

import dataclasses
import html
import json
import math
import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING

from audit import i18n
from audit.core import labels, norms
from audit.core.codes import Code
from audit.core.tables.schema import Table, written
from audit.i18n import mark as N_

if TYPE_CHECKING:
    import pandas as pd

    from audit.core.settings import Settings


class Verdict(Code):
    """What a norm says of a finding."""

    MET = "met", N_("met")
    MISSED = "missed", N_("missed")
    UNDECIDED = "undecided", N_("too little data to say"), N_("too little data to say")
    OUT = "out", N_("not applicable")
    UNJUDGED = ""


AGAINST = {  # verdict -> what is said of a norm, and of one that is all of it
    Verdict.MET: (N_("The norm of {direction} {limit} is met."), N_("The norm of {limit} is met.")),
    Verdict.MISSED: (N_("The norm of {direction} {limit} is not met."), N_("The norm of {limit} is not met.")),
    Verdict.UNDECIDED: (
        N_("We cannot say whether the norm of {direction} {limit} is met."),
        N_("We cannot say whether the norm of {limit} is met."),
    ),
    Verdict.OUT: (N_("The norm of {direction} {limit} is not applied."), N_("The norm of {limit} is not applied.")),
}
MARKS = {Verdict.MET: "✓", Verdict.MISSED: "✗", Verdict.UNDECIDED: "?", Verdict.OUT: "–", Verdict.UNJUDGED: "·"}
NAN = float("nan")
SUPPORT = 5  # findings that stand open below a claim
ASKED = re.compile(r"(?<=[.!?])\s+(?:[^.!?]|[.!?](?=\S))*\?$")  # the question at the end of a doubt stands where all doubts do


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing a step found. `message` is a sentence with {names}, filled from `params` and from value, low, high, n."""

    id: str
    step: str
    kind: str  # fact, estimate or model
    message: str
    title: str = ""  # what it is about, where its sentence would be too long
    value: float = NAN
    unit: str = "share"  # share, money, count, days, ratio
    n: int = 0
    low: float = NAN
    high: float = NAN
    norm_id: str = ""
    verdict: Verdict = Verdict.UNJUDGED
    norm: float = NAN  # the value judged against
    previous: float = NAN  # the base's own previous period, where the source has no norm
    money: float = NAN  # at stake
    money_low: float = NAN
    money_high: float = NAN
    who: str = ""  # ids of customers, most money first
    why: str = ""  # of "not decidable" or "not applicable"
    doubt: str = ""  # what is wrong with the data it rests on, and weighs most; a stored text
    params: dict = dataclasses.field(default_factory=dict)
    quantities: dict = dataclasses.field(default_factory=dict)  # core.quantities.Term -> the value it states of it
    role: str = ""  # of the chapter's claim (core.claims.Role); empty: what supports it

    def __post_init__(self):
        if self.kind == "fact" and not math.isnan(self.value):
            object.__setattr__(self, "low", self.value)
            object.__setattr__(self, "high", self.value)


def findings_table(name: str) -> Table:
    """The table of a chapter's findings, as `judge` makes it, under its name."""
    return written(
        name,
        "one finding",
        "id",
        "id:t step:t kind:t message:t title:t value:n unit:t n:c low:n high:n norm_id:t verdict:t norm:n previous:n "
        "money:m money_low:m money_high:m who:t why:t doubt:t params:t quantities:t role:t?",
        codes={"verdict": Verdict},
    )


def verdict(low: float, high: float, norm: float, *, direction: str, inclusive: bool) -> Verdict:
    """met, missed or undecided: where an interval lies against a norm.

    >>> verdict(0.10, 0.10, 0.10, direction="at least", inclusive=True), verdict(0.10, 0.10, 0.10, direction="at least", inclusive=False)
    (<Verdict.MET: 'met'>, <Verdict.MISSED: 'missed'>)
    >>> verdict(0.49, 0.81, 0.67, direction="at least", inclusive=True)
    <Verdict.UNDECIDED: 'undecided'>
    """
    if math.isnan(low) or math.isnan(high):
        return Verdict.UNDECIDED
    if direction == "at most":
        low, high, norm = -high, -low, -norm
    above = (lambda x: x >= norm) if inclusive else (lambda x: x > norm)
    return Verdict.MET if above(low) else Verdict.UNDECIDED if above(high) else Verdict.MISSED


def judge(
    found: list[Finding],
    settings: Settings,
    norm: SimpleNamespace | None = None,
    *,
    claim: Callable[[list[Finding], SimpleNamespace | None], list[Finding]] | None = None,
    doubts: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The findings as a table, each judged by its norm.

    Parameters
    ----------
    found
        findings as the step returned them.
    norm
        the values in force of the norms they name (`norms.of`); not needed where they name none.
    claim
        what the chapter concludes: puts its claim before them (`core.claims.led`).
    doubts
        what hangs over the step's data (`store.doubts`), the weightiest first: every finding carries it.

    Returns
    -------
    DataFrame with a column per field of Finding; params and quantities as JSON.
    """
    import pandas as pd

    scope = SimpleNamespace(**vars(norm or SimpleNamespace()), sales_type=settings.sales_type)
    led = claim(found, scope) if claim and found else found
    rows = [dataclasses.asdict(_judged(finding, settings, norm)) for finding in led]
    table = pd.DataFrame(rows, columns=[field.name for field in dataclasses.fields(Finding)])
    table["quantities"] = table["quantities"].map(
        lambda stated: json.dumps({str(term): value for term, value in stated.items() if value == value}, sort_keys=True) if stated else ""
    )
    if doubts is not None and len(doubts):
        more = len(doubts) - 1
        table["doubt"] = (
            i18n.stored(N_("{doubt}; {more} further {more:doubt|doubts}"), doubt=doubts["doubt"].iloc[0], more=more)
            if more
            else doubts["doubt"].iloc[0]
        )
    table["params"] = table["params"].map(
        lambda params: json.dumps({name: _kept(value) for name, value in params.items()}, ensure_ascii=False, sort_keys=True, default=str)
    )
    return table


def _kept(value):
    """A parameter as it is stored: a code as the message of its label, to be translated when it is shown; a list of them likewise."""
    if isinstance(value, Code):
        return {"message": value.label}
    return [_kept(one) for one in value] if isinstance(value, list | tuple) else value


def spoken_value(name: str, value, currency: str) -> str:
    """A parameter of a sentence as it is said: a message translated, a code by its label, a number as in speech."""
    if isinstance(value, dict):
        return i18n.render(value["message"])
    if isinstance(value, list):
        return ", ".join(spoken_value(name, one, currency) for one in value)
    return labels.cell(name, value, currency) if isinstance(value, str) else i18n.spoken(name, value, currency)


def _judged(finding: Finding, settings: Settings, in_force: SimpleNamespace | None) -> Finding:
    if not finding.norm_id:
        return dataclasses.replace(finding, verdict=Verdict.UNDECIDED if finding.why else Verdict.UNJUDGED)
    norm = norms.register()[finding.norm_id]
    limit = getattr(in_force, finding.norm_id)
    if norm.sales_types and settings.sales_type not in norm.sales_types:
        why = N_("the norm does not hold for this type of sale")
        return dataclasses.replace(finding, verdict=Verdict.OUT, norm=limit, why=why)
    found = verdict(finding.low, finding.high, limit, direction=norm.direction, inclusive=norm.inclusive)
    why = (
        N_("the range includes the norm; more customers or more time would settle it")
        if found == Verdict.UNDECIDED and not finding.why
        else finding.why
    )
    return dataclasses.replace(finding, verdict=found, norm=limit, why=why)


def together(*found: pd.DataFrame) -> pd.DataFrame:
    """Tables of findings one below the other."""
    import pandas as pd

    return pd.concat([table for table in found if len(table)], ignore_index=True)


CLASSES = {
    Verdict.MET: "met",
    Verdict.MISSED: "missed",
    Verdict.UNDECIDED: "not-decidable",
    Verdict.OUT: "not-applicable",
    Verdict.UNJUDGED: "unjudged",
}  # of style.css
SUFFIX = {"share": "_share", "ratio": "_number", "days": "_days", "count": "", "money": ""}


ROUNDED = ("value", "low", "high", "previous")


def sentence(row: pd.Series, currency: str) -> str:
    """One finding as a sentence in the reader's language, without its verdict."""
    exact = bool(row["norm_id"])  # beside a norm a share keeps its decimal
    values = {name: in_unit(row[name], row["unit"], currency, say=i18n.shown if exact else i18n.spoken) for name in ROUNDED}
    params = {name: spoken_value(name, value, currency) for name, value in json.loads(row["params"]).items()}
    counted = {"n": i18n.shown("n", int(row["n"]))}
    return i18n.translate(row["message"]).format(**{**values, **counted, **params})


def judgement(row: pd.Series, currency: str) -> str:
    """What the norm says of it: its value, the verdict and why; empty where nothing was judged."""
    if row["verdict"] == Verdict.UNJUDGED:
        return ""
    why = labels.told(row["why"])
    reason = f"{why[0].upper()}{why[1:]}." if why else ""
    if not row["norm_id"]:  # what could not be said is said by the finding itself
        return reason or i18n.translate(N_("Too little data to say."))
    norm, of_all = norms.register()[row["norm_id"]], row["norm"] * 100
    is_whole = norm.unit == "share" and round(of_all, 6).is_integer()
    limit = in_unit(row["norm"], norm.unit, currency, say=i18n.spoken if is_whole else i18n.shown)
    within, exact = AGAINST[Verdict(row["verdict"])]
    message = exact if is_whole and of_all == 100 and norm.direction == "at least" else within  # nothing is above all
    said = i18n.translate(message).format(direction=i18n.translate(norm.direction), limit=limit)
    return f"{said} {reason}".rstrip()


def in_unit(value: float, unit: str, currency: str, *, say: Callable = i18n.shown) -> str:
    """A finding's value as a reader sees it: exact, or as it is said within a sentence (`i18n.spoken`)."""
    if unit == "count" and value == value:
        return i18n.shown("count", int(value))
    return say(f"x{SUFFIX[unit]}", value, currency if unit == "money" else "")


def support(found: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The findings that a reader meets below the claim, and those that are folded away.

    At most SUPPORT stand open: the one that the claim rests on, those that miss a norm, those with money at stake, then the first; in the chapter's order.
    """
    rest = found[found["role"] == ""]
    weight = (rest["verdict"] == Verdict.MISSED) * 4 + rest["money"].notna() * 2 + (rest["verdict"] == Verdict.UNDECIDED)
    weight.iloc[:1] = 8
    chosen = weight.sort_values(ascending=False, kind="stable").index[:SUPPORT]
    return rest[rest.index.isin(chosen)], rest[~rest.index.isin(chosen)]


def in_short(doubt: str) -> str:
    """A doubt as it stands within a sentence: neither that it is a question, nor what is asked, where it says more.

    >>> in_short("open question: Sheet 2 is not used. Can it be read?"), in_short("lines exported twice")
    ('Sheet 2 is not used', 'lines exported twice')
    """
    asked = i18n.translate("open question: {question}").split("{")[0]
    return ASKED.sub("", doubt).removeprefix(asked).rstrip(".")


def show(found: pd.DataFrame, settings: Settings):
    """The claim as the answer, at most five findings below it, the others folded; for the last line of a notebook's cell."""
    from IPython.display import HTML

    claim = found[found["role"] != ""]
    open_, folded = support(found)
    doubt = found["doubt"].iloc[0] if len(found) else ""
    rests = i18n.translate("Some of these figures are in doubt: {doubt} (see the chapter on trust in the data).")
    below = f'<p class="doubt">{html.escape(rests.format(doubt=in_short(labels.told(doubt))))}</p>' if doubt else ""
    more = ""
    if len(folded):
        more = f'<details class="more-found"><summary>{html.escape(i18n.translate("What else we found"))}</summary>{_lines(folded, settings)}</details>'
    return HTML(f"{_lines(claim, settings)}{_lines(open_, settings)}{below}{more}")


def _lines(found: pd.DataFrame, settings: Settings) -> str:
    lines = [
        f'<li class="{CLASSES[row["verdict"]]}"><span class="mark" aria-hidden="true">{MARKS[row["verdict"]]}</span> '
        f'<span class="said">{html.escape(sentence(row, settings.currency))}</span> '
        f'<span class="judgement">{html.escape(judgement(row, settings.currency))}</span></li>'
        for _, row in found.iterrows()
    ]
    return f'<ul class="findings">{"".join(lines)}</ul>' if lines else ""
