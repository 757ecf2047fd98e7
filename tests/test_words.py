"""The consultant's words: figures by name, hidden, put first, overruled with a reason; what is stale or not there is named; nothing of it runs."""

import pandas as pd
import pytest

from audit import run
from audit.core import settings, store
from audit.report import words
from audit.report.guard import sound
from audit.run import run_folder
from audit.steps import verdicts
from tests.conftest import TOML, write_base
from tests.test_changes import sales

CHOICES = ("stop", "call", "plan")
WORDS = """# first page
Seen by us: **{retention.overdue.n}** with a rhythm, <script>alert(1)</script>.

# segments
hide: the owner does not want it

# retention
overrule: we know that A was sold
A left in July; {retention.overdue.value} of them.

# customer B
Called last week.
"""


def read(tmp_path, text):
    path = tmp_path / "words.md"
    path.write_text(text, encoding="utf-8")
    return words.words(path, choices=CHOICES)


def test_headings_name_places_and_what_is_done_with_them(tmp_path):
    found = read(tmp_path, "# decision call\nfirst: they asked for it\nCall them.\n\n# first page\nText.\n\n## smaller\n")
    assert found[["place_class", "subject", "what", "reason", "text", "line"]].to_numpy().tolist() == [
        ["decision", "call", "first", "they asked for it", "Call them.", 1],
        ["first page", "", "", "", "Text.\n\n## smaller", 5],
    ]


def test_every_place_that_is_none_and_every_missing_reason_is_named_with_its_line(tmp_path):
    with pytest.raises(words.BadWords) as error:
        read(tmp_path, "text before\n# nowhere\n\n# decision sell\n\n# retention\nhide:\n")
    said = str(error.value)
    for part in (
        "line 1: a text before",
        "line 2: no place 'nowhere'",
        "line 4: no place 'decision sell'",
        "line 7: hide needs its reason",
        "decision call",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# verdicts\nx\n", "no place 'verdicts'"),
        ("# retention\nfirst: they asked\n", "first does nothing here"),
        ("# first page\nhide: no need\n", "hide does nothing here"),
    ],
)
def test_what_would_do_nothing_is_refused(tmp_path, text, said):
    with pytest.raises(words.BadWords, match=said):
        read(tmp_path, text)


def test_a_line_of_prose_is_no_order_a_brace_no_figure_and_another_encoding_is_named(tmp_path):
    assert read(tmp_path, "# retention\nSome text.\nfirst: this is prose\n")["what"].tolist() == [""]
    with pytest.raises(words.BadWords, match="a figure is named as in"):
        words.figures(read(tmp_path, "# retention\n{retention.overdue}\n"), facts(), "RUB")
    (tmp_path / "words.md").write_bytes("# retention\nтекст\n".encode("cp1251"))
    with pytest.raises(words.BadWords, match="UTF-8"):
        words.words(tmp_path / "words.md", choices=CHOICES)


def test_a_name_of_the_data_in_a_figure_is_never_markdown():
    part = pd.Series({"text": "**{a.b.c}**", "what": "", "reason": ""})
    told = words.markup(part, {"a.b.c": "![x](http://evil.example/p.png) *A* <b>\u202e"})
    assert "<img" not in told
    assert "<strong>![x](http://evil.example/p.png) *A* &lt;b&gt;</strong>" in told


def facts():
    return pd.DataFrame(
        [
            {
                "step": "repeat",
                "id": "ratio",
                "value": 0.637,
                "low": 0.5,
                "unit": "share",
                "n": 90,
                "money": 1234567.0,
                "params": '{"days": 365}',
                "norm_id": "",
            }
        ]
    )


def test_a_figure_is_said_as_everywhere_and_one_that_is_not_there_is_refused(tmp_path):
    found = read(tmp_path, "# repeat\n{repeat.ratio.value} of {repeat.ratio.n}, {repeat.ratio.money}, {repeat.ratio.days}\n")
    assert list(words.figures(found, facts(), "RUB").values()) == ["64\xa0%", "90", "1.23\xa0m\xa0RUB", "365"]
    for wrong in ("{repeat.gone.value}", "{repeat.ratio.colour}"):
        with pytest.raises(words.BadWords, match="names figures that are not there"):
            words.figures(read(tmp_path, f"# repeat\n{wrong}\n"), facts(), "RUB")


def test_decisions_are_put_first_and_hidden_but_never_lost():
    table = pd.DataFrame({"rank": [1, 2, 3], "choice_class": ["stop", "call", "plan"]})
    parts = pd.DataFrame({"place_class": "decision", "subject": ["plan", "stop"], "what": ["first", "hide"]})
    found = verdicts.worded(table, parts)
    assert found[["rank", "choice_class", "is_hidden"]].to_numpy().tolist() == [[1, "plan", False], [2, "call", False], [3, "stop", True]]
    assert verdicts.worded(table, None)["choice_class"].tolist() == ["stop", "call", "plan"]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A base with words, audited twice: the second time A, B and C have bought more."""
    folder = tmp_path_factory.mktemp("words")
    outputs, said = folder / "outputs", []
    base = write_base(folder / "base", sales("2024-06-30"), TOML.replace("2024-12-31", "2024-06-30"))
    (base / "words.md").write_text(WORDS, encoding="utf-8")
    only = ["base", "retention", "segments", "customers", "verdicts"]
    first = run.run(base, outputs=outputs, only=only, say=said.append).folder
    run_folder.point(outputs / "base", first.name)  # a part of an audit is never the latest by itself
    write_base(folder / "base", sales("2024-12-31"), TOML + '\n[report]\nfirm = "Beispiel & Co"\ncolour = "#7a1f3d"\n')
    return first, run.run(base, outputs=outputs, only=only, say=said.append).folder, said


def page(folder, name):
    return (folder / "report" / "en" / f"{name}.html").read_text(encoding="utf-8")


def test_words_stand_in_their_places_and_nothing_of_them_runs(told):
    first, now, _said = told
    for folder in (first, now):
        index = page(folder, "index")
        assert "<strong>6</strong> with a rhythm" in index
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in index
        sound(index.partition("<main")[2], "index")
        hidden = page(folder, "segments")
        assert "Left out by the consultant: the owner does not want it" in hidden
        assert "<table" not in hidden
        assert "Overruled by the consultant: we know that A was sold" in page(folder, "retention")
        assert "<!-- words" not in page(folder, "report")


def test_a_figure_that_moved_is_named_when_the_run_is_made(told):
    *_runs, said = told
    moved = [line for line in said if line.strip().startswith("words.md:")]
    assert moved == ["  words.md: retention.overdue.value was 0 and is 1: read the text again"]


def test_the_firms_name_and_colour_stand_on_every_page(told):
    _first, now, _said = told
    assert "Beispiel &amp; Co" in page(now, "base")
    assert "--blue: #7a1f3d" in page(now, "base")
    assert "Beispiel" not in page(told[0], "base")


@pytest.mark.parametrize(
    ("line", "said"),
    [('colour = "#ffee00"', "contrast is 1.2"), ('logo = "../x.png"', "inside the base"), ('logo = "x.gif"', "png or .svg")],
)
def test_a_colour_nobody_can_read_and_a_picture_from_elsewhere_are_refused(tmp_path, line, said):
    base = write_base(tmp_path / "base", sales("2024-06-30"), TOML + f"\n[report]\n{line}\n")
    with pytest.raises(settings.BadSettings, match=said):
        settings.read(base)


def test_a_customer_nobody_knows_is_refused_in_words():
    found = pd.DataFrame({"place_class": ["customer"], "subject": ["Z"], "line": [3]})
    with pytest.raises(words.BadWords, match="line 3: no customer 'Z'"):
        words.known(found, {"A"})
    assert words.known(found, {"Z"}) is None


def test_the_demo_has_no_words_and_no_mark_of_them(demo):
    assert store.maybe(demo, "words") is None
    assert "<!-- words" not in page(demo, "cards")
