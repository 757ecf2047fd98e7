"""Which findings come first, and what stays undecided?"""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Verdict
from audit.i18n import mark as N_
from audit.steps.verdicts.codes import Answer, Open
from audit.steps.verdicts.questions import ANSWERED_BY, NEEDS, NOT_BUILT


def ordered(found: pd.DataFrame) -> pd.DataFrame:
    """All findings with those that miss a norm first, then by money at stake, then in reading order.

    Returns
    -------
    DataFrame as findings.judge returns it.
    """
    rank = found["verdict"].map({Verdict.MISSED: 0}).fillna(1)
    stake = found["money"].abs().fillna(-1.0)
    order = pd.DataFrame({"rank": rank, "stake": -stake, "at": range(len(found))}, index=found.index)
    return found.loc[order.sort_values(["rank", "stake", "at"]).index].reset_index(drop=True)


def undecided(found: pd.DataFrame, questions: pd.DataFrame, missing: dict[str, str], refused: dict[str, str]) -> pd.DataFrame:
    """What these data cannot decide, and what would decide it.

    Parameters
    ----------
    missing
        tables the base does not have, with what each unlocks (core/tables).
    refused
        chapters that the data refuse, with the reason (`refusals`): a question that only they answer waits for better data.

    Returns
    -------
    DataFrame with subject_class (finding, question, table, or not built), subject, decided_by.
    """
    rows = [(Open.FINDING, row["title"], row["why"]) for _, row in found[found["verdict"] == Verdict.UNDECIDED].iterrows()]
    open_ = questions.loc[questions["data_answer"] == Answer.UNDECIDED, "question"]
    rows += [(Open.QUESTION, question, refused.get(ANSWERED_BY.get(question, ""), NEEDS[question])) for question in open_]
    rows += [(Open.TABLE, name, unlocks) for name, unlocks in missing.items()]
    rows += [(Open.NOT_BUILT, question, N_("nothing: this audit does not calculate it yet")) for question in NOT_BUILT]
    return pd.DataFrame(rows, columns=["subject_class", "subject", "decided_by"])
