"""Which customers are one company, or one group? Proposals for a human; nothing is merged without a decision but identical tax ids.

Names are compared without legal form, quotes and case, Latin look-alikes as Cyrillic, then transliterated; typing errors by the share of
letters in common among neighbours in two sorted lists, so that 200,000 customers take minutes (fault 53). Different valid tax ids speak
against one company and for a group. The source asks for the same: method K6 (transliteration, extra keys, a review list, no silent
overwrite).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polars as pl

from audit.i18n import mark as N_
from audit.i18n import stored
from audit.intake.checks.reconciliation import as_csv
from audit.intake.mapping import identifiers
from audit.intake.mapping.parse import MONEY
from audit.intake.readers import layout, text
from audit.intake.readers.read import BadExport

REVIEW = "duplicates.csv"
FORMS = (
    "общество с ограниченной ответственностью", "публичное акционерное общество", "открытое акционерное общество",
    "закрытое акционерное общество",
    "непубличное акционерное общество", "акционерное общество", "индивидуальный предприниматель", "государственное унитарное предприятие",
    "муниципальное унитарное предприятие", "ооо", "оао", "зао", "пао", "нао", "ао", "ип", "чп", "тоо", "гуп", "муп", "фгуп", "тд",
    "торговый дом", "ук", "нко",
    "ано", "гк", "пбоюл", "кфх", "ooo", "oao", "zao", "pao", "ao", "ip", "too", "llc", "ltd", "limited", "inc", "incorporated", "corp",
    "corporation", "co", "company", "gmbh", "ag", "kg", "ohg", "plc", "llp", "sa", "sas", "sarl", "eurl", "srl", "spa", "bv", "nv", "oy", "oyj", "ab",
    "aps", "asa", "kft", "sro", "doo", "ltda", "pty", "pte", "pvt", "jsc", "sp z oo", "одо", "чуп", "уп", "фоп", "прат",
)  # fmt: skip
NEIGHBOURS = 6  # window of the sorted lists
SHORTEST = 5  # letters below which a slip makes another name
ALIKE_LETTERS = 60  # percentage of letters in common from which two names of one tax id may be one company's
TAX_ID_LEAST = 7  # signs of a tax id that cannot be checked: fewer are no tax id of any country
LONG = 14  # letters from which two slips are allowed
SHARED_MOST = 20  # a phone or an address of more customers is a call centre, not a bond
SAME_TAX_ID = N_("same tax id")
UNLIKE_NAMES = N_("same tax id, but names that have nothing in common")
SAME_NAME = N_("same name except for legal form, quotes or spelling")
OTHER_LETTERS = N_("same name in other letters")
TYPING = N_("same name except for a typing error")
SAME_PHONE = N_("same phone")
SAME_ADDRESS = N_("same address")
OTHER_TAX_ID = N_("{reason}, but different tax ids")
ONE = N_("one company with {customer_id}: {reason}")
DECIDED = N_("decided in duplicates.csv")
SCORES = {SAME_TAX_ID: 1.0, UNLIKE_NAMES: 0.6, SAME_NAME: 0.95, OTHER_LETTERS: 0.9, TYPING: 0.8, SAME_PHONE: 0.7, SAME_ADDRESS: 0.5}
DECISIONS = ("merge", "group", "apart")
SCHEMA = {
    "customer_a": pl.String, "customer_b": pl.String, "proposal": pl.String, "decision": pl.String, "score": pl.Float64,
    "reason": pl.String,
    "name_a": pl.String, "name_b": pl.String, "amount": MONEY,
}  # fmt: skip


@cache
def _form() -> re.Pattern:
    return re.compile(r"\b(?:" + "|".join(sorted(map(re.escape, FORMS), key=len, reverse=True)) + r")\b")


def core(name: str) -> str:
    """A name without what varies: case, quotes, punctuation, legal form, Latin look-alikes, ё; its words in order of the alphabet.

    >>> core('ООО "Ромашка"') == core("Pомашка, ООО") == core("Общество с ограниченной ответственностью «РОМАШКА»")
    True
    """
    undotted = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", name)  # S.A.R.L.
    bare = layout.plain(re.sub(r"[\"'«»“”„`]", " ", undotted).upper().lower())
    without = " ".join(_form().sub(" ", bare).split())
    return " ".join(sorted((without or bare).split()))


def latin(core: str) -> str:
    """A name's core in Latin letters, with the usual variants of transliteration made one.

    >>> latin(core("Ромашка")) == latin(core("Romashka LLC"))
    True
    """
    from anyascii import anyascii

    text = anyascii(core).lower()
    for variant, one in (
        ("shch", "s"),
        ("sch", "s"),
        ("sh", "s"),
        ("zh", "z"),
        ("kh", "h"),
        ("ch", "c"),
        ("ts", "c"),
        ("ks", "x"),
        ("ph", "f"),
        ("yu", "u"),
        ("iu", "u"),
        ("ya", "a"),
        ("ia", "a"),
        ("yo", "e"),
        ("ye", "e"),
        ("'", ""),
        ("y", "i"),
        ("j", "i"),
        ("w", "v"),
        ("ck", "k"),
        ("q", "k"),
        ("c", "k"),
    ):
        text = text.replace(variant, one)
    return re.sub(r"([a-z])\1", r"\1", text).replace(" ", "")


def proposals(customers: pl.DataFrame, booked: pl.DataFrame, *, country: str) -> pl.DataFrame:
    """Pairs of customers that may be one company or one group, with reason and score, most money first.

    Parameters
    ----------
    customers
        customer_id, name; optional tax_id, phone, address.
    booked
        customer_id, amount: their booked sales.
    country
        whose rules tax ids and phones follow (`identifiers.country`).

    Returns
    -------
    DataFrame with customer_a, customer_b (in order of the alphabet), proposal (merge, group, look), decision (empty), score (0 to 1),
    reason, name_a, name_b, amount (booked sales of the smaller of the two).
    """
    table = customers.select(
        "customer_id", *(pl.col(c) if c in customers.columns else pl.lit("").alias(c) for c in ("name", "tax_id", "phone", "address"))
    ).sort("customer_id")
    rows = table.fill_null("").rows(named=True)
    money = dict(booked.select("customer_id", "amount").iter_rows())
    pairs: dict[tuple[int, int], str] = {}
    by_tax_id = list(_by_tax_id(rows, country))
    for reason, found in (
        (SAME_TAX_ID, (pair for pair in by_tax_id if _are_alike(rows, *pair))),
        (UNLIKE_NAMES, (pair for pair in by_tax_id if not _are_alike(rows, *pair))),
        (SAME_NAME, _by_name(rows)),
        (OTHER_LETTERS, _by_latin(rows)),
        (TYPING, _by_typing(rows)),
        (SAME_PHONE, _by_phone(rows, country)),
        (SAME_ADDRESS, _by_address(rows)),
    ):
        for pair in found:
            pairs.setdefault(pair, reason)
    made = [
        _proposal(rows[a], rows[b], reason, money, country)
        for (a, b), reason in pairs.items()
        if reason != TYPING or not _differ(rows[a], rows[b], country)
    ]
    return pl.DataFrame(made, schema=SCHEMA, orient="row").sort(
        "score", "amount", "customer_a", "customer_b", descending=[True, True, False, False], nulls_last=True
    )


def _proposal(a: dict, b: dict, reason: str, money: dict, country: str) -> tuple:
    differ = _differ(a, b, country)
    score = SCORES[reason] / 2 if differ and reason != SAME_ADDRESS else SCORES[reason]
    proposal = "group" if differ or reason == SAME_PHONE else "look" if reason in (TYPING, SAME_ADDRESS, UNLIKE_NAMES) else "merge"
    said = stored(OTHER_TAX_ID, reason=reason) if differ else reason
    smaller = min((money.get(row["customer_id"]) for row in (a, b)), key=lambda x: (x is not None, x or 0))
    return (a["customer_id"], b["customer_id"], proposal, "", score, said, a["name"], b["name"], smaller)


def _differ(a: dict, b: dict, country: str) -> bool:
    """Whether both have a valid tax id, and not the same: names that are merely alike then say nothing."""
    known = [identifiers.tax_id(row["tax_id"], country) for row in (a, b)]
    return all(state in (identifiers.VALID, identifiers.RESTORED) for _code, state in known) and known[0][0] != known[1][0]


def _pairs(keys: list[str], most: int = 50) -> Iterator[tuple[int, int]]:
    """Pairs of rows that share a key; a key of very many rows bonds each to the first only."""
    groups = defaultdict(list)
    for i, key in enumerate(keys):
        if key:
            groups[key].append(i)
    for members in groups.values():
        firsts = members if len(members) <= most else members[:1]
        yield from ((a, b) for n, a in enumerate(firsts) for b in members[n + 1 :])


def _by_tax_id(rows: list[dict], country: str):
    judged = [identifiers.tax_id(row["tax_id"], country) if row["tax_id"] else ("", "") for row in rows]
    known = (identifiers.VALID, identifiers.RESTORED, identifiers.FOREIGN)  # of a country without rules here: the same text all the same
    return _pairs([code.casefold() if state in known and len(code) >= TAX_ID_LEAST else "" for code, state in judged])


def _are_alike(rows: list[dict], a: int, b: int) -> bool:
    """Whether two names may be one company's: a word in common, or letters alike; a name that says nothing, such as the code, may be any."""
    from rapidfuzz import fuzz

    names = [core(rows[i]["name"]) for i in (a, b)]
    words = [{word for word in name.split() if len(word) > 2 and not word.isdigit()} for name in names]
    if not all(words):
        return True
    return bool(words[0] & words[1]) or fuzz.ratio(latin(names[0]), latin(names[1])) >= ALIKE_LETTERS


def _by_name(rows: list[dict]):
    return _pairs([core(row["name"]) for row in rows])


def _by_latin(rows: list[dict]):
    """Names that agree in Latin letters, one of them written in Cyrillic and the other not: codes such as C-12 and K-12 are two."""
    keys = [latin(core(row["name"])) for row in rows]
    is_cyrillic = [bool(re.search(r"[а-яё]", core(row["name"]))) for row in rows]
    found = _pairs([key if len(key) >= SHORTEST else "" for key in keys])
    return (pair for pair in found if is_cyrillic[pair[0]] != is_cyrillic[pair[1]])


def _by_typing(rows: list[dict]) -> Iterator[tuple[int, int]]:
    """Names alike but for a slip or two (a letter more, less, other, or two exchanged): each is compared with its neighbours in the list
    sorted from the front and from the back."""
    from rapidfuzz.distance import OSA

    keys = [core(row["name"]) for row in rows]
    for turned in (lambda key: key, lambda key: key[::-1]):
        order = sorted((i for i, key in enumerate(keys) if len(key) >= SHORTEST), key=lambda i: (turned(keys[i]), i))
        for at, a in enumerate(order):
            for b in order[at + 1 : at + 1 + NEIGHBOURS]:
                most = 2 if min(len(keys[a]), len(keys[b])) >= LONG else 1
                if (
                    keys[a] != keys[b]
                    and _digits(keys[a]) == _digits(keys[b])
                    and OSA.distance(keys[a], keys[b], score_cutoff=most) <= most
                ):
                    yield (a, b) if a < b else (b, a)


def _digits(key: str) -> str:
    """«Магазин 12» and «Магазин 13» differ in more than a typing error."""
    return "".join(re.findall(r"\d", key))


def _by_phone(rows: list[dict], country: str):
    judged = [identifiers.phone(row["phone"], country) if row["phone"] else ("", "") for row in rows]
    return _rare([code if state == identifiers.VALID else "" for code, state in judged])


def _by_address(rows: list[dict]):
    plain = ["".join(sorted(layout.plain(row["address"]).split())) for row in rows]
    return _rare([key if len(key) >= 12 and re.search(r"\d", key) else "" for key in plain])


def _rare(keys: list[str]):
    counts = defaultdict(int)
    for key in keys:
        counts[key] += 1
    return _pairs([key if counts[key] <= SHARED_MOST else "" for key in keys])


def decisions(folder: Path) -> dict[tuple[str, str], str]:
    """What a human decided in the base's duplicates.csv, by pair of customer codes; empty where there is no such file.

    Raises
    ------
    BadExport
        for a decision that is none of merge, group, apart, with its row.
    """
    path = folder / REVIEW
    if not path.is_file():
        return {}
    content = path.read_bytes()
    written = text.utf8(content, path.name, text.likely_encoding(content)).removeprefix(b"\xef\xbb\xbf")
    table = text.rows(written, path.name, separator=text.delimiter(written[:5000].decode(errors="ignore")), skip=0)
    names = list(table.row(0)) if len(table) else []
    missing = {"decision", "customer_a", "customer_b"} - set(names)
    if missing:
        message = N_("{file} has no column {columns}. What to do: delete it and run `audit check`, which writes it anew.")
        raise BadExport(message, file=path.name, columns=", ".join(sorted(missing)))
    rows = [dict(zip(names, (cell.strip() for cell in row), strict=True)) for row in table[1:].iter_rows()]
    odd = [i for i, row in enumerate(rows, 2) if row["decision"] not in ("", *DECISIONS)]
    if odd:
        message = N_("{file}, row {row}: decision must be one of {known}, or empty; got {got!r}.")
        raise BadExport(message, file=path.name, row=odd[0], known=", ".join(DECISIONS), got=rows[odd[0] - 2]["decision"])
    return {(_bare(row["customer_a"]), _bare(row["customer_b"])): row["decision"] for row in rows if row["decision"]}


def _bare(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from taking it for a formula (fault 31)."""
    return cell[1:] if re.match(r"'[=+\-@\t\r]", cell) else cell


def review(found: pl.DataFrame) -> bytes:
    """The review file: what a human fills in first, then what speaks for it; opens in a Russian Excel."""
    return as_csv(found.select("decision", "proposal", "score", "reason", "name_a", "name_b", "amount", "customer_a", "customer_b"))


def with_decisions(found: pl.DataFrame, decided: dict[tuple[str, str], str]) -> pl.DataFrame:
    """The proposals with what was decided, and decided pairs that are no longer proposed."""
    given = [decided.get((a, b), decided.get((b, a), "")) for a, b in found.select("customer_a", "customer_b").iter_rows()]
    known = {frozenset(pair) for pair in found.select("customer_a", "customer_b").iter_rows()}
    found = found.with_columns(pl.Series("decision", given, dtype=pl.String))
    more = [(a, b, "look", decision, 0.0, DECIDED, a, b, None) for (a, b), decision in decided.items() if frozenset((a, b)) not in known]
    return pl.concat([found, pl.DataFrame(more, schema=SCHEMA, orient="row")])


def aliases(found: pl.DataFrame, booked: pl.DataFrame) -> pl.DataFrame:
    """Which customer code stands for which: pairs with the same valid tax id, unless kept apart, and pairs decided to be one.

    Of codes that are one, the one with the most booked sales stays.

    Returns
    -------
    DataFrame with alias_id, customer_id, reason.
    """
    same = (pl.col("reason") == SAME_TAX_ID) & ~pl.col("decision").is_in(["apart", "group"])
    merged = found.filter((pl.col("decision") == "merge") | same)
    money = dict(booked.select("customer_id", "amount").iter_rows())
    rows = []
    for members in _joined(merged.select("customer_a", "customer_b").rows()):
        stays = max(members, key=lambda m: (money.get(m) or 0, [-ord(c) for c in m]))
        rows += [(m, stays) for m in sorted(members) if m != stays]
    reasons = {frozenset(pair): reason for *pair, reason in merged.select("customer_a", "customer_b", "reason").iter_rows()}
    made = [(alias, stays, reasons.get(frozenset((alias, stays)), DECIDED)) for alias, stays in rows]
    return pl.DataFrame(made, schema={"alias_id": pl.String, "customer_id": pl.String, "reason": pl.String}, orient="row").sort("alias_id")


def groups(found: pl.DataFrame, aliases: pl.DataFrame) -> dict[str, str]:
    """Customer -> group, for the customers that a human has put into one group; the group is named after its first member."""
    stays = dict(aliases.select("alias_id", "customer_id").iter_rows())
    pairs = found.filter(pl.col("decision") == "group").select("customer_a", "customer_b").rows()
    joined = _joined([(stays.get(a, a), stays.get(b, b)) for a, b in pairs])
    return {member: min(members) for members in joined for member in members}


def at_stake(found: pl.DataFrame) -> tuple[int, float]:
    """How many customers some pairs are about, each counted once, and the booked sales of all but the largest of each set."""
    money: dict[str, float] = {}
    for a, b, amount in found.select(
        "customer_a", "customer_b", "amount"
    ).rows():  # of each pair the smaller one's, nothing where it has none
        money |= {one: max(money.get(one, 0.0), float(amount or 0)) for one in (a, b)}
    sets = _joined(found.select("customer_a", "customer_b").rows())
    return len(money), sum(sum(money[m] for m in one) - max(money[m] for m in one) for one in sets)


def _joined(pairs: list[tuple[str, str]]) -> list[set[str]]:
    """Pairs as the sets that they connect."""
    belongs: dict[str, set[str]] = {}
    for a, b in pairs:
        one = belongs.get(a, {a}) | belongs.get(b, {b})
        for member in one:
            belongs[member] = one
    return list({id(one): one for one in belongs.values()}.values())
