"""The demo's forms as people filled them in: six managers, seven key accounts, Russian words, gaps and one thing wrong with each.

`python data/demo/filled_forms.py` rewrites «Анкета ключевых клиентов.xlsx» beside this file and what was planted in `tests/demo_dossier_truths.csv` (read
by tests alone). Everything is invented.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import xlsxwriter

HERE = Path(__file__).parent
FILE = "Анкета ключевых клиентов.xlsx"
TRUTHS = HERE.parents[1] / "tests" / "demo_dossier_truths.csv"
MANAGER = {
    "К0001": "Белова А.", "К0002": "Громов П.", "К0015": "Зимина Л.", "К0016": "Лапин В.", "К0010": "Дёмина О.", "К0011": "Ершов К.", "К0008": "Дёмина О.",
}  # fmt: skip
PLANTED = {
    "К0015": "one_contact",
    "К0002": "no_head_visit",
    "К0001": "never_told",
    "К0010": "goal_unmet",
    "К0016": "no_offer",
    "К0011": "contradiction",
    "К0008": "stale",
}
CARD = [
    "Код", "Клиент", "Кто мы для него, на наш взгляд", "Кто мы для него, с его слов", "Кто для него второй главный поставщик",
    "Нуждается в нас, как мы в нём?", "Есть договоры с нашими конкурентами?", "Охотно говорит с нами о бизнесе?", "Предпочитает порой товар конкурентов?",
    "Раздражает нас?", "Откладываем ли встречи с ним?", "Соблюдает договоры?", "Учится работать с нами?", "Рекомендует нас?", "Наша позиция", "Чем подтверждается позиция", "Потенциал", "Чем подтверждается потенциал",
    "Что из этого следует: наша цель", "Руководитель был у него последний раз", "Новое предлагали последний раз", "Кто заполнил", "Дата заполнения",
]  # fmt: skip
LADDER = {
    "К0001": ("один из избранных", "один из избранных", "один из нескольких"),
    "К0002": ("один из избранных", "один из избранных", "один из нескольких"),
    "К0015": ("один из нескольких", "один из нескольких", "один из многих"),
    "К0016": ("один из нескольких", "один из нескольких", "один из нескольких"),
    "К0010": ("деловой партнёр", "деловой партнёр", "один из многих"),
    "К0011": ("один из избранных", "один из избранных", "один из нескольких"),
    "К0008": ("деловой партнёр", "один из нескольких", "один из нескольких"),
}
STAND = {  # position and potential, with their arguments
    "К0001": ("сильная", "Закупает у нас по всем четырём категориям", "средний", "Новый цех во втором квартале"),
    "К0002": ("средняя", "Одна из четырёх компаний группы берёт крепёж у других", "высокий", "Группа покупает сантехнику на стороне"),
    "К0015": ("средняя", "Держится на выездных техниках", "низкий", "Парк не растёт"),
    "К0016": ("средняя", "Тендер раз в год", "средний", "Открывает филиал в Перми"),
    "К0010": ("сильная", "Первым испытал три новинки", "средний", "Расширяет лабораторию"),
    "К0011": ("слабая", "Берёт у нас только упаковку", "средний", "Переходит на входной контроль"),
    "К0008": ("сильная", "Эталонный завод, отзыв на сайте", "средний", "Хочет второй склад"),
}
MARGIN = {
    "К0001": 400000,
    "К0002": 300000,
    "К0015": 90000,
    "К0016": 60000,
    "К0010": 70000,
    "К0011": 80000,
    "К0008": 40000,
}  # a year, of a second category
LEVELS = [
    ("собственник", "владелец"),
    ("директор или финансовый директор", "генеральный директор"),
    ("руководитель отдела", "начальник снабжения"),
]
GIVEN = [  # customer, day, kind, cost, benefit, evidence, department, told on
    ("К0001", "10.01.2025", "обучение", 18000, 30000, "Обучение, ведомость", "Производство", ""),
    ("К0001", "14.04.2025", "резерв на складе", 96000, 240000, "Ведомость склада", "Снабжение", ""),
    ("К0001", "02.09.2025", "выездной техник", 54000, 150000, "Табель, акт", "Производство", ""),
    ("К0002", "10.05.2025", "обучение", 18000, 30000, "Обучение, ведомость", "Производство", "15.09.2025"),
    ("К0008", "10.12.2025", "обучение", 18000, 30000, "Обучение, ведомость", "Склад", "16.12.2025"),
    ("К0010", "10.08.2025", "обучение", 18000, 30000, "Обучение, ведомость", "Лаборатория", "20.11.2025"),
    ("К0015", "15.02.2025", "выездные техники", 384103.15, 480128.94, "Два выездных техника, табели", "Гараж", "10.06.2025"),
    ("К0015", "15.05.2025", "оборудование", 384103.15, 480128.94, "Стенд на безвозмездной основе, акт", "Гараж", "10.06.2025"),
    ("К0015", "15.08.2025", "резерв на складе", 384103.15, 480128.94, "Резерв на складе, ведомость", "Снабжение", "03.12.2025"),
    ("К0015", "15.11.2025", "срочная доставка", 384103.15, 480128.94, "Срочные рейсы, путевые листы", "Снабжение", "03.12.2025"),
]


def day(text: str) -> dt.date | str:
    """A day as a manager types it; some are typed as text."""
    return dt.datetime.strptime(text, "%d.%m.%Y").date() if text else ""


def cards() -> list[list]:
    """One row per key account."""
    rows = [CARD]
    for code, manager in MANAGER.items():
        said = ["отчасти", "да", "да", "отчасти", "нет", "нет", "да", "да", "нет" if code == "К0016" else "да"]
        visited = "" if PLANTED[code] == "no_head_visit" else "18.09.2025"
        offered = day("12.03.2024") if PLANTED[code] == "no_offer" else "21.10.2025"  # the others typed it as text
        filled = "" if PLANTED[code] == "stale" else day("01.12.2025")  # a form without a day is as good as an old one
        target = "Вторая категория за год" if code != "К0015" else ""
        rows.append([code, "", *LADDER[code], *said, *STAND[code], target, day(visited), offered, manager, filled])
    return rows


def contacts() -> list[list]:
    """Three levels at each account, but for one."""
    rows = [["Код", "Клиент", "Должность, без имени", "Уровень", "Решает о закупке?", "Кто из наших держит контакт", "Последний контакт"]]
    for code, manager in MANAGER.items():
        levels = LEVELS[2:] if PLANTED[code] == "one_contact" else LEVELS
        for i, (level, post) in enumerate(levels):
            ours = [manager if code == "К0002" else "директор", "коммерческий директор", manager][-len(levels) :][i]
            rows.append([code, "", post, level, "да" if i < 2 else "отчасти", ours, day(f"{4 + i:02d}.11.2025")])
    return rows


def goals() -> list[list]:
    """Two goals at each account; one has no deadline."""
    rows = [["Код", "Клиент", "Наша цель", "Какой цели клиента служит", "Чем измеряется", "Срок", "Кто отвечает"]]
    for code, manager in MANAGER.items():
        rows.append([code, "", "Поставлять вторую категорию", "Меньше поставщиков", "Категорий в заказе", day("30.06.2026"), manager])
        until = "" if PLANTED[code] == "goal_unmet" else day("30.09.2026")
        rows.append([code, "", "Заказы на складе за сутки", "Не стоять из-за запчастей", "Доля заказов за сутки", until, manager])
    return rows


def tactics() -> list[list]:
    """A step for each of the four P, with what it takes."""
    rows = [["Код", "Клиент", "Из четырёх P", "Что делаем", "Срок", "Кто отвечает", "Рабочих дней", "Наших денег"]]
    steps = [
        ("товар", "Образцы второй категории", 5, 20000),
        ("цена", "Шкала по объёму года", 2, 0),
        ("продвижение", "День у клиента", 4, 30000),
        ("каналы сбыта", "Запас на его складе", 14, 80000),
    ]
    for code, manager in MANAGER.items():
        rows += [[code, "", p, what, day(f"{10 + i}.0{2 + i}.2026"), manager, *cost] for i, (p, what, *cost) in enumerate(steps)]
    return rows


def opportunities() -> list[list]:
    """Two at each account, of different classes."""
    rows = [["Код", "Клиент", "Возможность", "Какая", "Наших рабочих дней", "Наших денег", "Маржа в год", "Кто отвечает", "Срок"]]
    for i, (code, manager) in enumerate(MANAGER.items()):
        rows.append([code, "", "Вторая категория", "расширить ассортимент", 5 + i, 20000, MARGIN[code], manager, day("30.06.2026")])
        rows.append([code, "", "Запас на складе клиента", "лучше обслуживать", 14, 80000, MARGIN[code] / 2, manager, day("30.09.2026")])
    rows.append(["К0002", "", "Снабжать всю группу", "шире сотрудничество", 40, 300000, "1 200 000", "Громов П.", day("31.12.2026")])
    return rows


def streams() -> list[list]:
    """The seven streams; nobody filled in the last."""
    names = ["как мы видим друг друга", "возможности", "план", "отношения", "общение", "переговоры", "ежедневная забота"]
    rows = [["Код", "Клиент", "Направление работы", "Состояние", "Следующий шаг"]]
    for code in MANAGER:
        rows += [
            [code, "", name, ("идёт", "запланировано")[i % 2] if i < 6 else "", day("20.01.2026") if i < 6 else ""]
            for i, name in enumerate(names)
        ]
    return rows


def others() -> dict[str, list[list]]:
    """Sheets with a few rows."""
    given = [
        "Код",
        "Клиент",
        "День",
        "Что дали",
        "Стоило нам",
        "Ценность для клиента",
        "Чем подтверждается",
        "Кому там помогло: отдел",
        "Клиенту сказали",
    ]
    return {
        "Услуги и уступки": [given, *([c, "", day(d), kind, cost, benefit, proof, whom, day(told)] for c, d, kind, cost, benefit, proof, whom, told in GIVEN)],
        "Конкуренты": [
            ["Код", "Клиент", "Конкурент", "Что он там предлагает", "Рядом с нашим", "Чем подтверждается"],
            ["К0002", "", "Торговый дом «Опора»", "Крепёж с доставкой за сутки", "их лучше", "Слова закупщика в октябре"],
            ["К0011", "", "ПакСервис", "Короба под заказ", "наше лучше", "Две их поставки вернули"],
        ],
        "События": [
            ["Код", "Клиент", "День", "Событие", "Заметка"],
            ["К0016", "", day("05.08.2025"), "новый руководитель", "Пришёл из сети, пересматривает поставщиков"],
        ],
        "Потеряны и возвращены": [
            ["Код", "Клиент", "Потерян или молчит с", "Почему", "Первая личная встреча после этого", "Можно вернуть?", "Следующий контакт", "Просили рекомендацию?"],
        ],
        "Чем решают": [
            ["Сегмент", "Направление или товар", "Кто решает: должность", "По чему", "Вес, от 0 до 1"],
            ["ЖКХ", "сантехника", "главный инженер", "срок поставки", "0,5"],
            ["ЖКХ", "сантехника", "директор", "цена", "0,3"],
            ["ЖКХ", "сантехника", "бухгалтер", "отсрочка", "0,2"],
        ],
    }  # fmt: skip


def write(folder: Path) -> None:
    """The workbook, the same bytes each time."""
    sheets = {
        "Ключевые клиенты": cards(),
        "Контактные лица": contacts(),
        "Цели": goals(),
        "План по четырём P": tactics(),
        "Возможности": opportunities(),
        "Направления работы": streams(),
        **others(),
    }
    with xlsxwriter.Workbook(folder / FILE) as book:
        book.set_properties({"created": dt.datetime(2025, 12, 31)})
        shown = book.add_format({"num_format": "dd.mm.yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for i, row in enumerate(rows):
                for j, value in enumerate(row):
                    if isinstance(value, dt.date):
                        sheet.write_datetime(i, j, dt.datetime.combine(value, dt.time()), shown)
                    elif value != "":
                        sheet.write(i, j, value)


def truths() -> pd.DataFrame:
    """What was planted, by customer."""
    return pd.DataFrame(sorted(PLANTED.items()), columns=["customer_id", "gap_class"])


if __name__ == "__main__":
    write(HERE)
    truths().to_csv(TRUTHS, index=False, lineterminator="\n")
