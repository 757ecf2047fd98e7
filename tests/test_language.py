"""What a reader is told exists in both languages, with the same values in the same places."""

import collections
import html
import re
import string

import pytest
from tools import messages

from audit import cli, i18n, intake
from audit.core import registry, settings
from audit.i18n import messages as messages_
from tests.conftest import ROOT, TOML, write_base


@pytest.fixture
def russian(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ru")


def places(message: str) -> set[str]:
    return {name for _literal, name, _format, _conversion in string.Formatter().parse(message) if name}


def test_the_catalogue_holds_every_sentence_and_nothing_that_is_not_said():
    """`make messages` brings new ones in and takes dead ones out."""
    known = {messages.key(m.id, m.context) for m in messages.catalogue() if m.id}
    assert known == {messages.key(m) for m in messages.all_of_them()}


def test_every_sentence_has_its_russian_with_the_same_places():
    for message in messages.catalogue():
        if message.id:
            texts = [message.string] if isinstance(message.string, str) else message.string
            for text in texts:
                assert text, message.id
                assert places(text) == places(messages.key(message.id)), message.id


@pytest.mark.parametrize(
    ("n", "said"), [(1, "1 строка"), (2, "2 строки"), (5, "5 строк"), (11, "11 строк"), (21, "21 строка"), (112, "112 строк")]
)
def test_russian_has_its_plurals_by_gettext_and_inside_a_sentence(n, said, russian):
    one, many = "and {count} more row in the whole table (tables.xlsx)", "and {count} more rows in the whole table (tables.xlsx)"
    assert i18n.counted(one, many, n) == f"и ещё {said} во всей таблице (tables.xlsx)"
    inside = messages_.Message("{n} {n:строка|строки|строк}")
    assert inside.format(n=i18n.shown("n", n)) == said
    assert inside.format(n=n) == said


def test_the_two_reports_say_the_same_numbers(demo):
    for english in sorted((demo / "report" / "en").glob("*.html")):
        told = [_numbers(path, tongue) for path, tongue in ((english, "en"), (demo / "report" / "ru" / english.name, "ru"))]
        assert told[0] == told[1], (english.name, told[0] - told[1], told[1] - told[0])
        assert len(told[0]) > 5 or english.stem in ("account", "undecided"), english.name  # lists of names


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _numbers(page, tongue: str) -> collections.Counter:
    """Every number a reader of the page meets, in prose, tables and the words of pictures; days in ISO's order."""
    text = page.read_text(encoding="utf-8").partition("<main")[2].partition("</main")[0]
    text = re.sub(r'src="[^"]*"|href="[^"]*"|id="[^"]*"|class="[^"]*"|scope="\w+"|</?h\d|aria-label="[^"]*"', " ", text)
    text = html.unescape(re.sub(r"</?(?!img)[^>]*>", " ", text))
    if tongue == "en":
        text = re.sub(
            rf"\b(\d\d?)\xa0({'|'.join(MONTHS)})\xa0(\d{{4}})\b", lambda m: f"{m[3]}-{MONTHS.index(m[2]) + 1:02d}-{int(m[1]):02d}", text
        )
    if tongue == "ru":
        text = re.sub(r"\b(\d\d)\.(\d\d)\.(\d{4})\b", r"\3-\2-\1", text)
    text = re.sub(r"(\d),(?=\d{3}\b)", r"\1", text) if tongue == "en" else re.sub(r"(\d)\xa0(?=\d{3}\b)", r"\1", text)
    return collections.Counter(re.findall(r"\d+(?:\.\d+)?", text if tongue == "en" else re.sub(r"(\d),(\d)", r"\1.\2", text)))


LATIN = {  # what stays Latin in Russian: names of methods and of what stands in audit.toml or a lock
    "CRR", "CRM", "RFM", "ABC", "XYZ", "ABC-XYZ", "E-mail", "SHA-256", "RUB", "IFRS", "Upgrade", "audit", "toml", "duplicates", "csv",
    "decision", "merge",
    "apart", "group", "as_of", "clusterboot", "The", "Customer-Base", "Audit", "declared", "owner", "eight_questions",
    "Pareto", "NBD", "MBG", "CNBD-k", "sBG", "Gamma-Gamma", "alive", "alpha", "beta", "ETS", "Theta", "TSB", "WAPE", "MASE", "statsmodels",
    "actions", "customers", "tables", "xlsx", "Hyndman", "Koehler", "Kaplan", "Narayanan", "fixed", "LTV", "Croes", "field-day", "opt", "Benjamini", "Yekutieli", "Efron", "Morris", "Spiegelhalter", "Garwood", "SCOR", "IANA",
}  # fmt: skip


def test_the_russian_report_has_no_english_left(demo):
    """Words of Latin letters in the text of the pages, but for codes, file names, and names of our tables and columns."""
    ours = {table.name for table in registry.tables().values()} | {
        column.name for table in registry.tables().values() for column in table.columns
    }
    ours |= set(settings.read(ROOT / "data" / "demo").sources)
    for page in sorted((demo / "report" / "ru").glob("*.html")):
        if page.stem in ("settings", "report"):  # ids of norms and versions; the same chapters once more
            continue
        text = page.read_text(encoding="utf-8").partition("<main")[2].partition("</main")[0]
        text = " ".join([*re.findall(r'alt="([^"]*)"', text), re.sub(r"<[^>]*>", "\n", text)])
        words = set(re.findall(r"[A-Za-z][A-Za-z_-]{2,}", re.sub(r"\b[\w*]+\.csv\b", "", html.unescape(text))))
        assert words - LATIN - ours <= set(), page.name


@pytest.mark.parametrize(
    ("text", "english", "russian"),
    [
        (i18n.stored("no {column}", column="customer_id"), "no customer_id", "не заполнено поле «customer_id»"),
        (
            i18n.stored(
                "{table}: {reason}", table="lines", reason=i18n.stored("{column} cannot be read as {kind}", column="amount", kind="money")
            ),
            "lines: amount cannot be read as money",
            "строки заказов: значение поля «сумма» не читается как деньги",
        ),
        (
            i18n.stored("one company with {customer_id}: {reason}", customer_id="К2", reason="same tax id"),
            "one company with К2: same tax id",
            "одна компания с К2: одинаковый ИНН",
        ),
        (
            i18n.stored("open question: {question}", question="are the amounts in rubles? Nothing in the files names a currency"),
            "open question: are the amounts in rubles? Nothing in the files names a currency",
            "открытый вопрос: суммы в рублях? Валюта в файлах не названа",
        ),
        ("something nobody says", "something nobody says", "something nobody says"),
    ],
)
def test_a_stored_text_is_a_message_and_what_fills_it_rendered_in_the_readers_language(text, english, russian, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "ru")
    assert i18n.render(text) == russian
    monkeypatch.setenv("LANGUAGE", "en")
    assert i18n.render(text) == english


def test_no_message_holds_what_parts_a_stored_text():
    assert not [m for m in messages.all_of_them() if "\t" in messages.key(m)]


def test_errors_are_in_the_language_of_the_run(tmp_path, capsys, monkeypatch):
    base = write_base(tmp_path / "base", "who,day,money\nA,2024-01-02,1,50\n", TOML.replace("[base]", '[base]\nlanguages = ["ru"]'))
    monkeypatch.delenv("LANGUAGE", raising=False)
    assert cli.main(["check", str(base), "--outputs", str(tmp_path / "out")]) == 1
    assert "sales.csv — не таблица: ожидалось полей: 3, как в строке 1" in capsys.readouterr().err
    monkeypatch.setenv("LANGUAGE", "en")
    assert cli.main(["check", str(base), "--outputs", str(tmp_path / "out")]) == 1
    assert "sales.csv is not a table: expected 3 fields as in row 1" in capsys.readouterr().err


def test_the_tables_of_a_run_are_the_same_in_every_language(tmp_path, monkeypatch):
    base = write_base(tmp_path, "who,day,money\nA,2024-01-02,1\n,2024-01-02,1\nB,31.31.2024,1\n", TOML)
    found = []
    for name in ("en", "ru"):
        monkeypatch.setenv("LANGUAGE", name)
        found.append({part: table.rows() for part, table in intake.check(base, settings.read(base)).accounts.items()})
    assert found[0] == found[1]
