"""One day's findings, the lifecycle that turns them into flags, and the replay of both over a diary."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from programmes.clinical import adherence, against_plan, answering, flaring, pain
from programmes.clinical.clearing import is_over
from programmes.clinical.diary import DAY, Diary, Finding
from programmes.clinical.rarer import rarer as walks_rarer
from programmes.clinical.silent_pain import pain_then_silent
from programmes.clinical.thresholds import DEFAULTS, Thresholds

INFO = "info"
SEVERITIES = (INFO, "amber-low", "amber", "amber-high", "urgent")
ALWAYS = ("SAFETY", "FALL")
LASTING = ("ADHERENCE_LOW", "FLARE", "NOT_IMPROVING")
LASTS = ("ADHERENCE_DROPPED", "ADHERENCE_LOW", "NOT_STARTED", "NOT_IMPROVING", "OVERDOING")
FAMILIES = (
    {"PAIN_RISING", "PAIN_SEVERE", "PAIN_RESPONSE", "FLARE"},
    {"ADHERENCE_DROPPED", "ADHERENCE_LOW", "NOT_STARTED"},
)
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

    What patients report is judged on days that bring something new; what they do not do, every day.
    """
    seen = diary.until(on)
    found = [
        *answering.from_answers(seen, on, thresholds),
        *_pain(seen, on, thresholds),
        *_walking(seen, on, thresholds),
        flaring.flagged(seen, on, thresholds.flare),
        against_plan.not_improving(seen, on, thresholds),
    ]
    kept = [finding for finding in found if finding is not None]
    kept += _entries(seen, on, thresholds, {finding.code for finding in kept})
    return tuple(_with_setting(finding, thresholds) for finding in kept)


def _with_setting(finding: Finding, thresholds: Thresholds) -> Finding:
    """The evidence says which setting it was judged by; the numbers that decided stand in it as `limits`."""
    return replace(finding, evidence=finding.evidence | {"setting": thresholds.setting.evidence()})


def _pain(seen: Diary, on: date, thresholds: Thresholds) -> Iterator[Finding | None]:
    yield pain_then_silent(seen, on, thresholds)
    if not seen.has_news(on):
        return
    rarer = walks_rarer(seen, on, thresholds.pain)
    if rise := pain.rising(seen.reports, on, thresholds.pain, rarer):
        yield Finding("PAIN_RISING", "amber", rise.evidence(thresholds.pain))


def _walking(seen: Diary, on: date, thresholds: Thresholds) -> Iterator[Finding]:
    """Not started, or dropped, or low against the plan: one a day, the others hold the plan's line."""
    drop = adherence.dropped(seen, on, thresholds.adherence)
    if drop is None:
        if share := adherence.low(seen, on, thresholds.adherence):
            yield Finding("ADHERENCE_LOW", "amber", adherence.low_evidence(share, thresholds.adherence))
    elif drop.pattern == "never_started":
        yield Finding("NOT_STARTED", "amber-low", drop.evidence())
    else:
        yield Finding("ADHERENCE_DROPPED", "amber", drop.evidence())


def _entries(seen: Diary, on: date, thresholds: Thresholds, codes: set[str]) -> Iterator[Finding]:
    """What new walks show beside the plan, and whether they can be right."""
    if not seen.has_news(on):
        return
    hurts = "PAIN_RESPONSE" in codes
    if much := against_plan.overdoing(seen, on, thresholds, hurts=hurts):
        yield much
    if odd := against_plan.data_quality(seen, on, thresholds):
        yield odd


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
    from here, and SAFETY never at all. What is only for information stands beside another flag or not at all.
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
        over = is_over(code, flag.evidence, seen, flag.raised_on, on, thresholds)
        if code in by_code or not over:
            continue
        if not flag.claimed:
            changes.append(Clear(code, on))
        elif flag.condition_met:
            changes.append(ConditionNoLongerMet(code, on))
    return tuple(_beside_others(changes, open_flags, on))


def _beside_others(changes: list[Change], flags: dict[str, KnownFlag], on: date) -> Iterator[Change]:
    """What is only for information stands beside a review prompt: it opens none, and keeps none open."""
    cleared = {change.code for change in changes if isinstance(change, Clear)}
    worse = {change.code: change.finding.severity for change in changes if isinstance(change, Raise | Worsen)}
    severities = {code: flag.severity for code, flag in flags.items() if code not in cleared} | worse
    prompts = any(severity != INFO for severity in severities.values())
    for change in sorted(changes, key=lambda change: worse.get(change.code) == INFO):
        if prompts or not (isinstance(change, Raise) and change.finding.severity == INFO):
            yield change
    if prompts or not cleared:
        return
    yield from (
        Clear(code, on)
        for code, flag in flags.items()
        if flag.severity == INFO and not flag.claimed and code not in cleared
    )


def replay(
    diary: Diary, from_on: date, until_on: date, thresholds: Thresholds = DEFAULTS
) -> Iterator[DayResult]:
    """Walk through the days as the nightly review would have, with nobody claiming or closing flags.

    Every day is judged by `findings` and `flag_changes` on what was known then.
    """
    flags: tuple[KnownFlag, ...] = ()
    day = from_on
    while day <= until_on:
        seen = diary.until(day)
        found = findings(seen, day, thresholds)
        changes = flag_changes(found, flags, seen, day, thresholds)
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
    """Raise, unless something like it was closed within the cool-off and this is no worse."""
    closed = [flag for flag in flags if flag.closed_on and _quietens(flag, finding, on, thresholds)]
    if finding.code not in ALWAYS and any(not _worse(finding, flag, thresholds) for flag in closed):
        return None
    return Raise(finding.code, on, finding)


def _quietens(flag: KnownFlag, finding: Finding, on: date, thresholds: Thresholds) -> bool:
    """Whether having closed this flag lets such a finding wait.

    The same code does; so does another that speaks of the same, for who looked at the pain yesterday has seen
    it; and what is still there next week waits for any.
    """
    if flag.closed_on is None:
        return False
    limits, days = thresholds.lifecycle, (on - flag.closed_on).days
    if flag.code == finding.code:
        return days < (limits.cool_off_lasting if flag.code in LASTING else limits.cool_off_days)
    kin = finding.code in LASTS or any({flag.code, finding.code} <= family for family in FAMILIES)
    return kin and days < limits.cool_off_days


def _met(finding: Finding, flag: KnownFlag, on: date, thresholds: Thresholds) -> Change | None:
    """The rule holds while its flag is unresolved: note it only if it is worse, or back."""
    if _worse(finding, flag, thresholds):
        evidence = finding.evidence
        if "reference" in flag.evidence:
            evidence = evidence | {"reference": flag.evidence["reference"]}
        return Worsen(finding.code, on, replace(finding, evidence=evidence))
    return None if flag.condition_met else ConditionMetAgain(finding.code, on, finding)


def _worse(finding: Finding, flag: KnownFlag, thresholds: Thresholds) -> bool:
    """Higher severity, a point more pain, silence after slowing, another fall."""
    if SEVERITIES.index(finding.severity) != SEVERITIES.index(flag.severity):
        return SEVERITIES.index(finding.severity) > SEVERITIES.index(flag.severity)
    if finding.code != flag.code:
        return False
    if finding.code == "PAIN_RISING":
        higher = finding.evidence["mean_recent"] - flag.evidence["mean_recent"]
        return bool(higher >= thresholds.pain.worse_by)
    if finding.code == "ADHERENCE_DROPPED":
        return PATTERNS.index(finding.evidence["pattern"]) > PATTERNS.index(flag.evidence["pattern"])
    if finding.code == "FALL":
        return bool(finding.evidence["fell_on"] > flag.evidence["fell_on"])
    return False
