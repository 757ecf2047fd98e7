"""Does the report conclude? Its first page, titles, sentences and rounding, measured and printed; every state of the data has its claim."""

import html
import re
from types import SimpleNamespace

import pytest

from audit import i18n
from audit.core import norms, registry, store
from audit.core.claims import Role
from audit.core.findings import Finding, in_short, sentence, support
from audit.steps import accounts, base, forecast, portfolio, receivables, repeat, retention, service
from tests.test_verdicts import facts_of

WORD = re.compile(r"[^\W\d_]")


def words(text: str) -> int:
    """Words as a person counts them: a number with its unit is one, a sign none."""
    return sum(bool(WORD.search(token)) for token in re.split(r"[ \n\t]+", text))


UNSEEN = (
    r"<caption>.*?</caption>|<thead>.*?</thead>|<p class=\"onward\">.*?</p>"  # of the first page: for readers of the screen, and the way on
)


def text_of(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<(details|style)\b.*?</\1>", " ", markup, flags=re.DOTALL)))


def page(demo, name, language):
    return (demo / "report" / language / f"{name}.html").read_text(encoding="utf-8").partition("<main")[2].partition("</main")[0]


@pytest.mark.parametrize(("language", "most"), [("en", 350), ("ru", 350)])
def test_the_first_page_is_one_page(demo, language, most, capsys):
    counted = words(text_of(re.sub(UNSEEN, " ", page(demo, "index", language), flags=re.DOTALL)))
    with capsys.disabled():
        print(f"\nfirst page, {language}: {counted} words")
    assert counted <= most


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_title_is_a_claim_of_eighteen_words_at_most_with_two_numbers_at_most(demo, language, monkeypatch, capsys):
    monkeypatch.setenv("LANGUAGE", language)
    settings, found = store.settings(demo), store.claims(demo)
    titles = {row["step"]: sentence(row, settings.currency) for _i, row in found.iterrows()}
    assert set(titles) == {step.name for step in registry.steps() if not step.uses_findings and not step.for_each}
    with capsys.disabled():
        print(f"\nwords of titles, {language}: {sorted(words(title) for title in titles.values())}")
    for step, title in titles.items():
        assert len(title.split()) <= 18, title  # a number and its unit counted apart
        assert len(re.findall(r"\d[\d.,\xa0]*", re.sub(r"\b20\d\d\b", "", title))) <= 2 + (step == "receivables"), title
        assert html.escape(title, quote=False) in html.unescape(page(demo, step, language)).replace("&", "&amp;") or title in html.unescape(
            page(demo, step, language)
        )


def test_no_chapter_says_more_than_five_sentences_before_its_box(demo, capsys):
    counts = {}
    for table in registry.findings_tables():
        found = store.maybe(demo, table)
        if found is not None:
            open_, folded = support(found)
            counts[table.removeprefix("findings_")] = len(open_)
            assert len(open_) + len(folded) + 1 == len(found)
            assert (found["role"] != "").sum() == 1
    with capsys.disabled():
        print(f"\nsentences open by chapter: {counts}")
    assert max(counts.values()) <= 5


LONG = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})*\.\d+")  # numbers with decimals: of these at most three digits are told


def test_no_sentence_tells_more_than_three_digits_but_of_what_is_counted(demo, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    settings = store.settings(demo)
    for found in (store.findings(demo), store.claims(demo)):
        for _i, row in found.iterrows():
            for number in LONG.findall(sentence(row, settings.currency)):
                assert len(re.sub(r"\D", "", number).lstrip("0")) <= 3, (row["id"], number)


def test_money_of_unlike_kinds_is_never_added_up(demo):
    overview = store.load(demo, "customer_overview")
    of = store.load(demo, "findings_customers").set_index("id")["params"]
    for kind in ("owed", "keep", "win", "save"):
        worth = overview.loc[overview["money_kind"] == kind, "worth"].sum()
        assert f'"worth": {worth}'[:14] in of[f"steps_{kind}"].replace("\xa0", " ")


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_owners_part_has_at_most_twenty_pages(demo, capsys, language):
    weasyprint = pytest.importorskip("weasyprint", reason="no WeasyPrint; `make pdf` adds it, as .ci/run does")
    from audit.report import paper

    owner, _annex = paper.parts((demo / "report" / language / "report.html").read_text(encoding="utf-8"))
    pages = weasyprint.HTML(string=owner).render().pages
    with capsys.disabled():
        print(f"\nthe owner's part ({language}): {len(pages)} pages")
    assert len(pages) <= 20


NORM = SimpleNamespace(**{name: norms.value(name) for name in ("repeat_purchase_ratio", "dependence_share")}, sales_type="transactional")


def fact(name, value=1.0, **more):
    fields = {key: more.pop(key) for key in ("low", "high", "why", "money", "previous", "unit", "n") if key in more}
    return Finding(name, "x", "estimate", "", value=value, params=more, **fields)


def base_of(change=0.0, *, lost_money=1.0, new_money=2.0, old=0.1, money=None):
    named = {"period": "2025", "period_before": "2024", "driver": "customers", "lost": 3, "new": 4, "first_seen": 0}
    return [
        fact("base_size", money=lost_money, **named),
        fact("sales_change", abs(change), money=change if money is None else money, **named),
        fact("existing_customers", old),
        fact("new_revenue_share", new_revenue=new_money),
    ]


COMPLAINED = {"high": -0.1, "never": 4, "never_kept": 1, "later": 5, "kept_share": 0.6, "like_share": 0.9}
STATES = [
    (base, [fact("base_size", why="too short")], "We cannot say"),
    (base, base_of(0.01), "are flat: new customers"),
    (base, base_of(0.01, lost_money=9.0), "who did not buy again had bought more"),
    (base, [*base_of(0.01, lost_money=9.0), fact("largest_fall", 8.0, customer_name="X", chance_share=0.01)], "other customers made up for X"),
    (base, [*base_of(-0.01, lost_money=9.0, money=-4.0), fact("largest_fall", 8.0, customer_name="X", chance_share=0.01)], "made up for most of it"),
    (base, [*base_of(-0.01, lost_money=9.0, money=-4.1), fact("largest_fall", 8.0, customer_name="X", chance_share=0.01)], "although X bought"),
    (base, [*base_of(0.01, lost_money=9.0), fact("largest_fall", 8.0, customer_name="X", chance_share=0.05)], "X bought 8 RUB less, perhaps by chance; others made up for it"),
    (base, [*base_of(0.01, lost_money=9.0), fact("largest_fall", 7.0, customer_name="X", chance_share=0.01)], "who did not buy again had bought more"),
    (base, base_of(-0.3), "are down"),
    (base, base_of(0.3), "the main factor"),
    (base, base_of(0.3, old=-0.1), "earlier customers bring in less"),
    (repeat, [fact("repeat_purchase_ratio", float("nan"), horizon_days=365)], "We cannot say yet"),
    (repeat, [fact("repeat_purchase_ratio", 0.8, low=0.7, high=0.9, horizon_days=365)], "come back: 80"),
    (repeat, [fact("repeat_purchase_ratio", 0.5, low=0.4, high=0.6, horizon_days=365)], "Too few"),
    (repeat, [fact("repeat_purchase_ratio", 0.67, low=0.67, high=0.8, horizon_days=365)], "come back: 67"),
    (repeat, [fact("repeat_purchase_ratio", 0.6, low=0.5, high=0.67, horizon_days=365)], "come back: between 50"),
    (retention, [fact("retention_rate", 0.9, period="2025"), fact("overdue", 3.0)], "3 have been silent for too long"),
    (retention, [fact("retention_rate", 0.9, period="2025"), fact("overdue", 0.0)], "nobody has been silent"),
    (retention, [fact("retention_rate", why="short"), fact("overdue", 3.0, unit="count")], "3 customers have been silent"),
    (retention, [fact("retention_rate", why="short"), fact("overdue", 0.0)], "Nobody has been silent"),
    (retention, [fact("retention_rate", why="short"), fact("overdue", float("nan"), why="none")], "we cannot say who stays and who leaves"),
    (accounts, [fact("key_accounts", n=5)], "Nobody is so large"),
    (accounts, [fact("key_accounts", n=0)], "nobody bought"),
    (accounts, [fact("key_accounts"), fact("dependence", 0.2, result_with=9.0, result_without=9.0)], "below the limit"),
    (accounts, [fact("key_accounts"), fact("dependence", 0.21, result_with=9.0, result_without=9.0)], "largest customer brings too much"),
    (receivables, [fact("receivables", why="none")], "We cannot say what customers owe"),
    (receivables, [fact("receivables", 0.0, top_share=0.0)], "Nothing is overdue"),
    (receivables, [fact("receivables", 9e6, unit="money", top_share=0.4)], "9 m RUB is overdue"),
    (receivables, [fact("receivables", 9.0), fact("stopped_paying", 2.0, unit="count", owed=5.0)], "2 customers have stopped paying"),
    (forecast, [fact("forecast", why="short")], "We cannot say what next year"),
    (forecast, [fact("forecast", 5e6, low=4e6, high=7e6, unit="money", months=6)], "over the next 6 months should lie between 4 m RUB and 7 m RUB"),
    (forecast, [fact("forecast", 5.0), fact("plan", -0.1, low=-0.2)], "within what can be expected"),
    (forecast, [fact("forecast", 5.0), fact("plan", 0.1, low=0.01)], "beyond its whole range"),
    (forecast, [fact("forecast", 5.0), fact("plan", 0.1, low=0.0)], "still within its range"),
    (portfolio, [fact("portfolio", why="chance")], "We cannot say which customers to grow"),
    (portfolio, [fact("portfolio", 33.0, unit="count", core=57)], "33 customers are worth developing"),
    (service, [fact("service_after_open", -0.4, **COMPLAINED, later_kept=5)], "Of 4 customers whose complaint was never settled, only 1 stayed"),
    (service, [fact("service_after_open", -0.4, **COMPLAINED, later_kept=4)], "was not settled in time, 60 % stayed"),
    (portfolio, [fact("portfolio", 33.0), fact("portfolio_effort", 0.24, profit=1.0, whole=100.0)], "24 % of the cost to serve"),
]  # fmt: skip


@pytest.mark.parametrize(("room", "stated", "said"), STATES)
def test_every_state_of_the_data_has_its_claim(room, stated, said, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    claim = room.claim(stated, NORM)[0]
    assert claim.role in list(Role)
    [row] = facts_of(claim.__class__(**{**claim.__dict__, "norm_id": ""})).to_dict("records")
    import pandas as pd

    assert said in sentence(pd.Series(row), "RUB").replace("\xa0", " ")
    assert i18n.current() == "en"


def test_a_doubt_stands_under_a_chapter_without_the_question_that_it_asks_elsewhere():
    asked = "open question: Sheet 2 lists returns in 296 rows but is not used. Can they be marked in sales.xls?"
    assert in_short(asked) == "Sheet 2 lists returns in 296 rows but is not used"
    assert in_short("lines exported twice") == "lines exported twice"
    assert in_short("open question: is it so?") == "is it so?", "a doubt that is a question alone stays"
