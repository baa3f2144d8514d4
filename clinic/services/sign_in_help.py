"""What the operator or a clinic's manager does for a colleague who cannot sign in."""

from datetime import datetime

from django.db import transaction

from clinic.models import StaffMember, User
from clinic.permissions import Actor, NotAllowed, Operator, require
from clinic.services.passwords import Address, send_first_link
from clinic.services.second_factor import reset_second_factor


@transaction.atomic
def send_password_link(*, login: User, address: Address, by: Actor, now: datetime) -> None:
    """Mails the colleague a link to choose a password, for 24 hours. Raises NotAllowed."""
    require_colleague(login=login, by=by)
    send_first_link(user=login, address=address, by=by.user, now=now)


@transaction.atomic
def reset_colleagues_factor(*, login: User, reason: str, by: Actor, now: datetime) -> None:
    """Takes a lost second factor away; the colleague reads by mail who did it and why. Raises NotAllowed.

    Not one's own: whoever still gets in changes it on the own page.
    """
    require_colleague(login=login, by=by)
    if login.pk == by.user.pk:
        raise NotAllowed("manage_staff")
    who = by.name if isinstance(by, StaffMember) else (by.user.email or "")
    reset_second_factor(user=login, by=who, reason=reason, now=now)


def require_colleague(*, login: User, by: Actor) -> None:
    """The operator helps every member of staff and operator; a manager those of the own clinic.

    Whoever has left is no colleague: the login may be a patient's, or another clinic's, by now.
    """
    require(by, "manage_staff")
    works = StaffMember.objects.filter(user=login, is_active=True)
    if isinstance(by, Operator):
        helps = login.is_superuser or works.exists()
    else:
        helps = works.for_clinic(by.clinic).exists()
    if not helps:
        raise NotAllowed("manage_staff")
