"""A form that the run does not fill is named: a new address, a new field of a form class."""

import re
from datetime import timedelta

import pytest
from django import forms
from django.conf import settings

from programmes.services.own_walks import own_changeable
from tests.access import table
from tests.access.forms import Form
from tests.access.world import a_side
from tests.canaries.coverage import UNSEEN, form_classes, never_filled, unseen
from tests.canaries.filling import Question
from tests.factories import NOON

FORM = re.compile(r"<form\b(?:[^>{]|\{\{.*?\}\}|\{%.*?%\})*>", re.DOTALL)
# What a patient ticked is there again when somebody goes back; boxes for numbers and words say it themselves.
KEPT_FOR_BACK = {"patients/walk_new.html", "patients/safety.html", "patients/flare_up.html"}


def asked_at(*routes, **fields):
    return [Question("patient", "/", route, Form("/", "post", fields)) for route in routes]


def test_an_address_that_takes_a_form_and_was_not_asked_is_named():
    cells = table.read()
    nobody = dict.fromkeys(next(iter(cells.values())), "> sign-in")
    new = {("notes/", "GET"): nobody | {"patient": "ok"}, ("notes/", "POST"): nobody | {"patient": "422"}}
    found = unseen([], cells | new)
    assert found - unseen([], cells) == {"notes/"}
    assert found - unseen(asked_at("notes/"), cells | new) == {"notes/"}


def test_what_only_shows_takes_no_form():
    shown = {"today/", "healthz/live", "admin/", "admin/patients/patient/<object_id>/delete/"}
    assert shown & unseen([]) == set()


def test_forms_of_every_audience_are_known():
    found = unseen([])
    expected = {"walks/new/", "review/<item_id>/close/", "admin/patients/patient/add/", "staff/sign-in/"}
    assert (expected | set(UNSEEN)) - found == set()


def test_a_field_that_no_page_showed_is_named():
    class NewForm(forms.Form):
        whisper = forms.CharField()
        ticked = forms.BooleanField()

    assert never_filled([NewForm], []) == {"whisper": {"NewForm"}}
    assert never_filled([NewForm], asked_at("notes/", **{"row-2-whisper": None})) == {}


def test_form_classes_of_all_three_packages_are_known():
    names = {form.__name__ for form in form_classes()}
    assert {"WalkForm", "CloseForm", "DraftForm", "PatientForm"} - names == set()


def test_forms_ask_browsers_not_to_offer_again_what_was_typed():
    (folder,) = settings.TEMPLATES[0]["DIRS"]
    silent = {
        str(path.relative_to(folder))
        for path in folder.rglob("*.html")
        for form in FORM.findall(path.read_text())
        if "post" in form and "autocomplete=" not in form
    }
    assert silent == KEPT_FOR_BACK


@pytest.mark.django_db
@pytest.mark.parametrize("later", [-11.5, 0, 11.5])
def test_the_patient_of_the_canaries_has_a_walk_to_change_at_every_hour(later):
    now = NOON + timedelta(hours=later)
    side = a_side("Canaries", now=now)
    assert list(own_changeable(patient=side.patient, now=now)) == [side.rows["walk"]]
