"""The plan as Chromium prints it: one page and a diary, light also where the screen is dark."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.factories import a_clinic, a_patient, a_programme, a_staff_member
from tests.figures import Figure, record
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
BACKGROUND = "getComputedStyle(document.querySelector('{}')).backgroundColor"


@pytest.mark.parametrize(("weeks", "days"), [(8, 3), (12, 5), (26, 7)])
def test_a_plan_prints_on_two_light_pages(browser, web, weeks, days):
    clinic = a_clinic()
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    programme = a_programme(
        a_patient(clinic), a_staff_member(clinic), starts_on=yesterday, weeks=weeks, days=days
    )
    client = sign_in_patient(Client(), programme.patient)
    with browser.new_context(color_scheme="dark") as context:
        context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": web}])
        page = context.new_page()
        page.goto(f"{web}/plan/print/")
        pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
        record(Figure(f"A4 pages of a plan of {weeks} weeks, {days} walks a week", pages, "<= 2"))
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(BACKGROUND.format(".paper")) == "rgb(255, 255, 255)"
        assert page.evaluate(BACKGROUND.format("body")) == "rgb(255, 255, 255)"
        assert pages == 2
