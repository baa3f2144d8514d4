"""The patient's record in one clinic, what opens it, and who may not."""

from patients.models.data_rights import (
    DataRequest,
    DataRequestQuerySet,
    Erased,
    Erasure,
    RecordExport,
    RequestKind,
    RequestOutcome,
)
from patients.models.handover import PatientHandover
from patients.models.letters import LetterCode, LetterCodeQuerySet, NetworkTries
from patients.models.limits import (
    REASON_LENGTH,
    EmergencyAccess,
    EmergencyAccessQuerySet,
    LimitedRecord,
    LimitedRecordQuerySet,
)
from patients.models.patient import PainSeries, Patient, PatientQuerySet, Units, restricts
from patients.models.privacy import PrivacyAcceptance, PrivacyAcceptanceQuerySet, Via
from patients.models.retention import Decision, RetentionDecision, RetentionDecisionQuerySet
from patients.models.sign_in import SignInCode, SignInCodeQuerySet

__all__ = [
    "DataRequest",
    "DataRequestQuerySet",
    "Decision",
    "Erased",
    "Erasure",
    "LetterCode",
    "LetterCodeQuerySet",
    "NetworkTries",
    "PainSeries",
    "Patient",
    "PatientHandover",
    "PatientQuerySet",
    "PrivacyAcceptance",
    "PrivacyAcceptanceQuerySet",
    "RecordExport",
    "RequestKind",
    "RequestOutcome",
    "REASON_LENGTH",
    "EmergencyAccess",
    "EmergencyAccessQuerySet",
    "LimitedRecord",
    "LimitedRecordQuerySet",
    "RetentionDecision",
    "RetentionDecisionQuerySet",
    "SignInCode",
    "SignInCodeQuerySet",
    "Units",
    "restricts",
    "Via",
]
