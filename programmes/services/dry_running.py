"""What a setting would have raised: the nights of the last weeks again, as things were known then."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

import structlog

from clinic.models import Clinic, StaffMember
from programmes.clinical.detection import INFO, KnownFlag, Raise, after, findings, flag_changes
from programmes.clinical.thresholds import Setting, Thresholds, thresholds_for
from programmes.models import ThresholdSetting
from programmes.services.gathering import Subject, subjects_of

log = structlog.stdlib.get_logger(__name__)
WEEKS = 8
LEAD_IN = timedelta(days=14)
"""Nights before the first that counts: what stood already is no new flag."""
Holder = UUID | None


@dataclass
class Counted:
    """What one setting would have raised: new flags, new review items, by clinician and by code."""

    flags: Counter[Holder] = field(default_factory=Counter)
    items: Counter[Holder] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class DryRun:
    """The nights from `first` to `last`, each setting by its name; `names` of those who lead the patients.

    `patients` were judged; for those of `failed` a night could not be done again.
    """

    first: date
    last: date
    counted: dict[str, Counted]
    names: dict[Holder, str]
    patients: int
    failed: int


def dry_run(*, clinic: Clinic, choices: Mapping[str, Setting], last: date, weeks: int = WEEKS) -> DryRun:
    """Judges everybody who runs a programme now for each night up to `last`, once for each setting.

    A patient's own choice goes before the setting. Only what had been received by a night is read in it.
    Nobody takes or closes a flag here: what staff would have closed comes back sooner in truth.
    """
    first = last - timedelta(days=7 * weeks - 1)
    replay = _Replay(choices, _own_settings(clinic))
    day = first - LEAD_IN
    while day <= last:
        for subject in subjects_of(clinic=clinic, on=day):
            replay.judge(subject, day, counts=day >= first)
        day += timedelta(days=1)
    names = {member.pk: member.name for member in StaffMember.objects.for_clinic(clinic)}
    return DryRun(first, last, replay.counted, {**names}, len(replay.patients), len(replay.failed))


def _own_settings(clinic: Clinic) -> dict[UUID, Setting]:
    rows = ThresholdSetting.objects.for_clinic(clinic).exclude(patient=None)
    return {row.patient_id: row.as_setting for row in rows}


class _Replay:
    """The flags of every patient under every setting, as the nights go by."""

    def __init__(self, choices: Mapping[str, Setting], own: Mapping[UUID, Setting]) -> None:
        self.choices, self.own = choices, own
        self.counted = {name: Counted() for name in choices}
        self.flags: dict[tuple[str, UUID], tuple[KnownFlag, ...]] = defaultdict(tuple)
        self.patients: set[UUID] = set()
        self.failed: set[UUID] = set()

    def judge(self, subject: Subject, on: date, *, counts: bool) -> None:
        """One patient's night; a record that makes no diary is counted and left out."""
        patient = subject.programme.patient
        try:
            raised = list(self._raised(subject, on))
        except Exception:
            log.exception("review-of-patient-failed", patient_id=patient.pk)
            self.failed.add(patient.pk)
            return
        if counts:
            self.patients.add(patient.pk)
            for name, codes, opens in raised:
                self._count(self.counted[name], patient.lead_id, codes, opens=opens)

    def _raised(self, subject: Subject, on: date) -> Iterator[tuple[str, list[str], bool]]:
        """For each setting the new codes, and whether they open an item."""
        seen = subject.diary.until(on)
        for name, thresholds in self._thresholds(subject):
            key = (name, subject.programme.patient_id)
            before = self.flags[key]
            changes = flag_changes(findings(seen, on, thresholds), before, seen, on, thresholds)
            self.flags[key] = after(before, changes)
            new = [change for change in changes if isinstance(change, Raise)]
            stood = any(flag.closed_on is None for flag in before)
            opens = not stood and any(change.finding.severity != INFO for change in new)
            yield name, [change.code for change in new], opens

    def _thresholds(self, subject: Subject) -> Iterator[tuple[str, Thresholds]]:
        own = self.own.get(subject.programme.patient_id, Setting())
        for name, setting in self.choices.items():
            yield name, thresholds_for(own.over(setting))

    @staticmethod
    def _count(counted: Counted, holder: Holder, codes: list[str], *, opens: bool) -> None:
        counted.flags[holder] += len(codes)
        counted.items[holder] += opens
        counted.codes.update(codes)
