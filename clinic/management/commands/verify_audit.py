"""`manage.py verify_audit`: has anybody tampered with the history or the read log?"""

from argparse import ArgumentParser
from collections import defaultdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.services.sealing import chains
from clinic.services.verifying import ChainReport, name_of, verify_chain


class Command(BaseCommand):
    """Prints the head of each chain: kept elsewhere, it shows later that an end was cut off."""

    help = "Recompute the chains of the audit; names each entry that was changed, removed or put in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--since-head",
            action="append",
            default=[],
            metavar="CHAIN:NUMBER:DIGEST",
            help="a head as this command printed it before; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = _kept(options["since_head"])
        found = 0
        for clinic in chains():
            report = verify_chain(clinic=clinic, now=timezone.now(), kept=kept.pop(name_of(clinic), {}))
            found += len(report.findings)
            self._tell(report)
        for name in kept:
            found += 1
            self.stderr.write(f"{name}: there is no such chain")
        if found:
            raise CommandError(f"The audit does not verify: {found} findings.")

    def _tell(self, report: ChainReport) -> None:
        for finding in report.findings:
            self.stderr.write(f"{report.name}: {finding}")
        number, digest = report.head
        self.stdout.write(f"{report.name}: {report.links} entries, {report.erased} lawfully erased")
        self.stdout.write(f"head {report.name}:{number}:{digest}")


def _kept(heads: list[str]) -> dict[str, dict[int, str]]:
    kept: dict[str, dict[int, str]] = defaultdict(dict)
    for head in heads:
        try:
            name, number, digest = head.removeprefix("head ").split(":")
            kept[name][int(number)] = digest
        except ValueError:
            raise CommandError(f"A head reads CHAIN:NUMBER:DIGEST, not {head}") from None
    return kept
