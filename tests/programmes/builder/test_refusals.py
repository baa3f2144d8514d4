"""Bad input in the builder: told above with a link and beside the field; nothing typed is lost."""

import re
from datetime import timedelta

import pytest

from clinic.models import Role
from programmes.models import Pause, Programme
from tests.factories import (
    NOON,
    a_checklist,
    a_clinic,
    a_draft,
    a_patient,
    a_programme,
    a_staff_member,
    a_template,
)
from tests.programmes.builder.typed import ADD, MONDAY, a_fresh_draft, as_typed, change_page, doses, start
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


def told(answer):
    """Field id -> what the list above says, each id found once on the page; the form was refused."""
    shown = answer.content.decode()
    links = dict(re.findall(r'<li><a href="#([^"]+)">([^<]+)</a></li>', shown))
    assert answer.status_code == 422
    assert [shown.count(f' id="{each}"') for each in links] == [1] * len(links)
    return links


CELLS = [
    ({"weeks-1-minutes": "0"}, "id_weeks-1-minutes", "Week 2, minutes a day: Enter 1 to 300 minutes."),
    ({"weeks-1-minutes": "400"}, "id_weeks-1-minutes", "Week 2, minutes a day: Enter 1 to 300 minutes."),
    ({"weeks-1-minutes": ""}, "id_weeks-1-minutes", "Week 2, minutes a day: Enter 1 to 300 minutes."),
    ({"weeks-1-number": "1"}, "id_weeks-1-number", "Week 1, week: This week is there twice."),
    ({"starts_on": "2026-11-06"}, "id_starts_on", "Starts on – This start is more than 14 days ago."),
]


@pytest.mark.parametrize(("wrong", "field", "said"), CELLS)
@pytest.mark.parametrize("button", ["save", "assign", "preview"])
def test_a_draft_says_where_it_is_wrong_and_keeps_every_edit(
    desk, clinic, clinician, wrong, field, said, button
):
    draft = a_fresh_draft(clinic, clinician)
    edits = {"goal": "Walk to the shop", "note_to_patient": "Slowly", "weeks-2-days": "5", button: "1"}
    answer = desk.post(change_page(draft), as_typed(draft, **edits, **wrong))
    assert told(answer)[field] == said
    form, table = answer.context["form"], answer.context["table"]
    kept = (form["goal"].value(), form["note_to_patient"].value(), table.forms[2]["days"].value())
    assert (kept, doses(draft)[2]) == (("Walk to the shop", "Slowly", "5"), (3, 3, 15))
    assert [field.value() for name, field in _cells(answer) if name in wrong] == [
        value for name, value in wrong.items() if name.startswith("weeks")
    ]


def _cells(answer):
    return [(cell.html_name, cell) for form in answer.context["table"].forms for cell in form.cells]


def test_a_gap_in_the_weeks_is_told_and_the_typed_number_stays(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(draft), as_typed(draft, **{"weeks-2-number": "5", "goal": "The shop"}))
    shown = answer.content.decode()
    assert (answer.status_code, "weeks 3, 4 are missing" in shown) == (422, True)
    assert answer.context["table"].forms[2]["number"].value() == "5"
    assert answer.context["form"]["goal"].value() == "The shop"


@pytest.mark.parametrize("step", ["weeks", "swap", "repeat"])
def test_a_change_from_a_past_day_is_told_beside_the_day(desk, clinic, clinician, step):
    programme = a_programme(a_patient(clinic), clinician, starts_on=TODAY - timedelta(days=8))
    typed = {"from_on": "2026-11-20", "why": "other", "note": "Sore after gardening.", "version": "1"}
    answer = desk.post(change_page(programme, step), as_typed(programme, **typed))
    assert told(answer)["id_from_on"].endswith("Past days stay as they were: choose today or a later day.")
    assert answer.context["form"]["note"].value() == "Sore after gardening."
    assert programme.revisions.count() == 1


def test_a_start_from_another_clinics_template_is_told_beside_the_cards(desk, clinic):
    a_template(clinic)
    foreign = a_template(a_clinic())
    answer = desk.post(ADD, start(a_patient(clinic), foreign, baseline="17"))
    said = "Start from – Choose a template of this clinic."
    assert told(answer) == {"id_template_0": said}
    assert answer.context["form"]["baseline"].value() == "17"
    assert not Programme.objects.exists()


def test_a_swap_to_another_clinics_template_is_told_beside_the_list(desk, clinic, clinician):
    foreign = a_template(a_clinic())
    programme = a_programme(a_patient(clinic), clinician, starts_on=TODAY - timedelta(days=8))
    typed = {"template": str(foreign.pk), "baseline": "15", "from_on": "2026-11-23", "version": "1"}
    answer = desk.post(change_page(programme, "swap"), {**typed, "why": "other", "note": "Bored."})
    assert list(told(answer)) == ["id_template"]
    assert answer.context["form"]["note"].value() == "Bored."


def test_a_hold_that_ends_before_it_starts_is_told_beside_its_end(desk, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician)
    typed = {"from_on": "2026-11-29", "until_on": "2026-11-23", "reason": "away", "note": "Spain"}
    answer = desk.post(change_page(programme, "pause"), typed)
    assert told(answer) == {"id_until_on": "Until – The pause ends before it starts."}
    assert answer.context["form"]["note"].value() == "Spain"


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-11-24", "2026-11-26"), ("2026-11-20", "2026-11-30"), ("2026-11-28", "2026-12-02")],
)
def test_a_hold_that_touches_a_hold_is_told_beside_its_beginning(desk, clinic, clinician, first, last):
    programme = a_programme(a_patient(clinic), clinician)
    held = {"from_on": "2026-11-23", "until_on": "2026-11-29", "reason": "away"}
    desk.post(change_page(programme, "pause"), held)
    answer = desk.post(change_page(programme, "pause"), {**held, "from_on": first, "until_on": last})
    assert told(answer) == {"id_from_on": "From – The programme is paused on some of these days already."}
    assert (answer.context["form"]["until_on"].value(), Pause.objects.count()) == (last, 1)


def test_an_assignment_over_a_running_programme_names_it_and_keeps_the_draft(desk, clinic, clinician):
    patient = a_patient(clinic)
    running = a_programme(patient, clinician)
    draft = a_draft(patient, clinician, starts_on=MONDAY)
    answer = desk.post(change_page(draft, "assign"), {"version": "1"})
    shown = answer.content.decode()
    assert (answer.status_code, f'href="{change_page(running)}">a running programme' in shown) == (422, True)
    draft.refresh_from_db()
    assert (draft.is_draft, len(doses(draft))) == (True, 12)


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.MANAGER])
@pytest.mark.parametrize("step", ["assign", "discard", "end", "repeat", "swap", "weeks", "copy", "checklist"])
def test_who_may_not_prescribe_is_refused_before_anything_is_read(client, clinic, clinician, role, step):
    draft = a_fresh_draft(clinic, clinician)
    other = sign_in_staff(client, a_staff_member(clinic, role))
    assert other.post(change_page(draft, step), as_typed(draft)).status_code == 403


def test_a_start_in_the_past_is_allowed_for_two_weeks_and_said_before_assigning(desk, clinic, clinician):
    """No tick and no reason: the page before the signature says it, and what the patient will see."""
    patient = a_patient(clinic)
    a_checklist(patient, clinician)
    draft = a_draft(patient, clinician, starts_on=TODAY - timedelta(days=14))
    shown = desk.get(change_page(draft, "assign")).content.decode()
    assert "This plan starts in the past, on 7 Nov 2026." in shown
    assert desk.post(change_page(draft, "assign"), {"version": "1"}).status_code == 302


def test_a_start_to_come_is_not_called_past(desk, clinic, clinician):
    shown = desk.get(change_page(a_fresh_draft(clinic, clinician), "assign")).content.decode()
    assert "starts in the past" not in shown


def test_the_limit_of_a_start_stands_beside_the_field_before_anything_is_wrong(desk, clinic):
    assert "Up to 14 days ago, for a patient who began already" in desk.get(ADD).content.decode()
