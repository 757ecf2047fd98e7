"""The house stands: rooms import only what lies below them, nothing runs in a circle, and a room is found without being listed."""

import ast
import graphlib

import grimp
import polars as pl
import pytest

from audit.core import labels, registry
from audit.core.tables.schema import in_words
from audit.intake.checks import gate
from audit.intake.checks.evidence import SCHEMA
from tests.conftest import ROOT

FLOORS = ("cli", "terminal", "lab", "run", "steps", "report", "intake", "ledger", "models", "stats", "core", "i18n")  # from the roof down


@pytest.fixture(scope="module")
def imports() -> dict[str, set[str]]:
    """Module -> the modules of ours that it imports, in functions too; what only type checkers read is left out."""
    graph = grimp.build_graph("audit", exclude_type_checking_imports=True, cache_dir=None)
    return {module: set(graph.find_modules_directly_imported_by(module)) for module in graph.modules}


def floor(module: str) -> int:
    return FLOORS.index(module.split(".")[1])


def test_a_room_imports_only_what_stands_below_it(imports):
    above = [(a, b) for a, found in imports.items() for b in found if "." in a and "." in b and floor(b) < floor(a)]
    assert above == []


def test_no_import_runs_in_a_circle(imports):
    list(graphlib.TopologicalSorter(imports).static_order())  # raises CycleError, naming the circle


def test_only_the_ledger_knows_narwhals_and_only_run_knows_papermill():
    for library, home in (("narwhals", "ledger"), ("papermill", "run")):
        for path in (ROOT / "lib" / "audit").rglob("*.py"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            named = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
            named |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
            assert not any(name.split(".")[0] == library for name in named) or path.relative_to(ROOT / "lib" / "audit").parts[0] == home, (
                path
            )


@pytest.mark.parametrize("name", registry.rooms())
class TestRoom:
    def test_one_word_names_its_folder_notebook_test_and_page(self, name):
        step = registry.by_name(name)
        assert (ROOT / "lib" / "audit" / "steps" / name / "__init__.py").is_file()
        assert (ROOT / "notebooks" / step.notebook).is_file()
        assert list((ROOT / "tests").glob(f"test_{name}*.py")), name

    def test_what_it_hands_on_is_there_and_shares_no_name_with_a_module_of_the_room(self, name):
        room = registry.rooms()[name]
        modules = {path.stem for path in (ROOT / "lib" / "audit" / "steps" / name).glob("*.py")} - {"charts"}
        assert not modules & set(room.__all__), "a name that is a module and a function is now the one, now the other"
        for public in room.__all__:
            assert getattr(room, public) is not None

    def test_keys_are_columns_and_closed_lists_are_codes_with_labels(self, name):
        for table in registry.rooms()[name].TABLES:
            assert set(table.key) <= set(table.names), table.name
            assert len(set(table.names)) == len(table.names), table.name
            assert all(code.label and "  " not in code.label for column in table.columns if column.codes for code in column.codes if code)

    def test_its_numbers_rest_on_tables_that_are_there(self, name):
        rests = registry.rests_on(registry.by_name(name))
        assert {table for table in rests if table not in registry.tables()} <= {
            "previous_findings",
            "previous_classes",
            "previous_run",
            "previous_actions",
            "previous_done",
            "previous_dossiers",
            "words",
        }


def test_a_column_has_one_heading_and_a_code_one_label():
    assert labels.headings()
    assert labels.codes()
    for column, heading in labels.headings().items():
        assert heading != in_words(column) or column in labels.COMMON or "_" not in column or heading[0].isupper(), column


def doubt(table: str, verdict: str = "FLAG", spoils: str = "amount"):
    said = {"table": table, "doubt": "something", "verdict": verdict, "rows": 1, "touches": table, "spoils": spoils}
    return pl.DataFrame([dict.fromkeys(SCHEMA, "") | {"amount": None, "share": None} | said], schema=SCHEMA)


@pytest.mark.parametrize("step", [s for s in registry.steps() if {"history", "panel"} & set(s.reads)], ids=lambda s: s.name)
def test_a_doubt_of_the_lines_marks_every_step_that_reads_history_or_panel(step):
    there = set(registry.tables())
    found = gate.gate(doubt("lines"), there, mapped=["lines"], missing="").filter(kind="chapter", subject=step.name)
    assert found["verdict"].item() == "FLAG"
    assert found["why"].item() == "something"


def test_a_doubt_marks_the_steps_whose_tables_were_made_of_it_and_no_others():
    there = set(registry.tables())
    marked = gate.gate(doubt("payments"), there, mapped=["payments"], missing="").filter(kind="chapter", verdict="FLAG")["subject"]
    made_of_payments = {s.name for s in registry.steps() if "payments" in registry.rests_on(s) and not s.is_about_data}
    assert set(marked) == made_of_payments
    assert "receivables" in made_of_payments
    assert "repeat" not in made_of_payments


def test_a_doubt_that_refuses_stops_the_steps_that_cannot_do_without_what_it_spoils():
    there = set(registry.tables())
    refused = gate.gate(doubt("lines", "REFUSE", "timing"), there, mapped=["lines"], missing="").filter(kind="chapter", verdict="REFUSE")
    assert {"retention", "value", "forecast", "portfolio", "accounts"} <= set(refused["subject"])
    assert not {"intake", "receivables", "verdicts"} & set(refused["subject"]), "they stand without order lines"


def test_lost_customers_that_were_not_exported_stop_every_step_that_counts_those_who_left():
    there = set(registry.tables())
    refused = gate.gate(doubt("lines", "REFUSE", "coverage"), there, mapped=["lines"], missing="").filter(kind="chapter", verdict="REFUSE")
    assert set(refused["subject"]) == {"base", "repeat", "retention", "ladder", "value", "forecast", "team"}


def test_a_flagged_immaterial_doubt_marks_nothing():
    there = set(registry.tables())
    assert set(
        gate.gate(doubt("lines", spoils="").with_columns(pl.lit("").alias("touches")), there, mapped=[], missing="").filter(kind="chapter")[
            "verdict"
        ]
    ) == {"PASS"}


def test_a_step_stands_on_what_it_uses_and_is_ordered_among_the_chosen_alone():
    for step in registry.steps():
        assert {*step.uses, *step.any_of} <= registry.stands_on(step), step.name
    steps = [registry.by_name(name) for name in ("verdicts", "retention", "portfolio")]
    assert sorted(registry.ordered(steps).static_order()) == ["portfolio", "retention", "verdicts"]
