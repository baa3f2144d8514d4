"""A walk that waited on the phone and is refused: what it told of safety reaches the team."""

import pytest
from playwright.sync_api import expect

from programmes.models import Flag
from tests.factories import a_clinic
from tests.journeys.phones import a_phone, fill, save, until
from tests.journeys.test_offline import on_a_plan, told, walks_of, web, with_signal, without_signal  # noqa: F401

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_a_refused_walk_with_a_red_flag_says_that_the_team_has_been_told(browser, web):  # noqa: F811
    """Kept too long: it is not saved, its safety answers are raised, and the page says both."""
    patient = on_a_plan(a_clinic())
    phone = a_phone(browser, web, patient)
    without_signal(phone, web)
    phone.evaluate("outbox.remember('clock', -30 * 24 * 3600 * 1000)")
    phone.reload()
    fill(phone)
    phone.get_by_label("None of these").uncheck()
    phone.get_by_label("Chest pain").check()
    save(phone)
    told(phone, "Your team has NOT been told yet.").to_be_visible()
    with_signal(phone)
    until(phone, "outbox.all().then((walks) => walks[0].state === 'look-again')")
    flag = Flag.objects.get(patient=patient)
    assert (flag.code, flag.walk, walks_of(patient)) == ("SAFETY", None, [])
    phone.goto(f"{web}/today/")
    row = phone.locator("[data-pending] li")
    expect(row).to_contain_text("This walk is not saved, but we have your safety answers.")
    phone.get_by_role("link", name="Change this walk").click()
    part = phone.locator("[data-raised]")
    expect(part.get_by_role("heading", name="Call 999 now, or go to A&E")).to_be_visible()
    expect(part).to_contain_text("we have your safety answers. ")
    phone.context.close()
