"""What a clinic signs before its first real patient."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.people import StaffMember
from clinic.tenancy import ClinicRecord, same_clinic

CHECKLIST = ("dpia_done", "duty_tested", "holidays_entered", "staff_trained", "backup_drilled")


class GoLiveRecord(ClinicRecord):
    """The clinic's word that it is ready: signed for one version of the rules, never changed afterwards.

    `Clinic.live_rule_version` repeats the newest one's version, so that every page knows without a query.
    """

    signed_by = models.ForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("signed by"),
    )
    signed_at = models.DateTimeField(_("signed"))
    safety_lead = models.CharField(
        _("clinical safety lead"),
        max_length=120,
        help_text=_("Name and profession of the person who answers for clinical safety."),
    )
    rule_version = models.CharField(_("version of the rules"), max_length=20)
    hazard_log_version = models.CharField(
        _("version of the hazard log"),
        max_length=20,
        help_text=_("The number in docs/clinical-safety/VERSION that the safety lead has read."),
    )
    dpia_done = models.BooleanField(_("The data protection impact assessment is done and signed."))
    duty_tested = models.BooleanField(_("A test mail to the duty address was read by the person on duty."))
    holidays_entered = models.BooleanField(_("Bank holidays and closed days are entered for a year ahead."))
    staff_trained = models.BooleanField(_("Everybody who works with the queue was shown how."))
    backup_drilled = models.BooleanField(_("A backup was restored in a drill, and the drill passed."))
    is_demo = models.BooleanField(_("demonstration only"), default=False)

    class Meta(ClinicRecord.Meta):
        ordering = ["-signed_at"]
        verbose_name = _("going-live record")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("signed_by"),
            models.CheckConstraint(
                condition=Q(**dict.fromkeys(CHECKLIST, True)), name="clinic_goliverecord_all_is_done"
            ),
            models.CheckConstraint(
                condition=~Q(safety_lead="") & ~Q(rule_version="") & ~Q(hazard_log_version=""),
                name="clinic_goliverecord_nothing_is_blank",
            ),
        ]

    def __str__(self) -> str:
        return f"going live {self.pk}"
