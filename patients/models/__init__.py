"""The patient's record in one clinic, and what opens it."""

from patients.models.data_rights import (
    DataRequest,
    DataRequestQuerySet,
    Erased,
    Erasure,
    RecordExport,
    RequestKind,
    RequestOutcome,
)
from patients.models.letters import LetterCode, LetterCodeQuerySet, NetworkTries
from patients.models.patient import PainSeries, Patient, PatientQuerySet, Units
from patients.models.sign_in import SignInCode, SignInCodeQuerySet

__all__ = [
    "DataRequest",
    "DataRequestQuerySet",
    "Erased",
    "Erasure",
    "LetterCode",
    "LetterCodeQuerySet",
    "NetworkTries",
    "PainSeries",
    "Patient",
    "PatientQuerySet",
    "RecordExport",
    "RequestKind",
    "RequestOutcome",
    "SignInCode",
    "SignInCodeQuerySet",
    "Units",
]
