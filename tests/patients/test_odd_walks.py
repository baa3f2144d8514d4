"""Walks that cannot be, and notes in every script: refused with what was typed, or kept to the letter."""

from datetime import timedelta

import pytest

from programmes.models import Walk
from tests.factories import a_programme
from tests.patients.walk_form import TODAY, send, text_of


@pytest.mark.parametrize(
    "odd",
    [
        {"minutes": "other", "other_minutes": "1560"},  # 26 hours
        {"walked_on": (TODAY - timedelta(days=365)).isoformat()},  # a clock a year behind
        {"walked_on": (TODAY + timedelta(days=365)).isoformat()},
        {"note": "x" * 5000},
    ],
)
def test_what_cannot_be_is_refused_and_kept_on_the_page(signed_in, programme, odd):
    response = send(signed_in, **odd)
    assert (response.status_code, Walk.objects.count()) == (422, 0)
    assert 'value="4" id="id_pain_before_4" checked' in text_of(response)


def test_a_walk_before_the_programme_is_kept_without_it(signed_in, patient, clinician):
    a_programme(patient, clinician, starts_on=TODAY - timedelta(days=1))
    send(signed_in, walked_on=(TODAY - timedelta(days=3)).isoformat())
    walk = Walk.objects.get()
    assert (walk.walked_on, walk.target_minutes) == (TODAY - timedelta(days=3), None)


@pytest.mark.parametrize("note", ["مشيت ببطء اليوم", "🚶🏽‍♀️ good 🙂", "Zażółć gęślą jaźń"])
def test_a_note_is_kept_to_the_letter(signed_in, programme, note):
    send(signed_in, note=note)
    assert Walk.objects.get().note == note
