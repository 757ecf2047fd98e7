"""What the chapter says: its findings, from its tables."""

from __future__ import annotations

import pandas as pd

from audit.core.findings import Finding
from audit.core.tables.form_codes import SupplierStatus
from audit.i18n import mark as N_
from audit.steps.dossiers.codes import Gap, Met

ASKED = N_("nobody has filled in the forms that `audit forms` writes: what only people know is not known")


def chapter_findings(
    coverage: pd.DataFrame,
    gaps: pd.DataFrame,
    value: pd.DataFrame,
    mistakes: pd.DataFrame,
    desired: pd.DataFrame,
    new: pd.DataFrame,
    *,
    is_asked: bool,
    strangers: int,
    least_known: int,
) -> list[Finding]:
    """How much is written down, what is missing, on whom accounts hang, how we are seen, and what was given and never told."""
    found = [_filled(coverage, gaps, is_asked)]
    if is_asked:
        found += [_gaps(coverage, gaps), *_hanging(coverage, gaps), *_ladder(coverage)]
    return [
        *found,
        *_strangers(strangers),
        *_value(value),
        *(_mistakes(mistakes) if len(coverage) else []),
        *_new(new),
        *_desired(desired, least_known),
    ]


def _strangers(count: int) -> list[Finding]:
    """Rows of forms under codes that no customer has."""
    if not count:
        return []
    message = N_(
        "{value} {value:row|rows} of the forms {value:stands|stand} under a code that no customer has who ever bought: correct the code."
    )
    return [
        Finding("dossier_strangers", "dossiers", "fact", message, title=N_("Codes nobody has"), value=float(count), unit="count", n=count)
    ]


def _filled(coverage: pd.DataFrame, gaps: pd.DataFrame, is_asked: bool) -> Finding:
    n = len(coverage)
    if not n:
        why, nobody = N_("the chapter on key accounts names none"), N_("No customer is key, so there are no dossiers.")
        return Finding("dossiers_filled", "dossiers", "fact", nobody, title=N_("Forms of key accounts"), unit="count", why=why)
    if not is_asked:
        return Finding(
            "dossiers_filled", "dossiers", "fact", N_("What is known of {n} key accounts beyond their figures is not written down."),
            title=N_("Forms of key accounts"), unit="count", n=n, why=ASKED,
        )  # fmt: skip
    missing = gaps.loc[gaps["gap_class"].isin([Gap.NO_FORM, Gap.STALE]), "customer_id"]
    return Finding(
        "dossiers_filled", "dossiers", "fact",
        N_("For {value} of {n} key accounts, the form was filled in recently; {missing} {missing:has|have} no current form."),
        title=N_("Forms of key accounts"), value=float(n - len(missing)), unit="count", n=n, who=" ".join(missing),
        params={"missing": len(missing)},
    )  # fmt: skip


def _gaps(coverage: pd.DataFrame, gaps: pd.DataFrame) -> Finding:
    with_gaps = coverage.loc[coverage["customer_id"].isin(gaps["customer_id"]), "customer_id"]
    return Finding(
        "dossier_gaps", "dossiers", "fact",
        N_("The dossiers of {value} of {n} key accounts are still incomplete, with {gaps} {gaps:gap|gaps} in all; for each gap, we name the person to ask."),
        title=N_("Gaps in dossiers"), value=float(len(with_gaps)), unit="count", n=len(coverage), who=" ".join(with_gaps),
        params={"gaps": len(gaps)},
    )  # fmt: skip


def _hanging(coverage: pd.DataFrame, gaps: pd.DataFrame) -> list[Finding]:
    """Accounts that hang on one person, those where the head has not been, and those never offered anything."""
    said = {
        Gap.ONE_CONTACT: N_(
            "{value} of {n} key accounts {value:depends|depend} on one contact person: if that person leaves, the account may go too."
        ),
        Gap.NO_HEAD_VISIT: N_("{value} of {n} key accounts {value:has|have} no recent visit by our senior management on record."),
        Gap.NO_OFFER: N_("{value} of {n} key accounts {value:has|have} been offered nothing new for a long time."),
    }
    found = []
    for gap, message in said.items():
        who = gaps.loc[gaps["gap_class"] == gap, "customer_id"]
        if len(who):
            found.append(
                Finding(
                    f"dossier_{gap.value}", "dossiers", "fact", message, title=gap.label, value=float(len(who)), unit="count", n=len(coverage),
                    who=" ".join(who),
                )
            )  # fmt: skip
    return found


def _ladder(coverage: pd.DataFrame) -> list[Finding]:
    """Accounts that see us lower on the ladder of perception than we see ourselves."""
    rung = {status.value: i for i, status in enumerate(SupplierStatus)}
    both = coverage[(coverage["status_us"] != "") & (coverage["status_customer"] != "")]
    if both.empty:
        return []
    lower = both.loc[both["status_customer"].map(rung) < both["status_us"].map(rung), "customer_id"]
    return [
        Finding(
            "dossier_ladder",
            "dossiers",
            "fact",
            N_("{value} of {n} key accounts {value:rates|rate} us lower than we rate ourselves."),
            title=N_("How key accounts see us"),
            value=float(len(lower)),
            unit="count",
            n=len(both),
            who=" ".join(lower),
        )  # fmt: skip
    ]


def _value(value: pd.DataFrame) -> list[Finding]:
    if value.empty or not value["worth_to_customer"].sum() > 0:
        return []
    worth, told = float(value["worth_to_customer"].sum()), float(value["told"].sum())
    never = value.loc[value["told_on"].isna(), "customer_id"]
    return [
        Finding(
            "dossier_value",
            "dossiers",
            "fact",
            N_(
                "Beyond the goods, {n} key accounts received extras that cost us {cost} and are worth {worth} to them; they were told about {value} of that worth."
            ),
            title=N_("Told of what was given"),
            value=told / worth,
            n=len(value),
            who=" ".join(never),
            params={"cost": float(value["cost_to_us"].sum()), "worth": worth},
        )  # fmt: skip
    ]


def _mistakes(mistakes: pd.DataFrame) -> list[Finding]:
    tested = mistakes[mistakes["seen_class"] != Met.UNKNOWN]
    if tested.empty:
        return []
    return [
        Finding(
            "dossier_mistakes",
            "dossiers",
            "fact",
            N_("These data can test {n} common {n:mistake|mistakes} with key accounts; {value:0:they show none|# was found|# were found}."),
            title=N_("Common mistakes"),
            value=float((tested["seen_class"] == Met.YES).sum()),
            unit="count",
            n=len(tested),
        )  # fmt: skip
    ]


def _new(new: pd.DataFrame) -> list[Finding]:
    """How soon new products come to key accounts, beside other customers; when they were offered nobody writes down."""
    if new.empty or new["first_days"].notna().sum() == 0:
        return []
    days, others = float(new["first_days"].median()), float(new["others_first_days"].iloc[0])
    params = {"launched": int(new["launched"].iloc[0]), "days": round(days)}
    alone = N_(
        "Of {launched} {launched:product|products} launched, the median key account bought {value} in time, for the first time {days} {days:day|days} after the launch."
    )
    beside = N_(
        "Of {launched} {launched:product|products} launched, the median key account bought {value} in time, for the first time {days} {days:day|days} after the launch; for other customers it was {others} {others:day|days}. Nobody records when the products were offered."
    )
    return [
        Finding(
            "dossier_new",
            "dossiers",
            "fact",
            alone if others != others else beside,
            title=N_("New products at key accounts"),
            value=float(new["bought_in_time_share"].median()),
            n=len(new),
            params=params if others != others else params | {"others": round(others)},
        )
    ]


def _desired(desired: pd.DataFrame, least_known: int) -> list[Finding]:
    """How many meet all that is known of them; nothing is said where too little is known of everybody."""
    if desired.empty:
        return []
    title = N_("Desired customers")
    if desired["known"].max() < least_known:
        message, why = (
            N_("We cannot say which customers are the ones we want."),
            N_("for no customer are enough of the ten criteria of a desirable customer known"),
        )
        return [Finding("dossier_desired", "dossiers", "fact", message, title=title, unit="count", n=len(desired), why=why)]
    return [
        Finding(
            "dossier_desired",
            "dossiers",
            "fact",
            N_(
                "{value:0:None|#|#} of {n} {n:customer|customers} {value:meets|meet} every desired-customer criterion known for them; on average, {known_number} of the ten criteria are known."
            ),
            title=title,
            value=float(desired["is_desired"].sum()),
            unit="count",
            n=len(desired),
            params={"known_number": float(desired["known"].mean())},
        )  # fmt: skip
    ]
