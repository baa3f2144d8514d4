"""Writing down who read what, in the transaction of the read."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from clinic.reads import Reads


@dataclass(frozen=True)
class Reader:
    """Who asked, as what, for which page. A route's name, never the path: that holds keys."""

    user_id: UUID | None
    role: str  # a role of the clinic, or patient, operator, visitor
    route: str
    method: str
    request_id: UUID


def log_reads(*, reads: Reads, reader: Reader, status: int) -> None:
    """One entry for each clinic whose patients were read; on almost every page that is one.

    Must run in the transaction of the read, after rendering. What it raises has to end the request: no audit,
    no page. The clinic is set by the same statement: signing in reads the records of a login in all clinics.
    """
    for clinic_id, patients in reads.patients.items():
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO clinic_readentry
                    (clinic_id, user_id, role, route, method, status, kind, request_id, patients)
                VALUES (nullif(set_config('waymark.clinic', %s, true), '')::uuid,
                        %s, %s, %s, %s, %s, %s, %s, %s::uuid[])
                """,
                [
                    str(clinic_id or ""),
                    reader.user_id,
                    reader.role,
                    reader.route,
                    reader.method,
                    status,
                    reads.kind or _kind_of(reader.route),
                    reader.request_id,
                    sorted(str(patient) for patient in patients),
                ],
            )


def _kind_of(route: str) -> str:
    """What most addresses are, by their name; a view that knows better says so in `note_read`."""
    return "list" if route.endswith(("_changelist", "review-queue")) else "page"
