"""Learn: what patients read, in whose words, and when nothing is offered."""

import hashlib
import re
from datetime import date, timedelta

import pytest

from patients.wording.cards import CARDS, CARDS_VERSION, parts_of
from programmes.models import PatientText, Shows, TextCode
from programmes.services.learning import Words, publish_text
from tests.factories import NOON, a_clinic, a_staff_member, a_walk

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
CHECKED = {"checked_on": TODAY, "due_on": date(2027, 11, 21)}


def publish(clinician, code, shows=Shows.OWN, title="Our own words", body="Walk in our park."):
    own = {"title": title, "body": body, "source": "Elm Clinic"} if shows == Shows.OWN else {}
    seen = PatientText.objects.for_clinic(clinician.clinic).filter(code=code).count()
    words = Words(shows, **own, **({} if shows == Shows.HIDDEN else CHECKED))
    return publish_text(code=TextCode(code), words=words, seen=seen, by=clinician, now=NOON)


def address(code):
    return f"/learn/{list(CARDS).index(code) + 1}/"


def read(client, path):
    return client.get(path).content.decode()


def test_the_version_is_that_of_the_words():
    """Whoever changes a card gives the cards a new version."""
    said = [(code, str(title), str(body), [str(s) for s in ss]) for code, (title, body, ss) in CARDS.items()]
    digest = hashlib.sha256(repr(said).encode()).hexdigest()[:12]
    assert (CARDS_VERSION, digest) == ("cards-1", "a00b5dca61fa")


@pytest.mark.parametrize("code", CARDS)
def test_every_card_says_its_source_and_its_date(signed_in, programme, code):
    page = read(signed_in, address(code))
    assert [
        part in page for part in ("Where this comes from:", "Written for Waymark on 22 November 2026.")
    ] == [
        True,
        True,
    ]


def test_what_a_browser_remembers_does_not_say_which_card(signed_in, clinician, programme):
    publish(clinician, "flare-up", title="When your back hurts more")
    pages = {read(signed_in, address(code)).partition("</title>")[0].rpartition(">")[2] for code in CARDS}
    linked = re.findall(r'href="/learn/([^"]+)/"', read(signed_in, "/learn/"))
    assert (pages, {each.isdigit() for each in linked}) == ({"A page to learn from – Waymark"}, {True})


@pytest.mark.parametrize("code", CARDS)
def test_a_card_is_short_and_has_one_number_at_most_in_a_sentence(code):
    sentences = [
        sentence
        for _kind, lines in parts_of(str(CARDS[code][1]))
        for line in lines
        for sentence in line.replace("?", ".").split(".")
    ]
    numbers = [sum(word.isdigit() for word in sentence.split()) for sentence in sentences]
    assert (max(len(sentence.split()) for sentence in sentences) <= 20, max(numbers) <= 1) == (True, True)


def test_no_card_says_what_the_articles_disagree_about():
    said = " ".join(str(body) for _title, body, _sources in CARDS.values()).lower()
    assert [word for word in ("core", "posture", "weak", "cause") if word in said] == []


def test_learn_lists_every_card(signed_in, programme):
    page = read(signed_in, "/learn/")
    assert [code for code in CARDS if f'href="{address(code)}"' not in page] == []


def test_today_links_to_one_card_at_most(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=1))
    assert read(signed_in, "/today/").count("Worth a read:") == 1


def test_while_a_safety_answer_waits_no_card_is_offered_or_read(signed_in, programme):
    a_walk(programme, TODAY, new_symptoms=("chest_pain",), now=NOON)
    answers = [signed_in.get(path) for path in ("/learn/", address("start"))]
    assert [(each.status_code, each.url) for each in answers] == [(302, "/today/")] * 2
    assert "Worth a read" not in read(signed_in, "/today/")


def test_after_a_flare_up_was_told_the_card_is_about_that(signed_in, programme):
    a_walk(programme, TODAY - timedelta(days=1), flare=True)
    assert address("flare-up") in read(signed_in, "/today/")


def test_the_clinics_own_words_stand_in_place_of_ours(signed_in, clinician, programme):
    publish(clinician, "shoes")
    page = read(signed_in, address("shoes"))
    said = ("Walk in our park.", "Your physio team checked this on 21 November 2026.", "Elm Clinic")
    assert [part in page for part in said] + ["soles that do not slip" in page] == [True, True, True, False]


def test_the_newest_version_is_read(signed_in, clinician, programme):
    publish(clinician, "shoes")
    publish(clinician, "shoes", body="Walk by the river.")
    assert ("Walk by the river." in read(signed_in, address("shoes"))) is True


def test_a_hidden_card_is_in_no_list_and_on_no_page(signed_in, clinician, programme):
    publish(clinician, "shoes", Shows.HIDDEN)
    listed = f'href="{address("shoes")}"' in read(signed_in, "/learn/")
    assert (listed, signed_in.get(address("shoes")).status_code) == (False, 404)


def test_today_offers_the_next_best_for_a_hidden_card(signed_in, clinician, programme):
    a_walk(programme, TODAY - timedelta(days=1), flare=True)
    publish(clinician, "flare-up", Shows.HIDDEN)
    assert "Worth a read" not in read(signed_in, "/today/")


def test_shown_again_as_it_came_it_says_who_checked_it(signed_in, clinician, programme):
    publish(clinician, "shoes", Shows.HIDDEN)
    publish(clinician, "shoes", Shows.SHIPPED)
    page = read(signed_in, address("shoes"))
    assert ("soles that do not slip" in page, "Your physio team checked this" in page) == (True, True)


def test_another_clinics_words_are_read_by_nobody_here(signed_in, programme, layers_away):
    other = a_staff_member(a_clinic(name="Oak Clinic"))
    publish(other, "shoes", title="Oak shoes")
    publish(other, "water", Shows.HIDDEN)
    pages = read(signed_in, "/learn/") + read(signed_in, address("shoes")) + read(signed_in, address("water"))
    assert ("Oak shoes" in pages, "Walk in our park." in pages, "Take a bottle" in pages) == (
        False,
        False,
        True,
    )


@pytest.fixture(params=["both layers", "the code alone", "row-level security alone"])
def layers_away(request, monkeypatch):
    """Each of the two layers keeps clinics apart by itself."""
    if request.param == "the code alone":
        request.getfixturevalue("no_row_security")
    if request.param == "row-level security alone":
        everybodys = lambda rows, clinic: rows.all()  # noqa: E731
        monkeypatch.setattr("clinic.tenancy.ClinicQuerySet.for_clinic", everybodys)


def test_what_a_clinic_typed_is_never_html(signed_in, clinician, programme):
    publish(clinician, "shoes", body="<script>alert(1)</script>\n\n- <b>bold</b>")
    page = read(signed_in, address("shoes"))
    assert ("<script>alert" in page, "<b>bold" in page, "&lt;b&gt;bold" in page) == (False, False, True)


def test_paragraphs_and_lists_and_nothing_else():
    assert parts_of("One\nline.\r\n\r\n- a\n- b\nafter\n\n\n") == [
        ("p", ["One line."]),
        ("ul", ["a", "b"]),
        ("p", ["after"]),
    ]


def test_a_card_past_its_date_is_still_read(signed_in, clinician, programme):
    row = publish(clinician, "shoes")
    assert row.due_on == date(2027, 11, 21)
    assert signed_in.get(address("shoes")).status_code == 200
