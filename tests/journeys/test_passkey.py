"""A passkey, from making it to signing in with it, with Chromium's own virtual authenticator."""

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, a_clinic, a_staff_member

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def enforced(services_environment):
    """Before `web` starts: a second factor is asked of everybody."""
    services_environment["ENFORCE_SECOND_FACTOR"] = "1"


def give_password(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/staff/sign-in/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_passkey_is_made_and_signs_in(enforced, desktop, web):
    site = web.replace("127.0.0.1", "localhost")  # a passkey belongs to a name
    email = a_staff_member(a_clinic()).user.email
    browser = desktop.context.new_cdp_session(desktop)
    browser.send("WebAuthn.enable")
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    give_password(desktop, site, email)
    expect(desktop.get_by_text("One step is left")).to_be_visible()
    desktop.goto(f"{site}/review/")
    expect(desktop.get_by_text("One step is left")).to_be_visible()
    desktop.get_by_role("link", name="Add a passkey").click()
    desktop.get_by_label("Name").fill("My laptop")
    desktop.get_by_role("button", name="Make a passkey").click()
    expect(desktop.locator(".codes li")).to_have_count(10)
    desktop.get_by_role("link", name="I have kept them").click()
    expect(desktop.get_by_text("My laptop", exact=True)).to_be_visible()
    desktop.get_by_role("button", name="Sign out").click()
    give_password(desktop, site, email)
    desktop.get_by_role("button", name="Use your passkey").click()
    expect(desktop.get_by_role("heading", name="Review queue")).to_be_visible()
