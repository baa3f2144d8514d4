"""The clinic behind the sheet, and makers of people in the states that its pages have."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.test import Client

from clinic.languages import SOURCE
from clinic.models import Clinic, PrivacyText, Role, StaffMember
from clinic.services.languages import Approver, record_approval
from patients.models import Patient, Via
from patients.services.privacy import accept_text
from programmes.clinical import grading
from programmes.models import Programme
from programmes.services import prescribing
from tests.factories import NOON, a_checklist, a_clinic, a_patient, a_set_up, a_staff_member, a_walk
from tests.signing_in import sign_in_patient

PAIN = (5, 4, 4, 3, 4, 3, 3, 2, 3, 2, 2)  # before each walk of the first weeks
READER = Approver("Zofia Lis", "KIF 12345", NOON.date())
TODAY = NOON.date()  # Saturday 21 November 2026


def day(back: int) -> date:
    """So many days before today; after it when negative."""
    return TODAY - timedelta(days=back)


@dataclass(frozen=True)
class Walker:
    """A patient, signed in, with a running plan."""

    patient: Patient
    programme: Programme
    client: Client

    def get(self, path: str) -> Any:
        return self.client.get(path, follow=True)

    def post(self, path: str, answers: dict[str, Any] | None = None) -> Any:
        return self.client.post(path, answers or {}, follow=True)

    def walked(self, *days_back: int, **answers: Any) -> "Walker":
        """Walks on these days, the oldest first."""
        for back in sorted(days_back, reverse=True):
            now = {"now": NOON} if back == 0 else {}
            a_walk(self.programme, day(back), **{**now, **answers})
        return self


class World:
    """x."""

    def __init__(self, language: str = SOURCE) -> None:
        self.language = language
        self.clinic: Clinic = a_clinic()
        if language != SOURCE:
            self.offer(language)
        self.clinician: StaffMember = a_staff_member(self.clinic, name="Asha Patel")
        self.manager: StaffMember = a_staff_member(self.clinic, Role.MANAGER, name="Moira Lund")
        self._walking = self._in_week_four()

    def offer(self, *languages: str) -> None:
        """To this clinic's patients, as if somebody had read the safety texts."""
        for language in languages:
            record_approval(language=language, approver=READER, by=None, now=NOON)
        self.clinic.languages = [*self.clinic.languages, *languages]
        self.clinic.save(update_fields=["languages"])

    def visitor(self, **options: Any) -> Client:
        return Client(headers={"accept-language": self.language}, **options)

    def newcomer(self, **fields: Any) -> Patient:
        """Who has read and answered nothing yet."""
        return a_patient(self.clinic, **{"language": self.language, **fields})

    def patient(self, **fields: Any) -> Patient:
        """June Hart, who has read the privacy notice and what comes before the first walk."""
        names = {"given_name": "June", "family_name": "Hart", "lead": self.clinician}
        patient = self.newcomer(**{**names, **fields})
        if patient.user is not None:
            accept_text(patient=patient, text=PrivacyText.objects.get(clinic=None), via=Via.SIGN_IN, now=NOON)
            a_set_up(patient)
        return patient

    def signed_in(self, **fields: Any) -> Client:
        return sign_in_patient(self.visitor(), self.patient(**fields))

    def walker(
        self, *, days_in: int = 26, weeks: int = 12, units: str = "km", note: str = "", **week: Any
    ) -> Walker:
        """On a plan that rises by two minutes a week (or has the week that is given), so many days in."""
        patient = self.patient(units=units)
        rows = [_week(number, week) for number in range(1, weeks + 1)]
        a_checklist(patient, self.clinician)
        programme = prescribing.draft_programme(
            patient=patient,
            baseline=prescribing.Baseline(rows[0].amount, counts=rows[0].counts),
            starts_on=day(days_in),
            weeks=rows,
            template=None,
            rule={},
            by=self.clinician,
            today=min(day(days_in), TODAY),
        )
        if note:
            Programme.objects.filter(pk=programme.pk).update(note_to_patient=note)
        signed = NOON - timedelta(days=max(days_in, 0))
        prescribing.assign_programme(programme=programme, by=self.clinician, now=signed)
        programme.refresh_from_db()
        return Walker(patient, programme, sign_in_patient(self.visitor(), patient))

    def walking(self) -> Walker:
        """In the fourth week, three walks in each so far, the last one the day before yesterday."""
        patient = Patient.objects.get(pk=self._walking.patient_id)
        programme = Programme.objects.get(pk=self._walking.pk)
        return Walker(patient, programme, sign_in_patient(self.visitor(), patient))

    def _in_week_four(self) -> Programme:
        programme = self.walker(note="Flat paths first, please. Wear the shoes we chose.").programme
        for number, back in enumerate((25, 23, 21, 18, 16, 14, 11, 9, 7, 4, 2)):
            before = PAIN[number]
            a_walk(
                programme,
                day(back),
                minutes=10 + 2 * (number // 3),
                pain_before=before,
                pain_after=max(0, before + number % 3 - 1),
                new_symptoms=(),
            )
        return programme


def _week(number: int, given: dict[str, Any]) -> grading.Week:
    rising = grading.Week(number, 3, 8 + 2 * number, 1, grading.EASY, grading.BUILD)
    if not given:
        return rising
    return replace(rising, **({"minutes": 0} if "minutes" not in given else {}), **given)
