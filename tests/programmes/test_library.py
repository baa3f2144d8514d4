"""The clinic's library of templates: versions, and what was shipped."""

from dataclasses import replace
from functools import partial

import pytest

from programmes.models import Programme, ProgrammeTemplate
from programmes.services import changing
from programmes.services.library import (
    AsShipped,
    ReplacedMeanwhile,
    fingerprint,
    is_as_shipped,
    is_used,
    restore_shipped,
    save_template,
)
from programmes.services.prescribing import Baseline, draft_programme, template_weeks
from tests.at_once import at_once
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member, a_template, limit

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic())


def used(template, by):
    """A patient with a draft made of the template."""
    return draft_programme(
        patient=a_patient(by.clinic, lead=by),
        baseline=Baseline(15),
        starts_on=START,
        weeks=template_weeks(template),
        template=template,
        rule={"code": template.code, "version": template.version},
        by=by,
        today=START,
    )


def rewritten(template):
    return [replace(week, minutes=9) for week in template_weeks(template)]


def test_a_shipped_template_is_as_shipped_until_it_is_renamed(clinician):
    template = a_template(clinician.clinic)
    before = is_as_shipped(template)
    template.name = "Ours"
    save_template(template=template, weeks=template_weeks(template), by=clinician)
    template.refresh_from_db()
    assert (before, is_as_shipped(template), template.version) == (True, False, 1)


def test_another_name_makes_no_version_even_of_a_used_template(clinician):
    template = a_template(clinician.clinic)
    used(template, clinician)
    template.name = "Ours"
    saved = save_template(template=template, weeks=template_weeks(template), by=clinician)
    assert (saved.version, saved.rules != {}) == (1, True)


def test_another_baseline_of_a_used_template_is_the_next_version(clinician):
    template = a_template(clinician.clinic)
    used(template, clinician)
    template.example_baseline = 20
    saved = save_template(template=template, weeks=template_weeks(template), by=clinician)
    template.refresh_from_db()
    assert (saved.version, saved.example_baseline, template.example_baseline) == (2, 20, 15)


def test_a_version_counts_as_used_after_its_plan_went_on_with_another_template(clinician):
    template, other = a_template(clinician.clinic), a_template(clinician.clinic, "T1")
    programme = used(template, clinician)
    Programme.objects.filter(pk=programme.pk).update(template=other)
    assert is_used(template)


def test_a_version_counts_as_used_when_the_only_plan_is_of_a_limited_record(clinician):
    template = a_template(clinician.clinic)
    limit(used(template, clinician).patient)
    assert is_used(template)


def test_a_template_of_another_version_is_not_taken_for_this_one(clinician):
    template = a_template(clinician.clinic)
    used(template, clinician)
    saved = save_template(template=template, weeks=rewritten(template), by=clinician)
    assert (is_used(template), is_used(saved)) == (True, False)


def test_two_editors_of_a_used_version_the_second_is_told(clinician):
    template = a_template(clinician.clinic)
    used(template, clinician)
    save_template(template=template, weeks=rewritten(template), by=clinician)
    with pytest.raises(ReplacedMeanwhile):
        save_template(template=template, weeks=template_weeks(template)[:3], by=clinician)
    assert ProgrammeTemplate.objects.filter(code="T2").count() == 2


def test_nothing_is_restored_over_what_is_as_shipped_and_none_of_the_others_either(clinician):
    a_template(clinician.clinic, "T1")
    ProgrammeTemplate.objects.filter(code="T3").update(name="Ours")
    with pytest.raises(AsShipped):
        restore_shipped(codes=["T3", "T1"], by=clinician)
    assert ProgrammeTemplate.objects.filter(code="T3").count() == 1


def test_what_was_restored_stays_as_the_plan_of_somebody_who_runs_it(clinician):
    """A plan made from the clinic's own version keeps its weeks and its version."""
    template = a_template(clinician.clinic)
    save_template(template=template, weeks=rewritten(template), by=clinician)
    programme = used(template, clinician)
    before = list(programme.weeks.values_list("number", "minutes"))
    restore_shipped(codes=["T2"], by=clinician)
    programme.refresh_from_db()
    assert (list(programme.weeks.values_list("number", "minutes")), programme.template.version) == (before, 1)


def test_a_plan_kept_as_a_template_starts_with_version_1(clinician):
    programme = a_programme(a_patient(clinician.clinic), clinician)
    template = ProgrammeTemplate(clinic=clinician.clinic, code="OWN", name="Ours", who_for="Us")
    template.example_baseline = 15
    saved = changing.save_as_template(programme=programme, template=template, by=clinician, today=NOON.date())
    assert (saved.version, saved.weeks.count()) == (1, 12)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_next_version_at_once_one_does(transactional_db):
    clinic = a_clinic()
    people = [a_staff_member(clinic) for _each in range(2)]
    used(a_template(clinic), people[0])
    works = [
        partial(
            save_template,
            template=ProgrammeTemplate.objects.get(code="T2"),
            weeks=rewritten(a_template(clinic)),
            by=who,
        )
        for who in people
    ]
    answers = at_once(*works)
    assert sorted(str(each) for each in answers if each == "ReplacedMeanwhile") == ["ReplacedMeanwhile"]
    assert list(ProgrammeTemplate.objects.filter(code="T2").values_list("version", flat=True)) == [2, 1]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_edit_an_unused_version_at_once_one_does(transactional_db):
    clinic = a_clinic()
    template = a_template(clinic)
    answers = at_once(
        *(
            partial(
                save_template,
                template=ProgrammeTemplate.objects.get(pk=template.pk),
                weeks=template_weeks(template)[:count],
                seen=fingerprint(template),
                by=a_staff_member(clinic),
            )
            for count in (2, 3)
        )
    )
    assert ["SavedMeanwhile" in str(each) for each in answers].count(True) == 1
    assert template.weeks.count() == (2 if "SavedMeanwhile" in str(answers[1]) else 3)
