"""Mutants that are no mistake, each with its reason. They are not made; a test finds names that are stale."""

from typing import Final

ONE_CLINIC = (
    "the row named beside it has one clinic, and a composite key holds both together: it is for the index"
)

EQUIVALENT: Final[dict[str, str]] = {
    "programmes/services/plan_reading.py::recent_walks"
    " Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient)"
    " -> Walk.objects.filter(patient=patient)": ONE_CLINIC,
    "programmes/services/plan_reading.py::log_so_far"
    " Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient)"
    " -> Walk.objects.filter(patient=patient)": ONE_CLINIC,
    "programmes/services/plan_reading.py::last_deltas"
    " Walk.objects.filter(clinic_id=walk.clinic_id, patient_id=walk.patient_id)"
    " -> Walk.objects.filter(patient_id=walk.patient_id)": ONE_CLINIC,
    "programmes/services/plan_reading.py::_walks_of"
    " Walk.objects.filter(clinic_id=programme.clinic_id, patient_id=programme.patient_id)"
    " -> Walk.objects.filter(patient_id=programme.patient_id)": ONE_CLINIC,
    "programmes/services/walk_logging.py::_stored_digests"
    " Walk.objects.filter(clinic_id=patient.clinic_id, patient=patient, client_uuid__in=sent)"
    " -> Walk.objects.filter(patient=patient, client_uuid__in=sent)": ONE_CLINIC,
    "programmes/services/walk_logging.py::_same_walk"
    " Walk.objects.get(clinic_id=walk.clinic_id, patient_id=walk.patient_id, client_uuid=walk.cl"
    " -> Walk.objects.get(patient_id=walk.patient_id, client_uuid=walk.client_uuid)": ONE_CLINIC,
    "programmes/services/walk_logging.py::answer_safety_list"
    " Walk.objects.filter(clinic_id=walk.clinic_id, pk=walk.pk, new_symptoms=None)"
    " -> Walk.objects.filter(pk=walk.pk, new_symptoms=None)": ONE_CLINIC,
    "patients/views/walk_log.py::_own_walk"
    " Walk.objects.filter(clinic_id=request.patient.clinic_id, patient=request.patient)"
    " -> Walk.objects.filter(patient=request.patient)": ONE_CLINIC,
}
