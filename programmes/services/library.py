"""The shipped template library, copied into each clinic, which then owns it."""

from dataclasses import asdict

from django.db import transaction

from clinic.models import Clinic
from programmes.clinical import grading
from programmes.models import ProgrammeTemplate, TemplateWeek

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
    weeks = grading.generate(baseline, rules)
    TemplateWeek.objects.bulk_create(
        [TemplateWeek(clinic=clinic, template=template, **asdict(week)) for week in weeks]
    )
    return template
