"""Pictures of staying and leaving: rates, cohorts as they age, silence."""

from __future__ import annotations

import textwrap

import numpy as np
import pandas as pd

from audit.core.labels import cell, named
from audit.i18n import number, shown
from audit.i18n import translate as _
from audit.report.style import BLUE, GREEN, GRID, INK, MUTED, ORANGE, SAND, Chart, canvas, clear_axes, dots, nothing, percent_axis
from audit.steps.retention.codes import Lapse, Place


def retention(rates: pd.DataFrame) -> Chart:
    """The true rate over the same customers and the source's CRR, by period."""
    title = _("Retention: the same customers, and the source's CRR")
    if rates.empty:
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    named = [cell("period", period) for period in rates["period"]]
    for column, colour, name, shift in [
        ("customer_retention_rate", MUTED, _("CRR = (E − N) / S"), 1),
        ("true_retention_rate", BLUE, _("still active of those active at the start"), -1),
    ]:
        axes.plot(named, rates[column], "o-", color=colour, lw=2, label=name)
        if len(rates) <= 8:
            for x, y in zip(named, rates[column], strict=True):
                axes.annotate(
                    f"{number(y * 100, '0')}\xa0%",
                    (x, y),
                    textcoords="offset points",
                    xytext=(0, 9 * shift - 3),
                    ha="center",
                    color=colour,
                    size=9,
                )
    percent_axis(axes.yaxis)
    axes.set_ylim(0, max(1.08, rates["customer_retention_rate"].max() * 1.08))
    axes.tick_params(axis="x", rotation=0 if len(rates) < 9 else 60)
    axes.legend(loc="lower left")
    clear_axes(axes, keep="y")
    last = rates.iloc[-1]
    alt = _("In {period}, {true} of the customers active at the start stayed; CRR by the book’s formula says {crr}.")
    return Chart(
        figure,
        alt.format(
            period=named[-1], true=shown("x_share", last["true_retention_rate"]), crr=shown("x_share", last["customer_retention_rate"])
        ),
    )


def cohort_heatmap(cohorts: pd.DataFrame, column: str) -> Chart:
    """Cohorts by age: the share of customers active, or of the first period's money, in each cell."""
    title = {
        "active_share": _("Share of each cohort that bought, over time"),
        "revenue_ratio": _("Money of each cohort against its first period, by age"),
    }[column]
    if cohorts.empty:
        return nothing(title)
    wide = cohorts.pivot(index="cohort", columns="age", values=column)
    sizes = cohorts.drop_duplicates("cohort").set_index("cohort")["cohort_customers"]
    figure, axes = canvas(height=0.9 + 0.34 * len(wide), title=title)
    top = 1.0 if column == "active_share" else float(np.nanquantile(wide.to_numpy(), 0.95))
    axes.pcolormesh(
        np.arange(wide.shape[1] + 1) - 0.5,
        np.arange(wide.shape[0] + 1) - 0.5,
        wide.to_numpy(),
        cmap="Blues",
        vmin=0,
        vmax=max(top, 0.01) * 1.15,
    )
    if wide.size <= 400:
        for i, j in zip(*np.nonzero(wide.notna().to_numpy()), strict=True):
            value = wide.iat[i, j]
            axes.text(j, i, number(value * 100, "0"), ha="center", va="center", size=8.5, color="white" if value > 0.62 * top else INK)
    axes.set_yticks(range(len(wide)), [f"{cell('cohort', c)}  (n={sizes[c]})" for c in wide.index])
    axes.set_xticks(range(wide.shape[1]), wide.columns)
    axes.invert_yaxis()
    axes.set_xlabel(_("periods since the first purchase (cells in %)"))
    axes.grid(visible=False)
    axes.tick_params(length=0)
    one = wide[1].mean() if 1 in wide.columns else np.nan
    return Chart(
        figure,
        _("{title}: on average {share} one quarter after the first purchase.").format(title=title, share=shown("x_share", float(one))),
    )


def lapses(counted: pd.DataFrame) -> Chart:
    """Every way of counting the lost as one bar, made of where these customers stand on the last day."""
    ways = counted[counted["lapse_class"] != Lapse.EVERYBODY].iloc[::-1]
    title = _("Who counts as lost, and where the same customers stand on the last day")
    if not ways["customers"].sum():
        return nothing(title)
    figure, axes = canvas(height=1.2 + 0.4 * len(ways), title=title)
    colours = {
        Place.BUYING: GREEN,
        Place.SLIPPING: ORANGE,
        Place.PATIENT: BLUE,
        Place.UNJUDGED: GRID,
        Place.OVERDUE: SAND,
        Place.GONE: MUTED,
    }
    names = ["\n".join(textwrap.wrap(named("lapse_class", way), 34)) for way in ways["lapse_class"]]
    left = np.zeros(len(ways))
    for place, colour in colours.items():
        values = ways[place].to_numpy()
        if not values.any():
            continue
        axes.barh(names, values, left=left, color=colour, label=named("place_class", place))
        left += values
    for i, total in enumerate(left):
        axes.text(total, i, f" {shown('n', int(total))}", va="center", size=9)
    axes.margins(x=0.1)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8.5)
    clear_axes(axes, keep="x")
    said = "; ".join(f"{named('lapse_class', way.lapse_class)}: {way.customers}" for way in ways.iloc[::-1].itertuples())
    return Chart(figure, _("Customers by way of counting: {said}.").format(said=said))


def overdue(late: pd.DataFrame, names: pd.Series, *, top: int = 15) -> Chart:
    """The largest overdue customers: present silence against their usual gap, in days."""
    title = _("Customers who stopped buying, those with the most money: silence against their own usual gap")
    if late.empty:
        return nothing(title)
    part = late.head(top).iloc[::-1]
    figure, axes = canvas(height=0.8 + 0.3 * len(part), title=title)
    at = np.arange(len(part))
    axes.barh(at, part["silence_days"], color="#e3b9a0", height=0.62, label=_("silent now, days"))
    axes.barh(at, part["usual_gap_days"], color=BLUE, height=0.28, label=_("usual gap, days"))
    axes.set_yticks(at, [str(names.get(c, c))[:34] for c in part["customer_id"]])
    axes.legend(loc="lower right")
    clear_axes(axes, keep="x")
    first = late.iloc[0]
    alt = _(
        "The largest customer silent for too long, {name}, has bought nothing for {silence} {silence:day|days}; its usual gap is {gap}."
    )
    return Chart(
        figure,
        alt.format(
            name=names.get(first["customer_id"], first["customer_id"]),
            silence=first["silence_days"],
            gap=shown("x_days", first["usual_gap_days"]),
        ),
    )


def reactivation(table: pd.DataFrame) -> Chart:
    """Chance of return by months of silence so far, with intervals."""
    title = _("Chance that a silence ends within the next year, by how long it has lasted (months)")
    known = table[table["return_share"].notna()]
    if known.empty:
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    dots(
        axes, known["silence_months"].astype("str"), known["return_share"], known["low_share"], known["high_share"], notes=known["silences"]
    )
    first, last = known.iloc[0], known.iloc[-1]
    alt = _("After {a} {a:month|months} of silence {p} come back within a year, after {b} {b:month|months} {q}.")
    return Chart(
        figure,
        alt.format(
            a=int(first["silence_months"]),
            p=shown("x_share", first["return_share"]),
            b=int(last["silence_months"]),
            q=shown("x_share", last["return_share"]),
        ),
    )


def survival(curve: pd.DataFrame) -> Chart:
    """Share of relationships still alive by days since the first purchase, with its interval."""
    title = _("Relationships still alive, by days since the first purchase")
    if curve.empty:
        return nothing(title)
    figure, axes = canvas(height=3.2, title=title)
    days = np.append(0, curve["days"])
    axes.step(days, 1 - np.append(0, curve["happened_share"]), where="post", color=BLUE, lw=2)
    axes.fill_between(
        days, 1 - np.append(0, curve["high_share"]), 1 - np.append(0, curve["low_share"]), step="post", color=BLUE, alpha=0.15, lw=0
    )
    axes.set_ylim(0, 1.02)
    percent_axis(axes.yaxis)
    axes.set_xlabel(_("days since the first purchase"))
    year = curve[curve["days"] <= 365]
    alive = 1 - year["happened_share"].iloc[-1] if len(year) else 1.0
    return Chart(
        figure,
        _("A year after the first purchase, {share} of the relationships are still alive.").format(share=shown("x_share", float(alive))),
    )
