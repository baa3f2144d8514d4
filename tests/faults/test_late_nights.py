"""R3: nights that nobody reviewed for ten days give what they would have given day by day."""

from datetime import timedelta

import pytest

from programmes.models import ReviewRun
from tests.faults.cohorts import LAST_DAY, a_cohort, flags, forget_reviews, items, morning_after, review
from tests.faults.own_site import FULL
from tests.figures import Figure, record

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True, databases=["default", "migrator"])]

PATIENTS = 1000 if FULL else 60
NIGHTS = [LAST_DAY - timedelta(days=10 - n) for n in range(11)]


def runs():
    rows = ReviewRun.objects.order_by("clinic_id", "local_date", "shard")
    return list(rows.values_list("clinic_id", "local_date", "status", "patients_evaluated", "flags_raised"))


def test_ten_silent_days_end_as_if_every_night_had_been_on_time():
    a_cohort(PATIENTS, clinic_size=PATIENTS // 2)
    for night in NIGHTS:
        with morning_after(night):
            review()
    on_time = flags(), items(), runs()
    forget_reviews()
    with morning_after(NIGHTS[0]):
        review()
    with morning_after(NIGHTS[-1]):
        review()
    late = flags(), items(), runs()
    apart = len(set(map(str, on_time[0])) ^ set(map(str, late[0])))
    record(Figure(f"R3: flags that ten silent days change, {len(on_time[0])} flags", apart, "== 0"))
    assert len(on_time[0]) > PATIENTS / 10
    assert late == on_time
