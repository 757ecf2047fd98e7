"""Norms are typed and bounded, at every door; a run's own values reach every notebook that is opened on it."""

import pytest

from audit import run
from audit.core import norms, registry, settings, store
from tests.conftest import ROOT, TOML, prepared, small_demo, write_base
from tests.test_edges import cells, runnable
from tests.test_run import audit, place  # noqa: F401 - a fixture

SETTABLE = [norm for norm in norms.register().values() if norm.kind != "claim"]


def override(norm: str, value) -> str:
    return f"\n[norms.{norm}]\nvalue = {value}\nwhy = 'to see what it does'\n"


@pytest.mark.parametrize("norm", norms.register().values(), ids=lambda n: n.id)
def test_every_norm_lies_within_its_bounds_and_is_of_its_type(norm):
    assert norms.fault(norm.id, norm.value) == ""
    assert norm.least < norm.most
    assert norm.type not in norms.WHOLE or isinstance(norms.value(norm.id), int)


@pytest.mark.parametrize("norm", SETTABLE, ids=lambda n: n.id)
def test_a_value_out_of_bounds_is_refused_in_audit_toml_with_the_bound(norm, tmp_path):
    for value in (norm.least - 1, norm.most + 1):
        with pytest.raises(settings.BadSettings, match=rf"\[norms\.{norm.id}\] is .*, at least {norm.least:g} and at most"):
            settings.read(write_base(tmp_path, "who,day,money\n", TOML + override(norm.id, value)))


def test_a_value_out_of_bounds_is_refused_in_a_notebook_with_the_bound(demo):
    with pytest.raises(norms.BadNorm, match=r"\[norms\.repeat_purchase_ratio\] is a share, .* at most 1: got 67"):
        norms.of(demo, {"repeat_purchase_ratio": 67})
    with pytest.raises(norms.BadNorm, match="a whole number of days: got 90.5"):
        norms.of(demo, {"repeat_horizon_days": 90.5})
    with pytest.raises(norms.BadNorm, match="a whole number: got many"):
        norms.of(demo, {"regular_purchases": "many"})


def test_a_whole_number_stays_whole_whichever_way_it_comes(tmp_path):
    given = settings.read(write_base(tmp_path, "who,day,money\n", TOML + override("repeat_horizon_days", 180.0)))
    assert repr(norms.value("repeat_horizon_days", given.norms)) == "180"
    (tmp_path / "settings.json").write_text(given.model_dump_json(by_alias=True), encoding="utf-8")
    assert repr(norms.of(tmp_path, {"repeat_horizon_days": None}).repeat_horizon_days) == "180"


def test_a_parameter_cell_with_a_value_of_its_own_is_refused_by_name(place):  # noqa: F811
    notebook = place[2] / "020_repeat.ipynb"
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace("repeat_purchase_ratio: float = None", "repeat_purchase_ratio: float = 0.5"), encoding="utf-8")
    with pytest.raises(run.StepFailed, match="step 'repeat', its cell tagged `parameters` gives repeat_purchase_ratio a value of its own"):
        audit(place, only=["repeat"])


def bounded(folder, bound: str):
    """The demo's first lines, every norm and setting at its least, or at its most."""
    base = small_demo(folder / "demo")
    with (base / "audit.toml").open("a", encoding="utf-8") as toml:
        toml.write("".join(override(norm.id, getattr(norm, bound)) for norm in SETTABLE))
    return base


@pytest.fixture(scope="module")
def at_the_bound(tmp_path_factory):
    folder = tmp_path_factory.mktemp("least")
    steps = [
        step.name for step in registry.steps() if step.name not in ("changes", "account")
    ]  # with every norm at its least, all are key accounts
    return run.run(bounded(folder, "least"), outputs=folder / "outputs", only=steps, say=lambda _line: None).folder


def test_every_step_runs_with_every_norm_at_its_most(tmp_path):
    """Executed here, one after the other, as the notebooks of an analyst would be."""
    folder = prepared(bounded(tmp_path, "most"), tmp_path / "run")
    for step in runnable(folder):
        cells(ROOT / "notebooks" / step.notebook, folder)
    own = store.settings(folder).norms
    assert all(norms.value(norm.id, own) == norm.most for norm in SETTABLE)


def test_every_step_runs_with_every_norm_at_its_least(at_the_bound):
    told = {path.stem for path in (at_the_bound / "notebooks" / "en").glob("*.ipynb")}
    assert {step.notebook.removesuffix(".ipynb") for step in registry.steps() if step.name not in ("changes", "account")} <= told
    own = store.settings(at_the_bound).norms
    assert all(norms.value(norm.id, own) == norm.least for norm in SETTABLE)


def test_a_notebook_opened_on_such_a_run_gets_that_runs_figures(at_the_bound, capsys):
    """Executed without any parameter but the run: every table is what the run holds, so that nothing differs from the sealed one."""
    for step in registry.steps():
        if step.name not in ("changes", "verdicts"):
            cells(ROOT / "notebooks" / step.notebook, at_the_bound)
    assert "differs from the sealed run" not in capsys.readouterr().out
