"""What the chapter says of the data: what became of rows and money."""

import lazy_loader

from audit.core.findings import findings_table
from audit.core.registry import Step
from audit.i18n import mark as N_
from audit.steps.intake.codes import Window

STEP = Step(
    "intake",
    0,
    N_("Trust in the data"),
    N_("Can these numbers be trusted?"),
    reads=(
        "gate",
        "reconciliation",
        "quarantine",
        "doubts",
        "effects",
        "controls",
        "duplicates",
        "bridge",
    ),
    is_about_data=True,
)

TABLES = (
    findings_table("findings_intake"),
)  # fmt: skip

HEADINGS = {  # of columns that only excerpts show
    "window_class": (N_("Subject"), Window),
    "day_on": N_("Day"),
    "taken_from": N_("Taken from"),
    "column": N_("Column"),
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, ["charts"],
    {
        "conclusion": ["claim"],
        "findings": ["chapter_findings", "by_year", "mapping", "window"],
    },
)  # fmt: skip
