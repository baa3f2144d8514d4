"""A clinic's own templates."""

import pytest

from programmes.models import Programme, ProgrammeTemplate
from tests.factories import a_patient, a_template
from tests.programmes.builder.typed import (
    ADD,
    doses,
    start,
)

pytestmark = pytest.mark.django_db


def template_typed(**changes):
    typed = {
        "code": "OWN",
        "name": "Our own",
        "who_for": "Anybody",
        "example_baseline": "10",
        "is_active": "on",
    }
    rows = {"weeks-TOTAL_FORMS": "2", "weeks-INITIAL_FORMS": "0"}
    for index in range(2):
        week = {"number": index + 1, "days": 3, "minutes": 8 + index, "bouts": 1}
        week |= {"intensity": "easy", "kind": "build", "intervals": 0, "interval_days": 0}
        rows |= {f"weeks-{index}-{name}": str(value) for name, value in week.items()}
    return {**typed, **rows, **changes}


ADD_TEMPLATE = "/admin/programmes/programmetemplate/add/"


def test_a_clinics_own_template(desk, clinic):
    desk.post(ADD_TEMPLATE, template_typed())
    template = ProgrammeTemplate.objects.for_clinic(clinic).get(code="OWN")
    assert list(template.weeks.values_list("number", "minutes")) == [(1, 8), (2, 9)]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weeks-TOTAL_FORMS": "0"}, "at least one week"),
        ({"weeks-1-number": "3"}, "week 2 is missing"),
        ({"weeks-1-number": "1"}, "This week is there twice"),
        ({"example_baseline": "0"}, "Enter 1 to 300 minutes"),
        ({"code": "T2"}, "Another template has this code"),
    ],
)
def test_a_wrong_template_is_refused_beside_the_form(desk, clinic, changes, said):
    a_template(clinic)
    answer = desk.post(ADD_TEMPLATE, template_typed(**changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not ProgrammeTemplate.objects.for_clinic(clinic).filter(name="Our own").exists()


def test_an_edited_template_stops_following_its_rules_and_rewrites_no_programme(desk, clinic, clinician):
    template = a_template(clinic, "T1")
    desk.post(ADD, start(a_patient(clinic), template, baseline="8"))
    before = doses(Programme.objects.for_clinic(clinic).get())
    changed = template_typed(code="T1", example_baseline="8")
    desk.post(f"/admin/programmes/programmetemplate/{template.pk}/change/", changed)
    template.refresh_from_db()
    assert (template.rules, template.weeks.count()) == ({}, 2)
    assert doses(Programme.objects.for_clinic(clinic).get()) == before
