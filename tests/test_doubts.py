"""Doubts travel: what is wrong with the data stops or marks every chapter that rests on it, by its weight."""

import datetime as dt
import re
import shutil

import polars as pl
import pytest

from audit import i18n, intake, run
from audit.core import doubts, periods, settings, store
from audit.steps import accounts, wallet
from tests.conftest import ROOT, TOML, prepared, write_base

SALES = ["Продажи 2023.csv", "Продажи 2024.csv", "Продажи 2025.csv"]
STANDS = {"intake", "verdicts", "receivables", "changes"}  # chapters that need no order lines, or compare findings


@pytest.fixture
def demo_copy(tmp_path):
    return shutil.copytree(ROOT / "data" / "demo", tmp_path / "demo")


def changed(base, files: list[str], change):
    """The base with each data line of these files changed, or left out where None comes back."""
    for name in files:
        head, *lines = (base / name).read_text(encoding="cp1251").splitlines()
        kept = [line for i, one in enumerate(lines) if (line := change(i, one.split(";"))) is not None]
        (base / name).write_text("\n".join([head, *(";".join(line) for line in kept)]) + "\n", encoding="cp1251")
    return base


def chapters(base) -> dict[str, str]:
    gate = intake.check(base, settings.read(base)).gate
    return dict(gate.filter(pl.col("kind") == "chapter").select("subject", "verdict").iter_rows())


def day(text: str) -> dt.date:
    """The day of a line; of those that hold none, long ago."""
    try:
        return dt.datetime.strptime(text, "%d.%m.%Y").date()
    except ValueError:
        return dt.date.min


def test_a_base_without_its_silent_customers_is_refused_what_hangs_on_them_and_its_questions_stay_open(demo_copy, tmp_path):
    last: dict[str, dt.date] = {}
    changed(demo_copy, SALES, lambda _i, row: last.update({row[3]: max(day(row[0]), last.get(row[3], dt.date.min))}) or row)
    changed(demo_copy, SALES, lambda _i, row: row if last[row[3]] > dt.date(2025, 10, 2) else None)
    part = ["intake", "base", "retention", "accounts", "receivables", "customers", "verdicts"]
    done = run.run(demo_copy, outputs=tmp_path / "outputs", only=part, say=lambda _line: None)
    gate = store.load(done.folder, "gate").query("kind == 'chapter'").set_index("subject")["verdict"]
    assert set(gate.index[gate == "REFUSE"]) == {"base", "repeat", "retention", "ladder", "value", "forecast", "team"}
    questions = store.load(done.folder, "eight_questions").set_index("question")
    assert (questions.loc[["A3", "A5", "A8"], "data_answer"] == "undecided").all()
    assert (questions.loc[["A3", "A5", "A8"], "agreement_class"] == "").all(), "nothing agrees with the owner that nobody counted"
    page = (done.folder / "report" / "en" / "index.html").read_text(encoding="utf-8")
    assert "Fix the data that keep us from writing 7 chapters" in page
    assert "lost customers are missing from the export" in page
    assert "not buy again" not in page
    pages = done.folder / "report" / "en"
    for path in pages.glob("*.html"):
        links = set(re.findall(r'href="([\w.]+)(?:#[^"]*)?"', path.read_text(encoding="utf-8")))
        assert not [link for link in links if not (pages / link).exists()], (path.name, "leads to a chapter that was refused")


def test_twelve_percent_of_unreadable_dates_refuse_every_chapter_that_needs_days(demo_copy):
    changed(demo_copy, SALES, lambda i, row: ["32.13.2025", *row[1:]] if i % 100 < 12 else row)
    found = chapters(demo_copy)
    assert {name for name, verdict in found.items() if verdict != "REFUSE"} == STANDS


def test_half_of_the_money_in_quarantine_refuses_what_rests_on_the_rest(demo_copy):
    changed(demo_copy, SALES, lambda i, row: [*row[:3], "", *row[4:]] if i % 100 < 49 else row)
    found = chapters(demo_copy)
    assert {name for name, verdict in found.items() if verdict != "REFUSE"} == STANDS


def test_a_tenth_of_the_money_in_quarantine_flags_and_a_trifle_does_not(demo_copy):
    taken = intake.check(
        changed(demo_copy, SALES, lambda i, row: [*row[:3], "", *row[4:]] if i % 10 == 0 else row), settings.read(demo_copy)
    )
    [found] = taken.doubts.filter(pl.col("doubt").map_elements(i18n.render, return_dtype=pl.String) == "lines: no customer_id").to_dicts()
    assert 0.05 < found["share"] < 0.2
    assert found["spoils"]
    trifle = intake.check(ROOT / "data" / "demo", settings.read(ROOT / "data" / "demo")).doubts
    [small] = trifle.filter(pl.col("doubt").map_elements(i18n.render, return_dtype=pl.String) == "lines: no customer_id").to_dicts()
    assert small["share"] < 0.005
    assert not small["spoils"]


def test_two_budgets_grown_twentyfold_lead_no_claim_and_make_nobody_key(demo_copy, tmp_path):
    def grown(base):
        return changed(
            base, ["Бюджеты.csv"], lambda _i, row: [*row[:2], row[2] if row[3] != "2025" or row[0] not in two else grow(row[2]), row[3]]
        )

    grow = lambda text: f"{float(text.replace(' ', '').replace(chr(160), '').replace(',', '.')) * 20:.2f}".replace(".", ",")
    both = {"2024": set(), "2025": set()}
    changed(demo_copy, ["Бюджеты.csv"], lambda _i, row: both.get(row[3], set()).add(row[0]) or row)
    two = sorted(both["2024"] & both["2025"])[:2]
    before = _wallet_and_keys(prepared(demo_copy, tmp_path / "before"))
    after = _wallet_and_keys(prepared(grown(demo_copy), tmp_path / "after"))
    assert after["doubted"] == before["doubted"] | set(two)
    assert not after["keys"] & set(two)
    assert after["gap"] <= before["gap"], "the safer value leads"
    assert after["with_doubted"] > 1.5 * after["gap"], "and the other stands beside it"


def _wallet_and_keys(folder) -> dict:
    panel, customers, budgets = store.load(folder, "panel", "customers", "budgets")
    until, doubted = periods.last_month(store.settings(folder)), store.doubted(folder, "budgets")
    believed = doubts.believed(budgets, doubted)
    _n, _share, gap = wallet.given_share(panel, believed, customers=customers, until=until)
    shares = accounts.revenue_shares(panel, None, customers=customers, until=until)
    potential = accounts.potentials(panel, believed, customers=customers, until=until)
    keys = accounts.key_accounts(
        shares,
        potential,
        margin=None,
        facts=None,
        customers=customers,
        key_share=0.1,
        key_income=0.0,
        potential_wallet_share=0.5,
        fact_least=3,
    )
    return {
        "doubted": doubted,
        "keys": set(keys.loc[keys["reason_class"] == "potential", "group"]),
        "gap": gap,
        "with_doubted": wallet.given_share(panel, budgets, customers=customers, until=until)[2],
    }


def test_a_table_of_which_every_row_failed_counts_as_not_sent_and_says_so(tmp_path):
    more = '[sources.costs]\nfile = "costs.csv"\n[tables.costs]\nfrom = "costs"\ncolumns = { period = "year", pool = "what", amount = "money" }\n'
    write_base(tmp_path, "who,day,money\nA,2024-01-02,5\n", TOML + more)
    (tmp_path / "costs.csv").write_text("year,what,money\n2024,rent,much\n2024,fuel,more\n", encoding="utf-8")
    found = intake.check(tmp_path, settings.read(tmp_path))
    assert "costs" not in found.tables
    assert found.gate.filter(pl.col("kind") == "table", pl.col("subject") == "costs")["verdict"].item() == "REFUSE"
    assert "costs: 100\xa0% of it were rejected" in " ".join(i18n.render(one) for one in found.doubts["doubt"])


def test_what_touches_no_table_of_a_step_hangs_over_none_of_its_findings(demo):
    assert set(store.doubts(demo, "receivables")["table"]) <= {"lines", "customers", "invoices", "payments", "managers", "products"}
    assert store.doubts(demo, "intake").empty


def test_a_cost_below_nothing_is_asked_about(tmp_path):
    toml = TOML.replace('amount = "money" }', 'amount = "money", cost = "cost" }')
    write_base(tmp_path, "who,day,money,cost\n" + "A,2024-01-02,5,-4\nB,2024-01-03,9,5\n", toml)
    found = intake.check(tmp_path, settings.read(tmp_path)).doubts
    assert any("cost is below nothing" in i18n.render(one) for one in found["doubt"])


def test_a_base_without_any_doubt_has_none_over_its_steps(tmp_path):
    (tmp_path / "tables").mkdir()
    store.registry.empty("doubts").to_parquet(tmp_path / "tables" / "doubts.parquet")
    assert store.doubts(tmp_path, "value").columns.tolist() == store.registry.tables()["doubts"].names
    assert store.doubted(tmp_path, "budgets") == set()
