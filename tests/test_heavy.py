"""Damaged, heavy and crooked input ends in words, and nothing is read or written outside the base."""

import resource
import sqlite3
from decimal import Decimal

import pytest
import xlsxwriter

from audit import i18n, intake
from audit.core import settings
from audit.core.errors import AuditError
from audit.intake.propose import base
from audit.intake.readers import sql
from audit.intake.readers.read import BadExport
from tests.conftest import write_base

ROWS = [(f"2024-{1 + i % 12:02d}-1{i % 9}", f"Customer {i % 9}", 100 + i) for i in range(60)]
SUM = sum(row[2] for row in ROWS)
MEGABYTES = 600  # a heavy file may take
TOML = '[base]\nname = "x"\ncurrency = "EUR"\nas_of = 2024-12-31\n[sources.s]\n{source}\n[tables.lines]\nfrom = "s"\ncolumns = {{ customer_id = "Customer", date = "Date"{amount} }}\n'


def written(rows, head="Date,Customer,Amount") -> str:
    return head + "\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n"


SALES = written(ROWS)


def taken(tmp_path, csv=SALES, *, source='file = "sales.csv"', amount=', amount = "Amount"', more=""):
    folder = write_base(tmp_path / "base", csv, TOML.format(source=source, amount=amount) + more)
    return intake.check(folder, settings.read(folder))


def book(path, column):
    """A workbook of ROWS whose amounts are these cells."""
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["Date", "Customer", "Amount"])
        for i, (row, cell) in enumerate(zip(ROWS, column, strict=True), 1):
            sheet.write_row(i, 0, [*row[:2], cell])


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("cell", ["n/a", "abc", "нет", True, False])
def test_one_odd_cell_in_a_column_of_numbers_leaves_the_others_and_is_kept_as_it_was(tmp_path, cell, decimal):
    book(tmp_path / "x.xlsx", [cell if i == 10 else row[2] + 0.5 for i, row in enumerate(ROWS)])
    made = base.base([tmp_path / "x.xlsx"], name="x", data=tmp_path / "data")
    toml = made.path.read_text(encoding="utf-8").replace('file = "x.xlsx"', f'file = "x.xlsx"\ndecimal = "{decimal}"')
    made.path.write_text(toml, encoding="utf-8")
    found = intake.check(made.path.parent, settings.read(made.path.parent))
    assert found.tables["lines"]["amount"].sum() == Decimal(SUM - 110) + Decimal("0.5") * 59
    [rejected] = found.accounts["quarantine"].to_dicts()
    assert f'"Amount":"{str(cell).lower() if isinstance(cell, bool) else cell}"' in rejected["content"]
    assert i18n.render(rejected["reason"]) == "amount cannot be read as money"


def test_money_beyond_what_can_be_added_exactly_is_refused_and_what_is_no_number_rejected(tmp_path):
    with pytest.raises(BadExport, match="more than 10,000,000,000,000 cannot be added exactly"):
        taken(tmp_path, written([(*row[:2], "99999999999999.99") for row in ROWS]))
    found = taken(tmp_path, written([*ROWS, ("2024-01-01", "Customer 1", "9" * 30)]))
    assert (len(found.tables["lines"]), len(found.accounts["quarantine"])) == (60, 1)


def test_a_field_of_eleven_megabytes_and_five_thousand_columns_are_told_in_words(tmp_path):
    (tmp_path / "long.csv").write_text(written([("2024-01-01", "X" * 11_000_000, 5), *ROWS]), encoding="utf-8")
    wide = written([(*row, *range(5000)) for row in ROWS], "Date,Customer,Amount," + ",".join(f"c{i}" for i in range(5000)))
    (tmp_path / "wide.csv").write_text(wide, encoding="utf-8")
    made = base.base([tmp_path / "long.csv", tmp_path / "wide.csv"], name="x", data=tmp_path / "data")
    assert "row 2 holds a field of more than 10 MB" in made.questions["sources.long.csv"]
    assert "has 5003 columns: refused above 1000" in made.questions["sources.wide.csv"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < 4 * MEGABYTES  # of the whole process of tests


def test_a_customer_of_eleven_megabytes_among_others_is_rejected(tmp_path):
    found = taken(tmp_path, written([*ROWS, ("2024-01-01", "X" * 11_000_000, 5)]))
    assert (found.tables["lines"]["amount"].sum(), len(found.accounts["quarantine"])) == (SUM, 1)
    assert i18n.render(found.accounts["quarantine"]["reason"][0]) == "customer_id is longer than 20000 bytes"


def test_a_cell_over_a_thousand_columns_and_columns_called_like_ours(tmp_path):
    cells = "".join(f"<tr><td>{day}</td><td>{who}</td><td>{money}</td></tr>" for day, who, money in ROWS)
    page = f"<html><table><tr><td colspan=1000>Report</td></tr><tr><td>Date</td><td>Customer</td><td>Amount</td></tr>{cells}</table></html>"
    (tmp_path / "x.xls").write_text(page, encoding="utf-8")
    made = base.base([tmp_path / "x.xls"], name="x", data=tmp_path / "data")
    assert intake.check(made.path.parent, settings.read(made.path.parent)).tables["lines"]["amount"].sum() == SUM
    found = taken(tmp_path, written([(*row, 1, 2, 3) for row in ROWS], "Date,Customer,Amount,_row,_mark,*"))
    assert found.tables["lines"]["amount"].sum() == SUM


@pytest.mark.parametrize("encoding", ["undefined", "punycode", "base64", "rot13", "zlib", "no-such"])
def test_an_encoding_that_is_none_of_tables_is_refused(tmp_path, encoding):
    with pytest.raises(BadExport, match=r"encoding.*What to do: name one such as utf-8"):
        taken(tmp_path, source=f'file = "sales.csv"\nencoding = "{encoding}"')


@pytest.mark.parametrize(
    "formula",
    ["Amount" + "+Amount" * 9000, "(" * 2400 + "Amount" + ")" * 2400, "-" * 4900 + "Amount", "Amount*" + "9" * 40, "Amount**9**9**9"],
)
def test_a_formula_without_end_is_refused_in_words(tmp_path, formula):
    with pytest.raises(AuditError, match="compute amount"):
        taken(tmp_path, amount="", more=f'compute = {{ amount = "{formula}" }}\n')


def test_a_formula_of_five_thousand_signs_is_computed(tmp_path):
    formula = ("Amount" + "+Amount" * 900)[:4998].rsplit("+", 1)[0]
    found = taken(tmp_path, amount="", more=f'compute = {{ amount = "{formula}" }}\n')
    assert found.tables["lines"]["amount"].sum() == SUM * formula.count("Amount")


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://user:topsecret@127.0.0.1:99999/x",
        "postgresql+psycopg://user:topsecret@h:abc/x",
        "postgresql+psycopg://user:topsecret@[::1:5/x",
        "nothing",
    ],
)
def test_fault_55_an_address_of_a_database_that_is_none_is_refused_without_its_secret(tmp_path, monkeypatch, address):
    own = settings.Settings.model_validate(
        {"base": {"name": "x", "currency": "EUR", "as_of": "2024-12-31"}, "sources": {"s": {"query": "SELECT 1"}}}
    )
    monkeypatch.setenv("AUDIT_DSN", address)
    with pytest.raises(BadExport, match="What to do") as refused:
        sql.snapshots(own, tmp_path)
    assert "topsecret" not in str(refused.value)
    assert "topsecret" not in repr(refused.value.__cause__)


@pytest.mark.parametrize("name", ["../../evil", "a/b", "..", ".hidden", "a\\b", ""])
def test_a_source_whose_name_leads_elsewhere_is_refused_before_anything_is_written(tmp_path, monkeypatch, name):
    with sqlite3.connect(tmp_path / "x.db") as database:
        database.execute("CREATE TABLE t (a TEXT)")
    database.close()
    monkeypatch.setenv("AUDIT_DSN", f"sqlite:///{tmp_path / 'x.db'}")
    with pytest.raises(ValueError, match="pattern"):
        settings.Settings.model_validate(
            {"base": {"name": "x", "currency": "EUR", "as_of": "2024-12-31"}, "sources": {name: {"query": "SELECT a FROM t"}}}
        )


@pytest.mark.parametrize("name", ["../../evil", "a/b", "..", "", "a\nb"])
def test_a_base_whose_name_leads_elsewhere_is_refused(tmp_path, name):
    (tmp_path / "x.csv").write_text(written(ROWS), encoding="utf-8")
    with pytest.raises(AuditError, match="no name for a base"):
        base.base([tmp_path / "x.csv"], name=name, data=tmp_path / "data" / "deep")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.csv"]


@pytest.mark.parametrize("file", ["sales.csv", "*.csv"])
def test_a_link_out_of_the_base_is_not_read(tmp_path, file):
    (tmp_path / "secret.csv").write_text(written(ROWS), encoding="utf-8")
    folder = write_base(tmp_path / "base", "", TOML.format(source=f'file = "{file}"', amount=', amount = "Amount"'))
    (folder / "sales.csv").unlink()
    (folder / "sales.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(BadExport, match="a link to a file outside"):
        intake.check(folder, settings.read(folder))
