"""What does the command print of a run?"""

import pandas as pd
import pytest

from audit import cli


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("audit ")


def test_the_tables_of_a_run_are_listed_with_their_columns(demo, capsys):
    assert cli.main(["tables", str(demo)]) == 0
    said = capsys.readouterr().out.splitlines()
    at = next(i for i, line in enumerate(said) if line.startswith("copied_orders: "))
    assert "one representative" in said[at]
    assert "copy_share" in said[at + 1]


def test_a_table_is_shown_or_written_whole(demo, tmp_path, capsys):
    assert cli.main(["show", str(demo), "managers", "--rows", "2"]) == 0
    assert "10 rows" in capsys.readouterr().out
    for name in ("a.csv", "a.xlsx", "a.parquet"):
        assert cli.main(["show", str(demo), "managers", "--into", str(tmp_path / name)]) == 0
    assert (
        len(pd.read_csv(tmp_path / "a.csv"))
        == len(pd.read_excel(tmp_path / "a.xlsx"))
        == len(pd.read_parquet(tmp_path / "a.parquet"))
        == 10
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [(["nothing"], "no table nothing"), (["managers", "--into", "a.txt"], "expected a name that ends in .csv, .xlsx or .parquet")],
)
def test_what_cannot_be_shown_is_refused_in_words(demo, given, said, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["show", str(demo), *given]) == 1
    assert said in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_refused_in_words(tmp_path, capsys):
    assert cli.main(["tables", str(tmp_path)]) == 1
    assert "no run in" in capsys.readouterr().err
