"""System checks of the whole house: what would be wrong in production is said at start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


@register(Tags.database)
def runtime_role_is_harmless(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """The web and the workers must not own the tables nor be able to pass row-level security."""
    if not databases or "default" not in databases or not settings.DATABASES["default"]:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
    if row and row[0]:
        return [
            Error(
                "DATABASE_URL signs in as a role that may pass row-level security.",
                hint="Use the waymark_runtime role; clinic/roles.sql makes it.",
                id="waymark.E001",
            )
        ]
    return []
