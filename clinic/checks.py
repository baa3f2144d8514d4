"""System checks of the whole house: what would be wrong in production is said at start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

TOO_POWERFUL = (
    "DATABASE_URL signs in as a role that is a superuser, owns tables or may pass row-level security. "
    "Use waymark_runtime; clinic/roles.sql makes it."
)


@register(Tags.database)
def runtime_role_is_harmless(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """The web and the workers must not own the tables nor be able to pass row-level security."""
    if not databases or "default" not in databases or not settings.DATABASES["default"]:
        return []
    return [] if _role_is_harmless() else [Error(TOO_POWERFUL, id="waymark.E001")]


def require_harmless_role() -> None:
    """Called where serving starts (wsgi, worker), where checks do not run. Raises ImproperlyConfigured."""
    if not _role_is_harmless():
        raise ImproperlyConfigured(TOO_POWERFUL)


def _role_is_harmless() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT NOT (rolsuper OR rolbypassrls) AND NOT EXISTS (
                SELECT FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user)
              FROM pg_roles WHERE rolname = current_user
            """
        )
        row = cursor.fetchone()
    return bool(row and row[0])
