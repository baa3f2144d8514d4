"""`manage.py record_of_processing`: writes the table of docs/privacy/record-of-processing.md anew."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from clinic.personal import TABLES, declared_fields

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "privacy" / "record-of-processing.md"
HEAD = ("| field | purpose | ground | kept as | in the export |", "|---|---|---|---|---|")


class Command(BaseCommand):
    """After a change in clinic/personal/; a test compares the two."""

    help = "Write the table of personal fields into docs/privacy/record-of-processing.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print", action="store_true", help="print the table, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        table = "\n".join([*HEAD, *rows()])
        if options["print"]:
            self.stdout.write(table)
            return
        before = DOCUMENT.read_text().split("| field |")[0]
        DOCUMENT.write_text(f"{before}{table}\n")


def rows() -> Iterator[str]:
    for each in declared_fields(TABLES):
        exported = "yes" if each.is_exported else "no"
        cells = f"`{each.table}.{each.name}`", each.purpose, each.ground, each.keep.value, exported
        yield f"| {' | '.join(cells)} |"
