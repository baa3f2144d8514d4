"""Django's session engine over our own table: the key is kept as a digest, and a session knows its user."""

from datetime import datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction
from django.utils import timezone

from clinic.models import SessionKind, UserSession, digest_of_key

STAFF_SESSION = "staff_session"  # set by the staff sign-in alone, when both factors have passed
ENROLLING = "enrolling"  # password passed, second factor still to be set up: opens those pages only
STARTED, AGENT, NETWORK = "started_at", "agent", "network"


class SessionStore(SessionBase):
    """A deleted row ends the session at once: a request that is under way cannot bring it back."""

    row: UserSession | None = None

    def load(self) -> dict[str, Any]:
        found = UserSession.objects.alive(timezone.now()).filter(key_digest=self._digest()).first()
        self.row = found
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found.session_data)

    def exists(self, session_key: str) -> bool:
        return UserSession.objects.filter(key_digest=digest_of_key(session_key)).exists()

    def create(self) -> None:
        """A new key with what the session holds; 190 random bits do not meet twice."""
        self._session_key = self._get_new_session_key()  # type: ignore[attr-defined]
        self.save(must_create=True)
        self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
            return
        data = self._get_session(no_load=must_create)  # type: ignore[attr-defined]
        if must_create:
            self._insert(data, timezone.now())
        elif not UserSession.objects.filter(key_digest=self._digest()).update(**self._columns(data)):
            raise UpdateError

    def _insert(self, data: dict[str, Any], now: datetime) -> None:
        started = datetime.fromisoformat(data[STARTED]) if STARTED in data else now
        try:
            with transaction.atomic():
                self.row = UserSession.objects.create(
                    key_digest=self._digest(), started_at=started, last_seen_at=now, **self._columns(data)
                )
        except IntegrityError:
            raise CreateError from None

    def _columns(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "session_data": self.encode(data),
            "expire_date": self.get_expiry_date(),
            "user_id": data.get(SESSION_KEY),
            "kind": kind_of(data),
            "agent": data.get(AGENT, ""),
            "network": data.get(NETWORK, ""),
        }

    def delete(self, session_key: str | None = None) -> None:
        key = session_key or self.session_key
        if key:
            UserSession.objects.filter(key_digest=digest_of_key(key)).delete()

    @classmethod
    def clear_expired(cls) -> None:
        UserSession.objects.filter(expire_date__lt=timezone.now()).delete()

    def _digest(self) -> str:
        return digest_of_key(self.session_key or "")


def kind_of(data: dict[str, Any]) -> SessionKind:
    """Whose session it is, by its marks."""
    if SESSION_KEY not in data:
        return SessionKind.VISITOR
    return SessionKind.STAFF if data.get(STAFF_SESSION) or data.get(ENROLLING) else SessionKind.PATIENT
