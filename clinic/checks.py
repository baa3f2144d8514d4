"""System checks of the whole house: what would be wrong in production is said at start."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from clinic.models import Clinic, User
from clinic.tenancy import WITHOUT_HISTORY, ClinicRecord

UNPROTECTED = "No row-level security on"
FORGETFUL = "No history of changes on"
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


@register(Tags.database)
def clinical_tables_are_protected(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Every clinical table has row-level security, forced on its owner too, and a policy."""
    if not databases or "default" not in databases or not settings.DATABASES["default"]:
        return []
    return [Error(f"{UNPROTECTED} {table}", id="waymark.E002") for table in _unprotected_tables()]


@register(Tags.database)
def clinical_tables_keep_history(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Every change of a clinical table, of a clinic and of a login leaves an entry in the history."""
    if not databases or "default" not in databases or not settings.DATABASES["default"]:
        return []
    return [Error(f"{FORGETFUL} {table}", id="waymark.E003") for table in _forgetful_tables()]


def require_protection() -> None:
    """Called where serving starts (wsgi, worker), where checks do not run. Raises ImproperlyConfigured."""
    if not _role_is_harmless():
        raise ImproperlyConfigured(TOO_POWERFUL)
    if tables := _unprotected_tables():
        raise ImproperlyConfigured(f"{UNPROTECTED} {', '.join(tables)}")
    if tables := _forgetful_tables():
        raise ImproperlyConfigured(f"{FORGETFUL} {', '.join(tables)}")


def clinical_tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, ClinicRecord)]


def tables_with_history() -> list[str]:
    return [*(set(clinical_tables()) - set(WITHOUT_HISTORY)), Clinic._meta.db_table, User._meta.db_table]


def _forgetful_tables() -> list[str]:
    """Tables that exist without the trigger of the history, or with a sleeping one."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class
             WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid
                                AND tgname = 'keep_history' AND tgenabled IN ('O', 'A'))
             ORDER BY relname
            """,
            [tables_with_history()],
        )
        return [row[0] for row in cursor.fetchall()]


def _unprotected_tables() -> list[str]:
    """Clinical tables that exist without row-level security; a table not migrated yet is not among them."""
    tables = clinical_tables()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class
             WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace
               AND NOT (relrowsecurity AND relforcerowsecurity
                        AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid))
             ORDER BY relname
            """,
            [tables],
        )
        return [row[0] for row in cursor.fetchall()]


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
