"""Order lines of any number, the same for the same number: 1 % as many customers, four lines an order on average, three years, by day.

python bench/lines.py 10_000_000 FOLDER     -> FOLDER/10000000/part-*.parquet
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import polars as pl

MONTHS = 36
PRODUCTS = 5_000


def made(count: int, where: Path) -> Path:
    """The folder of Parquet files with `count` lines, a file per month; written once."""
    folder = where / str(count)
    if (folder / "whole").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    customers = max(count // 100, 10)
    weight = np.cumsum(rng.gamma(1.5, 1.0, customers))
    begun = 0
    for month, start in enumerate(np.arange("2023-01", "2026-01", dtype="datetime64[M]")):
        lines = count * (month + 1) // MONTHS - count * month // MONTHS
        sizes = rng.integers(1, 8, lines // 3 + 20)
        sizes = sizes[: np.searchsorted(np.cumsum(sizes), lines) + 1]
        order = np.repeat(np.arange(len(sizes)), sizes)[:lines]
        days = np.sort(rng.integers(0, 28, len(sizes)))
        who = np.searchsorted(weight, rng.random(len(sizes)) * weight[-1])
        amount = np.round(rng.lognormal(8, 1, lines), 2) * np.where(rng.random(lines) < 0.01, -1, 1)
        table = pl.DataFrame(
            {
                "customer_id": pl.Series(who[order]),
                "date": (start.astype("datetime64[D]") + days[order]).astype("datetime64[ms]"),
                "order_id": pl.Series(begun + order),
                "product_id": pl.Series(rng.integers(0, PRODUCTS, lines)),
                "quantity": pl.Series(rng.integers(1, 50, lines).astype(float)),
                "amount": pl.Series(amount),
            }
        )
        table.with_columns(
            pl.format("C{}", pl.col("customer_id").cast(pl.String).str.zfill(8)).alias("customer_id"),
            pl.col("date").cast(pl.Date),
            pl.format("D{}", pl.col("order_id").cast(pl.String).str.zfill(9)).alias("order_id"),
            pl.format("P{}", pl.col("product_id")).alias("product_id"),
            pl.col("amount").cast(pl.Decimal(18, 4)),
        ).write_parquet(folder / f"part-{month:02d}.parquet")
        begun += len(sizes)
    (folder / "whole").touch()
    return folder


if __name__ == "__main__":
    print(made(int(sys.argv[1].replace("_", "")), Path(sys.argv[2])))
