"""Who can be found in a pseudonymous run? An adversary who holds the whole internal run, and of each customer knows this or that.

python bench/attack.py     -> bench/attack.md, of the demo in both editions
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import polars as pl

from audit import run
from audit.core import k_anonymity, pseudonyms
from audit.core.edition import FIRST, OTHER

ROOT = Path(__file__).parents[1]
PROPERTIES = (*FIRST, "updated_on", "size", "terms_days", "credit_limit")
LARGE = 100  # customers from which the order of a table can tell anything
PROMISED = {  # what is known -> share of customers that may be found by it; None: nothing is promised, and the report says so
    "the order of any table": 0.05,
    "their codes, without the key": 0.0,
    "one property": 0.0,
    "all properties": 0.0,
    "which companies form a group": 0.0,
    "which of their fields are filled": None,
    "the number of lines": None,
    "one order: day and amount": None,
    "three orders: day and amount": None,
}


def table(run_dir: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(run_dir / "tables" / f"{name}.parquet")


def found(internal: Path, hidden: Path, key: bytes) -> dict[str, float]:
    """Share of the customers whose pseudonym is told for certain by what is known of them; by order, told rightly."""
    customers = table(internal, "customers").with_columns(pl.col("customer_id").alias("code"))
    true = {code: pseudonyms.pseudonym(code, "C", key) for code in customers["code"]}
    return dict(
        zip(
            PROMISED,
            [
                _by_order(internal, hidden, true),
                _by_codes(hidden, true),
                max(_by_properties(internal, hidden, true, key, [one]) for one in PROPERTIES),
                _by_properties(internal, hidden, true, key, list(PROPERTIES)),
                _by_groups(internal, hidden),
                _by_fields(internal, hidden, true),
                _by_events(internal, hidden, true, lambda lines: lines.group_by("customer_id").agg(known=pl.len())),
                _by_events(internal, hidden, true, lambda lines: _orders(lines, 1)),
                _by_events(internal, hidden, true, lambda lines: _orders(lines, 3)),
            ],
            strict=True,
        )
    )


def smallest(hidden: Path) -> int:
    """The rarest combination of properties that stands in the table of customers."""
    customers = table(hidden, "customers")
    return k_anonymity.smallest(customers, [c for c in PROPERTIES if c in customers.columns])


def _by_order(internal: Path, hidden: Path, true: dict[str, str]) -> float:
    """The nth customer of a table is taken for the nth by code, by name, and by its place in the exports; the best of these guesses."""
    customers = table(internal, "customers")
    orders = [customers.sort("customer_id")["customer_id"].to_list(), customers.sort("name")["customer_id"].to_list()]
    lines = table(internal, "lines").sort("line_id")
    orders.append(lines["customer_id"].unique(maintain_order=True).to_list())
    best = 0.0
    for path in sorted((hidden / "tables").glob("*.parquet")):
        shown = pl.read_parquet(path)
        names = [c for c in ("customer_id", "customer_a", "customer_b", "alias_id") if c in shown.columns]
        for seen in (shown[name].drop_nulls().unique(maintain_order=True).to_list() for name in names):
            for order in orders:
                alike = [code for code in order if true.get(code) in set(seen)]
                if len(alike) >= LARGE:
                    best = max(best, float(np.mean([true[code] == one for code, one in zip(alike, seen, strict=False)])))
    return best


def _by_codes(hidden: Path, true: dict[str, str]) -> float:
    """Every code is hashed as one would without the key."""
    shown = set(table(hidden, "customers")["customer_id"])
    tried = [{pseudonyms.pseudonym(code, "C", key) for key in (b"", b"C", code.encode())} for code in true]
    return float(np.mean([bool(guesses & shown) for guesses in tried]))


def _by_properties(internal: Path, hidden: Path, true: dict[str, str], key: bytes, names: list[str]) -> float:
    """Even managers' and groups' pseudonyms are known; found is who alone is alike in all that is shown."""
    known, shown = table(internal, "customers"), table(hidden, "customers")
    names = [name for name in names if name in known.columns]
    letters = {"group_id": "G", "manager_id": "M"}
    coded = lambda name, value: pseudonyms.pseudonym(value, letters[name], key) if name in letters and value else value
    rows = shown.select("customer_id", *names).rows()
    alone = []
    for code, *values in known.select("customer_id", *names).rows():
        wanted = [coded(name, value) for name, value in zip(names, values, strict=True)]
        alike = [who for who, *others in rows if all(o in (w, OTHER, "", None) for o, w in zip(others, wanted, strict=True))]
        alone.append(alike == [true[code]])
    return float(np.mean(alone))


def _by_groups(internal: Path, hidden: Path) -> float:
    """A group is found by its number of members where no other is as large."""
    sizes = table(hidden, "customers").filter(pl.col("group_id") != "").group_by("group_id").len()["len"]
    of_one = sizes.to_frame().filter(~pl.col("len").is_duplicated())["len"]
    theirs = table(internal, "customers").filter(pl.col("group_id") != "").group_by("group_id").len()["len"].to_list()
    return float(np.mean([size in set(of_one) for size in theirs])) if theirs else 0.0


def _orders(lines: pl.DataFrame, count: int) -> pl.DataFrame:
    """Day and amount of some orders of each customer, the same whoever looks."""
    orders = lines.group_by("customer_id", "order_id", "date").agg(pl.col("amount").sum()).sort("customer_id", "date", "amount")
    orders = orders.with_columns(at=pl.col("amount").cast(pl.Float64).rank("ordinal", descending=True).over("customer_id"))
    return orders.filter(pl.col("at") <= count).group_by("customer_id").agg(known=pl.struct("date", "amount").sort())


def _by_fields(internal: Path, hidden: Path, true: dict[str, str]) -> float:
    pattern = lambda fields: fields.sort("field").group_by("customer_id").agg(known=pl.struct("is_filled", "is_valid"))
    return _alone(pattern(table(internal, "central_fields")), pattern(table(hidden, "central_fields")), true)


def _by_events(internal: Path, hidden: Path, true: dict[str, str], known) -> float:
    return _alone(known(table(internal, "lines")), known(table(hidden, "lines")), true)


def _alone(ours: pl.DataFrame, theirs: pl.DataFrame, true: dict[str, str]) -> float:
    """Found is who alone has what is known."""
    told = lambda value: str(value.to_list() if isinstance(value, pl.Series) else value)
    holders: dict[str, list[str]] = {}
    for who, what in theirs.rows():
        holders.setdefault(told(what), []).append(who)
    return float(np.mean([holders.get(told(what)) == [true.get(code)] for code, what in ours.rows()]))


def as_markdown(shares: dict[str, float], rarest: int) -> str:
    lines = [
        f"| {what} | {share:.1%} | {'nothing: the report says so' if PROMISED[what] is None else f'at most {PROMISED[what]:.0%}'} |"
        for what, share in shares.items()
    ]
    head = "| known of a customer | found | promised |\n|---|---|---|\n"
    return head + "\n".join(lines) + f"\n\nThe rarest combination of properties shown has {rarest} customers.\n"


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "demo"
        shutil.copytree(ROOT / "data" / "demo", base)
        silent = lambda _line: None
        internal = run.run(base, outputs=Path(folder) / "outputs", only=["intake"], say=silent).folder
        toml = base / "audit.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace("[base]", '[base]\nedition = "pseudonymous"', 1), encoding="utf-8")
        hidden = run.run(base, outputs=Path(folder) / "outputs", say=silent).folder
        said = as_markdown(found(internal, hidden, pseudonyms.key_of(base)), smallest(hidden))
    head = "# Who can be found in a pseudonymous run?\n\n`python bench/attack.py`: the demo base, 404 customers, by an adversary who holds the internal run.\n\n"
    Path(__file__).with_suffix(".md").write_text(head + said, encoding="utf-8")
    print(said)


if __name__ == "__main__":
    sys.exit(main())
