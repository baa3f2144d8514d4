"""`manage.py reset_second_factor ADDRESS --reason TEXT`: for an operator who lost phone and codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.models import User
from clinic.services.second_factor import reset_second_factor


class Command(BaseCommand):
    """Whoever may run this may read the database: it is the way of last resort, and the person is told."""

    help = "Take the second factor away from a login, sign it out everywhere, and tell its owner by mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the login's e-mail address")
        parser.add_argument("--reason", required=True, help="the person reads it")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["address"].strip().lower()).first()
        if user is None:
            raise CommandError("There is no login with this address.")
        who = "whoever runs this installation"
        reset_second_factor(user=user, by=who, reason=options["reason"], now=timezone.now())
        self.stdout.write("The second factor is reset. The next sign-in sets up a new one.")
