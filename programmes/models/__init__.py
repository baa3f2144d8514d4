"""The treatment's nouns: what was prescribed, what was walked, what a rule saw, what staff did about it."""

from programmes.models.checklist import EnrolmentDecision, SafetyChecklist
from programmes.models.flag import Flag, FlagCode, Resolution
from programmes.models.light_mode import LightMode
from programmes.models.overlay import Overlay, OverlayKind
from programmes.models.patient_text import PatientText, Shows, TextCode
from programmes.models.programme import (
    Ending,
    Pause,
    PauseReason,
    Programme,
    ProgrammeRevision,
    ProgrammeStatus,
    ProgrammeWeek,
    RevisionChange,
)
from programmes.models.refused_form import RefusedForm
from programmes.models.review import (
    Channel,
    ContactAttempt,
    ContactResult,
    ItemStatus,
    Outcome,
    ReviewItem,
    Severity,
)
from programmes.models.run import ChangedPatient, ReviewRun, RunStatus
from programmes.models.set_up import HeldBack, Reminder, ReminderWish, SetUp
from programmes.models.template import Counted, Intensity, ProgrammeTemplate, TemplateWeek, WeekKind
from programmes.models.threshold import Sensitivity, ThresholdSetting
from programmes.models.walk import (
    Fall,
    NotWalking,
    Painkillers,
    Reason,
    Settled,
    Source,
    Walk,
    WalkOutcome,
)

__all__ = [
    "ChangedPatient",
    "Channel",
    "ContactAttempt",
    "ContactResult",
    "Counted",
    "Ending",
    "EnrolmentDecision",
    "Fall",
    "Flag",
    "FlagCode",
    "HeldBack",
    "Intensity",
    "ItemStatus",
    "LightMode",
    "NotWalking",
    "Outcome",
    "Overlay",
    "OverlayKind",
    "Painkillers",
    "PatientText",
    "Pause",
    "PauseReason",
    "Programme",
    "ProgrammeRevision",
    "ProgrammeStatus",
    "ProgrammeTemplate",
    "ProgrammeWeek",
    "Reason",
    "RefusedForm",
    "Resolution",
    "Reminder",
    "ReminderWish",
    "ReviewItem",
    "ReviewRun",
    "RevisionChange",
    "RunStatus",
    "SafetyChecklist",
    "Settled",
    "Sensitivity",
    "SetUp",
    "Severity",
    "Shows",
    "Source",
    "TemplateWeek",
    "TextCode",
    "ThresholdSetting",
    "Walk",
    "WalkOutcome",
    "WeekKind",
]
