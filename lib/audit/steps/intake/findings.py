"""Can these numbers be trusted? What became of the rows and the money, as findings."""

from __future__ import annotations

import pandas as pd

from audit.core.doubts import AS_THEY_LIE, Quality
from audit.core.findings import Finding
from audit.core.settings import Settings
from audit.i18n import mark as N_
from audit.steps.intake.codes import Window


def chapter_findings(reconciliation: pd.DataFrame, doubts: pd.DataFrame, bridge: pd.DataFrame, *, tolerance: float) -> list[Finding]:
    """Share of the exported money that is in this audit, the way from booked sales to revenue, and refusals.

    The bridge must close: booked - untraced - moved = revenue, to `tolerance` (money; float64 of exact decimals).

    Raises
    ------
    ArithmeticError
        when the bridge does not close.
    """
    lines = reconciliation[reconciliation["table"] == "lines"]
    sums = bridge[["booked", "untraced", "moved", "revenue"]].sum()
    open_ = (bridge["booked"] - bridge["untraced"] - bridge["moved"] - bridge["revenue"]).abs() > tolerance
    if open_.any() or abs(sums["moved"]) > tolerance:
        raise ArithmeticError(f"the bridge does not close in {open_.sum()} months: {sums.to_dict()}")
    rows = _rows_kept(lines, as_they_lie=(doubts["doubt"] == AS_THEY_LIE).any())
    return [rows, _booked_to_revenue(sums, rows.params["kept"]), *_doubted(doubts[doubts["verdict"] != "PASS"])]


def _rows_kept(lines: pd.DataFrame, *, as_they_lie: bool) -> Finding:
    """The share of the rows that is in this audit; where lines stay with a database, repeats were not looked for."""
    rows = lines.groupby("status")["rows"].sum()
    total, kept = int(lines["rows"].sum()), int(rows.get("kept", 0))
    message = N_(
        "{kept} of {n} sales rows ({value}) are in this audit; {quarantined:0:none|#|#} could not be read, {excluded:0:none was|# was|# were} left out under a stated rule, {merged:0:none|#|#} were exported twice."
    )
    if kept == total:
        message = N_("All {n} sales {n:row|rows} are in this audit.")
    if as_they_lie:
        message = N_(
            "{kept} of {n} {n:row|rows} ({value}) are in this audit; {quarantined} could not be read, {excluded} lie outside the time observed; whether some stand there twice was not looked for."
        )
    return Finding(
        "rows_kept",
        "intake",
        "fact",
        message,
        title=N_("Rows kept"),
        value=kept / total if total else float("nan"),
        n=total,
        params={"kept": kept, **{status: int(rows.get(status, 0)) for status in ("quarantined", "excluded", "merged")}},
    )


def _booked_to_revenue(sums: pd.Series, kept: int) -> Finding:
    all_of_it = N_("Booked sales, less the returns among the sales lines, are {value}; this audit works with all of it.")
    less = N_(
        "Booked sales less known returns come to {booked}. The revenue used in this audit, {value}, is {untraced} higher: returns of sales that are not in the exported data could not be deducted."
    )
    return Finding(
        "booked_to_revenue",
        "intake",
        "fact",
        less if sums["untraced"] else all_of_it,
        title=N_("From booked sales to revenue"),
        value=float(sums["revenue"]),
        unit="money",
        n=kept,
        params={"booked": float(sums["booked"]), "untraced": abs(float(sums["untraced"]))},
    )


def _doubted(flags: pd.DataFrame) -> list[Finding]:
    if flags.empty:
        return []
    stops = flags[flags["verdict"] == "REFUSE"]
    stopping = N_("{value} {value:doubt|doubts} about the data; {refused} of them {refused:stops|stop} a chapter.")
    known = N_(
        "{value:There is # doubt about the data; no chapter had to be dropped because of it.|There are # doubts about the data; no chapter had to be dropped because of them.}"
    )
    told = [
        Finding(
            "doubts",
            "intake",
            "fact",
            stopping if len(stops) else known,
            title=N_("Doubts of the data"),
            value=float(len(flags)),
            unit="count",
            n=len(flags),
            params={"refused": len(stops)},
        )
    ]
    return told + _survivors(stops) if set(stops["spoils"]) == {Quality.COVERAGE} else told


def _survivors(stops: pd.DataFrame) -> list[Finding]:
    """Where nothing stops a chapter but that those who left were not exported (P36)."""
    message = N_(
        "None of the {value} {value:customer|customers} in the exports has been silent for long: those who left were not exported."
    )
    count = float(stops["rows"].max())
    return [Finding("survivors", "intake", "fact", message, title=N_("Customers who left"), value=count, unit="count", n=int(count))]


def by_year(bridge: pd.DataFrame) -> pd.DataFrame:
    """The bridge added up to calendar years: period, booked, untraced, moved, revenue (see tables.py)."""
    sums = bridge.groupby(bridge["period"].dt.year.astype("str"))[["booked", "untraced", "moved", "revenue"]].sum()
    return sums.rename_axis("period").reset_index()


def mapping(settings: Settings) -> pd.DataFrame:
    """Which column of which export was read as which of ours.

    Returns
    -------
    DataFrame with table, column, taken_from (their column, formula or text), source, file.
    """
    rows = []
    for table, how in settings.tables.items():
        file = lambda source: settings.sources[source].file or N_("a query")
        columns = {ours: " / ".join(theirs) if isinstance(theirs, list) else theirs for ours, theirs in how.columns.items()}
        rows += [(table, ours, theirs, how.from_, file(how.from_)) for ours, theirs in (columns | how.compute).items()]
        rows += [(table, ours, look.column, look.source, file(look.source)) for ours, look in how.lookup.items()]
        rows += [(table, ours, f'"{said}"', "", "") for ours, said in how.constants.items()]
    return pd.DataFrame(rows, columns=["table", "column", "taken_from", "source", "file"]).sort_values(
        ["table", "column"], ignore_index=True
    )


def window(settings: Settings) -> pd.DataFrame:
    """What is observed: first and last day, last complete period, day from which first purchases count as new.

    Returns
    -------
    DataFrame with window_class and day_on, one row each.
    """
    from audit.core import periods

    spans = periods.of(settings)
    rows = [
        (Window.FIRST, pd.Timestamp(settings.observed_from)),
        (Window.NEW, pd.Timestamp(periods.known_from(settings.observed_from, settings.burn_in_months))),
        (Window.COMPLETE, spans["to_on"].max()),
        (Window.LAST, pd.Timestamp(settings.as_of)),
    ]
    return pd.DataFrame(rows, columns=["window_class", "day_on"])
