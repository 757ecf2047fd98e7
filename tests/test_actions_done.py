"""The filled-in list is read back: from Excel and LibreOffice, with rows deleted, reordered, columns added; refused in words where it is not understood."""

import datetime as dt
import shutil
import subprocess

import openpyxl
import pandas as pd
import pytest

from audit.core import store
from audit.run.actions_done import BadActions, actions_done
from audit.steps import changes
from audit.steps.customers.codes import Action


@pytest.fixture(scope="module")
def known(demo):
    overview = store.load(demo, "customer_overview")
    return set(overview.loc[overview["action_class"] != "", "customer_id"])


def book_of(demo, language="en"):
    return openpyxl.load_workbook(demo / "report" / language / "actions.xlsx")


def fill(sheet, row, **said):
    heads = {cell.value: cell.column for cell in sheet[1]}
    for head, value in said.items():
        sheet.cell(row, heads[head.replace("_", " ")]).value = value
    return sheet.cell(row, heads.get("Code") or heads["Код"]).value


def test_an_untouched_list_is_read_with_nothing_filled_in(demo, known):
    found = actions_done(demo / "report" / "en" / "actions.xlsx", known)
    assert set(found["customer_id"]) == known
    assert (found[["status_class", "result_class"]] == "").all(axis=None)
    assert found["done_on"].isna().all()


@pytest.mark.parametrize("saved_by", ["excel", "libreoffice"])
def test_rows_deleted_reordered_and_a_column_added_change_nothing_of_what_was_filled_in(demo, known, tmp_path, saved_by):
    book = book_of(demo)
    sheet = book.worksheets[1]
    first = fill(sheet, 2, Status="done", Result="ordered", Done_on=dt.datetime(2026, 1, 14), Next_appointment="=1+1")
    last = fill(sheet, sheet.max_row, Status="Not reached", Done_on="15.01.2026")
    sheet.move_range(f"A2:N{sheet.max_row}", rows=3)  # three empty rows above
    sheet.insert_cols(2)
    sheet.cell(1, 2).value = "My own notes"
    gone = fill(book.worksheets[2], 2)
    book.worksheets[2].delete_rows(2)
    path = tmp_path / "actions.xlsx"
    book.save(path)
    if saved_by == "libreoffice":
        office = shutil.which("soffice") or shutil.which("libreoffice")
        if not office:
            pytest.skip("no LibreOffice; .ci/run installs one")
        home, into = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", tmp_path / "saved"
        subprocess.run(
            [office, home, "--headless", "--convert-to", "xlsx", "--outdir", into, path], check=True, capture_output=True, timeout=180
        )
        path = into / "actions.xlsx"
    found = actions_done(path, known).set_index("customer_id")
    assert found.loc[first, ["status_class", "result_class", "done_on"]].tolist() == ["done", "bought", pd.Timestamp("2026-01-14")]
    assert found.loc[last, ["status_class", "result_class", "done_on"]].tolist() == ["not_reached", "", pd.Timestamp("2026-01-15")]
    assert gone not in found.index
    assert len(found) == len(known) - 1


def test_a_russian_list_says_the_same(demo, known, tmp_path):
    book = book_of(demo, "ru")
    code = fill(book.worksheets[1], 2, Статус="Сделано", Результат="заказал")
    book.save(tmp_path / "a.xlsx")
    found = actions_done(tmp_path / "a.xlsx", known).set_index("customer_id")
    assert found.loc[code, ["status_class", "result_class"]].tolist() == ["done", "bought"]


def test_all_that_cannot_be_understood_is_named_at_once_with_its_place(demo, known, tmp_path):
    book = book_of(demo)
    sheet, other = book.worksheets[1], book.worksheets[2]
    fill(sheet, 2, Status="maybe")
    fill(sheet, 3, Done_on="soon")
    fill(sheet, 4, Code="nobody")
    fill(other, 2, Code=fill(sheet, 5))
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(BadActions) as error:
        actions_done(tmp_path / "a.xlsx", known)
    said = str(error.value)
    for part in (
        f"{sheet.title}, row 2: 'maybe' is no status; expected one of done",
        "row 3: 'soon' is no day",
        "row 4: no customer 'nobody'",
        "already",
    ):
        assert part in said
    assert "What to do" in said


@pytest.mark.parametrize("broken", ["text", "no column", "no list"])
def test_what_is_no_such_workbook_is_refused_in_words(demo, known, tmp_path, broken):
    path = tmp_path / "a.xlsx"
    book = book_of(demo)
    if broken == "text":
        path.write_text("Customer;Status\n", encoding="utf-8")
    elif broken == "no column":
        book.worksheets[1].delete_cols(10)
        book.save(path)
    else:
        for sheet in book.worksheets[1:]:
            book.remove(sheet)
        book.save(path)
    with pytest.raises(
        BadActions, match={"text": "cannot be opened", "no column": "no column Status", "no list": "no sheet has a column Code"}[broken]
    ):
        actions_done(path, known)


def listed_of(n, action=Action.SILENT):
    return pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)], "action_class": action, "worth": 1.0})


def done_of(ids):
    return pd.DataFrame({"customer_id": ids, "status_class": "done", "result_class": "bought", "done_on": pd.NaT})


def history_of(bought, n):
    days = ["2026-02-01" if i in bought else "2025-06-01" for i in range(n)]
    return pd.DataFrame({"customer_id": [f"c{i}" for i in range(n)], "last_on": pd.to_datetime(days)})


@pytest.mark.parametrize(
    ("called", "bought", "said"),
    [
        (range(20), set(range(18)), "more_often"),
        (range(20), set(range(20, 38)), "less_often"),
        (range(20), set(range(0, 40, 2)), "by_chance"),
        (range(9), set(range(9)), "too_few"),
        (range(31), set(range(31)), "too_few"),
    ],
)
def test_p23_those_called_stand_beside_those_not_called_and_chance_is_said_to_be_chance(called, bought, said):
    table = changes.actions_effect(
        listed_of(40), done_of([f"c{i}" for i in called]), history_of(bought, 40), since=pd.Timestamp("2025-12-31"), confidence=0.95
    )
    [row] = table.to_dict("records")
    assert row["said_class"] == said
    assert row["called"] + row["others"] == 40
    assert row["called_low_share"] <= row["called_share"] <= row["called_high_share"]


def test_a_purchase_on_the_last_day_seen_before_is_none_since():
    history = history_of(set(), 40).assign(last_on=pd.Timestamp("2025-12-31"))
    table = changes.actions_effect(listed_of(40), done_of(["c0"]), history, since=pd.Timestamp("2025-12-31"), confidence=0.95)
    assert table["called_share"].tolist() == [0.0]


def test_what_was_filled_in_is_counted_by_hand_and_payments_are_no_purchases():
    listed = pd.concat([listed_of(3), listed_of(2, Action.COLLECT).assign(customer_id=["d0", "d1"])])
    done = pd.concat([done_of(["c0", "d0"]), done_of(["c1"]).assign(status_class="postponed", result_class="")])
    counts = changes.actions_done(listed, done).set_index("action_class")
    assert counts.index.tolist() == ["collect", "silent"]
    assert counts.loc["silent", ["listed", "filled", "done", "bought"]].tolist() == [3, 2, 1, 1]
    assert counts.loc["collect", ["listed", "filled", "done", "paid"]].tolist() == [2, 1, 1, 0]
    assert (
        "collect"
        not in changes.actions_effect(listed, done, history_of(set(), 3), since=pd.Timestamp("2025-12-31"), confidence=0.95)[
            "action_class"
        ].tolist()
    )


def test_without_a_list_nothing_is_said():
    assert changes.actions_done(None, None).empty
    assert changes.actions_effect(listed_of(3), None, history_of(set(), 3), since=pd.Timestamp("2025-12-31"), confidence=0.95).empty
