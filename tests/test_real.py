"""Public bases through the whole pipeline, where ../shared/data is present; nothing of them is stored in the project."""

import datetime as dt
import html
import json
import re

import pandas as pd
import polars as pl
import pytest
from bench import noise

from audit import i18n, intake, run
from audit.core import quantities, settings, store
from audit.intake.mapping import parse
from audit.intake.propose import base
from audit.intake.readers import read
from audit.steps import receivables
from tests.conftest import ROOT, prepared, told
from tests.test_edges import cells, runnable

# What a consultant edits in the audit.toml that `audit new` proposes: the beginning of a line -> the line that takes its place (none: deleted).
ANSWERED = {'"base.currency"': None}
CDNOW = {
    'currency = "XXX"': 'currency = "USD"',
    "as_of = ": "as_of = 1997-09-30\nobserved_from = 1997-01-01\nperiod = 'quarter'\nburn_in_months = 0",
    '"sources.cdnow_sample.names"': None,
    '"tables.lines"': None,
    "names = ": 'names = ["master", "who", "day", "cds", "dollars"]',
    "# [tables.lines]": "[tables.lines]",
    '# from = "cdnow_sample"': 'from = "cdnow_sample"',
    "# columns = ": 'columns = { customer_id = "who", date = "day", amount = "dollars", quantity = "cds" }',
}
RETAIL = ANSWERED | {
    'currency = "XXX"': 'currency = "GBP"\nperiod = "month"',
    "# services = ": 'services = ["POST", "D", "M", "BANK CHARGES", "AMAZONFEE", "DOT", "CRUK", "C2", "S", "PADS", "B"]',
}
NORTHWIND = ANSWERED | {'currency = "XXX"': 'currency = "USD"\nperiod = "quarter"', '"tables.lines.compute"': None}
SUPERSTORE = ANSWERED | {'currency = "XXX"': 'currency = "USD"', '"tables.lines.customer_id"': None}
FOUR = ANSWERED | {"currency = ": 'currency = "RUB"\nperiod = "quarter"'}
IBM = ANSWERED | {'currency = "XXX"': 'currency = "USD"'}
MAVEN = ANSWERED | {'currency = "XXX"': 'currency = "USD"', '"tables.lines.where"': None, '"sources.data_dictionary.csv"': None}
FILES = {
    "cdnow": "CDNOW_sample.txt", "uci_online_retail": "*.zip", "northwind": "*.csv", "superstore": "*.xls", "ru_prodazhi_2020": "*.csv",
    "ibm_accounts_receivable": "*.csv", "maven_crm": "*.csv", "groceries": "*.csv", "hillstrom": "*.csv", "bank_1c": "*.txt",
}  # fmt: skip


NOISE = {"uci_online_retail": RETAIL, "superstore": SUPERSTORE}
TABLES_ALONE = ("ibm_accounts_receivable", "maven_crm")


def proposed(shared, folder: str, data, edits: dict | None = None):
    """The base that `audit new` makes of a public base, its audit.toml edited line by line; each edit must meet its line."""
    base.base(sorted((shared / folder).glob(FILES[folder])), name=folder, data=data)
    path = data / folder / "audit.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    for start, line in (edits or {}).items():
        [at] = [i for i, one in enumerate(lines) if one.startswith(start)]
        lines[at : at + 1] = [] if line is None else line.split("\n")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return data / folder


@pytest.fixture(scope="module")
def proposal(shared, tmp_path_factory):
    """A public base proposed once per module: (folder in shared, edits of the proposed audit.toml) -> folder of the base."""
    done = {}

    def propose(folder: str, edits: dict):
        if folder not in done:
            done[folder] = proposed(shared, folder, tmp_path_factory.mktemp("data"), edits)
        return done[folder]

    return propose


@pytest.fixture(scope="module")
def audited(proposal, tmp_path_factory):
    """Audit a public base once per module: (folder in shared, edits of the proposed audit.toml) -> folder of the run."""
    done = {}

    def audit(folder: str, edits: dict):
        if folder not in done:
            done[folder] = run.run(proposal(folder, edits), outputs=tmp_path_factory.mktemp("outputs"), say=print)
        return done[folder].folder

    return audit


@pytest.fixture(scope="module")
def carried(proposal, tmp_path_factory):
    """Every chapter that a public base has, its cells executed here: the tables of a run, without its pages."""
    done = {}

    def carry(folder: str, edits: dict):
        if folder not in done:
            made = prepared(proposal(folder, edits), tmp_path_factory.mktemp("carried") / "run")
            for step in runnable(made):
                cells(ROOT / "notebooks" / step.notebook, made)
            done[folder] = made
        return done[folder]

    return carry


@pytest.fixture(scope="module")
def computed(audited, carried):
    """The tables of a public base: of its run, or of its chapters where no test looks at its pages."""
    return lambda name, edits: (carried if name in TABLES_ALONE else audited)(name, edits)


def lines_of(folder) -> pd.DataFrame:
    table = store.load(folder, "reconciliation")
    return table[table["table"] == "lines"]


def findings_of(folder) -> pd.DataFrame:
    return store.findings(folder).set_index("id")


def test_cdnow_has_its_2357_customers_and_946_repeat_buyers(audited):
    folder = audited("cdnow", CDNOW)
    history = store.load(folder, "history")
    assert len(history) == 2357
    assert (history["purchases"] >= 2).sum() == 946
    assert lines_of(folder)["rows"].sum() == 6919
    assert bool(history["is_first_known"].all())


def test_cdnow_counts_days_not_orders_and_flags_what_was_free(audited):
    purchases = store.load(audited("cdnow", CDNOW), "purchases")
    paying = purchases[~purchases["is_free"]]["customer_id"].nunique()
    assert purchases["customer_id"].nunique() == 2357
    assert paying <= 2349
    assert not purchases.duplicated(["customer_id", "date"]).any()


def test_cdnow_is_not_judged_at_a_horizon_nobody_was_watched_for(audited):
    found = findings_of(audited("cdnow", CDNOW)).loc["repeat_purchase_ratio"]
    assert found["verdict"] == "undecided"
    assert pd.isna(found["value"])


def test_online_retail_accounts_for_all_541909_rows(audited):
    lines = lines_of(audited("uci_online_retail", RETAIL))
    assert lines["rows"].sum() == 541_909
    assert lines.set_index(lines["reason"].map(i18n.render))["rows"]["no customer_id"] == 135_080
    assert round(lines["amount"].sum(), 3) == 9_747_747.934


def test_online_retail_nets_cancellations_and_the_bridge_closes(audited):
    folder = audited("uci_online_retail", RETAIL)
    bridge = store.load(folder, "bridge")
    purchases = store.load(folder, "purchases")
    assert purchases["returned"].sum() < -300_000
    assert bridge["untraced"].sum() < 0
    assert abs(bridge["booked"].sum() - bridge["untraced"].sum() - purchases["revenue"].sum()) < 0.01


def test_online_retails_nine_days_of_december_2011_are_not_read_as_a_fall(audited):
    folder = audited("uci_online_retail", RETAIL)
    moves = store.load(folder, "movement")
    assert moves["period"].iloc[[0, -1]].tolist() == ["2010-12", "2011-11"]
    assert json.loads(findings_of(folder).loc["base_size", "params"])["period"] == "2011-11"


def test_northwinds_joined_tables_give_its_known_totals(audited):
    folder = audited("northwind", NORTHWIND)
    lines = store.load(folder, "lines")
    assert (len(lines), lines["order_id"].nunique(), lines["customer_id"].nunique()) == (2155, 830, 89)
    assert round(lines["amount"].sum(), 2) == 1_265_793.04
    assert lines["manager_id"].nunique() == 9


def test_superstores_xls_gives_its_known_totals_and_cost(audited):
    folder = audited("superstore", SUPERSTORE)
    lines = store.load(folder, "lines")
    assert (len(lines), lines["customer_id"].nunique(), lines["order_id"].nunique()) == (9994, 793, 5009)
    assert round(lines["amount"].sum(), 2) == 2_297_200.86
    assert round((lines["amount"] - lines["cost"]).sum(), 2) == 286_397.02
    assert lines["date"].min() == pd.Timestamp(dt.date(2011, 1, 4))
    assert set(store.load(folder, "sales_change")["measure_class"]) == {"sales", "gross_profit"}


def test_four_customers_neither_crash_nor_overclaim(audited):
    folder = audited("ru_prodazhi_2020", FOUR)
    assert lines_of(folder)["rows"].sum() == 3439
    assert len(store.load(folder, "history")) == 4
    found = findings_of(folder)
    assert found.loc["repeat_purchase_ratio", "verdict"] == "undecided"
    assert (folder / "report" / "en" / "report.html").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("name", "toml"),
    [("cdnow", CDNOW), ("uci_online_retail", RETAIL), ("northwind", NORTHWIND), ("superstore", SUPERSTORE), ("ru_prodazhi_2020", FOUR)],
)
def test_money_of_all_tables_agrees_on_every_public_base(audited, name, toml):
    folder = audited(name, toml)
    purchases, history, panel, bridge = store.load(folder, "purchases", "history", "panel", "bridge")
    sums = [table["revenue"].sum() for table in (purchases, history, panel, bridge)]
    assert max(sums) - min(sums) < 0.01
    lines = lines_of(folder)
    assert abs(lines[lines["status"] == "kept"]["amount"].sum() - bridge["booked"].sum()) < 0.01


@pytest.mark.parametrize(("name", "toml"), [("cdnow", CDNOW), ("ru_prodazhi_2020", FOUR)])
def test_what_cdnow_and_four_customers_cannot_tell_is_declined_in_words(audited, name, toml):
    folder = audited(name, toml)
    found = findings_of(folder)
    for chapter in ("loyalty", "strayed", "portrait", "potential"):
        assert found.loc[chapter, "verdict"] == "undecided", chapter
        assert len(found.loc[chapter, "why"]) > 20
    rungs = set(store.load(folder, "rungs")["rung_class"])
    assert not rungs & {"regular", "loyalist", "advocate"}, "no rung above repeat without a budget"
    assert "we cannot tell loyalty types" in (folder / "report" / "en" / "loyalty.html").read_text(encoding="utf-8").lower()


def test_the_four_chains_depend_on_each_other_and_are_all_key(audited):
    folder = audited("ru_prodazhi_2020", FOUR)
    assert len(store.load(folder, "key_accounts")["group"].unique()) == 4
    assert set(store.load(folder, "dependence")["dependence_class"]) <= {"watch", "high", "critical", "none"}


def test_ibms_invoices_are_aged_and_counted_back_though_all_were_settled(carried):
    """2,466 invoices of 147,703.18, terms of 30 days, 35.56 % late, 26.4448 days to settle: at a cut-off from their days."""
    folder = carried("ibm_accounts_receivable", IBM)
    settled = receivables.invoices_settled(*_laid(folder), customers=None, as_of=pd.Timestamp("2014-12-31"), terms_days=30)
    assert len(settled) == 2466
    assert round(settled["amount"].sum(), 2) == 147_703.18
    assert round((settled["late_days"] > 0).mean(), 4) == 0.3556
    assert round((settled["settled_on"] - settled["issued_on"]).dt.days.mean(), 4) == 26.4448
    assert settled["open"].sum() == 0
    found = store.load(folder, "findings_receivables").set_index("id")
    assert 0 < found.loc["receivables", "value"] < 1000
    assert 20 < found.loc["dso", "value"] < 30


def _laid(folder):
    invoices = store.load(folder, "invoices")
    return invoices, receivables.applied(invoices, None, as_of=pd.Timestamp("2014-12-31"), credit_notes="newest")


def test_superstores_margin_has_its_whale_curve_and_its_losers(audited):
    """Profit 286,397.02 in all; many lines are sold below cost."""
    folder = audited("superstore", SUPERSTORE)
    profits, curve = store.load(folder, "customer_profits", "whale_curve")
    panel = store.load(folder, "panel")
    year = panel[panel["period"].dt.year == 2014]
    assert profits["margin"].sum() == pytest.approx((year["revenue"] - year["cost"]).sum())
    assert profits["profit"].isna().all(), "nothing is known of what serving them costs"
    assert curve["cumulative_ratio"].max() > 1.2
    assert (profits["margin"] < 0).sum() > 100
    assert "What it costs to serve customers is not known" in findings_of(folder).loc["customer_profit", "message"]


@pytest.mark.parametrize(
    ("name", "toml", "undecided"),
    [
        ("northwind", NORTHWIND, {"customer_profit", "wallet_share", "portfolio", "forecast"}),
        ("superstore", SUPERSTORE, {"wallet_share", "portfolio"}),
        ("uci_online_retail", RETAIL, {"value_ahead", "wallet_share", "portfolio", "customer_profit", "forecast"}),
        ("cdnow", CDNOW, {"value_ahead", "wallet_share", "forecast"}),
    ],
)
def test_money_chapters_of_public_bases_say_what_their_tables_cannot(audited, name, toml, undecided):
    folder = audited(name, toml)
    found = findings_of(folder)
    for chapter in undecided:
        assert found.loc[chapter, "verdict"] == "undecided", chapter
        assert len(found.loc[chapter, "why"]) > 20
    ahead = found.loc["value_ahead"]
    assert pd.isna(ahead["value"]) or ahead["low"] <= ahead["value"] <= ahead["high"]
    page = (folder / "report" / "en" / "undecided.html").read_text(encoding="utf-8")
    for table in ("invoices", "budgets", "costs"):
        assert table in page, "the report says which table would unlock what"


@pytest.mark.parametrize(
    ("name", "toml"),
    [("northwind", NORTHWIND), ("superstore", SUPERSTORE), ("uci_online_retail", RETAIL), ("cdnow", CDNOW), ("ru_prodazhi_2020", FOUR)],
)
def test_nothing_of_nothing_is_said_in_words(audited, name, toml):
    """No "0 of 24 customers" in what a page says before its fold; tables have their zeros."""
    for page in sorted((audited(name, toml) / "report" / "en").glob("*.html")):
        main = re.search(r"<main.*</main>", page.read_text(encoding="utf-8"), re.DOTALL)[0]
        said = re.sub(r"<(details|table|ul class=\"funnel\").*?</(details|table|ul)>", " ", main, flags=re.DOTALL)
        text = html.unescape(re.sub(r"<[^>]+>", " ", said)).replace("\xa0", " ")
        if page.name not in ("settings.html", "glossary.html", "report.html"):
            assert re.findall(r".{40}(?<![\d.,])(?<!\d )\b0 (?:of|customers?|is|are|was|were|key)\b.{40}", text) == [], page.name


@pytest.mark.parametrize(("name", "edits"), [("ibm_accounts_receivable", IBM), ("maven_crm", MAVEN)])
def test_invoices_and_won_deals_carry_every_chapter(carried, name, edits):
    folder = carried(name, edits)
    assert store.findings(folder)["step"].nunique() > 12
    lines = lines_of(folder).groupby("status")["amount"].sum()
    known = {"ibm_accounts_receivable": 147_703.18, "maven_crm": 10_005_534}
    assert round(lines["kept"], 2) == known[name]
    assert len(store.load(folder, "history")) == {"ibm_accounts_receivable": 100, "maven_crm": 85}[name]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("groceries", "is not a table: expected 11 fields"),
        ("hillstrom", "no column was found for customer, date, amount"),
        ("bank_1c", "Not one line of sales could be kept"),
    ],
)
def test_a_base_without_customers_purchases_gets_a_gate_that_says_what_is_missing(shared, tmp_path, name, said):
    found = told(intake.check(base := proposed(shared, name, tmp_path), settings.read(base)))
    lines = found.gate.row(0, named=True)
    assert (lines["subject"], lines["verdict"]) == ("lines", "REFUSE")
    assert set(found.gate.filter(found.gate["kind"] == "chapter")["verdict"]) == {"REFUSE"}
    assert said in "\n".join([lines["why"], *found.doubts["doubt"]])
    with pytest.raises(intake.BadExport, match="there is nothing to audit"):
        told(intake.take(base, settings.read(base)))


def test_northwinds_unquoted_commas_are_refused_with_line_numbers(shared, tmp_path):
    proposal = base.base([shared / "northwind" / "neo4j_broken_orders" / "orders_unquoted_commas.csv"], name="broken", data=tmp_path)
    assert (
        "expected 14 fields as in row 1, got another number in rows 4, 5, 6 (+173)"
        in proposal.questions["sources.orders_unquoted_commas.csv"]
    )


@pytest.mark.parametrize(
    ("name", "edits"),
    [
        ("cdnow", CDNOW),
        ("uci_online_retail", RETAIL),
        ("northwind", NORTHWIND),
        ("superstore", SUPERSTORE),
        ("ru_prodazhi_2020", FOUR),
        ("ibm_accounts_receivable", IBM),
        ("maven_crm", MAVEN),
    ],
)
def test_rows_and_money_of_every_fate_equal_the_input_on_every_public_base(proposal, computed, name, edits):
    base, folder = proposal(name, edits), computed(name, edits)
    declared, reconciliation = settings.read(base), pl.read_parquet(folder / "tables" / "reconciliation.parquet")
    sources = {source: read.source(base, source, how) for source, how in declared.sources.items()}
    for table, mapping in declared.tables.items():
        rows = reconciliation.filter(reconciliation["table"] == table)["rows"].sum()
        assert rows == len(sources[mapping.from_].table), table
    amount = declared.tables["lines"]
    raw = sources[amount.from_].table
    source = declared.sources[amount.from_]
    money = (
        parse.compute(amount.compute["amount"], raw.columns, source.decimal)
        if "amount" in amount.compute
        else parse.number(pl.col(amount.columns["amount"]), source.decimal)
    )
    expected = raw.select(money.round(4).cast(parse.MONEY).sum()).item()
    lines = reconciliation.filter(reconciliation["table"] == "lines")
    assert lines["amount"].sum() == expected


@pytest.fixture(scope="module", params=NOISE)
def by_lot(audited, request):
    """What the chapters say of a public base whose orders were given to other customers by lot: nothing is to be found there."""
    folder = audited(request.param, NOISE[request.param])
    return noise.said(noise.shuffled(folder), store.settings(folder).as_of)


def test_in_noise_nobody_has_a_loyalty_type(by_lot):
    assert by_lot["types"] == 0


def test_in_noise_no_portfolio_class_is_claimed(by_lot):
    assert not by_lot["agreement"] >= 0.4


def test_in_noise_no_rule_is_called_better_and_the_list_is_no_longer_than_chance_says(by_lot, capsys):
    with capsys.disabled():
        print(f"\n{by_lot}")
    assert by_lot["rule"] == "fixed_silence"
    _said, low, high = by_lot["by_chance"]
    assert low <= by_lot["listed"], "no more false alarms than are listed"
    assert high >= 0.9 * by_lot["listed"], "what is there may all come by chance"


@pytest.mark.parametrize(
    ("name", "edits"), [("northwind", NORTHWIND), ("superstore", SUPERSTORE), ("uci_online_retail", RETAIL), ("maven_crm", MAVEN)]
)
def test_no_term_of_a_public_base_has_two_values(computed, name, edits):
    stated = quantities.quantities(store.findings(computed(name, edits)))
    assert len(stated)
    assert quantities.told_twice(stated).empty, quantities.told_twice(stated).to_string()
