"""Pictures of what sales will be: the company with its range and plan, and the errors of each method."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.core.labels import named
from audit.i18n import shown, spoken
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, INK, MUTED, ORANGE, Chart, canvas, clear_axes, money_axis, month_axis, nothing, percent_axis


def forecast(series: pd.DataFrame, ahead: pd.DataFrame, plans: pd.DataFrame | None, currency: str, *, horizon: int) -> Chart:
    """The company's sales by month, what is foretold with its range, and the plan where there is one; in words up to the horizon that was tried."""
    title = _("Sales by month: what was, what is expected with its range, and the plan (points)")
    company = ahead[ahead["kind_class"] == "company"] if len(ahead) else ahead
    if not len(series) or company.empty:
        return nothing(title)
    figure, axes = canvas(height=3.6, title=title)
    past = series[("company", "")].tail(36)
    axes.plot(past.index, past.to_numpy(), color=INK, lw=1.8)
    axes.fill_between(company["period"], company["low"], company["high"], color=BLUE, alpha=0.15, lw=0)
    axes.plot(company["period"], company["forecast"], color=BLUE, lw=1.8, ls="--")
    if plans is not None:
        of = plans[(plans["level"] == "company") & plans["period"].str.fullmatch(r"\d{4}-\d{2}")]
        axes.scatter(pd.to_datetime(of["period"] + "-01"), of["amount"], color=ORANGE, s=18, zorder=3)
    axes.set_ylim(bottom=0)
    money_axis(axes.yaxis)
    month_axis(axes.xaxis)
    clear_axes(axes, keep="y")
    if company["low"].isna().all():
        return Chart(figure, _("How far off this forecast may be could not be tested: no range can be given, and no sum is told."))
    tried = company.head(horizon)
    said = spoken("x", float(tried["forecast"].sum()), currency)
    return Chart(figure, _("The next {n} {n:month is|months are} expected to bring about {said}.").format(n=len(tried), said=said))


def forecast_errors(tried: pd.DataFrame) -> Chart:
    """Error of each method for the company's sales, the one in use marked."""
    title = _("Error of each method on months it had not seen, as a share of sales (green: in use, grey: naive)")
    part = tried[tried["kind_class"] == "company"].iloc[::-1] if len(tried) else tried
    if part.empty or part["wape_rate"].isna().all():
        return nothing(title)
    figure, axes = canvas(height=0.9 + 0.34 * len(part), title=title)
    at = np.arange(len(part))
    colours = [GREEN if used else MUTED if naive else BLUE for used, naive in zip(part["is_used"], part["is_naive"], strict=True)]
    axes.barh(at, part["wape_rate"], color=colours)
    axes.set_yticks(at, [named("method", m) for m in part["method"]])
    for i, error in enumerate(part["wape_rate"]):
        axes.text(error, i, f"  {shown('x_rate', float(error))}", va="center", size=9)
    axes.margins(x=0.12)
    percent_axis(axes.xaxis)
    clear_axes(axes, keep="x")
    return Chart(
        figure,
        _("Errors by method: {said}.").format(
            said="; ".join(f"{named('method', r.method)} {shown('x_rate', float(r.wape_rate))}" for r in part.itertuples())
        ),
    )
