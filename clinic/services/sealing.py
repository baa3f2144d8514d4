"""The chain: each minute every new entry of history and read log is sealed, so that tampering shows.

A link's digest covers the link before, the entry's digest and the instant of sealing. Entries are digested in
SQL by the text below, which comes from here and not from the database that is to be checked.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from clinic.models import AuditSeal, Clinic
from clinic.tenancy import act_for

LOOKS_BACK = timedelta(days=2)  # each minute; whatever a longer transaction left is sealed once a day
BATCH = 10_000

HISTORY_DIGEST = """sha256(convert_to(jsonb_build_array('history', h.id, h.clinic_id, h.table_name, h.row_id,
    h.patient_id, h.operation, extract(epoch FROM h.at), h.actor_id, h.database_role, h.request_id,
    encode(h.digest, 'hex'))::text, 'UTF8'))"""
READ_DIGEST = """sha256(convert_to(jsonb_build_array('read', r.id, r.clinic_id, extract(epoch FROM r.at),
    r.user_id, r.role, r.route, r.method, r.status, r.kind, r.request_id,
    to_jsonb(r.patients))::text, 'UTF8'))"""
# By anti-join and not by highest id: a transaction that is still open holds a lower one.
UNSEALED = f"""
    SELECT 'history' AS kind, h.id, {HISTORY_DIGEST} AS digest, h.at FROM clinic_historyentry h
     WHERE h.clinic_id {{whose}} AND h.at > %s AND NOT EXISTS (
           SELECT FROM clinic_auditseal s WHERE s.kind = 'history' AND s.entry_id = h.id)
     UNION ALL
    SELECT 'read', r.id, {READ_DIGEST}, r.at FROM clinic_readentry r
     WHERE r.clinic_id {{whose}} AND r.at > %s AND NOT EXISTS (
           SELECT FROM clinic_auditseal s WHERE s.kind = 'read' AND s.entry_id = r.id)
     ORDER BY at, kind, id LIMIT {BATCH}"""  # noqa: S608  nothing from outside


def chains() -> list[Clinic | None]:
    """One chain for each clinic, and one for what belongs to none: logins, and the operator's doings."""
    return [None, *Clinic.objects.order_by("slug")]


@contextmanager
def reading_chain(clinic: Clinic | None) -> Iterator[None]:
    """One transaction that sees one chain and its entries."""
    with transaction.atomic():
        act_for(clinic_id=clinic and clinic.pk, operator=clinic is None, audit="all")
        yield


def of_chain(sql: str, clinic: Clinic | None, *values: Any) -> list[tuple[Any, ...]]:
    """Runs a statement in which `{whose}` stands for the chain's clinic."""
    whose = f"= '{UUID(str(clinic.pk))}'" if clinic else "IS NULL"
    with connection.cursor() as cursor:
        cursor.execute(sql.format(whose=whose), values)
        return list(cursor.fetchall())


def link_digest(
    before: bytes, *, number: int, kind: str, entry_id: int, at: datetime, entry_digest: bytes
) -> bytes:
    """What the next link stands on."""
    facts = f"{number}|{kind}|{entry_id}|{at.timestamp():.6f}|"
    return hashlib.sha256(before + facts.encode() + entry_digest).digest()


def first_digest(clinic: Clinic | None) -> bytes:
    """What the first link of a chain stands on: one chain is never taken for another."""
    return hashlib.sha256(f"waymark audit {clinic.pk if clinic else 'operator'}".encode()).digest()


def seal_entries(*, now: datetime, everything: bool = False) -> int:
    """Seals what is not sealed yet, chain after chain; returns how many entries. May run twice or never.

    Looks two days back; `everything` looks at all entries, for what a longer transaction left behind.
    """
    since = datetime.min.replace(tzinfo=now.tzinfo) if everything else now - LOOKS_BACK
    return sum(_seal_chain(clinic, since, now) for clinic in chains())


def _seal_chain(clinic: Clinic | None, since: datetime, now: datetime) -> int:
    sealed = 0
    while True:
        with reading_chain(clinic):
            count = _seal_batch(clinic, since, now)
        sealed += count
        if count < BATCH:
            return sealed


def _seal_batch(clinic: Clinic | None, since: datetime, now: datetime) -> int:
    """One sealer at a time for each chain; the second one then finds nothing left to do."""
    _wait_for_turn(clinic)
    entries = of_chain(UNSEALED, clinic, since, since)
    if not entries:
        return 0
    last = AuditSeal.objects.filter(clinic=clinic).order_by("-number").first()
    number, digest = (last.number, bytes(last.digest)) if last else (0, first_digest(clinic))
    links = []
    for kind, entry_id, entry_digest, _at in entries:
        number += 1
        digest = link_digest(
            digest, number=number, kind=kind, entry_id=entry_id, at=now, entry_digest=bytes(entry_digest)
        )
        links.append((number, kind, entry_id, bytes(entry_digest), digest))
    _append(clinic, links, now)
    return len(links)


def _wait_for_turn(clinic: Clinic | None) -> None:
    with connection.cursor() as cursor:
        name = f"waymark.seal.{clinic.pk if clinic else ''}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def _append(clinic: Clinic | None, links: Sequence[tuple[Any, ...]], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO clinic_auditseal (clinic_id, at, number, kind, entry_id, entry_digest, digest)
            SELECT %s::uuid, %s, *
              FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bytea[], %s::bytea[])
            """,
            [clinic.pk if clinic else None, now, *(list(column) for column in zip(*links, strict=True))],
        )
