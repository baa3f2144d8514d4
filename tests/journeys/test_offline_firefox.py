"""A walk without signal in Debian's Firefox, without background sync: kept, and sent by the next page."""

import pytest
from marionette_driver.wait import Wait

from programmes.models import Walk
from tests.journeys.phones import a_cable
from tests.journeys.test_firefox import fox, is_signed_in, patient  # noqa: F401  fixtures

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
CONTROLLED = "return !!(navigator.serviceWorker && navigator.serviceWorker.controller)"


def test_a_walk_saved_without_signal_is_sent_with_it(fox, web, patient):  # noqa: F811
    before = Walk.objects.filter(patient=patient).count()
    with a_cable(web) as cable:
        site = f"http://127.0.0.1:{cable.port}"
        fox.go(f"{site}/healthz/live")
        fox.driver.add_cookie({**is_signed_in(patient), "path": "/"})
        fox.go(f"{site}/today/")
        Wait(fox.driver, timeout=20).until(lambda _: fox.run(CONTROLLED), message="no service worker")
        fox.go(f"{site}/walks/new/")
        for name, value in (("minutes", "15"), ("pain_before", "3"), ("pain_after", "2")):
            fox.choose(name, value)
        cable.cut()
        fox.press("Save walk")
        fox.see("Your walk is kept on this phone")
        assert Walk.objects.filter(patient=patient).count() == before
        cable.mend()
        fox.go(f"{site}/today/")
        fox.see("Send now")  # the attempt without signal made the phone pause
        fox.run("document.querySelector('[data-send]').click()")
        Wait(fox.driver, timeout=60).until(
            lambda _: Walk.objects.filter(patient=patient).count() == before + 1, message="never sent"
        )
    assert Walk.objects.latest("received_at").minutes == 15
