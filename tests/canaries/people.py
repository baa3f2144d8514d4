"""A clinic whose rows hold canaries, and everybody who may knock there, over HTTP."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.test import Client

from clinic.models import Role, User
from tests.access import table
from tests.access.addresses import addresses, route_of
from tests.access.forms import forms_in
from tests.access.world import Side, a_side
from tests.canaries.filling import Question
from tests.canaries.site import Site
from tests.canaries.values import Planted
from tests.factories import a_staff_member
from tests.signing_in import sign_in_operator, sign_in_patient, sign_in_staff

PEOPLE = ("anonymous", "patient", *Role.values, "operator")


def a_canary_side(planted: Planted, now: datetime) -> Side:
    """Every row of the clinic holds the same word; the clinic's own name is no secret."""
    side = a_side(planted.value("composed name", "rows that were there"), now=now, house="Elm")
    side.patient.date_of_birth = planted.value("birthday", "rows that were there")
    side.patient.save()
    # Whom forms change, demote or send away: none of those who ask.
    colleague = a_staff_member(side.clinic, name=f"{side.word} colleague")
    side.rows |= {"member": colleague, "login": colleague.user}
    return side


def who_signs_in(side: Side) -> dict[str, Callable[[], Client]]:
    operator = User.objects.create_superuser("operator@waymark.example")
    return {
        "patient": lambda: sign_in_patient(Client(), side.patient),
        **{role: lambda role=role: sign_in_staff(Client(), side.staff[role]) for role in Role.values},
        "operator": lambda: sign_in_operator(Client(), operator),
    }


def questions_of(site: Site, side: Side) -> Iterator[Question]:
    """Every form of every page that anybody opens; the table of who is answered what says who does."""
    cells = table.read()
    for address in addresses():
        for who in PEOPLE:
            if cells.get((address.route, "GET"), {}).get(who, "ok") == "ok":
                for path in dict.fromkeys([address.of(side), *address.in_every_state(side)]):
                    for form in forms_in(site.ask(who, "GET", path).text, path):
                        yield Question(who, address.route, route_of(form.action), form)
