"""The clinic, the people who sign in, the post that leaves, and what was changed and read."""

from clinic.models.absence import Absence, AbsenceQuerySet
from clinic.models.audit import AuditSeal, HistoryEntry, Operation, ReadEntry, ReadKind
from clinic.models.clinic import Clinic, Closure, EmergencyProfile, known_time_zone, monday_to_friday, tel
from clinic.models.going_live import CHECKLIST, GoLiveRecord
from clinic.models.guessing import Guesses, LinkPurpose, PasswordLink
from clinic.models.languages import LanguageDecision, LanguageDecisionQuerySet
from clinic.models.outbox import (
    SENT_AT_MOST_ONCE,
    MessageKind,
    MessageStatus,
    OutboxMessage,
    OutboxQuerySet,
    reminder_key,
)
from clinic.models.oversight import REVIEW_EVERY, AccessReview, AccessReviewQuerySet, LeaverReport
from clinic.models.people import Role, StaffMember, User, UserManager
from clinic.models.privacy import PrivacyText, PrivacyTextQuerySet, TextKind
from clinic.models.sessions import SessionKind, UserSession, UserSessionQuerySet, digest_of_key

__all__ = [
    "SENT_AT_MOST_ONCE",
    "CHECKLIST",
    "Absence",
    "AbsenceQuerySet",
    "AuditSeal",
    "REVIEW_EVERY",
    "AccessReview",
    "AccessReviewQuerySet",
    "LeaverReport",
    "Clinic",
    "Closure",
    "EmergencyProfile",
    "GoLiveRecord",
    "HistoryEntry",
    "LanguageDecision",
    "LanguageDecisionQuerySet",
    "Guesses",
    "LinkPurpose",
    "MessageKind",
    "MessageStatus",
    "Operation",
    "OutboxMessage",
    "OutboxQuerySet",
    "ReadEntry",
    "ReadKind",
    "PasswordLink",
    "PrivacyText",
    "PrivacyTextQuerySet",
    "Role",
    "SessionKind",
    "StaffMember",
    "TextKind",
    "User",
    "UserManager",
    "UserSession",
    "UserSessionQuerySet",
    "digest_of_key",
    "known_time_zone",
    "monday_to_friday",
    "tel",
    "reminder_key",
]
