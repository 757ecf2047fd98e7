"""The answer in five lines: the base first, what is urgent next, who stays and trust in the data last."""

import pandas as pd
import pytest

from audit.steps import verdicts


def found(*rows):
    return pd.DataFrame(rows, columns=["step", "id", "verdict", "money"]).astype({"money": "float64"})


BASE = ("base", "base_size", "", 5.0)
STAYS, TRUST = ("retention", "retention_rate", "", None), ("intake", "rows_kept", "", None)
MISSED, RICH, POOR, PLAIN = (
    ("accounts", "key_share", "missed", None), ("wallet", "wallet_share", "", 900.0), ("ladder", "ladder_falls", "", 1.0), ("repeat",
    "period_ratio", "", None),
)  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([TRUST, POOR, STAYS, RICH, BASE, MISSED, PLAIN], ["base_size", "key_share", "wallet_share", "retention_rate", "rows_kept"]),
        ([TRUST, PLAIN, POOR], ["ladder_falls", "period_ratio", "rows_kept"]),
        ([PLAIN], ["period_ratio"]),
        ([], []),
    ],
)
def test_the_answer_has_five_lines_at_most_and_trust_in_the_data_comes_last(rows, expected):
    assert verdicts.answer(verdicts.ordered(found(*rows)))["id"].tolist() == expected
