"""Mutants that are no mistake, each with its reason. They are not made; a test finds names that are stale."""

from typing import Final

CHANGES = "who may change a patient's record sees it"

EQUIVALENT: Final[dict[str, str]] = {
    "clinic/permissions.py::VERBS.see_patient EVERYBODY -> (EVERYBODY - {CLINICIAN})": CHANGES,
    "clinic/permissions.py::VERBS.see_patient EVERYBODY -> (EVERYBODY - {MANAGER})": CHANGES,
}
