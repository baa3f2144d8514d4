"""A night's changes stored together leave the rows that storing each alone, in its order, would leave."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from programmes.clinical.detection import Clear, ConditionMetAgain, ConditionNoLongerMet, Raise, Worsen
from programmes.clinical.diary import Finding
from programmes.models import Flag, ReviewItem
from programmes.services.flagging import raise_flag, store_changes
from programmes.services.gathering import subjects_of
from programmes.services.reviewing import claim_item, snooze_item
from tests.factories import NOON, START, a_clinic, a_patient, a_programme, a_staff_member

pytestmark = pytest.mark.django_db
NIGHT = START + timedelta(days=30)
SAW = {"pattern": "slowing", "reference": 2.0, "mean_recent": 5.0}
STATES = ("none", "waits", "snoozed", "claimed", "promised")


def found(code, severity):
    return Finding(code, severity, SAW | {"severity": severity})


NEW = [Raise("ADHERENCE_DROPPED", NIGHT, found("ADHERENCE_DROPPED", "amber"))]
URGENT = [Raise("PAIN_THEN_SILENT", NIGHT, found("PAIN_THEN_SILENT", "amber-high"))]
MILD = [Raise("LIMB_PROBLEM", NIGHT, found("LIMB_PROBLEM", "amber-low"))]
THERE = [Raise("PAIN_RISING", NIGHT, found("PAIN_RISING", "amber"))]
WORSE = [Worsen("NOT_IMPROVING", NIGHT, found("NOT_IMPROVING", "amber-high"))]
OVER = [Clear("PAIN_RISING", NIGHT)]
ALL_OVER = [*OVER, Clear("NOT_IMPROVING", NIGHT)]
NOTED = [ConditionNoLongerMet("PAIN_RISING", NIGHT)]
AGAIN = [*NOTED, ConditionMetAgain("NOT_IMPROVING", NIGHT, found("NOT_IMPROVING", "amber-low"))]
BESIDE = [Raise("OVERDOING", NIGHT, found("OVERDOING", "info"))]
WHAT_CHANGES = (
    [*NEW, *URGENT, *BESIDE],
    MILD,
    THERE,
    [*WORSE, *OVER, *BESIDE],
    OVER,
    ALL_OVER,
    [*NEW, *ALL_OVER],
    [*URGENT, *WORSE],
    AGAIN,
)


def a_patient_whose_item(is_so, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician)
    for code, severity in (("PAIN_RISING", "amber"), ("NOT_IMPROVING", "amber-low")):
        if is_so != "none":
            whose = {"patient": programme.patient, "programme": programme}
            raise_flag(**whose, finding=found(code, severity), on=START, now=NOON)
    item = ReviewItem.objects.filter(patient=programme.patient).first()
    if is_so == "snoozed":
        snooze_item(item=item, until=NIGHT + timedelta(days=7), by=clinician, today=NIGHT)
    if is_so == "claimed":
        claim_item(item=item, by=clinician, now=NOON)
    if is_so == "promised":
        ReviewItem.objects.filter(pk=item.pk).update(promised_for=NIGHT)
    return programme


@pytest.fixture
def judged():
    """Every state of an item with everything that a night may change in it."""
    clinic = a_clinic()
    clinician = a_staff_member(clinic)
    changes = {}
    for state, what in product(STATES, WHAT_CHANGES):
        patient = a_patient_whose_item(state, clinic, clinician).patient_id
        changes[patient] = [c for c in what if state != "none" or isinstance(c, Raise)]
    subjects = {each.programme.patient_id: each for each in subjects_of(clinic=clinic, on=NIGHT)}
    return [(subjects[patient], what) for patient, what in changes.items()]


def rows():
    """Everything but the keys, which are new each time, and how severe an item is that has no flags left.

    Its last two clear together and leave it as it was; one after the other, as the last of them.
    """
    flags = Flag.objects.order_by("patient", "code", "raised_on").values()
    items = ReviewItem.objects.order_by("patient", "opened_at", "status").values()
    for item in items:
        item["severity"] = item["severity"] if Flag.objects.unresolved().filter(item=item["id"]) else None
    return [
        {name: value for name, value in row.items() if name not in ("id", "item_id")}
        for row in (*flags, *items)
    ]


def left_by(*nights):
    """The rows that these leave, one after the other; then they are undone."""
    with transaction.atomic():
        tallies = [store_changes(judged=each, on=NIGHT, now=NOON) for each in nights]
        left = rows()
        transaction.set_rollback(True)
    return left, sum(tally.raised for tally in tallies), sum(tally.cleared for tally in tallies)


def test_together_is_the_same_as_one_change_after_the_other(judged):
    each_alone = [[(subject, [change])] for subject, changes in judged for change in changes]
    before = rows()
    together = left_by(judged)
    assert together == left_by(*each_alone)
    assert together[0] != before


def test_stored_twice_it_is_stored_once(judged):
    (left, raised, cleared), once = left_by(judged, judged), left_by(judged)
    assert (left, raised, cleared) == once
    assert min(raised, cleared) > 0


def test_many_patients_take_as_many_statements_as_some(judged):
    some = judged[len(WHAT_CHANGES) : 3 * len(WHAT_CHANGES)]  # whose item waits, or is snoozed
    assert len(statements_for(judged)) == len(statements_for(some))


def statements_for(judged):
    with transaction.atomic(), CaptureQueriesContext(connection) as captured:
        store_changes(judged=judged, on=NIGHT, now=NOON)
        transaction.set_rollback(True)
    return captured.captured_queries
