"""Less to fill in: for a patient whom the questions about pain do more harm than good."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import User
from clinic.tenancy import ClinicRecord, same_clinic
from patients.models import Patient


class LightMode(ClinicRecord):
    """What holds for one patient now; who changed it when, and what held before, stands in the history."""

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="light_mode"
    )
    since = models.DateField(_("light mode since"), null=True, help_text=_("Empty: every question is asked."))
    patient_may_choose = models.BooleanField(_("the patient may choose"), default=False)
    reason = models.CharField(_("why"), max_length=300)
    changed_at = models.DateTimeField(_("changed"))
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta(ClinicRecord.Meta):
        verbose_name = _("light mode")
        verbose_name_plural = _("light modes")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            models.CheckConstraint(condition=~Q(reason=""), name="programmes_lightmode_with_reason"),
        ]
