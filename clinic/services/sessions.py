"""Ending sessions: one's own, or everybody's of a login that was disabled or taken back."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from clinic.models import User, UserSession


@transaction.atomic
def end_session(*, session_id: UUID, by: User) -> bool:
    """Signs out one of one's own sessions. False when it had ended already."""
    deleted, _each = UserSession.objects.of_user(by).filter(pk=session_id).delete()
    return deleted == 1


@transaction.atomic
def end_other_sessions(*, of: User, keep: UUID) -> int:
    """Signs out everywhere but in the session `keep`. Returns how many ended."""
    ended, _each = UserSession.objects.of_user(of).exclude(pk=keep).delete()
    return ended


@transaction.atomic
def end_all_sessions(*, of: User) -> None:
    """Signs out everywhere, for certain: a session that is being made at this moment does not count either.

    For a login that was disabled, a password or a factor that changed, a colleague who left.
    """
    User.objects.filter(pk=of.pk).update(session_epoch=F("session_epoch") + 1)
    of.refresh_from_db(fields=["session_epoch"])
    UserSession.objects.of_user(of).delete()
