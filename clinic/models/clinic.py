"""The clinic: its zone, its hours, and the days on which nobody looks."""

from collections.abc import Collection
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.tenancy import ClinicRecord, in_range, one_of


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
    postal_address = models.CharField(
        _("postal address"),
        max_length=200,
        blank=True,
        help_text=_("One line, printed on letters."),
    )
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
    review_minutes = models.PositiveSmallIntegerField(
        _("review minutes a week"),
        null=True,
        blank=True,
        help_text=_(
            "Staff minutes for the review queue in a week. Empty: nobody is warned when they are spent."
        ),
    )
    shows_suggestions = models.BooleanField(
        _("weekly suggestions"),
        default=False,
        editable=False,
        help_text=_("Shown to clinicians alone, never applied by themselves."),
    )
    languages = ArrayField(
        models.CharField(max_length=10),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        editable=False,
        help_text=_("Offered to patients beside English, while an approval of the safety texts holds."),
    )
    live_rule_version = models.CharField(
        _("live with rules"),
        max_length=20,
        blank=True,
        editable=False,
        help_text=_("Set by signing the going-live record; empty before."),
    )

    class Meta:
        ordering = ["name"]
        constraints = [
            in_range("review_hour", 0, 23),
            in_range("review_minutes", 0, 10_080),
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
    def is_live(self) -> bool:
        """Whether a manager has signed that the clinic is ready for real patients."""
        return self.live_rule_version != ""

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
