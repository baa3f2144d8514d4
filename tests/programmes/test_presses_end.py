"""How what was pressed ends: taken back, stopped by a safety answer, or flagged on day 15."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from clinic.models import HistoryEntry
from programmes.models import Flag, FlagCode, Outcome, Overlay, ReviewItem
from programmes.services.courses import course_of_programme
from programmes.services.flagging import changes_of, store_changes
from programmes.services.gathering import subjects_of
from programmes.services.overlays import NothingAsked, take_back_repeat
from programmes.services.reviewing import claim_item, close_item
from tests.factories import (
    NOON,
    a_clinic,
    a_flare_plan,
    a_patient,
    a_programme,
    a_repeat,
    a_staff_member,
    a_walk,
    end_flare,
)
from tests.patients.walk_form import text_of
from tests.signing_in import sign_in_patient, sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinician():
    return a_staff_member(a_clinic(), name="Cleo Clark")


@pytest.fixture
def programme(clinician):
    """The second day of week 2; week 1 was walked: three times 20 minutes."""
    return walked(clinician, TODAY - 8 * DAY)


def walked(clinician, start):
    programme = a_programme(
        a_patient(clinician.clinic, lead=clinician), clinician, starts_on=start, minutes=20
    )
    for days in (0, 2, 4):
        a_walk(programme, start + days * DAY, minutes=20)
    return programme


def course(programme, on=TODAY):
    return course_of_programme(programme, on)


def take_back(programme, now=NOON):
    take_back_repeat(programme=programme, by=programme.patient.user, now=now)


# --- A repeat is taken back


def test_a_repeat_that_was_taken_back_is_asked_no_longer_and_stays_as_a_row(programme):
    a_repeat(programme, TODAY)
    take_back(programme)
    overlay = Overlay.objects.get()
    assert not course(programme).is_asked_again
    assert (overlay.over_on, overlay.ended_by, overlay.ended_at) == (TODAY, programme.patient.user, NOON)
    assert HistoryEntry.objects.filter(table_name="programmes_overlay").count() == 2


def test_it_may_be_asked_for_once_more(programme):
    a_repeat(programme, TODAY)
    take_back(programme)
    a_repeat(programme, TODAY)
    assert course(programme).is_asked_again


def test_it_is_taken_back_until_the_week_is_over_and_not_afterwards(programme):
    a_walk(programme, TODAY, minutes=20)
    a_repeat(programme, TODAY)
    with pytest.raises(NothingAsked):
        take_back(programme, NOON + 6 * DAY)
    take_back(programme, NOON + 5 * DAY)


def test_what_nobody_asked_for_is_not_taken_back(programme):
    a_repeat(walked(programme.clinician, TODAY - 8 * DAY), TODAY)
    with pytest.raises(NothingAsked):
        take_back(programme)
    assert course(programme).is_asked_again is False


def test_the_patients_page_takes_it_back_by_its_own_button_alone(client, programme):
    phone = sign_in_patient(client, programme.patient)
    a_repeat(programme, TODAY)
    assert 'href="/plan/repeat/">Take it back' in text_of(phone.get("/today/"))
    assert "You can take this back until the week is over." in text_of(phone.get("/plan/repeat/"))
    phone.post("/plan/repeat/", {"client_uuid": "0192a0b0-0000-7000-8000-000000000000"})
    assert course(programme).is_asked_again
    phone.post("/plan/repeat/", {"take_back": "1"})
    assert not course(programme).is_asked_again
    assert "Repeat this week" in text_of(phone.get("/today/"))


def test_staff_read_that_it_was_taken_back(programme):
    a_repeat(programme, TODAY)
    take_back(programme)
    page = f"/admin/programmes/programme/{programme.pk}/change/"
    shown = text_of(sign_in_staff(Client(), programme.clinician).get(page))
    assert "21 Nov 2026: this week again, taken back (the patient)" in shown


# --- A safety answer stops a flare-up plan


def a_safety_answer(programme, on=TODAY, **answers):
    return a_walk(programme, on, minutes=5, new_symptoms=("fever",), safety_text_version="uk-1", **answers)


def close(programme, now=NOON):
    item, by = ReviewItem.objects.get(), programme.clinician
    claim_item(item=item, by=by, now=now)
    seen = [flag.as_read for flag in Flag.objects.unresolved()]
    about = {"outcome": Outcome.FALSE_ALARM, "note": "Spoke with her: a cold."}
    close_item(item=item, seen=seen, by=by, today=now.date(), now=now, **about)


def test_a_safety_answer_ends_the_flare_up_plan_in_its_own_transaction(programme):
    a_flare_plan(programme, TODAY - 3 * DAY)
    a_safety_answer(programme)
    overlay = Overlay.objects.get()
    assert (overlay.over_on, overlay.flag) == (TODAY, Flag.objects.get(code=FlagCode.SAFETY))


def test_a_walk_without_a_safety_answer_leaves_it(programme):
    a_flare_plan(programme, TODAY - 3 * DAY)
    a_walk(programme, TODAY, minutes=5, new_symptoms=(), safety_text_version="uk-1")
    assert Overlay.objects.get().over_on is None


def test_another_patients_flare_up_plan_goes_on(programme):
    other = walked(programme.clinician, TODAY - 8 * DAY)
    a_flare_plan(other, TODAY - 3 * DAY)
    a_safety_answer(programme)
    assert Overlay.objects.get(programme=other).over_on is None


def test_what_walking_has_ended_was_not_stopped(programme, clinician):
    """Said of the flare-up plan that runs, not of one that is long over."""
    old = walked(clinician, TODAY - 40 * DAY)
    a_flare_plan(old, TODAY - 33 * DAY)
    for days in (33, 30, 28, 25, 23, 21, 18, 16, 14, 11, 9, 7):
        a_walk(old, TODAY - days * DAY, minutes=20)
    assert course(old).open_flare is None
    a_safety_answer(old)
    assert Overlay.objects.get(programme=old).flag is None


def test_no_target_stands_while_it_is_open_and_no_flare_dose_comes_back_afterwards(client, programme):
    a_flare_plan(programme, TODAY - 3 * DAY)
    a_safety_answer(programme)
    phone = sign_in_patient(client, programme.patient)
    assert "10 minutes" not in text_of(phone.get("/today/"))
    close(programme)
    weeks = [str(course(programme, TODAY + days * DAY).today.why) for days in (0, 1, 3)]
    assert weeks == ["flare-back"] * 3
    assert course(programme).open_flare is None


def test_stopped_on_its_first_day_it_brings_no_full_dose_back_on_that_day(programme):
    a_flare_plan(programme, TODAY)
    a_safety_answer(programme)
    close(programme)
    whys = [str(course(programme, TODAY + days * DAY).today.why) for days in (0, 1)]
    assert whys == ["flare-ease", "flare-back"]


def test_the_item_and_the_programme_say_that_it_was_stopped(programme):
    a_flare_plan(programme, TODAY - 3 * DAY)
    a_safety_answer(programme)
    desk = sign_in_staff(Client(), programme.clinician)
    said = (
        "The flare-up plan of 18 Nov 2026 was stopped by a safety answer. While that is open the patient "
        "sees no target; once it is closed the plan asks for: Flare-up plan, days 8 to 14: back to week 1."
    )
    assert said in text_of(desk.get(f"/review/{ReviewItem.objects.get().pk}/"))
    page = text_of(desk.get(f"/admin/programmes/programme/{programme.pk}/change/"))
    assert "flare-up plan, pain 6, stopped by a safety answer" in page


# --- Not back by day 14 is flagged


def review(programme, on=TODAY):
    (subject,) = subjects_of(clinic=programme.clinic, on=on, patients=[programme.patient_id])
    store_changes(judged=[(subject, changes_of(subject=subject, on=on))], on=on, now=NOON)
    return list(Flag.objects.filter(code=FlagCode.FLARE_OVERDUE, resolved_on=None))


@pytest.fixture
def not_back(clinician):
    """In the flare-up plan since 7 November, and walking too little to be back."""
    programme = walked(clinician, TODAY - 21 * DAY)
    a_flare_plan(programme, TODAY - 14 * DAY)
    for days in (14, 10, 5):
        a_walk(programme, TODAY - days * DAY, minutes=20)
    return programme


def test_who_is_not_back_by_day_14_stands_in_the_queue_with_its_numbers(not_back):
    assert review(not_back, TODAY - DAY) == []
    (flag,) = review(not_back)
    evidence = {key: flag.evidence[key] for key in ("began_on", "day", "walked")}
    assert evidence == {"began_on": "2026-11-07", "day": 15, "walked": 3}
    queue = text_of(sign_in_staff(Client(), not_back.clinician).get("/review/"))
    said = "Not back 15 days into the flare-up plan that began on 7 Nov 2026 (walked on 3 of these days)."
    assert said in queue


def test_the_same_night_again_raises_it_once(not_back):
    review(not_back)
    assert len(review(not_back)) == 1


def test_it_clears_when_somebody_says_that_it_is_over(not_back):
    review(not_back)
    end_flare(not_back, TODAY)
    assert review(not_back) == []
    assert Flag.objects.get(code=FlagCode.FLARE_OVERDUE).resolution == "cleared"
