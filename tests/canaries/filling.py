"""What is typed into a form: a canary in each field that takes one, and in an odd turn in every field.

The odd turn is what a broken browser or an attacker sends: choices, hidden keys and numbers are canaries too.
The believable turn is saved: canaries stand where words can, the rest is what the page offers.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tests.access.forms import Field, Form
from tests.canaries.values import Planted

TOKEN = "csrfmiddlewaretoken"
TYPED = ("text", "textarea", "email", "tel", "search", "password", "url")
# Inputs that take no free words, and what is sent there instead so that the other fields are saved. In the
# odd turn they hold canaries as well.
NO_FREE_WORDS = {
    "time_zone": "Europe/London",
    "slug": "letters-and-hyphens",
    "minutes": "7",  # a small number is nobody's: it stands in every log
    "pain_before": "3",
    "day": "3",
    "month": "1",
    "year": "1950",
    "discharged_on": "",
    "died_on": "",
}
LIBRARY = ("admin/programmes/programmetemplate/", "admin/programmes/programme/<pk>/keep/")
SAVE = ("save", "_save")
# What a GET form may put into an address: none of it is anybody's.
IN_ADDRESSES = {
    "person": "the key of a colleague's login, from a list",
    "patient": "the key of a record",
    "day": "the day of an entry in the audit",
}


@dataclass(frozen=True)
class Question:
    """A form as one person finds it; the same fields going to the same page are asked once."""

    who: str
    page: str
    route: str
    form: Form

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.route, tuple(sorted({plain(name) for name in self.form.fields} - {TOKEN}))

    @property
    def is_empty(self) -> bool:
        return not self.key[1]

    def where(self, name: str) -> str:
        return f"{self.route}: {plain(name)}"

    def odd(self, planted: Planted) -> dict[str, list[str]]:
        """A canary in every single field."""
        return {
            name: [
                self._library_code(name, "O") or planted.value(kind_of(field, self.route), self.where(name))
            ]
            for name, field in self.form.fields.items()
            if name != TOKEN
        }

    def believable(self, planted: Planted, today: date) -> dict[str, list[str]]:
        """Canaries where words can stand; what the page offers elsewhere."""
        saves = [{name: [value]} for name, value in self.form.buttons if name in SAVE]
        body = {name: self._typed(field, planted, today) for name, field in self.form.fields.items()}
        return {**body, **(saves or [{}])[0]}

    def _library_code(self, name: str, first: str) -> str:
        """The code of a template names no person, and stands in addresses: a list is filtered by it."""
        is_one = last_of(name) == "code" and self.route.startswith(LIBRARY)
        return f"{first}{len(self.route)}" if is_one else ""

    def _typed(self, field: Field, planted: Planted, today: date) -> list[str]:
        last = last_of(field.name)
        if code := self._library_code(field.name, "B"):
            return [code]
        if takes_words(field):
            room = int(field.hint.get("maxlength") or 200)
            return [planted.value(kind_of(field, self.route), self.where(field.name), room)]
        if field.kind in TYPED + ("date",) and last in NO_FREE_WORDS:
            return [field.value or NO_FREE_WORDS[last]]
        if field.kind == "date":
            return [field.value or field.hint.get("min") or (today + timedelta(days=2)).isoformat()]
        return field.offers if last == "done" else field.plausible


def last_of(name: str) -> str:
    """A field's name without its form's prefix."""
    return name.rpartition("-")[2]


def plain(name: str) -> str:
    """A field's name without keys of rows and without numbers."""
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+", "#", name)


def takes_words(field: Field) -> bool:
    """Whether a canary can stand here and be saved."""
    last = last_of(field.name)
    if last == "date_of_birth" or (last, field.kind) == ("steps", "text"):
        return True
    numeric = field.hint.get("inputmode") in ("numeric", "decimal") and "code" not in last
    return field.kind in TYPED and last not in NO_FREE_WORDS and not numeric


KINDS_BY_NAME = {
    "email": "e-mail",
    "username": "e-mail",
    "phone": "phone",
    "given_name": "decomposed name",
    "family_name": "composed name",
    "name": "name",
    "safety_lead": "name",
    "reference": "reference",
    "number": "reference",
    "code": "code",
    "steps": "steps",
}
KINDS_BY_KIND = {"email": "e-mail", "password": "password", "date": "birthday", "number": "number"}


def kind_of(field: Field, route: str) -> str:
    """The kind of canary that somebody would type here."""
    if field.kind in KINDS_BY_KIND:
        return KINDS_BY_KIND[field.kind]
    last = last_of(field.name)
    if last == "code" and "letter" in route:
        return "letter code"
    return KINDS_BY_NAME.get(last, "words")
