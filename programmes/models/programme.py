"""What was prescribed: a programme, its immutable revisions, their weeks, and the pauses."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import (
    DateField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    Value,
)
from django.utils.translation import gettext_lazy as _

from clinic.models import Absence, StaffMember, User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic, together
from patients.models import Patient
from programmes.clinical.course import governing
from programmes.models.template import Counted, ProgrammeTemplate, WeekDose, baseline_in_range


class ProgrammeStatus(models.TextChoices):
    """FHIR request-status codes."""

    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    ON_HOLD = "on-hold", _("on hold")
    COMPLETED = "completed", _("completed")
    REVOKED = "revoked", _("ended early")
    ENTERED_IN_ERROR = "entered-in-error", _("entered in error")


RUNNING = (ProgrammeStatus.ACTIVE, ProgrammeStatus.ON_HOLD)
ENDED = (ProgrammeStatus.COMPLETED, ProgrammeStatus.REVOKED)


class Ending(models.TextChoices):
    COMPLETED = "completed", _("completed")
    DISCHARGED = "discharged", _("discharged")
    DROPPED_OUT = "dropped-out", _("dropped out")
    REFERRED = "referred", _("referred on")


class ProgrammeQuerySet(ClinicQuerySet):
    def running(self) -> Self:
        return self.filter(status__in=RUNNING)

    def assigned(self) -> Self:
        """Signed at some time, whatever became of them."""
        return self.filter(assigned_at__isnull=False)

    def that_may_end_by(self, day: date) -> Self:
        """Those whose last week can be over by that day if every week is done at once; no others can."""
        weeks = ExpressionWrapper(
            (Max("weeks__number") - F("first_week") + 1) * Value(timedelta(days=7)), DurationField()
        )
        ends = ExpressionWrapper(F("in_force_from") + weeks, DateField())
        own = ProgrammeRevision.objects.filter(clinic=OuterRef("clinic"), programme=OuterRef("pk"))
        signed = own.filter(signed_at__isnull=False).annotate(ends=ends)
        return self.filter(Exists(signed.filter(ends__lte=day)))

    def of_patient(self, patient: Patient) -> Self:
        return self.filter(clinic_id=patient.clinic_id, patient=patient)

    def of_clinician(self, member: StaffMember, day: date) -> Self:
        """Those that this person looks after on that day: as clinician of the plan or lead of the patient,
        or as cover of a colleague who is either."""
        own = Q(clinician=member) | Q(patient__lead=member)
        away = Absence.objects.covered_by(member, day)
        covered = Q(clinician__in=away) | Q(patient__lead__in=away)
        return self.filter(own | covered, clinic_id=member.clinic_id)


class Programme(ClinicRecord):
    """One patient's graded walking programme. Its doses stand in revisions, never here."""

    patient = models.ForeignKey(
        Patient,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="programmes",
        verbose_name=_("patient"),
    )
    clinician = models.ForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("clinician"),
    )
    template = models.ForeignKey(
        ProgrammeTemplate,
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="programmes",
        verbose_name=_("template"),
    )
    status = models.CharField(
        _("status"), max_length=16, choices=ProgrammeStatus.choices, default=ProgrammeStatus.DRAFT
    )
    starts_on = models.DateField(_("starts on"))
    counts = models.CharField(
        _("counted in"), max_length=8, choices=Counted.choices, default=Counted.MINUTES
    )  # of the baseline; each week says its own
    baseline = models.PositiveIntegerField(
        _("comfortable baseline"), help_text=_("What this patient walks comfortably now.")
    )
    baseline_is_estimate = models.BooleanField(_("the baseline is an estimate"), default=False)
    irritable = models.BooleanField(_("irritable or fearful: start at 70 %"), default=False)
    goal = models.CharField(_("the patient's goal, in their own words"), max_length=300, blank=True)
    note_to_patient = models.CharField(_("note to the patient"), max_length=300, blank=True)
    assigned_at = models.DateTimeField(_("assigned"), null=True, editable=False)
    assigned_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    ending = models.CharField(_("ending"), max_length=12, choices=Ending.choices, blank=True, editable=False)
    ended_reason = models.CharField(_("ended because"), max_length=300, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-created_at"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("clinician"),
            same_clinic("template"),
            one_of("counts", Counted),
            baseline_in_range("baseline"),
            one_of("status", ProgrammeStatus),
            one_of("ending", Ending, or_blank=True),
            together("assigned_at", "assigned_by", name="assigned_with_person"),
            together("ended_on", "ended_by", name="ended_with_person"),
            models.CheckConstraint(
                condition=Q(status__in=ENDED, ended_on__isnull=False)
                | (~Q(status__in=ENDED) & Q(ended_on__isnull=True)),
                name="programmes_programme_ended_has_date",
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("starts_on")),
                name="programmes_programme_ends_after_start",
                violation_error_message=_("The programme ends before it starts."),
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=False) | Q(ended_reason=""),
                name="programmes_programme_reason_with_end",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[*RUNNING, *ENDED]) | Q(assigned_at__isnull=False),
                name="programmes_programme_running_was_assigned",
            ),
            models.UniqueConstraint(
                fields=["patient"],
                condition=Q(status__in=RUNNING),
                name="programmes_programme_one_running",
                violation_error_message=_("This patient already has a running programme."),
            ),
        ]

    def __str__(self) -> str:
        return f"Programme {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.status == ProgrammeStatus.DRAFT

    @property
    def is_running(self) -> bool:
        return self.status in RUNNING


class RevisionChange(models.TextChoices):
    """What a revision did to the plan before it."""

    FIRST = "first", _("first plan")
    REPEATED = "repeated", _("week repeated")
    STEPPED_BACK = "stepped-back", _("stepped back")
    MOVED_ON = "moved-on", _("moved on")
    REWRITTEN = "rewritten", _("weeks rewritten")
    NEW_TEMPLATE = "new-template", _("another template")


class RevisionQuerySet(ClinicQuerySet):
    def signed(self) -> Self:
        return self.filter(signed_at__isnull=False).order_by("number")

    def in_force(self, on: date) -> Self:
        """Signed revisions that have begun by `on`. The first governs: a later one wins from its day on."""
        return self.signed().filter(in_force_from__lte=on).order_by("-number")

    def made_from(self, template: ProgrammeTemplate) -> Self:
        """Those whose weeks came from this version, also where the plan follows another template now."""
        return self.filter(rule__code=template.code, rule__version=template.version)


class ProgrammeRevision(ClinicRecord):
    """What the clinician prescribed, from a date on. Once signed it never changes (a trigger refuses).

    `first_week` begins on `in_force_from`; when the others do says the course (`programmes.clinical.course`).
    """

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, db_constraint=False, related_name="revisions"
    )
    number = models.PositiveSmallIntegerField(_("revision"))
    in_force_from = models.DateField(_("in force from"))
    first_week = models.PositiveSmallIntegerField(_("first week"), default=1)
    change = models.CharField(
        _("change"), max_length=12, choices=RevisionChange.choices, default=RevisionChange.FIRST
    )
    reason = models.CharField(_("reason"), max_length=300)
    rule = models.JSONField(_("rule it was generated by"), default=dict)
    warning_reason = models.CharField(
        _("why a steep rise is wanted"), max_length=300, blank=True, default=""
    )  # weekly volume over 35 % up: signed only with a reason
    # The return-and-hold rule: what the clinician allows the app to do, each part can be switched off.
    repeats_until_half_done = models.BooleanField(_("a week repeats until half of it is done"), default=True)
    returns_after_gap = models.BooleanField(_("the return dose applies after a gap"), default=True)
    patient_may_repeat = models.BooleanField(_("the patient may repeat a week"), default=True)
    allows_flare_plan = models.BooleanField(_("the flare-up plan is available"), default=True)
    signed_at = models.DateTimeField(_("signed"), null=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = RevisionQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["number"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("programme"),
            in_range("first_week", 1, 104),
            one_of("change", RevisionChange),
            together("signed_at", "signed_by", name="signed_with_person"),
            models.UniqueConstraint(fields=["programme", "number"], name="programmes_revision_number_once"),
        ]

    def __str__(self) -> str:
        return f"revision {self.number} of {self.programme_id}"

    @staticmethod
    def chain(signed: "Iterable[ProgrammeRevision]") -> "list[ProgrammeRevision]":
        """Those that ever govern, in order. One that a later one overtakes before its day never does."""
        return governing(sorted(signed, key=lambda each: each.number))


class ProgrammeWeek(WeekDose):
    """One week of one revision: explicit rows, the rule is kept as provenance only."""

    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, db_constraint=False, related_name="weeks"
    )
    revision = models.ForeignKey(
        ProgrammeRevision, on_delete=models.PROTECT, db_constraint=False, related_name="weeks"
    )

    class Meta(WeekDose.Meta):
        ordering = ["number"]
        constraints = [
            *WeekDose.Meta.constraints,
            same_clinic("programme"),
            same_clinic("revision"),
            models.UniqueConstraint(
                fields=["revision", "number"],
                name="programmes_week_number_once",
                violation_error_message=_("This week is there twice."),
            ),
        ]

    def __str__(self) -> str:
        return f"week {self.number} of revision {self.revision_id}"


class PauseReason(models.TextChoices):
    ILL = "ill", _("ill")
    AWAY = "away", _("away")
    FLARE = "flare", _("flare-up")
    CLINICAL = "clinical", _("clinician's decision")
    OTHER = "other", _("other")


class Pause(ClinicRecord):
    """Reminders and adherence rules rest on these days; safety and pain rules never do."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_constraint=False, related_name="pauses")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, db_constraint=False, related_name="pauses"
    )
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"), help_text=_("The last paused day."))
    reason = models.CharField(_("reason"), max_length=8, choices=PauseReason.choices)
    note = models.CharField(_("in a few words"), max_length=300, blank=True)
    by_patient = models.BooleanField(_("made by the patient"), default=False)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, editable=False, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta(ClinicRecord.Meta):
        ordering = ["from_on"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("programme"),
            one_of("reason", PauseReason),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")),
                name="programmes_pause_ends_after_start",
                violation_error_message=_("The pause ends before it starts."),
            ),
            ExclusionConstraint(
                name="programmes_pause_no_overlap",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    (
                        Func(
                            "from_on",
                            "until_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("This pause lies inside another one."),
            ),
        ]

    def __str__(self) -> str:
        return f"pause {self.from_on}/{self.until_on} of {self.programme_id}"
