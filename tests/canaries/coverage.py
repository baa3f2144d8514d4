"""Whether the canaries went through every form there is: by address, and by the fields of form classes."""

import re
from collections.abc import Iterable, Iterator, Mapping

from django.forms import BaseForm, BooleanField, MultipleChoiceField

from tests.access import table
from tests.access.addresses import Address, addresses
from tests.access.asking import Key
from tests.access.forms import Field
from tests.access.world import Side
from tests.canaries.filling import Question, kind_of, last_of
from tests.canaries.site import Site

OURS = ("clinic.", "patients.", "programmes.")
CLOSED = {"400", "403", "404", "405"}
# Their forms show in a state that the rows are not in. Canaries are sent all the same, by whom is said here,
# under every field's name that any form has.
UNSEEN = {
    "admin/programmes/patienttext/": "clinician",  # a list without a search
    "admin/patients/patient/<pk>/letter/": "clinician",  # a patient without an address
    "admin/patients/patient/<pk>/void-letter/": "clinician",
    "admin/programmes/programme/<pk>/step-back/": "clinician",  # a week to go back to
    "admin/programmes/programme/<pk>/preview/": "clinician",  # sent by a script, with a draft's form
    "language/": "patient",  # more than one language
    "not-walking/<gap_id>/flare-up/": "patient",  # a sore back, and a plan that allows it
    "not-walking/<gap_id>/rest/": "patient",  # away or ill
    "outbox/walks/": "patient",  # sent by a script
    "plan/flare-up/over/": "patient",  # a flare-up
    "plan/repeat/": "patient",  # a week to repeat
    "plan/rest/over/": "patient",  # a pause of the patient's own
    "privacy/<text_id>/read/": "patient",  # before the first page
    "reminders/stop/<token>/": "anonymous",  # a link from a mail
    "review/<item_id>/emergency/": "reviewer",  # a limited record
    "set-up/before-you-start/": "patient",  # before it was read
    "sign-in/code/": "anonymous",  # after a code was asked for
    "sign-in/link/": "anonymous",
    "staff/password/link/<token>/": "anonymous",
    "walks/timer/finish/": "patient",  # a timer that runs
    "walks/timer/stop/": "patient",
    "staff/sign-in/second-step/": "anonymous",
    "your-data/consents/<acceptance_id>/withdraw/": "patient",
}
# The first question of the walk form where a plan counts metres or steps: no plan of the canaries does. The
# same radios as `minutes`; sent blindly with every other name.
OTHER_UNITS = {"metres", "stepped"}
SHOWS_ONLY = re.compile(
    r"/(delete|history|jsi18n|login|print|show)/$|/<object_id>/$|^admin/(<app_label>/|<url>)?$"
)
# Read by programs: tests/canaries/errors.py sends it.
NO_FORM = {"csp-report/"}


def unseen(asked: Iterable[Question], cells: Mapping[Key, Mapping[str, str]] | None = None) -> set[str]:
    """Addresses that take a form, by the table of who is answered what, and that no form asked leads to."""
    cells = cells or table.read()
    routes = {route for route, _method in cells if _takes_a_form(route, cells)}
    return routes - {question.route for question in asked} - NO_FORM


def _takes_a_form(route: str, cells: Mapping[Key, Mapping[str, str]]) -> bool:
    """Pages of ours that take none answer 405; Django's admin has some that only show."""
    answers = set(cells[route, "POST"].values())
    if route.startswith("admin/"):
        return not SHOWS_ONLY.search(route) and not answers <= CLOSED | {"> login", "> second-factor"}
    return "405" not in answers


def send_unseen(site: Site, side: Side, names: Iterable[str]) -> None:
    """Canaries to the addresses whose forms did not show."""
    for route, who in UNSEEN.items():
        site.post(who, Address(route).of(side), {name: [_canary(site, route, name)] for name in names})


def _canary(site: Site, route: str, name: str) -> str:
    return site.planted.value(kind_of(Field(name, "text"), route), f"{route}: {name}, unseen")


def form_classes() -> list[type]:
    """Ours, without those that the admin makes of models."""
    addresses()  # imports every door
    return list(_below(BaseForm))


def _below(above: type) -> Iterator[type]:
    for form in above.__subclasses__():
        if form.__module__.startswith(OURS):
            yield form
        yield from _below(form)


def words_of(classes: Iterable[type]) -> dict[str, set[str]]:
    """The names of fields that take more than ticks, and the classes that have them."""
    found: dict[str, set[str]] = {}
    for form in classes:
        for name, field in getattr(form, "base_fields", {}).items():
            if not isinstance(field, BooleanField | MultipleChoiceField):
                found.setdefault(name, set()).add(form.__name__)
    return found


def never_filled(classes: Iterable[type], asked: Iterable[Question]) -> dict[str, set[str]]:
    """Fields that no form of any page had."""
    seen = {last_of(name) for question in asked for name in question.form.fields} | OTHER_UNITS
    return {name: forms for name, forms in words_of(classes).items() if name not in seen}
