"""What a patient chose when setting up, and the reminders that follow from it."""

from datetime import datetime, time
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Func, OuterRef, Q, Subquery
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from clinic.models import OutboxMessage, reminder_key
from clinic.tenancy import ClinicQuerySet, ClinicRecord, one_of, same_clinic, together
from patients.models import Patient


class ReminderWish(models.TextChoices):
    """The words of `programmes.clinical.reminding.Wish`."""

    NONE = "none", _("no reminders")
    WALKING_DAYS = "walking-days", _("on walking days")
    WEEKLY = "weekly", _("once a week")


class HeldBack(models.TextChoices):
    """The words of `programmes.clinical.reminding.Because`."""

    LATE = "late", _("the day was over")
    WALKED = "walked", _("a walk was logged")
    TOLD_WHY = "told-why", _("the patient said why there is no walk")
    RESTS = "rests", _("the plan asks for no walk now")
    WORKED_ON = "worked-on", _("staff are looking at the patient")
    ENOUGH = "enough", _("enough reminders this week")
    NO_ADDRESS = "no-address", _("no e-mail address")
    CAME_BACK = "came-back", _("the last mail came back")


class SetUpQuerySet(ClinicQuerySet):
    def due(self, now: datetime) -> Self:
        return self.filter(next_due_at__lte=now).order_by("next_due_at")


class SetUp(ClinicRecord):
    """A patient's own choices: days and time to walk, reminders, and the "before you start" page.

    An answer that was not given yet is NULL or "". `next_due_at` follows from days, time and wish, and is
    stored so that the minute's tick asks an index and not every patient.
    """

    patient = models.OneToOneField(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="set_up"
    )
    walking_days = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("walking days"), null=True)
    walks_at = models.TimeField(_("walks at"), null=True)
    wish = models.CharField(_("reminders"), max_length=12, choices=ReminderWish.choices, blank=True)
    next_due_at = models.DateTimeField(_("next reminder"), null=True)
    before_version = models.CharField(_("“before you start”, version"), max_length=20, blank=True)
    before_read_at = models.DateTimeField(_("“before you start” read"), null=True)
    changed_at = models.DateTimeField(_("changed"))

    objects = SetUpQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        verbose_name = _("own choices of a patient")
        verbose_name_plural = _("own choices of patients")
        indexes = [
            models.Index(
                fields=["clinic", "next_due_at"],
                condition=Q(next_due_at__isnull=False),
                name="programmes_setup_due",
            )
        ]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            one_of("wish", ReminderWish, or_blank=True),
            together("walking_days", "walks_at", name="days_with_time"),
            models.CheckConstraint(
                condition=Q(walking_days=None)
                | Q(walking_days__contained_by=[1, 2, 3, 4, 5, 6, 7], walking_days__len__gte=1),
                name="programmes_setup_days_of_a_week",
            ),
            models.CheckConstraint(
                condition=Q(walks_at=None) | Q(walks_at__gte=time(8), walks_at__lt=time(20)),
                name="programmes_setup_quiet_hours",
            ),
            models.CheckConstraint(
                condition=Q(next_due_at=None)
                | Q(walks_at__isnull=False, wish__in=[ReminderWish.WALKING_DAYS, ReminderWish.WEEKLY]),
                name="programmes_setup_due_as_wished",
            ),
            models.CheckConstraint(
                condition=Q(before_version="", before_read_at=None)
                | ~Q(before_version="") & Q(before_read_at__isnull=False),
                name="programmes_setup_read_with_version",
            ),
        ]


class ReminderQuerySet(ClinicQuerySet):
    def attempts(self) -> Self:
        """Those for which a mail was written, whatever became of it."""
        return self.filter(held_back="")

    def with_delivery(self) -> Self:
        """Annotates `delivery` (a MessageStatus; NULL once the post is cleared away) and `came_back_at`."""
        day = Func(OuterRef("on"), models.Value("YYYY-MM-DD"), function="to_char")
        patient = Cast(OuterRef("patient_id"), models.CharField())
        begins, between = models.Value("reminder:"), models.Value(":")
        key = Concat(begins, patient, between, day, output_field=models.CharField())
        post = OutboxMessage.objects.filter(key=key)
        return self.annotate(
            delivery=Subquery(post.values("status")[:1]),
            came_back_at=Subquery(post.values("came_back_at")[:1]),
        )


class Reminder(ClinicRecord):
    """One reminder that was due: written as a mail, or held back and why. One a day, by the database."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="reminders"
    )
    on = models.DateField(_("day"), help_text=_("On the patient's own calendar."))
    wish = models.CharField(_("reminders"), max_length=12, choices=ReminderWish.choices)
    decided_at = models.DateTimeField(_("decided"))
    held_back = models.CharField(_("held back"), max_length=12, choices=HeldBack.choices, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["-on"]
        verbose_name = _("reminder")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            one_of("wish", ReminderWish),
            one_of("held_back", HeldBack, or_blank=True),
            models.UniqueConstraint(fields=["patient", "on"], name="programmes_reminder_once_a_day"),
        ]

    @property
    def post_key(self) -> str:
        return reminder_key(self.patient_id, self.on)
