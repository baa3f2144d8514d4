"""The builder's pages, and what a browser sends to them."""

from datetime import date

from programmes.services import prescribing
from tests.factories import a_draft, a_patient

ADD = "/admin/programmes/programme/add/"
MONDAY = date(2026, 11, 23)  # the Monday after NOON, a Saturday


def change_page(programme, step="change"):
    return f"/admin/programmes/programme/{programme.pk}/{step}/"


def start(patient, template, **typed):
    return {
        "patient": str(patient.pk),
        "template": template if isinstance(template, str) else str(template.pk),
        "baseline": "15",
        "starts_on": MONDAY.isoformat(),
        **typed,
    }


BLANK = {
    "target": "30",
    "number_of_weeks": "4",
    "first_days": "3",
    "last_days": "5",
    "step_percent": "15",
}


def as_typed(programme, **changes):
    """The draft's page as a browser would send it back, with changes by field name."""
    rows = list(programme.weeks.order_by("number"))
    typed = {
        "starts_on": programme.starts_on.isoformat(),
        "note_to_patient": programme.note_to_patient,
        "version": str(programme.version),
        "weeks-TOTAL_FORMS": str(len(rows)),
        "weeks-INITIAL_FORMS": str(len(rows)),
    }
    for index, row in enumerate(rows):
        for column in prescribing.WEEK_COLUMNS:
            value = getattr(row, column)
            typed[f"weeks-{index}-{column}"] = "" if value is None else str(value)
    return {**typed, **changes}


def doses(programme):
    return list(programme.weeks.order_by("number").values_list("number", "days", "minutes"))


def a_fresh_draft(clinic, clinician, weeks=3):
    return a_draft(a_patient(clinic), clinician, starts_on=MONDAY, weeks=weeks)
