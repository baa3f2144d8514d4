"""The builder through its own pages, as a clinician uses them without JavaScript."""

from datetime import date, timedelta

import pytest
import time_machine

from clinic.models import Role
from programmes.clinical import grading
from programmes.models import Pause, Programme, ProgrammeTemplate, ProgrammeWeek
from programmes.services import prescribing
from tests.factories import NOON, a_clinic, a_draft, a_patient, a_programme, a_staff_member, a_template
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
ADD = "/admin/programmes/programme/add/"
MONDAY = date(2026, 11, 23)  # the Monday after NOON, a Saturday


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def clinician(clinic):
    return a_staff_member(clinic)


@pytest.fixture
def desk(client, clinician):
    """The browser of the signed-in clinician."""
    return sign_in_staff(client, clinician)


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
    "target_minutes": "30",
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


# --- start


def test_from_template_to_assigned(desk, clinic):
    patient, template = a_patient(clinic, given_name="Ida"), a_template(clinic, "T2")
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
    assert "Your next walk: 12 minutes." in shown
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


# --- the draft


def test_edited_weeks_are_saved(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    desk.post(change_page(programme), as_typed(programme, **{"weeks-1-minutes": "17", "weeks-1-days": "4"}))
    assert doses(programme) == [(1, 3, 15), (2, 4, 17), (3, 3, 15)]


def test_a_removed_week_closes_the_gap(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    desk.post(
        change_page(programme), as_typed(programme, **{"weeks-2-minutes": "18", "weeks-1-DELETE": "on"})
    )
    assert doses(programme) == [(1, 3, 15), (2, 3, 18)]


def test_a_week_is_added_as_a_copy_of_the_last_and_stored_with_the_draft_only(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, add_week="1"))
    row = answer.context["table"].forms[3]
    assert (row["number"].value(), row["minutes"].value()) == ("4", "15")
    assert len(doses(programme)) == 3


def test_a_preview_shows_the_typed_plan_and_stores_nothing(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, preview="1", **{"weeks-2-minutes": "40"}))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Week 3 asks for 167 % more: 120 minutes after 45 in week 2." in shown
    assert '<svg class="chart"' in shown
    assert doses(programme)[2] == (3, 3, 15)


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        ({"weeks-1-minutes": "0"}, "minutes", "1 to 300"),
        ({"weeks-1-minutes": "400"}, "minutes", "1 to 300"),
        ({"weeks-1-minutes": ""}, "minutes", "1 to 300"),
        ({"weeks-1-days": "8"}, "days", "1 to 7"),
        ({"weeks-1-bouts": "0"}, "bouts", "1 to 6"),
        ({"weeks-1-number": "1"}, "number", "there twice"),
        ({"weeks-1-intensity": "sprint"}, "intensity", "valid choice"),
    ],
)
def test_a_wrong_week_is_told_in_its_cell(desk, clinic, clinician, changes, where, said):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, note_to_patient="Keep me", **changes))
    assert answer.status_code == 422
    assert said in str(answer.context["table"].forms[1].errors[where])
    assert "Keep me" in answer.content.decode()
    programme.refresh_from_db()
    assert (programme.version, doses(programme)[1]) == (1, (2, 3, 15))


def test_a_removed_week_is_no_gap_while_another_row_is_wrong(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    changes = {"weeks-2-minutes": "0", "weeks-1-DELETE": "on"}
    table = desk.post(change_page(programme), as_typed(programme, **changes)).context["table"]
    assert table.non_form_errors() == []


def test_all_that_is_wrong_is_told_at_once(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    changes = {"weeks-0-minutes": "0", "weeks-2-number": "2"}
    table = desk.post(change_page(programme), as_typed(programme, **changes)).context["table"]
    assert [sorted(form.errors) for form in table] == [["minutes"], ["number"], ["number"]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weeks-2-number": "7"}, "weeks 3, 4, 5, 6 are missing"),
        ({f"weeks-{row}-DELETE": "on" for row in range(3)}, "at least one week"),
        ({"weeks-TOTAL_FORMS": "0", "weeks-INITIAL_FORMS": "0"}, "at least one week"),
        ({"weeks-TOTAL_FORMS": "junk"}, "at least one week"),
        ({"weeks-TOTAL_FORMS": "999999"}, "104"),
    ],
)
def test_a_plan_out_of_order_is_told_above_the_table(desk, clinic, clinician, changes, said):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert len(doses(programme)) == 3


def test_the_second_editor_is_told_and_keeps_what_was_typed(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    mine = as_typed(programme, **{"weeks-0-minutes": "11"})
    desk.post(change_page(programme), as_typed(programme, **{"weeks-0-minutes": "14"}))
    answer = desk.post(change_page(programme), mine)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else saved this draft" in shown
    assert 'name="weeks-0-minutes" value="11"' in shown
    assert "The plan that is saved now" in shown
    assert doses(programme)[0] == (1, 3, 14)


def test_after_the_conflict_a_second_save_is_a_decision(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    mine = as_typed(programme, **{"weeks-0-minutes": "11"})
    desk.post(change_page(programme), as_typed(programme))
    form = desk.post(change_page(programme), mine).context["form"]
    desk.post(change_page(programme), mine | {"version": form["version"].value()})
    assert doses(programme)[0] == (1, 3, 11)


def test_every_input_of_the_week_table_has_a_name(desk, clinic, clinician):
    shown = desk.get(change_page(a_fresh_draft(clinic, clinician))).content.decode()
    assert 'aria-label="week 3 minutes a day"' in shown
    assert shown.count('aria-label="week ') >= 3 * 7


def test_fast_parts_are_columns_only_where_a_plan_has_them(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    assert "Fast parts" not in desk.get(change_page(programme)).content.decode()
    desk.post(
        change_page(programme),
        as_typed(programme, **{"weeks-0-intervals": "4", "weeks-0-interval_days": "3"}),
    )
    assert "Fast parts" in desk.get(change_page(programme)).content.decode()


# --- assign


def test_a_second_running_programme_is_refused(desk, clinic, clinician):
    patient = a_patient(clinic)
    a_programme(patient, clinician)
    draft = a_draft(patient, clinician, starts_on=MONDAY)
    answer = desk.post(change_page(draft, "assign"), {"version": "1"})
    draft.refresh_from_db()
    assert answer.status_code == 422
    running = Programme.objects.running().get()
    link = f'<a href="{change_page(running)}">a running programme since 7 Sep 2026</a>'
    assert link in answer.content.decode()
    assert draft.status == "draft"


def test_only_what_was_shown_is_signed(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    desk.post(change_page(programme), as_typed(programme))
    answer = desk.post(change_page(programme, "assign"), {"version": "1"})
    programme.refresh_from_db()
    assert "Somebody changed this programme meanwhile" in answer.content.decode()
    assert programme.status == "draft"


def test_a_draft_that_lay_too_long_is_not_assigned(desk, clinic, clinician):
    programme = a_draft(a_patient(clinic), clinician, starts_on=MONDAY - timedelta(days=60))
    answer = desk.post(change_page(programme, "assign"), {"version": "1"})
    assert "more than 14 days ago" in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", None])
def test_an_assignment_without_a_version_signs_nothing(desk, clinic, clinician, version):
    programme = a_fresh_draft(clinic, clinician)
    desk.post(change_page(programme, "assign"), {} if version is None else {"version": version})
    programme.refresh_from_db()
    assert programme.status == "draft"


# --- afterwards


def test_an_assigned_programme_is_read_only(desk, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician, starts_on=MONDAY)
    shown = desk.get(change_page(programme)).content.decode()
    desk.post(change_page(programme), as_typed(programme, **{"weeks-0-minutes": "99"}))
    assert "weeks-0-minutes" not in shown
    assert "23 Nov 2026: first plan" in shown
    assert doses(programme)[0] == (1, 3, 15)


def test_pause(desk, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician)
    typed = {"from_on": "2026-11-23", "until_on": "2026-11-29", "reason": "away"}
    desk.post(change_page(programme, "pause"), typed)
    assert Pause.objects.for_clinic(clinic).get().until_on == date(2026, 11, 29)
    answer = desk.post(change_page(programme, "pause"), typed)
    assert "paused on some of these days" in str(answer.context["form"].errors["from_on"])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"from_on": "2026-11-29", "until_on": "2026-11-23", "reason": "away"}, "until_on"),
        ({"from_on": "2026-10-01", "until_on": "2026-11-23", "reason": "away"}, "from_on"),
        ({"from_on": "2026-11-29", "until_on": "2028-11-23", "reason": "away"}, "until_on"),
        ({"from_on": "2026-11-23", "until_on": "2026-11-29", "reason": "bored"}, "reason"),
    ],
)
def test_a_wrong_pause_is_told_beside_the_field(desk, clinic, clinician, typed, field):
    programme = a_programme(a_patient(clinic), clinician)
    answer = desk.post(change_page(programme, "pause"), typed)
    assert list(answer.context["form"].errors) == [field]
    assert not Pause.objects.exists()


def test_a_draft_cannot_be_paused_or_ended(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    typed = {"from_on": "2026-11-23", "until_on": "2026-11-29", "reason": "away"}
    assert "not running" in desk.post(change_page(programme, "pause"), typed).content.decode()
    assert "not running" in desk.post(change_page(programme, "end"), {"ending": "referred"}).content.decode()


def test_end(desk, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician)
    desk.post(change_page(programme, "end"), {"ending": "discharged"})
    programme.refresh_from_db()
    assert (programme.status, programme.ending, programme.ended_on) == ("revoked", "discharged", NOON.date())


# --- roles


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_only_a_clinician_prescribes(client, clinic, clinician, role):
    programme = a_fresh_draft(clinic, clinician)
    colleague = sign_in_staff(client, a_staff_member(clinic, role))
    answers = [
        colleague.get(ADD),
        colleague.post(change_page(programme), as_typed(programme)),
        *(colleague.post(change_page(programme, step), {}) for step in ("assign", "pause", "end")),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert colleague.get(change_page(programme)).status_code == 200


# --- templates


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


# --- discarding, warnings


def test_discarding_asks_first(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.get(change_page(draft, "discard"))
    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (200, "draft")


def test_a_discarded_draft_is_entered_in_error(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(draft, "discard"))
    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (302, "entered-in-error")


def test_an_assigned_programme_is_not_discarded(clinic, clinician):
    with pytest.raises(prescribing.NotADraft):
        prescribing.discard_draft(programme=a_programme(a_patient(clinic), clinician), by=clinician)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
def test_only_who_prescribes_discards(client, clinic, clinician, role):
    draft = a_fresh_draft(clinic, clinician)
    answer = sign_in_staff(client, a_staff_member(clinic, role)).post(change_page(draft, "discard"))
    draft.refresh_from_db()
    assert (answer.status_code, draft.status) == (403, "draft")


def test_the_start_page_marks_patients_with_a_programme(desk, clinic, clinician):
    walking = a_patient(clinic, family_name="Aa", reference="")
    a_programme(walking, clinician)
    a_patient(clinic, family_name="Bb", reference="")
    choices = desk.get(ADD).context["form"].fields["patient"].choices
    assert [label for _value, label in choices][1:] == ["Pat Aa (has a programme)", "Pat Bb"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weeks-1-number": "3"}, "week 2 is missing"),
        ({"weeks-1-number": "1"}, "This week is there twice"),
        ({"weeks-0-minutes": "400"}, "Nothing is saved yet."),
    ],
)
def test_a_preview_says_what_saving_would_say(desk, clinic, clinician, changes, said):
    draft = a_fresh_draft(clinic, clinician, weeks=2)
    answer = desk.post(change_page(draft), as_typed(draft, preview="1", **changes))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            {"number_of_weeks": "4"},
            ["The target of 30 minutes is not reached in these weeks: the most is 16."],
        ),
        ({"target_minutes": "10"}, ["The target is below the comfortable walk of now."]),
        ({"number_of_weeks": "30"}, []),
    ],
)
def test_a_blank_programme_warns_of_its_target(desk, clinic, typed, said):
    answer = desk.post(ADD, start(a_patient(clinic), "blank", **{**BLANK, **typed}), follow=True)
    assert [str(message) for message in answer.context["messages"]] == said


# --- cost


@pytest.mark.parametrize("rows", [1, 30])
def test_the_list_costs_the_same_for_one_and_for_thirty(
    desk, clinic, clinician, rows, django_assert_num_queries
):
    template = a_template(clinic)
    for _row in range(rows):
        programme = a_programme(a_patient(clinic), clinician, weeks=2)
        Programme.objects.filter(pk=programme.pk).update(template=template)
    with django_assert_num_queries(LIST_QUERIES):
        answer = desk.get("/admin/programmes/programme/")
    assert answer.content.decode().count("2 of 2") == rows


@pytest.mark.parametrize("weeks", [1, 30])
def test_the_builder_costs_the_same_for_one_and_for_thirty_weeks(
    desk, clinic, clinician, weeks, django_assert_num_queries
):
    programme = a_fresh_draft(clinic, clinician, weeks=weeks)
    with django_assert_num_queries(DRAFT_QUERIES):
        desk.get(change_page(programme))
    assert ProgrammeWeek.objects.for_clinic(clinic).count() == weeks


# Session, user, membership, actor, read log and the ends of the request's transaction are 7 of them.
LIST_QUERIES = 11
DRAFT_QUERIES = 10
