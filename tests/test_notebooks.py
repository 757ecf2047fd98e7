"""Notebooks are thin: declared parameters, stable ids, no logic, outputs only where they are checked (faults 36, 49, 59)."""

import ast
import json
import re
import subprocess
import sys

import pytest

from audit.core import norms, registry
from audit.run import notebooks
from tests.conftest import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LOGIC = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.Try, ast.If, ast.Lambda)


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def tags(cell):
    return cell["metadata"].get("tags", [])


def test_there_is_one_notebook_per_step_of_the_registry_and_none_else():
    assert [path.name for path in NOTEBOOKS] == [step.notebook for step in registry.steps()]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
class TestNotebook:
    def test_it_opens_with_its_question(self, path):
        step = next(step for step in registry.steps() if step.notebook == path.name)
        assert "".join(cells(path)[0]["source"]).splitlines()[0] == f"# {step.question}"

    def test_fault_49_ids_are_stable_and_cells_hold_no_logic(self, path):
        ids = [cell["id"] for cell in cells(path)]
        assert len(set(ids)) == len(ids)
        assert all(i.startswith(path.stem.split("_", 1)[1]) for i in ids)
        for cell in cells(path):
            if cell["cell_type"] == "code":
                tree = ast.parse("".join(cell["source"]))
                assert not [node for node in ast.walk(tree) if isinstance(node, LOGIC)]

    def test_fault_59_outputs_are_stored_in_checked_cells_only_and_every_notebook_has_one(self, path):
        checked = [cell for cell in cells(path) if "nbval-check-output" in tags(cell)]
        assert checked
        assert all(cell["outputs"] for cell in checked)
        others = [cell for cell in cells(path) if cell["cell_type"] == "code" and cell not in checked]
        assert not any(cell["outputs"] or cell["execution_count"] for cell in others)

    def test_fault_36_every_parameter_is_annotated_explained_and_seen_by_papermill(self, path):
        import papermill

        [parameters] = [cell for cell in cells(path) if "parameters" in tags(cell)]
        lines = "".join(parameters["source"]).splitlines()
        seen = papermill.inspect_notebook(str(path))
        assert len(seen) == len(lines)
        for name, found in seen.items():
            assert found["inferred_type_name"] != "None", name
            assert len(found["help"]) > 10, name
        assert "run_dir" in seen
        assert not set(seen) & {"run", "page", "config", "time", "load"}, "a name that is an IPython magic (trap 2)"

    def test_parameters_that_are_norms_name_norms_of_the_register(self, path):
        assert set(notebooks.norm_parameters(path)) <= set(norms.register())

    def test_tables_it_saves_are_those_the_registry_says(self, path):
        step = next(step for step in registry.steps() if step.notebook == path.name)
        saved = [
            node
            for cell in cells(path)
            if cell["cell_type"] == "code"
            for node in ast.walk(ast.parse("".join(cell["source"])))
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "store.save"
        ]
        assert {keyword.arg for call in saved for keyword in call.keywords} == set(step.writes)

    def test_what_it_computed_is_folded_away_with_its_sources(self, path):
        assert any("method" in tags(cell) for cell in cells(path) if cell["cell_type"] == "markdown")


def test_every_norm_is_a_parameter_of_exactly_one_notebook_or_a_claim():
    used = [norm for path in NOTEBOOKS for norm in notebooks.norm_parameters(path)]
    for norm in norms.register().values():
        expected = 0 if norm.kind == "claim" or norm.id in UNUSED else 1
        assert used.count(norm.id) == expected, norm.id


UNUSED = {  # of intake and ledger, which no notebook runs
    "novelty_days", "smallest_group", "doubt_flag_share", "doubt_refuse_share", "doubt_unreadable_share",
}  # fmt: skip


def test_a_wrong_figure_fails_nbval(tmp_path, demo):
    """The check checks: a stored figure that is one off makes nbval fail."""
    book = json.loads((ROOT / "notebooks" / "020_repeat.ipynb").read_text(encoding="utf-8"))
    for cell in book["cells"]:
        source = "".join(cell["source"]).replace("../outputs/demo/latest", str(demo))
        cell["source"] = source
        if "nbval-check-output" in tags(cell):
            text = "".join(cell["outputs"][0]["data"]["text/plain"])
            cell["outputs"][0]["data"]["text/plain"] = text.replace("True", "False")
            assert cell["outputs"][0]["data"]["text/plain"] != text
    (tmp_path / "wrong.ipynb").write_text(json.dumps(book), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-o",
        "addopts=",
        "-p",
        "no:cacheprovider",
        "--nbval-lax",
        "--nbval-current-env",
        str(tmp_path / "wrong.ipynb"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout


LINES = re.findall(r"^    (.*bin/papermill .*)$", (ROOT / "docs" / "lab.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize("line", LINES)
def test_the_lines_of_papermill_in_the_docs_run_as_they_stand(line, tmp_path, demo):
    """But for where the project keeps its environment, and where the notebook is written."""
    assert (ROOT / "outputs" / "demo" / "latest").resolve() == demo.resolve()
    line = re.sub(r"(\.\./)?\.venv/bin/papermill", f"{sys.executable} -m papermill --no-progress-bar", line)
    line = re.sub(r"(\.\./)?\bout\.ipynb", str(tmp_path / "out.ipynb"), line)
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    said = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "within 180 days" in said
    assert "differs from the sealed run, shown but not saved" in said


def test_the_docs_show_how_papermill_is_called_from_both_folders():
    assert [line.split()[0] for line in LINES] == [".venv/bin/papermill", "cd"]
