"""Backups that are known to restore: a dump, what it must hold, and the drill that looks (ADR 0034).

Plain Python over pg_dump, pg_restore and psycopg: restoring must work while Waymark itself does not.
"""

from clinic.backups.archives import Archive, BackupFailed, complete_archives, drop_oldest, newest_archive
from clinic.backups.drilling import Outcome, database_outcomes
from clinic.backups.restoring import restored
from clinic.backups.servers import Server
from clinic.backups.taking import take_backup

__all__ = [
    "Archive",
    "BackupFailed",
    "Outcome",
    "Server",
    "complete_archives",
    "database_outcomes",
    "drop_oldest",
    "newest_archive",
    "restored",
    "take_backup",
]
