"""Who paid the company? A 1CClientBankExchange statement (1.01 to 1.03) as one row per payment document.

A state machine over lines, in linear time. Reality differs from the specification: UTF-8 that says Windows, unknown and repeated keys,
lines without `=`, missing ends; each is noted and nothing is lost (faults 2, 21, 22, 23). The direction is not in the file: it follows
from the company's own accounts.

Source: http://v8.1c.ru/edi/edi_stnd/100/101.htm; what banks really write: faults.md, section 2.
"""

from __future__ import annotations

import bisect
import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import polars as pl

from audit.i18n import mark as N_
from audit.intake import words
from audit.intake.readers import text
from audit.intake.readers.detect import BadExport

PARTY = ("Счет", "РасчСчет", "ИНН", "КПП", "", "1")
PURPOSES = ("НазначениеПлатежа", *(f"НазначениеПлатежа{i}" for i in range(1, 7)))
KEYS = (
    "Номер",
    "Дата",
    "Сумма",
    "ДатаСписано",
    "ДатаПоступило",
    "ПоказательКБК",
    "Валюта",
    *PURPOSES,
    *(f"{side}{part}" for side in ("Плательщик", "Получатель") for part in PARTY),
)
SIDES = ("Плательщик", "Получатель")
DIALECTS = {  # keys of the formats that Kazakhstan's and Belarus's banks write, as those of Russia's
    "НомерДокумента": "Номер", "НомерДок": "Номер", "ДатаОперации": "Дата", "ДатаДокумента": "Дата", "ДатаДок": "Дата",
    "СуммаПриход": "Сумма", "СуммаРасход": "Сумма", "СуммаДокумента": "Сумма", "СуммаДок": "Сумма",
    "КодВалюты": "Валюта", "ВалютаДокумента": "Валюта",
    **{f"{side}{theirs}": f"{side}{ours}" for side in SIDES for theirs, ours in {
        "Наименование": "", "БИН_ИИН": "ИНН", "БИН": "ИНН", "ИИН": "ИНН", "УНП": "ИНН", "УНН": "ИНН", "ИИК": "Счет", "IBAN": "Счет",
    }.items()},
}  # fmt: skip
TAX_ID = r"^(\d{9}|\d{10}|\d{12})$"  # UNP, INN of companies, INN of people and BIN
NUMERIC = {"643": "RUB", "810": "RUB", "398": "KZT", "933": "BYN", "974": "BYN", "840": "USD", "978": "EUR", "156": "CNY"}
CLASSES = (
    "own",
    "acquiring",
    "loan",
    "salary",
    "tax",
    "cash",
    "refund_in",
    "other",
    "customer",
    "unclassified",
    "refund",
    "outgoing",
    "elsewhere",
)
ENDS = {"КонецДокумента", "КонецРасчСчет", "КонецФайла", "1CClientBankExchange"}
DAY = r"^(\d{2})\.(\d{2})\.(\d{4})$"
VAT = r"ндс[^\d]{0,40}?(?:\(?\s*\d{1,2}(?:[.,]\d+)?\s*%\s*\)?)?[^\d%]{0,20}?(\d[\d\s\x{00A0}]*(?:[.,\-=]\d{2}|(?:\s*руб)))"


@dataclass(frozen=True)
class Statement:
    documents: pl.DataFrame  # text; see `documents` for the columns
    balances: pl.DataFrame  # account, from_on, to_on, opening, received, spent, closing, documents_in, documents_out
    notes: list[tuple[str, str, int, str]]  # file, kind, how often, example
    encodings: dict[str, str]  # by file


def statement(contents: dict[str, bytes], *, encoding: str | None, own_tax_ids: list[str], payers: dict[str, str]) -> Statement:
    """The payments of all statements of a company together, each with its direction, the other party and its class.

    Own accounts and own tax ids are those of all the statements: a transfer from one account to another is own in both, and money given
    back is known by the customer's payments in any of them.

    Parameters
    ----------
    contents
        the statements, by file.

    Returns
    -------
    Statement whose documents have line_id, number, date (ISO where it can be read), amount (negative for a refund to a customer),
    direction (in, out, own, elsewhere: of no account of ours, unknown), class (CLASSES), customer_id (tax id, else name), name, tax_id, kpp, account (own), vat
    (from the purpose), currency, purpose, other (keys not known, JSON), _file, and _row, the line on which the document begins.

    Raises
    ------
    BadExport
        for bytes of no encoding, and a class in `payers` that is none of ours.
    """
    strange = sorted(set(payers.values()) - set(CLASSES))
    if strange:
        message = N_("payers: {classes} is not a class of payments. What to do: choose among {known}.")
        raise BadExport(message, classes=", ".join(strange), known=", ".join(CLASSES))
    frames, sections, accounts, notes, encodings = [], [], set(), [], {}
    for file, content in contents.items():
        read, used, odd = _read(content, file, encoding)
        _check_dialect(read, file)
        frames.append(read.frame().with_columns(pl.lit(file).alias("_file")))
        sections += read.sections
        accounts |= read.accounts
        notes += odd
        encodings[file] = used
    documents = _classified(_sided(pl.concat(frames), accounts), own_tax_ids, payers)
    return Statement(documents, _balances(sections, documents.unique("line_id", keep="first", maintain_order=True)), notes, encodings)


def _read(content: bytes, file: str, encoding: str | None) -> tuple[_Reader, str, list[tuple[str, str, int, str]]]:
    """The lines of one statement, its encoding, and what was odd about it."""
    written, used, notes = _decoded(content, file, encoding)
    read = _Reader()
    for number, line in enumerate(written.split("\n"), 1):
        read.line(number, line.rstrip("\r"))
    read.end()
    notes += [(kind, count, read.examples.get(kind, "")) for kind, count in sorted(read.faults.items())]
    return read, used, [(file, *note) for note in notes]


def _check_dialect(read: _Reader, file: str) -> None:
    """Documents that have more keys of their own than known ones, and none a day or a sum, are of a dialect that is not known."""
    own = [key for other in read.others if other for key in json.loads(other)]
    known = sum(bool(value) for values in read.columns.values() for value in values)
    if len(own) > known and not any(read.columns["Дата"]) and not any(read.columns["Сумма"]):
        keys = sorted(set(own))
        message = N_(
            "{file}: a dialect of 1CClientBankExchange that is not known: of {count} documents none has a day (Дата) and a sum (Сумма); they have "
            "{keys}. What to do: ask the bank for the exchange format 1.02 or 1.03, or for the statement as a table."
        )
        raise BadExport(message, file=file, count=len(read.others), keys=", ".join(keys[:20]))


def _decoded(content: bytes, file: str, declared: str | None) -> tuple[str, str, list]:
    """The text; UTF-8 wherever the bytes are, whatever the file says; else by its words, since some say Windows and are DOS."""
    written = text.likely_encoding(content)
    if written in ("cp1251", "cp866"):
        readable = [name for name in ("cp1251", "cp866") if "СекцияДокумент".encode(name) in content or "РасчСчет".encode(name) in content]
        written = declared or (readable[0] if readable else written)
    says = {"windows": "cp1251", "dos": "cp866"}.get(_said_encoding(content, written), written)
    notes = [("encoding", 1, f"{says} -> {written}")] if not written.startswith(says[:5]) and not content.isascii() else []
    return text.decoded(content, file, written), written, notes


def _said_encoding(content: bytes, encoding: str) -> str:
    found = re.search(r"Кодировка=(\w+)", content[:4096].decode(encoding, errors="replace"))
    return found[1].lower() if found else ""


class _Reader:
    """The lines so far: documents as columns, sections of balances, own accounts, and what was odd."""

    def __init__(self):
        self.columns: dict[str, list[str]] = {key: [] for key in KEYS}
        self.others: list[str] = []
        self.rows: list[int] = []
        self.sections: list[dict[str, str]] = []
        self.accounts: set[str] = set()
        self.faults: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.inside, self.current, self.begun, self.last, self.closed = "", {}, 0, "", False

    def line(self, number: int, line: str) -> None:
        """Take one line, whatever it is."""
        key, is_pair, value = line.partition("=")
        key, value = key.strip(), value.strip()
        if key == "СекцияДокумент":
            self._begin("document", number)
        elif key == "СекцияРасчСчет":
            self._begin("account", number)
        elif key in ENDS and not value:
            self._close(key, number)
        elif is_pair:
            self._pair(key, value, number)
        elif key:
            self._odd("line_without_sign", number)
            if self.inside and self.last:  # a purpose broken into lines
                self.current[self.last] = f"{self.current[self.last]} {key}"

    def _begin(self, what: str, number: int) -> None:
        if self.inside:
            self._odd("missing_end", number)
            self._finish()
        self.inside, self.current, self.begun, self.last = what, {}, number, ""

    def _close(self, key: str, number: int) -> None:
        self.closed |= key == "КонецФайла"
        if self.inside and key in ("КонецДокумента", "КонецРасчСчет"):
            if (key == "КонецДокумента") != (self.inside == "document"):
                self._odd("missing_end", number)
            self._finish()
        elif self.inside:
            self._odd("missing_end", number)
            self._finish()

    def _pair(self, key: str, value: str, number: int) -> None:
        if self.inside:
            if self.current.get(key, value) != value:
                self._odd("repeated_key", number)
                key = f"{key} ({number})"
            self.current[key] = value
            self.last = key
        elif key == "РасчСчет" and value:
            self.accounts.add(value)

    def _finish(self) -> None:
        if self.inside == "account":
            self.sections.append(self.current)
            self.accounts |= {self.current["РасчСчет"]} if self.current.get("РасчСчет") else set()
        else:
            for theirs, ours in DIALECTS.items():  # the first of several keys for one thing counts
                if theirs in self.current and not self.current.get(ours):
                    self.current[ours] = self.current.pop(theirs)
            for key in KEYS:
                self.columns[key].append(self.current.pop(key, ""))
            self.others.append(json.dumps(self.current, ensure_ascii=False) if self.current else "")
            self.rows.append(self.begun)
        self.inside, self.current, self.last = "", {}, ""

    def end(self) -> None:
        """The file has ended, whether or not it says so."""
        if self.inside:
            self._odd("missing_end", self.begun)
            self._finish()
        if not self.closed:
            self._odd("missing_end_of_file", 0)

    def _odd(self, kind: str, number: int) -> None:
        self.faults[kind] += 1
        self.examples.setdefault(kind, str(number))

    def frame(self) -> pl.DataFrame:
        """The documents as text columns named by the keys of the file."""
        columns = self.columns | {"other": self.others}
        frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
        return frame.with_columns(pl.Series("_row", self.rows, dtype=pl.Int64))


def _sided(found: pl.DataFrame, accounts: set[str]) -> pl.DataFrame:
    """Direction by own accounts, the other party, its day and money."""
    own = sorted(accounts)
    first = lambda *names: pl.coalesce([pl.when(pl.col(n) != "").then(pl.col(n)) for n in names]).fill_null("")
    payer, payee = first("ПлательщикСчет", "ПлательщикРасчСчет"), first("ПолучательСчет", "ПолучательРасчСчет")
    direction = (
        pl.when(payer.is_in(own) & payee.is_in(own)).then(pl.lit("own"))
        .when(payee.is_in(own)).then(pl.lit("in"))
        .when(payer.is_in(own)).then(pl.lit("out"))
        .when((payer != "") & (payee != "") & pl.lit(bool(own))).then(pl.lit("elsewhere"))
        .when((pl.col("ДатаПоступило") != "") & (pl.col("ДатаСписано") == "")).then(pl.lit("in"))
        .when((pl.col("ДатаСписано") != "") & (pl.col("ДатаПоступило") == "")).then(pl.lit("out"))
        .otherwise(pl.lit("unknown"))
    )  # fmt: skip
    found = found.with_columns(direction.alias("direction"), payer.alias("_payer"), payee.alias("_payee"))
    outward = pl.col("direction") == "out"
    side = lambda part, *more: (
        pl.when(outward)
        .then(first(*(f"Получатель{p}" for p in (part, *more))))
        .otherwise(first(*(f"Плательщик{p}" for p in (part, *more))))
    )
    day = pl.when(outward).then(first("ДатаСписано", "Дата")).otherwise(first("ДатаПоступило", "ДатаСписано", "Дата"))
    name = side("1", "").str.strip_chars()
    within = name.str.extract(r"(?i)\bинн\s*:?\s*(\d{10}|\d{12})\b", 1).fill_null("")
    purpose = pl.concat_str([pl.col(key) for key in PURPOSES[1:]], separator=" ")
    return found.with_columns(
        pl.when(pl.col("Номер") + pl.col("Сумма") == "")
        .then(pl.lit(""))
        .otherwise(pl.concat_str(["Номер", "Дата", "Сумма", "_payer", "_payee"], separator="/"))
        .alias("line_id"),
        pl.col("Номер").alias("number"),
        day.str.replace(DAY, "$3-$2-$1").alias("date"),
        pl.col("Сумма").str.replace_all(r"[\s\x{00A0}]", "").str.replace(r"[,\-](\d{1,2})$", ".$1").alias("amount"),
        name.str.replace(r"(?i)^\s*инн\s*:?\s*\d+\s*(кпп\s*:?\s*\d+)?\s*[,/]*\s*", "").alias("name"),
        pl.when(side("ИНН").str.contains(TAX_ID)).then(side("ИНН")).otherwise(within).alias("tax_id"),
        pl.when(side("КПП").str.contains(r"[1-9]")).then(side("КПП")).otherwise(pl.lit("")).alias("kpp"),
        pl.when(outward).then("_payer").otherwise("_payee").alias("account"),
        pl.when(outward).then("ПлательщикИНН").otherwise("ПолучательИНН").alias("_own_tax_id"),
        pl.when(pl.col("НазначениеПлатежа") != "").then("НазначениеПлатежа").otherwise(purpose.str.strip_chars()).alias("purpose"),
        pl.when(pl.col("Валюта").str.strip_chars() != "")
        .then(pl.col("Валюта").replace(NUMERIC).str.to_uppercase())
        .otherwise(
            pl.when(outward)
            .then("_payer")
            .otherwise("_payee")
            .str.extract(r"^\d{5}(\d{3})\d{12}$", 1)
            .replace_strict(NUMERIC, default=None, return_dtype=pl.String)
        )
        .fill_null("")
        .alias("currency"),
    ).pipe(_told_apart)


def _told_apart(found: pl.DataFrame) -> pl.DataFrame:
    """Documents without a number of their own told apart by their purpose, and twins within one file by their order: only what another file
    says once more in every field is the same document."""
    said = pl.col("purpose").str.to_lowercase().str.replace_all(r"\s+", " ").alias("_purpose")  # banks break and pad lines anew
    found = found.with_columns(said)
    variant = pl.col("_purpose").rank("dense").over("line_id")
    nth = pl.int_range(pl.len()).over("_file", "line_id", "_purpose") + 1
    several = (pl.col("line_id") != "") & ((pl.col("_purpose").n_unique().over("line_id") > 1) | (nth > 1))
    numbered = pl.concat_str("line_id", variant.cast(pl.Int64).cast(pl.String), nth.cast(pl.String), separator="/")
    return found.with_columns(pl.when(several).then(numbered).otherwise("line_id").alias("line_id")).drop("_purpose")


def _classified(found: pl.DataFrame, own_tax_ids: list[str], payers: dict[str, str]) -> pl.DataFrame:
    """What each payment is: customers' money, and what is kept out of it."""
    said = pl.col("purpose").str.to_lowercase().str.replace_all("ё", "е")
    own = found.filter(pl.col("direction").is_in(["in", "out", "own"]) & pl.col("_own_tax_id").str.contains(TAX_ID))["_own_tax_id"]
    own_tax_ids = sorted({*own_tax_ids, *own.unique()})
    found = found.with_columns(
        said.alias("_said"),
        pl.when(pl.col("tax_id") != "").then("tax_id").otherwise(pl.col("name").str.to_uppercase()).alias("customer_id"),
    )
    inward = pl.lit("unclassified")
    for name, patterns in reversed(words.vocabulary()["purposes"].items()):
        inward = pl.when(pl.col("_said").str.contains("|".join(patterns))).then(pl.lit(name)).otherwise(inward)
    budget = pl.col("ПоказательКБК").str.contains(r"[1-9]")
    inward = pl.when(budget).then(pl.lit("tax")).otherwise(inward)
    for payer, given in sorted(payers.items()):
        inward = pl.when((pl.col("tax_id") == payer) | (pl.col("name") == payer)).then(pl.lit(given)).otherwise(inward)
    is_own = (pl.col("direction") == "own") | pl.col("tax_id").is_in(own_tax_ids)
    found = found.with_columns(
        pl.when(is_own).then(pl.lit("own")).when(pl.col("direction") == "in").then(inward)
        .when(pl.col("direction") == "out").then(pl.lit("outgoing"))
        .when(pl.col("direction") == "elsewhere").then(pl.lit("elsewhere")).otherwise(pl.lit("unclassified")).alias("class")
    )  # fmt: skip
    customers = found.filter(pl.col("class") == "customer")["customer_id"].unique()
    back = (
        (pl.col("class") == "outgoing") & pl.col("_said").str.contains("возврат|refund") & pl.col("customer_id").is_in(customers.to_list())
    )
    vat = pl.col("_said").str.extract(VAT, 1).str.replace_all(r"[\s\x{00A0}]|руб", "").str.replace(r"[,\-=](\d{2})$", ".$1")
    sane = vat.cast(pl.Float64, strict=False) <= pl.col("amount").cast(pl.Float64, strict=False) * 0.23
    sign = pl.when(back).then(pl.lit("-")).otherwise(pl.lit(""))
    return found.with_columns(
        pl.when(back).then(pl.lit("refund")).otherwise("class").alias("class"),
        pl.concat_str([sign, "amount"]).alias("amount"),
        pl.when(sane).then(pl.concat_str([sign, vat])).otherwise(pl.lit("")).fill_null("").alias("vat"),
    ).select(
        "line_id",
        "number",
        "date",
        "amount",
        "direction",
        "class",
        "customer_id",
        "name",
        "tax_id",
        "kpp",
        "account",
        "vat",
        "currency",
        "purpose",
        "other",
        "_file",
        "_row",
    )


def _balances(sections: list[dict[str, str]], documents: pl.DataFrame) -> pl.DataFrame:
    """Each section's balances beside the sums of its account's documents in its days."""
    days: dict[str, list] = {}
    money = pl.col("amount").str.strip_prefix("-").cast(pl.Decimal(38, 4), strict=False)
    summed = documents.group_by("account", "date").agg(
        money.filter(pl.col("direction") == "in").sum().alias("received"), money.filter(pl.col("direction") == "out").sum().alias("spent")
    )
    for account, day, received, spent in summed.sort("account", "date").iter_rows():
        days.setdefault(account, []).append((day, received or Decimal(0), spent or Decimal(0)))
    rows = []
    for section in sections:
        account, start, end = section.get("РасчСчет", ""), _iso(section.get("ДатаНачала", "")), _iso(section.get("ДатаКонца", ""))
        of_account = days.get(account, [])
        low, high = bisect.bisect_left(of_account, (start,)), bisect.bisect_right(of_account, (end or "9999", Decimal("Infinity")))
        given = [_money(section.get(key, "")) for key in ("НачальныйОстаток", "ВсегоПоступило", "ВсегоСписано", "КонечныйОстаток")]
        rows.append(
            (
                account,
                start,
                end or start,
                *given,
                sum((d[1] for d in of_account[low:high]), Decimal(0)),
                sum((d[2] for d in of_account[low:high]), Decimal(0)),
            )
        )
    texts, sums = ("account", "from_on", "to_on"), ("opening", "received", "spent", "closing", "documents_in", "documents_out")
    return pl.DataFrame(rows, schema=dict.fromkeys(texts, pl.String) | dict.fromkeys(sums, pl.Decimal(18, 4)), orient="row")


def _iso(day: str) -> str:
    return re.sub(r"^(\d{2})\.(\d{2})\.(\d{4})$", r"\3-\2-\1", day)


def _money(said: str) -> Decimal | None:
    try:
        return Decimal(re.sub(r"\s", "", said).replace(",", "."))
    except InvalidOperation:
        return None
