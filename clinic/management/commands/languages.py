"""`manage.py languages`: the languages of the patients' pages, and recording who approved one."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.languages import name_of, safety_strings, shipped
from clinic.models import LanguageDecision
from clinic.services.languages import Approver, NotComplete, approved, record_approval


class Command(BaseCommand):
    """Lists what is complete and approved; with --approve it records who read the safety texts."""

    help = "List the languages, print their safety texts, or record an approval of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--texts", metavar="LANGUAGE", help="print every safety text and its translation")
        parser.add_argument("--approve", metavar="LANGUAGE", help="record that somebody has read all of them")
        parser.add_argument("--name", help="who read them")
        parser.add_argument("--registration", help="with which professional body, and the number")
        parser.add_argument("--on", type=date.fromisoformat, help="the day, as 2026-11-21 (default: today)")

    def handle(self, *args: Any, **options: Any) -> None:
        if language := options["texts"]:
            self._print(language)
        elif language := options["approve"]:
            self._approve(language, options)
        else:
            self._list()

    def _print(self, language: str) -> None:
        if language not in shipped():
            raise CommandError(f"Waymark does not ship {language}.")
        for text in safety_strings(language):
            self.stdout.write(f"{text.source}\n    {' / '.join(text.said)}")

    def _approve(self, language: str, options: dict[str, Any]) -> None:
        if not options["name"] or not options["registration"]:
            raise CommandError("An approval needs --name and --registration.")
        on = options["on"] or timezone.localdate()
        approver = Approver(options["name"], options["registration"], on)
        try:
            record_approval(language=language, approver=approver, by=None, now=timezone.now())
        except NotComplete:
            raise CommandError("A safety text is not translated: there is nothing to approve.") from None
        self.stdout.write("Recorded. Each clinic's manager decides whether its patients are offered it.")

    def _list(self) -> None:
        held = approved()
        for language in shipped():
            texts = safety_strings(language)
            done = sum(text.is_translated for text in texts)
            self.stdout.write(
                f"{language} {name_of(language)}: {done} of {len(texts)} safety texts translated, "
                f"{'approved' if language in held else 'not approved'}"
            )
            if last := LanguageDecision.objects.newest().filter(language=language).first():
                word = "approved" if last.is_approved else "taken back"
                self.stdout.write(f"  last {word}: {last.name}, {last.registration}, {last.decided_on}")
