"""System checks of the whole house: what would be wrong in production is said at start."""

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from clinic.models import Clinic, OutboxMessage, User
from clinic.tenancy import SEEN_WHILE_LIMITED, WITHOUT_HISTORY, ClinicRecord

UNPROTECTED = "No row-level security on"
UNLIMITED = "Limited records are not hidden on"
FORGETFUL = "No history of changes on"
TOO_POWERFUL = (
    "DATABASE_URL signs in as a role that is a superuser, owns tables or may pass row-level security. "
    "Use waymark_runtime; clinic/roles.sql makes it."
)

SHORTEST_KEY = 50
FEWEST_SIGNS = 12  # different characters; a random hexadecimal key of 64 has 16
WEAK_KEY = (
    f"WAYMARK_SECRET_KEY is a sample or guessable: it needs {SHORTEST_KEY} random characters. "
    "`openssl rand -hex 32` makes one."
)
DEBUG_ON_A_SITE = "WAYMARK_DEBUG shows code and rows to everybody: never with an https WAYMARK_BASE_URL."
DEMO_ON_A_SITE = "WAYMARK_DEMO shows everybody's mail: never with an https WAYMARK_BASE_URL."
NO_TLS = "WAYMARK_BASE_URL does not begin with https://: passwords would travel in clear text."


@register(Tags.security)
def configuration_is_safe(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """Key, DEBUG and demo: what also keeps web server and worker from starting."""
    # Commands that serve nobody (lint, collectstatic) run without any key of their own.
    needed = bool(settings.DATABASES["default"])
    return [Error(text, id=f"waymark.E{number}") for number, text in _unsafe_settings() if needed]


@register(Tags.security, deploy=True)
def transport_is_encrypted(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """`check --deploy`: a clinic's site is an https site."""
    return [] if settings.HTTPS else [Warning(NO_TLS, id="waymark.W006")]


def _unsafe_settings() -> list[tuple[str, str]]:
    key = str(settings.SECRET_KEY)
    weak = len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_SIGNS or key.startswith("django-insecure-")
    found = [
        (weak, "003", WEAK_KEY),
        (settings.DEBUG and settings.HTTPS, "004", DEBUG_ON_A_SITE),
        (settings.DEMO and settings.HTTPS, "005", DEMO_ON_A_SITE),
    ]
    return [(number, text) for wrong, number, text in found if wrong]


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
    return [
        *(Error(f"{UNPROTECTED} {table}", id="waymark.E002") for table in _unprotected_tables()),
        *(Error(f"{UNLIMITED} {table}", id="waymark.E006") for table in _unlimited_tables()),
    ]


@register(Tags.database)
def clinical_tables_keep_history(
    app_configs: Any, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Every change of a clinical table, of a clinic and of a login leaves an entry in the history."""
    if not databases or "default" not in databases or not settings.DATABASES["default"]:
        return []
    return [Error(f"{FORGETFUL} {table}", id="waymark.E007") for table in _forgetful_tables()]


def require_protection() -> None:
    """Called where serving starts (wsgi, worker), where checks do not run. Raises ImproperlyConfigured."""
    if unsafe := [text for _number, text in _unsafe_settings()]:
        raise ImproperlyConfigured(" ".join(unsafe))
    if not _role_is_harmless():
        raise ImproperlyConfigured(TOO_POWERFUL)
    if tables := _unprotected_tables():
        raise ImproperlyConfigured(f"{UNPROTECTED} {', '.join(tables)}")
    if tables := _unlimited_tables():
        raise ImproperlyConfigured(f"{UNLIMITED} {', '.join(tables)}")
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
    tables = [*clinical_tables(), OutboxMessage._meta.db_table]
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


def _unlimited_tables() -> list[str]:
    """Tables about a patient that show a limited record's rows to everybody (ADR 0030)."""
    models = [model for model in apps.get_models() if issubclass(model, ClinicRecord)]
    about = [model._meta.db_table for model in models if any(f.name == "patient" for f in model._meta.fields)]
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT relname FROM pg_class
             WHERE relname = ANY(%s) AND relnamespace = 'public'::regnamespace
               AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid
                                AND polname = 'limited_rows' AND NOT polpermissive)
             ORDER BY relname
            """,
            [sorted(set(about) - set(SEEN_WHILE_LIMITED))],
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
