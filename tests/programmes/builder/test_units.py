"""Plans by steps and by metres, from the start to what the patient reads."""

from datetime import date

import pytest

from programmes.clinical import grading
from programmes.models import Programme, ProgrammeTemplate, Walk
from programmes.services import ending, prescribing
from tests.factories import NOON, a_checklist, a_patient, a_programme, a_template, a_walk
from tests.programmes.builder.typed import ADD, BLANK, MONDAY, as_typed, change_page, start

pytestmark = pytest.mark.django_db


def the_draft(clinic):
    return Programme.objects.for_clinic(clinic).get(status="draft")


def column(programme, name):
    return list(programme.weeks.order_by("number").values_list(name, flat=True))


def test_steps_from_the_template_to_what_the_patient_reads(desk, clinic, clinician):
    patient = a_patient(clinic, given_name="Ida")
    a_checklist(patient, clinician)
    answer = desk.post(ADD, start(patient, a_template(clinic, "T6"), baseline="6000"))
    draft = the_draft(clinic)
    assert (draft.counts, draft.baseline) == ("steps", 6000)
    assert column(draft, "steps") == [week.steps for week in grading.generate(6000, grading.T6_STEPS)]

    shown = desk.get(answer.url).content.decode()
    assert "<dt>Usual steps a day</dt><dd>6,000 steps</dd>" in shown
    assert "Starts with 6,000 steps a day, 5 days a week." in shown
    assert "<strong>Thousand steps a week</strong>" in shown
    reads = desk.get(change_page(draft, "assign")).content.decode()
    assert "Your steps for the day: <strong>6,000 steps</strong>" in reads
    assert "This week: walked on 0 of 5 days, 0 of 30,000 steps." in reads
    assert "<td>9,000 steps</td>" in reads


@pytest.mark.parametrize(
    ("units", "first"), [("km", "This week: walked on 0 of 3 days, 0 of 2.4 km."), ("mi", "0 of 1.49 miles.")]
)
def test_a_template_by_metres_reads_in_the_patients_units(desk, clinic, clinician, units, first):
    patient = a_patient(clinic, units=units)
    desk.post(ADD, start(patient, a_template(clinic, "T2"), baseline="1000", by_metres="on"))
    draft = the_draft(clinic)
    assert (draft.counts, draft.baseline, column(draft, "distance_m")[:4]) == (
        "distance",
        1000,
        [800, 950, 1100, 1100],
    )
    assert max(column(draft, "distance_m")) <= 2000  # twice the baseline, as 30 minutes are twice 15
    assert draft.revisions.get().rule["counts"] == "distance"
    assert first in desk.get(change_page(draft, "assign")).content.decode()
    assert "800 metres a day" in desk.get(change_page(draft)).content.decode()


def test_a_blank_programme_by_metres(desk, clinic):
    typed = BLANK | {"target": "1500"}
    desk.post(ADD, start(a_patient(clinic), "blank", baseline="1000", by_metres="on", **typed))
    assert column(the_draft(clinic), "distance_m") == [800, 950, 1100, 1100]


@pytest.mark.parametrize(
    ("code", "typed", "field", "said"),
    [
        ("T6", {"baseline": "15"}, "baseline", "usual steps of a day: 500 to 60,000"),
        ("T6", {"baseline": "60001"}, "baseline", "usual steps of a day: 500 to 60,000"),
        ("T6", {"baseline": ""}, "baseline", "usual steps of a day: 500 to 60,000"),
        ("T6", {"baseline": "6000", "by_metres": "on"}, "by_metres", "This template counts steps"),
        ("T4", {"baseline": "2000", "by_metres": "on"}, "by_metres", "This template counts minutes"),
        ("T2", {"baseline": "15", "by_metres": "on"}, "baseline", "50 to 40,000 metres"),
        ("T2", {"baseline": "40001", "by_metres": "on"}, "baseline", "50 to 40,000 metres"),
        ("T2", {"baseline": "400"}, "baseline", "1 to 300 minutes"),
        ("T2", {"baseline": "0"}, "baseline", "1 to 300 minutes"),
        ("T2", {"baseline": "a mile"}, "baseline", "1 to 300 minutes"),
    ],
)
def test_a_baseline_that_does_not_fit_is_told_beside_its_field(desk, clinic, code, typed, field, said):
    answer = desk.post(ADD, start(a_patient(clinic), a_template(clinic, code), **typed))
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, [field])
    assert said in str(form.errors[field])
    assert form["baseline"].value() == typed["baseline"]


def test_a_target_in_the_other_unit_is_told(desk, clinic):
    answer = desk.post(ADD, start(a_patient(clinic), "blank", baseline="1000", by_metres="on", **BLANK))
    assert list(answer.context["form"].errors) == ["target"]
    assert "50 to 40,000 metres" in str(answer.context["form"].errors["target"])


@pytest.fixture
def walker(clinic, clinician):
    """Told steps on nine days, twice on one of them, and metres on three."""
    patient = a_patient(clinic)
    programme = a_programme(patient, clinician)
    for day in range(8, 17):
        a_walk(programme, date(2026, 11, day), minutes=day, steps=100 * day)
    a_walk(programme, date(2026, 11, 12), minutes=40, steps=5000)
    for day, metres in ((17, 800), (18, 1010), (19, 1100)):
        a_walk(programme, date(2026, 11, day), minutes=day, distance_m=metres)
    ending.end_programme(programme=programme, ending="completed", on=NOON.date(), by=clinician, now=NOON)
    return patient


def keys(patient, *minutes):
    return [str(Walk.objects.get(patient=patient, minutes=each).pk) for each in minutes]


def test_the_steps_of_seven_days_make_their_median(desk, clinic, walker):
    """800 to 1,400 steps, and one day of 6,200 in two walks, of which one is ticked."""
    ticked = keys(walker, 8, 9, 10, 11, 12, 13, 14)
    desk.post(ADD, start(walker, a_template(clinic, "T6"), baseline="", recorded=ticked))
    assert the_draft(clinic).baseline == 1100


def test_three_walks_make_a_mean_in_metres(desk, clinic, walker):
    typed = {"baseline": "", "by_metres": "on", "recorded": keys(walker, 17, 18, 19)}
    desk.post(ADD, start(walker, a_template(clinic, "T2"), **typed))
    assert the_draft(clinic).baseline == 950


@pytest.mark.parametrize(
    ("code", "minutes", "typed", "said"),
    [
        ("T6", (8, 9, 10), {}, "seven different days"),
        ("T2", (8, 9, 10), {"by_metres": "on"}, "Not each of these walks says how far"),
    ],
)
def test_walks_that_do_not_tell_it_are_refused(desk, clinic, walker, code, minutes, typed, said):
    typed = {**typed, "baseline": "", "recorded": keys(walker, *minutes)}
    answer = desk.post(ADD, start(walker, a_template(clinic, code), **typed))
    assert said in str(answer.context["form"].errors["recorded"])


def test_an_empty_dose_is_told_in_the_plans_unit_and_edits_are_kept(desk, clinic):
    desk.post(ADD, start(a_patient(clinic), a_template(clinic, "T6"), baseline="6000"))
    draft = the_draft(clinic)
    answer = desk.post(change_page(draft), as_typed(draft, **{"weeks-1-steps": "", "weeks-2-steps": "7000"}))
    rows = answer.context["table"].forms
    assert (answer.status_code, rows[1].errors) == (422, {"steps": ["Enter 1 to 60,000 steps."]})
    assert rows[2]["steps"].value() == "7000"


def test_another_template_in_steps_takes_over(desk, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician)
    typed = {
        "template": str(a_template(clinic, "T6").pk),
        "baseline": "6000",
        "from_on": MONDAY.isoformat(),
        "why": "asked",
        "version": str(programme.version),
    }
    assert desk.post(change_page(programme, "swap"), typed).status_code == 302
    newest = programme.revisions.latest("number")
    assert list(newest.weeks.values_list("steps", flat=True))[:2] == [6000, 6600]


def test_a_plan_in_steps_is_kept_as_a_template_and_scales(desk, clinic, clinician):
    patient = a_patient(clinic)
    a_checklist(patient, clinician)
    desk.post(ADD, start(patient, a_template(clinic, "T6"), baseline="6000"))
    prescribing.assign_programme(programme=the_draft(clinic), by=clinician, now=NOON)
    programme = Programme.objects.running().get()
    typed = {"code": "OURS", "name": "Ours", "who_for": "Us", "example_baseline": "6000", "is_active": "on"}
    assert desk.post(change_page(programme, "keep"), typed).status_code == 302
    kept = ProgrammeTemplate.objects.get(code="OURS")
    assert kept.counts == "steps"
    baseline = prescribing.Baseline(3000, counts="steps")
    assert [week.steps for week in prescribing.generated_weeks(template=kept, baseline=baseline)][:2] == [
        3000,
        3300,
    ]


def test_a_template_whose_weeks_count_something_else_is_told(desk, clinic):
    typed = {
        "code": "NEW",
        "name": "New",
        "who_for": "-",
        "counts": "steps",
        "example_baseline": "6000",
        "weeks-TOTAL_FORMS": "1",
        "weeks-INITIAL_FORMS": "0",
        "weeks-0-number": "1",
        "weeks-0-days": "3",
        "weeks-0-minutes": "10",
        "weeks-0-bouts": "1",
        "weeks-0-intensity": "easy",
        "weeks-0-kind": "build",
    }
    answer = desk.post("/admin/programmes/programmetemplate/add/", typed)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["counts"])
