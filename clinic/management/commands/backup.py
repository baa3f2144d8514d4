"""`manage.py backup FOLDER`: one complete backup, or an exit code that says there is none."""

import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.backups import BackupFailed, Server, drop_oldest, take_backup


class Command(BaseCommand):
    """Runs as the maintenance role, from cron or a timer: never in a worker, which cannot read the rows."""

    help = "Dump the database with a manifest of what a restore must show."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where backups are kept; each gets a folder of its own")
        parser.add_argument(
            "--keep", type=int, help="remove all but the newest N finished backups afterwards"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        folder: Path = options["folder"].resolve()
        try:
            archive = take_backup(
                source=Server.of_settings(settings.DATABASES["maintenance"]),
                folder=folder,
                now=timezone.now(),
                encrypt=os.environ.get("WAYMARK_BACKUP_ENCRYPT", ""),
            )
            gone = drop_oldest(folder, keep=options["keep"]) if options["keep"] is not None else []
        except BackupFailed as problem:
            raise CommandError(f"NO BACKUP: {problem}") from None
        manifest = archive.manifest
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"{archive.folder}: {rows} rows of {len(manifest['tables'])} tables, {manifest['bytes']} bytes, "
            f"{'encrypted' if manifest['encrypted'] else 'NOT ENCRYPTED'}, "
            f"{time.monotonic() - began:.1f} s, {len(gone)} older removed"
        )
