"""What staff work on: one open review item per patient, its contacts and its outcome."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import StaffMember, User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic, together
from patients.models import Patient


class Severity(models.IntegerChoices):
    """A queue order, not a diagnosis: the smallest number is looked at first."""

    URGENT = 1, _("urgent")
    AMBER_HIGH = 2, _("high")
    AMBER = 3, _("amber")
    AMBER_LOW = 4, _("low")
    INFO = 5, _("for information")

    @classmethod
    def of_rule(cls, name: str) -> "Severity":
        """The stored severity of a rule's word, for example "amber-high"."""
        return cls[name.upper().replace("-", "_")]

    @property
    def rule_name(self) -> str:
        return self.name.lower().replace("_", "-")


class ItemStatus(models.TextChoices):
    """FHIR task-status codes."""

    REQUESTED = "requested", _("waiting")
    IN_PROGRESS = "in-progress", _("being looked at")
    ON_HOLD = "on-hold", _("snoozed")
    COMPLETED = "completed", _("done")


class Outcome(models.TextChoices):
    """How an item ended. Which role may use which code: clinic.permissions."""

    CONTACTED_PLAN_CHANGED = "contacted-plan-changed", _("contacted, plan changed")
    CONTACTED_NO_CHANGE = "contacted-no-change", _("contacted, no change")
    PLAN_CHANGED = "plan-changed", _("plan changed")
    EXPECTED_FLARE = "expected-flare", _("expected flare-up, watch")
    DATA_ERROR = "data-error", _("data error")
    ALREADY_KNOWN = "already-known", _("already known")
    DECLINED = "declined", _("patient declined")
    URGENT_CARE = "urgent-care", _("urgent care advised")
    TRANSFERRED = "transferred", _("transferred")
    NO_ANSWER = "no-answer", _("no answer three times")
    FALSE_ALARM = "false-alarm", _("false alarm")
    # Nobody closed it: every flag of the item cleared by its own rule.
    CONDITION_ENDED = "condition-ended", _("the condition ended")


class ReviewItemQuerySet(ClinicQuerySet):
    def open(self) -> Self:
        return self.exclude(status=ItemStatus.COMPLETED)

    def in_queue_order(self) -> Self:
        """Severity first, then the longest waiting."""
        return self.order_by("severity", "opened_at", "id")


class ReviewItem(ClinicRecord):
    """Everything about one patient that waits for one look. At most one is open per patient."""

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="review_items"
    )
    status = models.CharField(
        _("status"), max_length=11, choices=ItemStatus.choices, default=ItemStatus.REQUESTED
    )
    severity = models.PositiveSmallIntegerField(
        _("severity"), choices=Severity.choices, help_text=_("The highest of its flags.")
    )
    opened_at = models.DateTimeField(_("opened"))
    opened_on = models.DateField(_("opened for"))
    promised_for = models.DateField(
        _("promised for"), null=True, help_text=_("The patient was told that the team looks by then.")
    )
    claimed_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    snoozed_until = models.DateField(_("snoozed until"), null=True)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome.choices, blank=True)
    close_note = models.CharField(_("note"), max_length=500, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = ReviewItemQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["severity", "opened_at"]
        indexes = [
            models.Index(
                fields=["clinic", "severity", "opened_at"],
                condition=~Q(status="completed"),
                name="programmes_item_queue",
            )
        ]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("claimed_by"),
            one_of("status", ItemStatus),
            in_range("severity", Severity.URGENT, Severity.INFO),
            one_of("outcome", Outcome, or_blank=True),
            together("claimed_by", "claimed_at", name="claimed_with_time"),
            models.UniqueConstraint(
                fields=["patient"], condition=~Q(status="completed"), name="programmes_item_one_open"
            ),
            models.CheckConstraint(
                condition=Q(status="completed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(status="completed") & Q(closed_at__isnull=True, closed_by__isnull=True, outcome=""),
                name="programmes_item_completed_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(outcome="condition-ended") | Q(closed_by__isnull=False),
                name="programmes_item_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(status="in-progress") | Q(claimed_by__isnull=False),
                name="programmes_item_in_progress_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(status="on-hold", snoozed_until__isnull=False)
                | ~Q(status="on-hold") & Q(snoozed_until__isnull=True),
                name="programmes_item_snoozed_has_date",
            ),
        ]

    def __str__(self) -> str:
        return f"Review item {self.pk}"


class Channel(models.TextChoices):
    PHONE = "phone", _("phone call")
    MESSAGE = "message", _("text message")
    EMAIL = "email", _("e-mail")
    VISIT = "visit", _("in person")
    LETTER = "letter", _("letter")


class ContactResult(models.TextChoices):
    REACHED = "reached", _("spoke to the patient")
    NO_ANSWER = "no-answer", _("no answer")
    MESSAGE_LEFT = "message-left", _("left a message")
    WRONG_NUMBER = "wrong-number", _("wrong number or address")


class ContactAttempt(ClinicRecord):
    item = models.ForeignKey(
        ReviewItem, on_delete=models.PROTECT, db_constraint=False, related_name="contacts"
    )
    channel = models.CharField(_("how"), max_length=8, choices=Channel.choices)
    result = models.CharField(_("result"), max_length=12, choices=ContactResult.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    next_on = models.DateField(_("next try on"), null=True, blank=True)
    made_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, editable=False, related_name="+"
    )
    made_at = models.DateTimeField(_("when"), editable=False)

    class Meta(ClinicRecord.Meta):
        ordering = ["made_at"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("item"),
            same_clinic("made_by"),
            one_of("channel", Channel),
            one_of("result", ContactResult),
        ]

    def __str__(self) -> str:
        return f"contact {self.pk}"
