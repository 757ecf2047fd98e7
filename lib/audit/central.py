"""Is there one list of all customers, complete, valid and fresh, and does it agree with the books? The central file (K1 to K5, M12).

Everything is weighted by what customers are worth beside being counted: a missing phone of a customer that buys nothing matters little.
What stands in the fields is never here, only whether it stands there and is valid (P41). Where CRM and accounting differ, accounting is right (M12).
"""

from __future__ import annotations

import pandas as pd

from audit.findings import Finding
from audit.language import mark as N_

YEAR_DAYS = 365
FIELDS = {
    "name": N_("name"), "tax_id": N_("tax id"), "kpp": N_("KPP"), "ogrn": N_("OGRN"), "phone": N_("phone"), "email": N_("e-mail"), "address": N_("address"),
    "region": N_("region"), "industry": N_("industry"), "manager_id": N_("manager"),
}  # fmt: skip


def central_quality(fields: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """How complete and valid each field of the central file is, counted by customers and weighted by their revenue (K2).

    Completeness is of all entries; validity is of the filled ones, and only of fields that can be checked (tax id, KPP, OGRN, phone, e-mail):
    a filled phone is not yet a phone that answers.

    Parameters
    ----------
    fields
        customer_id, field, is_filled, is_valid (missing where nothing can be checked).
    history
        customer_id, revenue.

    Returns
    -------
    DataFrame, a row per field: field_class, customers, filled, filled_share, revenue_filled_share (of the revenue of entries with a field),
    invalid (count; missing where not checked), valid_share (of the filled and checked, NaN where none).

    Source: method K2.

    >>> fields = pd.DataFrame({"customer_id": ["a", "b"], "field": ["phone"] * 2, "is_filled": [True, False], "is_valid": [False, None]})
    >>> central_quality(fields, pd.DataFrame({"customer_id": ["a", "b"], "revenue": [90.0, 10.0]}))[["filled_share", "revenue_filled_share", "valid_share"]].values.tolist()
    [[0.5, 0.9, 0.0]]
    """
    rows = fields.merge(history[["customer_id", "revenue"]], on="customer_id", how="left").fillna({"revenue": 0.0})
    rows["weight"] = rows["revenue"].clip(lower=0)
    rows["filled_weight"] = rows["weight"].where(rows["is_filled"], 0.0)
    rows["is_checked"] = rows["is_filled"] & rows["is_valid"].notna()
    rows["is_wrong"] = rows["is_checked"] & (rows["is_valid"] == False)  # noqa: E712 - missing is neither
    sums = rows.groupby("field").agg(
        customers=("customer_id", "size"),
        filled=("is_filled", "sum"),
        weight=("weight", "sum"),
        filled_weight=("filled_weight", "sum"),
        checked=("is_checked", "sum"),
        invalid=("is_wrong", "sum"),
    )
    sums["filled_share"] = sums["filled"] / sums["customers"]
    sums["revenue_filled_share"] = sums["filled_weight"] / sums["weight"].where(sums["weight"] > 0)
    sums["valid_share"] = 1 - sums["invalid"] / sums["checked"].where(sums["checked"] > 0)
    names = ["customers", "filled", "filled_share", "revenue_filled_share", "invalid", "valid_share"]
    found = sums[names].rename_axis("field_class").reset_index()
    found["field_class"] = found["field_class"].map(FIELDS)
    return found.astype({"filled": "int64", "invalid": "int64"}).sort_values(["revenue_filled_share", "field_class"], ignore_index=True)


def central_coverage(history: pd.DataFrame, customers: pd.DataFrame, **others: pd.DataFrame | None) -> pd.DataFrame:
    """For how many of those who bought each table knows anything, and for what share of their revenue (K5).

    Parameters
    ----------
    history, customers
        customer_id (and revenue).
    others
        further tables with customer_id, by name; None: the base does not have it.

    Returns
    -------
    DataFrame: table_class, customers (buyers whom the table knows), buyers, known_share, revenue_share, strangers (its customers who never bought).

    Source: method K5; orphans: K2.
    """
    buyers, revenue = set(history["customer_id"]), history.set_index("customer_id")["revenue"].clip(lower=0)
    rows = []
    for name, table in {"customers": customers, **others}.items():
        known = set(table["customer_id"]) - {""} if table is not None and "customer_id" in table.columns else set()
        held = sorted(known & buyers)
        rows.append(
            (
                name,
                len(held),
                len(buyers),
                len(held) / len(buyers),
                revenue[held].sum() / revenue.sum() if revenue.sum() > 0 else float("nan"),
                len(known - buyers),
            )
        )
    return pd.DataFrame(rows, columns=["table_class", "customers", "buyers", "known_share", "revenue_share", "strangers"])


def central_freshness(customers: pd.DataFrame, history: pd.DataFrame, *, as_of: pd.Timestamp, fresh_days: float) -> pd.DataFrame:
    """Entries by the time since they were last changed, with the revenue of their customers (K2: changes entered in time).

    Returns
    -------
    DataFrame: age_class (fresh, older, unknown), customers, customers_share, revenue, revenue_share; empty where no day of change was sent.

    Source: method K2.
    """
    names = ["age_class", "customers", "customers_share", "revenue", "revenue_share"]
    if "updated_on" not in customers.columns:
        return pd.DataFrame({name: pd.Series(dtype="str" if name == "age_class" else "float64") for name in names})
    rows = customers[["customer_id", "updated_on"]].merge(history[["customer_id", "revenue"]], on="customer_id")
    age = (pd.Timestamp(as_of) - rows["updated_on"]).dt.days
    rows["age_class"] = (age <= fresh_days).map({True: N_("fresh"), False: N_("older")}).where(age.notna(), N_("unknown"))
    sums = rows.groupby("age_class").agg(customers=("customer_id", "size"), revenue=("revenue", "sum")).reset_index()
    sums["customers_share"] = sums["customers"] / max(len(rows), 1)
    sums["revenue_share"] = sums["revenue"] / rows["revenue"].sum() if rows["revenue"].sum() > 0 else float("nan")
    return sums[names]


def sole_managers(sellers: pd.DataFrame | None, *, as_of: pd.Timestamp, window_days: float) -> pd.DataFrame:
    """Customers with whom one manager alone has dealt, by manager: what would leave with the manager (K2, M7); empty where sales name none.

    Known from sales of the window; who writes to a customer without selling is not seen here.

    Returns
    -------
    DataFrame: manager_id, customers (served in the window), sole_customers, revenue, sole_revenue, sole_share (of the manager's revenue).

    Source: method K2 (contacts of the company, not of a person), bus factor.
    """
    if sellers is None or "manager_id" not in sellers.columns:
        counts = dict.fromkeys(["customers", "sole_customers"], "int64") | dict.fromkeys(
            ["revenue", "sole_revenue", "sole_share"], "float64"
        )
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in ({"manager_id": "str"} | counts).items()})
    recent = sellers[(sellers["period"] > pd.Timestamp(as_of) - pd.Timedelta(days=window_days)) & (sellers["manager_id"] != "")]
    by_pair = recent.groupby(["customer_id", "manager_id"], as_index=False)["revenue"].sum()
    by_pair["is_sole"] = by_pair.groupby("customer_id")["manager_id"].transform("nunique") == 1
    by_pair["sole_revenue"] = by_pair["revenue"].where(by_pair["is_sole"], 0.0)
    sums = by_pair.groupby("manager_id", as_index=False).agg(
        customers=("customer_id", "size"),
        sole_customers=("is_sole", "sum"),
        revenue=("revenue", "sum"),
        sole_revenue=("sole_revenue", "sum"),
    )
    sums["sole_share"] = sums["sole_revenue"] / sums["revenue"].where(sums["revenue"] > 0)
    return sums.astype({"sole_customers": "int64"}).sort_values(["sole_revenue", "manager_id"], ascending=[False, True], ignore_index=True)


def contacted(
    history: pd.DataFrame, activities: pd.DataFrame | None, *, as_of: pd.Timestamp, within_days: float, active_days: float = YEAR_DAYS
) -> pd.DataFrame:
    """Whether each customer who bought in the last year was contacted lately (K4).

    Returns
    -------
    DataFrame: customer_id, revenue, last_contact_on (NaT: never), is_contacted; empty where contacts were not sent.

    Source: method K4.
    """
    names = ["customer_id", "revenue", "last_contact_on", "is_contacted"]
    if activities is None:
        return pd.DataFrame(columns=names)
    day = pd.Timestamp(as_of)
    rows = history.loc[history["last_on"] > day - pd.Timedelta(days=active_days), ["customer_id", "revenue"]]
    last = activities[activities["date"] <= day].groupby("customer_id")["date"].max()
    rows = rows.assign(last_contact_on=rows["customer_id"].map(last))
    return rows.assign(is_contacted=rows["last_contact_on"] >= day - pd.Timedelta(days=within_days))[names].reset_index(drop=True)


def crm_by_period(crm_sales: pd.DataFrame | None, panel: pd.DataFrame) -> pd.DataFrame:
    """Sales as the CRM records them against accounting, by year (K3); accounting is right where they differ (M12).

    Returns
    -------
    DataFrame: period, crm, accounting, difference (crm - accounting), difference_share (of accounting); years that both hold; empty without a CRM.

    Source: method K3, M12.
    """
    return _against(crm_sales, panel, lambda table, day: table[day].dt.year.astype("str"), "period").sort_values(
        "period", ignore_index=True
    )


def crm_by_customer(crm_sales: pd.DataFrame | None, panel: pd.DataFrame) -> pd.DataFrame:
    """The same by customer, the largest difference first, over the years that both hold.

    Returns
    -------
    DataFrame: customer_id, crm, accounting, difference, difference_share.

    Source: method K3, M12.
    """
    found = _against(crm_sales, panel, lambda table, _day: table["customer_id"], "customer_id")
    order = found["difference"].abs().sort_values(ascending=False, kind="stable").index
    return found.loc[order].reset_index(drop=True)


def _against(crm: pd.DataFrame | None, panel: pd.DataFrame, by, name: str) -> pd.DataFrame:
    columns = [name, "crm", "accounting", "difference", "difference_share"]
    if crm is None:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == name else "float64") for c in columns})
    years = set(crm["date"].dt.year) & set(panel["period"].dt.year)
    crm, panel = crm[crm["date"].dt.year.isin(years)], panel[panel["period"].dt.year.isin(years)]
    sums = pd.concat(
        {"crm": crm.groupby(by(crm, "date"))["amount"].sum(), "accounting": panel.groupby(by(panel, "period"))["revenue"].sum()}, axis=1
    ).fillna(0.0)
    sums["difference"] = sums["crm"] - sums["accounting"]
    sums["difference_share"] = sums["difference"] / sums["accounting"].where(sums["accounting"] > 0)
    return sums.rename_axis(name).sort_index().reset_index()[columns]


def findings(
    quality: pd.DataFrame,
    coverage: pd.DataFrame,
    *,
    freshness: pd.DataFrame,
    sole: pd.DataFrame | None,
    contacts: pd.DataFrame,
    crm: pd.DataFrame,
    fresh_days: float,
    contact_days: float,
) -> list[Finding]:
    """What the central file is worth, in sentences; the completeness of all fields together, weighted by revenue, first (K1)."""
    buyers = int(coverage["buyers"].iloc[0])
    own = coverage.set_index("table_class").loc["customers"]
    index = float(quality["revenue_filled_share"].mean()) if len(quality) else float("nan")
    return [
        Finding(
            "central_complete", "central", "fact",
            N_("{value} of the central file's fields are filled, weighted by what customers bring; the emptiest is {emptiest}, filled for {least_share}."),
            value=index, n=buyers,
            params={"emptiest": quality["field_class"].iloc[0] if len(quality) else "", "least_share": _first(quality, "revenue_filled_share")},
        ),
        Finding(
            "orphans", "central", "fact",
            N_("{value} of the customers who bought stand in the central file, with {revenue_share} of the revenue; {strangers} entries have never bought."),
            value=float(own["known_share"]), n=buyers, params={"revenue_share": float(own["revenue_share"]), "strangers": int(own["strangers"])},
        ),
        *_invalid(quality),
        *_fresh(freshness, fresh_days),
        *_sole(sole),
        *_contacted(contacts, contact_days),
        *_crm(crm),
    ]  # fmt: skip


def _first(table: pd.DataFrame, column: str) -> float:
    return float(table[column].iloc[0]) if len(table) else float("nan")


def _invalid(quality: pd.DataFrame):
    checked = quality.dropna(subset=["valid_share"])
    if len(checked):
        wrong, filled = int(checked["invalid"].sum()), int(checked["filled"].sum())
        message = N_("{wrong} of {n} tax ids, phones and e-mail addresses are not what they claim to be ({value}).")
        yield Finding("central_invalid", "central", "fact", message, value=wrong / max(filled, 1), n=filled, params={"wrong": wrong})


def _fresh(freshness: pd.DataFrame, fresh_days: float):
    if len(freshness):
        fresh = freshness.set_index("age_class").reindex([N_("fresh")])["revenue_share"].fillna(0.0).iloc[0]
        message = N_("Entries changed within {fresh_days} days belong to customers with {value} of the revenue.")
        yield Finding(
            "central_fresh",
            "central",
            "fact",
            message,
            value=float(fresh),
            n=int(freshness["customers"].sum()),
            params={"fresh_days": fresh_days},
        )


def _sole(sole: pd.DataFrame):
    if len(sole) and sole["revenue"].sum() > 0:
        message = N_(
            "Customers with whom one manager alone dealt brought {value} of last year's sales ({customers} customers); they may leave with the manager."
        )
        money = float(sole["sole_revenue"].sum())
        yield Finding(
            "sole_manager", "central", "fact", message, value=money / float(sole["revenue"].sum()), n=int(sole["customers"].sum()),
            params={"customers": int(sole["sole_customers"].sum())},
        )  # fmt: skip


def _contacted(contacts: pd.DataFrame, contact_days: float):
    if len(contacts):
        message = N_("{reached} of {n} customers who bought in the last year ({value}) had a contact within {contact_days} days.")
        reached = int(contacts["is_contacted"].sum())
        yield Finding(
            "central_contacted",
            "central",
            "fact",
            message,
            value=reached / len(contacts),
            n=len(contacts),
            params={"reached": reached, "contact_days": contact_days},
        )


def _crm(crm: pd.DataFrame):
    if len(crm) and crm["accounting"].sum() > 0:
        share = float(crm["difference"].sum() / crm["accounting"].sum())
        message = N_("The CRM records {value} of what accounting shows, {difference} in all; accounting is what this report uses.")
        yield Finding(
            "crm_against_accounting",
            "central",
            "fact",
            message,
            value=1 + share,
            n=len(crm),
            params={"difference": float(crm["difference"].sum())},
        )
