"""What becomes of damaged exports? Thousands of small files with bytes flipped, lost, doubled or moved: read, or refused in words.

Each mutated file goes through `audit new` and `audit check`. A mutation is `read` (and then all rows of the file are accounted for),
`refused` (one of our errors, which say what to do), or one of what must never be: `crashed`, `hung`, `lost` (rows in, and not told).
"""

from __future__ import annotations

import io
import random
import signal
import tempfile
import zipfile
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import polars as pl
import xlsxwriter

from audit import intake
from audit.core import settings
from audit.core.errors import AuditError
from audit.intake.propose import base

HUNG_SECONDS = 30
ROWS = 40


def register() -> bytes:
    rows = [
        f'"ООО ""Клиент {i % 7}""";{1 + i % 28:02d}.{1 + i % 12:02d}.2024;РТ-{i};Товар {i % 5};{1 + i % 4};{1000 + i * 37},5{i % 10}'
        for i in range(ROWS)
    ]
    return ("Контрагент;Дата;Документ;Номенклатура;Количество;Сумма\n" + "\n".join(rows) + "\nИтого;;;;;1\n").encode("cp1251")


def workbook() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page, day = book.add_worksheet("Продажи"), book.add_format({"num_format": "dd.mm.yyyy"})
        page.write_row(0, 0, ["Контрагент", "Дата", "Документ", "Сумма"])
        for i in range(1, ROWS):
            page.write_row(i, 0, [f"Клиент {i % 7}", 45292 + i * 5, f"РТ-{i}", 100 + i / 4])
            page.write(i, 1, 45292 + i * 5, day)
    return buffer.getvalue()


def statement() -> bytes:
    own = "40702810000000000001"
    parts = ["1CClientBankExchange", "ВерсияФормата=1.03", "Кодировка=Windows", f"РасчСчет={own}"]
    for i in range(ROWS):
        parts += [
            "СекцияДокумент=Платежное поручение", f"Номер={i}", f"Дата={1 + i % 28:02d}.03.2024", f"Сумма={1000 + i}.50",
            f"ПлательщикСчет=4070281000000000010{i % 7}", f"ПлательщикИНН=770200000{i % 7}", f"Плательщик1=ООО Клиент {i % 7}",
            f"ПолучательСчет={own}", "ПолучательИНН=7707083893", f"НазначениеПлатежа=Оплата по счету {i} за товар", "КонецДокумента",
        ]  # fmt: skip
    return "\r\n".join([*parts, "КонецФайла", ""]).encode("cp1251")


def mutated(content: bytes, chance: random.Random) -> bytes:
    """The bytes after one to four changes of one kind or another."""
    for _change in range(chance.randint(1, 4)):
        at, size = chance.randrange(len(content)), chance.choice([1, 1, 2, 8, 64, 400])
        piece = content[at : at + size]
        content = (
            chance.choice(
                [
                    content[:at] + bytes(chance.randrange(256) for _byte in piece) + content[at + size :],
                    content[:at] + content[at + size :],
                    content[:at] + piece + content[at:],
                    content[:at]
                    + chance.choice([b";", b'"', b"\n", b"\0", b"\xff", b"=", b"<", b"&", b",,,", b"\r", b"1e400", b"-"])
                    + content[at:],
                    content[:at] if chance.random() < 0.2 else content[at:] + content[:at] if chance.random() < 0.1 else content,
                ]
            )
            or b"?"
        )
    return content


def inside(content: bytes, chance: random.Random) -> bytes:
    """A workbook with one of its parts mutated and packed again; in a third of the cases the packed bytes themselves."""
    if chance.random() < 0.33:
        return mutated(content, chance)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        hurt = chance.choice(old.namelist())
        for name in old.namelist():
            new.writestr(name, mutated(old.read(name), chance) if name == hurt else old.read(name))
    return made.getvalue()


KINDS = {"csv": (register, "sales.csv", mutated), "xlsx": (workbook, "sales.xlsx", inside), "bank": (statement, "kl_to_1c.txt", mutated)}


def fate(task: tuple[str, int]) -> tuple[str, str, int, str]:
    """What became of one mutation: kind, fate, seed, and what was said."""
    kind, seed = task
    make, name, change = KINDS[kind]
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(HUNG_SECONDS)
    try:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / name
            file.write_bytes(change(make(), random.Random(f"{kind} {seed}")))
            proposal = base.base([file], name="base", data=Path(folder) / "data")
            there = proposal.path.parent
            found = intake.check(there, settings.read(there))
            told = found.reconciliation.group_by("table").agg(pl.col("rows").sum()).rows()
            rows = {one.name: one.rows for one in proposal.sheets}
            odd = [table for table, count in told if count != rows[proposal.tables[table]["from"]]]
            return kind, "lost" if odd else "read" if proposal.sheets else "refused", seed, ", ".join(odd)
    except AuditError as error:
        return kind, "refused", seed, str(error)[:200]
    except TimeoutError:
        return kind, "hung", seed, ""
    except BaseException as error:  # what is counted here
        return kind, "crashed", seed, f"{type(error).__name__}: {error}"[:300]
    finally:
        signal.alarm(0)


def _too_long(*_signal):
    raise TimeoutError


def counted(of_each: int) -> tuple[pl.DataFrame, list[tuple]]:
    """How many of each kind were read, refused, crashed, hung or lost rows; and those that must not be."""
    tasks = [(kind, seed) for kind in KINDS for seed in range(of_each)]
    with ProcessPoolExecutor() as pool:
        fates = list(pool.map(fate, tasks, chunksize=50))
    counts = Counter((kind, what) for kind, what, _seed, _said in fates)
    columns = ("read", "refused", "crashed", "hung", "lost")
    table = pl.DataFrame([{"kind": kind, "files": of_each} | {what: counts[kind, what] for what in columns} for kind in KINDS])
    return table, [one for one in fates if one[1] in ("crashed", "hung", "lost")]


if __name__ == "__main__":
    import sys

    table, bad = counted(int(sys.argv[1]) if len(sys.argv) > 1 else 100)
    print(table)
    for one in bad[:40]:
        print(one)
