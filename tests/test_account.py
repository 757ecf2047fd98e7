"""Packs of key accounts: every figure is its chapter's to the kopeck, nothing is invented where nothing is known, each stands on its own page."""

import re
import shutil

import pandas as pd
import pytest

from audit import i18n, run
from audit.core import groups, periods, registry, settings, store
from audit.report import links
from audit.run import run_folder
from audit.steps import account
from audit.steps.account.look import look
from tests.conftest import ROOT

NUMBERS = range(7)  # key accounts of the demo


def of_demo(demo, nth: int):
    coverage, overview = store.load(demo, "dossier_coverage", "customer_overview")
    customers = store.maybe(demo, "customers")
    return account.account(coverage, overview, nth=nth), overview, customers


@pytest.mark.parametrize("nth", NUMBERS)
def test_every_figure_is_its_chapters_to_the_kopeck(demo, nth):
    of, overview, customers = of_demo(demo, nth)
    panel = store.load(demo, "panel")
    until = periods.last_month(store.settings(demo))
    profits, debtors, shares = store.load(demo, "customer_profits", "debtors", "revenue_shares")
    year = account.year_figures(overview, of).set_index("figure")
    company = shares[(shares["level_class"] == "company") & (shares["group"] == of.group)].iloc[0]
    assert year.at["Sales", "value"] == pytest.approx(company["revenue"], abs=0.005)
    months = account.months(panel, None, of, until=until)
    assert months["revenue"].tail(12).sum() == pytest.approx(company["revenue"], abs=0.005)
    profit = account.profit_figures(profits, None, of, since=until).set_index("figure")["value"]
    own = profits.set_index("group").loc[of.group]
    assert profit["Profit after all of it"] == own["profit"]
    assert profit.iloc[:4].sum() == pytest.approx(own["profit"], abs=0.005), "its parts make it"
    debt = account.debt_figures(debtors, of).set_index("figure")["value"]
    assert debt["Owed"] == debtors.set_index("group").at[of.group, "open"]
    assert account.forecast_error(overview, of)["repeated"].iloc[0] == pytest.approx(company["revenue"], abs=0.005)
    rank = overview.groupby("group")["year_revenue"].sum().rank(ascending=False)[of.group]
    assert year.at["Sales", "rank"] == rank
    assert set(of.members) == set(overview.loc[groups.groups(customers, overview["customer_id"]) == of.group, "customer_id"])


def test_the_naive_forecast_is_counted_by_hand():
    sales = {"year_revenue": [100.0, 25.0, 9.0], "revenue_before": [80.0, 50.0, 0.0]}
    overview = pd.DataFrame({"customer_id": ["a", "b", "c"], "group": ["a", "b", "c"], **sales})
    of = account.Account("a", "a", ("a",))
    [row] = account.forecast_error(overview, of).itertuples()
    assert (row.repeated, round(row.missed_rate, 3), row.usual_rate, row.n) == (100.0, 0.2, 1.0, 1)


def test_what_the_form_alone_names_as_given_stands_in_no_profit_and_is_said(demo):
    """The account of which the form names two more things than the exports."""
    of, _overview, _customers = of_demo(demo, 0)
    profits, dossier = store.load(demo, "customer_profits", "value_dossier")
    figures = account.profit_figures(profits, dossier, of, since=pd.Timestamp("2025-01-01")).set_index("figure")["value"]
    own = dossier[dossier["customer_id"] == of.customer_id]
    assert figures["Extras on top of the goods"] == -own.loc[own["is_exported"], "cost_to_us"].sum()
    assert figures["Given by the form alone: in no figure above"] == -own.loc[~own["is_exported"], "cost_to_us"].sum() == -150_000.0


def test_opportunities_are_ordered_by_margin_a_working_day_and_what_is_not_known_stands_last():
    rows = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "z"],
            "opportunity": ["slow", "quick", "unknown", "other"],
            "kind_class": ["more"] * 4,
            "effort_days": [10.0, 2.0, None, 1.0],
            "outlay": [100.0, None, 5.0, 0.0],
            "benefit": [1100.0, 300.0, 900.0, 9.0],
            "owner": [""] * 4,
            "due_on": pd.NaT,
        }
    )
    found = account.opportunities(rows, account.Account("a", "a", ("a",)))
    assert found["opportunity"].tolist() == ["quick", "slow", "unknown"]
    assert found["per_day"].tolist()[:2] == [150.0, 100.0]


def test_without_forms_a_pack_shows_what_is_known_and_asks_for_the_rest(demo):
    of, overview, customers = of_demo(demo, 0)
    fresh = account.freshness(None, overview, of, manager="Белова А.", as_of=pd.Timestamp("2025-12-31"))
    of_form = fresh.iloc[3:]
    assert set(of_form["value"]) == {"not known: ask Белова А."}
    assert of_form["known_on"].isna().all()
    assert account.opportunities(None, of).empty
    assert account.profit_figures(None, None, of, since=pd.Timestamp("2025-01-01")).empty
    shown = look(
        overview.assign(gap=None), None, of, loss=None, customers=customers, manager="m", name="<b>x</b>", settings=store.settings(demo)
    ).data
    assert "&lt;b&gt;x&lt;/b&gt;" in shown
    assert "not known" in shown


def test_the_one_look_is_of_all_companies_of_the_group_since_the_first_of_them():
    overview = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "key_reasons": ["", ""],
            "first_on": pd.to_datetime(["2021-05-01", "2019-03-01"]),
            "provenance_class": "",
            "year_revenue": [70.0, 30.0],
            "revenue_before": [1.0, 2.0],
        }
    ).assign(profit=None, gap=None, open=None, overdue=None, action_class="", due_on=pd.NaT, worth=0.0)
    given = {"customers": None, "manager": "m", "name": "A", "settings": settings.read(ROOT / "data" / "demo")}
    group = account.Account("a", "a", ("a", "b"))
    shown = look(overview, None, group, loss=None, **given).data
    assert "Customer since 2019" in shown
    assert "2 companies under common control" in shown
    assert "without it" not in shown, "a result that was not played has no line"
    loss = pd.DataFrame({"group": ["a"], "result_without": [-5.0]})
    assert "without it" in look(overview, None, group, loss=loss, **given).data


def test_each_pack_is_a_page_named_by_no_customer_and_leads_from_the_list(demo):
    coverage = store.load(demo, "dossier_coverage")
    pages = demo / "report" / "en"
    listed = re.findall(r'<a href="(account_\w+\.html)">', (pages / "account.html").read_text(encoding="utf-8").partition("<main")[2])
    assert listed == [f"account_{links.of_row(one)}.html" for one in coverage["customer_id"]]
    names = groups.group_names(store.load(demo, "customer_overview").set_index("customer_id").loc[coverage["customer_id"], "group"], store.load(demo, "customers"))  # fmt: skip
    for page, name in zip(listed, names, strict=True):
        text = (pages / page).read_text(encoding="utf-8")
        assert f"<h1>{name}</h1>" in text
        assert text.count("<h1") == 1
    contents = (pages / "index.html").read_text(encoding="utf-8")
    assert not any(page in contents for page in listed), "packs stand in the contents of their own pages alone"


def test_personal_data_p41_no_form_asks_for_a_person(demo):
    for name in ("account_cards", "account_contacts", "account_events"):
        assert not {"name", "phone", "email", "birthday", "hobby"} & set(registry.tables()[name].names)


BUDGET = "К0015;Сварка;{welding};2025\n"
SAID = "# wallet\nOf those who told us, {wallet.wallet_share.n} leave {wallet.wallet_share.money} to others.\n"


def test_a_changed_wallet_changes_the_pack_and_names_the_text_that_is_stale(demo, tmp_path):
    """A key account tells its budget, and next month a larger one; what the budget does not reach is taken over from the demo's run."""
    base, outputs, told = tmp_path / "demo", tmp_path / "outputs", []
    shutil.copytree(ROOT / "data" / "demo", base)
    shutil.copytree(demo, outputs / "demo" / demo.name)
    (base / "words.md").write_text(SAID, encoding="utf-8")
    budgets = base / "Бюджеты.csv"
    as_sent = budgets.read_text(encoding="cp1251")
    packs, shares = [], []
    for welding in ("9500000,00", "12500000,00"):
        budgets.write_text(as_sent + BUDGET.format(welding=welding), encoding="cp1251")
        folder = run.run(base, outputs=outputs, only=["accounts", "wallet", "account", "verdicts"], say=told.append).folder
        run_folder.point(outputs / "demo", folder.name)  # a part of an audit is never the latest by itself
        wallet = store.load(folder, "wallets").set_index("group").loc["К0015"]
        page = (folder / "report" / "en" / f"account_{links.of_row('К0015')}.html").read_text(encoding="utf-8")
        assert f"<dt>Buys elsewhere, declared</dt><dd>{i18n.spoken('gap', wallet['gap'], 'RUB')}</dd>" in page
        packs.append(page)
        shares.append(wallet["wallet_share"])
    assert shares[0] > shares[1]
    assert packs[0] != packs[1]
    [stale] = [line for line in told if line.strip().startswith("words.md:")]
    assert "wallet.wallet_share.money was " in stale
    assert stale.endswith("read the text again")
