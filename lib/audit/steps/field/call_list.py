"""Whom does the call centre call this evening? Outlets with a visit planned for a day and no order in the system so far, those not visited first, then the largest (H5, H10).

From the exports as they are today, without a run: a list of the evening cannot wait for a report. The norms of the base say until when an order is in time.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd

from audit import i18n
from audit.core.errors import AuditError
from audit.core.groups import customer_names, manager_names
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.i18n import translate as _
from audit.report import workbook
from audit.steps.field.day_list import at_outlets, clock

COLUMNS = {  # column -> heading, width
    "customer": (N_("Outlet"), 34),
    "manager": (N_("Representative"), 22),
    "visited": (N_("Visited at"), 12),
    "cause": (N_("Why no order"), 26),
    "last_on": (N_("Last order on"), 13),
    "usual": (N_("Usual order"), 14),
    "reached": (N_("Reached at"), 12),
    "result": (N_("Result"), 16),
    "order": (N_("Order"), 16),
    "customer_id": (N_("Code"), 14),
}
FILLED = ("reached", "result", "order")
RESULTS = (N_("ordered"), N_("no need"), N_("not reached"), N_("call again"), N_("complains"))
ORDERS = 12  # of which the usual one is the median


class NoVisits(AuditError):
    """A base or a day without planned visits; the message says which there are."""


def call_list(tables: dict[str, pd.DataFrame], settings: Settings, *, day: dt.date) -> pd.DataFrame:
    """The outlets of the list: those that nobody visited first, then those with the largest usual order.

    Parameters
    ----------
    tables
        of intake: visits; orders (else lines say only whether there was an order that day), lines, outlets, customers, managers where there are any.

    Returns
    -------
    DataFrame with COLUMNS, those to be filled in empty; whoever has ordered that day, at whatever hour, is not called.

    Raises
    ------
    NoVisits
        naming the days that have visits.

    Source: method H5, H10.
    """
    visits = tables.get("visits")
    if visits is None or "planned_on" not in visits.columns:
        raise NoVisits(N_("the base has no planned visits. What to do: name them in audit.toml, [tables.visits], with planned_on."))
    when = pd.Timestamp(day)
    planned = visits[visits["planned_on"] == when].drop_duplicates("customer_id")
    if planned.empty:
        first, last = visits["planned_on"].min(), visits["planned_on"].max()
        message = N_(
            "no visit was planned for {day}; visits are there from {first} to {last}. What to do: choose one of these days, or export the visits anew."
        )
        raise NoVisits(message, day=day, first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}")
    listed = planned[~planned["customer_id"].isin(_ordered(tables, settings, when))]
    names, managers = customer_names(tables.get("customers")), manager_names(tables.get("managers"))
    usual = _usual(tables["lines"], before=when)
    done = listed["done_at"] if "done_at" in listed.columns else pd.Series(pd.NaT, listed.index)
    table = pd.DataFrame(
        {
            "customer": [names.get(one, one) for one in listed["customer_id"]],
            "manager": [str(managers.get(one, one)) for one in listed["manager_id"]],
            "visited": done.dt.strftime("%H:%M").fillna(""),
            "cause": listed["cause"].fillna("") if "cause" in listed.columns else "",
            "last_on": pd.to_datetime(listed["customer_id"].map(usual["last_on"].to_dict())),
            "usual": listed["customer_id"].map(usual["usual"]).round(2),
            **dict.fromkeys(FILLED, ""),
            "customer_id": listed["customer_id"],
        }
    )
    order = table.assign(_v=table["visited"] != "").sort_values(
        ["_v", "usual", "customer_id"], ascending=[True, False, True], na_position="last"
    )
    return order[list(COLUMNS)].reset_index(drop=True)


def _ordered(tables: dict[str, pd.DataFrame], settings: Settings, day: pd.Timestamp) -> set[str]:
    """Who has ordered that day by the outlet's own clock; by the day of the lines, where no hours are known."""
    orders = tables.get("orders")
    if orders is None:
        return set(tables["lines"].loc[tables["lines"]["date"] == day, "customer_id"])
    orders = at_outlets(orders, tables.get("outlets"), zone=settings.zone)
    return set(orders.loc[orders["entered_at"].dt.normalize() == day, "customer_id"])


def _usual(lines: pd.DataFrame, *, before: pd.Timestamp) -> pd.DataFrame:
    """Each customer's last day of an order and the median money of the last twelve."""
    days = lines[(lines["date"] < before) & (lines["amount"] > 0)].groupby(["customer_id", "date"], as_index=False)["amount"].sum()
    last = days.sort_values("date").groupby("customer_id").tail(ORDERS).groupby("customer_id")
    return pd.DataFrame({"last_on": last["date"].max(), "usual": last["amount"].median()})


def write(table: pd.DataFrame, settings: Settings, folder: Path, *, day: dt.date, cutoff_minutes: int, recovery_minutes: int) -> list[Path]:
    """The list as a workbook to be filled in, and as CSV for the call centre's own program."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day:%Y-%m-%d}.xlsx"
    until, to = f"{clock(cutoff_minutes):%H:%M}", f"{clock(recovery_minutes):%H:%M}"
    title = _("No order by {cutoff} on {day}: to be called until {to}").format(cutoff=until, day=i18n.shown("day_on", day), to=to)
    with workbook.written(path, settings, title=title) as book:
        sheet, looks = book.sheet(f"{day:%Y-%m-%d}"), book.looks
        sheet.write_string(0, 0, workbook.plain(title), looks["title"])
        for j, (column, (head, width)) in enumerate(COLUMNS.items()):
            unit = f", {i18n.symbol(settings.currency)}" if column == "usual" and settings.currency else ""
            sheet.write_string(2, j, f"{_(head)}{unit}", looks["head"])
            sheet.set_column(j, j, width)
            if column == "result" and len(table):
                sheet.data_validation(3, j, 2 + len(table), j, {"validate": "list", "source": [_(one) for one in RESULTS]})
        if table.empty:
            sheet.write_string(3, 0, _("Nobody is to be called: every outlet with a planned visit has ordered."))
        for i, row in enumerate(table.itertuples(index=False), 3):
            for j, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                if column in FILLED:
                    sheet.write_blank(i, j, None, looks["empty"])
                else:
                    workbook.put(sheet, looks, i, j, column, value)
        sheet.freeze_panes(3, 1)
        sheet.autofilter(2, 0, 2 + max(len(table), 1), len(COLUMNS) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(2)
    text = table.rename(columns={column: _(head) for column, (head, _width) in COLUMNS.items()})
    text = text.map(lambda value: workbook.cell(value) if isinstance(value, str) else value)
    text.to_csv(
        path.with_suffix(".csv"),
        index=False,
        sep=";" if i18n.current() == "ru" else ",",
        encoding="utf-8-sig",
        date_format="%Y-%m-%d",
        lineterminator="\r\n",
    )
    return [path, path.with_suffix(".csv")]
