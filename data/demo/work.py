"""How the demo's people work: visits, orders by the hour, deliveries, complaints, deals, handovers, pay; with what is planted in them.

Part of the demo's generator. `swapped` and `copied` change who sold and what was ordered in few orders of `generate.simulate`; `tables` adds the rest with numbers of
its own, so that all else stays as it was. What is planted stands in tests/demo_work_truths.csv (read by tests alone). Everything is invented.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

LAST = pd.Timestamp("2025-12-31")
STRONG, WEAK, USUAL = (
    "М07",
    "М04",
    "М10",
)  # planted: a strong manager with a poor portfolio, a weak one with giants, one between; one department
GIANT = 800_000  # sales of the last year from which a customer stays with the weak one
HANDED = {"М10": "М04", "М09": "М06"}  # planted: hunters hand six customers each over to farmers of their department
HANDED_ON = pd.Timestamp("2025-04-01")
VISITING = ("М04", "М05", "М06", "М07", "М08")  # who has a route
COPIER = "М08"  # planted: repeats the order before where it has as many lines
INVENTOR, HOME = "М06", 14  # planted: so many visits made far from the outlet
BREAKER = "М05"  # planted: a third of the orders late, and nobody told
OUTLETS = 12  # on each route
MUST_HAVE = 3
PLACES = {"Архангельск": (64.54, 40.54), "Мурманск": (68.97, 33.07), "Вологда": (59.22, 39.88), "Ростов": (47.23, 39.72), "Краснодар": (45.04, 38.98), "Пермь": (58.01, 56.25), "Уфа": (54.74, 55.97), "Тюмень": (57.15, 65.53)}  # fmt: skip
REASONS = ("недовоз", "брак", "задержка доставки", "ошибка в документах", "грубость")
REFUSED = (
    ("Дорого, у конкурентов дешевле", "", ""), ("Нужного размера не было в наличии", "", "Два дня никто не перезвонил"), ("Долгий срок доставки", "Менеджер не знал товара", ""),
    ("", "Обещали скидку и забыли", "Долго ждал ответа"), ("Качество прошлой партии", "", "Навязчивые звонки"), ("Предоплата не устраивает", "", ""),
)  # fmt: skip
LOST = (
    ("переговоры", "цена"),
    ("повторный заказ", "срыв сроков"),
    ("повторный заказ", "ушли к конкуренту"),
    ("обслуживание", "жалоба без ответа"),
)
SOURCES = (("сайт", 0.35), ("рекомендация", 0.60), ("холодный звонок", 0.18), ("выставка", 0.30))
KINDS = {"call": "звонок", "mail": "письмо", "visit": "встреча", "event": "мероприятие", "reply": "ответ"}
WRONG = ("слишком дорого", "нет бюджета", "выбрали другого")
TRUTHS = [  # kind, who, what
    ("better", STRONG, "change"), ("worse", WEAK, "change"), ("copier", COPIER, ""), ("inventor", INVENTOR, str(HOME)), ("breaker", BREAKER, ""),
]  # fmt: skip


def swapped(people: pd.DataFrame, sales: pd.DataFrame, kept: set[str]) -> None:
    """The customers of three managers of one department dealt anew, those who buy more than before to the strong one, giants and those who buy less to the weak one; and
    a dozen customers of hunters handed over to farmers. Changes both tables in place; customers in `kept` stay where they are."""
    year = sales["date"].dt.year
    now, before = (sales[year == y].groupby("customer")["amount"].sum() for y in (LAST.year, LAST.year - 1))
    pool = people[people["manager"].isin([STRONG, WEAK, USUAL]) & ~people["customer"].isin(kept) & people["customer"].isin(before.index)]
    grew = pool["customer"].map(now).fillna(0) - pool["customer"].map(before).fillna(0)
    grew = grew / (pool["customer"].map(now).fillna(0) + pool["customer"].map(before).fillna(0)).replace(0, np.nan)
    is_large = pool["customer"].map(now).fillna(0) >= GIANT
    place = grew.rank(pct=True)
    to = pd.Series(np.select([is_large | (place < 0.33), place > 0.71], [WEAK, STRONG], USUAL), index=pool["customer"])
    for table in (people, sales):
        is_of = table["customer"].isin(to.index)
        table.loc[is_of, "manager"] = table.loc[is_of, "customer"].map(to)
    for old, new in HANDED.items():
        of = people[(people["manager"] == old) & ~people["customer"].isin(kept)].sort_values("customer")
        handed = of[of["customer"].isin(set(before.index) & set(now.index))]["customer"].head(6)
        late = sales["customer"].isin(handed) & (sales["date"] >= HANDED_ON)
        sales.loc[late, "manager"] = new
        people.loc[people["customer"].isin(handed), "manager"] = new


def route(people: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """The outlets of each route: of each manager who visits, those who order most often in the last year."""
    year = sales[(sales["date"].dt.year == LAST.year) & (sales["amount"] > 0)]
    orders = year.groupby("customer")["document"].nunique()
    of = people[people["manager"].isin(VISITING)].assign(orders=lambda t: t["customer"].map(orders).fillna(0))
    busiest = (
        of.groupby(["manager", "region"])["orders"]
        .sum()
        .sort_values(ascending=False, kind="stable")
        .reset_index()
        .drop_duplicates("manager")
    )
    of = of.merge(busiest[["manager", "region"]], on=["manager", "region"]).sort_values(
        ["manager", "orders", "customer"], ascending=[True, False, True]
    )
    return of.groupby("manager").head(OUTLETS)[["customer", "manager", "region"]].reset_index(drop=True)


def copied(people: pd.DataFrame, sales: pd.DataFrame, category: pd.Series) -> pd.DataFrame:
    """The sales with orders of the copier's outlets that repeat the order before them, where that has as many lines and no category of the year is lost by it."""
    outlets = route(people, sales).query("manager == @COPIER")["customer"]
    sales = sales.copy()
    what = ["product", "quantity", "price", "rate", "amount", "cost"]
    returned = set(sales["basis"])
    for customer in outlets:
        own = sales[(sales["customer"] == customer) & (sales["date"].dt.year == LAST.year) & (sales["amount"] > 0)]
        orders = [part.index for _document, part in own.groupby("document")]
        for earlier, later in zip(orders, orders[1:], strict=False):
            if len(earlier) != len(later) or sales.loc[later[0], "document"] in returned:
                continue
            rest = own.index.difference(later)
            if set(sales.loc[later, "product"].map(category)) <= set(sales.loc[rest, "product"].map(category)):
                sales.loc[later, what] = sales.loc[earlier, what].to_numpy()
    return sales


def tables(base: dict[str, pd.DataFrame], seed: int) -> dict[str, pd.DataFrame]:
    """Everything else of the people's work, by the name of its file."""
    rng = np.random.default_rng([seed, 3])  # its own numbers: all else stays as it is
    people, sales = base["customers"], base["sales"]
    sold = sales[sales["amount"] > 0]
    documents = sold.groupby("document").agg(date=("date", "first"), customer=("customer", "first"), manager=("manager", "first"), quantity=("quantity", "sum"), amount=("amount", "sum")).reset_index()  # fmt: skip
    outlets = _outlets(rng, route(people, sales))
    visits, hours = _visits(rng, documents, outlets)
    return {
        "Торговые точки": outlets.drop(columns="manager"),
        "Визиты": visits,
        "Заказы по времени": hours,
        "Обязательный ассортимент": _must_have(sold, outlets),
        "Доставки": _deliveries(rng, documents),
        "Обращения": _cases(rng, people, sold),
        "Воронка": _deals(rng),
        "Оплата труда": _pay(sold),
        "Обязательства перед поставщиками": pd.DataFrame({"Поставщик": ["Завод №1", "Завод №2", "Импортёр"], "Год": LAST.year + 1, "Сумма": [81_000_000.0, 54_000_000.0, 37_000_000.0]}),
        "Обучение": _trainings(rng),
        "Закрепление": _assignments(people, sales),
        "Списания": _write_offs(np.random.default_rng([seed, 4]), sold),
        "Кандидаты": _candidates(np.random.default_rng([seed, 5])),
    }  # fmt: skip


def _outlets(rng, on_route: pd.DataFrame) -> pd.DataFrame:
    centre = np.array([PLACES[region] for region in on_route["region"]])
    place = (centre + rng.normal(0, 0.025, (len(on_route), 2))).round(5)
    return pd.DataFrame(
        {
            "customer": on_route["customer"],
            "latitude": place[:, 0],
            "longitude": place[:, 1],
            "visits": rng.choice([2, 4], len(on_route)),
            "manager": on_route["manager"],
        }
    )


def _visits(rng, documents: pd.DataFrame, outlets: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Visits planned for most days of an order and for some without, and each order with its hour and way."""
    own = documents[(documents["date"].dt.year == LAST.year) & documents["customer"].isin(outlets["customer"])].reset_index(drop=True)
    n = len(own)
    draw = rng.random(n)
    planned = draw < 0.86
    minute = np.where(rng.random(n) < 0.84, rng.integers(9 * 60, 17 * 60, n), rng.integers(17 * 60 + 1, 19 * 60, n))
    late = minute > 17 * 60
    way = np.where(
        ~planned, rng.choice(["клиент", "обмен"], n), np.where(late & (rng.random(n) < 0.6), "колл-центр", "торговый представитель")
    )
    hours = pd.DataFrame(
        {
            "document": own["document"],
            "customer": own["customer"],
            "entered": own["date"] + pd.to_timedelta(minute, "min"),
            "manager": own["manager"],
            "way": way,
        }
    )
    made = own[planned].assign(minute=minute[planned], way=way[planned])
    done = made["way"] == "торговый представитель"
    visits = pd.DataFrame({"customer": made["customer"], "manager": made["manager"], "planned": made["date"], "done": (made["date"] + pd.to_timedelta(np.maximum(made["minute"] - rng.integers(5, 60, len(made)), 540), "min")).where(done), "document": made["document"].where(done, "")})  # fmt: skip
    extra = outlets.loc[rng.integers(0, len(outlets), int(0.22 * n))].reset_index(drop=True)
    day = pd.bdate_range(f"{LAST.year}-01-12", LAST - pd.Timedelta(days=2))[rng.integers(0, 245, len(extra))]
    seen = rng.random(len(extra)) < 0.75
    more = pd.DataFrame({"customer": extra["customer"], "manager": extra["manager"], "planned": day, "done": (day + pd.to_timedelta(rng.integers(600, 1000, len(extra)), "min")).where(seen), "document": "", "reason": np.where(seen, rng.choice(["есть запас", "нет денег", "закрыто", ""], len(extra)), "")})  # fmt: skip
    visits = (
        pd.concat([visits, more])
        .drop_duplicates(["customer", "planned"])
        .sort_values(["planned", "manager", "customer"], ignore_index=True)
    )
    place = outlets.set_index("customer").loc[visits["customer"], ["latitude", "longitude"]].to_numpy()
    at = place + rng.normal(0, 0.0003, place.shape)
    invented = visits.index[(visits["manager"] == INVENTOR) & visits["done"].notna() & (visits["document"] == "")][:HOME]
    at[invented] = (
        place[invented[0]] + np.array([0.06, 0.09]) + rng.normal(0, 0.0004, (len(invented), 2))
    )  # one place, away from all of them
    known = visits["done"].notna()
    visits["latitude"], visits["longitude"] = np.where(known, at[:, 0].round(5), np.nan), np.where(known, at[:, 1].round(5), np.nan)
    visits["accuracy"] = np.where(known, rng.integers(8, 60, len(visits)), np.nan)
    return visits.fillna({"reason": ""}), hours


def _must_have(sold: pd.DataFrame, outlets: pd.DataFrame) -> pd.DataFrame:
    """The products that most outlets bought in the last quarter."""
    recent = sold[(sold["date"] > LAST - pd.Timedelta(days=90)) & sold["customer"].isin(outlets["customer"])]
    most = recent.groupby("product")["customer"].nunique().sort_values(ascending=False, kind="stable").index[:MUST_HAVE]
    return pd.DataFrame({"product": sorted(most)})


def _deliveries(rng, documents: pd.DataFrame) -> pd.DataFrame:
    """Deliveries of the last year; late ones as they happen, of the breaker many and without a word."""
    own = documents[documents["date"] >= pd.Timestamp(LAST.year, 1, 1)].reset_index(drop=True)
    n = len(own)
    promised = own["date"] + pd.to_timedelta(rng.integers(2, 6, n), "D")
    is_breaker = own["manager"] == BREAKER
    late = rng.random(n) < np.where(is_breaker, 0.33, 0.04)
    came = promised + pd.to_timedelta(np.where(late, rng.integers(1, 9, n), -rng.integers(0, 2, n)), "D")
    told = late & ~is_breaker & (rng.random(n) < 0.6)
    short = rng.random(n) < 0.03
    delivered = np.where(short, np.maximum(own["quantity"] - rng.integers(1, 6, n), 0), own["quantity"])
    return pd.DataFrame({"document": own["document"], "customer": own["customer"], "promised": promised, "came": came.where(came <= LAST), "told": (promised - pd.Timedelta(days=1)).where(told), "ordered": own["quantity"], "delivered": delivered})  # fmt: skip


def _cases(rng, people: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """Complaints, of those who buy most the most; open ones of customers who left soon after; refusals with three answers; losses with their reasons."""
    year = (
        sold[sold["date"].dt.year == LAST.year]
        .groupby("customer")["amount"]
        .sum()
        .drop(["К0001", "К0002", "К0003", "К0004", "К0005"], errors="ignore")
    )
    weight = year.rank(pct=True) ** 4
    best = rng.choice(year.index, 60, replace=False, p=weight / weight.sum())
    manager = people.set_index("customer")["manager"]
    rows = []
    for customer in best:
        day = pd.Timestamp(LAST.year, 1, 1) + pd.Timedelta(days=int(rng.integers(0, 350)))
        closed = day + pd.Timedelta(days=int(rng.integers(1, 25)))
        rows.append(
            (
                customer,
                day,
                "жалоба",
                str(rng.choice(REASONS, p=[0.3, 0.2, 0.3, 0.15, 0.05])),
                "",
                closed if closed <= LAST else pd.NaT,
                "да" if rng.random() < 0.7 else "нет",
                "",
                "",
                "",
                np.nan,
                manager[customer],
            )
        )
    last = sold.groupby("customer")["date"].max()
    often = sold.groupby("customer")["document"].nunique()
    gone = last[(last > "2024-06-30") & (last < "2025-06-30") & (often >= 6)].index
    for customer in gone[:16]:
        rows.append(
            (
                customer,
                last[customer] - pd.Timedelta(days=int(rng.integers(3, 20))),
                "жалоба",
                "задержка доставки",
                "",
                pd.NaT,
                "",
                "",
                "",
                "",
                np.nan,
                "",
            )
        )
    for i, customer in enumerate(rng.choice(people["customer"][16:], 24, replace=False)):
        product, staff, moment = REFUSED[i % len(REFUSED)]
        rows.append(
            (
                customer,
                pd.Timestamp(LAST.year, 1, 15) + pd.Timedelta(days=int(rng.integers(0, 340))),
                "отказ",
                "",
                "",
                pd.NaT,
                "",
                product,
                staff,
                moment,
                float(rng.integers(20, 200) * 1000),
                manager[customer],
            )
        )
    lost = last[(last > "2025-01-31") & (last < "2025-08-31") & (often >= 4)].index
    for i, customer in enumerate(lost[:14]):
        stage, reason = LOST[i % len(LOST)]
        rows.append(
            (customer, last[customer] + pd.Timedelta(days=60), "потеря", reason, stage, pd.NaT, "", "", "", "", np.nan, manager[customer])
        )
    table = pd.DataFrame(
        rows,
        columns=["customer", "date", "kind", "reason", "stage", "closed", "justified", "product", "staff", "moment", "amount", "manager"],
    )
    return table.sort_values(["date", "customer", "kind"], ignore_index=True)


def _deals(rng) -> pd.DataFrame:
    rows = []
    for i in range(1, 141):
        source, chance = SOURCES[rng.integers(0, len(SOURCES))]
        opened = pd.Timestamp(LAST.year, 1, 1) + pd.Timedelta(days=int(rng.integers(0, 355)))
        closed = opened + pd.Timedelta(days=int(rng.integers(5, 70)))
        state = "в работе" if closed > LAST else "выиграна" if rng.random() < chance else "проиграна"
        stage = {"в работе": str(rng.choice(["встреча", "предложение", "переговоры"])), "выиграна": "договор"}.get(state) or str(
            rng.choice(["звонок", "встреча", "предложение"])
        )
        rows.append(
            (
                f"С{i:04d}",
                f"М{rng.integers(9, 11):02d}" if rng.random() < 0.7 else f"М{rng.integers(4, 9):02d}",
                state,
                opened,
                closed if state != "в работе" else pd.NaT,
                float(rng.integers(30, 900) * 1000),
                stage,
                source,
                str(rng.choice(WRONG)) if state == "проиграна" else "",
            )
        )
    return pd.DataFrame(rows, columns=["deal", "manager", "state", "opened", "closed", "amount", "stage", "source", "reason"])


def _pay(sold: pd.DataFrame) -> pd.DataFrame:
    year = sold[sold["date"].dt.year == LAST.year].groupby("manager")["amount"].sum()
    return pd.DataFrame(
        {
            "manager": year.index,
            "year": LAST.year,
            "amount": (780_000 + 0.012 * year).round(-3).to_numpy(),
            "bonus": (0.012 * year).round(-3).to_numpy(),
        }
    )


def _trainings(rng) -> pd.DataFrame:
    rows = [
        (manager, pd.Timestamp(LAST.year, quarter * 3 - 1, 10 + i), kind)
        for manager in VISITING
        for quarter in (1, 2, 3, 4)
        for i, kind in enumerate(("продукт", "общение", "маршрут"))
    ]
    table = pd.DataFrame(rows, columns=["manager", "planned", "kind"])
    return table.assign(done=(table["planned"] + pd.to_timedelta(rng.integers(0, 5, len(table)), "D")).where(rng.random(len(table)) < 0.7))


def channels(sales: pd.DataFrame, seed: int) -> pd.Series:
    """By which way each line was sold: the largest customers meet, regulars telephone, the others mostly use the site; one order in eight comes another way."""
    rng = np.random.default_rng([seed, 6])
    bought, orders = sales.groupby("customer")["amount"].sum(), sales.groupby("customer")["document"].nunique()
    usual = pd.Series(
        np.select([bought.rank(ascending=False) <= 25, orders > orders.median()], ["встреча", "телефон"], "сайт"), bought.index
    )
    documents = sales.drop_duplicates("document").set_index("document")["customer"]
    other = np.array(["встреча", "телефон", "сайт"])[rng.choice(3, len(documents), p=[0.1, 0.45, 0.45])]
    way = pd.Series(np.where(rng.random(len(documents)) < 1 / 8, other, documents.map(usual)), documents.index)
    return sales["document"].map(way)


def consents(contacts: int, seed: int) -> np.ndarray:
    """To which channels each contact person agreed: most to calls and mail, some to calls alone, a few to nothing that is written down."""
    return np.array(["звонок, письмо, встреча, мероприятие", "звонок, встреча", ""])[
        np.random.default_rng([seed, 7]).choice(3, contacts, p=[0.7, 0.2, 0.1])
    ]


def _write_offs(rng, sold: pd.DataFrame) -> pd.DataFrame:
    """Goods written off month by month: a three-hundredth of what was sold, mostly out of date."""
    n = 96
    day = LAST - pd.to_timedelta(np.sort(rng.integers(0, 700, n))[::-1], "D")
    cause = np.array(["истёк срок", "бой", "недостача"])[rng.choice(3, n, p=[0.6, 0.25, 0.15])]
    amount = (rng.lognormal(9.2, 0.7, n)).round(2)
    return pd.DataFrame({"date": day, "product": rng.choice(np.sort(sold["product"].unique()), n), "amount": amount, "cause": cause})


def _candidates(rng) -> pd.DataFrame:
    """A year of candidates for posts in sales, of whom nobody has begun yet that the sales would show."""
    n = 42
    applied = LAST - pd.to_timedelta(np.sort(rng.integers(20, 360, n))[::-1], "D")
    outcome = np.array(["отказ", "отказался", "принят", "в работе"])[rng.choice(4, n, p=[0.6, 0.2, 0.05, 0.15])]
    decided = pd.Series(applied + pd.to_timedelta(rng.integers(3, 20, n), "D")).where(outcome != "в работе")
    source = np.array(["сайт вакансий", "рекомендация", "агентство"])[rng.choice(3, n, p=[0.6, 0.25, 0.15])]
    stage = np.array(["резюме", "собеседование", "испытание"])[rng.choice(3, n, p=[0.5, 0.35, 0.15])]
    numbers = [f"КН-{i:03d}" for i in range(1, n + 1)]
    return pd.DataFrame(
        {"candidate": numbers, "outcome": outcome, "applied": applied, "decided": decided, "stage": stage, "source": source}
    )


def _assignments(people: pd.DataFrame, sales: pd.DataFrame) -> pd.DataFrame:
    """Who looked after those handed over, before and since."""
    first = sales[sales["date"] < HANDED_ON].groupby("customer")["manager"].first()
    rows = []
    for customer, manager in people[["customer", "manager"]].itertuples(index=False):
        before = first.get(customer, manager)
        if HANDED.get(before) == manager:
            rows += [(customer, before, pd.Timestamp("2023-01-01")), (customer, manager, HANDED_ON)]
    return pd.DataFrame(rows, columns=["customer", "manager", "since"])


def plans_of_managers(sold: pd.DataFrame, whole: float) -> pd.DataFrame:
    """Planted: next year's plans of the managers, together 4 % below the company's."""
    year = sold[sold["date"].dt.year == LAST.year].groupby("manager")["amount"].sum()
    amount = (year / year.sum() * whole * 0.96).round(-3)
    return pd.DataFrame({"period": str(LAST.year + 1), "level": "manager", "id": amount.index, "amount": amount.to_numpy()})
