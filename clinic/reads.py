"""Which patients a request has read: noted by the rows themselves, written down by the read log.

Nothing is noted outside a request, so workers and commands pay for a look at an empty variable.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final, Literal

Kind = Literal["page", "list", "export", "api"]
KINDS: Final[tuple[Kind, ...]] = ("page", "list", "export", "api")


class Reads:
    """What one request has read: patients by clinic, and the kind of page when the view named it."""

    def __init__(self) -> None:
        self.patients: dict[Any, set[Any]] = {}
        self.kind: Kind | None = None

    def add(self, clinic_id: Any, patient_id: Any) -> None:
        self.patients.setdefault(clinic_id, set()).add(patient_id)


_open: ContextVar[Reads | None] = ContextVar("waymark_reads", default=None)


@contextmanager
def noting() -> Iterator[Reads]:
    """Until the block ends, every patient whose row is loaded is noted."""
    reads = Reads()
    token = _open.set(reads)
    try:
        yield reads
    finally:
        _open.reset(token)


def note_row(row: Any, patient_column: str) -> None:
    """Called for every clinical row that is loaded. A deferred column stays deferred."""
    reads = _open.get()
    if reads is None:
        return
    loaded = row.__dict__
    patient_id = loaded.get(patient_column)
    if patient_id is not None:
        reads.add(loaded.get("clinic_id"), patient_id)


def note_read(*, clinic_id: Any, patients: Iterable[Any] = (), kind: Kind | None = None) -> None:
    """For pages that show a patient without loading a row: `.values()`, aggregates, SQL, exports.

    Without patients the entry says that the page was read at all: the read log's own pages. Keys may be text.
    """
    reads = _open.get()
    if reads is None:
        return
    reads.patients.setdefault(clinic_id, set()).update(patients)
    reads.kind = kind or reads.kind
