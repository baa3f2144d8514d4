"""`manage.py tidy_sign_in`: by hand what the worker does once a day."""

from typing import Any

from django.utils import timezone

from clinic.management.runtime import RuntimeCommand
from patients.services.housekeeping import tidy_sign_in


class Command(RuntimeCommand):
    help = "Delete sessions that are over, and old sign-in codes, letter codes and counted tries."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in tidy_sign_in(now=timezone.now()).items():
            self.stdout.write(f"{count} {name}")
