"""A login's browsers."""

from uuid import uuid4

from django.db import transaction

from clinic.models import User


@transaction.atomic
def forget_devices(*, user: User) -> None:
    """Every browser is a stranger to this login from now on (`clinic.devices`)."""
    User.objects.filter(pk=user.pk).update(device_mark=uuid4())
