"""What does the owner hold? Executed notebooks -> pages: an index, a chapter per step, settings, and one file of all.

Everything is inlined: no script, no request, a Content-Security-Policy on every page. nbconvert turns a
notebook into a chapter's body with our own template; Jinja puts the page around it.
"""

from __future__ import annotations

import base64
import html
import re
from functools import cache
from pathlib import Path

import jinja2

from audit import language, norms, show, steps
from audit.language import mark as N_
from audit.language import translate as _
from audit.settings import Settings

TEMPLATES = Path(__file__).parent / "templates"
WORDS = {
    "method": N_("How this was computed"), "skip": N_("Skip to the text"), "audit": N_("Customer-base audit"), "contents": N_("Contents"),
    "run": N_("Run"), "settings": N_("Settings, norms and sources"), "declared": N_("What was declared"), "norms": N_("Norms, settings and claims"),
    "inputs": N_("Files read"), "versions": N_("Made with"),
    "settings_lead": N_("Every number of this report follows from the files, settings and norms on this page. The same ones give the same report, byte for byte."),
}  # fmt: skip


def words() -> dict[str, str]:
    """The fixed words of the pages in the reader's language."""
    return {name: _(word) for name, word in WORDS.items()}


def pages(
    bodies: dict[str, str],
    target: Path,
    settings: Settings,
    *,
    run: str,
    inputs: list[dict],
    versions: dict[str, str],
    skipped: dict[str, str],
) -> None:
    """Write index.html, <step>.html, settings.html and report.html from the chapters of a run.

    Parameters
    ----------
    bodies
        step -> the body of its chapter.
    target
        folder of the pages.
    inputs, versions
        files read (name, size, sha256), and what the run was made with.
    skipped
        steps that were not run, with the reason.
    """
    done = [step for step in steps.ALL if step.name in bodies]
    done = sorted(done, key=lambda step: (step is not steps.VERDICTS, step.number))
    bodies = {_name(step): _answer_first(_sound(bodies[step.name], step.name), step) for step in done}
    bodies["settings"] = _settings_page(settings, inputs, versions, skipped)
    titles = {_name(step): _(step.question) for step in done} | {"settings": _(WORDS["settings"])}
    for name, text in bodies.items():
        links = [{"href": f"{n}.html", "title": t, "here": n == name} for n, t in titles.items()]
        _write(target / f"{name}.html", _page(titles[name], text, links, settings, run))
    links = [{"href": f"#{n}", "title": t, "here": False} for n, t in titles.items()]
    whole = "\n".join(
        f'<section class="chapter" id="{name}">{_below(text, first=i == 0)}</section>' for i, (name, text) in enumerate(bodies.items())
    )
    _write(target / "report.html", _page(_(WORDS["audit"]), whole, links, settings, run))


def _name(step: steps.Step) -> str:
    return "index" if step is steps.VERDICTS else step.name


def body(notebook: Path) -> str:
    """A chapter's HTML from an executed notebook, without code."""
    import nbformat

    text, _resources = _exporter().from_notebook_node(nbformat.read(notebook, as_version=4), resources={"words": words()})
    return re.sub(r"\n{3,}", "\n\n", text)


@cache
def _exporter():
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(template_name="audit", extra_template_basedirs=[str(TEMPLATES)], exclude_anchor_links=True)
    exporter.register_filter("b64", lambda text: base64.b64encode(text.encode()).decode())
    return exporter


FORBIDDEN = re.compile(r"<script|<iframe|<object|<embed|<link|\son\w+\s*=|javascript:|src=\"(?!data:)|url\(", re.IGNORECASE)
PICTURE = re.compile(r'"data:image/[\w+]+;base64,[A-Za-z0-9+/=\s]*"')


class UnsafeReport(ValueError):
    """A page that would run something or call home; it is never written."""


def _sound(text: str, step: str) -> str:
    tags = " ".join(re.findall(r"<[^>]*>", PICTURE.sub('"data:"', text)))
    if found := FORBIDDEN.search(tags):
        raise UnsafeReport(
            f"chapter {step!r} holds {found.group()!r} in its markup; a name from the data must be escaped where it is shown"
        )
    return text


FIRST = re.compile(r'<li class="([\w-]+)">.*?<span class="said">(.*?)</span> (<span class="judgement">.*?</span>)</li>', re.DOTALL)


def _answer_first(text: str, step: steps.Step) -> str:
    """The chapter with its first finding as the title and the question above it; the page of verdicts keeps its question."""
    found = FIRST.search(text)
    if step is steps.VERDICTS or not found:
        return text
    verdict, said, judgement = found.groups()
    title = f'<p class="kicker">\\g<1></p>\n<h1>{_plain_text(said)}</h1>\n<p class="lead {verdict}">{_plain_text(judgement)}</p>'
    return re.sub(r"<h1[^>]*>(.*?)</h1>", title, text.replace(found.group(), "", 1), count=1, flags=re.DOTALL)


def _plain_text(text: str) -> str:
    return text.replace("\\", "\\\\")


def _below(text: str, *, first: bool) -> str:
    """Chapters of the one-file report: only the first keeps its h1, the others' headings move one level down."""
    if first:
        return text
    return re.sub(r"<(/?)h([1-5])", lambda m: f"<{m[1]}h{int(m[2]) + 1}", text)


def _page(title: str, text: str, links: list[dict], settings: Settings, run: str) -> str:
    template = _environment().get_template("page.html.j2")
    period = f"{settings.observed_from} – {settings.as_of}"
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    plain = {"title": html.escape(title), "base": html.escape(settings.base.name), "run": html.escape(run), "period": period}
    return template.render(**plain, language=language.current(), words=words(), links=links, body=text, style=style)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(TEMPLATES), undefined=jinja2.StrictUndefined, keep_trailing_newline=True)


def _settings_page(settings: Settings, inputs: list[dict], versions: dict[str, str], skipped: dict[str, str]) -> str:
    import pandas as pd

    base = settings.base.model_dump(mode="json") | {f"rules: {k}": v for k, v in settings.rules.model_dump().items()}
    declared = pd.DataFrame([(key.replace("_", " "), _plain(value)) for key, value in base.items()], columns=["setting", "value"])
    declared = pd.concat(
        [declared, pd.DataFrame([(_("not run: {step}").format(step=s), why) for s, why in skipped.items()], columns=["setting", "value"])]
    )
    register = norms.in_force(settings)
    own = register["own_value"].fillna(register["value"])
    register = register.assign(
        value=own.map(lambda v: f"{v:g}"), own_value=[f"{v:g}: {w}" if w else "" for v, w in zip(own, register["why"], strict=True)]
    )
    register = register.rename(columns={"own_value": "overridden"})[
        ["norm", "kind", "value", "unit", "direction", "overridden", "meaning", "source"]
    ]
    tables = {
        "declared": show.markup(declared, "", caption=_("audit.toml, with its defaults resolved"), top=99),
        "norms": show.markup(register, "", caption=_("Norms are judged, settings are choices, claims are only quoted"), top=99),
        "inputs": show.markup(
            pd.DataFrame(inputs, columns=["file", "bytes", "sha256"]), "", caption=_("Files of the base, unchanged by us"), top=999
        ),
        "versions": show.markup(pd.DataFrame(versions.items(), columns=["what", "version"]), "", caption=_("Versions and hashes"), top=99),
    }
    return _environment().get_template("settings.html.j2").render(words=words(), **tables)


def _plain(value) -> str:
    return ", ".join(map(str, value)) or "–" if isinstance(value, list) else str(value)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
