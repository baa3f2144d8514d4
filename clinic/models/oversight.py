"""What managers keep about access: who still needs it, and what a leaver left behind."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.people import StaffMember
from clinic.tenancy import ClinicQuerySet, ClinicRecord, same_clinic

REVIEW_EVERY = timedelta(days=90)  # [P] a quarter: leavers and changed roles are found before they are old


class AccessReviewQuerySet(ClinicQuerySet):
    def still_good(self, now: datetime) -> Self:
        return self.filter(reviewed_at__gt=now - REVIEW_EVERY)


class AccessReview(ClinicRecord):
    """A manager went through the list of staff and says that each needs the access they have."""

    reviewed_at = models.DateTimeField(_("reviewed"))
    reviewed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    members = models.PositiveSmallIntegerField(_("active members then"))

    objects = AccessReviewQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-reviewed_at"]
        constraints = [*ClinicRecord.Meta.constraints, same_clinic("reviewed_by")]


class LeaverReport(ClinicRecord):
    """What somebody held on leaving and who has it now. Keys and dates; names are read when shown."""

    member = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    successor = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    made_at = models.DateTimeField(_("made"))
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    login_disabled = models.BooleanField(_("the login was disabled"))
    held = models.JSONField(
        _("held"), help_text=_("Keys of items, patients and programmes; dates of contacts.")
    )

    class Meta(ClinicRecord.Meta):
        ordering = ["-made_at"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("member"),
            same_clinic("successor"),
            same_clinic("made_by"),
        ]
