"""Asks the chains whether an entry was changed, removed, put in afterwards, or cut off. Writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from clinic.models import Clinic
from clinic.services.sealing import (
    BATCH,
    HISTORY_DIGEST,
    READ_DIGEST,
    first_digest,
    link_digest,
    of_chain,
    reading_chain,
)

SEALED_WITHIN = timedelta(hours=1)
OUT_OF_ORDER = timedelta(hours=1)  # longer than any transaction: an entry that much older came in later

LINKS = f"""
    SELECT s.number, s.kind, s.entry_id, s.at, s.entry_digest, s.digest,
           CASE s.kind WHEN 'history' THEN {HISTORY_DIGEST} ELSE {READ_DIGEST} END,
           coalesce(h.at, r.at),
           CASE WHEN coalesce(h.id, r.id) IS NULL THEN 'gone'
                WHEN h.id IS NOT NULL AND h.changed IS NULL THEN 'blank'
                WHEN h.digest IS DISTINCT FROM sha256(h.salt || convert_to(h.changed::text, 'UTF8'))
                     AND h.id IS NOT NULL THEN 'altered' ELSE 'whole' END
      FROM clinic_auditseal s
      LEFT JOIN clinic_historyentry h ON s.kind = 'history' AND h.id = s.entry_id
      LEFT JOIN clinic_readentry r ON s.kind = 'read' AND r.id = s.entry_id
     WHERE s.clinic_id {{whose}} AND s.number > %s ORDER BY s.number LIMIT {BATCH}"""  # noqa: S608
ERASED = """
    SELECT CASE table_name WHEN 'clinic_readentry' THEN 'read' ELSE 'history' END,
           jsonb_array_elements(changed->'ids')::bigint
      FROM clinic_historyentry WHERE clinic_id {whose} AND operation = 'erase'"""
NOT_SEALED = """
    SELECT 'history' AS kind, h.id FROM clinic_historyentry h WHERE h.clinic_id {whose} AND h.at < %s
       AND NOT EXISTS (SELECT FROM clinic_auditseal s WHERE s.kind = 'history' AND s.entry_id = h.id)
     UNION ALL
    SELECT 'read', r.id FROM clinic_readentry r WHERE r.clinic_id {whose} AND r.at < %s
       AND NOT EXISTS (SELECT FROM clinic_auditseal s WHERE s.kind = 'read' AND s.entry_id = r.id)
     ORDER BY kind, id"""

Entry = tuple[str, int]  # kind and id


@dataclass
class ChainReport:
    """What one chain says. `head` is its newest link: number and digest."""

    name: str
    head: tuple[int, str]
    links: int = 0
    erased: int = 0
    findings: list[str] = field(default_factory=list)


@dataclass
class _State:
    """Where the reading stands: the last link, and the newest entry seen."""

    number: int
    digest: bytes
    newest: datetime | None = None


def name_of(clinic: Clinic | None) -> str:
    return clinic.slug if clinic else "operator"


def verify_chain(
    *, clinic: Clinic | None, now: datetime, kept: Mapping[int, str] | None = None
) -> ChainReport:
    """Recomputes a whole chain. `kept` are heads noted earlier (number: digest in hex): each must be there.

    The findings name the entry by kind and number, as `history 17` is HistoryEntry 17.
    """
    report = ChainReport(name=name_of(clinic), head=(0, first_digest(clinic).hex()))
    heads = dict(kept or {})
    with reading_chain(clinic):
        erased = {(kind, entry_id) for kind, entry_id in of_chain(ERASED, clinic)}
        state = _State(number=0, digest=first_digest(clinic))
        for link in _links(clinic):
            report.links += 1
            report.findings += _problems(link, state, erased, report)
            if heads.pop(state.number, state.digest.hex()) != state.digest.hex():
                report.findings.append(f"link {state.number} is not the head that was kept: rewritten")
        report.head = (state.number, state.digest.hex())
        report.findings += [f"the chain ends before the kept head {number}: cut off" for number in heads]
        late = now - SEALED_WITHIN
        report.findings += [
            f"{kind} {entry_id} was never sealed"
            for kind, entry_id in of_chain(NOT_SEALED, clinic, late, late)
        ]
    return report


def _links(clinic: Clinic | None) -> Iterator[tuple[Any, ...]]:
    number = 0
    while rows := of_chain(LINKS, clinic, number):
        yield from rows
        number = rows[-1][0]


def _problems(link: tuple[Any, ...], state: _State, erased: set[Entry], report: ChainReport) -> Iterator[str]:
    """What is wrong with one link and its entry; moves the state on."""
    number, kind, entry_id, sealed_at, entry_digest, digest, digest_now, at, content = link
    if number != state.number + 1:
        yield f"links {state.number + 1} to {number - 1} are missing"
    expected = link_digest(
        state.digest,
        number=number,
        kind=kind,
        entry_id=entry_id,
        at=sealed_at,
        entry_digest=bytes(entry_digest),
    )
    if expected != bytes(digest):
        yield f"link {number} ({kind} {entry_id}) does not follow from the one before"
    state.number, state.digest = number, bytes(digest)
    if content in ("gone", "blank") and (kind, entry_id) in erased:
        report.erased += 1
    elif content == "gone":
        yield f"{kind} {entry_id} was removed"
    elif content != "whole" or bytes(digest_now) != bytes(entry_digest):
        yield f"{kind} {entry_id} was changed"
    if at and state.newest and at < state.newest - OUT_OF_ORDER:
        yield f"{kind} {entry_id} was put in afterwards"
    state.newest = max(filter(None, (at, state.newest)), default=None)
