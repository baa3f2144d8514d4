"""R17: a backup of a large clinic's database restores, completely, within five minutes.

The demo's diaries are copied until there are 1,000,000 walks (FULL=1) or 100,000: patients, programmes,
revisions, weeks and walks, each with keys of its own.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex

import psycopg

from clinic import localservices
from clinic.backups import newest_archive
from tests.figures import ROOT, Figure, measures

WALKS, WALKS_IN_SHORT = 1_000_000, 100_000
DIARY = {  # table: columns that hold a copied row's key
    "patients_patient": ("id",),
    "programmes_programme": ("id", "patient_id"),
    "programmes_programmerevision": ("id", "programme_id"),
    "programmes_programmeweek": ("id", "programme_id", "revision_id"),
    "programmes_walk": ("id", "client_uuid", "patient_id", "programme_id", "target_revision_id"),
}
COLUMNS = """
SELECT column_name FROM information_schema.columns
 WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position
"""


def copy_diaries(connection: "psycopg.Connection[tuple[int]]", walks: int) -> int:
    """Copies every diary until there are about `walks`; returns how many there are."""
    connection.execute(
        "SET session_replication_role = replica"
    )  # signed weeks may be written; keys unchecked
    copies = walks // count(connection)
    for table, keys in DIARY.items():
        changed = {key: f"md5(original.{key}::text || n)::uuid" for key in keys}
        changed |= {"reference": "''"} if table == "patients_patient" else {}
        columns = [str(row[0]) for row in connection.execute(COLUMNS, [table])]
        values = [changed.get(column, f"original.{column}") for column in columns]
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
            f" FROM {table} AS original CROSS JOIN generate_series(1, {copies}) AS n".encode()
        )
    connection.commit()
    return count(connection)


def count(connection: "psycopg.Connection[tuple[int]]") -> int:
    row = connection.execute("SELECT count(*) FROM programmes_walk").fetchone()
    assert row is not None
    return row[0]


def manage(environment: dict[str, str], *arguments: object) -> tuple[str, float]:
    """Runs a command; returns what it said and the seconds it took."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    if done.returncode and arguments[0] != "restore_drill":
        raise RuntimeError(f"{arguments[0]}: {done.stderr[-2000:]}")
    return done.stdout + done.stderr, time.monotonic() - began


@measures("trust")
def restore_drill(full: bool) -> Iterator[Figure]:
    folder = Path(tempfile.mkdtemp(prefix="waymark-drill-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        with localservices.running(folder / "state", durable=False) as services:
            own = {"WAYMARK_STATE": str(folder / "state"), "WAYMARK_SECRET_KEY": token_hex(32)}
            environment = os.environ | services.environment() | own
            manage(environment, "migrate", "--database", "migrator", "--no-input")
            manage(environment | {"WAYMARK_DEMO": "1"}, "seed_demo")
            with psycopg.connect(services.database_url("postgres")) as connection:
                walks = copy_diaries(connection, WALKS if full else WALKS_IN_SHORT)
            yield Figure("walks in the database that is backed up", walks, f">= {WALKS_IN_SHORT}")
            _said, seconds = manage(environment, "backup", folder / "backups")
            megabytes = newest_archive(folder / "backups").dump.stat().st_size / 1e6
            yield Figure(f"backup of {walks} walks, seconds", seconds, "<= 300 s")
            yield Figure("its size", megabytes, "<= 1000 MB")
        said, seconds = manage(
            environment, "restore_drill", folder / "backups", "--scratch", folder / "scratch"
        )
        checks = re.findall(r"^(ok|FAIL) ", said, re.MULTILINE)
        yield Figure(f"restore drill of {walks} walks, seconds", seconds, "<= 300 s")
        yield Figure("its checks", len(checks), ">= 10")
        yield Figure("its checks that passed, %", 100 * checks.count("ok") / max(1, len(checks)), "== 100")
        if "FAIL" in said:
            print(said)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
