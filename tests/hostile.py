"""The demo base with its customers, managers, products, regions and files called by what some syntax could take for its own."""

import csv
import io
import shutil

import openpyxl

from audit.core import settings
from tests.conftest import ROOT

STRINGS = [  # what each would do where it is read as more than a name
    "$50-$100", "a $ b", "$\\frac{1}{$", "\\textbf{x}_{y}^2",  # mathtext, LaTeX
    "{n}", "{0} {name!r}", "{", "%s %d %(x)s", "100%",  # format, gettext
    "<img src=x onerror=alert(1)>", "</td></table><script>alert(2)</script>", "<!-- x", "]]>", "&amp; &lt;b&gt;",  # HTML, XML
    "**bold** | x", "`code`", "# title", "[x](javascript:alert(3))", "1. one", "{{ x }} {% if x %}",  # Markdown, Jinja
    "=1+1", "+7 (900)", "@SUM(A1)", "-5", "=cmd|' /C calc'!A0",  # spreadsheets
    "[2024]", "*", "~/x ../..", "$(reboot) `id`", "CON", "x; rm -rf ; #",  # glob, shell, file names
    "^(a+)+$", "\\d+\\", ".*",  # regex
    "'; DROP TABLE lines; --", "\"quoted\"", "x = 1 # y",  # SQL, TOML
    "N/A", "None", "nan", "null", "true", "007", "1e5",  # values that are names
    "bell\x07", "\u202eRTL evil", "zero\u200bwidth", "🏭 завод", "L" * 400,  # control characters, direction, length
]  # fmt: skip
CODES = {f"К{i + 1:04d}": text for i, text in enumerate(STRINGS)}
FILES = {"Продажи 2024.csv": "Продажи $x {n} %s.csv", "Контрагенты.csv": "[2024] {n} $a$ 'x'.csv"}
COLUMNS = {"Регион": "{n} <b>$a$</b>", "Отрасль": "[^x]+$", "Численность": "%s | =1", "Категория": '"; --'}
TEXTS = {
    "Отрасль": 3,
    "Регион": 9,
    "Категория": 14,
    "Имя": 20,
    "Отдел": 26,
    "Подтверждение": 31,
    "Вид": None,
}  # column -> first string, by turns


def _forms(folder):
    """The forms under the new codes."""
    for path in folder.glob("Анкета*.xlsx"):
        book = openpyxl.load_workbook(path)
        for sheet in book:
            for (cell,) in sheet.iter_rows(min_row=2, max_col=1):
                cell.value = CODES.get(cell.value, cell.value)
        book.save(path)


def base(folder):
    """The folder of that base: the demo's, with its numbers and days untouched."""
    shutil.copytree(ROOT / "data" / "demo", folder)
    for path in sorted(folder.glob("*.csv")):
        if path.name == "duplicates.csv":
            path.unlink()
            continue
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="cp1251"), newline=""), delimiter=";"))
        for column, first in ((i, TEXTS.get(name)) for i, name in enumerate(rows[0])):
            known = sorted({row[column] for row in rows[1:]}) if first is not None else []
            renamed = {value: f"{STRINGS[(first + i) % len(STRINGS)]} {value}" for i, value in enumerate(known) if value} | CODES
            for row in rows[1:]:
                row[column] = renamed.get(row[column], row[column])
        if path.name == "Контрагенты.csv":
            for row in rows[1:]:
                row[1] = f"{row[0]} {row[1]}" if row[0] in STRINGS else row[1]
        rows[0] = [COLUMNS.get(name, name) for name in rows[0]]
        with (folder / FILES.get(path.name, path.name)).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        if path.name in FILES:
            path.unlink()
    _forms(folder)
    toml = (folder / "audit.toml").read_text(encoding="utf-8").replace('encoding = "cp1251"', 'encoding = "utf-8"')
    toml = toml.replace('"Северный снаб"', '"$50 {n} %s <b>x</b> [y](javascript:1)"').replace('languages = ["en"]', 'languages = ["ru"]')
    for old, new in {**FILES, **COLUMNS}.items():
        toml = toml.replace(f'"{old}"', f"'''{new}'''" if "'" not in new else settings_text(new))
    (folder / "audit.toml").write_text(toml, encoding="utf-8")
    settings.read(folder)
    return folder


def settings_text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
