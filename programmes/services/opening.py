"""Opening a clinic: its row, and the shipped templates, so that its first clinician can start."""

from django.db import transaction

from clinic.models import Clinic
from clinic.permissions import Actor, require
from clinic.tenancy import with_rows_in
from programmes.services.library import restore_template_library


@transaction.atomic
def open_clinic(*, clinic: Clinic, by: Actor) -> None:
    """Stores a new clinic with its own copy of the shipped templates. Raises NotAllowed."""
    require(by, "open_clinic")
    clinic.save(force_insert=True)
    with with_rows_in(clinic.pk):
        restore_template_library(clinic=clinic)
