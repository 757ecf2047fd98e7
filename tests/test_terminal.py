"""What does the command print of a run?"""

import json
import shutil

import pandas as pd
import pytest

from audit import cli
from tests.conftest import ROOT


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
    [
        (["nothing"], "no table nothing"),
        (["debtor"], "no table debtor (debtors"),
        (["managers", "--into", "a.txt"], "expected a name that ends in .csv, .xlsx or .parquet"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(demo, given, said, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["show", str(demo), *given]) == 1
    assert said in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_refused_in_words(tmp_path, capsys):
    assert cli.main(["tables", str(tmp_path)]) == 1
    assert "no run in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "{nowhere}"], "there is no folder"),
        (["report", "{nowhere}"], "there is no folder"),
        (["verify", "{nowhere}"], "there is no folder"),
        (["report", "data/demo"], "the folder of a base, not of a run"),
        (["verify", "data/demo"], "the folder of a base, not of a run"),
        (["report", "{here}"], "no sealed run"),
        (["run", "{here}"], "holds no audit.toml"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said_as_it_is(words, said, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert cli.main([word.format(nowhere=tmp_path / "nowhere", here=tmp_path) for word in words]) == 1
    assert said in capsys.readouterr().err


def test_two_runs_alike_are_compared_without_empty_headings(demo, tmp_path, capsys):
    assert cli.main(["compare", str(demo), str(demo), "--into", str(tmp_path)]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line]
    assert len(said) == 2
    assert said[0].startswith("Findings that moved: 0 of")
    assert said[1].startswith("tables: ")


def test_what_a_run_of_some_steps_has_not_made_has_not_moved(demo, tmp_path, capsys):
    some = tmp_path / "some"
    shutil.copytree(demo, some)
    for name in ("customer_classes", "findings_segments", "findings_value"):
        (some / "tables" / f"{name}.parquet").unlink()
    for before, now in ((some, demo), (demo, some)):
        assert cli.main(["compare", str(before), str(now), "--into", str(tmp_path / "into")]) == 0
        said = capsys.readouterr().out
        assert "Findings that moved: 0 of" in said
        assert "ABC" not in said
        assert f"{demo.resolve().name}: customer_classes, findings_segments, findings_value" in said
        assert pd.read_csv(tmp_path / "into" / "customers_moved.csv").empty


def test_norms_that_differ_come_first_and_what_they_move_on_the_same_orders_is_no_chance(demo, tmp_path, capsys):
    other = tmp_path / "other"
    shutil.copytree(demo, other)
    path = other / "settings.json"
    stated = json.loads(path.read_text(encoding="utf-8"))
    stated["norms"]["active_months"] = {"value": 6, "why": "to compare"}
    path.write_text(json.dumps(stated), encoding="utf-8")
    found = pd.read_parquet(other / "tables" / "findings_retention.parquet")
    estimates = found["kind"] == "estimate"
    found.loc[estimates, "value"] += (found["high"] - found["low"])[estimates] / 4
    found.to_parquet(other / "tables" / "findings_retention.parquet")
    assert cli.main(["compare", str(demo), str(other), "--into", str(tmp_path / "into")]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("[norms.active_months] ")
    assert "chance" not in said.out
    assert "  retention  " in said.out
    assert "two companies" not in said.err
    path.write_text(json.dumps(stated | {"base": stated["base"] | {"name": "Another"}}), encoding="utf-8")
    assert cli.main(["compare", str(demo), str(other), "--into", str(tmp_path / "into")]) == 0
    assert "two companies" in capsys.readouterr().err


@pytest.mark.parametrize("rows", ["0", "-1", "many"])
def test_a_number_of_rows_is_one(rows, capsys):
    with pytest.raises(SystemExit):
        cli.main(["show", "outputs/demo/latest", "debtors", f"--rows={rows}"])
    assert "is not a number of rows" in capsys.readouterr().err
