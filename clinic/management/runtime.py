"""Commands that serve as the runtime role: they start only where web server and worker would."""

from typing import Any

from django.core.checks import Tags
from django.core.management.base import BaseCommand


class RuntimeCommand(BaseCommand):
    """Checks settings, role and tables before it does anything; an error ends it (SystemCheckError)."""

    requires_system_checks = [Tags.database, Tags.security]

    def check(self, **options: Any) -> None:  # type: ignore[override]
        """Django leaves the database out unless a command names it."""
        super().check(**{"databases": ["default"], **options})
