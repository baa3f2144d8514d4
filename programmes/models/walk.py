"""What the patient reported: a walk, or the reason for not walking."""

from datetime import date, datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.models import User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic
from patients.models import PainSeries, Patient
from programmes.clinical.amounts import Target, Walked
from programmes.models.programme import Programme, ProgrammeRevision
from programmes.models.template import Intensity

CHANGEABLE_FOR = timedelta(hours=48)  # by the patient who entered it [P]


class WalkOutcome(models.TextChoices):
    DONE = "done", _("as planned")
    SHORTENED = "shortened", _("shorter than planned")
    EXTRA = "extra", _("an extra walk")


class Settled(models.TextChoices):
    """About the walk before this one."""

    YES = "yes", _("yes")
    NO = "no", _("no")
    NOT_SURE = "not-sure", _("not sure")


class Fall(models.TextChoices):
    NONE = "none", _("no")
    NEAR = "near", _("nearly fell")
    FALL = "fall", _("fell, not hurt")
    INJURY = "injury", _("fell and was hurt")


class Painkillers(models.TextChoices):
    MORE = "more", _("more than usual")
    SAME = "same", _("the same")
    LESS = "less", _("less than usual")


class Reason(models.TextChoices):
    """Why a walk was short or did not happen."""

    PAIN = "pain", _("too sore")
    FEAR = "fear", _("worried it would do harm")
    TIME = "time", _("no time")
    ILLNESS = "illness", _("not well")
    WEATHER = "weather", _("the weather")
    MOOD = "mood", _("low mood")
    WORK_OR_CARE = "work-or-care", _("work or caring for somebody")
    AWAY = "away", _("away from home")
    OTHER = "other", _("something else")


class Source(models.TextChoices):
    PATIENT = "patient", _("the patient")
    STAFF = "staff", _("staff for the patient")
    PAPER = "paper", _("paper diary")
    IMPORT = "import", _("import")


NOT_FINE = (
    Q(pain_before__gte=8)
    | Q(pain_after__gt=5)
    | Q(pain_worst__gt=5)
    | Q(settled=Settled.NO)
    | Q(flare=True)
    | Q(limb_problem=True)
    | Q(fall__in=[Fall.NEAR, Fall.FALL])
)
"""Answers about a single walk that a rule may speak on; `services.screening` has the same words in SQL."""


class WalkQuerySet(ClinicQuerySet):
    def between(self, first: date, last: date) -> Self:
        return self.filter(walked_on__gte=first, walked_on__lte=last)

    def valid(self) -> Self:
        return self.filter(entered_in_error=False)

    def with_first_at(self) -> Self:
        """Annotates `first_at`: when the walk's first version came in."""
        return self.annotate(first_at=Coalesce("corrects__received_at", "received_at"))

    def changeable(self, now: datetime) -> Self:
        """The patient's own entries of which the first version came in within the last 48 hours."""
        own = self.valid().filter(source=Source.PATIENT).with_first_at()
        return own.filter(first_at__gt=now - CHANGEABLE_FOR)

    def with_list_answered_on(self) -> Self:
        """Annotates `list_answered_on`: the clinic's date; None without an answer.

        A version that its patient changed carries the answers on: the first version that has any counts.
        """
        answered = Walk.objects.filter(new_symptoms__isnull=False).order_by("received_on")
        first = Q(pk=OuterRef("corrects")) | Q(corrects=OuterRef("corrects"))
        return self.annotate(
            list_answered_on=Case(
                When(new_symptoms=None, then=None),
                When(corrects=None, then=F("received_on")),
                default=Subquery(answered.filter(first).values("received_on")[:1]),
            )
        )

    def with_trend_pain(self) -> Self:
        """Annotates `trend_pain`: the answer that this patient's trend rules read."""
        return self.annotate(
            trend_pain=Case(
                When(patient__pain_series=PainSeries.AFTER, then=F("pain_after")),
                default=F("pain_before"),
                output_field=models.Field(),  # as the driver gives it: no call of a converter for each row
            )
        )


class Walk(ClinicRecord):
    """Something walked: minutes, steps or metres, one of them at least, never zero minutes.

    NULL means "not asked or not answered", never zero.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, db_constraint=False, related_name="walks")
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="walks"
    )
    client_uuid = models.UUIDField(default=uuid7, editable=False)
    entry_digest = models.CharField(max_length=64, editable=False)

    # When: the patient's own date and zone fix the day; both clocks are kept.
    walked_on = models.DateField(_("walked on"))
    started_at_local = models.TimeField(_("started at"), null=True, blank=True)
    time_zone = models.CharField(max_length=64)
    recorded_at = models.DateTimeField(_("recorded on the device"), null=True)
    received_at = models.DateTimeField(_("received"))
    received_on = models.DateField(_("received on"), help_text=_("The clinic's date when it arrived."))

    # What.
    outcome = models.CharField(
        _("outcome"), max_length=9, choices=WalkOutcome.choices, default=WalkOutcome.DONE
    )
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)
    bouts = models.PositiveSmallIntegerField(_("walks"), default=1)
    distance_m = models.PositiveIntegerField(_("metres"), null=True, blank=True)
    steps = models.PositiveIntegerField(_("steps"), null=True, blank=True)
    intensity = models.CharField(_("how hard"), max_length=8, choices=Intensity.choices, blank=True)
    effort = models.PositiveSmallIntegerField(_("effort 0-10"), null=True, blank=True)

    # How the back felt: a number, or "not sure", or unanswered.
    pain_before = models.PositiveSmallIntegerField(_("pain before"), null=True, blank=True)
    pain_before_not_sure = models.BooleanField(default=False)
    pain_worst = models.PositiveSmallIntegerField(_("worst pain"), null=True, blank=True)
    pain_after = models.PositiveSmallIntegerField(_("pain after"), null=True, blank=True)
    pain_after_not_sure = models.BooleanField(default=False)
    settled = models.CharField(_("settled next morning"), max_length=8, choices=Settled.choices, blank=True)
    flare = models.BooleanField(_("flare-up"), null=True, blank=True)
    limb_problem = models.BooleanField(_("leg or foot problem"), null=True, blank=True)
    fall = models.CharField(_("fall"), max_length=6, choices=Fall.choices, blank=True)
    # NULL: the list was not shown; empty: "none of these".
    new_symptoms = ArrayField(
        models.CharField(max_length=32), verbose_name=_("new symptoms"), null=True, blank=True
    )
    safety_text_version = models.CharField(max_length=20, blank=True)
    reason_short = models.CharField(_("why it was short"), max_length=12, choices=Reason.choices, blank=True)
    confidence = models.PositiveSmallIntegerField(_("confidence 0-10"), null=True, blank=True)
    painkillers = models.CharField(_("painkillers"), max_length=4, choices=Painkillers.choices, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    # Provenance.
    source = models.CharField(max_length=7, choices=Source.choices, default=Source.PATIENT)
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    recalled = models.BooleanField(_("recalled later"), default=False)
    layout_version = models.PositiveSmallIntegerField(default=1)
    entered_in_error = models.BooleanField(_("entered in error"), default=False)
    error_reason = models.CharField(_("why it is in error"), max_length=300, blank=True)
    # The first version of a walk that its patient changed; of all its versions one is valid at most.
    corrects = models.ForeignKey(
        "self", on_delete=models.PROTECT, db_constraint=False, null=True, editable=False, related_name="+"
    )

    # The target of that day, copied for display; adherence is computed from the revision in force.
    target_revision = models.ForeignKey(
        ProgrammeRevision, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    target_week = models.PositiveSmallIntegerField(null=True)
    target_minutes = models.PositiveSmallIntegerField(null=True)
    target_steps = models.PositiveIntegerField(null=True)
    target_distance_m = models.PositiveIntegerField(null=True)

    objects = WalkQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["walked_on", "received_at"]
        indexes = [
            # Covers the review's window scan without a heap visit (clinic_id is there for the row policy).
            models.Index(
                fields=["patient", "walked_on"],
                include=[
                    "clinic",
                    "pain_before",
                    "pain_after",
                    "minutes",
                    "steps",
                    "distance_m",
                    "received_on",
                    "entered_in_error",
                ],
                name="programmes_walk_window",
            ),
            # One clinic's fortnight lies together: the night's screen passes over it once.
            models.Index(
                fields=["clinic", "walked_on"],
                include=["patient", "received_on", "minutes", "steps", "distance_m", "entered_in_error"],
                name="programmes_walk_day",
            ),
            # Who sent something in on a day, however old the walk.
            models.Index(fields=["clinic", "received_on"], include=["patient"], name="programmes_walk_came"),
            # The few answers that are no plain "fine".
            models.Index(
                fields=["patient", "walked_on"], condition=NOT_FINE, name="programmes_walk_not_fine"
            ),
        ]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("programme"),
            same_clinic("target_revision"),
            same_clinic("corrects"),
            models.UniqueConstraint(fields=["patient", "client_uuid"], name="programmes_walk_saved_once"),
            models.UniqueConstraint(
                fields=["corrects"],
                condition=Q(entered_in_error=False),
                name="programmes_walk_one_valid_version",
            ),
            in_range("minutes", 1, 300),
            in_range("bouts", 1, 10),
            in_range("distance_m", 0, 40_000),
            in_range("steps", 0, 60_000),
            in_range("effort", 0, 10),
            in_range("pain_before", 0, 10),
            in_range("pain_worst", 0, 10),
            in_range("pain_after", 0, 10),
            in_range("confidence", 0, 10),
            one_of("outcome", WalkOutcome),
            one_of("intensity", Intensity, or_blank=True),
            one_of("settled", Settled, or_blank=True),
            one_of("fall", Fall, or_blank=True),
            one_of("reason_short", Reason, or_blank=True),
            one_of("painkillers", Painkillers, or_blank=True),
            one_of("source", Source),
            models.CheckConstraint(
                condition=Q(pain_before_not_sure=False) | Q(pain_before__isnull=True),
                name="programmes_walk_pain_before_number_or_not_sure",
            ),
            models.CheckConstraint(
                condition=Q(pain_after_not_sure=False) | Q(pain_after__isnull=True),
                name="programmes_walk_pain_after_number_or_not_sure",
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=False) | Q(steps__isnull=False) | Q(distance_m__isnull=False),
                name="programmes_walk_tells_how_much",
                violation_error_message=_("Enter minutes, metres or steps."),
            ),
            models.CheckConstraint(
                condition=Q(received_on__gte=F("walked_on")), name="programmes_walk_not_from_the_future"
            ),
        ]

    def __str__(self) -> str:
        return f"Walk {self.pk}"

    @property
    def walked(self) -> Walked:
        """How much, in every unit that was told."""
        return Walked(self.minutes, self.steps, self.distance_m)

    @property
    def target(self) -> Target:
        """What the plan asked for on that day; nothing outside a plan."""
        return Target(self.target_minutes or 0, self.target_steps, self.target_distance_m)


class NotWalking(ClinicRecord):
    """The patient told why there is no walk on these days."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="not_walking"
    )
    client_uuid = models.UUIDField(null=True, editable=False)  # NULL: not from the patient's form
    from_on = models.DateField(_("from"))
    until_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices)
    pain_now = models.PositiveSmallIntegerField(_("pain now"), null=True, blank=True)
    pain_not_sure = models.BooleanField(default=False)
    new_symptoms = ArrayField(models.CharField(max_length=32), null=True, blank=True)
    safety_text_version = models.CharField(max_length=20, blank=True)
    flag = models.ForeignKey(
        "programmes.Flag",
        on_delete=models.PROTECT,
        db_constraint=False,
        null=True,
        editable=False,
        related_name="+",
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("received"))
    source = models.CharField(max_length=7, choices=Source.choices, default=Source.PATIENT)
    entered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )

    class Meta(ClinicRecord.Meta):
        ordering = ["from_on"]
        verbose_name = _("reason for not walking")
        verbose_name_plural = _("reasons for not walking")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("flag"),
            in_range("pain_now", 0, 10),
            one_of("reason", Reason),
            models.UniqueConstraint(
                fields=["patient", "client_uuid"], name="programmes_notwalking_saved_once"
            ),
            models.CheckConstraint(
                condition=Q(pain_not_sure=False) | Q(pain_now__isnull=True),
                name="programmes_notwalking_pain_number_or_not_sure",
            ),
            one_of("source", Source),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="programmes_notwalking_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"not walking {self.from_on}/{self.until_on} {self.patient_id}"
