"""The patient's record in one clinic."""

from datetime import date, datetime
from typing import Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Absence, StaffMember, known_time_zone
from clinic.tenancy import ClinicQuerySet, ClinicRecord, one_of, same_clinic, together


def restricts(since: datetime | str | None, until: date | None, day: date) -> bool:
    """Whether a restriction from `since` to `until` (the last day; None: until lifted) holds on that day."""
    return since is not None and (until is None or day <= until)


class PatientQuerySet(ClinicQuerySet):
    def of_user(self, user: object) -> Self:
        """The records this login may open: two clinics, or a couple sharing one address, make several."""
        return self.filter(user=user, discharged_on=None, died_on=None).select_related("clinic")

    def looked_after_by(self, member: StaffMember, day: date) -> Self:
        """Whom this person leads, and whom a colleague leads who is away on that day and covered by them.

        A limited record is among them for its lead alone: the database hides it from everybody else.
        """
        covered = Absence.objects.covered_by(member, day)
        return self.filter(Q(lead=member) | Q(lead__in=covered), clinic_id=member.clinic_id)

    def ended(self) -> Self:
        """Discharged or dead: retention counts."""
        return self.exclude(discharged_on=None, died_on=None)

    def ended_by(self, day: date) -> Self:
        """Care ended on that day or before; death counts before discharge."""
        return self.filter(Q(died_on__lte=day) | Q(died_on=None, discharged_on__lte=day))

    def monitored_on(self, day: date) -> Self:
        """In care on that day: neither discharged nor dead. One definition for rules and lists."""
        return self.filter(
            Q(discharged_on=None) | Q(discharged_on__gt=day), Q(died_on=None) | Q(died_on__gt=day)
        )

    def restricted_on(self, day: date) -> Self:
        """Kept, but not used (UK GDPR Art. 18). The day of `restricted_until` is the last one."""
        unbounded = Q(restricted_until=None) | Q(restricted_until__gte=day)
        return self.filter(unbounded, restricted_at__isnull=False)

    def judged_on(self, day: date) -> Self:
        """Whose record may be used on that day: in care, and not restricted. Reviews and lists ask this."""
        return self.monitored_on(day).exclude(pk__in=self.model.objects.restricted_on(day).values("pk"))


class Units(models.TextChoices):
    KILOMETRES = "km", _("kilometres")
    MILES = "mi", _("miles")


class PainSeries(models.TextChoices):
    """Which answer the trend rules read; fixed per patient, because a switch would look like a change."""

    BEFORE = "before", _("pain before the walk")
    AFTER = "after", _("pain after the walk")


class Patient(ClinicRecord):
    """One clinic's record of one person. The login is optional: without one the pages stay closed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="patient_records",
        verbose_name=_("login"),
    )
    given_name = models.CharField(_("given name"), max_length=80)
    family_name = models.CharField(_("family name"), max_length=80)
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    reference = models.CharField(_("clinic's own number"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    lead = models.ForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="patients",
        verbose_name=_("lead clinician"),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[known_time_zone],
        help_text=_("Empty: the clinic's. Fixes the dates of this patient's walks."),
    )
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        help_text=_("Empty: not asked yet. It counts while the clinic offers it."),
    )
    units = models.CharField(_("units"), max_length=2, choices=Units.choices, default=Units.KILOMETRES)
    pain_series = models.CharField(
        _("pain read for trends"), max_length=6, choices=PainSeries.choices, default=PainSeries.BEFORE
    )
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)
    first_signed_in_at = models.DateTimeField(_("first signed in"), null=True, blank=True, editable=False)
    discharged_on = models.DateField(_("discharged on"), null=True, blank=True)
    discharge_reason = models.CharField(_("discharged because"), max_length=300, blank=True, editable=False)
    died_on = models.DateField(_("died on"), null=True, blank=True)
    kept_reason = models.CharField(
        _("kept back because"), max_length=300, blank=True, editable=False, help_text=_("A legal hold, say.")
    )
    kept_until = models.DateField(_("kept until"), null=True, blank=True, editable=False)
    restricted_at = models.DateTimeField(_("processing restricted"), null=True, blank=True, editable=False)
    restricted_by = models.ForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("restricted by"),
    )
    restricted_reason = models.CharField(_("restricted because"), max_length=300, blank=True, editable=False)
    restricted_until = models.DateField(_("restricted until"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PatientQuerySet.as_manager()
    patient_column = "id"

    class Meta(ClinicRecord.Meta):
        ordering = ["family_name", "given_name"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("lead"),
            same_clinic("restricted_by"),
            one_of("units", Units),
            one_of("pain_series", PainSeries),
            models.CheckConstraint(
                condition=Q(kept_until=None) | ~Q(kept_reason=""), name="patients_patient_kept_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(discharged_on__isnull=False) | Q(discharge_reason=""),
                name="patients_patient_reason_with_discharge",
            ),
            together("restricted_at", "restricted_by", name="restricted_with_person"),
            models.CheckConstraint(
                condition=Q(restricted_at=None, restricted_until=None) | ~Q(restricted_reason=""),
                name="patients_patient_restricted_with_reason",
            ),
            models.UniqueConstraint(
                fields=["clinic", "reference"],
                condition=~Q(reference=""),
                name="patients_patient_reference_once",
            ),
        ]

    def __str__(self) -> str:
        # No name: this ends up in logs.
        return f"Patient {self.pk}"

    @property
    def full_name(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone) if self.time_zone else self.clinic.zone

    def local_date(self, now: datetime) -> date:
        """The patient's own calendar date at that instant."""
        return now.astimezone(self.zone).date()

    def is_monitored(self, day: date) -> bool:
        """The same question as `PatientQuerySet.monitored_on`, for one record."""
        ends = [end for end in (self.discharged_on, self.died_on) if end is not None]
        return all(day < end for end in ends)

    @property
    def is_held(self) -> bool:
        """Whether a legal hold stands: nothing of the record goes, however old it is."""
        return bool(self.kept_reason) and self.kept_until is None

    def is_restricted(self, day: date) -> bool:
        """The same question as `PatientQuerySet.restricted_on`, for one record."""
        return restricts(self.restricted_at, self.restricted_until, day)
