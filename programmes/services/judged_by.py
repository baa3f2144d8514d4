"""Which numbers a patient is judged by: the clinic's, or those chosen for this patient."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from clinic.models import Clinic
from programmes.clinical.thresholds import DEFAULTS, Setting, Thresholds, thresholds_for
from programmes.models import ThresholdSetting


@dataclass(frozen=True)
class ThresholdsOf:
    """A clinic's thresholds, and those of patients for whom something else was chosen."""

    clinic: Thresholds = DEFAULTS
    own: Mapping[UUID, Thresholds] = field(default_factory=dict)

    def of(self, patient_id: UUID) -> Thresholds:
        """What this patient is judged by."""
        return self.own.get(patient_id, self.clinic)


def thresholds_of(*, clinic: Clinic, patients: Iterable[UUID]) -> ThresholdsOf:
    """One query, however many patients; `own` holds those who are not judged by the clinic's."""
    rows = list(ThresholdSetting.objects.for_clinic(clinic).that_concern(patients))
    shared = next((row.as_setting for row in rows if row.patient_id is None), Setting())
    own = {row.patient_id: row.as_setting.over(shared) for row in rows if row.patient_id}
    return ThresholdsOf(
        thresholds_for(shared),
        {patient: thresholds_for(setting) for patient, setting in own.items() if setting != shared},
    )
