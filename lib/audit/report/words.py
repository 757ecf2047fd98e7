"""What does the consultant say? words.md of the base: texts for places of the report, what is hidden, put first or overruled, with the reason.

    # first page                    a text in Markdown, with figures by name: {retention.overdue.value}
    # retention                     under the claim of that chapter
    # customer К0001                on that customer's card
    # decision call                 under that decision
    hide: they are being called already      a line of its own: the chapter or decision is left out, and the report says so and why
    first: the owner asked for it            the decision stands before the others
    overrule: we know the reason             the claim or decision stays, under the consultant's own judgement, which is the text

A figure stands in the text as the report says it elsewhere. A text that names a figure or a place that is not there is refused, all of them at once; a figure
that has moved since the last run is named when the run is made.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from audit import i18n
from audit.core import registry
from audit.core.errors import AuditError
from audit.core.findings import in_unit, spoken_value
from audit.i18n import mark as N_
from audit.i18n import translate as _

FILE = "words.md"
FIRST_PAGE = "first page"
HEAD = re.compile(r"^#\s+(.+?)\s*$")
WHAT = re.compile(r"^(hide|first|overrule):\s*(.*)$")
FIGURE = re.compile(r"\{(\w+)\.(\w+)\.(\w+)\}")
FIELDS = ("value", "low", "high", "previous", "n", "money")
DOES = {"chapter": ("hide", "overrule"), "decision": ("hide", "first", "overrule")}  # what can be said of which place
COLUMNS = ["place_class", "subject", "what", "reason", "text", "line"]


class BadWords(AuditError):
    """A words.md that cannot be followed; the message names every fault with its line."""


def words(path: Path, *, choices: tuple[str, ...]) -> pd.DataFrame:
    """The parts of a words.md.

    Parameters
    ----------
    choices
        codes of the decisions that there are.

    Returns
    -------
    DataFrame with place_class (first page, chapter, customer, decision), subject (which), what (hide, first, overrule, or empty), reason, text, line.

    Raises
    ------
    BadWords
        for a place that is none, and for what is hidden, put first or overruled without a reason.
    """
    rows, faults, current = [], [], None
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise BadWords(N_("{file} is not UTF-8. What to do: save it as UTF-8, and run again."), file=path.name) from error
    for number, line in enumerate(lines, 1):
        if head := HEAD.match(line):
            place, subject = _place(head[1])
            if not place or (place == "decision" and subject not in choices):
                known = [FIRST_PAGE, *(step.name for step in registry.steps()), "customer <code>", *(f"decision {one}" for one in choices)]
                faults.append(
                    _("line {line}: no place {place!r}; expected one of {known}").format(line=number, place=head[1], known=", ".join(known))
                )
            current = dict(zip(COLUMNS, (place, subject, "", "", "", number), strict=True))
            rows.append(current)
        elif current is None:
            faults += [_("line {line}: a text before the first heading, such as # first page").format(line=number)] if line.strip() else []
        elif (what := WHAT.match(line)) and not current["text"].strip():
            current["what"], current["reason"] = what[1], what[2].strip()
            if what[1] not in DOES.get(current["place_class"], ()):
                faults.append(
                    _("line {line}: {what} does nothing here; it is said of {places}").format(
                        line=number, what=what[1], places=_of(what[1])
                    )
                )
            if len(what[2].strip()) < len("why?"):
                faults.append(_("line {line}: {what} needs its reason: {what}: because ...").format(line=number, what=what[1]))
        else:
            current["text"] += line + "\n"
    if faults:
        raise BadWords(
            N_("{file} cannot be followed:\n{faults}\nWhat to do: mend these lines, and run again."), file=path.name, faults=_listed(faults)
        )
    table = pd.DataFrame(rows, columns=COLUMNS)
    return table.assign(text=table["text"].str.strip())


def _of(what: str) -> str:
    return ", ".join(place for place, all_of_them in DOES.items() if what in all_of_them)


def _listed(faults: list[str]) -> str:
    return "\n".join(f"  - {fault}" for fault in faults)


def _place(head: str) -> tuple[str, str]:
    """Which place a heading names: its kind, and which one."""
    first, _space, rest = head.partition(" ")
    if head.casefold() == FIRST_PAGE:
        return FIRST_PAGE, ""
    if first.casefold() in ("customer", "decision") and rest:
        return first.casefold(), rest.strip()
    return ("chapter", head) if head in {step.name for step in registry.steps() if not step.uses_findings} else ("", head)


def none() -> pd.DataFrame:
    """No words at all."""
    return pd.DataFrame(columns=COLUMNS)


def known(found: pd.DataFrame, customers: set[str]) -> None:
    """That every customer of the words is one of the run.

    Raises
    ------
    BadWords
        naming those who are not.
    """
    of = found[(found["place_class"] == "customer") & ~found["subject"].isin(customers)]
    if len(of):
        faults = [
            _("line {line}: no customer {code!r} in this run").format(line=row["line"], code=row["subject"]) for _i, row in of.iterrows()
        ]
        raise BadWords(
            N_("{file} cannot be followed:\n{faults}\nWhat to do: mend these lines, and run again."), file=FILE, faults=_listed(faults)
        )


def figures(found: pd.DataFrame, facts: pd.DataFrame, currency: str) -> dict[str, str]:
    """Every figure that the words name, as the report says it.

    Raises
    ------
    BadWords
        naming all figures that no finding of this run has, with their lines.
    """
    import json

    by = {(row["step"], row["id"]): row for _i, row in facts.iterrows()}
    said, faults = {}, []
    for _i, part in found.iterrows():
        for step, name, field in FIGURE.findall(f"{part['text']}\n{part['reason']}"):
            row = by.get((step, name))
            params = json.loads(row["params"]) if row is not None else {}
            if row is None or field not in (*FIELDS, *params):
                fields = ", ".join(dict.fromkeys([*FIELDS, *params])) if row is not None else ""
                there = _("it has {fields}").format(fields=fields) if fields else _("no finding of this run is called so")
                faults.append(f"{{{step}.{name}.{field}}} ({_('below line {line}').format(line=part['line'])}): {there}")
            elif field in params:
                said[f"{step}.{name}.{field}"] = spoken_value(field, params[field], currency)
            elif field in ("n", "money"):
                said[f"{step}.{name}.{field}"] = (
                    i18n.shown("n", int(row["n"])) if field == "n" else i18n.spoken("money", row["money"], currency)
                )
            else:
                say = i18n.shown if row["norm_id"] else i18n.spoken
                said[f"{step}.{name}.{field}"] = in_unit(row[field], row["unit"], currency, say=say)
        faults += [
            _("{figure} (below line {line}): a figure is named as in {{retention.overdue.value}}").format(figure=figure, line=part["line"])
            for figure in re.findall(r"\{[^}\n]*\}", FIGURE.sub("", part["text"]))
        ]
    if faults:
        message = N_(
            "{file} names figures that are not there:\n{faults}\nWhat to do: name those that are, or take them out, and run again."
        )
        raise BadWords(message, file=FILE, faults=_listed(faults))
    return said


def words_at(place: str, which: str) -> str:
    """Where the consultant's words on a decision or a customer will stand, in the markup of a chapter."""
    return f"<!-- words {place} {which} -->"


def placed(text: str, page: str, found: pd.DataFrame, said: dict[str, str], anchors: dict[str, str]) -> str:
    """The markup of a page with the consultant's words in their places; a hidden chapter is nothing but the note that it is, and why.

    Parameters
    ----------
    page
        its step, or `first page`.
    anchors
        customer's code -> its anchor.
    """
    for _i, part in found.iterrows():
        told = markup(part, said)
        is_here = part["place_class"] == "chapter" and part["subject"] == page
        if is_here and part["what"] == "hide":
            head = re.search(r"<h1[^>]*>.*?</h1>", text, re.DOTALL)
            kicker = re.search(r'<p class="kicker">(.*?)</p>', text, re.DOTALL)
            return f"<h1>{kicker[1]}</h1>{told}" if kicker else f"{head[0] if head else ''}{told}"
        if is_here or (part["place_class"] == FIRST_PAGE == page):
            text = re.sub(
                r'(</h1>\s*(?:<p class="le(?:ad|de)[^"]*">.*?</p>)?)',
                lambda match, told=told: match[1] + told,
                text,
                count=1,
                flags=re.DOTALL,
            )
        if part["place_class"] in ("decision", "customer"):
            which = anchors.get(part["subject"], "") if part["place_class"] == "customer" else part["subject"]
            text = text.replace(words_at(part["place_class"], which), told)
    return re.sub(r"<!-- words [^>]*-->", "", text)


def markup(part: pd.Series, said: dict[str, str]) -> str:
    """A part as HTML under the consultant's name, its figures filled in, nothing of it markup but Markdown's."""
    import html

    import mistune

    held = list(said)  # a figure may be a name of the data: it is put in when all Markdown is done
    mark = lambda match: f"FIGURE{held.index('.'.join(match.groups()))}FIGURE"
    put = lambda text: re.sub(r"FIGURE(\d+)FIGURE", lambda match: html.escape(i18n.visible(said[held[int(match[1])]])), text)
    fill = lambda text: FIGURE.sub(lambda match: i18n.visible(said[".".join(match.groups())]), text)
    body = put(str(mistune.create_markdown(escape=True)(FIGURE.sub(mark, part["text"])))) if part["text"] else ""
    notes = {
        "overrule": _("Overruled by the consultant: {reason}"),
        "hide": _("Left out by the consultant: {reason}"),
        "first": _("Put first: {reason}"),
    }
    note = notes[part["what"]].format(reason=fill(part["reason"])) if part["what"] else ""
    head = f'<p class="kicker">{html.escape(_("In the consultant’s words"))}</p>'
    return f'<section class="words">{head}{body}{f"<p><b>{html.escape(note)}</b></p>" if note else ""}</section>'
