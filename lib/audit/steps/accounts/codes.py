"""The closed lists of this chapter: codes that are stored, with what readers see."""

from __future__ import annotations

from audit.core.codes import Code
from audit.i18n import mark as N_


class Level(Code):
    """Of what a share is."""

    COMPANY = "company", N_("company")
    DEPARTMENT = "department", N_("department")
    MANAGER = "manager", N_("manager")


class Reason(Code):
    """Why an account is key (E1 to E6, N16)."""

    REVENUE = "revenue", N_("revenue")
    MARGIN = "margin", N_("margin")
    INCOME = "income", N_("income in money")
    POTENTIAL = "potential", N_("potential")
    REPUTATION = "reputation", N_("reputation")
    INNOVATION = "innovation", N_("innovation")
    STANDARDS = "standards", N_("standards")


class Status(Code):
    """Whether a key account is one by its sales already (E12)."""

    ACTUAL = "actual", N_("actual")
    POTENTIAL = "potential", N_("potential")


class Effect(Code):
    """What a key account moves (E13)."""

    FINANCE = "finance", N_("finance")
    PROCESSES = "processes", N_("internal processes, level of staff")


class Dependence(Code):
    """How far we depend on a customer; watch from 0.20 on (E14)."""

    NONE = "none", N_("none")
    WATCH = "watch", N_("watch")
    HIGH = "high", N_("high")
    CRITICAL = "critical", N_("critical")
    SOLE = "sole", N_("sole")


class Limit(Code):
    """What the sources limit."""

    KEYS = "key_accounts", N_("key accounts")
    INNOVATORS = "innovators", N_("innovators")
    BY_VOLUME = "by_volume", N_("key by revenue of the company")
    PER_MANAGER = "per_manager", N_("key accounts of one manager")


class Property(Code):
    """By what customers are one group on which we may depend (N1)."""

    INDUSTRY = "industry", N_("industry")
    REGION = "region", N_("region")
