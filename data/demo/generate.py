"""The demo base: a believable distributor of workshop supplies, three years of order lines.

`python data/demo/generate.py` rewrites the exports beside this file and the planted truths in
`tests/demo_truths.csv` (read by tests alone). Everything is invented; the same seed gives the
same bytes. `simulate(seed)` gives the tables without writing, so that tests can draw many bases.

What is planted: loyalty types, lapses, pauses, key accounts with their reasons, two holdings, one
customer near dependence, price promotions, launches, returns with and without their sale, and a
handful of broken rows such as real exports have.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
import work  # noqa: E402  how its people work: beside this file, which is no package

TRUTHS = HERE.parents[1] / "tests" / "demo_truths.csv"
SEED = 20251231
FIRST, LAST = pd.Timestamp("2023-01-01"), pd.Timestamp("2025-12-31")
DAYS = (LAST - FIRST).days + 1
SEASON = np.array([0.72, 0.85, 1.00, 1.06, 1.12, 1.10, 0.95, 1.00, 1.12, 1.14, 1.06, 0.88])  # by month
PRICE_RISE = 0.06  # of list prices, each 1 January

# loyalty type: share of customers, rhythm's regularity (gamma shape), sameness of baskets,
# pull of new products, discount, pull of promotions, contacts a year
TYPES = pd.DataFrame(
    [
        ("price", 0.20, 1.6, 0.50, 0.07, 0.105, 0.42, 3.0),
        ("novelty", 0.14, 2.0, 0.34, 0.30, 0.055, 0.14, 4.0),
        ("belonging", 0.14, 2.4, 0.55, 0.09, 0.050, 0.12, 11.0),
        ("stability", 0.52, 7.0, 0.80, 0.05, 0.045, 0.08, 3.0),
    ],
    columns=["loyalty_type", "share", "regularity", "sameness", "novelty", "discount", "promotion", "contacts"],
)
DEPARTMENTS = ["Север", "Юг", "Восток"]
REGIONS = {"Север": ["Архангельск", "Мурманск", "Вологда"], "Юг": ["Ростов", "Краснодар"], "Восток": ["Пермь", "Уфа", "Тюмень"]}
INDUSTRIES = ["машиностроение", "строительство", "энергетика", "транспорт", "торговля", "ЖКХ"]
CATEGORIES = [
    "Крепёж", "Электроинструмент", "Ручной инструмент", "Спецодежда", "Смазки", "Абразивы",
    "Сварка", "Подшипники", "Кабель", "Хозтовары", "Измерение", "Гидравлика",
]  # fmt: skip
STEMS = [
    "Пром", "Тех", "Строй", "Энерго", "Транс", "Агро", "Метал", "Север", "Урал", "Волга", "Нева", "Балт",
    "Спец", "Рем", "Маш", "Гидро", "Дор", "Тепло", "Лес", "Порт",
]  # fmt: skip
ENDINGS = [
    "комплект", "сервис", "монтаж", "снаб", "ресурс", "актив", "деталь", "механика", "маш", "проект",
    "торг", "сталь", "линия", "центр", "альянс", "вектор", "стандарт", "мост", "профиль", "контур",
]  # fmt: skip


_BUSY = np.cumsum(SEASON[(FIRST + pd.to_timedelta(np.arange(DAYS), "D")).month.to_numpy() - 1])  # the seasonal clock at each day's end


def simulate(seed: int = SEED, *, customers: int = 400) -> dict[str, pd.DataFrame]:
    """Tables of one simulated distributor: sales, customers, products, managers, activities, budgets, facts, truths."""
    rng = np.random.default_rng(seed)
    goods, staff = _products(rng), _managers()
    people = _customers(rng, customers, staff)
    orders = pd.concat([_orders_of(rng, person) for person in people.itertuples()], ignore_index=True)
    sales = _lines(rng, orders, people, goods)
    sales = _scale_giants(sales, people, staff)
    sales = _returns(rng, sales)
    work.swapped(people, sales, kept=set(people["customer"][:16]))
    sales = work.copied(people, sales, goods.set_index("product")["category"])
    last = orders.groupby("customer")["date"].max()
    people["lapsed_on"] = people["customer"].map(last).where(people["stops"])
    return {
        "sales": sales,
        "customers": people,
        "products": goods,
        "managers": staff,
        "activities": _activities(rng, people, last),
        "budgets": _budgets(rng, people, sales, goods),
        "facts": _facts(people),
    }


def _products(rng) -> pd.DataFrame:
    n = 240
    category = rng.integers(0, len(CATEGORIES), n)
    launched = np.where(rng.random(n) < 0.28, rng.integers(60, DAYS - 45, n), -rng.integers(200, 3000, n))
    price = np.round(np.exp(rng.normal(6.6, 0.9, n)), -1) + 50
    return pd.DataFrame(
        {
            "product": [f"Т{i:04d}" for i in range(1, n + 1)],
            "name": [f"{CATEGORIES[c]} №{i}" for i, c in enumerate(category, 1)],
            "category": category,
            "launched": launched,
            "price": price,
            "cost_share": rng.uniform(0.62, 0.80, n),
        }
    )


def _managers() -> pd.DataFrame:
    names = ["Белова А.", "Громов П.", "Дёмина О.", "Ершов К.", "Жуков С.", "Зимина Л.", "Ильин М.", "Котова Е.", "Лапин В.", "Мохова Т."]
    department = [DEPARTMENTS[i % 3] for i in range(len(names))]
    role = ["key" if i < 3 else "farmer" if i < 8 else "hunter" for i in range(len(names))]
    return pd.DataFrame({"manager": [f"М{i:02d}" for i in range(1, 11)], "name": names, "department": department, "role": role})


def _customers(rng, n: int, staff: pd.DataFrame) -> pd.DataFrame:
    kinds = rng.choice(len(TYPES), n, p=TYPES["share"])
    kind = TYPES.iloc[kinds].reset_index(drop=True)
    newcomer = rng.random(n) < 0.45
    newcomer[:16] = False  # the planted key accounts and holdings are old customers
    blur = lambda column, spread: kind[column].to_numpy() * np.exp(rng.normal(0, spread, n))
    stays = rng.random(n) < np.where(newcomer, 0.60, 1.0)  # first-time buyers who ever come back
    stays[:16] = True
    gap = np.exp(rng.normal(3.35, 0.50, n)).clip(9, 120)
    gap[:16] = rng.uniform(9, 16, 16)
    lives = rng.exponential(DAYS / 0.33, n)  # about a tenth of the repeat buyers stop in a year
    lives[:16] = np.inf
    start = np.where(newcomer, rng.integers(15, DAYS - 20, n), -rng.integers(1, 60, n))
    clock = np.where(start < 0, start, _BUSY[start])
    until = np.where(stays, np.minimum(clock + lives, _BUSY[-1]), clock)
    manager = rng.integers(0, len(staff), n)
    for customer, who in MANAGED_BY.items():
        manager[int(customer[1:]) - 1] = int(who[1:]) - 1
    department = staff["department"].to_numpy()[manager]
    stems = rng.permutation(len(STEMS) * len(ENDINGS))[:n]
    return pd.DataFrame(
        {
            "customer": [f"К{i:04d}" for i in range(1, n + 1)],
            "name": [f"ООО «{STEMS[s % len(STEMS)]}{ENDINGS[s // len(STEMS)]}»" for s in stems],
            "inn": [_inn(rng) for _ in range(n)],
            "group": ["Г01" if i in (1, 2, 3, 4) else "Г02" if i in (12, 13) else "" for i in range(n)],
            "manager": staff["manager"].to_numpy()[manager],
            "region": [rng.choice(REGIONS[d]) for d in department],
            "industry": rng.choice(INDUSTRIES, n),
            "loyalty_type": kind["loyalty_type"],
            "start": start,
            "clock": clock,
            "until": until,
            "stops": until < _BUSY[-1],
            "gap": gap,
            "regularity": blur("regularity", 0.30),
            "sameness": blur("sameness", 0.18).clip(0.05, 0.95),
            "novelty": blur("novelty", 0.40).clip(0.01, 0.7),
            "discount": (blur("discount", 0.35)).clip(0.0, 0.25),
            "promotion": blur("promotion", 0.40).clip(0.0, 0.8),
            "contacts": blur("contacts", 0.45),
            "size": np.exp(rng.normal(0, 0.8, n)),
            "pauses": rng.random(n) < 0.10,
            "pause_after": rng.uniform(0.2, 0.6, n) * DAYS,
            "pause_days": rng.uniform(150, 290, n),
        }
    )


def _inn(rng) -> str:
    """A ten-digit INN of the non-existent region 00 with a right check digit."""
    digits = [0, 0, *rng.integers(0, 10, 7)]
    check = sum(w * d for w, d in zip((2, 4, 10, 3, 5, 9, 4, 6, 8), digits, strict=True)) % 11 % 10
    return "".join(map(str, [*digits, check]))


def _orders_of(rng, person) -> pd.DataFrame:
    """Order dates of one customer: gamma gaps on the seasonal clock, until they stop; a pause shifts the rest."""
    gaps = rng.gamma(person.regularity, person.gap / person.regularity, int(3 * DAYS / person.gap) + 60)
    ticks = person.clock + np.concatenate([[0], np.cumsum(gaps)])
    if person.pauses:
        ticks = np.where(ticks > person.pause_after, ticks + person.pause_days, ticks)
    ticks = ticks[(ticks > 0) & (ticks <= person.until)]
    days = np.unique(np.searchsorted(_BUSY, ticks).clip(0, DAYS - 1))
    dates = FIRST + pd.to_timedelta(days, "D")
    dates = dates - pd.to_timedelta((dates.day_of_week - 4).where(dates.day_of_week > 4, 0), "D")  # the weekend's orders come on Friday
    return pd.DataFrame({"customer": person.customer, "date": dates.unique()}).query("date >= @FIRST")


def _lines(rng, orders: pd.DataFrame, people: pd.DataFrame, goods: pd.DataFrame) -> pd.DataFrame:
    """Order lines: what is bought from the usual basket, from novelties, from the month's promotion or at large."""
    orders = orders.sort_values(["date", "customer"], ignore_index=True)
    person = people.set_index("customer").loc[orders["customer"]]
    size = 1 + rng.poisson(2.6, len(orders))
    at = np.repeat(np.arange(len(orders)), size)
    day = ((orders["date"] - FIRST).dt.days).to_numpy()[at]
    launched, category = goods["launched"].to_numpy(), goods["category"].to_numpy()
    baskets = {c: rng.choice(np.flatnonzero(launched < 0), 9, replace=False) for c in people["customer"]}
    usual = np.stack([baskets[c] for c in orders["customer"]])[at, rng.integers(0, 9, len(at))]
    pick, draw = rng.random(len(at)), rng.random(len(at))
    of = {column: person[column].to_numpy()[at] for column in ["sameness", "novelty", "promotion", "discount", "size"]}
    product = usual.copy()
    month = (orders["date"].dt.year * 12 + orders["date"].dt.month).to_numpy()[at]
    promoted = (month * 7) % len(CATEGORIES)
    on_sale = np.flatnonzero(launched < 0)
    for i in np.flatnonzero(pick > of["sameness"]):
        fresh = np.flatnonzero((launched <= day[i]) & (launched > day[i] - 180))
        if draw[i] < of["novelty"][i] * 1.6 and len(fresh):
            product[i] = rng.choice(fresh)
        elif draw[i] < of["novelty"][i] * 1.6 + of["promotion"][i]:
            product[i] = rng.choice(on_sale[category[on_sale] == promoted[i]])
        else:
            product[i] = rng.choice(np.flatnonzero(launched <= day[i]))
    is_promoted = (category[product] == promoted) & (rng.random(len(at)) < 0.35 + of["promotion"])
    listed = np.round(goods["price"].to_numpy()[product] * (1 + PRICE_RISE) ** (day // 365.25), 2)
    rate = np.clip(of["discount"] + rng.normal(0, 0.02, len(at)) + 0.12 * is_promoted, 0, 0.4).round(2)
    quantity = 1 + rng.poisson(8 * of["size"])
    amount = np.round(listed * quantity * (1 - rate), 2)
    document = np.char.add("РТ-", np.char.zfill((at + 1).astype(str), 6))
    row = np.concatenate([np.arange(1, n + 1) for n in size])
    return pd.DataFrame(
        {
            "date": orders["date"].to_numpy()[at],
            "document": document,
            "row": row,
            "customer": orders["customer"].to_numpy()[at],
            "product": goods["product"].to_numpy()[product],
            "quantity": quantity,
            "price": listed,
            "rate": rate,
            "amount": amount,
            "cost": np.round(listed * quantity * goods["cost_share"].to_numpy()[product], 2),
            "manager": person["manager"].to_numpy()[at],
            "basis": "",
        }
    )


MANAGED_BY = {  # planted: who looks after the large ones (М03 has more key accounts than one person should)
    "К0001": "М01", "К0002": "М02", "К0003": "М02", "К0004": "М02", "К0005": "М02", "К0006": "М03", "К0007": "М03", "К0008": "М03",
    "К0010": "М03", "К0011": "М04", "К0015": "М06", "К0016": "М09",
}  # fmt: skip
SHARE_OF_COMPANY = {"К0001": 0.185, "К0002": 0.040, "К0003": 0.034, "К0004": 0.030, "К0005": 0.022}
SHARE_OF_DEPARTMENT = {"К0015": 0.14}
SHARE_OF_MANAGER = {"К0016": 0.16}
MOST_OF_MANAGER = 0.06  # of the last year's sales of a manager, for anybody not planted


def _scale_giants(sales: pd.DataFrame, people: pd.DataFrame, staff: pd.DataFrame) -> pd.DataFrame:
    """Quantities multiplied so that each planted customer has its share of the last year's sales, and nobody else too much."""
    department = sales["manager"].map(staff.set_index("manager")["department"])
    year = sales["date"].dt.year == LAST.year
    planted = [*SHARE_OF_COMPANY, *SHARE_OF_DEPARTMENT, *SHARE_OF_MANAGER]
    for _ in range(6):
        others = sales[year & ~sales["customer"].isin(planted)]
        of = others.groupby(["customer", "manager"])["amount"].sum().reset_index()
        most = MOST_OF_MANAGER * of.groupby("manager")["amount"].transform("sum")
        for row, limit in zip(of.itertuples(), most, strict=True):
            if row.amount > limit:
                _scale(sales, row.customer, limit / row.amount)
    for customer, share in SHARE_OF_MANAGER.items():
        own = sales["customer"] == customer
        _grow(sales, customer, share, year & (sales["manager"] == sales.loc[own, "manager"].iloc[0]), year)
    for customer, share in SHARE_OF_DEPARTMENT.items():
        own = sales["customer"] == customer
        _grow(sales, customer, share, year & (department == department[own].iloc[0]), year)
    rest = sales.loc[year & ~sales["customer"].isin(SHARE_OF_COMPANY), "amount"].sum() / (1 - sum(SHARE_OF_COMPANY.values()))
    for customer, share in SHARE_OF_COMPANY.items():
        _scale(sales, customer, rest * share / sales.loc[(sales["customer"] == customer) & year, "amount"].sum())
    return sales


def _grow(sales: pd.DataFrame, customer: str, share: float, within: pd.Series, year: pd.Series) -> None:
    """The customer's quantities so that the last year's sales are this share of those within, its own included."""
    others = sales.loc[within & (sales["customer"] != customer), "amount"].sum()
    _scale(sales, customer, others * share / (1 - share) / sales.loc[(sales["customer"] == customer) & year, "amount"].sum())


def _scale(sales: pd.DataFrame, customer: str, factor: float) -> None:
    of = sales["customer"] == customer
    quantity = np.maximum(1, np.round(sales.loc[of, "quantity"] * factor))
    unit_cost = sales.loc[of, "cost"] / sales.loc[of, "quantity"]
    sales.loc[of, "cost"] = np.round(unit_cost * quantity, 2)
    sales.loc[of, "amount"] = np.round(sales.loc[of, "price"] * quantity * (1 - sales.loc[of, "rate"]), 2)
    sales.loc[of, "quantity"] = quantity.astype(int)


def _returns(rng, sales: pd.DataFrame) -> pd.DataFrame:
    """About two lines in a hundred come back within seven weeks, two thirds of them naming the sale."""
    back = sales[rng.random(len(sales)) < 0.022].copy()
    part = np.maximum(1, np.round(back["quantity"] * rng.choice([0.25, 0.5, 1.0], len(back)))).astype(int)
    for column in ["amount", "cost"]:
        back[column] = -np.round(back[column] * part / back["quantity"], 2)
    back["quantity"] = -part
    back["basis"] = np.where(rng.random(len(back)) < 0.67, back["document"], "")
    back["date"] = back["date"] + pd.to_timedelta(rng.integers(2, 50, len(back)), "D")
    back = back[back["date"] <= LAST]
    back["document"] = [f"ВЗ-{i:05d}" for i in range(1, len(back) + 1)]
    back["row"] = 1
    early = back.iloc[:4].assign(  # goods sold before the exports begin: their sale cannot be found
        date=FIRST + pd.to_timedelta([3, 4, 8, 9], "D"), basis="РТ-000000", product="Т9999", document=[f"ВЗ-9{i:04d}" for i in range(4)]
    )
    back = pd.concat([back, early])
    return pd.concat([sales, back]).sort_values(["date", "document", "row"], ignore_index=True)


def _activities(rng, people: pd.DataFrame, last: pd.Series) -> pd.DataFrame:
    known = people[people["customer"].isin(last.index)]
    years = (last.loc[known["customer"]].to_numpy() - (FIRST + pd.to_timedelta(known["start"].clip(0), "D")).to_numpy()) / np.timedelta64(
        365, "D"
    )
    counts = rng.poisson(known["contacts"] * np.maximum(years, 0.1))
    at = np.repeat(np.arange(len(known)), counts)
    begin = known["start"].clip(0).to_numpy()[at]
    span = (last.loc[known["customer"]] - FIRST).dt.days.to_numpy()[at] - begin
    day = begin + (rng.random(len(at)) * (span + 20)).astype(int)
    belongs = (known["loyalty_type"] == "belonging").to_numpy()[at]
    inbound = rng.random(len(at)) < np.where(belongs, 0.55, 0.25)
    kind = np.where(
        inbound, rng.choice(["call", "reply", "event"], len(at), p=[0.4, 0.35, 0.25]), rng.choice(["call", "mail", "visit"], len(at))
    )
    table = pd.DataFrame(
        {
            "date": FIRST + pd.to_timedelta(np.minimum(day, DAYS - 1), "D"),
            "customer": known["customer"].to_numpy()[at],
            "direction": np.where(inbound, "in", "out"),
            "kind": kind,
            "manager": known["manager"].to_numpy()[at],
        }
    )
    return table.sort_values(["date", "customer", "kind", "direction"], ignore_index=True)


SHARE_OF_BUDGETS = {"К0006": 0.15, "К0007": 0.12}  # planted: budgets as large as this share of all our sales


def _budgets(rng, people: pd.DataFrame, sales: pd.DataFrame, goods: pd.DataFrame) -> pd.DataFrame:
    """Declared purchase budgets of 2025 by category, for 90 customers; two of them could buy many times more."""
    year = sales[(sales["date"].dt.year == LAST.year) & (sales["amount"] > 0)]
    category = goods.set_index("product")["category"]
    bought = year.assign(category=year["product"].map(category)).groupby(["customer", "category"])["amount"].sum()
    asked = sorted(set(rng.choice(people["customer"][16:], 88, replace=False)) | set(SHARE_OF_BUDGETS))
    bought = bought[bought.index.get_level_values("customer").isin(asked)].reset_index()
    share = rng.uniform(0.35, 0.95, len(bought))
    bought["budget"] = (bought["amount"] / share).round(-3)
    for customer, of_company in SHARE_OF_BUDGETS.items():
        own = bought["customer"] == customer
        bought.loc[own, "budget"] = (bought.loc[own, "amount"] * of_company * year["amount"].sum() / bought.loc[own, "amount"].sum()).round(
            -3
        )
    bought["category"] = [CATEGORIES[c] for c in bought["category"]]
    return bought[["customer", "category", "budget"]].assign(period=LAST.year)


def _facts(people: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("К0008", "reputation", "2025-03-14", 5, "Эталонный завод отрасли, отзыв на сайте"),
            ("К0009", "reputation", "2024-11-02", 2, "Известен только в районе"),
            ("К0010", "innovation", "2025-06-20", 5, "Первым испытал три новинки, без тендера"),
            ("К0011", "standards", "2025-02-11", 4, "Две претензии привели к новой упаковке и входному контролю"),
            ("К0012", "standards", "2024-05-30", 1, "Запросил сертификат"),
            ("К0001", "referral", "2025-09-10", 5, "Привёл нового заказчика, есть письмо"),
        ],
        columns=["customer", "kind", "date", "value", "evidence"],
    )


KEY_REASONS = {  # planted: which customers are key, why, and at which level
    "К0001": "revenue:company", "К0002": "revenue:company", "К0003": "revenue:company", "К0004": "revenue:company", "К0005": "revenue:company",
    "К0006": "potential", "К0007": "potential", "К0008": "reputation", "К0010": "innovation", "К0011": "standards",
    "К0015": "revenue:department", "К0016": "revenue:manager",
}  # fmt: skip


MISTYPED = ("К0021", "К0057", "К0102", "К0188", "К0233")  # planted: a digit of the INN is wrong
DOUBLES = (  # planted: second entries of customers, never sold to: code, whose, how its name is written, whether the INN is there
    ("К0401", "К0030", "{stem}, ООО", True), ("К0402", "К0077", "ООО \"{stem}\"", True), ("К0403", "К0141", "Общество с ограниченной ответственностью «{stem}»", False),
    ("К0404", "К0200", "ООО «{latin}»", False), ("К0405", "К0310", "ООО «{slip}»", False),
)  # fmt: skip
FORGETFUL = ("М03", 0.80)  # planted: a manager who enters this share of the sales into the CRM; the others 0.98
LOOKALIKES = str.maketrans("АВЕКМНОРСТХаеорсх", "ABEKMHOPCTXaeopcx")
POSTS = ("директор", "главный инженер", "начальник снабжения", "закупщик", "бухгалтер")


def central_file(base: dict[str, pd.DataFrame], seed: int = SEED) -> dict[str, pd.DataFrame]:
    """What the central file knows: entries of customers with their gaps and doubles, contact persons, and the CRM's own record of sales."""
    rng = np.random.default_rng([seed, 1])  # its own numbers: the sales stay as they are
    people = base["customers"][["customer", "name", "inn", "group", "region", "industry", "manager"]].copy()
    people["inn"] = people["inn"].where(
        ~people["customer"].isin(MISTYPED), people["inn"].str[:-1] + ((people["inn"].str[-1].astype(int) + 1) % 10).astype(str)
    )
    people["inn"] = people["inn"].where(rng.random(len(people)) > 0.06, "")
    known = people.set_index("customer")
    doubles = [
        known.loc[whose].to_dict()
        | {
            "customer": code,
            "name": _variant(known.loc[whose, "name"], how),
            "inn": base["customers"].set_index("customer").loc[whose, "inn"] if same else "",
            "group": "",
        }
        for code, whose, how, same in DOUBLES
    ]
    people = pd.concat([people, pd.DataFrame(doubles)], ignore_index=True)
    n = len(people)
    phones = [f"8 (800) {rng.integers(200, 999)}-{rng.integers(10, 99)}-{rng.integers(10, 99)}" for _ in range(n)]
    people["phone"] = np.where(rng.random(n) < 0.12, "", np.where(rng.random(n) < 0.05, "уточнить", phones))
    people["email"] = [f"info{i}@example.ru" if rng.random() > 0.25 else "info@" if rng.random() < 0.2 else "" for i in range(n)]
    age = np.where(rng.random(n) < 0.35, rng.integers(366, DAYS, n), rng.integers(0, 365, n))
    people["updated"] = (FIRST + pd.to_timedelta(DAYS - 1 - age, "D")).strftime("%d.%m.%Y")
    return {"customers": people, "contacts": _contacts(rng, people), "crm": _crm(rng, base["sales"])}


def _variant(name: str, how: str) -> str:
    stem = name.removeprefix("ООО «").removesuffix("»")
    return how.format(stem=stem, latin=stem.translate(LOOKALIKES), slip=stem[:3] + stem[4] + stem[3] + stem[5:])


def _contacts(rng, people: pd.DataFrame) -> pd.DataFrame:
    counts = rng.choice([0, 1, 2, 3], len(people), p=[0.2, 0.45, 0.25, 0.1])
    at = np.repeat(np.arange(len(people)), counts)
    return pd.DataFrame(
        {
            "Контрагент": people["customer"].to_numpy()[at], "ФИО": [f"Контактное лицо {i}" for i in range(1, len(at) + 1)], "Должность": rng.choice(POSTS, len(at)),
            "Телефон": [f"8 (800) {rng.integers(200, 999)}-{rng.integers(10, 99)}-{rng.integers(10, 99)}" if rng.random() > 0.1 else "" for _ in at],
            "Менеджер": people["manager"].to_numpy()[at],
        }
    )  # fmt: skip


def _crm(rng, sales: pd.DataFrame) -> pd.DataFrame:
    """Documents as managers enter them: some are missing, most of all those of the forgetful one; returns are never entered."""
    documents = (
        sales[sales["amount"] > 0]
        .groupby("document", as_index=False)
        .agg(date=("date", "first"), customer=("customer", "first"), manager=("manager", "first"), amount=("amount", "sum"))
    )
    kept = rng.random(len(documents)) < np.where(documents["manager"] == FORGETFUL[0], FORGETFUL[1], 0.98)
    entered = documents[kept]
    return pd.DataFrame(
        {
            "Сделка": entered["document"],
            "Дата": entered["date"].dt.strftime("%d.%m.%Y"),
            "Компания": entered["customer"],
            "Бюджет": _money(entered["amount"]),
            "Ответственный": entered["manager"],
        }
    )


LOSS_MAKER = "К0015"  # planted: a key account whose dossier costs more than its margin brings
BAD_PAYERS = ("К0033", "К0071", "К0118", "К0164", "К0205", "К0290")  # planted: they have paid nothing since June of the last year
TERMS = (14, 30, 45)
PAYS_LATE = ((0.60, -3.0), (0.28, 9.0), (0.12, 34.0))  # share of customers, mean days beyond terms
POOLS = (  # yearly cost, its driver; the last year
    ("обработка заказов", "orders", 1_900_000), ("склад", "lines", 4_200_000), ("доставка", "purchases", 6_000_000), ("работа менеджеров", "contacts", 5_500_000),
    ("возвраты", "returns", 800_000), ("отсрочка платежа", "credit", 1_600_000), ("привлечение", "new customers", 2_600_000), ("fixed", "none", 9_000_000),
)  # fmt: skip
PLAN_GROWTH = 0.12


def money_side(base: dict[str, pd.DataFrame], seed: int = SEED) -> dict[str, pd.DataFrame]:
    """What the money chapters need: wallets, terms and limits, invoices and payments, cost pools, gifts, spend on winning customers, a plan."""
    rng = np.random.default_rng([seed, 2])  # its own numbers: sales and central file stay as they are
    people, sales = base["customers"], base["sales"]
    wallets = _wallets(rng, people, sales, base["products"], base["budgets"])
    n = len(people)
    terms = rng.choice(TERMS, n, p=[0.3, 0.5, 0.2])
    late = rng.choice(len(PAYS_LATE), n, p=[share for share, _days in PAYS_LATE])
    delay = np.array([days for _share, days in PAYS_LATE])[late] + rng.normal(0, 1.5, n)
    year = sales[sales["date"].dt.year == LAST.year]
    monthly = people["customer"].map(year.groupby("customer")["amount"].sum()).fillna(0.0) / 12
    limit = (monthly * terms / 30 * rng.uniform(1.0, 3.0, n)).round(-4).clip(lower=50_000)
    payers = pd.DataFrame({"customer": people["customer"], "terms": terms, "delay": delay, "limit": limit})
    invoices = _invoices(sales, payers)
    return {
        "wallets": wallets,
        "payers": payers,
        "invoices": invoices,
        "payments": _payments(rng, invoices, payers),
        "costs": pd.DataFrame(
            [(y, pool, round(amount * 1.08 ** (y - LAST.year), 2), driver) for y in (2024, 2025) for pool, driver, amount in POOLS],
            columns=["period", "pool", "amount", "driver"],
        ),
        "given": _given(rng, sales),
        "spend": _spend(rng),
        "plan": pd.concat(
            [plan := _plan(sales), work.plans_of_managers(sales[sales["amount"] > 0], float(plan["amount"].sum()))], ignore_index=True
        ),
    }


def _wallets(rng, people: pd.DataFrame, sales: pd.DataFrame, goods: pd.DataFrame, budgets: pd.DataFrame) -> pd.DataFrame:
    """What each customer really buys of our kind of goods from everybody in the last year, the year before, and its headcount, which follows from it."""
    told = budgets.groupby("customer")["budget"].sum()
    now, before = (_purchases(rng, sales, goods, year) for year in (LAST.year, LAST.year - 1))
    n = len(people)
    ours = (
        people["customer"]
        .map(sales[(sales["date"].dt.year == LAST.year) & (sales["amount"] > 0)].groupby("customer")["amount"].sum())
        .fillna(0.0)
    )
    elsewhere = pd.Series(np.exp(rng.normal(12.5, 0.8, n)))  # of those who bought nothing from us
    wallet = people["customer"].map(told).fillna(people["customer"].map(now)).fillna(elsewhere).round(-3)
    wallet_before = people["customer"].map(before).fillna(0.0).round(-3)
    headcount = np.round(6 * (wallet / 100_000) ** 0.85 * np.exp(rng.normal(0, 0.35, n))).clip(lower=2).astype(int)
    return pd.DataFrame(
        {"customer": people["customer"], "wallet": wallet, "wallet_before": wallet_before, "sales": ours, "headcount": headcount}
    )


def _purchases(rng, sales: pd.DataFrame, goods: pd.DataFrame, year: int) -> pd.Series:
    """Whole purchases of each customer in a year: what it bought from us in each category over our share of that category."""
    of = sales[(sales["date"].dt.year == year) & (sales["amount"] > 0)]
    bought = of.groupby(["customer", of["product"].map(goods.set_index("product")["category"])])["amount"].sum()
    return (bought / rng.uniform(0.35, 0.95, len(bought))).groupby("customer").sum()


def _invoices(sales: pd.DataFrame, payers: pd.DataFrame) -> pd.DataFrame:
    """One invoice per document of the last two years, returns as credit notes."""
    recent = sales[sales["date"].dt.year >= LAST.year - 1]
    documents = recent.groupby("document", as_index=False).agg(
        issued=("date", "first"), customer=("customer", "first"), amount=("amount", "sum")
    )
    terms = documents["customer"].map(payers.set_index("customer")["terms"])
    return documents.assign(amount=documents["amount"].round(2), due=documents["issued"] + pd.to_timedelta(terms, "D"))


def _payments(rng, invoices: pd.DataFrame, payers: pd.DataFrame) -> pd.DataFrame:
    """Each invoice paid about as late as its customer pays; some without its number, some in two parts, some two at once; bad payers nothing since June."""
    owed = invoices[invoices["amount"] > 0].reset_index(drop=True)
    delay = owed["customer"].map(payers.set_index("customer")["delay"])
    paid = owed["due"] + pd.to_timedelta(np.maximum(np.round(delay + rng.normal(0, 4, len(owed))), -10), "D")
    paid = np.maximum(paid, owed["issued"])
    rows = pd.DataFrame({"paid": paid, "customer": owed["customer"], "amount": owed["amount"], "invoice": owed["document"]})
    rows = rows[~(rows["customer"].isin(BAD_PAYERS) & (owed["issued"] >= pd.Timestamp(LAST.year, 6, 1)))]
    draw = rng.random(len(rows))
    part = rows[draw < 0.04]
    first = part.assign(amount=(part["amount"] * 0.6).round(2))
    rest = part.assign(amount=(part["amount"] - first["amount"]).round(2), paid=part["paid"] + pd.to_timedelta(10, "D"))
    rows = pd.concat([rows[draw >= 0.04], first, rest], ignore_index=True)
    rows["invoice"] = rows["invoice"].where(rng.random(len(rows)) > 0.15, "")
    rows = rows[rows["paid"] <= LAST].sort_values(["paid", "customer", "amount", "invoice"], ignore_index=True)
    return rows.assign(payment=[f"ПП-{i:06d}" for i in range(1, len(rows) + 1)])


def _given(rng, sales: pd.DataFrame) -> pd.DataFrame:
    """What large customers were given beyond the product in the last year; to the loss-maker more than its margin."""
    year = sales[(sales["date"].dt.year == LAST.year) & (sales["customer"] == LOSS_MAKER)]
    margin = float((year["amount"] - year["cost"]).sum())
    rows = [
        (LOSS_MAKER, f"{LAST.year}-{month:02d}-15", kind, round(margin * 0.24, 2), round(margin * 0.30, 2), evidence)
        for month, kind, evidence in [
            (2, "выездные техники", "Два выездных техника, табели"), (5, "оборудование", "Стенд на безвозмездной основе, акт"),
            (8, "резерв на складе", "Резерв на складе, ведомость"), (11, "срочная доставка", "Срочные рейсы, путевые листы"),
        ]
    ]  # fmt: skip
    small = [
        (f"К{i:04d}", f"{LAST.year}-{rng.integers(1, 13):02d}-10", "обучение", 18_000.0, 30_000.0, "Обучение, ведомость")
        for i in (1, 2, 5, 8, 10)
    ]
    return pd.DataFrame(rows + small, columns=["customer", "date", "kind", "cost", "benefit", "evidence"])


def _spend(rng) -> pd.DataFrame:
    months = pd.period_range(FIRST, LAST, freq="M")
    won = (200_000 * np.exp(rng.normal(0, 0.15, len(months)))).round(2)
    kept = (45_000 * np.exp(rng.normal(0, 0.2, len(months)))).round(2)
    rows = [
        (m.start_time, purpose, money, events)
        for m, a, b in zip(months, won, kept, strict=True)
        for purpose, money, events in [("acquisition", a, 3), ("retention", b, 1)]
    ]
    return pd.DataFrame(rows, columns=["date", "purpose", "amount", "events"])


def _plan(sales: pd.DataFrame) -> pd.DataFrame:
    """Next year's plan of the company by month: last year's months and a twelfth more."""
    year = sales[sales["date"].dt.year == LAST.year]
    by_month = year.groupby(year["date"].dt.month)["amount"].sum()
    return pd.DataFrame(
        {
            "period": [f"{LAST.year + 1}-{m:02d}" for m in by_month.index],
            "level": "company",
            "id": "-",
            "amount": (by_month.to_numpy() * (1 + PLAN_GROWTH)).round(-3),
        }
    )


def _write_work(base: dict[str, pd.DataFrame], folder: Path) -> None:
    """What visits, deliveries, complaints and deals left behind, each file with its Russian header."""
    day = lambda column: pd.to_datetime(column).dt.strftime("%d.%m.%Y").fillna("")
    hour = lambda column: pd.to_datetime(column).dt.strftime("%d.%m.%Y %H:%M").fillna("")
    said = {
        "Торговые точки": (["Контрагент", "Широта", "Долгота", "Визитов в месяц"], {}),
        "Визиты": (["Контрагент", "Менеджер", "План", "Факт", "Заказ", "Причина", "Широта", "Долгота", "Точность, м"], {"planned": day, "done": hour}),
        "Заказы по времени": (["Документ", "Контрагент", "Введён", "Менеджер", "Способ"], {"entered": hour}),
        "Обязательный ассортимент": (["Номенклатура"], {}),
        "Доставки": (["Документ", "Контрагент", "Обещано", "Доставлено", "Предупредили", "Заказано", "Отгружено"], dict.fromkeys(("promised", "came", "told"), day)),
        "Обращения": (
            ["Контрагент", "Дата", "Вид", "Причина", "Этап", "Закрыто", "Обоснована", "Что не так с товаром", "Что не так в работе сотрудников", "Что раздражало", "Сумма", "Ответственный"],
            {"date": day, "closed": day, "amount": lambda column: _money(column).replace("nan", "")},
        ),
        "Воронка": (["Сделка", "Ответственный", "Исход", "Открыта", "Закрыта", "Сумма", "Этап", "Источник", "Причина отказа"], {"opened": day, "closed": day, "amount": _money}),
        "Оплата труда": (["Менеджер", "Год", "Начислено", "Премия"], {"amount": _money, "bonus": _money}),
        "Обязательства перед поставщиками": (["Поставщик", "Год", "Сумма"], {"Сумма": _money}),
        "Закрепление": (["Контрагент", "Менеджер", "С"], {"since": day}),
        "Списания": (["Дата списания", "Номенклатура", "Списано", "Причина"], {"date": day, "amount": _money}),
        "Кандидаты": (["Кандидат", "Итог", "Дата отклика", "Дата решения", "Этап", "Источник"], {"applied": day, "decided": day}),
        "Обучение": (["Менеджер", "План", "Вид", "Проведено"], {"planned": day, "done": day}),
    }  # fmt: skip
    for name, table in work.tables(base, SEED).items():
        head, written = said[name]
        _csv(
            table.assign(**{column: how(table[column]) for column, how in written.items()}).set_axis(head, axis=1),
            folder / f"{name}.csv",
            decimal=",",
        )


def truths(base: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """What was planted, one row per customer: loyalty type, day of the last order if they stopped, key reason with its level, the whole budget of the last year, days beyond terms."""
    people, money = base["customers"], money_side(base)
    return pd.DataFrame(
        {
            "customer_id": people["customer"],
            "loyalty_type": people["loyalty_type"],
            "lapsed_on": people["lapsed_on"],
            "key_reason": people["customer"].map(KEY_REASONS).fillna(""),
            "wallet": money["wallets"]["wallet"].to_numpy(),
            "days_beyond_terms": money["payers"]["delay"].round(1).to_numpy(),
            "stops_paying": people["customer"].isin(BAD_PAYERS),
            "loses_money": people["customer"] == LOSS_MAKER,
        }
    )


def _money(values: pd.Series) -> pd.Series:
    """1C's way with money: decimal comma, a no-break space between thousands."""
    return values.map(lambda v: f"{v:,.2f}".replace(",", "\xa0").replace(".", ","))


def write(base: dict[str, pd.DataFrame], folder: Path) -> None:
    """The exports as the company would send them: cp1251, semicolons, Russian headers, and their blemishes."""
    sales = base["sales"]
    out = pd.DataFrame(
        {
            "Дата": sales["date"].dt.strftime("%d.%m.%Y"),
            "Документ": sales["document"],
            "Строка": sales["row"].astype(str),
            "Контрагент": sales["customer"],
            "Номенклатура": sales["product"],
            "Количество": sales["quantity"].astype(str),
            "Цена": _money(sales["price"]),
            "Скидка": _money((sales["price"] * sales["quantity"] - sales["amount"]).clip(lower=0).round(2)),
            "Сумма": _money(sales["amount"]),
            "Себестоимость": _money(sales["cost"]),
            "Менеджер": sales["manager"],
            "Канал": work.channels(sales, SEED),
            "Основание": sales["basis"],
        }
    )
    out = _blemish(out)
    year = sales["date"].dt.year
    for y in sorted(year.unique()):
        part = out[year == y]
        if y > FIRST.year:  # the next year's export was begun three days early: the overlap counts once
            overlap = (year == y - 1) & (sales["date"] >= pd.Timestamp(y - 1, 12, 29))
            part = pd.concat([out[overlap], part])
        _csv(part, folder / f"Продажи {y}.csv")
    goods, staff = base["products"], base["managers"]
    manager_department = staff.set_index("manager")["department"]
    central, money = central_file(base), money_side(base)
    entries = central["customers"]
    facts_of = money["payers"].merge(money["wallets"], on="customer").set_index("customer")
    _csv(
        pd.DataFrame(
            {
                "Код": entries["customer"], "Наименование": entries["name"], "ИНН": entries["inn"],
                "Головная компания": entries["group"], "Регион": entries["region"], "Отрасль": entries["industry"],
                "Менеджер": entries["manager"], "Отдел": entries["manager"].map(manager_department),
                "Телефон": entries["phone"], "E-mail": entries["email"], "Дата изменения": entries["updated"],
                "Численность": entries["customer"].map(facts_of["headcount"]).astype("Int64").astype("str").replace("<NA>", ""),
                "Отсрочка, дней": entries["customer"].map(facts_of["terms"]).astype("Int64").astype("str").replace("<NA>", ""),
                "Кредитный лимит": _money(entries["customer"].map(facts_of["limit"])).replace("nan", ""),
            }
        ),
        folder / "Контрагенты.csv",
    )  # fmt: skip
    persons = central["contacts"]
    _csv(persons.assign(consent=work.consents(len(persons), SEED)).rename(columns={"consent": "Согласие"}), folder / "Контактные лица.csv")
    _csv(central["crm"], folder / "CRM сделки.csv")
    launched = (FIRST + pd.to_timedelta(goods["launched"], "D")).dt.strftime("%d.%m.%Y")
    _csv(
        pd.DataFrame(
            {
                "Код": goods["product"], "Наименование": goods["name"], "Категория": [CATEGORIES[c] for c in goods["category"]],
                "Дата запуска": launched, "Цена": _money(goods["price"]),
            }
        ),
        folder / "Номенклатура.csv",
    )  # fmt: skip
    staff = staff.assign(hired=[f"{3 + i:02d}.{1 + i % 9:02d}.{2012 + i}" for i in range(len(staff))], left="")
    _csv(staff.set_axis(["Код", "Имя", "Отдел", "Роль", "Принят", "Уволен"], axis=1), folder / "Менеджеры.csv")
    contacts = base["activities"].assign(date=lambda t: t["date"].dt.strftime("%d.%m.%Y"), kind=lambda t: t["kind"].map(work.KINDS))
    _csv(contacts.set_axis(["Дата", "Контрагент", "Направление", "Вид", "Менеджер"], axis=1), folder / "Контакты.csv")
    budgets = _two_years(base["budgets"], money["wallets"])
    budgets = budgets.assign(budget=_money(budgets["budget"]))
    _csv(budgets.set_axis(["Контрагент", "Категория", "Бюджет", "Год"], axis=1), folder / "Бюджеты.csv")
    _csv(base["facts"].set_axis(["Контрагент", "Вид", "Дата", "Оценка", "Подтверждение"], axis=1), folder / "Оценки.csv")
    _write_money(money, folder)
    _write_work(base, folder)
    answers = pd.DataFrame({"Вопрос": [f"A{i}" for i in range(1, 9)], "Ответ": ["yes", "yes", "no", "no", "no", "yes", "yes", "no"]})
    _csv(answers, folder / "Анкета собственника.csv")


def _two_years(budgets: pd.DataFrame, wallets: pd.DataFrame) -> pd.DataFrame:
    """The declared budgets, and those of the year before in the same proportions of categories, where the customer bought then."""
    whole = wallets.set_index("customer")["wallet_before"]
    share = budgets["budget"] / budgets.groupby("customer")["budget"].transform("sum")
    before = budgets.assign(budget=(budgets["customer"].map(whole) * share).round(-3), period=LAST.year - 1)
    return pd.concat([budgets, before[before["budget"] > 0]], ignore_index=True)


def _write_money(money: dict[str, pd.DataFrame], folder: Path) -> None:
    days = lambda column: pd.to_datetime(column).dt.strftime("%d.%m.%Y")
    bills, paid, pools = money["invoices"], money["payments"], money["costs"]
    _csv(
        pd.DataFrame({"Номер": bills["document"], "Контрагент": bills["customer"], "Дата": days(bills["issued"]), "Срок оплаты": days(bills["due"]), "Сумма": _money(bills["amount"])}),
        folder / "Счета.csv",
    )  # fmt: skip
    _csv(
        pd.DataFrame({"Номер": paid["payment"], "Контрагент": paid["customer"], "Дата": days(paid["paid"]), "Сумма": _money(paid["amount"]), "Счёт": paid["invoice"]}),
        folder / "Оплаты.csv",
    )  # fmt: skip
    _csv(pools.assign(amount=_money(pools["amount"])).set_axis(["Год", "Статья", "Сумма", "Носитель"], axis=1), folder / "Затраты.csv")
    given = money["given"].assign(
        date=days(money["given"]["date"]), cost=_money(money["given"]["cost"]), benefit=_money(money["given"]["benefit"])
    )
    _csv(given.set_axis(["Контрагент", "Дата", "Вид", "Наши затраты", "Выгода клиента", "Подтверждение"], axis=1), folder / "Досье.csv")
    spend = money["spend"].assign(date=days(money["spend"]["date"]), amount=_money(money["spend"]["amount"]))
    _csv(spend.set_axis(["Дата", "Цель", "Сумма", "Мероприятий"], axis=1), folder / "Привлечение и удержание.csv")
    _csv(
        money["plan"].assign(amount=_money(money["plan"]["amount"])).set_axis(["Период", "Уровень", "Кто", "Сумма"], axis=1),
        folder / "План.csv",
    )


def _blemish(out: pd.DataFrame) -> pd.DataFrame:
    """The broken rows a real export has: no customer, a letter in an amount, an impossible date."""
    out = out.copy()
    out.iloc[1200:1203, out.columns.get_loc("Контрагент")] = ""
    out.iloc[15000, out.columns.get_loc("Сумма")] = "1\xa02OO,50"
    out.iloc[21000, out.columns.get_loc("Дата")] = "31.02.2024"
    return out


def _csv(table: pd.DataFrame, path: Path, decimal: str = ".") -> None:
    table.to_csv(path, sep=";", index=False, encoding="cp1251", lineterminator="\r\n", decimal=decimal)


if __name__ == "__main__":
    demo = simulate()
    write(demo, HERE)
    truths(demo).to_csv(TRUTHS, index=False, lineterminator="\n", date_format="%Y-%m-%d")
    planted = pd.DataFrame(work.TRUTHS, columns=["kind", "manager_id", "what"])
    planted.to_csv(TRUTHS.with_name("demo_work_truths.csv"), index=False, lineterminator="\n")
