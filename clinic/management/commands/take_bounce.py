"""`manage.py take_bounce < report`: what the mail server pipes to when a mail comes back (docs/deploy.md)."""

import sys
from typing import Any

from django.utils import timezone

from clinic.management.runtime import RuntimeCommand
from clinic.services.bounces import LONGEST, take_bounce


class Command(RuntimeCommand):
    """Reads one mail. Ends well whatever it is: a mail server would return an error to a stranger."""

    help = "Read a delivery report from standard input and mark the mail that came back."

    def handle(self, *args: Any, **options: Any) -> None:
        is_marked = take_bounce(sys.stdin.buffer.read(LONGEST), now=timezone.now())
        self.stdout.write("marked" if is_marked else "nothing of ours came back for good")
