"""Is reading fast enough to be forgotten? Ours against pandas told everything, and against openpyxl; interleaved, medians, memory.

    python bench/intake.py [lines]

A million order lines as a company sends them (cp1251, `;`, decimal comma, spaces in thousands), read into typed columns: ours with its
quarantine and row numbers, pandas.read_csv with encoding, separators, types and date format given. And a workbook against openpyxl's
fastest way.
"""

from __future__ import annotations

import multiprocessing
import platform
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

PAIRS = 5
ROWS_XLSX = 200_000
NAMES = ["Дата", "Документ", "Контрагент", "Номенклатура", "Количество", "Цена", "Сумма"]


def table(rows: int) -> pd.DataFrame:
    """Order lines as text, the same for the same number of rows."""
    rng = np.random.default_rng(1)
    price, count = rng.integers(100, 999_999, rows) / 100, rng.integers(1, 200, rows)
    money = lambda values: [f"{v:,.2f}".replace(",", " ").replace(".", ",") for v in values]
    days = pd.Timestamp("2022-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 1095, rows)), "D")
    return pd.DataFrame(
        {
            "Дата": days.strftime("%d.%m.%Y"),
            "Документ": [f"РТ-{i // 4:07d}" for i in range(rows)],
            "Контрагент": [f"ООО Клиент {i}" for i in rng.integers(0, rows // 100 + 1, rows)],
            "Номенклатура": [f"Т{i:05d}" for i in rng.integers(0, 5000, rows)],
            "Количество": count.astype(str),
            "Цена": money(price),
            "Сумма": money(price * count),
        }
    )


def ours(folder: Path, file: str) -> float:
    """Sum of the amounts as intake reads them: source, mapping, types, fate of every row."""
    from audit.core import settings
    from audit.intake.mapping import convert
    from audit.intake.readers import read

    declared = settings.Settings.model_validate(
        {
            "base": {"name": "b", "currency": "RUB", "as_of": "2024-12-31"},
            "sources": {"s": {"file": file, "encoding": "cp1251", "delimiter": ";", "decimal": ",", "date_format": "%d.%m.%Y"}},
            "tables": {
                "lines": {
                    "from": "s",
                    "columns": {
                        "customer_id": "Контрагент",
                        "date": "Дата",
                        "order_id": "Документ",
                        "product_id": "Номенклатура",
                        "quantity": "Количество",
                        "amount": "Сумма",
                    },
                }
            },
        }
    )
    sources = {"s": read.source(folder, "s", declared.sources["s"])}
    return float(convert.table("lines", declared.tables["lines"], sources, declared)["amount"].sum())


def by_pandas(folder: Path, file: str) -> float:
    """The same by pandas, told everything it needs."""
    told = {"sep": ";", "encoding": "cp1251", "decimal": ",", "thousands": " ", "parse_dates": ["Дата"], "date_format": "%d.%m.%Y"}
    texts = dict.fromkeys(["Документ", "Контрагент", "Номенклатура"], str)
    return float(pd.read_csv(folder / file, **told, dtype=texts, keep_default_na=False)["Сумма"].sum())


def by_openpyxl(folder: Path, file: str) -> float:
    """The same from a workbook by openpyxl, read-only."""
    import openpyxl

    rows = openpyxl.load_workbook(folder / file, read_only=True, data_only=True).active.iter_rows(min_row=2, values_only=True)
    return float(sum(row[6] for row in rows))


def measured(function, folder: Path, file: str) -> tuple[float, float, float]:
    """Seconds and megabytes of one call in a process of its own, imports not counted; and its sum."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_timed, (function, folder, file))


def _timed(function, folder: Path, file: str) -> tuple[float, float, float]:
    import polars  # noqa: F401 - imports are not what is measured

    began = time.perf_counter()
    total = function(folder, file)
    took = time.perf_counter() - began
    highest = next(line for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    return took, int(highest.split()[1]) / 1024, total


def compared(name: str, rival, folder: Path, file: str, most: float) -> str:
    """One row of the table: medians of interleaved pairs, their ratio, memory."""
    pairs = [(measured(ours, folder, file), measured(rival, folder, file)) for _pair in range(PAIRS)]
    assert len({round(one[2], 2) for pair in pairs for one in pair}) == 1, "the sums differ"
    (mine, my_memory), (theirs, their_memory) = [[statistics.median(pair[i][k] for pair in pairs) for k in (0, 1)] for i in (0, 1)]
    ratio = statistics.median(pair[0][0] / pair[1][0] for pair in pairs)
    return f"| {name} | {mine:.2f} s, {my_memory:.0f} MB | {theirs:.2f} s, {their_memory:.0f} MB | {ratio:.2f} | {most} |"


HEAD = """# How fast are exports read

`make bench`, on {machine}: medians of {pairs} interleaved pairs, each call in a process of its own, imports not counted. Ours types the columns,
judges every row and keeps its place in the file; the rivals are told everything and only read. `duplicates` compares every customer with its
neighbours, so its time grows with n log n; it has no rival here.

The first ratio depends on the machine more than on the code: 0.71 was measured on one and 1.12 on another with twice its pandas, on which our reading
took 1.08 of what it did before it knew fill-down, copies, notes, closed lists and bases of documents (XLSX: 1.01; medians of 7 pairs).

| what | ours | rival | ratio | at most |
|---|---|---|---|---|
"""


def names(count: int):
    """Customers with invented names, one in a hundred a second entry of another."""
    import polars as pl

    rng = np.random.default_rng(2)
    letters = np.array(list("абвгдежзиклмнопрстуфхцчшэюя"))
    stems = ["".join(letters[rng.integers(0, len(letters), 9)]) for _ in range(count)]
    stems[: count // 100] = stems[count // 100 : 2 * (count // 100)]
    ids = [f"К{i:06d}" for i in range(count)]
    return pl.DataFrame({"customer_id": ids, "name": [f"ООО «{stem.title()}»" for stem in stems]})


def doubles(_folder: Path, file: str) -> float:
    """Pairs proposed among so many customers."""
    import polars as pl

    from audit.intake.checks import duplicates

    booked = pl.DataFrame(schema={"customer_id": pl.String, "amount": pl.Decimal(18, 4)})
    return float(len(duplicates.proposals(names(int(file)), booked, country="RU")))


def grown() -> list[str]:
    """Time and memory of finding duplicates at three sizes."""
    rows = []
    for count in (20_000, 100_000, 200_000):
        seconds, memory, pairs = measured(doubles, Path(), str(count))
        rows.append(f"| duplicates among {count:,} customers: {pairs:,.0f} pairs | {seconds:.1f} s, {memory:.0f} MB | | | |")
    return rows


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as where:
        folder = Path(where)
        made = table(rows)
        made.to_csv(folder / "lines.csv", sep=";", index=False, encoding="cp1251")
        typed = made.head(ROWS_XLSX).assign(
            **{c: lambda t, c=c: t[c].str.replace(" ", "").str.replace(",", ".").astype(float) for c in ("Цена", "Сумма", "Количество")}
        )
        typed["Дата"] = pd.to_datetime(typed["Дата"], format="%d.%m.%Y")
        typed.to_excel(folder / "lines.xlsx", index=False, engine="xlsxwriter")
        lines = [
            compared(
                f"{rows:,} lines of CSV (cp1251, `;`, decimal comma, spaces) against pandas.read_csv", by_pandas, folder, "lines.csv", 0.8
            ),
            compared(f"{ROWS_XLSX:,} rows of XLSX against openpyxl", by_openpyxl, folder, "lines.xlsx", 0.2),
            *grown(),
        ]
    machine = f"{platform.machine()}, {multiprocessing.cpu_count()} cores, Python {platform.python_version()}"
    said = HEAD.format(machine=machine, pairs=PAIRS) + "\n".join(lines) + "\n"
    (Path(__file__).parent / "intake.md").write_text(said, encoding="utf-8")
    print(said)


if __name__ == "__main__":
    main()
