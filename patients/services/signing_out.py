"""Signed out: everywhere at once, because a phone is lost or care has ended."""

from datetime import datetime

from django.db import transaction

from clinic.models import StaffMember, User
from clinic.permissions import require
from clinic.services.logins import forget_devices
from clinic.services.sessions import end_all_sessions
from patients.models import LetterCode, Patient, SignInCode


@transaction.atomic
def sign_out_everywhere(*, user: User, now: datetime) -> None:
    """Ends every session of the login; what is mailed or printed and not yet used opens nothing any more.

    The browsers are strangers from now on: a lost phone has no guesses of its own.
    """
    end_all_sessions(of=user)
    forget_devices(user=user)
    for kind in (SignInCode, LetterCode):
        kind.objects.filter(user=user, used_at=None, voided_at=None).update(voided_at=now)


@transaction.atomic
def sign_out_patient(*, patient: Patient, by: StaffMember, now: datetime) -> None:
    """The clinic does it: the patient called and the phone is lost. Raises NotAllowed.

    The login may open another clinic's record, or a partner's: those sign in again too.
    """
    require(by, "sign_out_patient", clinic_id=patient.clinic_id)
    if patient.user is not None:
        sign_out_everywhere(user=patient.user, now=now)
