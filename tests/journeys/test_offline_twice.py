"""Two walks of one form's key: an open form keeps its key in every tab until it is saved."""

import pytest

from tests.factories import a_clinic
from tests.journeys.phones import a_phone, fill, kept, save, until, wait_until_kept
from tests.journeys.test_offline import KEPT, on_a_plan, told, walks_of, web, with_signal  # noqa: F401

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def patient():
    return on_a_plan(a_clinic())


@pytest.fixture
def phone(browser, web, patient):  # noqa: F811
    """The walk form stands open, and a walk of its key is kept."""
    page = a_phone(browser, web, patient)
    page.goto(f"{web}/walks/new/")
    fill(page, minutes=10)
    page.context.set_offline(True)
    save(page)
    told(page, KEPT).to_be_visible()
    page.goto("about:blank")
    with_signal(page)
    page.goto(f"{web}/walks/new/")  # the session's form again; the kept walk goes out under its key meanwhile
    page.locator("form.walk").dispatch_event("pointerdown")  # the scripts come when it is touched
    until(page, "!!outbox.advise")
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_until_kept(page, 0)
    yield page
    page.context.close()


def test_the_next_walk_of_an_open_form_is_saved_without_a_question(phone, patient):
    fill(phone, minutes=20)
    save(phone)
    phone.wait_for_url("**/saved/")
    assert (walks_of(patient), kept(phone)) == ([10, 20], [])


def test_the_next_walk_of_an_open_form_goes_out_when_it_was_kept(phone, patient):
    fill(phone, minutes=20)
    phone.context.set_offline(True)
    save(phone)
    told(phone, KEPT).to_be_visible()
    with_signal(phone)
    wait_until_kept(phone, 0)
    assert walks_of(patient) == [10, 20]


def test_the_same_answers_in_an_open_form_are_asked_about(phone, patient):
    """As after Back: the browser has filled in what was told a moment ago."""
    fill(phone, minutes=10)
    save(phone)
    told(phone, "This walk was saved already.").to_be_visible()
    assert (walks_of(patient), kept(phone)) == ([10], [])
    save(phone)
    phone.wait_for_url("**/saved/")
    assert walks_of(patient) == [10, 10]


def test_a_page_that_sends_at_this_moment_asks_too(phone, patient):
    """A page's own attempt and the form's meet: neither takes the walk for one that was kept."""
    fill(phone, minutes=10)
    keep_straight = "outbox.keepForm(new FormData(document.querySelector('form.walk')))"
    phone.evaluate(f"{keep_straight}.then(() => outbox.flush(outbox.page.person, true))")
    assert [(walk["state"], len(walk["problems"])) for walk in kept(phone)] == [("look-again", 1)]
    assert walks_of(patient) == [10]


def test_back_and_save_with_scripts_asks_first(browser, web, patient):  # noqa: F811
    phone = a_phone(browser, web, patient)
    phone.goto(f"{web}/walks/new/")
    fill(phone, minutes=10)
    save(phone)
    phone.wait_for_url("**/saved/")
    phone.go_back()
    fill(phone, minutes=10)
    save(phone)
    told(phone, "This walk was saved already.").to_be_visible()
    assert (walks_of(patient), kept(phone)) == ([10], [])
    phone.context.close()
