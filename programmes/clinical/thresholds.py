"""Every clinical number of Waymark, named, with its source beside it.

Source marks: [F] read in the named publication, mostly at abstract level; [M] from memory, check before
quoting; [S] simulated or measured on the detection benchmark in tests/benchmarks/detection; [P] proposal.
No clinician has reviewed these numbers. A clinic turns the knob and changes few of them by hand, within
bounds, for itself or for one patient: see `Setting`, `ADJUSTABLE` and `thresholds_for`.
"""

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import Any, Literal

from programmes.clinical.amounts import DISTANCE, MINUTES, MOST, STEPS

RULE_VERSION = "2026.5"
"""Stored with every finding; changes whenever a rule or a default below changes."""

Sensitivity = Literal["quiet", "balanced", "sensitive"]
BALANCED: Sensitivity = "balanced"


@dataclass(frozen=True, slots=True)
class PainThresholds:
    """When a patient's pain before walking counts as rising, and when it no longer does (NRS points 0-10)."""

    recent_days: tuple[int, ...] = (7, 14)  # the last week, and two weeks for those who walk seldom [S]
    base_days: tuple[int, ...] = (28, 56)  # four weeks; eight weeks catch a slow climb [S]
    min_recent: int = 2  # one bad walk is not a signal: within-person SD is about 1.2 [F Page 2022]
    min_base: tuple[int, ...] = (3, 6)  # reports needed in each base window [S]
    usual_sd: float = (
        1.0  # the spread assumed before a patient has shown their own; median .75 on diaries [S]
    )
    usual_weight: int = 16  # reports that this assumption counts for [S]
    min_raised: int = 2  # recent reports that must each lie that far above: one bad walk never does [P]
    raised_share: float = 0.5  # and half of all recent reports: a few bad days are not a rise [S]
    last_reports: int = 2  # the latest reports whose mean must still lie that far above [S]
    min_rise: float = 1.0  # points; smaller rises are below what a person notices [P]
    z: float = 3.3  # how many standard errors the rise must exceed: the clinic's knob [S]
    z_rarer: float = 2.5  # while walks become rarer: who hurts stops logging [S]
    rarer_share: float = 0.75  # below three quarters of the usual walks [S]
    rarer_days: int = 14  # in the last fortnight [S]
    rarer_base: int = 42  # usual: the six weeks before [S]
    rarer_min_base: int = 4  # days walked in them [S]
    weekly_scores: int = 5  # so few in four weeks: they come about once a week, as in light mode [S]
    weekly_days: int = 21  # three weeks are then read too: one or two scores are little to go by [S]
    z_weekly: float = 2.5  # and so much is enough: who is looked at seldom is seldom wrongly flagged [S]
    relapse_days: int = 21  # the better weeks that an improvement brought [S]
    relapse_gap: int = 14  # they ended so long ago: the days since may be on their way back [S]
    z_relapse: float = 2.0  # standard errors of the improvement, and of its loss [S]
    late_days: int = 7  # a pain score recalled more than a week later does not drive trends [P]
    clear_below: float = 1.0  # points above the frozen reference [P]
    clear_reports: int = 3  # reports on end below it [P]
    clear_days: int = 7  # days from the first to the last of them [P]
    worse_by: float = 1.0  # points above the recent mean of the flag: raised again, or marked worse [P]


@dataclass(frozen=True, slots=True)
class AdherenceThresholds:
    """When a patient's walking counts as dropped against their own habit and against the plan."""

    base_days: int = 42  # own habit: the six weeks before [S]
    recent_days: int = 14  # slowing is judged over two weeks [S]
    min_recent_days: int = 14  # unpaused days under the plan in force before slowing is judged [S]
    pseudo_days: int = 2  # days at a rate of one half that start every habit [S]
    rate_limits: tuple[float, float] = (0.05, 0.97)  # a habit is never taken as never or always [S]
    silence: float = 5.0  # surprise of the silence: days x -ln(1 - rate); 15/9/6/5/5 days at 2-6 a week [S]
    silence_gap: int = 10  # and longer than the own longest gap of the base, as far as that is this long [S]
    silence_days: int = 5  # so that a daily walker is not flagged after a weekend [P]
    silence_walks: float = 3.0  # planned walks that must have gone by [P]
    slowing_ratio: float = 0.7  # recent rate below 70 % of own habit [S]
    slowing_z: float = 0.75  # by this many standard errors [S]
    slowing_plan: float = 0.5  # and on fewer than half of the planned days [S]
    slowing_last: int = 7  # days: at most half of the planned in these too; who is back is not slow [S]
    slowing_min_base: int = 4  # days walked in the base window [S]
    never_days: int = 9  # days without a first log, or after the last of very few [S]
    never_max_logs: int = 3  # up to this many logs count as "hardly started" [S]
    low_days: int = 14  # plan-based line: clinicians think in plans [P]
    low_share: float = (
        0.5  # below half of the planned walks; the average patient does 70 % [F McDonough 2013]
    )
    low_lasting: int = 28  # days in which it must be below half as well, to be a flag [S]
    low_planned: float = 4.0  # planned walks in the window before half of them means anything [P]
    counts_share: float = 0.5  # a walk counts from half of the day's dose [P]
    back_within: float = 0.2  # clears within 20 points of own earlier adherence [P]
    back_share: float = 0.6  # ADHERENCE_LOW clears at 60 % [P]
    back_days: int = 14  # unpaused days after the flag before it may clear; at 7 half-walkers cleared [S]


@dataclass(frozen=True, slots=True)
class FlareThresholds:
    """When a flare-up plan has gone on for too long."""

    days: int = 14  # the length of the overlay T5; not back by then: review [P]


@dataclass(frozen=True, slots=True)
class SilentPainThresholds:
    """When raised pain followed by silence is a finding of its own."""

    reports: int = 2  # the last scores, all of them raised [P]
    above: float = (
        2.0  # points above the four weeks before them: the minimal important change [M Ostelo 2008]
    )
    days: int = 5  # unpaused days without a log [P]
    walks: float = 2.0  # planned walks that went by [P]
    most_days: int = 14  # after that it is silence, and ADHERENCE_DROPPED has said so [P]


@dataclass(frozen=True, slots=True)
class AnswerThresholds:
    """Limits of the flags that read single answers (NRS points 0-10, logs, days)."""

    window: int = 28  # days of answers that these rules read [P]
    severe: int = 8  # pain before walking, on two logs running [P]
    severe_usual: float = 6.0  # above this usual level 8 is no news: [P]
    severe_again: int = 28  # ... at most once in so many days [P]
    severe_calm: int = 2  # logs at 7 or less that clear it [P]
    response_above: int = 5  # pain after, or the worst, above this [P]
    response_rise: int = 2  # and so much above before; the minimal important change [M Ostelo 2008]
    response_walks: int = 2  # of the last three [P]
    response_of: int = 3  # also the fine walks that clear it [P]
    flare_on_end: int = 7  # days of a flare-up on end: amber [P]
    flare_days: int = 10  # or so many in 28; the average is 4.7 [M ISSLS Prize 2021]
    flare_window: int = 28  # days [P]
    limb_logs: int = 2  # of the last three: WalkBack's adverse events were lower-limb [F WalkBack 2024]
    limb_of: int = 3  # also the clean logs that clear it [P]


@dataclass(frozen=True, slots=True)
class PlanThresholds:
    """Limits of the flags that hold the diary against its plan."""

    week_share: float = 1.5  # of the planned amount in 7 days: a quota is floor and ceiling [P]
    day_share: float = 2.0  # of the day's dose [P]
    extra_minutes: int = 10  # and at least so much more; little over a little plan is none [P]
    extra_metres: int = 800  # ten minutes at 80 m a minute [P]
    extra_steps: int = 1000  # ten minutes at 100 steps a minute [P]
    after_days: int = 42  # six weeks in [P]
    after_window: int = 14  # days from then on in which it is said [P]
    ends_days: int = 14  # the first and the last fortnight are compared [P]
    ends_reports: int = 4  # in each [P]
    from_pain: float = 4.0  # who began below has little room to improve [P]
    change: float = 1.0  # points; 30 % is the minimal important change [M Ostelo 2008], we ask for less [P]
    at_once: int = 4  # walks entered together, outside Catch up [P]
    at_once_minutes: float = 10.0  # [P]
    fastest: float = 9.0  # km/h; faster is running or a typing error [P]


@dataclass(frozen=True, slots=True)
class LifecycleThresholds:
    """How flags behave between raising and closing."""

    cool_off_days: int = 7  # quiet after closing, unless worse [P]
    cool_off_lasting: int = 28  # for what lasts by its nature: few of the planned walks, a long flare-up [P]


@dataclass(frozen=True, slots=True)
class GradingRules:
    """Limits of the programme generator; each template's own figures stand in `grading`."""

    max_baseline: int = MOST[MINUTES]
    factor: float = 0.8  # start at 80 % of the baseline [F Australian guideline]
    gentle_factor: float = 0.7  # irritable, fearful or at high risk [F Lambeek 2007]
    step_share: float = 0.15  # of the baseline a week; 10-20 % in the trials [F]
    max_step: int = 5  # minutes a week [P]
    consolidate_every: int = 4  # every fourth week repeats the third [P]
    day_rise_share: float = 0.6  # a day is added once the minutes reach 60 % of the target [P]
    day_rise_gap: int = 3  # weeks between two added days [P]
    bout_from: int = 6  # minutes: two bouts of at least 3 minutes fit from here [P]
    bout_below: int = (
        10  # minutes from which one bout is enough: "start at 10 to 15 minutes" [F Ascenti 2021]
    )
    least_bout: int = 3  # minutes; shorter walks are not asked for [P]
    least_bout_metres: int = 200  # in plans by metres: 3 minutes at an easy pace [P]
    most_bouts: int = 3  # "smaller, more frequent walks" [F Ascenti 2021]; the number is ours [P]
    long_ends_from: int = 20  # minutes from which warm-up and cool-down take 5 each [P]
    long_ends: int = 5  # minutes of warm-up, and of cool-down: 5 to 10 [F Ascenti 2021]
    short_ends: int = 2  # minutes, in shorter walks [P]
    fast_seconds: int = 30  # 30 s fast, 30 s slow [F Ascenti 2021]
    unlock_weeks: int = 2  # weeks at the target before the pace may turn moderate [P]
    metres_unit: int = 50  # distances are told in steps of 50 m, rounded down [P]
    max_step_metres: int = 400  # a week: five minutes at 80 m a minute [P]
    max_metres: int = MOST[DISTANCE]
    max_steps: int = MOST[STEPS]  # a day
    volume_rise: float = 0.35  # weekly volume may rise by this share before a warning [P]
    steps_share: float = 0.10  # of baseline steps a week [F Walk30x5]
    steps_cap: int = 3000  # steps over the baseline [F Walk30x5]
    maintenance_minutes: int = 90  # a week at least, better 150 [P]


@dataclass(frozen=True, slots=True)
class ReturnRules:
    """The signed return-and-hold rule: when a week repeats, and the dose to come back with."""

    half_done: float = 0.5  # of a week's walks before the next week starts: completion, never pain [P]
    complete_share: float = 0.8  # of the day's dose: from here a walk is complete [P]
    repeat_days: int = 7  # full days without a walk: the last walked week again [P]
    reduce_days: int = 14  # from here at 70 % of it [P]
    share: float = 0.7  # the start for irritable patients, 70 % of baseline [F Lambeek 2007]; for gaps [P]
    baseline_days: int = 28  # from here a new baseline with the clinician [P]


@dataclass(frozen=True, slots=True)
class SuggestionRules:
    """The weekly suggestion to the clinician: progress, hold, step back, talk first."""

    days: int = 14  # unpaused days looked at [P]
    min_logs: int = 4  # days walked in them before anything good is said [P]
    walks: float = 0.75  # of the planned walks, to progress [P]; the average is 70 % [F McDonough 2013]
    minutes: float = 0.8  # of the planned minutes, metres or steps, to progress [P]
    untold: float = 0.5  # of the days walked told in another unit; above it no amount is known [P]
    few_walks: float = 0.5  # of the planned walks; below it, talk first [P]
    pain_reports: int = 5  # the latest scores before walking [P]
    min_pain_reports: int = 3  # of them answered, and as many before them [P]
    pain_days: int = 28  # older scores say nothing about now [P]
    pain_hold: float = 1.0  # points above the reference: hold [P]
    pain_back: float = 1.5  # points above the reference: step back, flag or no flag [P]
    settled: float = 0.8  # of the answers "settled by next morning", to progress [P]
    min_settled: int = 3  # such answers [P]
    flare_days: int = 3  # days on end of a flare-up: the flare-up plan [P]
    long_pause: int = 7  # days of a pause after which the first week holds [P]
    missed_for_pain: float = 0.5  # of the reasons given for not walking: talk first [P]
    min_reasons: int = 2  # such reasons [P]


@dataclass(frozen=True, slots=True)
class SavedPageThresholds:
    """Limits of the sentence shown after a walk is saved (NRS points)."""

    act: int = 8  # severe pain: what to do now [P]
    calm: int = 5  # praise only up to here [P]
    worse: int = 2  # after minus before; the change that PAIN_RESPONSE uses [P]
    worse_walks: int = 3  # walks on end that ended much worse [P]
    early_weeks: int = 3  # "common when you start" is said in these weeks only [P]


@dataclass(frozen=True, slots=True)
class WorkloadNumbers:
    """What reviewing costs a clinic; for a warning at enrolment, never a limit."""

    items_a_week: float = 0.15  # review items per running programme: the budget of the flag load [P]
    minutes_an_item: int = 10  # reading, one call, a note; a clinic's own times tell better [P]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a clinic has chosen, or a clinician for one patient; None: not chosen here."""

    sensitivity: Sensitivity | None = None
    pain_rise: float | None = None  # points (`PainThresholds.min_rise`)
    silence_days: int | None = None
    start_days: int | None = None  # days (`AdherenceThresholds.never_days`)
    low_percent: int | None = None  # of the planned walks (`AdherenceThresholds.low_share`)

    def over(self, other: "Setting") -> "Setting":
        """What is chosen here, and the other's where nothing is."""
        return replace(other, **self._chosen())

    def evidence(self) -> dict[str, Any]:
        """Ready for JSON: the knob always, a number where it was changed by hand."""
        return {"sensitivity": BALANCED} | self._chosen()

    def _chosen(self) -> dict[str, Any]:
        chosen = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {name: value for name, value in chosen if value is not None}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a number may be changed by hand, and what was shipped."""

    low: float
    high: float
    shipped: float


ADJUSTABLE: dict[str, Bounds] = {
    # Smaller rises nobody notices [P]; 2 points are the minimal important change [M Ostelo 2008].
    "pain_rise": Bounds(0.5, 2.0, 1.0),
    # A daily walker's weekend is 2 or 3; for a holiday there are pauses [P].
    "silence_days": Bounds(4, 10, 5),
    # Less than a week is a slow start; a fortnight is two plans' weeks that nobody walked [P].
    "start_days": Bounds(5, 14, 9),
    # The average patient does 70 % [F McDonough 2013]: above 60 the average would be flagged [P].
    "low_percent": Bounds(30, 60, 50),
}
"""All that is changed by hand. SAFETY, FALL, CALL_ME, PAIN_SEVERE and PAIN_THEN_SILENT read none of it."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """All numbers the daily review reads, as one value, and the setting that made it."""

    pain: PainThresholds = field(default_factory=PainThresholds)
    adherence: AdherenceThresholds = field(default_factory=AdherenceThresholds)
    flare: FlareThresholds = field(default_factory=FlareThresholds)
    silent_pain: SilentPainThresholds = field(default_factory=SilentPainThresholds)
    answers: AnswerThresholds = field(default_factory=AnswerThresholds)
    plan: PlanThresholds = field(default_factory=PlanThresholds)
    lifecycle: LifecycleThresholds = field(default_factory=LifecycleThresholds)
    setting: Setting = field(default_factory=Setting)


KNOB: dict[Sensitivity, Thresholds] = {
    "quiet": Thresholds(
        pain=PainThresholds(
            z=3.6,  # a third fewer false alarms, two in a hundred rises not found [S]
            z_rarer=2.8,  # the same step where walks become rarer [S]
            z_weekly=2.8,  # where scores come once a week [S]
            z_relapse=2.3,  # and where an improvement is lost [S]
        ),
        adherence=AdherenceThresholds(
            silence=5.5,  # half a unit of surprise more: 16/10/7/5/5 days at 2-6 walks a week [S]
            slowing_z=0.85,  # a tenth of a standard error more; at 1.0 half-walkers are missed [S]
        ),
    ),
    "balanced": Thresholds(),
    "sensitive": Thresholds(
        pain=PainThresholds(
            z=2.8,  # a day sooner, with half as many false alarms again [S]
            z_rarer=2.2,  # a smaller step: it is low already [S]
            z_weekly=2.2,  # the same step [S]
            z_relapse=1.7,  # the same step [S]
        ),
        adherence=AdherenceThresholds(
            silence=4.5,  # half a unit of surprise less: 13/8/6/5/5 days at 2-6 walks a week [S]
            slowing_z=0.5,  # a quarter of a standard error less [S]
        ),
    ),
}
"""The clinic's knob: each position a set of numbers, the same rules."""


@lru_cache(maxsize=4096)
def thresholds_for(setting: Setting) -> Thresholds:
    """The numbers that a setting stands for; ValueError for one that is out of its bounds.

    A flag raised on less than a point also clears below that, or it would end while it holds; ADHERENCE_LOW
    clears ten points above its own line.
    """
    _require_bounds(setting)
    base = KNOB[setting.sensitivity or BALANCED]
    pain, walking = base.pain, base.adherence
    if (rise := setting.pain_rise) is not None:
        pain = replace(pain, min_rise=rise, clear_below=min(rise, pain.clear_below))
    if (low := setting.low_percent) is not None:
        walking = replace(walking, low_share=low / 100, back_share=(low + 10) / 100)
    walking = replace(
        walking,
        silence_days=setting.silence_days or walking.silence_days,
        never_days=setting.start_days or walking.never_days,
    )
    return replace(base, pain=pain, adherence=walking, setting=setting)


def _require_bounds(setting: Setting) -> None:
    for name, bounds in ADJUSTABLE.items():
        value = getattr(setting, name)
        if value is not None and not bounds.low <= value <= bounds.high:
            raise ValueError(f"{name} must be between {bounds.low} and {bounds.high}")


def with_sensitivity(knob: Sensitivity) -> Thresholds:
    """The thresholds of one of the three knob positions. Raises KeyError for any other word."""
    return thresholds_for(Setting(sensitivity=knob))


DEFAULTS = Thresholds()
GRADING = GradingRules()
RETURN = ReturnRules()
SUGGESTION = SuggestionRules()
SAVED_PAGE = SavedPageThresholds()
WORKLOAD = WorkloadNumbers()
