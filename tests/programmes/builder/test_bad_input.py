"""Doses in metres and steps: the same care, told beside the cell that people see."""

import pytest

from programmes.clinical import grading
from programmes.services import prescribing
from tests.factories import a_patient
from tests.programmes.builder.typed import MONDAY, as_typed, change_page

pytestmark = pytest.mark.django_db


def a_draft_counting(unit, clinic, clinician):
    weeks = [
        grading.Week(number, 5, 0, 1, grading.EASY, grading.BUILD, **{unit: 4000}) for number in (1, 2, 3)
    ]
    return prescribing.draft_programme(
        patient=a_patient(clinic),
        baseline=prescribing.Baseline(15),
        starts_on=MONDAY,
        weeks=weeks,
        template=None,
        rule={},
        by=clinician,
        today=MONDAY,
    )


@pytest.mark.parametrize(
    ("unit", "typed", "said"),
    [
        ("steps", "", "Enter 1 to 60,000 steps."),
        ("steps", "0", "Enter 1 to 60,000 steps."),
        ("steps", "60001", "Enter 1 to 60,000 steps."),
        ("distance_m", "", "Enter 1 to 40,000 metres."),
        ("distance_m", "40001", "Enter 1 to 40,000 metres."),
    ],
)
def test_a_week_without_any_dose_is_told_in_its_cell(desk, clinic, clinician, unit, typed, said):
    draft = a_draft_counting(unit, clinic, clinician)
    changes = {f"weeks-1-{unit}": typed, "note_to_patient": "Keep me"}
    answer = desk.post(change_page(draft), as_typed(draft, **changes))
    assert answer.status_code == 422
    assert str(answer.context["table"].forms[1].errors[unit].as_text()) == f"* {said}"
    assert answer.context["form"]["note_to_patient"].value() == "Keep me"


@pytest.mark.parametrize(
    ("unit", "said"),
    [
        ("steps", "3 weeks, at most 4,000 steps a day, 5 days a week."),
        ("distance_m", "3 weeks, at most 4,000 metres a day, 5 days a week."),
    ],
)
def test_a_plan_is_shown_in_what_it_counts(desk, clinic, clinician, unit, said):
    answer = desk.get(change_page(a_draft_counting(unit, clinic, clinician)))
    assert answer.context["plan"]["said"] == said
    assert answer.context["table"].forms[0].counted == unit


@pytest.mark.parametrize("unit", ["steps", "distance_m"])
def test_a_steep_rise_in_any_unit_warns(desk, clinic, clinician, unit):
    draft = a_draft_counting(unit, clinic, clinician)
    answer = desk.post(change_page(draft, "preview"), as_typed(draft, **{f"weeks-2-{unit}": "8000"}))
    word = "steps" if unit == "steps" else "metres"
    said = f"Week 3 asks for 100 % more: 40,000 {word} after 20,000 in week 2."
    assert answer.context["plan"]["warnings"] == [said]
