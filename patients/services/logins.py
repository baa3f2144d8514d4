"""A login that gets another address does not take along the records that the old one opens (ADR 0035)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from clinic.models import User
from clinic.permissions import Actor, require
from clinic.services.people import save_login
from clinic.tenancy import with_rows_in, with_rows_of
from patients.models import Patient


@transaction.atomic
def keep_login(*, login: User, password: str, by: Actor, now: datetime) -> None:
    """As `save_login`. Under another address the login leaves its patients' records behind.

    They stay with the old address, on a new login that only its mailbox opens: the operator, who writes
    addresses of staff, gets no record by it and does not learn that there is one. Raises NotAllowed.
    """
    require(by, "manage_logins")
    before = User.objects.select_for_update().filter(pk=login.pk).first()
    if before is None or before.email in (None, (login.email or "").strip().lower()):
        save_login(login=login, password=password, by=by, now=now)
        return
    left = _leave_records(before)
    save_login(login=login, password=password, by=by, now=now)
    if left is not None:
        left.email = before.email
        left.save(update_fields=["email"])


def _leave_records(login: User) -> User | None:
    """The login that has the records from now on, still without an address; None where there are none."""
    records = _records_of(login)
    if not records:
        return None
    left = User.objects.create_user(None, is_active=login.is_active)
    for clinic_id, record in records:
        with with_rows_in(clinic_id):
            Patient.objects.filter(clinic=clinic_id, pk=record).update(user=left)
    return left


def _records_of(login: User) -> list[tuple[UUID, UUID]]:
    """Keys alone: nothing is shown, so nothing stands in the read log. Ended care counts as well."""
    with with_rows_of(login.pk):
        return list(Patient.objects.filter(user=login).values_list("clinic_id", "pk"))
