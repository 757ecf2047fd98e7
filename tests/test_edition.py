"""Editions: a pseudonymous run holds nobody's name anywhere, whoever looks (faults 56, 57); a client's holds no raw rows and no code."""

import base64
import csv
import io
import json
import re
import shutil
import zipfile

import hypothesis
import polars as pl
import pytest
from bench import attack
from hypothesis import strategies as st

from audit import i18n, run
from audit.core import edition, k_anonymity, pseudonyms, settings, store
from tests.conftest import ROOT

DEMO = ROOT / "data" / "demo"


PART = ["intake", "base", "retention", "accounts", "customers", "verdicts"]


def made(folder, name: str, only: list[str] | None = None):
    base = folder / "base"
    shutil.copytree(DEMO, base)
    toml = (base / "audit.toml").read_text(encoding="utf-8")
    (base / "audit.toml").write_text(toml.replace('languages = ["en"]', f'languages = ["ru"]\nedition = "{name}"'), encoding="utf-8")
    return base, run.run(base, outputs=folder / "outputs", only=only, say=lambda _line: None).folder


@pytest.fixture(scope="module")
def hidden(tmp_path_factory):
    return made(tmp_path_factory.mktemp("hidden"), "pseudonymous")


def own(folder, name: str = "pseudonymous"):
    """A base of nothing but its settings and its key, whose tables a test gives."""
    toml = (DEMO / "audit.toml").read_text(encoding="utf-8")
    (folder / "audit.toml").write_text(toml.replace('languages = ["en"]', f'edition = "{name}"'), encoding="utf-8")
    return settings.read(folder), folder


@pytest.fixture(scope="module")
def of_client(tmp_path_factory):
    return made(tmp_path_factory.mktemp("client"), "client", PART)


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


def test_fault_56_nothing_of_anybody_is_in_a_pseudonymous_run(hidden):
    assert leaks(hidden[1], personal()) == []


def test_the_scanner_sees_what_an_internal_run_holds(demo):
    found = leaks(demo, personal())
    assert {name.rsplit(".", 1)[-1] for name, _hit in found} >= {"html", "parquet", "xlsx", "csv", "json"}


def test_a_pseudonymous_report_says_the_same_numbers_of_the_base(hidden, demo):
    ours, theirs = (store.findings(folder).set_index("id")["value"] for folder in (hidden[1], demo))
    same = ["base_size", "retention_rate", "repeat_purchase_ratio", "rows_kept", "overdue"]
    assert ours[same].round(9).tolist() == theirs[same].round(9).tolist()


def test_the_key_lies_with_the_exports_for_its_owner_only_and_gives_the_same_pseudonyms_again(hidden):
    base, folder = hidden
    key = base / pseudonyms.KEY_FILE
    assert key.stat().st_mode & 0o077 == 0
    assert pseudonyms.key_of(base) == pseudonyms.key_of(base)
    assert not list(folder.rglob(pseudonyms.KEY_FILE))
    ids = set(store.load(folder, "history")["customer_id"])
    assert pseudonyms.pseudonym("К0001", "C", pseudonyms.key_of(base)) in ids
    assert pseudonyms.pseudonym("К0001", "C", b"another") not in ids


def test_fault_57_no_group_of_few_customers_is_left(hidden):
    assert attack.smallest(hidden[1]) >= 5
    lines = store.load(hidden[1], "lines")
    assert lines.groupby("manager_id")["customer_id"].nunique().min() >= 5
    [doubt] = [one for one in store.load(hidden[1], "doubts")["doubt"].map(i18n.render) if "in this edition" in one]
    assert "group_id 398/404" in doubt


def test_nobody_is_found_by_what_the_edition_promises_to_hide(hidden, demo, capsys):
    base, folder = hidden
    shares = attack.found(demo, folder, pseudonyms.key_of(base))
    with capsys.disabled():
        print("\n" + attack.as_markdown(shares, attack.smallest(folder)))
    assert {what for what, most in attack.PROMISED.items() if most is not None and shares[what] > most} == set()
    assert shares["three orders: day and amount"] == 1, "or the report warns of nothing"


def test_the_adversary_finds_everybody_in_a_run_that_hides_nothing(demo):
    same = {code: code for code in store.load(demo, "customers")["customer_id"]}
    assert attack._by_order(demo, demo, same) == 1
    assert attack._alone(*[attack.table(demo, "lines").group_by("customer_id").agg(known=pl.len())] * 2, same) > 0.2


rows = st.lists(st.tuples(st.sampled_from("NSWE"), st.sampled_from([1.0, 2.0, None]), st.sampled_from(["", "g", "h"])), max_size=60)


@hypothesis.given(rows, st.integers(2, 7))
def test_every_combination_shown_has_as_many_customers_as_asked_and_shows_no_value_that_was_not_there(rows, least):
    table = pl.DataFrame(rows, schema={"region": pl.String, "size": pl.Float64, "group_id": pl.String}, orient="row")
    merged = k_anonymity.merged(table, table.columns, least=least, hidden={"group_id": ""})
    assert len(merged) == len(table)
    if len(table) >= least:
        assert k_anonymity.smallest(merged, table.columns) >= least
    for column, none in (("region", k_anonymity.OTHER), ("size", None), ("group_id", "")):
        assert all(new in (old, none) for old, new in zip(table[column], merged[column], strict=True))


def test_fewer_customers_than_a_crowd_show_nothing():
    table = pl.DataFrame({"region": ["N", "N", "S"]})
    assert k_anonymity.merged(table, ["region"], least=5)["region"].to_list() == [k_anonymity.OTHER] * 3


@pytest.mark.parametrize("key", ["", "\n", "kurz"])
def test_a_key_that_hides_nothing_is_refused(tmp_path, key):
    (tmp_path / pseudonyms.KEY_FILE).write_text(key, encoding="ascii")
    with pytest.raises(pseudonyms.BadKey, match="at least 32"):
        pseudonyms.key_of(tmp_path)


def test_two_codes_with_one_pseudonym_are_refused(monkeypatch):
    monkeypatch.setattr(pseudonyms, "SIGNS", 0)
    with pytest.raises(pseudonyms.BadKey, match="two codes"):
        pseudonyms.hidden(pl.Series(["a", "b"]), "C", b"k" * 32)


def test_pseudonyms_have_eighty_bits():
    assert len(pseudonyms.pseudonym("a", "C", b"k" * 32).removeprefix("C-")) * 5 >= 80


def test_nothing_raw_lies_beside_a_pseudonymous_run(hidden):
    base, folder = hidden
    assert base.name not in folder.parts
    assert {one.name for one in folder.parent.iterdir()} == {folder.name, "latest", ".lock"} - (
        {".lock"} - {one.name for one in folder.parent.iterdir()}
    )
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {(one["bytes"], one["sha256"]) for one in manifest["inputs"]} == {(None, "")}


def test_a_failed_pseudonymous_run_does_not_say_on_what(hidden, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(hidden[0], base)
    (base / "Контрагенты.csv").write_text("Иванов;Петров\n1", encoding="cp1251")
    with pytest.raises(Exception, match="Контрагенты"):
        run.run(base, outputs=tmp_path / "outputs", say=lambda _line: None)
    [said] = tmp_path.rglob("failure.txt")
    assert "Контрагенты" not in said.read_text(encoding="utf-8")


def test_no_edition_is_called_anonymous_and_the_report_says_why(hidden, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    (base / "audit.toml").write_text('[base]\nname = "a"\ncurrency = "EUR"\nas_of = 2025-01-01\nedition = "anonymous"', encoding="utf-8")
    with pytest.raises(settings.BadSettings, match="no edition is anonymous"):
        settings.read(base)
    assert "не обезличен" in (hidden[1] / "report" / "ru" / "index.html").read_text(encoding="utf-8")


def test_text_of_a_column_that_nobody_thought_of_is_left_out(tmp_path):
    facts = pl.DataFrame({"customer_id": ["a"], "remark": ["Иванов звонил"]})
    found = edition.tables({"facts": facts}, *own(tmp_path), smallest_group=5)
    assert found["facts"]["remark"].to_list() == [""]


def test_who_answered_stays_known_by_his_part_alone(tmp_path):
    """Else a manager's answer would be taken for the owner's."""
    said = pl.DataFrame(
        {"form": "eight_questions", "respondent": ["a", "b"], "question": "A1", "value": ["yes", "no"], "role": ["manager", "Иванов, зять"]}
    )
    found = edition.tables({"answers": said}, *own(tmp_path), smallest_group=5)["answers"]
    assert sorted(found["role"].to_list()) == ["", "manager"]


def test_sentences_of_ours_lose_what_the_base_put_in_and_those_of_the_company_are_left_out(tmp_path):
    frames = {
        "doubts": pl.DataFrame(
            {
                "table": ["lines"],
                "doubt": [i18n.stored("{count} rows of {customer}", count=3, customer="Иванов")],
                "verdict": ["FLAG"],
                "rows": pl.Series([1], dtype=pl.Int64),
                "share": [0.5],
                "bias": ["b"],
                "action": ["a"],
                "touches": ["lines"],
                "spoils": ["identity"],
                "kind": [""],
            }
        ),
        "contacts": pl.DataFrame({"customer_id": ["a"], "reason": ["Петров ушёл к ним"]}),
        "customers": pl.DataFrame({"customer_id": list("abcd"), "region": ["N", "N", "N", "S"], "name": list("wxyz")}),
    }
    found = edition.tables(frames, *own(tmp_path), smallest_group=2)
    ours = found["doubts"].filter(pl.col("table") == "lines")["doubt"].item()
    assert i18n.render(ours) == "3 rows of left out in this edition"
    assert found["contacts"]["reason"].to_list() == [""]
    merged = found["doubts"].filter(pl.col("table") == "customers")
    assert merged["kind"].to_list() == [""], "a text that says nothing, as every other"
    assert merged.select("rows", "share", "verdict").row(0) == (4, 1.0, "FLAG"), (
        "one in S is too few, and the others cannot hide it by being shown"
    )
    assert "region 0/4" in i18n.render(merged["doubt"].item())
    assert found["customers"]["customer_id"].to_list() == sorted(found["customers"]["customer_id"].to_list())
    assert found["customers"]["name"].to_list() == found["customers"]["customer_id"].to_list()


@pytest.mark.parametrize(("name", "content"), [("client", [""]), ("internal", ["a;b"])])
def test_the_content_of_rejected_rows_is_for_the_consultant_alone(tmp_path, name, content):
    rejected = pl.DataFrame({"table": ["lines"], "reason": ["r"], "content": ["a;b"]})
    assert edition.tables({"quarantine": rejected}, *own(tmp_path, name), smallest_group=2)["quarantine"]["content"].to_list() == content


def test_the_rarest_combination_is_counted():
    table = pl.DataFrame({"region": ["N", "N", "S"]})
    assert (k_anonymity.smallest(table, ["region"]), k_anonymity.smallest(table.clear(), ["region"]), k_anonymity.smallest(table, [])) == (
        1,
        0,
        3,
    )


def test_places_of_outlets_and_what_people_wrote_of_customers_are_left_out(hidden):
    outlets, visits, cases, deals = (store.load(hidden[1], name) for name in ("outlets", "visits", "cases", "deals"))
    assert outlets[["latitude", "longitude"]].isna().all(axis=None)
    assert visits[["latitude", "longitude", "accuracy_m"]].isna().all(axis=None)
    for table, column in ((visits, "cause"), (cases, "cause"), (cases, "wrong_staff"), (deals, "cause"), (deals, "stage")):
        assert (table[column].fillna("") == "").all(), column
    assert list(store.settings(hidden[1]).bonus) == ["1", "2"]


def test_what_the_base_put_into_our_sentences_and_settings_is_left_out(hidden, tmp_path):
    base = hidden[0]
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
    assert "Техпрофиль" in (folder / "report" / "ru" / "accounts.html").read_text(encoding="utf-8")
    assert "для клиента" in (folder / "report" / "ru" / "index.html").read_text(encoding="utf-8")
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["outputs"]
