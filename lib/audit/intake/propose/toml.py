"""How does a proposal read as audit.toml? With samples beside each column and every question at the top, for a human to edit."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.intake.propose.base import Proposal

HEAD = """# What is what in the exports beside this file: proposed by `audit new`, to be read, corrected and completed by you.
# docs/keys.md explains every key; `audit check {folder}` says what it leads to. Edit and check until nothing is open.
"""
ASKED = """
# What could not be decided. Answer each in its place below, then delete its line here; until then the report says that it is open.
[questions]
"""
TEMPLATE = """
# [tables.lines]               # to be filled in by you: our column = theirs
# from = "{source}"
# columns = {{ customer_id = "", date = "", amount = "", order_id = "", product_id = "", quantity = "" }}
"""
LATER = """
[rules]                       # each with its effect in rows and money in the report
returns = "net"               # or "excluded"
vat = "excluded"              # the amounts hold no VAT; or "included" with vat_rates = { 2019-01-01 = 0.20 }
# services = ["Доставка"]     # product ids that are not goods
# corrections = "excluded"    # money taken off without goods coming back
# [[rules.exclude]]           # test orders, own companies, retail customers
# why = "test orders"
# column = "order_id"
# values = ["TEST*"]

# [controls]                  # booked sales as the company states them
# source = "profit and loss account"
# booked = { 2025 = 1000000.00, 2025-01 = 90000.00 }
# tolerance = 1.0
"""
SAMPLES = 3


def text(value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, list):
        return f"[{', '.join(text(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key(k)} = {text(v)}' for k, v in value.items() if v is not None)} }}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def key(name: str) -> str:
    """A key, in quotes where it is not a bare one."""
    return name if name and name.isascii() and name.replace("_", "").replace("-", "").isalnum() else text(name)


def parsed(proposal: Proposal) -> dict:
    """The proposal as settings read it."""
    return tomllib.loads(written(proposal))


def written(proposal: Proposal) -> str:
    """The text of audit.toml."""
    parts = [HEAD.format(folder=proposal.path.parent), _base(proposal)]
    if proposal.questions:
        parts.append(ASKED + "".join(f"{text(about)} = {text(question)}\n" for about, question in proposal.questions.items()))
    used = {
        source
        for mapping in proposal.tables.values()
        for source in [mapping["from"], *(how["source"] for how in mapping.get("lookup", {}).values())]
    }
    parts += [_source(one) for one in proposal.sheets if one.name in used or not used]
    parts += [_table(name, mapping, proposal) for name, mapping in proposal.tables.items()]
    if not used:
        parts.append(TEMPLATE.format(source=key(proposal.sheets[0].name) if proposal.sheets else "sales"))
    idle = [one for one in proposal.sheets if used and one.name not in used]
    parts.append("".join(["\n# Not used:\n", *(_comment(f"{one.file}: {', '.join(one.columns)[:150]}") for one in idle)]) if idle else "")
    return "".join([*parts, LATER])


def _base(proposal: Proposal) -> str:
    day = proposal.base.get("as_of")
    kind = proposal.base.get("purchases_are", "sales")
    return (
        f"\n[base]\nname = {text(proposal.path.parent.name)}          # as the report calls the company\n"
        f"currency = {text(proposal.base.get('currency', 'XXX'))}\n"
        f"as_of = {day or '2000-01-01'}          # last day the exports cover, inclusive"
        + ("; the last day found in them\n" if day else "; no day was found\n")
        + (f'purchases_are = "{kind}"   # a line is not a sale\n' if kind != "sales" else "")
    )


def _source(one) -> str:
    given = one.source.model_dump(exclude_defaults=True)
    lines = "".join(f"{name} = {text(value)}\n" for name, value in given.items())
    return f"\n[sources.{key(one.name)}]             # {one.rows} rows\n{lines}"


def _table(name: str, mapping: dict, proposal: Proposal) -> str:
    source = next(one for one in proposal.sheets if one.name == mapping["from"])
    parts = [f"\n[tables.{name}]\nfrom = {text(mapping['from'])}\n"]
    for part in ("compute", "where", "values", "constants"):
        if mapping.get(part):
            parts.append(f"{part} = {text(mapping[part])}\n")
    if mapping.get("distinct"):
        parts.append("distinct = true               # many rows per key: the first is taken\n")
    parts.append(f"[tables.{name}.columns]\n")
    for ours, theirs in mapping["columns"].items():
        parts.append(f"{ours} = {text(theirs)}{_samples(source, theirs) if isinstance(theirs, str) else ''}\n")
    if mapping.get("lookup"):
        parts.append(f"[tables.{name}.lookup]\n" + "".join(f"{ours} = {text(how)}\n" for ours, how in mapping["lookup"].items()))
    used = {name for theirs in mapping["columns"].values() for name in ([theirs] if isinstance(theirs, str) else theirs)}
    if name == "lines" and (rest := [c for c in source.columns if c not in used]):
        parts.append(_comment(f"not used: {' '.join(', '.join(rest).split())}"))
    return "".join(parts)


def _samples(source, column: str) -> str:
    values = [
        " ".join(value.split())[:30] for value in source.table[column].head(200).unique(maintain_order=True).to_list() if value.strip()
    ]
    return f"    {_comment(', '.join(values[:SAMPLES])).rstrip()}" if values else ""


def _comment(said: str) -> str:
    """A comment of one line, whatever signs names and values hold."""
    return f"# {''.join(letter if letter.isprintable() else '?' for letter in said)}\n"
