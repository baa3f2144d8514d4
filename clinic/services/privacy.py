"""Publishing a clinic's own privacy notice."""

from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from clinic.models import Clinic, PrivacyText, StaffMember, TextKind
from clinic.permissions import require


class BeginsInThePast(Exception):
    """A text cannot have been in force before anybody could read it."""


@transaction.atomic
def publish_notice(
    *, title: str, body: str, in_force_from: date, by: StaffMember, today: date
) -> PrivacyText:
    """The clinic's next version; from its date it replaces what held before. It can never be changed.

    Two managers publish one after the other: the clinic's row is locked. Raises
    BeginsInThePast or NotAllowed.
    """
    require(by, "publish_privacy_text")
    if in_force_from < today:
        raise BeginsInThePast
    Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)
    mine = PrivacyText.objects.filter(clinic=by.clinic_id, kind=TextKind.NOTICE)
    newest = mine.filter(language=settings.LANGUAGE_CODE).aggregate(version=Max("version"))["version"]
    return PrivacyText.objects.create(
        clinic_id=by.clinic_id,
        kind=TextKind.NOTICE,
        version=(newest or 0) + 1,
        title=title.strip(),
        body=body.strip(),
        in_force_from=in_force_from,
    )
