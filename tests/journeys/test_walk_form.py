"""The walk form on a phone of 360 x 740: what it weighs, how long it is, how many taps and keys it takes."""

import gzip
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, Response

from programmes.models import NotWalking, Walk
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member, a_walk
from tests.figures import Figure, record
from tests.signing_in import sign_in_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
SCREEN = {"width": 360, "height": 740}
SMALLEST = 44  # px
CONTROLS = "a.button, button, .tile, label.choice, select, summary, a.onward, .site-nav a, .site-footer a"


@pytest.fixture
def programme():
    """Week two, a walk yesterday, whose list is answered: the form of an ordinary day."""
    clinic = a_clinic()
    start = datetime.now(UTC).date() - timedelta(days=8)
    programme = a_programme(a_patient(clinic), a_staff_member(clinic), starts_on=start, minutes=15)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    a_walk(programme, yesterday.date(), new_symptoms=(), now=yesterday)
    return programme


def phone_of(browser: Browser, web: str, programme, **options) -> Page:
    context = browser.new_context(viewport=SCREEN, locale="en-GB", **options)
    cookie = sign_in_patient(Client(), programme.patient).cookies["session"].value
    context.add_cookies([{"name": "session", "value": cookie, "url": web}])
    return context.new_page()


def height(page: Page) -> int:
    """Of the page in px, without the banner that only a demo has."""
    return page.evaluate(
        "document.documentElement.scrollHeight - (document.querySelector('.demo-banner')?.offsetHeight || 0)"
    )


def test_what_the_form_weighs(browser, web, programme):
    page = phone_of(browser, web, programme)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108  Playwright wants a function
    page.goto(f"{web}/walks/new/", wait_until="networkidle")
    weight = sum(len(gzip.compress(answer.body())) for answer in answers) / 1024
    record(Figure("walk form, first load: KB when gzipped", round(weight, 1), "<= 15 KB"))
    record(Figure("walk form, first load: requests", len(answers), "<= 6"))
    assert (weight <= 15, len(answers) <= 6) == (True, True)


def test_how_long_the_form_is(browser, web, programme):
    page = phone_of(browser, web, programme)
    page.goto(f"{web}/walks/new/")
    screens = height(page) / SCREEN["height"]
    record(Figure("walk form at 360 x 740: screens", round(screens, 2), "<= 2.5"))
    assert screens <= 2.5


def test_taps_from_today_to_saved(browser, web, programme):
    page = phone_of(browser, web, programme, has_touch=True, java_script_enabled=False)
    page.goto(f"{web}/today/")
    taps = [
        page.get_by_role("link", name="Log a walk", exact=True),
        page.locator("[name=minutes][value='15']"),
        page.locator("[name=pain_before][value='3']"),
        page.locator("[name=pain_after][value='2']"),
        page.get_by_role("button", name="Save walk"),
    ]
    for each in taps:
        each.tap()
    page.wait_for_url("**/saved/")
    record(Figure("taps from Today to Saved, nothing typed", len(taps), "<= 8"))
    assert Walk.objects.filter(walked_on=datetime.now(UTC).date()).get().minutes == 15


def test_keys_from_today_to_saved(browser, web, programme):
    page = phone_of(browser, web, programme)
    page.goto(f"{web}/today/")
    to_the_form = ["Tab", "Enter", "Tab", "Enter"]  # past the header, to the first button
    past_the_day = ["Tab", "Enter", "Tab"]
    minutes, before, after = (["Tab", *["ArrowRight"] * moves] for moves in (2, 3, 2))
    answered = [*past_the_day, *minutes, *before, *after, "Enter"]
    for key in to_the_form:
        page.keyboard.press(key)
    page.wait_for_url("**/walks/new/")
    for key in answered:
        page.keyboard.press(key)
    page.wait_for_url("**/saved/*")
    walk = Walk.objects.filter(walked_on=datetime.now(UTC).date()).get()
    assert (walk.minutes, walk.pain_before, walk.pain_after) == (15, 3, 2)
    record(Figure("keys from Today to Saved", len(to_the_form) + len(answered), "<= 20"))


def test_every_control_is_large_enough(browser, web, programme):
    gap = NotWalking.objects.create(
        clinic=programme.clinic,
        patient=programme.patient,
        from_on=datetime.now(UTC).date(),
        until_on=datetime.now(UTC).date(),
        reason="away",
        received_at=datetime.now(UTC),
    )
    walk = Walk.objects.get()
    page = phone_of(browser, web, programme)
    days = ["/walks/timer/", "/walks/catch-up/", "/not-walking/", f"/not-walking/{gap.pk}/", "/call-me/"]
    walks = ["/walks/new/", *(f"/walks/{walk.pk}/{step}/" for step in ("saved", "change", "take-back"))]
    small, wide = [], []
    for path in ["/today/", "/progress/", *days, *walks]:
        page.goto(web + path)
        boxes = [(each.inner_text(), each.bounding_box()) for each in page.locator(CONTROLS).all()]
        small += [
            (path, said, box) for said, box in boxes if box and min(box["width"], box["height"]) < SMALLEST
        ]
        page.set_viewport_size({"width": 320, "height": 740})
        wide += [path] if page.evaluate("document.documentElement.scrollWidth") > 320 else []
        page.set_viewport_size(SCREEN)
    record(Figure("controls under 44 px on the pages of a patient's day", len(small), "== 0"))
    record(Figure("pages of a patient's day wider than 320 px", len(wide), "== 0"))
    assert (small, wide) == ([], [])
