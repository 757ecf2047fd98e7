"""How does a table look as a picture? Tidy table -> Chart: a figure, its caption, and a text that says what it shows.

One palette (colour-blind safe), one style, direct labels, intervals drawn. A chart is displayed as SVG with a
fixed hash salt and no date, so that the same table gives the same bytes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from audit.language import shown
from audit.language import translate as _

INK, MUTED, GRID = "#1d2733", "#5d6b7a", "#d9dfe5"
BLUE, ORANGE, GREEN, RED, SAND = "#0b5f8a", "#c75b00", "#2a7d5f", "#a8323e", "#b8a88a"
LAYERS = ["#8d99a6", "#0b5f8a", "#2a7d5f", "#c75b00", "#7a5ca8", "#b08900", "#a8323e", "#4aa3c7", "#6b8e23", "#5d6b7a"]
STYLE = {
    "font.family": "DejaVu Sans", "font.size": 10, "text.color": INK, "axes.labelcolor": MUTED, "axes.edgecolor": GRID,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": GRID, "grid.linewidth": 0.6, "axes.axisbelow": True,
    "xtick.color": MUTED, "ytick.color": MUTED, "axes.titlesize": 11, "axes.titlelocation": "left", "axes.titleweight": "bold",
    "svg.hashsalt": "audit", "svg.fonttype": "path", "figure.facecolor": "white", "legend.frameon": False,
}  # fmt: skip


@dataclass(frozen=True)
class Chart:
    """A figure with the sentence that a reader who cannot see it gets instead."""

    figure: Figure
    alt: str

    def svg(self) -> str:
        """The figure as SVG text, the same bytes for the same figure."""
        buffer = io.StringIO()
        with mpl.rc_context(STYLE):
            self.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
        return buffer.getvalue()

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"image/svg+xml": self.svg(), "text/plain": self.alt}, {"image/svg+xml": {"alt": self.alt}}


def _canvas(width: float = 8.0, height: float = 3.6, *, title: str, panels: int = 1):
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots(1, panels, squeeze=False)[0]
        axes[0].set_title(title)
    return figure, axes if panels > 1 else axes[0]


def _percent_axis(axis) -> None:
    axis.set_major_formatter(lambda value, _pos: f"{value * 100:.0f}\xa0%")


def _money_axis(axis) -> None:
    def short(value, _pos):
        for size, unit in [(1e9, _("bn")), (1e6, _("m")), (1e3, _("k"))]:
            if abs(value) >= size:
                return f"{value / size:,.4g}\xa0{unit}"
        return f"{value:,.4g}"

    axis.set_major_formatter(short)


def _clear(axes, *, keep: str) -> None:
    """Only one direction of grid, no frame on the other."""
    axes.grid(visible=False, axis="y" if keep == "x" else "x")
    axes.tick_params(length=0)


def _nothing(title: str) -> Chart:
    figure, axes = _canvas(height=1.2, title=title)
    axes.axis("off")
    axes.text(0, 0.4, _("Not enough data to draw this."), color=MUTED)
    return Chart(figure, f"{title}: {_('not enough data')}")


def fates(reconciliation: pd.DataFrame) -> Chart:
    """Rows of the exports of lines by what became of them."""
    rows = reconciliation[reconciliation["table"] == "lines"].groupby("status")["rows"].sum()
    rows = rows.reindex(["kept", "merged", "excluded", "quarantined"]).fillna(0)
    total = rows.sum()
    figure, axes = _canvas(height=2.2, title=_("What became of the exported rows"))
    axes.barh([_(name) for name in rows.index][::-1], rows.to_numpy()[::-1], color=[RED, SAND, MUTED, BLUE])
    for i, count in enumerate(rows.to_numpy()[::-1]):
        axes.text(count + total * 0.01, i, f"{shown('n', int(count))} ({shown('x_share', count / total)})", va="center")
    axes.set_xlim(0, total * 1.22)
    _clear(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(f"{_(name)} {shown('n', int(count))}" for name, count in rows.items())
    return Chart(figure, _("Rows of the sales exports: {said}.").format(said=said))


def booked(bridge: pd.DataFrame, currency: str) -> Chart:
    """Revenue of each month as a line over what was booked."""
    title = _("Booked sales and the revenue of this audit, by month")
    if len(bridge) < 2:
        return _nothing(title)
    figure, axes = _canvas(title=title)
    axes.bar(bridge["period"], bridge["booked"], width=24, color=GRID, label=_("booked"))
    axes.plot(bridge["period"], bridge["revenue"], color=BLUE, lw=2, marker="o", ms=3, label=_("revenue, returns moved to their sale"))
    _money_axis(axes.yaxis)
    axes.set_ylabel(currency)
    axes.legend(loc="upper left", ncols=2, bbox_to_anchor=(0, -0.1))
    _clear(axes, keep="y")
    top = bridge.loc[bridge["revenue"].idxmax()]
    alt = _("Monthly revenue between {low} and {high}; the highest month is {month}.")
    return Chart(
        figure,
        alt.format(
            low=shown("x", bridge["revenue"].min(), currency), high=shown("x", top["revenue"], currency), month=f"{top['period']:%Y-%m}"
        ),
    )


def waterfall(moves: pd.DataFrame) -> Chart:
    """The base's waterfall of the last period: before, lost, new, returned, first seen, now."""
    title = _("How the number of customers changed")
    if len(moves) < 2:
        return _nothing(title)
    before, now = moves.iloc[-2], moves.iloc[-1]
    steps = [
        ("lost", -int(now["lost"]), RED),
        ("new", int(now["new"]), GREEN),
        ("returned", int(now["returned"]), BLUE),
        ("first_seen", int(now["first_seen"]), SAND),
    ]
    steps = [step for step in steps if step[1]]
    figure, axes = _canvas(title=f"{title}, {before['period']} → {now['period']}")
    names, level = [str(before["period"])], int(before["customers"])
    axes.bar(0, level, color=MUTED, width=0.6)
    axes.text(0, level, shown("n", level), ha="center", va="bottom")
    for i, (name, step, colour) in enumerate(steps, 1):
        axes.bar(i, abs(step), bottom=min(level, level + step), color=colour, width=0.6)
        axes.plot([i - 0.7, i + 0.3], [level, level], color=MUTED, lw=0.8)
        level += step
        axes.text(i, max(level, level - step), f"{step:+,}".replace("-", "−"), ha="center", va="bottom")
        names.append(_(name.replace("_", " ")))
    names.append(str(now["period"]))
    axes.bar(len(steps) + 1, level, color=MUTED, width=0.6)
    axes.text(len(steps) + 1, level, shown("n", level), ha="center", va="bottom")
    axes.set_xticks(range(len(names)), names)
    _clear(axes, keep="y")
    axes.set_ylabel(_("customers"))
    axes.margins(y=0.12)
    said = ", ".join(f"{_(name.replace('_', ' '))} {abs(step)}" for name, step, _colour in steps)
    return Chart(figure, _("Customers from {before} to {now}: {said}.").format(before=before["customers"], now=now["customers"], said=said))


def contributions(change: pd.DataFrame, currency: str) -> Chart:
    """Shapley's contributions of each factor to the change of sales, and of gross profit where cost is known."""
    measures = change["measure_class"].unique()
    figure, axes = _canvas(width=9.0, height=2.8, title="", panels=len(measures))
    said = []
    for panel, measure in zip(np.atleast_1d(axes), measures, strict=True):
        part = change[change["measure_class"] == measure].iloc[::-1]
        panel.barh([_(f) for f in part["factor"]], part["contribution"], color=[GREEN if v >= 0 else RED for v in part["contribution"]])
        panel.axvline(0, color=INK, lw=0.8)
        panel.set_title(
            _("Change of {measure}: {money}").format(measure=_(measure), money=shown("x", part["contribution"].sum(), currency))
        )
        width = part["contribution"].abs().max() or 1.0
        panel.set_xlim(min(0, part["contribution"].min()) - width * 0.95, max(0, part["contribution"].max()) + width * 0.95)
        for i, value in enumerate(part["contribution"]):
            panel.text(
                value + width * 0.03 * (1 if value >= 0 else -1),
                i,
                shown("x", value),
                va="center",
                ha="left" if value >= 0 else "right",
                size=9,
            )
        panel.xaxis.set_visible(False)
        _clear(panel, keep="x")
        said += [f"{_(f)} {shown('x', v, currency)}" for f, v in zip(part["factor"], part["contribution"], strict=True)]
    return Chart(figure, _("Contributions to the change: {said}.").format(said="; ".join(said)))


def deciles(table: pd.DataFrame) -> Chart:
    """Share of money by tenth of the customers, with the running total written at each bar."""
    title = _("Share of sales by tenth of the customers, largest first")
    if table.empty:
        return _nothing(title)
    figure, axes = _canvas(title=title)
    axes.bar(table["decile_class"], table["revenue_share"], color=[BLUE if i < 2 else "#9fb8c8" for i in range(len(table))], width=0.7)
    for i, row in table.iterrows():
        axes.text(
            i,
            max(row["revenue_share"], 0),
            f"{row['revenue_share'] * 100:.1f}\nΣ {row['cumulative_share'] * 100:.0f}",
            ha="center",
            va="bottom",
            size=8.5,
        )
    _percent_axis(axes.yaxis)
    axes.set_xlabel(_("tenth of the customers (Σ: running total, %)"))
    axes.margins(y=0.18)
    _clear(axes, keep="y")
    first = table.iloc[0]
    alt = _("The largest tenth of the customers ({count}) brings {share} of the sales.")
    return Chart(figure, alt.format(count=first["customers"], share=shown("x_share", first["revenue_share"])))


def layers(cohorts: pd.DataFrame, currency: str) -> Chart:
    """Sales of each period stacked by the period of the customers' first purchase."""
    title = _("Sales by the period in which customers first bought")
    if cohorts.empty:
        return _nothing(title)
    wide = cohorts.pivot(index="period", columns="cohort", values="revenue").fillna(0.0)
    wide = wide[sorted(wide.columns, key=lambda c: "" if c == "earlier" else c)]
    figure, axes = _canvas(title=title)
    bottom = np.zeros(len(wide))
    for i, cohort in enumerate(wide.columns):
        values = wide[cohort].to_numpy()
        axes.bar(wide.index, values, bottom=bottom, color=LAYERS[i % len(LAYERS)], width=0.62, label=_(cohort), edgecolor="white", lw=0.6)
        bottom += values
    _money_axis(axes.yaxis)
    axes.set_ylabel(currency)
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[::-1], names[::-1], title=_("first bought"), loc="center left", bbox_to_anchor=(1, 0.5), ncols=1 + len(names) // 14)
    axes.tick_params(axis="x", rotation=0 if len(wide) < 9 else 60)
    _clear(axes, keep="y")
    last = wide.iloc[-1]
    alt = _("In {period}, {share} of the sales come from the layer “{cohort}”, the largest.")
    biggest = last.idxmax()
    return Chart(
        figure,
        alt.format(period=wide.index[-1], share=shown("x_share", last[biggest] / last.sum() if last.sum() else np.nan), cohort=_(biggest)),
    )


def return_curve(curve: pd.DataFrame, *, horizon_days: int, norm: float) -> Chart:
    """Share of first-time buyers back by each day, with its interval, the horizon and the norm."""
    title = _("First-time buyers who have bought again, by days since their first purchase")
    if curve.empty:
        return _nothing(title)
    figure, axes = _canvas(title=title)
    days = np.append(0, curve["days"])
    share = np.append(0, curve["happened_share"])
    axes.step(days, share, where="post", color=BLUE, lw=2)
    axes.fill_between(days, np.append(0, curve["low_share"]), np.append(0, curve["high_share"]), step="post", color=BLUE, alpha=0.15, lw=0)
    axes.axhline(norm, color=ORANGE, lw=1.4, ls="--")
    axes.text(days[-1], norm, _("norm {norm}").format(norm=shown("x_share", norm)), color=ORANGE, va="bottom", ha="right")
    axes.axvline(horizon_days, color=MUTED, lw=1, ls=":")
    axes.text(horizon_days, 0.02, " " + _("{days} days").format(days=horizon_days), color=MUTED)
    axes.set_ylim(0, 1)
    axes.set_xlim(0, max(days[-1], horizon_days) * 1.02)
    _percent_axis(axes.yaxis)
    axes.set_xlabel(_("days since the first purchase"))
    reached = curve[curve["days"] <= horizon_days]
    back = shown("x_share", reached["happened_share"].iloc[-1]) if len(reached) else "–"
    return Chart(
        figure,
        _("After {days} days {share} of first-time buyers have bought again; the norm is {norm}.").format(
            days=horizon_days, share=back, norm=shown("x_share", norm)
        ),
    )


def returns_by_cohort(table: pd.DataFrame, *, norm: float) -> Chart:
    """Each mature cohort's share back within the horizon, with Wilson's interval and the norm."""
    title = _("Share back within the horizon, by cohort (bars: interval)")
    mature = table[table["is_mature"]]
    if mature.empty:
        return _nothing(title)
    figure, axes = _canvas(height=3.2, title=title)
    _dots(axes, mature["cohort"], mature["returned_share"], mature["low_share"], mature["high_share"], notes=mature["first_buyers"])
    axes.axhline(norm, color=ORANGE, lw=1.4, ls="--")
    said = "; ".join(f"{c}: {shown('x_share', s)}" for c, s in zip(mature["cohort"], mature["returned_share"], strict=True))
    return Chart(figure, _("Share back by cohort: {said}; the norm is {norm}.").format(said=said, norm=shown("x_share", norm)))


def _dots(axes, names, values, low, high, *, notes) -> None:
    at = np.arange(len(values))
    axes.vlines(at, low, high, color=BLUE, lw=6, alpha=0.25)
    axes.plot(at, values, "o", color=BLUE)
    for i, value, note in zip(at, values, notes, strict=True):
        axes.text(i + 0.08, value, f" {value * 100:.0f}\xa0%\n n={note}", va="center", size=8.5)
    axes.set_xticks(at, names, rotation=0 if len(at) < 9 else 60)
    axes.set_xlim(-0.5, len(at) - 0.2)
    axes.set_ylim(0, 1)
    _percent_axis(axes.yaxis)
    _clear(axes, keep="y")


def retention(rates: pd.DataFrame) -> Chart:
    """The true rate over the same customers and the source's CRR, by period."""
    title = _("Retention: the same customers, and the source's CRR")
    if rates.empty:
        return _nothing(title)
    figure, axes = _canvas(height=3.2, title=title)
    for column, colour, name, shift in [
        ("customer_retention_rate", MUTED, _("CRR = (E − N) / S"), 1),
        ("true_retention_rate", BLUE, _("still active of those active at the start"), -1),
    ]:
        axes.plot(rates["period"], rates[column], "o-", color=colour, lw=2, label=name)
        if len(rates) <= 8:
            for x, y in zip(rates["period"], rates[column], strict=True):
                axes.annotate(
                    f"{y * 100:.0f}\xa0%", (x, y), textcoords="offset points", xytext=(0, 9 * shift - 3), ha="center", color=colour, size=9
                )
    _percent_axis(axes.yaxis)
    axes.set_ylim(0, max(1.08, rates["customer_retention_rate"].max() * 1.08))
    axes.tick_params(axis="x", rotation=0 if len(rates) < 9 else 60)
    axes.legend(loc="lower left")
    _clear(axes, keep="y")
    last = rates.iloc[-1]
    alt = _("In {period} {true} of the customers active at the start stayed; the source's CRR says {crr}.")
    return Chart(
        figure,
        alt.format(
            period=last["period"], true=shown("x_share", last["true_retention_rate"]), crr=shown("x_share", last["customer_retention_rate"])
        ),
    )


def cohort_heatmap(cohorts: pd.DataFrame, column: str) -> Chart:
    """Cohorts by age: the share of customers active, or of the first period's money, in each cell."""
    title = {
        "active_share": _("Share of each cohort that bought, by age"),
        "revenue_share": _("Money of each cohort against its first period, by age"),
    }[column]
    if cohorts.empty:
        return _nothing(title)
    wide = cohorts.pivot(index="cohort", columns="age", values=column)
    sizes = cohorts.drop_duplicates("cohort").set_index("cohort")["cohort_customers"]
    figure, axes = _canvas(height=0.9 + 0.34 * len(wide), title=title)
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
            axes.text(j, i, f"{value * 100:.0f}", ha="center", va="center", size=8.5, color="white" if value > 0.62 * top else INK)
    axes.set_yticks(range(len(wide)), [f"{c}  (n={sizes[c]})" for c in wide.index])
    axes.set_xticks(range(wide.shape[1]), wide.columns)
    axes.invert_yaxis()
    axes.set_xlabel(_("periods since the first purchase (cells in %)"))
    axes.grid(visible=False)
    axes.tick_params(length=0)
    one = wide[1].mean() if 1 in wide.columns else np.nan
    return Chart(
        figure,
        _("{title}: on average {share} one period after the first purchase.").format(title=title, share=shown("x_share", float(one))),
    )


def overdue(late: pd.DataFrame, names: pd.Series, *, top: int = 15) -> Chart:
    """The largest overdue customers: present silence against their usual gap, in days."""
    title = _("Overdue customers with the most money: silence against their own usual gap")
    if late.empty:
        return _nothing(title)
    part = late.head(top).iloc[::-1]
    figure, axes = _canvas(height=0.8 + 0.3 * len(part), title=title)
    at = np.arange(len(part))
    axes.barh(at, part["silence_days"], color="#e3b9a0", height=0.62, label=_("silent now, days"))
    axes.barh(at, part["usual_gap_days"], color=BLUE, height=0.28, label=_("usual gap, days"))
    axes.set_yticks(at, [str(names.get(c, c))[:34] for c in part["customer_id"]])
    axes.legend(loc="lower right")
    _clear(axes, keep="x")
    first = late.iloc[0]
    alt = _("{count} customers are overdue; the largest, {name}, has been silent for {silence} days against a usual gap of {gap}.")
    return Chart(
        figure,
        alt.format(
            count=len(late),
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
        return _nothing(title)
    figure, axes = _canvas(height=3.2, title=title)
    _dots(
        axes, known["silence_months"].astype("str"), known["return_share"], known["low_share"], known["high_share"], notes=known["silences"]
    )
    first, last = known.iloc[0], known.iloc[-1]
    alt = _("After {a} months of silence {p} come back within a year, after {b} months {q}.")
    return Chart(
        figure,
        alt.format(
            a=first["silence_months"],
            p=shown("x_share", first["return_share"]),
            b=last["silence_months"],
            q=shown("x_share", last["return_share"]),
        ),
    )


def survival(curve: pd.DataFrame) -> Chart:
    """Share of relationships still alive by days since the first purchase, with its interval."""
    title = _("Relationships still alive, by days since the first purchase")
    if curve.empty:
        return _nothing(title)
    figure, axes = _canvas(height=3.2, title=title)
    days = np.append(0, curve["days"])
    axes.step(days, 1 - np.append(0, curve["happened_share"]), where="post", color=BLUE, lw=2)
    axes.fill_between(
        days, 1 - np.append(0, curve["high_share"]), 1 - np.append(0, curve["low_share"]), step="post", color=BLUE, alpha=0.15, lw=0
    )
    axes.set_ylim(0, 1.02)
    _percent_axis(axes.yaxis)
    axes.set_xlabel(_("days since the first purchase"))
    year = curve[curve["days"] <= 365]
    alive = 1 - year["happened_share"].iloc[-1] if len(year) else 1.0
    return Chart(
        figure, _("A year after the first purchase {share} of the relationships are alive.").format(share=shown("x_share", float(alive)))
    )


def stakes(found: pd.DataFrame, currency: str) -> Chart:
    """Money at stake by finding, with its range where it has one."""
    title = _("Money at stake (overlapping: never add it up)")
    known = found[found["money"].notna() & (found["money"] != 0)].iloc[::-1]
    if known.empty:
        return _nothing(title)
    figure, axes = _canvas(height=0.9 + 0.38 * len(known), title=title)
    at = np.arange(len(known))
    axes.barh(at, known["money"].abs(), color=BLUE, height=0.55)
    ranged = known["money_low"].notna().to_numpy()
    axes.hlines(at[ranged], known.loc[ranged, "money_low"].abs(), known.loc[ranged, "money_high"].abs(), color=INK, lw=1.6)
    axes.set_yticks(at, [_(i.replace("_", " ")) for i in known["id"]])
    for y, value, high in zip(at, known["money"].abs(), known["money_high"].abs().fillna(0), strict=True):
        axes.text(max(value, high), y, "  " + shown("x", value), va="center", size=9)
    axes.margins(x=0.2)
    _money_axis(axes.xaxis)
    axes.set_xlabel(currency)
    _clear(axes, keep="x")
    first = known.iloc[-1]
    return Chart(
        figure,
        _("The largest amount at stake, {money}, belongs to “{finding}”.").format(
            money=shown("x", abs(first["money"]), currency), finding=_(first["id"].replace("_", " "))
        ),
    )


def ladder(table: pd.DataFrame, currency: str) -> Chart:
    """Customers on each rung, from the lowest, with the money of the year written beside."""
    title = _("Customers by rung, and their money of twelve months")
    figure, axes = _canvas(height=3.2, title=title)
    colours = [GRID, SAND, BLUE, MUTED, GREEN, GREEN, GREEN]
    axes.barh([_(r) for r in table["rung_class"]], table["customers"], color=colours[: len(table)])
    for i, row in enumerate(table.itertuples()):
        axes.text(row.customers, i, f"  {row.customers}   {shown('x', row.revenue, currency)}", va="center", size=9)
    axes.margins(x=0.3)
    _clear(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(f"{_(r.rung_class)} {r.customers}" for r in table.itertuples() if r.customers)
    return Chart(figure, _("Customers by rung: {said}.").format(said=said or "0"))


def _cells(axes, values: pd.DataFrame, texts: pd.DataFrame) -> None:
    """A grid of cells shaded by value, with a text in each."""
    rows, columns = values.shape
    top = max(0.01, float(values.to_numpy().max()))
    axes.pcolormesh(np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5, values.to_numpy(), cmap="Blues", vmin=0, vmax=top * 1.2)
    for i in range(rows):
        for j in range(columns):
            axes.text(j, i, texts.iat[i, j], ha="center", va="center", color="white" if values.iat[i, j] > 0.6 * top else INK)
    axes.set_xticks(range(columns), [_(c) for c in values.columns])
    axes.set_yticks(range(rows), [_(r) for r in values.index])
    axes.invert_yaxis()
    axes.grid(visible=False)
    axes.tick_params(length=0)


def matrix(cells: pd.DataFrame) -> Chart:
    """ABC against XYZ: customers and share of money in each cell."""
    title = _("Customers and share of the money by class and regularity")
    if cells.empty:
        return _nothing(title)
    rows = [c for c in ["A", "B", "C", "N"] if c in set(cells["abc_class"])]
    columns = [c for c in ["X", "Y", "Z", "short history"] if c in set(cells["xyz_class"])]
    wide = cells.pivot(index="abc_class", columns="xyz_class").reindex(index=rows)
    share = wide["revenue_share"].reindex(columns=columns).fillna(0.0).astype(float)
    texts = (
        wide["customers"].reindex(columns=columns).fillna(0).astype(int).astype(str)
        + "  ·  "
        + (share * 100).round().astype(int).astype(str)
        + "\xa0%"
    )
    figure, axes = _canvas(height=0.9 + 0.6 * len(rows), title=title)
    _cells(axes, share, texts)
    axes.set_xlabel(_("customers · share of the money of twelve months"))
    best = cells.loc[cells["revenue_share"].astype(float).fillna(0).idxmax()]
    alt = _("Most money, {share}, lies in class {abc} of regularity {xyz}, with {count} customers.")
    return Chart(
        figure,
        alt.format(share=shown("x_share", best["revenue_share"]), abc=best["abc_class"], xyz=_(best["xyz_class"]), count=best["customers"]),
    )


def migration(moves: pd.DataFrame) -> Chart:
    """Moves between classes: all of them pale, the clear ones dark."""
    title = _("Moves between classes in a year (dark: clear, pale: on a border)")
    moved = moves[moves["class_before"] != moves["class_now"]].sort_values("customers")
    if moved.empty:
        return _nothing(title)
    figure, axes = _canvas(height=0.9 + 0.3 * len(moved), title=title)
    names = [f"{_(m.class_before)} → {_(m.class_now)}" for m in moved.itertuples()]
    axes.barh(names, moved["customers"], color="#c9d6de")
    axes.barh(names, moved["clear_moves"], color=BLUE)
    for i, row in enumerate(moved.itertuples()):
        axes.text(row.customers, i, f"  {row.customers}, {_('clear')} {row.clear_moves}", va="center", size=9)
    axes.margins(x=0.2)
    _clear(axes, keep="x")
    axes.xaxis.set_visible(False)
    alt = _("{all} customers changed class, {clear} of them clearly.")
    return Chart(figure, alt.format(all=int(moved["customers"].sum()), clear=int(moved["clear_moves"].sum())))


def types(summary: pd.DataFrame) -> Chart:
    """Customers by loyalty type: by groups, and by definition beside it."""
    title = _("Customers by loyalty type: by groups (dark) and by definition (pale)")
    if not summary["customers"].sum():
        return _nothing(title)
    figure, axes = _canvas(height=3.0, title=title)
    at = np.arange(len(summary))[::-1]
    axes.barh(at + 0.2, summary["customers"], height=0.38, color=BLUE)
    axes.barh(at - 0.2, summary["customers_by_definition"], height=0.38, color="#c9d6de")
    for y, row in zip(at, summary.itertuples(), strict=True):
        axes.text(row.customers, y + 0.2, f" {row.customers}", va="center", size=9)
        axes.text(row.customers_by_definition, y - 0.2, f" {row.customers_by_definition}", va="center", size=9, color=MUTED)
    axes.set_yticks(at, [_(t) for t in summary["loyalty_class"]])
    _clear(axes, keep="x")
    axes.xaxis.set_visible(False)
    said = ", ".join(f"{_(r.loyalty_class)} {r.customers}" for r in summary.itertuples())
    return Chart(figure, _("Customers by loyalty type, by groups: {said}.").format(said=said))


def gaps(table: pd.DataFrame) -> Chart:
    """The gap statistic by number of groups, with the null's error."""
    title = _("How much tighter the groups are than chance would make them, by their number")
    if table.empty:
        return _nothing(title)
    figure, axes = _canvas(height=2.8, title=title)
    axes.errorbar(table["clusters"], table["gap_number"], yerr=table["error_number"], color=BLUE, marker="o", lw=1.8, capsize=3)
    axes.axhline(0, color=MUTED, lw=1)
    axes.set_xticks(table["clusters"])
    axes.set_xlabel(_("number of groups"))
    axes.set_ylabel(_("gap"))
    best = table.loc[table["gap_number"].idxmax()]
    alt = _("The gap is widest at {k} groups: {gap}, with an error of {error}.")
    return Chart(
        figure, alt.format(k=int(best["clusters"]), gap=shown("x_index", best["gap_number"]), error=shown("x_index", best["error_number"]))
    )


def _share_bars(
    part: pd.DataFrame, names: pd.Series, *, title: str, colours: list[str], notes: list[str], borders: list[float]
) -> tuple[Figure, object]:
    """Horizontal bars of shares of the sales, the first row on top, with borders drawn and a note at each bar."""
    figure, axes = _canvas(height=0.9 + 0.33 * len(part), title=title)
    axes.barh(range(len(part)), part["revenue_share"], color=colours)
    for border in borders:
        axes.axvline(border, color=MUTED, lw=1, ls=":")
    axes.set_yticks(range(len(part)), [str(names.get(g, g))[:38] for g in part["group"]])
    for i, (value, note) in enumerate(zip(part["revenue_share"], notes, strict=True)):
        axes.text(max(value, 0), i, f" {value * 100:.1f}\xa0%{note}", va="center", size=9)
    axes.invert_yaxis()
    _percent_axis(axes.xaxis)
    axes.margins(x=0.15)
    _clear(axes, keep="x")
    return figure, axes


def keys(shares: pd.DataFrame, names: pd.Series, *, key_share: float, top: int = 10) -> Chart:
    """The largest customers' shares of the company's sales, with the border from which they are key."""
    title = _("The largest customers’ share of the sales of twelve months")
    part = shares[shares["level_class"] == "company"].nlargest(top, "revenue")
    if part.empty or part["revenue_share"].isna().all():
        return _nothing(title)
    is_key = part["revenue_share"] >= key_share - 1e-12
    figure, _axes = _share_bars(
        part, names, title=title, colours=[ORANGE if k else BLUE for k in is_key], notes=[""] * len(part), borders=[key_share]
    )
    alt = _("{over} customers reach {border} of the sales; the largest has {share}.")
    return Chart(
        figure,
        alt.format(
            over=int(is_key.sum()), border=shown("x_share", key_share), share=shown("x_share", float(part["revenue_share"].iloc[0]))
        ),
    )


def dependence(played: pd.DataFrame, names: pd.Series) -> Chart:
    """Share of the largest customers against the borders of dependence."""
    title = _("Dependence: share of the sales, with the borders 20, 30, 40 and 50 %")
    part = played.head(5)
    if part.empty or part["revenue_share"].isna().all():
        return _nothing(title)
    colour = {"none": BLUE, "watch": "#b08900", "high": ORANGE, "critical": RED, "sole": RED}
    notes = [f", {_(c)}" for c in part["dependence_class"]]
    figure, axes = _share_bars(
        part, names, title=title, colours=[colour[c] for c in part["dependence_class"]], notes=notes, borders=[0.2, 0.3, 0.4, 0.5]
    )
    axes.set_xlim(0, max(0.6, float(part["revenue_share"].max()) * 1.2))
    top = part.iloc[0]
    said = {"share": shown("x_share", float(top["revenue_share"])), "dependence": _(top["dependence_class"])}
    return Chart(figure, _("The largest customer has {share} of the sales: {dependence}.").format(**said))
