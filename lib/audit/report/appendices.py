"""What stands behind the chapters? The page of settings, norms, files and versions, and the list of tables and pictures."""

from __future__ import annotations

import html
import re

from audit import i18n
from audit.core import labels, norms, registry
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report import show

SETTINGS_TITLE = N_("Settings, norms and sources")
LISTS_TITLE = N_("Tables and pictures")
CAPTIONED = re.compile(r'<(caption|figcaption) id="([\w-]+)">(.*?)(?: <span class="unit">.*?)?</\1>', re.DOTALL)


def lists(pages: list[tuple[str, str, str]]) -> str:
    """Every table and picture of the report, page by page, each a link to where it stands.

    Parameters
    ----------
    pages
        name, title and text of each page, its captions with anchors (`links.captioned`).
    """
    parts = []
    for name, title, text in pages:
        found = [(kind, anchor, said) for kind, anchor, said in CAPTIONED.findall(text)]
        items = "".join(
            f'<li><a href="{name}.html#{anchor}">{said}</a>{" · " + html.escape(_("picture")) if kind == "figcaption" else ""}</li>'
            for kind, anchor, said in found
        )
        parts += [f"<h2>{html.escape(title)}</h2>\n<ul>{items}</ul>"] if found else []
    lead = html.escape(_("Tables stand whole, a sheet each, in tables.xlsx and customers.xlsx beside this report."))
    return f"<h1>{html.escape(_(LISTS_TITLE))}</h1>\n<p>{lead}</p>\n" + "\n".join(parts)


def settings_page(template, settings: Settings, inputs: list[dict], versions: dict[str, str], skipped: dict[str, str]) -> str:
    """What was declared, every norm with its source, scope and the value in force, the files read, and the versions."""
    import pandas as pd

    base = settings.base.model_dump(mode="json") | settings.rules.model_dump()
    declared = [(labels.label(key), _plain(value)) for key, value in base.items()]
    declared += [(_("not run: {step}").format(step=_(registry.by_name(name).title)), i18n.render(why)) for name, why in skipped.items()]
    declared = pd.DataFrame(declared, columns=["setting", "value"])
    tables = {
        "declared": show.markup(declared, "", caption=_("audit.toml, with its defaults resolved"), top=99),
        "norms": show.markup(_norms(settings), "", caption=_("Norms are judged, settings are choices, claims are only quoted"), top=99),
        "inputs": show.markup(
            pd.DataFrame(inputs, columns=["file", "bytes", "sha256"]), "", caption=_("Files of the base, unchanged by us"), top=999
        ),
        "versions": show.markup(pd.DataFrame(versions.items(), columns=["what", "version"]), "", caption=_("Versions and hashes"), top=99),
    }
    words = {
        "settings": _(SETTINGS_TITLE),
        "declared": _("What was declared"),
        "norms": _("Norms, settings and claims"),
        "inputs": _("Files read"),
        "versions": _("Made with"),
        "settings_lead": _(
            "Every number of this report follows from the files, settings and norms on this page. The same ones give the "
            "same report, byte for byte."
        ),
    }
    return template.render(words=words, **tables)


def _norms(settings: Settings):
    """The register as a reader sees it: with the value of this base, and why it differs."""
    register = norms.in_force(settings.norms)
    own = register["own_value"].fillna(register["value"])
    overridden = [f"{i18n.number(v)}: {i18n.render(w)}" if w else "" for v, w in zip(own, register["why"], strict=True)]
    scope = [", ".join(_(kind) for kind in norms.register()[norm].sales_types) or _("all sales") for norm in register["norm"]]
    register = register.assign(value=own.map(i18n.number), overridden=overridden, scope=scope, norm=register["norm"].str.replace("_", " "))
    for column in ("kind", "unit", "direction", "meaning", "source"):
        register[column] = [_(text) for text in register[column]]
    return register[["meaning", "kind", "value", "unit", "direction", "scope", "overridden", "source", "norm"]]


def _plain(value) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value in ([], {}):
        return i18n.NOTHING
    return ", ".join(map(_plain, value)) if isinstance(value, list) else _(str(value))
