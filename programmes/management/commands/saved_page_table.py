"""`manage.py saved_page_table`: prints the saved page's table into docs/clinical-rules.md."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from programmes.clinical.saved_table import printed

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "clinical-rules.md"
BEGIN, END = "<!-- saved_page_table -->", "<!-- end of saved_page_table -->"


class Command(BaseCommand):
    """After a change in programmes/clinical/saved.py or its thresholds; a test compares the two."""

    help = "Print the sentence of the saved page for every cell into docs/clinical-rules.md."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print", action="store_true", help="print the table, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        table = "\n".join(printed())
        if options["print"]:
            self.stdout.write(table)
            return
        before, _old, after = parts()
        DOCUMENT.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")


def parts() -> tuple[str, str, str]:
    """The document before the table, the table as it stands there, and the rest."""
    before, rest = DOCUMENT.read_text().split(BEGIN)
    table, after = rest.split(END)
    return before, table.strip("\n"), after
