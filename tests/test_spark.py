"""The same ledger on Spark: every table of the demo, and lines that lie elsewhere. Needs PySpark and Java, and says so where they are
missing."""

import datetime as dt
import os
import shutil
from decimal import Decimal

import polars as pl
import pytest

from audit import i18n, run
from audit.core import settings, store
from audit.ledger import engine, external
from tests.conftest import ROOT, prepared, small_demo, write_base

LINES = """
[base]
name = "Far"
currency = "EUR"
as_of = 2024-12-31
observed_from = 2022-01-01
burn_in_months = 0

[engine]
lines = "lines/*.parquet"
"""
SPARK = '\n[engine]\nname = "spark"\nmaster = "local[2]"\n'


QUICK = """
spark.driver.memory 768m
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.default.parallelism 1
spark.sql.adaptive.enabled false
"""


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """Skips where PySpark or Java is missing; CI must have both. Set for many small tables: most of the time went to compiling each
    query."""
    there = bool(shutil.which("java"))
    try:
        import pyspark  # noqa: F401
    except ImportError:
        there = False
    if not there:
        assert not os.environ.get("CI"), "CI must have PySpark and Java: .ci/run installs them"
        pytest.skip("PySpark or Java is missing: `make spark`, and Java 17 or newer")
    folder = tmp_path_factory.mktemp("spark")
    (folder / "spark-defaults.conf").write_text(QUICK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_CONF_DIR", str(folder))
        yield
    _end_java()


def _end_java():
    """Spark's Java outlives its session, with all the memory it took: it ends when nobody writes to it any more."""
    from pyspark import SparkContext

    if gateway := SparkContext._gateway:
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait()
        SparkContext._gateway = SparkContext._jvm = None


def test_the_demo_gives_the_same_tables_on_polars_and_on_spark(spark, tmp_path):
    """All that intake and ledger write of the first lines of each year; chapters read these tables and nothing else."""
    base = small_demo(tmp_path / "demo")
    demo = prepared(base, tmp_path / "polars")
    with (base / "audit.toml").open("a", encoding="utf-8") as toml:
        toml.write(SPARK)
    tables = prepared(base, tmp_path / "run") / "tables"
    names = {path.name for path in tables.glob("*.parquet")}
    assert {f"{name}.parquet" for name in ("lines", "history", "panel", "purchases", "silences", "bridge", "products")} <= names
    for name in sorted(names):
        ours, theirs = pl.read_parquet(demo / "tables" / name), pl.read_parquet(tables / name)
        assert ours.schema == theirs.schema, name
        for column in ours.columns:
            if ours[column].dtype.is_float():
                away = (ours[column] - theirs[column]).abs().max() or 0.0
                assert away <= 1e-5 * max(1.0, ours[column].abs().max() or 0.0), (name, column, away)
                assert ours[column].is_null().to_list() == theirs[column].is_null().to_list()
            else:
                assert ours[column].equals(theirs[column]), (name, column)


def far(folder, rows=None):
    """A base whose lines lie in two Parquet files, two of their rows not to be counted."""
    base = write_base(folder / "far", "", LINES, name="nothing.csv")
    (base / "nothing.csv").unlink()
    (base / "lines").mkdir()
    days = [dt.date(y, m, 1 + i % 27) for y in (2022, 2023, 2024) for m in range(1, 13) for i in range(3)]
    rows = rows or [(f"C{i % 40:02d}", day, Decimal(10 + i % 7)) for i, day in enumerate(days)]
    rows += [(None, dt.date(2024, 5, 5), Decimal(3)), ("C01", dt.date(2025, 1, 1), Decimal(4)), ("C02", None, Decimal(5))]
    table = pl.DataFrame(rows, schema={"customer_id": pl.String, "date": pl.Date, "amount": pl.Decimal(18, 4)}, orient="row")
    table.head(50).write_parquet(base / "lines" / "a.parquet")
    table[50:].write_parquet(base / "lines" / "b.parquet")
    return base


def test_lines_elsewhere_each_have_a_fate_and_carry_a_report(tmp_path):
    done = run.run(far(tmp_path), outputs=tmp_path / "outputs", say=lambda _line: None)
    fates = store.load(done.folder, "reconciliation").set_index("reason")["rows"].to_dict()
    fates = {i18n.render(reason): count for reason, count in fates.items()}
    assert fates == {"": 108, "after as_of 2024-12-31": 1, "no customer_id": 1, "no date": 1}
    assert len(store.load(done.folder, "quarantine")) == 2
    assert set(done.skipped) == {"central", "receivables", "changes", "team", "field", "service"}
    said = " ".join(store.load(done.folder, "doubts")["doubt"].map(i18n.render))
    assert "the order lines are taken as they lie" in said
    page = (done.folder / "report" / "en" / "intake.html").read_text(encoding="utf-8")
    assert "whether some stand there twice was not looked for" in page
    assert "exported twice" not in page.replace("or exported twice", "")
    assert not list(tmp_path.rglob("lines.parquet")), "the lines stay where they are"


def test_lines_elsewhere_are_the_same_on_spark(spark, tmp_path):
    base = far(tmp_path)
    here = prepared(base, tmp_path / "polars")
    toml = (base / "audit.toml").read_text()
    (base / "audit.toml").write_text(toml.replace("[engine]", '[engine]\nname = "spark"\nmaster = "local[2]"'))
    there = prepared(base, tmp_path / "spark")
    for name in ("history", "panel", "purchases", "silences", "bridge", "reconciliation", "quarantine", "gate"):
        assert pl.read_parquet(here / "tables" / f"{name}.parquet").equals(pl.read_parquet(there / "tables" / f"{name}.parquet")), name


def test_p36_survivors_are_found_among_lines_elsewhere_too(tmp_path):
    rows = [(f"C{i}", day, Decimal(1)) for i in range(40) for day in (dt.date(2022, 1, 10), dt.date(2024, 12, 1))]
    done = run.run(far(tmp_path, rows), outputs=tmp_path / "outputs", only=["base", "repeat", "retention"], say=lambda _line: None)
    assert {"repeat", "retention"} <= set(done.skipped)


def test_lines_elsewhere_without_a_column_are_refused_in_words(tmp_path):
    with pytest.raises(external.BadLines, match=r"has no column date, amount; it has customer_id\. What to do"):
        external.lines(pl.DataFrame({"customer_id": ["A"]}), place="x.parquet", as_of=dt.date(2024, 1, 1), observed_from=None)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            LINES + '[sources.s]\nfile = "x"\n[tables.lines]\nfrom = "s"\ncolumns = { customer_id = "a", date = "b", amount = "c" }\n',
            "keep one of the two",
        ),
        (LINES + '[rules]\nreturns = "excluded"\n', "apply the rules there"),
        (LINES.replace("lines =", 'name = "spark"\nlines ='), "needs either master"),
        (LINES.replace("lines =", 'master = "local"\nlines ='), 'belong to name = "spark"'),
    ],
)
def test_an_engine_that_cannot_be_is_said_before_anything_starts(tmp_path, toml, said):
    write_base(tmp_path, "", toml)
    with pytest.raises(settings.BadSettings, match=said):
        settings.read(tmp_path)


def test_many_lines_are_computed_by_ranges_of_customers_to_the_same_tables(demo, tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "PART_LINES", 5_000)
    prepared(ROOT / "data" / "demo", tmp_path / "run")
    for name in ("purchases", "panel", "history", "history_before", "silences", "bridge", "behaviour", "sellers", "mix"):
        file = f"tables/{name}.parquet"
        assert pl.read_parquet(tmp_path / "run" / file).equals(pl.read_parquet(demo / file)), name
    assert not list((tmp_path / "run" / "tables").glob(".*"))
