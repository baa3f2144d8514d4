"""One day's findings, the lifecycle that turns them into flags, and the replay of both over a diary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from programmes.clinical import adherence, flaring, pain
from programmes.clinical.diary import DAY, Diary, Finding
from programmes.clinical.rarer import rarer as walks_rarer
from programmes.clinical.thresholds import DEFAULTS, Thresholds

SEVERITIES = ("info", "amber-low", "amber", "amber-high", "urgent")
PATTERNS = ("slowing", "silence", "never_started")


@dataclass(frozen=True, slots=True)
class KnownFlag:
    """A flag as the lifecycle sees it: unresolved (`closed_on` None) or closed a short while ago.

    `evidence` is the newest stored snapshot (that of the raise, or of the last Worsen), `claimed` tells
    whether a member of staff has taken it, `condition_met` is False once "condition no longer met" was noted.
    """

    code: str
    raised_on: date
    evidence: dict[str, Any]
    claimed: bool
    closed_on: date | None
    severity: str
    condition_met: bool = True


@dataclass(frozen=True, slots=True)
class Raise:
    """A new flag."""

    code: str
    on: date
    finding: Finding


@dataclass(frozen=True, slots=True)
class Worsen:
    """The unresolved flag is worse; the finding keeps the reference that was frozen when it was raised."""

    code: str
    on: date
    finding: Finding


@dataclass(frozen=True, slots=True)
class Clear:
    """The unclaimed flag's clearing rule holds: close it."""

    code: str
    on: date


@dataclass(frozen=True, slots=True)
class ConditionNoLongerMet:
    """The claimed flag's clearing rule holds: say so, a person closes it."""

    code: str
    on: date


@dataclass(frozen=True, slots=True)
class ConditionMetAgain:
    """A claimed flag said "no longer met" and the rule has found it again."""

    code: str
    on: date
    finding: Finding


Change = Raise | Worsen | Clear | ConditionNoLongerMet | ConditionMetAgain


@dataclass(frozen=True, slots=True)
class DayResult:
    """What one replayed day brought."""

    on: date
    findings: tuple[Finding, ...]
    changes: tuple[Change, ...]


def findings(diary: Diary, on: date, thresholds: Thresholds = DEFAULTS) -> tuple[Finding, ...]:
    """Return what the rules see on `on`, reading nothing that was walked or received later.

    PAIN_RISING is judged on days that bring a new report, ADHERENCE_DROPPED every day from the start,
    FLARE_OVERDUE every day on which a flare-up plan runs.
    """
    seen = diary.until(on)
    found = []
    if seen.has_news(on) and (rise := _rise(seen, on, thresholds)):
        found.append(Finding("PAIN_RISING", "amber", rise.evidence(thresholds.pain)))
    if drop := adherence.dropped(seen, on, thresholds.adherence):
        found.append(Finding("ADHERENCE_DROPPED", "amber", drop.evidence()))
    if late := flaring.overdue(seen, on, thresholds.flare):
        found.append(Finding("FLARE_OVERDUE", "amber", late.evidence()))
    return tuple(found)


def _rise(seen: Diary, on: date, thresholds: Thresholds) -> pain.PainRise | None:
    rarer = walks_rarer(seen, on, thresholds.pain)
    return pain.rising(seen.reports, on, thresholds.pain, rarer)


def flag_changes(
    found: Sequence[Finding],
    flags: Sequence[KnownFlag],
    diary: Diary,
    on: date,
    thresholds: Thresholds = DEFAULTS,
) -> tuple[Change, ...]:
    """Turn one day's findings and a patient's flags into the changes to store.

    `flags` holds every unresolved flag and those closed within the cool-off (older ones do no harm). One
    unresolved flag per code; quiet for seven days after closing unless worse; a claimed flag is never closed
    from here, and SAFETY never at all.
    """
    seen = diary.until(on)
    by_code = {f.code: f for f in found}
    open_flags = {f.code: f for f in flags if f.closed_on is None}
    changes: list[Change] = []
    for code, finding in by_code.items():
        known = open_flags.get(code)
        change = _met(finding, known, on, thresholds) if known else _raise(finding, flags, on, thresholds)
        changes += [change] if change else []
    for code, flag in open_flags.items():
        if code in by_code or not _over(flag, seen, on, thresholds):
            continue
        if not flag.claimed:
            changes.append(Clear(code, on))
        elif flag.condition_met:
            changes.append(ConditionNoLongerMet(code, on))
    return tuple(changes)


def replay(
    diary: Diary, from_on: date, until_on: date, thresholds: Thresholds = DEFAULTS
) -> Iterator[DayResult]:
    """Walk through the days as the nightly review would have, with nobody claiming or closing flags.

    Every day is judged by `findings` and `flag_changes` on what was known then.
    """
    flags: tuple[KnownFlag, ...] = ()
    day = from_on
    while day <= until_on:
        found = findings(diary, day, thresholds)
        changes = flag_changes(found, flags, diary, day, thresholds)
        flags = after(flags, changes)
        yield DayResult(day, found, changes)
        day += DAY


def after(flags: Sequence[KnownFlag], changes: Sequence[Change]) -> tuple[KnownFlag, ...]:
    """Return the flags as they stand once the changes are stored."""
    held = list(flags)
    for change in changes:
        if isinstance(change, Raise):
            held = [f for f in held if f.code != change.code]
            held.append(
                KnownFlag(
                    change.code, change.on, change.finding.evidence, False, None, change.finding.severity
                )
            )
        else:
            held = [_changed(f, change) if f.code == change.code and f.closed_on is None else f for f in held]
    return tuple(held)


def _changed(flag: KnownFlag, change: Worsen | Clear | ConditionNoLongerMet | ConditionMetAgain) -> KnownFlag:
    """One flag after one change."""
    if isinstance(change, Clear):
        return replace(flag, closed_on=change.on, condition_met=False)
    if isinstance(change, ConditionNoLongerMet):
        return replace(flag, condition_met=False)
    if isinstance(change, ConditionMetAgain):
        return replace(flag, condition_met=True)
    evidence, severity = change.finding.evidence, change.finding.severity
    return replace(flag, evidence=evidence, severity=severity, condition_met=True)


def _raise(finding: Finding, flags: Sequence[KnownFlag], on: date, thresholds: Thresholds) -> Change | None:
    """Raise, unless the same code was closed within the cool-off and this is no worse."""
    quiet = thresholds.lifecycle.cool_off_days * DAY
    recent = [f for f in flags if f.code == finding.code and f.closed_on and on - f.closed_on < quiet]
    if finding.code != "SAFETY" and any(not _worse(finding, f, thresholds) for f in recent):
        return None
    return Raise(finding.code, on, finding)


def _met(finding: Finding, flag: KnownFlag, on: date, thresholds: Thresholds) -> Change | None:
    """The rule holds while its flag is unresolved: note it only if it is worse, or back."""
    if _worse(finding, flag, thresholds):
        evidence = finding.evidence
        if "reference" in flag.evidence:
            evidence = evidence | {"reference": flag.evidence["reference"]}
        return Worsen(finding.code, on, replace(finding, evidence=evidence))
    return None if flag.condition_met else ConditionMetAgain(finding.code, on, finding)


def _worse(finding: Finding, flag: KnownFlag, thresholds: Thresholds) -> bool:
    """Higher severity, a point more pain, or silence after slowing."""
    if SEVERITIES.index(finding.severity) != SEVERITIES.index(flag.severity):
        return SEVERITIES.index(finding.severity) > SEVERITIES.index(flag.severity)
    if finding.code == "PAIN_RISING":
        higher = finding.evidence["mean_recent"] - flag.evidence["mean_recent"]
        return bool(higher >= thresholds.pain.worse_by)
    if finding.code == "ADHERENCE_DROPPED":
        return PATTERNS.index(finding.evidence["pattern"]) > PATTERNS.index(flag.evidence["pattern"])
    return False


def _over(flag: KnownFlag, diary: Diary, on: date, thresholds: Thresholds) -> bool:
    """Whether the flag's clearing rule holds; codes without a rule here never clear themselves."""
    if flag.code == "PAIN_RISING":
        reference = flag.evidence["reference"]
        return not pain.still_raised(reference, diary.reports, flag.raised_on, on, thresholds.pain)
    if flag.code == "FLARE_OVERDUE":
        return not flaring.still_overdue(diary, flag.evidence)
    if flag.code == "ADHERENCE_LOW":
        return not adherence.still_low(diary, flag.raised_on, on, thresholds.adherence)
    if flag.code != "ADHERENCE_DROPPED":
        return False
    if flag.evidence["pattern"] == "never_started":
        return diary.days_walked(flag.raised_on + DAY, on) > 0
    reference = flag.evidence["reference"]
    return not adherence.still_dropped(reference, diary, flag.raised_on, on, thresholds.adherence)
