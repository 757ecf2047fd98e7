"""If the documents say it, a test reads the documents."""

import re
import tomllib

import pytest
import yaml
from tools import documents, licences

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def page(name: str) -> str:
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def test_the_table_of_steps_is_the_registry():
    assert documents.steps_table() in page("steps")


def test_the_data_readme_is_generated_from_the_tables():
    assert (ROOT / "data" / "README.md").read_text(encoding="utf-8") == documents.data_readme()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_file_link_and_target_that_a_page_names_is_there(path):
    text = path.read_text(encoding="utf-8").replace("200_weekday", "010_base").replace("weekday", "base")  # the example of a new step
    for named in re.findall(r"`((?:lib|data|tests|notebooks|docs)/(?!acme)[\w./]*\w)`", text):
        assert (ROOT / named).exists(), named
    for link in re.findall(r"\]\(([\w./-]+)\)", text):
        assert (path.parent / link).exists(), link
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"(?:`|^    )make ([\w-]+)", text, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_page_of_docs_is_reached_from_the_readme():
    reached = set(re.findall(r"\]\(docs/([\w.-]+\.md)\)", README))
    assert {path.name for path in PAGES[1:]} - reached <= {"licences.md"}


def test_the_readme_in_russian_has_the_same_commands_and_leads_to_the_same_pages():
    russian = page("README.ru")
    commands = lambda text: re.findall(r"(?:`|^    )(make [a-z]+|\.ci/run|\.venv/bin/audit \w+)", text, re.MULTILINE)
    assert set(commands(russian)) == set(commands(README))
    places = [
        {(path.parent / link).resolve() for link in re.findall(r"(?<!!)\[[^]]*\]\(([\w./-]+)\)", text)}
        for path, text in ((ROOT / "README.md", README), (ROOT / "docs" / "README.ru.md", russian))
    ]
    assert places[0] - places[1] == {ROOT / "docs" / "README.ru.md"}
    assert places[1] <= places[0]


def test_every_key_of_audit_toml_is_explained():
    from audit.core import settings

    keys = page("keys")
    for model in (
        settings.Declared,
        settings.Source,
        settings.Mapping,
        settings.Rules,
        settings.Exclusion,
        settings.Controls,
        settings.Engine,
        settings.Market,
        settings.Override,
    ):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in keys, (model.__name__, name)


def test_ci_runs_what_the_readme_names_as_the_test_command():
    assert "make test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test       # makes the environment, passes all tests" in README


def packages(specs) -> dict[str, str]:
    found = dict(re.fullmatch(r"([\w.-]+)(?:\[.*\])?>=([\w.]+)", spec).groups() for spec in specs)
    return {name.lower().replace("_", "-"): version for name, version in found.items()}


def test_environment_yml_names_the_same_packages_as_pyproject_with_versions_that_the_lock_satisfies():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = packages([*project["dependencies"], *project["optional-dependencies"]["dev"]])
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert set(conda["channels"]) == {"conda-forge", "nodefaults"}
    *specs, last = conda["dependencies"]
    pip = last["pip"]
    assert not [spec for spec in pip if spec.startswith("-")], "an option there makes a file that pip refuses"
    named = packages([*(s for s in specs if s not in ("pip",) and not s.startswith("python>=")), *pip])
    assert named == wanted
    lock = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE))
    numbers = lambda version: [int(n) for n in re.findall(r"\d+", version)]
    for name, least in wanted.items():
        assert numbers(lock[name]) >= numbers(least), name


def test_no_placeholder_is_left():
    for path in [*(ROOT / "lib").rglob("*.py"), *(ROOT / "notebooks").glob("*.ipynb"), *PAGES]:
        assert not re.search(r"\b(TODO|FIXME)\b|# *XXX", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize(
    "name",
    [
        "requirements.lock",
        "requirements-uv.lock",
        "requirements-spark.lock",
        "requirements-pdf.lock",
        "requirements-sbom.lock",
        "bench/rivals.lock",
    ],
)
def test_every_locked_package_has_its_hashes(name):
    packages = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())
    assert all(re.match(r"[\w.-]+==\S+", package) and "--hash=sha256:" in package for package in packages), name


def test_nothing_is_installed_by_make_but_by_its_hash():
    for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines():
        if re.search(r"pip (install|sync)", line):
            assert "--require-hashes" in line or "--no-deps --no-build-isolation --editable ." in line, line


def test_the_licences_are_those_of_the_lock():
    names = re.findall(r"^\| ([\w.-]+) \|", (ROOT / "docs" / "licences.md").read_text(encoding="utf-8"), re.MULTILINE)[1:]
    assert set(names) == set(licences.locked())


def test_the_workflow_calls_the_same_as_ci():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    assert any(step.get("run", "").endswith(".ci/run") for step in workflow["jobs"]["test"]["steps"])
