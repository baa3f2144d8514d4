"""Which privacy text a patient was shown, read or agreed to."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import PrivacyText, TextKind
from clinic.tenancy import ClinicQuerySet, ClinicRecord, one_of, same_clinic
from patients.models.patient import Patient


class Via(models.TextChoices):
    SIGN_IN = "sign-in", _("after signing in")
    PAGE = "page", _("on the notice's own page")


class PrivacyAcceptanceQuerySet(ClinicQuerySet):
    def of_patient(self, patient: Patient) -> Self:
        return self.filter(clinic_id=patient.clinic_id, patient=patient)

    def accepted(self) -> Self:
        return self.filter(accepted_at__isnull=False)

    def consents(self) -> Self:
        """Given and not taken back."""
        return self.accepted().filter(kind=TextKind.CONSENT, withdrawn_at=None)


class PrivacyAcceptance(ClinicRecord):
    """One version of one text was shown to a patient; `accepted_at` is empty until they said so.

    Kind and version repeat the text's: row-level security refuses a row that says otherwise, or names another
    clinic's text. Only a consent is withdrawn, and may then be given anew.
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="privacy_acceptances"
    )
    text = models.ForeignKey(PrivacyText, on_delete=models.PROTECT, related_name="acceptances")
    kind = models.CharField(_("kind"), max_length=7, choices=TextKind.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    via = models.CharField(_("where"), max_length=7, choices=Via.choices)
    shown_at = models.DateTimeField(_("first shown"))
    accepted_at = models.DateTimeField(_("read"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    objects = PrivacyAcceptanceQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-shown_at"]
        verbose_name = _("privacy text shown")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            one_of("kind", TextKind),
            one_of("via", Via),
            models.UniqueConstraint(
                fields=["clinic", "patient", "text"],
                condition=Q(withdrawn_at=None),
                name="patients_privacyacceptance_once",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(accepted_at__gte=F("shown_at")),
                name="patients_privacyacceptance_shown_before_accepted",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None)
                | Q(kind=TextKind.CONSENT, accepted_at__isnull=False, withdrawn_at__gte=F("accepted_at")),
                name="patients_privacyacceptance_only_consent_ends",
            ),
        ]

    @property
    def is_consent(self) -> bool:
        return self.kind == TextKind.CONSENT
