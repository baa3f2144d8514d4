"""Starting a programme: from a template or blank, for whom, with which warnings."""

from datetime import timedelta

import pytest

from programmes.clinical import grading
from programmes.models import Programme, ProgrammeTemplate
from tests.factories import NOON, a_checklist, a_clinic, a_patient, a_programme, a_template
from tests.programmes.builder.typed import (
    ADD,
    BLANK,
    MONDAY,
    as_typed,
    change_page,
    doses,
    start,
)

pytestmark = pytest.mark.django_db


def test_from_template_to_assigned(desk, clinic, clinician):
    patient, template = a_patient(clinic, given_name="Ida"), a_template(clinic, "T2")
    a_checklist(patient, clinician)
    answer = desk.post(ADD, start(patient, template))
    programme = Programme.objects.for_clinic(clinic).get()
    assert answer.url == change_page(programme)
    assert doses(programme) == [
        (week.number, week.days, week.minutes) for week in grading.generate(15, grading.T2_STEADY)
    ]

    answer = desk.post(change_page(programme), as_typed(programme, note_to_patient="Flat first.", assign="1"))
    assert answer.url == change_page(programme, "assign")
    shown = desk.get(answer.url).content.decode()
    assert "What Ida will read" in shown
    assert "Your next walk: <strong>12 minutes</strong>" in shown
    assert "Flat first." in shown

    desk.post(change_page(programme, "assign"), {"version": "2"})
    programme.refresh_from_db()
    assert (programme.status, programme.revisions.get().signed_at) == ("active", NOON)


def test_the_start_is_offered_for_the_coming_monday(desk):
    assert f'value="{MONDAY.isoformat()}"' in desk.get(ADD).content.decode()


def test_the_patient_page_leads_to_the_form_with_the_patient_chosen(desk, clinic):
    patient = a_patient(clinic)
    link = f"{ADD}?patient={patient.pk}"
    assert link in desk.get(f"/admin/patients/patient/{patient.pk}/change/").content.decode()
    assert f'<option value="{patient.pk}" selected>' in desk.get(link).content.decode()


def test_a_blank_programme(desk, clinic):
    desk.post(ADD, start(a_patient(clinic), "blank", irritable="on", is_estimate="on", **BLANK))
    programme = Programme.objects.for_clinic(clinic).get()
    assert (programme.template, programme.irritable, programme.baseline_is_estimate) == (None, True, True)
    assert doses(programme)[0] == (1, 3, 11)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("baseline", "0", "1 to 300 minutes"),
        ("baseline", "301", "1 to 300 minutes"),
        ("baseline", "", "1 to 300 minutes"),
        ("baseline", "-3", "1 to 300 minutes"),
        ("baseline", "nine", "1 to 300 minutes"),
        ("starts_on", "2026-11-06", "more than 14 days ago"),
        ("starts_on", "2028-01-01", "more than a year ahead"),
        ("starts_on", "2026-02-30", "Enter a valid date"),
        ("patient", "", "This field is required"),
        ("template", "", "Choose a template, or the blank programme"),
    ],
)
def test_a_wrong_start_is_told_beside_the_field(desk, clinic, field, value, said):
    typed = start(a_patient(clinic), a_template(clinic)) | {field: value}
    answer = desk.post(ADD, typed)
    form = answer.context["form"]
    assert answer.status_code == 422
    assert list(form.errors) == [field]
    assert said in str(form.errors[field])
    assert not Programme.objects.exists()


def test_what_was_typed_stays(desk, clinic):
    patient, template = a_patient(clinic), a_template(clinic)
    shown = desk.post(ADD, start(patient, template, baseline="0")).content.decode()
    assert f'<option value="{patient.pk}" selected>' in shown
    assert f'value="{template.pk}" id="id_template_1" required aria-invalid' in shown or "checked" in shown
    assert 'name="baseline" value="0"' in shown


def test_a_baseline_too_small_for_the_template(desk, clinic):
    answer = desk.post(ADD, start(a_patient(clinic), a_template(clinic, "T4"), baseline="20"))
    assert "at least 25 minutes" in str(answer.context["form"].errors["baseline"])


def test_a_template_without_weeks_cannot_be_used(desk, clinic):
    empty = ProgrammeTemplate.objects.create(
        clinic=clinic, code="X", name="Empty", who_for="-", example_baseline=9
    )
    answer = desk.post(ADD, start(a_patient(clinic), empty))
    assert "no weeks" in str(answer.context["form"].errors["template"])


@pytest.mark.parametrize("missing", list(BLANK))
def test_a_blank_programme_needs_all_its_figures(desk, clinic, missing):
    answer = desk.post(ADD, start(a_patient(clinic), "blank", **BLANK | {missing: ""}))
    assert list(answer.context["form"].errors) == [missing]


def test_a_blank_programme_cannot_end_on_fewer_days(desk, clinic):
    answer = desk.post(
        ADD, start(a_patient(clinic), "blank", **BLANK | {"first_days": "5", "last_days": "3"})
    )
    assert list(answer.context["form"].errors) == ["last_days"]


def test_another_clinics_patient_and_template_are_refused_like_unknown_ones(desk):
    other_clinic = a_clinic("Oak Clinic")
    stranger = a_patient(other_clinic, family_name="Elsewhere")
    answer = desk.post(ADD, start(stranger, a_template(other_clinic)))
    assert sorted(answer.context["form"].errors) == ["patient", "template"]
    assert "Elsewhere" not in answer.content.decode()
    assert not Programme.objects.exists()


def test_a_discharged_patient_is_not_offered(desk, clinic):
    gone = a_patient(clinic, discharged_on=MONDAY - timedelta(days=30))
    answer = desk.post(ADD, start(gone, a_template(clinic)))
    assert list(answer.context["form"].errors) == ["patient"]


def test_a_template_edited_by_hand_is_scaled_to_the_baseline(desk, clinic):
    template = a_template(clinic, "T2")
    template.rules = {}
    template.save()
    desk.post(ADD, start(a_patient(clinic), template, baseline="30"))
    programme = Programme.objects.for_clinic(clinic).get()
    assert doses(programme)[:2] == [(1, 3, 24), (2, 3, 28)]


def test_the_start_page_marks_patients_with_a_programme(desk, clinic, clinician):
    walking = a_patient(clinic, family_name="Aa", reference="")
    a_programme(walking, clinician)
    a_patient(clinic, family_name="Bb", reference="")
    choices = desk.get(ADD).context["form"].fields["patient"].choices
    assert [label for _value, label in choices][1:] == ["Pat Aa (has a programme)", "Pat Bb"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"number_of_weeks": "4"},
            ["The target of 30 minutes is not reached in these weeks: the most is 16."],
        ),
        ({"target": "10"}, ["The target is below the comfortable walk of now."]),
        ({"number_of_weeks": "30"}, []),
    ],
)
def test_a_blank_programme_warns_of_its_target(desk, clinic, typed, said):
    answer = desk.post(ADD, start(a_patient(clinic), "blank", **{**BLANK, **typed}), follow=True)
    assert [str(message) for message in answer.context["messages"]] == said
