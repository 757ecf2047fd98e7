"""Editions: an anonymous run holds nobody's name anywhere, whoever looks (faults 56, 57); a client's holds no raw rows and no code."""

import base64
import csv
import io
import json
import re
import shutil
import zipfile

import polars as pl
import pytest

from audit import i18n, run
from audit.core import edition, settings, store
from tests.conftest import ROOT

DEMO = ROOT / "data" / "demo"


def made(folder, name: str):
    base = folder / "base"
    shutil.copytree(DEMO, base)
    toml = (base / "audit.toml").read_text(encoding="utf-8")
    (base / "audit.toml").write_text(toml.replace('languages = ["en"]', f'languages = ["en", "ru"]\nedition = "{name}"'), encoding="utf-8")
    return base, run.run(base, outputs=folder / "outputs", say=lambda _line: None).folder


@pytest.fixture(scope="module")
def anonymous(tmp_path_factory):
    return made(tmp_path_factory.mktemp("anonymous"), "anonymous")


@pytest.fixture(scope="module")
def of_client(tmp_path_factory):
    return made(tmp_path_factory.mktemp("client"), "client")


def personal() -> set[str]:
    """Words of the demo's exports that point at somebody: names, codes, tax ids, phones, addresses, documents, evidence, file names."""
    read = lambda name: list(csv.DictReader(io.StringIO((DEMO / name).read_text(encoding="cp1251")), delimiter=";"))
    said = ["Северный", "Контрагенты.csv", "Номенклатура.csv"]
    for row in read("Контрагенты.csv"):
        said += [
            row["Код"],
            *re.findall(r"«([^»]+)»", row["Наименование"]),
            row["ИНН"],
            row["Телефон"],
            row["E-mail"],
            row["Головная компания"],
        ]
    for row in read("Контактные лица.csv"):
        said += [row["Телефон"]]
    for row in read("Менеджеры.csv"):
        said += [row["Код"], row["Имя"].split()[0]]
    said += ["Эталонный", "тендера"]  # of Оценки.csv
    said += [row["Документ"] for row in read("Продажи 2025.csv")[:300]]
    return {
        word for value in said if value for word in re.split(r"[ ()]+", value) if len(word) > 2 and not re.fullmatch(r"8|\d{2,3}", word)
    }


def everything_in(folder) -> dict[str, str]:
    """All text of a run by file, however it is packed: pages with their pictures, tables, workbooks, JSON; and the names of the files."""
    found = {"names of files": " ".join(str(path.relative_to(folder)) for path in folder.rglob("*"))}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if path.suffix == ".parquet":
            text = " ".join(str(v) for column in pl.read_parquet(path).select(pl.col(pl.String)).iter_columns() for v in column.unique())
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                text = " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
        else:
            text = path.read_text(encoding="utf-8", errors="replace")
            text += " ".join(base64.b64decode(picture).decode() for picture in re.findall(r"svg\+xml;base64,([^\"]+)", text))
        found[str(path.relative_to(folder))] = text
    return found


def leaks(folder, said: set[str]) -> list[tuple[str, str]]:
    """Where a run holds one of these words."""
    found = []
    for name, text in everything_in(folder).items():
        words = set(re.findall(r"[\w@.-]+", text))
        words |= {part for word in words for part in re.split(r"[.]", word)}
        found += [(name, word) for word in sorted(said & words)]
    return found


def test_fault_56_nothing_of_anybody_is_in_an_anonymous_run(anonymous):
    assert leaks(anonymous[1], personal()) == []


def test_the_scanner_sees_what_an_internal_run_holds(demo):
    found = leaks(demo, personal())
    assert {name.rsplit(".", 1)[-1] for name, _hit in found} >= {"html", "parquet", "xlsx", "csv", "json"}


def test_an_anonymous_report_says_the_same_numbers_of_the_base(anonymous, demo):
    ours, theirs = (store.findings(folder).set_index("id")["value"] for folder in (anonymous[1], demo))
    same = ["base_size", "retention_rate", "repeat_purchase_ratio", "rows_kept", "overdue", "key_accounts", "dependence", "top_share"]
    assert ours[same].round(9).tolist() == theirs[same].round(9).tolist()


def test_the_key_lies_with_the_exports_for_its_owner_only_and_gives_the_same_pseudonyms_again(anonymous):
    base, folder = anonymous
    key = base / edition.KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    assert edition.key_of(base) == edition.key_of(base)
    assert not list(folder.rglob(edition.KEY_FILE))
    ids = set(store.load(folder, "history")["customer_id"])
    assert edition.pseudonym("К0001", "C", edition.key_of(base)) in ids
    assert edition.pseudonym("К0001", "C", b"another") not in ids


def test_fault_57_no_group_of_few_customers_is_left(anonymous):
    customers = store.load(anonymous[1], "customers")
    for column in ("region", "industry"):
        counts = customers[column].value_counts()
        assert counts.drop(edition.OTHER, errors="ignore").min() >= 5
    few = pl.DataFrame({"customer_id": ["a", "b", "c", "d", "e", "f"], "region": ["N"] * 5 + ["S"]})
    key = settings.read(DEMO).model_copy(update={"base": settings.read(DEMO).base.model_copy(update={"edition": "anonymous"})})
    found = edition.tables({"customers": few}, key, anonymous[0], smallest_group=5)["customers"]
    assert found["region"].to_list() == ["N"] * 5 + [edition.OTHER]


def test_text_of_a_column_that_nobody_thought_of_is_left_out(anonymous):
    base = anonymous[0]
    own = settings.read(base)
    found = edition.tables({"facts": pl.DataFrame({"customer_id": ["a"], "remark": ["Иванов звонил"]})}, own, base, smallest_group=5)
    assert found["facts"]["remark"].to_list() == [""]


def test_what_the_base_put_into_our_sentences_and_settings_is_left_out(anonymous, tmp_path):
    base = anonymous[0]
    toml = (
        (base / "audit.toml").read_text(encoding="utf-8")
        + """
[[rules.exclude]]
column = "customer_id"
values = ["К0001"]
why = "Петров просил"

[norms.repeat_purchase_ratio]
value = 0.6
why = "так хочет Сидоров"

[market]
growth = { "2025" = 0.04 }
source = "Кузнецов и партнёры"
"""
    )
    other = tmp_path / "base"
    shutil.copytree(base, other)
    (other / "audit.toml").write_text(toml, encoding="utf-8")
    folder = run.run(other, outputs=tmp_path / "outputs", only=["intake", "repeat"], say=lambda _line: None).folder
    assert leaks(folder, {"Петров", "Сидоров", "Кузнецов", "К0001"}) == []
    assert "left out in this edition, by [rules] exclude" in set(store.load(folder, "reconciliation")["reason"].map(i18n.render))
    assert store.settings(folder).norms["repeat_purchase_ratio"].value == 0.6


def test_the_clients_edition_has_no_raw_rows_and_no_notebooks_but_its_names(of_client):
    _base, folder = of_client
    assert not (folder / "notebooks").exists()
    assert set(store.load(folder, "quarantine")["content"]) == {""}
    assert "Техпрофиль" in (folder / "report" / "en" / "accounts.html").read_text(encoding="utf-8")
    assert "для клиента" in (folder / "report" / "ru" / "index.html").read_text(encoding="utf-8")
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["outputs"]
