"""Leave cover: planned with a colleague, runs by its dates, ends by a press; days without cover are named."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from clinic.models import Absence, HistoryEntry, OutboxMessage, Role, StaffMember
from clinic.permissions import NotAllowed
from clinic.services import absences
from clinic.services.absences import Leave
from clinic.services.covering import gaps_of, planned_absences
from tests.at_once import at_once
from tests.factories import NOON, a_clinic, a_staff_member
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
TODAY = NOON.date()  # a Saturday


@pytest.fixture(autouse=True)
def _stand_still():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clinic():
    return a_clinic()


@pytest.fixture
def ada(clinic):
    return a_staff_member(clinic, name="Ada Stone")


@pytest.fixture
def ben(clinic):
    return a_staff_member(clinic, name="Ben Marsh")


@pytest.fixture
def cora(clinic):
    return a_staff_member(clinic, name="Cora Dale")


@pytest.fixture
def manager(clinic):
    return a_staff_member(clinic, Role.MANAGER, name="Max Hill")


def days(first, last, reason=""):
    """From and until, counted from today."""
    return Leave(TODAY + timedelta(days=first), TODAY + timedelta(days=last), reason)


def plan(member, cover, first, last, by=None, reason=""):
    return absences.plan_absence(
        member=member, cover=cover, leave=days(first, last, reason), by=by or member, now=NOON
    )


def covered(cover, day):
    """Whom this person covers so many days from today."""
    return set(
        Absence.objects.covered_by(cover, TODAY + timedelta(days=day)).values_list("member", flat=True)
    )


def gaps(clinic):
    """Who is covered by nobody, from and until counted from today, and whether the cover has left."""
    found = gaps_of(planned_absences(clinic, TODAY), TODAY)
    return [
        (gap.absence.member.name, (gap.from_on - TODAY).days, (gap.until_on - TODAY).days, gap.cover_has_left)
        for gap in found
    ]


def typed(cover, first=0, last=3, reason=""):
    leave = days(first, last)
    return {
        "cover": str(cover.pk),
        "from_on": leave.from_on.isoformat(),
        "until_on": leave.until_on.isoformat(),
        "reason": reason,
    }


def refused(answer):
    """The status, and beside which field what is said."""
    return answer.status_code, {name: list(said) for name, said in answer.context["form"].errors.items()}


# --- the dates alone decide


def test_both_days_count_as_away(ada, ben):
    plan(ada, ben, 1, 3)
    assert [covered(ben, day) for day in (0, 1, 3, 4)] == [set(), {ada.pk}, {ada.pk}, set()]


def test_several_absences_may_be_planned_side_by_side(ada, ben, cora):
    plan(ada, ben, 1, 3)
    plan(ada, cora, 4, 6)
    assert (covered(ben, 3), covered(cora, 4)) == ({ada.pk}, {ada.pk})


def test_an_ended_absence_covers_nobody_and_leaves_its_days_free(ada, ben):
    absence = plan(ada, ben, 0, 3)
    absences.end_absence(absence=absence, by=ada, now=NOON)
    assert covered(ben, 0) == set()
    plan(ada, ben, 0, 3)
    assert covered(ben, 0) == {ada.pk}


def test_whoever_has_left_is_not_away(ada, ben):
    plan(ada, ben, 0, 3)
    StaffMember.objects.filter(pk=ada.pk).update(is_active=False)
    assert covered(ben, 0) == set()


# --- what is refused


@pytest.mark.parametrize(("first", "last"), [(-1, 2), (3, 2), (0, 367)])
def test_days_in_the_past_backwards_or_longer_than_a_year(ada, ben, first, last):
    with pytest.raises(absences.BadDates):
        plan(ada, ben, first, last)


@pytest.mark.parametrize(("first", "last"), [(1, 1), (3, 5), (5, 6)])
def test_a_day_that_is_away_already(ada, ben, cora, first, last):
    plan(ada, ben, 1, 5)
    with pytest.raises(absences.Overlaps):
        plan(ada, cora, first, last)


def test_the_database_refuses_the_same_day_twice(ada, ben, cora):
    absence = plan(ada, ben, 1, 5)
    row = {"clinic": ada.clinic, "made_at": NOON, "made_by": ada, "member": ada, "cover": cora}
    with pytest.raises(IntegrityError, match="clinic_absence_no_overlap"), transaction.atomic():
        Absence.objects.create(**row, from_on=absence.until_on, until_on=absence.until_on)


def test_a_cover_is_an_active_clinician_of_the_same_clinic_and_somebody_else(clinic, ada):
    gone = a_staff_member(clinic, is_active=False)
    for cover in (ada, gone, a_staff_member(clinic, Role.REVIEWER), a_staff_member(a_clinic())):
        with pytest.raises(absences.NotACover):
            plan(ada, cover, 0, 1)


def test_a_cover_who_is_away_on_one_of_the_days(ada, ben, cora):
    plan(ben, cora, 2, 2)
    with pytest.raises(absences.CoverIsAway):
        plan(ada, ben, 0, 2)


def test_a_clinician_plans_the_own_absence_alone(ada, ben, cora):
    with pytest.raises(NotAllowed):
        plan(ada, ben, 0, 1, by=cora)


def test_a_manager_plans_anybodys(ada, ben, manager):
    assert plan(ada, ben, 0, 1, by=manager).made_by == manager


def test_nobody_covers_a_reviewer(clinic, ben, manager):
    with pytest.raises(absences.LeadsNobody):
        plan(a_staff_member(clinic, Role.REVIEWER), ben, 0, 1, by=manager)


def test_what_is_over_is_neither_ended_nor_covered_anew(ada, ben, cora):
    absence = plan(ada, ben, 0, 1)
    after = NOON + timedelta(days=2)
    with pytest.raises(absences.AlreadyOver):
        absences.end_absence(absence=absence, by=ada, now=after)
    with pytest.raises((absences.AlreadyOver, absences.NotACover)):
        absences.name_cover(absence=absence, cover=cora, by=ada, now=after)


# --- nobody covers


def test_a_cover_who_leaves_is_a_gap_from_today_on(clinic, ada, ben):
    plan(ada, ben, 0, 3)
    StaffMember.objects.filter(pk=ben.pk).update(is_active=False)
    assert gaps(clinic) == [("Ada Stone", 0, 3, True)]


def test_a_cover_with_another_role_is_a_gap(clinic, ada, ben):
    plan(ada, ben, 1, 3)
    StaffMember.objects.filter(pk=ben.pk).update(role=Role.REVIEWER)
    assert gaps(clinic) == [("Ada Stone", 1, 3, True)]


def test_a_cover_who_is_away_for_some_days_is_a_gap_of_those_days(clinic, ada, ben, cora):
    plan(ada, ben, 0, 5)
    plan(ben, cora, 2, 8)
    assert gaps(clinic) == [("Ada Stone", 2, 5, False)]


def test_another_cover_closes_the_gap(clinic, ada, ben, cora, manager):
    absence = plan(ada, ben, 0, 5)
    StaffMember.objects.filter(pk=ben.pk).update(is_active=False)
    absences.name_cover(absence=absence, cover=cora, by=manager, now=NOON)
    assert (gaps(clinic), covered(cora, 0)) == ([], {ada.pk})


def test_absences_that_are_covered_are_no_gap(clinic, ada, ben):
    plan(ada, ben, 0, 5)
    assert gaps(clinic) == []


# --- the colleague is told, and the history keeps it


def mails(member):
    """The subjects of what this person was told about cover."""
    found = OutboxMessage.objects.filter(kind="cover", to_address=member.user.email)
    return sorted(found.values_list("subject", flat=True))


NAMED, OVER = "Patients to look after on Waymark", "Cover has changed on Waymark"
LATER = NOON + timedelta(minutes=5)


def test_the_cover_is_told_when_named_and_when_it_is_over(ada, ben):
    absence = plan(ada, ben, 0, 5)
    absences.end_absence(absence=absence, by=ada, now=LATER)
    assert (mails(ben), mails(ada)) == ([OVER, NAMED], [])


def test_both_are_told_when_another_covers(ada, ben, cora):
    absence = plan(ada, ben, 0, 5)
    absences.name_cover(absence=absence, cover=cora, by=ada, now=LATER)
    assert (mails(ben), mails(cora)) == ([OVER, NAMED], [NAMED])


def test_the_mail_names_nobody(ada, ben):
    plan(ada, ben, 0, 5, reason="A wedding in Fife")
    mail = OutboxMessage.objects.get(kind="cover")
    assert [word for word in ("Ada", "Stone", "Ben", "Fife") if word in mail.subject + mail.body] == []


def test_the_history_keeps_who_covered_before(ada, ben, cora):
    absence = plan(ada, ben, 0, 5)
    absences.name_cover(absence=absence, cover=cora, by=ada, now=NOON)
    kept = HistoryEntry.objects.filter(table_name="clinic_absence", row_id=absence.pk).order_by("at", "id")
    assert [(entry.operation, "cover_id" in entry.changed) for entry in kept][-1] == ("update", True)


# --- pages


def test_the_page_lists_who_is_away_with_cover_and_reason(client, ada, ben):
    plan(ada, ben, 0, 2, reason="A course")
    text = sign_in_staff(client, ben).get("/away/").content.decode()
    assert [
        word
        for word in ("Ada Stone", "21 Nov 2026 to 23 Nov 2026", "Ben Marsh", "A course")
        if word not in text
    ] == []


def test_a_clinician_plans_on_the_page(client, ada, ben):
    answer = sign_in_staff(client, ada).post(f"/away/{ada.pk}/plan/", typed(ben, reason="A course"))
    row = Absence.objects.get()
    assert (answer.status_code, row.cover, row.reason, row.made_by) == (302, ben, "A course", ada)


def test_an_overlap_is_told_beside_the_day_and_keeps_what_was_typed(client, ada, ben, cora):
    plan(ada, ben, 0, 3)
    answer = sign_in_staff(client, ada).post(f"/away/{ada.pk}/plan/", typed(cora, 3, 4, "A wedding"))
    assert refused(answer) == (422, {"from_on": ["Away already on one of these days. Choose other days."]})
    assert "A wedding" in answer.content.decode()


def test_a_cover_who_is_away_is_told_beside_the_cover(client, ada, ben, cora):
    plan(ben, cora, 3, 4)
    answer = sign_in_staff(client, ada).post(f"/away/{ada.pk}/plan/", typed(ben, 0, 3))
    assert refused(answer) == (422, {"cover": ["This colleague is away on one of these days."]})


@pytest.mark.parametrize(
    ("first", "last", "field", "words"),
    [
        (-2, 1, "from_on", "Choose today or a later day."),
        (3, 1, "until_on", "The last day away comes before the first one."),
        (0, 500, "until_on", "At most a year. For longer, hand the patients over."),
    ],
)
def test_bad_days_are_told_beside_the_field(client, ada, ben, first, last, field, words):
    answer = sign_in_staff(client, ada).post(f"/away/{ada.pk}/plan/", typed(ben, first, last))
    assert refused(answer) == (422, {field: [words]})


def test_oneself_and_another_clinics_people_cannot_be_chosen(client, ada):
    stranger = a_staff_member(a_clinic())
    sign_in_staff(client, ada)
    answers = [client.post(f"/away/{ada.pk}/plan/", typed(cover)) for cover in (ada, stranger)]
    words = {"cover": ["Choose a clinician who works here."]}
    assert [refused(answer) for answer in answers] == [(422, words), (422, words)]


def test_a_colleagues_pages_are_closed_to_a_clinician(client, ada, ben, cora):
    absence = plan(ada, ben, 0, 3)
    sign_in_staff(client, cora)
    paths = (f"/away/{ada.pk}/plan/", f"/away/{absence.pk}/cover/", f"/away/{absence.pk}/end/")
    assert [client.post(path, typed(cora)).status_code for path in paths] == [403, 403, 403]
    assert (Absence.objects.get().ended_at, Absence.objects.get().cover) == (None, ben)


def test_a_manager_names_another_cover_from_the_gap(client, ada, ben, cora, manager):
    absence = plan(ada, ben, 0, 3)
    StaffMember.objects.filter(pk=ben.pk).update(is_active=False)
    page = sign_in_staff(client, manager).get("/away/").content.decode()
    assert "Nobody covers Ada Stone (21 Nov 2026 to 24 Nov 2026): Ben Marsh no longer leads patients" in page
    client.post(f"/away/{absence.pk}/cover/", {"cover": str(cora.pk)})
    assert "Nobody covers" not in client.get("/away/").content.decode()


def test_the_gap_is_counted_in_the_managers_navigation(client, ada, ben, manager):
    plan(ada, ben, 0, 3)
    StaffMember.objects.filter(pk=ben.pk).update(is_active=False)
    answer = sign_in_staff(client, manager).get("/review/")
    assert answer.context["oversight"]["gaps"] == 1


def test_back_early_is_a_press(client, ada, ben):
    absence = plan(ada, ben, 0, 3)
    sign_in_staff(client, ada)
    assert "Is Ada Stone back?" in client.get(f"/away/{absence.pk}/end/").content.decode()
    client.post(f"/away/{absence.pk}/end/")
    assert (covered(ben, 0), Absence.objects.get().ended_by) == (set(), ada)
    assert client.post(f"/away/{absence.pk}/end/").status_code == 404


def test_the_people_page_says_who_is_away(client, ada, ben, manager):
    plan(ada, ben, 0, 3)
    text = sign_in_staff(client, manager).get("/people/").content.decode()
    assert "until 24 Nov; covered by Ben Marsh" in text


# --- at the same moment


@pytest.mark.django_db(transaction=True)
def test_of_two_who_plan_the_same_day_at_once_one_is_refused(ada, ben, cora, manager):
    answers = at_once(
        lambda: plan(ada, ben, 0, 3) and "planned", lambda: plan(ada, cora, 3, 5, by=manager) and "planned"
    )
    assert (sorted(answers), Absence.objects.count()) == (["Overlaps", "planned"], 1)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_it_at_once_one_is_told(ada, ben, manager):
    absence = plan(ada, ben, 0, 3)

    def end(by):
        return absences.end_absence(absence=absence, by=by, now=NOON) or "ended"

    assert sorted(at_once(lambda: end(ada), lambda: end(manager))) == ["AlreadyOver", "ended"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_name_another_cover_at_once_one_is_told(clinic, ada, ben, cora, manager):
    absence, dan = plan(ada, ben, 0, 3), a_staff_member(clinic)

    def name(cover, by):
        return absences.name_cover(absence=absence, cover=cover, by=by, now=NOON) or "named"

    answers = at_once(lambda: name(cora, ada), lambda: name(dan, manager))
    assert sorted(answers) == ["AlreadyOver", "named"]
