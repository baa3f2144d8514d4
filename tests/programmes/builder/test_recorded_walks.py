"""A baseline from three recorded walks."""

from datetime import date

import pytest

from programmes.models import Programme, ProgrammeRevision, Walk
from programmes.services import ending
from tests.factories import NOON, a_patient, a_programme, a_template, a_walk
from tests.programmes.builder.typed import ADD, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def patient(clinic, clinician):
    """Walked 12, 13 and 16 minutes within ten days, a fourth time on one of these days, and long before."""
    patient = a_patient(clinic)
    programme = a_programme(patient, clinician)
    for day, minutes in ((2, 30), (11, 12), (14, 13), (18, 16), (18, 40)):
        a_walk(programme, date(2026, 11, day), minutes=minutes)
    a_walk(programme, date(2026, 10, 1), minutes=60)
    ending.end_programme(programme=programme, ending="completed", on=NOON.date(), by=clinician, now=NOON)
    return patient


def walked(patient, *minutes):
    return [str(Walk.objects.get(patient=patient, minutes=each).pk) for each in minutes]


def test_the_form_offers_the_patients_own_recent_walks(desk, patient):
    shown = desk.get(f"{ADD}?patient={patient.pk}").content.decode()
    assert "18 Nov 2026, 16 minutes, pain 3 before, 3 after" in shown
    assert "60 minutes" not in shown


@pytest.mark.parametrize("query", ["", "?patient=none"])
def test_without_a_patient_no_walks_are_offered(desk, patient, query):
    assert 'name="recorded"' not in desk.get(ADD + query).content.decode()


def test_three_walks_make_the_baseline(desk, clinic, patient):
    ticked = walked(patient, 12, 13, 16)
    desk.post(ADD, start(patient, a_template(clinic), baseline="", recorded=ticked))
    programme = Programme.objects.for_clinic(clinic).get(status="draft")
    assert (programme.baseline, programme.baseline_is_estimate) == (14, False)
    rule = ProgrammeRevision.objects.for_clinic(clinic).get(programme=programme).rule
    assert rule["baseline_walks"] == sorted(ticked)


@pytest.mark.parametrize(
    ("minutes", "changes", "said"),
    [
        ((12, 13), {}, "three different days"),
        ((12, 16, 40), {}, "three different days"),
        ((30, 12, 16), {}, "within 10 days"),
        ((12, 13, 16), {"baseline": "20"}, "not both"),
        ((12, 13, 16), {"is_estimate": "on"}, "not both"),
    ],
)
def test_walks_that_make_no_baseline_are_told_and_stay_ticked(desk, clinic, patient, minutes, changes, said):
    typed = start(patient, a_template(clinic), **{"baseline": "", **changes})
    answer = desk.post(ADD, typed | {"recorded": walked(patient, *minutes)})
    assert answer.status_code == 422
    assert said in str(answer.context["form"].errors["recorded"])
    assert sorted(answer.context["form"]["recorded"].value()) == sorted(walked(patient, *minutes))


def test_another_patients_walk_is_refused(desk, clinic, patient):
    typed = start(a_patient(clinic), a_template(clinic), baseline="", recorded=walked(patient, 12, 13, 16))
    assert "walks of this patient" in str(desk.post(ADD, typed).context["form"].errors["recorded"])
