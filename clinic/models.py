"""The clinic, the people who sign in, and the post that leaves."""

from collections.abc import Collection
from datetime import date, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of


def known_time_zone(name: str) -> None:
    """Refuses a name that the time zone database does not hold."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is not a time zone, for example Europe/London."), params={"name": name}
        )


def tel(phone: str) -> str:
    """The digits of a phone number as a telephone link wants them; "" when there are none."""
    digits = "".join(sign for sign in phone if sign.isdecimal() and sign.isascii())
    return f"{'+' if phone.strip().startswith('+') else ''}{digits}" if digits else ""


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


class EmergencyProfile(models.TextChoices):
    UK = "uk", _("United Kingdom (999, 111)")


class Clinic(models.Model):
    """A tenant. Its time zone decides which day it is for windows, weeks and the nightly review."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(
        _("short name"), unique=True, help_text=_("Used in commands, never shown to patients.")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/London", validators=[known_time_zone]
    )
    phone = models.CharField(_("phone"), max_length=40, help_text=_("Shown to patients on every page."))
    duty_email = models.EmailField(
        _("duty e-mail"), help_text=_("Told at once, without names, of urgent answers.")
    )
    working_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("working days"),
        default=monday_to_friday,
        help_text=_("0 is Monday, 6 is Sunday."),
    )
    opens_at = models.TimeField(_("opens at"), default=time(8, 30))
    closes_at = models.TimeField(_("closes at"), default=time(17, 30))
    review_hour = models.PositiveSmallIntegerField(
        _("review hour"), default=5, help_text=_("Local hour at which last night's review may run.")
    )
    emergency_profile = models.CharField(
        _("emergency profile"), max_length=8, choices=EmergencyProfile.choices, default=EmergencyProfile.UK
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            in_range("review_hour", 0, 23),
            one_of("emergency_profile", EmergencyProfile),
            models.CheckConstraint(
                condition=Q(working_days__contained_by=[0, 1, 2, 3, 4, 5, 6]),
                name="clinic_clinic_working_days_known",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")), name="clinic_clinic_opens_before_closing"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def next_working_day(self, after: date, *, closed: Collection[date] = ()) -> date | None:
        """The first working day later than `after`; None when nobody is on duty within 14 days."""
        for days in range(1, 15):
            day = after + timedelta(days=days)
            if day.weekday() in self.working_days and day not in closed:
                return day
        return None


class Closure(ClinicRecord):
    """A day on which nobody looks: a bank holiday or a day the clinic shuts."""

    on = models.DateField(_("date"))
    reason = models.CharField(_("reason"), max_length=120)

    class Meta(ClinicRecord.Meta):
        ordering = ["on"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            models.UniqueConstraint(fields=["clinic", "on"], name="clinic_closure_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.reason}"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A login. Without a password only an e-mail code opens it."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """The operator: makes clinics and staff, sees no patient."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """One login, by e-mail address. What it may do comes from StaffMember and Patient rows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_superuser = models.BooleanField(
        _("operator"), default=False, help_text=_("Makes clinics and staff accounts; sees no patient.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []
    objects = UserManager()

    class Meta:
        ordering = ["email"]
        constraints = [
            # One person, one login: stored in lower case, so that the unique index means what it says.
            models.CheckConstraint(condition=Q(email=Lower("email")), name="clinic_user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.strip().lower()
        super().save(*args, **kwargs)

    @property
    def is_staff(self) -> bool:
        """Django's admin asks this; the answer that counts is the membership on the request."""
        return self.is_superuser

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_superuser

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_superuser


class Role(models.TextChoices):
    CLINICIAN = "clinician", _("Clinician")
    REVIEWER = "reviewer", _("Reviewer")
    MANAGER = "manager", _("Manager")


class StaffMember(ClinicRecord):
    """A person's membership in one clinic, with the one role it has there."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("login")
    )
    name = models.CharField(_("name"), max_length=120, help_text=_("As colleagues and patients read it."))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(ClinicRecord.Meta):
        ordering = ["name"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            models.UniqueConstraint(fields=["user", "clinic"], name="clinic_staffmember_once_a_clinic"),
            one_of("role", Role),
        ]

    def __str__(self) -> str:
        return self.name


class OutboxQuerySet(ClinicQuerySet):
    def due(self, now: Any) -> Self:
        """Waiting messages whose time has come, oldest first."""
        return self.filter(status="waiting", send_after__lte=now).order_by("send_after", "id")


class MessageKind(models.TextChoices):
    INVITATION = "invitation", _("Invitation")
    SIGN_IN_CODE = "sign-in-code", _("Sign-in code")
    SAFETY_ALERT = "safety-alert", _("Safety alert")


class MessageStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")


class OutboxMessage(models.Model):
    """A mail that a verb decided on, written in the same transaction; the sender polls this table.

    Secret bodies (sign-in codes) are wiped when the message has left.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, null=True, editable=False, related_name="+")
    kind = models.CharField(max_length=20, choices=MessageKind.choices)
    key = models.CharField(
        max_length=120, unique=True, help_text=_("The same event never makes two messages.")
    )
    to_address = models.EmailField()
    subject = models.CharField(max_length=160)
    body = models.TextField()
    is_secret = models.BooleanField(default=False)
    status = models.CharField(max_length=8, choices=MessageStatus.choices, default=MessageStatus.WAITING)
    send_after = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        indexes = [
            models.Index(
                fields=["send_after", "id"], condition=Q(status="waiting"), name="clinic_outbox_waiting"
            ),
        ]
        constraints = [
            one_of("kind", MessageKind),
            one_of("status", MessageStatus),
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False)
                | (~Q(status="sent") & Q(sent_at__isnull=True)),
                name="clinic_outboxmessage_sent_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
