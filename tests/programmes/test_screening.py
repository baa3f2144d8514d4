"""The night's screen passes over nobody whose flags would change: held against the rules themselves."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import pytest
from django.db import connection
from uuid_utils.compat import uuid7

from clinic.models import Clinic, User
from clinic.tenancy import acting_for
from patients.models import PainSeries, Patient
from programmes.clinical.detection import INFO, Raise
from programmes.management.commands.seed_load import load
from programmes.models import Overlay, OverlayKind, Pause, PauseReason, Programme, Walk
from programmes.services.flagging import changes_of
from programmes.services.gathering import subjects_of
from programmes.services.nights import review_night
from programmes.services.screening import to_be_judged

LAST_DAY = date(2026, 11, 20)
NIGHTS = [LAST_DAY - timedelta(days=days) for days in (28, 20, 14, 9, 6, 3, 2, 1, 0)]
ON_SAVING = {"OVERDOING", "DATA_QUALITY", "FLARE"}
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "migrator"])


def a_mixed_clinic(seed, told=300):
    """A cohort in which a part rests, flares up, walks twice a day, scores seldom or after walks, or falls

    `told`: of how many walks something is told beside the amount.
    """
    load(patients=160, weeks=14, seed=seed, clinic_size=160, last_day=LAST_DAY)
    clinic = Clinic.objects.get(slug="load-1")
    random = Random(seed)
    with acting_for(clinic):
        programmes = list(Programme.objects.for_clinic(clinic).order_by("pk"))
        some = iter(random.sample(programmes, 75))
        Patient.objects.filter(pk__in=[next(some).patient_id for _ in range(20)]).update(
            pain_series=PainSeries.AFTER
        )
        for _each in range(12):
            rest(next(some), random)
        for _each in range(8):
            flare_up(next(some), random)
        for _each in range(15):
            scored_weekly(next(some), random)
        walks = list(Walk.objects.for_clinic(clinic).order_by("pk"))
        Walk.objects.bulk_create(again(walk) for walk in random.sample(walks, 150))
        for walk in random.sample(walks, told):
            Walk.objects.filter(pk=walk.pk).update(**random.choice(TOLD))
    return clinic


TOLD = (
    {"settled": "no"},
    {"flare": True},
    {"limb_problem": True},
    {"fall": "fall"},
    {"pain_before": 9},
    {"pain_before": 3, "pain_worst": 8},
    {"minutes": 2},
    {"minutes": None, "steps": 900},
    {"pain_before": 8},
    {"pain_before": None},
    {"pain_before": 3, "pain_after": 7},
    {"settled": "yes"},
    {"limb_problem": False},
)


def rest(programme, random):
    first = max(programme.starts_on, LAST_DAY - timedelta(days=random.randrange(1, 70)))
    Pause.objects.filter(programme=programme).delete()
    Pause.objects.create(
        clinic_id=programme.clinic_id,
        patient_id=programme.patient_id,
        programme=programme,
        from_on=first,
        until_on=first + timedelta(days=random.randrange(14)),
        reason=PauseReason.ILL,
        made_by=User.objects.first(),
    )


def flare_up(programme, random):
    Overlay.objects.create(
        clinic_id=programme.clinic_id,
        patient_id=programme.patient_id,
        programme=programme,
        revision=programme.revisions.get(),
        kind=OverlayKind.FLARE,
        client_uuid=uuid7(),
        from_on=max(programme.starts_on, LAST_DAY - timedelta(days=random.randrange(30))),
        pain_now=6,
        new_symptoms=[],
        safety_text_version="uk-1",
        made_at=datetime.combine(LAST_DAY, time(12), UTC),
    )


def scored_weekly(programme, random):
    """As in light mode; in the last weeks it hurts more."""
    worse = LAST_DAY - timedelta(days=random.randrange(10, 40))
    weeks = set()
    walks = list(Walk.objects.filter(programme=programme).order_by("walked_on"))
    for walk in walks:
        week = walk.walked_on.isocalendar()[:2]
        base = 5 if walk.walked_on >= worse else 3
        walk.pain_before = None if week in weeks else base + random.randrange(-1, 2)
        weeks.add(week)
    Walk.objects.bulk_update(walks, ["pain_before"])


def again(walk):
    """A second walk on the same day, with other pain."""
    walk.pk = walk.client_uuid = uuid7()
    walk.pain_before = None if walk.pain_before is None else min(10, walk.pain_before + 3)
    return walk


def changed(clinic, night):
    """Whose flags the rules would change, looking at everybody; but for what is judged on saving alone."""
    found = {}
    for subject in subjects_of(clinic=clinic, on=night):
        codes = {c.code for c in changes_of(subject=subject, on=night) if not _waits_for_saving(c)}
        if codes:
            found[subject.programme.patient_id] = codes
    return found


def _waits_for_saving(change):
    return isinstance(change, Raise) and (change.code in ON_SAVING and change.finding.severity == INFO)


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_whose_flags_would_change_is_passed_over(seed):
    missed, kinds, screened, judged = held_against_the_rules(a_mixed_clinic(seed))
    assert missed == []
    assert kinds >= {"PAIN_RISING", "ADHERENCE_DROPPED", "ADHERENCE_LOW", "NOT_STARTED", "PAIN_SEVERE"}
    assert screened < judged / 2, "a screen that lets everybody through proves nothing"


def test_nor_anybody_who_tells_much():
    missed, kinds, screened, judged = held_against_the_rules(a_mixed_clinic(5, told=2000))
    assert missed == []
    assert kinds >= {"PAIN_SEVERE", "PAIN_RESPONSE", "LIMB_PROBLEM", "FALL", "FLARE"}
    assert screened < judged


def held_against_the_rules(clinic):
    """Whom the screen missed, what changed, how many it let through and of how many, over the nights."""
    kinds, missed, screened, judged = set(), [], 0, 0
    for night in NIGHTS:
        with acting_for(clinic):
            expected, taken = changed(clinic, night), set(to_be_judged(clinic=clinic, on=night))
            judged += len(subjects_of(clinic=clinic, on=night))
        missed += [(night, patient, codes) for patient, codes in expected.items() if patient not in taken]
        kinds |= set().union(*expected.values())
        screened += len(taken)
        review_night(clinic=clinic, local_date=night, now=datetime.combine(night, time(23, 59), UTC))
    return missed, kinds, screened, judged


def test_who_is_marked_is_always_judged():
    clinic = a_mixed_clinic(3)
    with acting_for(clinic), connection.cursor() as cursor:
        patient = Patient.objects.for_clinic(clinic).exclude(pk__in=to_be_judged(clinic=clinic, on=LAST_DAY))[
            0
        ]
        cursor.execute(
            "INSERT INTO programmes_changedpatient (id, clinic_id, patient_id, earliest_on, marked_at,"
            " not_before, attempts) VALUES (%s, %s, %s, %s, now(), now(), 0)",
            [uuid7(), clinic.pk, patient.pk, LAST_DAY],
        )
        assert patient.pk in to_be_judged(clinic=clinic, on=LAST_DAY)
