"""One measured task in a process of its own: what the bench compares. Runs in our environment or in that of the rivals.

python bench/tasks.py TASK FOLDER_OF_LINES [ENGINE]     -> seconds, peak megabytes, a check sum
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

FROM, TO = "2023-01-01", "2025-12-31"


def ours(folder: Path, out: Path) -> float:
    """purchases, panel, history (second purchase and gaps among it), silences: as the run makes them, into Parquet."""
    import datetime as dt

    import narwhals as nw
    import polars as pl

    from audit.ledger import engine, history, panel, purchases, rhythm

    lines = nw.from_native(pl.scan_parquet(folder / "*.parquet").select("customer_id", "date", "amount", "order_id"))
    as_of, since = dt.date.fromisoformat(TO), dt.date.fromisoformat(FROM)
    materialise = engine.to_parquet(out)
    parts = engine.parts(lines)
    bought = materialise("purchases", *(purchases.purchases(purchases.traced(lines.filter(part))) for part in parts))
    of_customers = [bought.filter(part) for part in parts]
    by_month = materialise("panel", *(panel.panel(part) for part in of_customers))
    season = rhythm.season(rhythm.months(by_month), observed_from=since, as_of=as_of)
    given = {"as_of": as_of, "observed_from": since, "known_from": since, "season": season}
    who = materialise("history", *(history.history(part, None, **given) for part in of_customers))
    materialise("silences", engine.summed([rhythm.silences(part, as_of=as_of) for part in of_customers], "days"))
    return float(engine.rows(who.select(nw.col("revenue").sum()))["revenue"][0])


SQL = """
create table purchases as
  select customer_id, date, sum(amount) as revenue, count(distinct order_id) as orders, sum(amount) = 0 as is_free
  from read_parquet('{lines}') where amount >= 0 group by customer_id, date order by customer_id, date;
create table panel as
  select customer_id, date_trunc('month', date) as period, sum(revenue) as revenue, sum(orders) as orders, count(*) as purchases
  from purchases group by 1, 2 order by 1, 2;
create table numbered as
  select customer_id, date, revenue, row_number() over w as number, date - lag(date) over w as gap
  from purchases window w as (partition by customer_id order by date);
create table history as
  select customer_id, min(date) as first_on, max(date) as last_on, count(*) as purchases, sum(revenue) as revenue,
    max(case when number = 2 then date end) as second_on, max(case when number = 3 then date end) as third_on,
    max(case when number = 1 then revenue end) as first_revenue, count(gap) as gaps, median(gap) as gap_days,
    avg(ln(gap)) as gap_log_mean, var_samp(ln(gap)) as gap_log_var, date '{as_of}' - max(date) as silence_days
  from numbered group by 1 order by 1;
create table silences as
  select days, sum(ended) as ended, sum(open) as open from (
    select gap as days, 1 as ended, 0 as open from numbered where gap is not null
    union all select silence_days, 0, 1 from history) group by 1 order by 1;
"""


def duckdb_sql(folder: Path, out: Path) -> float:
    """The same tables by SQL as one writes it by hand, into Parquet."""
    import duckdb

    base = duckdb.connect(str(out / "base.duckdb"))
    for statement in SQL.format(lines=folder / "*.parquet", as_of=TO).split(";"):
        if statement.strip():
            base.execute(statement)
    for name in ("purchases", "panel", "history", "silences"):
        base.execute(f"copy {name} to '{out / name}.parquet'")
    return float(base.execute("select sum(revenue) from history").fetchone()[0])


def by_pandas(folder: Path, out: Path) -> float:
    """The same tables in pandas as one writes it by hand."""
    import numpy as np
    import pandas as pd

    lines = pd.concat(
        [pd.read_parquet(path, columns=["customer_id", "date", "amount", "order_id"]) for path in sorted(folder.glob("*.parquet"))]
    )
    lines["amount"], lines["date"] = lines["amount"].astype(float), pd.to_datetime(lines["date"])
    sales = lines[lines["amount"] >= 0]
    bought = sales.groupby(["customer_id", "date"]).agg(revenue=("amount", "sum"), orders=("order_id", "nunique")).reset_index()
    month = bought["date"].dt.to_period("M").dt.to_timestamp()
    panel = bought.groupby(["customer_id", month]).agg(revenue=("revenue", "sum"), orders=("orders", "sum"), purchases=("orders", "size"))
    gap = bought.groupby("customer_id")["date"].diff().dt.days
    bought = bought.assign(gap=gap, log=np.log(gap), number=bought.groupby("customer_id").cumcount() + 1)
    who = bought.groupby("customer_id").agg(
        first_on=("date", "min"),
        last_on=("date", "max"),
        purchases=("date", "size"),
        revenue=("revenue", "sum"),
        gaps=("gap", "count"),
        gap_days=("gap", "median"),
        gap_log_mean=("log", "mean"),
        gap_log_var=("log", "var"),
    )
    for number, name in ((2, "second_on"), (3, "third_on")):
        who[name] = bought[bought["number"] == number].set_index("customer_id")["date"]
    who["silence_days"] = (pd.Timestamp(TO) - who["last_on"]).dt.days
    silences = pd.DataFrame({"ended": gap.value_counts(), "open": who["silence_days"].value_counts()})
    for name, table in {"purchases": bought, "panel": panel, "history": who, "silences": silences}.items():
        table.to_parquet(out / f"{name}.parquet")
    return float(who["revenue"].sum())


def summary(folder: Path, _out: Path) -> float:
    """The customer summary of purchase models: repeat days, recency, age of each customer, by polars through our ledger."""
    import datetime as dt

    import narwhals as nw
    import polars as pl

    from audit.ledger import engine, history

    lines = nw.from_native(pl.scan_parquet(folder / "*.parquet").select("customer_id", "date"))
    return float(engine.rows(history.summary(lines, as_of=dt.date.fromisoformat(TO)))["repeats"].sum())


def lifetimes_summary(folder: Path, _out: Path) -> float:
    """The same by lifetimes, as its documentation has it."""
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    lines = pd.concat([pd.read_parquet(path, columns=["customer_id", "date"]) for path in sorted(folder.glob("*.parquet"))])
    return float(summary_data_from_transaction_data(lines, "customer_id", "date", observation_period_end=TO)["frequency"].sum())


def scan(folder: Path, _out: Path) -> float:
    """The floor: every value of the summary's columns read once."""
    import polars as pl

    lines = pl.scan_parquet(folder / "*.parquet").select(pl.col("customer_id").str.len_bytes().sum(), pl.col("date").max())
    return float(lines.collect(engine="streaming")["customer_id"][0])


def products(folder: Path, out: Path) -> float:
    """What each customer buys: returns traced by product, behaviour by customer; measured apart, it compares products."""
    import narwhals as nw
    import polars as pl

    from audit.ledger import behaviour, engine, purchases

    lines, materialise = nw.from_native(pl.scan_parquet(folder / "*.parquet")), engine.to_parquet(out)
    traced = [purchases.traced(lines.filter(part)) for part in engine.parts(lines)]
    usual = engine.beside(engine.rows(behaviour.usual_prices(lines)), lines)
    how = materialise("behaviour", *(behaviour.behaviour(part, None, usual, novelty_days=180) for part in traced))
    return float(engine.rows(how.select(nw.col("lines").sum()))["lines"][0])


TASKS = {task.__name__: task for task in (ours, duckdb_sql, by_pandas, summary, lifetimes_summary, scan, products)}

if __name__ == "__main__":
    import contextlib
    import importlib
    import tempfile

    for module in ("numpy", "pandas", "polars", "pyarrow.parquet", "narwhals", "duckdb", "lifetimes.utils", "audit.ledger"):
        with contextlib.suppress(ImportError):  # imports are not what is measured; each environment has its own
            importlib.import_module(module)
    with tempfile.TemporaryDirectory() as where:
        began = time.perf_counter()
        total = TASKS[sys.argv[1]](Path(sys.argv[2]), Path(where))
        took = time.perf_counter() - began
    highest = next(line for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
    print(took, int(highest.split()[1]) / 1024, total)
