"""Browsers in which a login was opened before: what strangers guess is not held against them.

A browser carries one signed cookie: its own random number, and a mark for each login that was opened in it.
The mark is a random number of the login (`User.device_mark`), so the cookie names nobody. A new mark makes
every browser a stranger again. Knowing a browser opens nothing: its guesses are counted apart, that is all.
"""

from dataclasses import dataclass, replace
from typing import Any, Self
from uuid import UUID, uuid4

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from clinic.models import User

LIFETIME = 60 * 60 * 24 * 400  # seconds; browsers keep no cookie longer
MOST_LOGINS = 5  # of one browser: a shared computer
_signer = signing.Signer(salt="waymark.devices")


@dataclass(frozen=True, slots=True)
class Device:
    """One browser. Guesses of a login it knows are counted by `key`; others by whatever counts strangers."""

    key: UUID
    marks: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: HttpRequest) -> Self:
        """The browser of this request; a new one, which knows nobody, where the cookie is missing or odd."""
        try:
            found = _signer.unsign_object(request.COOKIES.get(cookie_name(), ""))
            return cls(UUID(found["key"]), tuple(found["marks"]))
        except (signing.BadSignature, ValueError, KeyError, TypeError):
            return cls(uuid4())

    def knows(self, user: User) -> bool:
        """Whether this login was opened here before, and has not been signed out everywhere since."""
        return str(user.device_mark) in self.marks

    def remember(self, user: User, response: HttpResponse) -> None:
        """After signing in: the browser keeps the login's mark, the newest MOST_LOGINS of them."""
        others = [mark for mark in self.marks if mark != str(user.device_mark)]
        replace(self, marks=(str(user.device_mark), *others)[:MOST_LOGINS])._keep(response)

    def _keep(self, response: HttpResponse) -> None:
        value: Any = _signer.sign_object({"key": str(self.key), "marks": list(self.marks)})
        response.set_cookie(
            cookie_name(), value, max_age=LIFETIME, httponly=True, samesite="Lax", secure=settings.HTTPS
        )


def cookie_name() -> str:
    return "__Host-devices" if settings.HTTPS else "devices"
