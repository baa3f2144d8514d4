"""The forms that pages show, read from their HTML, and plausible answers to them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

NOT_SENT = {"submit", "button", "reset", "image", "file"}
PLAUSIBLE = {
    "text": "words",
    "textarea": "words",
    "email": "somebody@mail.example",
    "password": "steady-walking-helps-backs",
    "number": "7",
    "date": "2026-11-23",
    "time": "09:00",
    "tel": "01632 960 555",
    "search": "words",
    "url": "https://mail.example/",
}


@dataclass
class Field:
    """One name of a form: its kind, what the page filled in, and the values that it offers."""

    name: str
    kind: str
    value: str = ""
    offers: list[str] = field(default_factory=list)
    hint: dict[str, Any] = field(default_factory=dict)

    @property
    def plausible(self) -> list[str]:
        """What somebody might send; lists, because boxes may be ticked more than once."""
        if self.kind == "hidden" or self.value:
            return [self.value]
        if self.kind == "checkbox":
            return self.offers[:1]
        if self.offers:
            return [next((offer for offer in self.offers if offer), "")]
        if self.hint.get("inputmode") == "numeric" or self.hint.get("inputmode") == "decimal":
            return ["7"]
        return [PLAUSIBLE.get(self.kind, "words")]


@dataclass
class Form:
    """Where it is sent, how, and its fields by name."""

    action: str
    method: str
    fields: dict[str, Field] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def plausible(self) -> dict[str, list[str]]:
        own = {name: each.plausible for name, each in self.fields.items() if name != "csrfmiddlewaretoken"}
        return {**own, **{name: [value] for name, value in self.buttons[:1] if name}}


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.select, self.area = path, [], None, None
        self.form: Form | None = None

    def handle_starttag(self, tag: str, attributes: Any) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            action = urlsplit(urljoin(self.path, given.get("action", ""))).path
            self.form = Form(action, given.get("method", "get").lower())
            self.forms.append(self.form)
        elif self.form is not None:
            self._in_form(tag, given)

    def _in_form(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "submit" if tag == "button" else "text")
        if tag == "option" and self.select is not None:
            self.select.offers.append(given.get("value", ""))
            if "selected" in given:
                self.select.value = given.get("value", "")
        elif tag in ("button", "input") and kind in NOT_SENT:
            self.form.buttons.append((given.get("name", ""), given.get("value", "")))
        elif tag in ("input", "select", "textarea") and given.get("name"):
            self._field(tag, kind, given)

    def _field(self, tag: str, kind: str, given: dict[str, str]) -> None:
        kind = kind if tag == "input" else tag
        known = self.form.fields.setdefault(given["name"], Field(given["name"], kind, hint=given))
        if kind in ("radio", "checkbox"):
            known.offers.append(given.get("value", "on"))
            known.value = given.get("value", "on") if "checked" in given else known.value
        else:
            known.value = given.get("value", "")
        self.select = known if tag == "select" else None
        self.area = known if tag == "textarea" else None

    def handle_data(self, data: str) -> None:
        if self.area is not None:
            self.area.value += data.strip("\r\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        if tag == "textarea":
            self.area = None
        if tag == "select":
            self.select = None


def forms_in(html: str, path: str) -> list[Form]:
    """All forms of a page; `path` is where a form without an action goes."""
    reader = _Reader(path)
    reader.feed(html)
    return reader.forms
