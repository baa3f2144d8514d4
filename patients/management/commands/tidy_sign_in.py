"""`manage.py tidy_sign_in`: by hand what the worker does once a day."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from patients.services.housekeeping import tidy_sign_in


class Command(BaseCommand):
    help = "Delete sessions that are over, and old sign-in codes, letter codes and counted tries."

    def handle(self, *args: Any, **options: Any) -> None:
        for name, count in tidy_sign_in(now=timezone.now()).items():
            self.stdout.write(f"{count} {name}")
