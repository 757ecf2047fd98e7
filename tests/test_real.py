"""Public bases through the whole pipeline, where ../shared/data is present; nothing of them is stored in the project."""

import datetime as dt
import json

import pandas as pd
import pytest

from audit import run, store

CDNOW = """
[base]
name = "CDNOW"
currency = "USD"
as_of = 1997-09-30
observed_from = 1997-01-01
period = "quarter"
burn_in_months = 0
[sources.sales]
file = "CDNOW_sample.txt"
delimiter = "whitespace"
date_format = "%Y%m%d"
names = ["master", "who", "day", "cds", "dollars"]
[tables.lines]
from = "sales"
columns = { customer_id = "who", date = "day", amount = "dollars", quantity = "cds" }
"""
RETAIL = """
[base]
name = "Online Retail"
currency = "GBP"
as_of = 2011-12-09
period = "month"
[sources.sales]
file = "retail-data-by-day.zip"
date_format = "%Y-%m-%d %H:%M:%S"
[tables.lines]
from = "sales"
columns = { customer_id = "CustomerID", date = "InvoiceDate", order_id = "InvoiceNo", product_id = "StockCode", quantity = "Quantity" }
compute = { amount = "Quantity * UnitPrice" }
[rules]
returns = "net"
services = ["POST", "D", "M", "BANK CHARGES", "AMAZONFEE", "DOT", "CRUK", "C2", "S", "PADS", "B"]
"""
NORTHWIND = """
[base]
name = "Northwind"
currency = "USD"
as_of = 1998-05-06
period = "quarter"
[sources.details]
file = "order_details.csv"
date_format = "%Y-%m-%d %H:%M:%S%.f"
[sources.orders]
file = "orders.csv"
date_format = "%Y-%m-%d %H:%M:%S%.f"
[sources.customers]
file = "customers.csv"
[sources.products]
file = "products.csv"
[sources.employees]
file = "employees.csv"
[sources.categories]
file = "categories.csv"
[tables.lines]
from = "details"
columns = { line_id = ["orderID", "productID"], order_id = "orderID", product_id = "productID", quantity = "quantity" }
compute = { amount = "unitPrice * quantity * (1 - discount)", discount = "unitPrice * quantity * discount" }
[tables.lines.lookup]
customer_id = { source = "orders", key = "orderID", column = "customerID" }
date = { source = "orders", key = "orderID", column = "orderDate" }
manager_id = { source = "orders", key = "orderID", column = "employeeID" }
[tables.customers]
from = "customers"
columns = { customer_id = "customerID", name = "companyName", region = "country" }
[tables.products]
from = "products"
columns = { product_id = "productID", name = "productName", price = "unitPrice" }
lookup = { category = { source = "categories", key = "categoryID", column = "categoryName" } }
[tables.managers]
from = "employees"
columns = { manager_id = "employeeID", name = "lastName" }
"""
SUPERSTORE = """
[base]
name = "Superstore"
currency = "USD"
as_of = 2014-12-31
[sources.orders]
file = "Sample - Superstore.xls"
sheet = "Orders"
[tables.lines]
from = "orders"
columns = { line_id = "Row ID", customer_id = "Customer ID", date = "Order Date", order_id = "Order ID", product_id = "Product ID", quantity = "Quantity", amount = "Sales" }
compute = { cost = "Sales - Profit" }
"""
FOUR = """
[base]
name = "Продажи 2020"
currency = "RUB"
as_of = 2020-12-31
period = "quarter"
[sources.sales]
file = "Продажи.csv"
encoding = "cp1251"
delimiter = ";"
decimal = ","
date_format = "%d.%m.%Y %H:%M"
[tables.lines]
from = "sales"
columns = { customer_id = "Заказчик", date = "Дата", product_id = "Товар", quantity = "Количество", amount = "Итого" }
"""


@pytest.fixture(scope="module")
def audited(shared, tmp_path_factory):
    """Audit a public base once per module: (folder in shared, audit.toml) -> folder of the run."""
    done = {}

    def audit(folder: str, toml: str):
        if folder not in done:
            base = tmp_path_factory.mktemp(folder)
            for file in (shared / folder).iterdir():
                if file.is_file():
                    (base / file.name).symlink_to(file)
            (base / "audit.toml").write_text(toml, encoding="utf-8")
            done[folder] = run.run(base, outputs=tmp_path_factory.mktemp("outputs"), say=print)
        return done[folder].folder

    return audit


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
    assert found["verdict"] == "not decidable"
    assert pd.isna(found["value"])


def test_online_retail_accounts_for_all_541909_rows(audited):
    lines = lines_of(audited("uci_online_retail", RETAIL))
    assert lines["rows"].sum() == 541_909
    assert lines.set_index("reason")["rows"]["no customer_id"] == 135_080
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
    assert set(store.load(folder, "sales_change")["measure_class"]) == {"sales", "gross profit"}


def test_four_customers_neither_crash_nor_overclaim(audited):
    folder = audited("ru_prodazhi_2020", FOUR)
    assert lines_of(folder)["rows"].sum() == 3439
    assert len(store.load(folder, "history")) == 4
    found = findings_of(folder)
    assert found.loc["repeat_purchase_ratio", "verdict"] == "not decidable"
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
        assert found.loc[chapter, "verdict"] == "not decidable", chapter
        assert len(found.loc[chapter, "why"]) > 20
    rungs = set(store.load(folder, "rungs")["rung_class"])
    assert not rungs & {"regular", "loyalist", "advocate"}, "no rung above repeat without a budget"
    assert "loyalty types cannot be told" in (folder / "report" / "en" / "loyalty.html").read_text(encoding="utf-8").lower()


def test_the_four_chains_depend_on_each_other_and_are_all_key(audited):
    folder = audited("ru_prodazhi_2020", FOUR)
    assert len(store.load(folder, "key_accounts")["group"].unique()) == 4
    assert set(store.load(folder, "dependence")["dependence_class"]) <= {"watch", "high", "critical", "none"}
