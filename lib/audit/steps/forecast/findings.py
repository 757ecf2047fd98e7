"""The chapter's findings."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.i18n import mark as N_
from audit.steps.forecast.backtest import of_sum
from audit.steps.forecast.codes import Kind


def chapter_findings(
    series: pd.DataFrame,
    forecast: pd.DataFrame,
    tried: pd.DataFrame,
    planned: pd.DataFrame,
    compared: pd.DataFrame,
    *,
    horizon: int,
    confidence: float,
    widest: float,
) -> list[Finding]:
    """Sales of the coming year with their range, how well the method did, plan against forecast, key accounts against others.

    Parameters
    ----------
    widest
        width of the range, over the forecast, beyond which it says nothing: then it is not said, and the plan is not held against it.
    """
    company = tried[(tried["kind_class"] == Kind.COMPANY) & tried["is_used"]] if len(tried) else tried
    if company.empty:
        why = N_("there are too few whole months to test any method on months it has not seen")
        return [
            Finding(
                "forecast", "forecast", "model", N_("We cannot say what sales will be."), title=N_("Sales to come"), n=len(series), why=why
            )
        ]
    used = company.iloc[0]
    first = _ahead(series, forecast, used, horizon, widest)
    return [first, _errors(tried, used, confidence), *([] if first.why else _plan(planned, horizon)), *_keys(compared)]


def _ahead(series: pd.DataFrame, forecast: pd.DataFrame, used: pd.Series, horizon: int, widest: float) -> Finding:
    of = forecast[forecast["kind_class"] == Kind.COMPANY].head(horizon)
    said, low, high = of_sum(of, float(used["balance_number"]))
    title = N_("Sales to come")
    if not high - low <= widest * said:
        why = N_("the range of the best method is as wide as the forecast itself")
        return Finding("forecast", "forecast", "model", N_("We cannot say what sales will be."), title=title, n=len(series), why=why)
    now = float(series[(Kind.COMPANY, "")].iloc[-12:].iloc[:horizon].sum()) if len(series) >= 12 else float("nan")
    booked = float(of["booked"].sum())
    plain = N_(
        "Sales in the next {months} {months:month|months} are expected to be {value} ({low} to {high}; method “{method_class}”); the same months a year earlier brought in {previous}."
    )
    begun = N_(
        "Sales in the next {months} {months:month|months}, including the one that has begun, are expected to be {value} ({low} to {high}), according to “{method_class}”. Of that, {booked} is already booked; the same months a year earlier brought in {previous}."
    )
    return Finding(
        "forecast",
        "forecast",
        "model",
        begun if booked else plain,
        title=title,
        value=said,
        unit="money",
        n=len(series),
        low=low,
        high=high,
        previous=now,
        params={"months": len(of), "method_class": str(used["method"]), "booked": booked},
    )


def _errors(tried: pd.DataFrame, used: pd.Series, confidence: float) -> Finding:
    naive = tried[(tried["kind_class"] == Kind.COMPANY) & tried["is_naive"]]["wape_rate"].min()
    low = N_(
        "In back-tests from {n} starting points, the average error of the monthly forecast was {value} (the best simple rule of thumb: {previous}); added up, the forecasts were {off_rate} too low. Ranges meant to contain {confidence_share} of the months contained {held_share}."
    )
    high = N_(
        "In back-tests from {n} starting points, the average error of the monthly forecast was {value} (the best simple rule of thumb: {previous}); added up, the forecasts were {off_rate} too high. Ranges meant to contain {confidence_share} of the months contained {held_share}."
    )
    return Finding(
        "forecast_errors",
        "forecast",
        "fact",
        low if used["bias_rate"] < 0 else high,
        title=N_("How well sales are foretold"),
        value=float(used["wape_rate"]),
        n=int(used["origins"]),
        previous=float(naive),
        params={"off_rate": abs(float(used["bias_rate"])), "confidence_share": confidence, "held_share": float(used["held_share"])},
    )


def _plan(planned: pd.DataFrame, horizon: int) -> list[Finding]:
    if planned.empty:
        return []
    row = planned.iloc[0]
    params = {
        "plan": float(row["plan"]),
        "forecast": float(row["forecast"]),
        "months": int(row["months"]),
        "usual": int(row["usual_new"]),
        "each": float(row["revenue_of_new"]),
        "horizon": horizon,
    }
    if row["difference"] <= 0:
        message = N_(
            "The plan for the next {months} {months:month|months}, {plan}, is {value} against the forecast of {forecast}: carrying on as now is enough."
        )
    elif row[["extra_new", "low_extra", "high_extra"]].isna().any():
        message = N_(
            "The plan for the next {months} {months:month|months}, {plan}, is {value} above the forecast of {forecast}; we cannot say how many new customers that would take."
        )
    else:
        message = N_(
            "The plan for the next {months} {months:month|months}, {plan}, is {value} above the forecast of {forecast} (given its range, {low} to {high}). Closing the gap takes {extra} more new customers ({fewest} to {most}) than the usual {usual} a year, at {each} each in the year they join. Beyond month {horizon}, the forecast is untested."
        )
        params |= {"extra": round(row["extra_new"]), "fewest": round(row["low_extra"]), "most": round(row["high_extra"])}
    return [
        Finding(
            "plan",
            "forecast",
            "model",
            message,
            title=N_("Plan against forecast"),
            value=float(row["difference_rate"]),
            n=int(row["months"]),
            low=float(row["plan"] / row["high"] - 1),
            high=float(row["plan"] / row["low"] - 1) if row["low"] else float("nan"),
            money=max(0.0, float(row["difference"])),
            params=params,
        )
    ]


def _keys(compared: pd.DataFrame) -> list[Finding]:
    by = compared.set_index("kind_class")
    if Kind.KEY not in by.index or Kind.OTHER not in by.index or by["wape_rate"].isna().any():
        return []
    params = {"other_rate": float(by.loc[Kind.OTHER, "wape_rate"]), "others": int(by.loc[Kind.OTHER, "customers"])}
    message = N_(
        "For a single month, the median forecast error is {value} for the {n} largest customers and {other_rate} for the next {others} by size."
    )
    if by.loc[Kind.KEY, "wape_rate"] >= 1:
        message = N_("One customer’s sales in a single month cannot be forecast: for the {n} largest, the median error is {value}.")
    return [
        Finding(
            "forecast_keys",
            "forecast",
            "fact",
            message,
            title=N_("Key accounts foretold"),
            value=float(by.loc[Kind.KEY, "wape_rate"]),
            n=int(by.loc[Kind.KEY, "customers"]),
            previous=params["other_rate"],
            params=params,
        )
    ]
