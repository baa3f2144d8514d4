"""The shipped template library, copied into each clinic, which then owns it."""

from collections.abc import Sequence
from dataclasses import asdict

from django.db import transaction

from clinic.models import Clinic, StaffMember
from clinic.permissions import require
from programmes.clinical import grading
from programmes.models import ProgrammeTemplate, TemplateWeek
from programmes.services.prescribing import require_order, template_weeks

# code: (name, who it is for, baseline in minutes of the example table in docs/clinical-rules.md)
SHIPPED: dict[str, tuple[str, str, int]] = {
    "T1": ("Gentle start", "Low tolerance: comfortable for 3 to 10 minutes, irritable or fearful.", 8),
    "T2": ("Steady build", "Current or long-standing low back pain, comfortable for 10 to 20 minutes.", 15),
    "T3": ("WalkBack-style prevention", "Recovered, pain 0 to 2: to keep it from coming back.", 20),
    "T4": ("Intervals", "For variety, after T2 or T3: 25 to 30 minutes three times a week comfortable.", 25),
    "T7": ("Maintenance", "Goal reached: keep walking 90 to 150 minutes a week.", 30),
}


@transaction.atomic
def restore_template_library(*, clinic: Clinic) -> list[ProgrammeTemplate]:
    """Gives the clinic the shipped templates that it lacks; its own edits stay. Returns what was added."""
    present = set(ProgrammeTemplate.objects.for_clinic(clinic).values_list("code", flat=True))
    return [_ship(clinic, code) for code in SHIPPED if code not in present]


def _ship(clinic: Clinic, code: str) -> ProgrammeTemplate:
    name, who_for, baseline = SHIPPED[code]
    rules = grading.TEMPLATES[code]
    template = ProgrammeTemplate.objects.create(
        clinic=clinic,
        code=code,
        name=name,
        who_for=who_for,
        example_baseline=baseline,
        rules=asdict(rules),
    )
    _write_weeks(template, grading.generate(baseline, rules))
    return template


@transaction.atomic
def save_template(
    *, template: ProgrammeTemplate, weeks: Sequence[grading.Week], by: StaffMember
) -> ProgrammeTemplate:
    """Saves a template of the clinic with its weeks; what was prescribed from it before stays.

    Weeks written by hand replace the generator's rules: new programmes scale these weeks. Raises NoWeeks,
    WeeksNotInOrder or NotAllowed.
    """
    require(by, "edit_templates")
    require_order(weeks)
    is_new = template._state.adding
    changed = is_new or template_weeks(template) != tuple(weeks)
    template.clinic = by.clinic
    if changed:
        template.rules = {}
    template.save()
    if changed:
        TemplateWeek.objects.for_clinic(by.clinic).filter(template=template).delete()
        _write_weeks(template, weeks)
    return template


def _write_weeks(template: ProgrammeTemplate, weeks: Sequence[grading.Week]) -> None:
    TemplateWeek.objects.bulk_create(
        [TemplateWeek(clinic_id=template.clinic_id, template=template, **asdict(week)) for week in weeks]
    )
