"""A base straight from a database: PostgreSQL from a real server that this test starts, and any other by its SQLAlchemy URL."""

import contextlib
import os
import shutil
import socket
import subprocess
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy

from audit import intake, run
from audit.core import settings
from audit.intake.readers import sql
from tests.conftest import told

TOML = """
[base]
name = "Database"
currency = "RUB"
as_of = 2024-12-31
burn_in_months = 0
[sources.sales]
query = "SELECT id, customer, day, amount, note FROM sales ORDER BY id"
[tables.lines]
from = "sales"
columns = { line_id = "id", customer_id = "customer", date = "day", amount = "amount" }
"""
ROWS = [
    (1, "Ромашка", "2024-01-02", Decimal("10.5000"), None),
    (2, "0012", "2024-02-03", Decimal("1234567.8912"), "x"),
    (3, None, "2024-02-04", Decimal("1"), ""),
]


def filled(url: str) -> None:
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.pool.NullPool)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE sales (id integer, customer text, day date, amount numeric(18, 4), note text)"))
        for row in ROWS:
            connection.execute(
                sqlalchemy.text("INSERT INTO sales VALUES (:a, :b, :c, :d, :e)"),
                dict(zip("abcde", (*row[:3], str(row[3]), row[4]), strict=True)),
            )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """URL of a PostgreSQL of our own, on a free port, gone after the tests."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) + [Path(p) for p in [shutil.which("initdb")] if p]
    if not found:
        assert not os.environ.get("CI"), "CI must have PostgreSQL; .ci/run installs it"
        pytest.skip("no PostgreSQL server here; .ci/run installs one")
    programs, data = found[0].parent, tmp_path_factory.mktemp("postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if as_user:
        shutil.chown(data, "postgres")
        for parent in (data, *data.parents):
            if parent != Path("/tmp") and str(parent).startswith("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    run_ = lambda *command: subprocess.run([*as_user, *map(str, command)], check=True, capture_output=True, text=True, cwd="/")
    run_(programs / "initdb", "-D", data / "db", "-U", "auditor", "-A", "trust", "--no-sync")
    run_(
        programs / "pg_ctl",
        "-D",
        data / "db",
        "-w",
        "-l",
        data / "log",
        "-o",
        f"-p {port} -k {data} -c listen_addresses=127.0.0.1",
        "start",
    )
    try:
        yield f"postgresql+psycopg://auditor:s3cret@127.0.0.1:{port}/postgres"
    finally:
        with contextlib.suppress(subprocess.CalledProcessError):
            run_(programs / "pg_ctl", "-D", data / "db", "-m", "immediate", "stop")


@pytest.fixture
def base(tmp_path) -> Path:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "audit.toml").write_text(TOML, encoding="utf-8")
    return tmp_path / "base"


def check(base, tmp_path):
    return told(run.check(base, tmp_path / "outputs")[0])


def test_postgresql_gives_exact_money_days_and_texts(server, base, tmp_path, monkeypatch):
    filled(server)
    monkeypatch.setenv("AUDIT_DSN", server)
    found = check(base, tmp_path)
    assert found.tables["lines"].select("customer_id", "amount").rows() == [
        ("Ромашка", Decimal("10.5000")),
        ("0012", Decimal("1234567.8912")),
    ]
    assert [str(day) for day in found.tables["lines"]["date"]] == ["2024-01-02", "2024-02-03"]
    assert found.quarantine["reason"].to_list() == ["no customer_id"]
    assert found.reconciliation["rows"].sum() == 3


def test_any_other_database_is_read_by_its_url(base, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/company.db"
    filled(url)
    monkeypatch.setenv("AUDIT_DSN", url)
    assert check(base, tmp_path).tables["lines"]["amount"].sum() == Decimal("1234578.3912")


def test_fault_55_the_url_is_in_no_file_and_no_message(server, base, tmp_path, monkeypatch):
    monkeypatch.setenv("AUDIT_DSN", server.replace("/postgres", "/nowhere"))
    with pytest.raises(intake.BadExport) as error:
        check(base, tmp_path)
    assert "s3cret" not in str(error.value)
    assert "What to do" in str(error.value)
    monkeypatch.setenv("AUDIT_DSN", f"sqlite:///{tmp_path}/other.db?password=s3cret")
    with contextlib.suppress(intake.BadExport):
        check(base, tmp_path)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix != ".db"]
    assert not [path for path in written if b"s3cret" in path.read_bytes()]


def test_fault_55_a_url_in_audit_toml_is_refused(base):
    (base / "audit.toml").write_text(TOML.replace("query =", 'dsn = "postgresql://u:p@h/b"\nquery ='), encoding="utf-8")
    with pytest.raises(settings.BadSettings, match=r"dsn: unknown key") as error:
        settings.read(base)
    assert "u:p@h" not in str(error.value)


def test_a_database_that_is_not_named_says_which_variable_to_set(base, tmp_path, monkeypatch):
    monkeypatch.delenv("AUDIT_DSN", raising=False)
    with pytest.raises(intake.BadExport, match="AUDIT_DSN, which is not set"):
        check(base, tmp_path)


def test_the_same_rows_give_the_same_snapshot(base, tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/company.db"
    filled(url)
    monkeypatch.setenv("AUDIT_DSN", url)
    declared = settings.read(base)
    one, two = sql.snapshots(declared, tmp_path / "a"), sql.snapshots(declared, tmp_path / "b")
    assert one[0].read_bytes() == two[0].read_bytes()
