"""Assigning a draft or discarding it, what comes afterwards, and who may."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.models import Role
from programmes.models import Pause, Programme
from programmes.services import prescribing
from tests.factories import NOON, a_checklist, a_draft, a_patient, a_programme, a_staff_member
from tests.programmes.builder.typed import (
    ADD,
    MONDAY,
    a_fresh_draft,
    as_typed,
    change_page,
    doses,
)
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
ENDED = {"on": "2026-11-21", "ending": "discharged", "reason": "Moves away."}


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
    a_checklist(programme.patient, clinician)
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
    assert "not running" in desk.post(change_page(programme, "end"), ENDED).content.decode()


def test_end(desk, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician)
    desk.post(change_page(programme, "end"), ENDED)
    programme.refresh_from_db()
    assert (programme.status, programme.ending, programme.ended_on) == ("revoked", "discharged", NOON.date())


def test_an_assigned_programme_is_not_edited_in_place(clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician, minutes=15)
    weeks = [replace(week, minutes=40) for week in prescribing.stored_weeks(programme.weeks.all())]
    with pytest.raises(prescribing.NotADraft):
        prescribing.edit_draft(
            programme=programme,
            weeks=weeks,
            starts_on=programme.starts_on,
            note_to_patient="walk more",
            seen_version=programme.version,
            by=clinician,
        )
    programme.refresh_from_db()
    assert (programme.note_to_patient, programme.version) == ("", 1)


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
