"""A clinic's own templates."""

import re

import pytest

from clinic.models import Role
from programmes.models import Ending, Programme, ProgrammeTemplate
from programmes.services.ending import end_programme
from programmes.services.library import fingerprint, is_as_shipped
from tests.factories import NOON, a_patient, a_programme, a_staff_member, a_template
from tests.programmes.builder.typed import (
    ADD,
    doses,
    start,
)
from tests.queries import DomainQueries
from tests.signing_in import sign_in_staff

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


def edited(template, **changes):
    """What a browser sends that opened the template just now."""
    return template_typed(seen=fingerprint(template), **changes)


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


def change(template):
    return f"/admin/programmes/programmetemplate/{template.pk}/change/"


def versions(clinic, code="T1"):
    """Version, offered, number of weeks."""
    rows = ProgrammeTemplate.objects.for_clinic(clinic).filter(code=code).order_by("version")
    return [(each.version, each.is_active, each.weeks.count()) for each in rows]


def test_an_edit_of_a_used_version_makes_the_next_and_rewrites_no_programme(desk, clinic):
    template = a_template(clinic, "T1")
    desk.post(ADD, start(a_patient(clinic), template, baseline="8"))
    before = doses(Programme.objects.for_clinic(clinic).get())
    answer = desk.post(change(template), edited(template, example_baseline="8"), follow=True)
    assert "Saved as version 2" in answer.content.decode()
    assert versions(clinic) == [(1, False, 8), (2, True, 2)]
    assert doses(Programme.objects.for_clinic(clinic).get()) == before


def test_an_edit_of_a_version_that_nobody_used_stays_that_version_and_stops_following_its_rules(desk, clinic):
    template = a_template(clinic, "T1")
    desk.post(change(template), edited(template, example_baseline="8"))
    template.refresh_from_db()
    assert (versions(clinic), template.rules) == ([(1, True, 2)], {})


def test_the_code_of_a_template_stays(desk, clinic):
    template = a_template(clinic, "T1")
    desk.post(change(template), edited(template, code="NEW", example_baseline="8"))
    template.refresh_from_db()
    assert (template.code, template.name) == ("T1", "Our own")


def test_a_code_that_is_shipped_is_not_free_even_where_the_clinic_lacks_it(desk, clinic):
    answer = desk.post(ADD_TEMPLATE, template_typed(code="T4"))
    assert (answer.status_code, ProgrammeTemplate.objects.for_clinic(clinic).count()) == (422, 0)


def used_twice(desk, clinic):
    """Two versions of T1, the first with two running programmes and the second with one."""
    first = a_template(clinic, "T1")
    clinician = a_staff_member(clinic)
    programmes = [a_programme(a_patient(clinic), clinician) for _each in range(3)]
    for programme in programmes[:2]:
        Programme.objects.filter(pk=programme.pk).update(template=first)
    desk.post(change(first), edited(first, example_baseline="8"))
    second = ProgrammeTemplate.objects.for_clinic(clinic).get(code="T1", version=2)
    Programme.objects.filter(pk=programmes[2].pk).update(template=second)
    return first, second


def test_the_list_says_how_many_patients_run_which_version(desk, clinic):
    used_twice(desk, clinic)
    other = a_programme(a_patient(clinic), a_staff_member(clinic))
    end_programme(programme=other, ending=Ending.COMPLETED, on=NOON.date(), by=other.clinician, now=NOON)
    Programme.objects.filter(pk=other.pk).update(
        template=ProgrammeTemplate.objects.for_clinic(clinic).get(code="T2")
    )
    shown = desk.get("/admin/programmes/programmetemplate/").content.decode()
    assert re.findall(r'field-runs">([^<]*)<', shown) == ["1 patient runs v2; 2 patients run v1", *["–"] * 5]


def test_the_list_costs_the_same_for_one_used_template_and_for_many_versions(desk, clinic):
    address = "/admin/programmes/programmetemplate/"
    a_template(clinic)
    with DomainQueries() as few:
        desk.get(address)
    used_twice(desk, clinic)
    with DomainQueries() as many:
        assert desk.get(address).status_code == 200
    assert (few.count, many.count) == (2, 2)


def test_the_list_shows_the_newest_versions_and_earlier_ones_on_request(desk, clinic):
    used_twice(desk, clinic)
    pages = [desk.get(f"/admin/programmes/programmetemplate/{query}") for query in ("", "?versions=all")]
    assert [page.content.decode().count('class="field-version"') for page in pages] == [6, 7]


def test_an_earlier_version_is_for_looking_at_and_names_the_newest(desk, clinic):
    first, second = used_twice(desk, clinic)
    shown = desk.get(change(first)).content.decode()
    assert ("Version 2 is the newest" in shown, change(second) in shown) == (True, True)
    assert "Save template" not in shown


MEANWHILE = "Somebody else saved this template after you opened it."


def test_an_edit_of_an_earlier_version_is_shown_beside_the_newest_and_not_lost(desk, clinic):
    first, second = used_twice(desk, clinic)
    answer = desk.post(change(first), edited(first, name="Late", example_baseline="9"))
    shown = answer.content.decode()
    assert (answer.status_code, MEANWHILE in shown, 'value="Late"' in shown) == (422, True, True)
    assert f'action="{change(second)}"' in shown
    assert not ProgrammeTemplate.objects.for_clinic(clinic).filter(name="Late").exists()


def test_the_second_editor_of_an_unused_version_reads_both_and_decides(desk, clinic):
    template = a_template(clinic, "T1")
    late = edited(template, name="Late", example_baseline="9")
    desk.post(change(template), edited(template, name="Early", example_baseline="8"))
    answer = desk.post(change(template), late)
    shown, kept = answer.content.decode(), ProgrammeTemplate.objects.for_clinic(clinic).get(code="T1")
    assert (answer.status_code, MEANWHILE in shown, kept.name) == (422, True, "Early")
    assert "Early, version 1, for a baseline of 8 minutes." in shown
    assert (answer.context["form"]["name"].value(), answer.context["form"]["seen"].value()) == (
        "Late",
        fingerprint(kept),
    )
    desk.post(change(template), {**late, "seen": fingerprint(kept)})
    kept.refresh_from_db()
    assert (kept.name, kept.version) == ("Late", 1)


def test_an_edit_that_says_nothing_of_what_it_saw_is_not_saved(desk, clinic):
    template = a_template(clinic, "T1")
    assert desk.post(change(template), template_typed(name="Blind")).status_code == 422


SHIPPED = "/admin/programmes/programmetemplate/shipped/"


def test_a_shipped_template_comes_back_as_the_next_version(desk, clinic):
    template = a_template(clinic, "T1")
    desk.post(change(template), edited(template, example_baseline="8"))
    assert "yours is version 1; comes back as version 2" in desk.get(SHIPPED).content.decode()
    desk.post(SHIPPED, {"codes": ["T1"]})
    assert versions(clinic) == [(1, False, 2), (2, True, 8)]
    assert is_as_shipped(ProgrammeTemplate.objects.for_clinic(clinic).get(code="T1", version=2))


def test_a_template_that_the_clinic_lacks_is_brought_in(desk, clinic):
    desk.post(SHIPPED, {"codes": ["T2"]})
    assert list(ProgrammeTemplate.objects.for_clinic(clinic).values_list("code", "version")) == [("T2", 1)]


@pytest.mark.parametrize("codes", [[], ["T2"], ["T99"]])
def test_what_is_as_shipped_or_was_never_shipped_is_not_brought_back(desk, clinic, codes):
    a_template(clinic, "T2")
    answer = desk.post(SHIPPED, {"codes": codes})
    assert (answer.status_code, versions(clinic, "T2")) == (422, [(1, True, 12)])


def test_a_reviewer_brings_nothing_back(client, clinic):
    reviewer = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    assert reviewer.post(SHIPPED, {"codes": ["T2"]}).status_code == 403
    assert not ProgrammeTemplate.objects.for_clinic(clinic).exists()
