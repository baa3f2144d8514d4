"""A clinic's own library of walking programmes."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic
from programmes.clinical.thresholds import GRADING


class Intensity(models.TextChoices):
    """By the talk test, not by heart rate."""

    EASY = "easy", _("easy: can sing")
    MODERATE = "moderate", _("moderate: can talk")
    BRISK = "brisk", _("brisk: only short sentences")


class WeekKind(models.TextChoices):
    BUILD = "build", _("build")
    CONSOLIDATION = "consolidation", _("consolidation")
    HOLD = "hold", _("hold")
    MAINTENANCE = "maintenance", _("maintenance")


class Counted(models.TextChoices):
    """What a plan and its baseline are counted in; the same words as `programmes.clinical.amounts`."""

    MINUTES = "minutes", _("minutes")
    DISTANCE = "distance", _("metres")
    STEPS = "steps", _("steps")


def baseline_in_range(field: str) -> models.CheckConstraint:
    """A baseline lies within the limits of what it is counted in."""
    most = {
        Counted.MINUTES: GRADING.max_baseline,
        Counted.DISTANCE: GRADING.max_metres,
        Counted.STEPS: GRADING.max_steps,
    }
    fits = Q()
    for counted, highest in most.items():
        fits |= Q(counts=counted, **{f"{field}__range": (1, highest)})
    return models.CheckConstraint(condition=fits, name=f"%(app_label)s_%(class)s_{field}_in_range")


class TemplateQuerySet(ClinicQuerySet):
    def newest(self) -> Self:
        """Of each code the last version; the earlier ones stand behind plans that were made from them."""
        later = self.model.objects.filter(
            clinic=OuterRef("clinic"), code=OuterRef("code"), version__gt=OuterRef("version")
        )
        return self.filter(~Exists(later))


class ProgrammeTemplate(ClinicRecord):
    """One version of one template. Programmes copy it on use, so a later edit rewrites nobody's plan."""

    code = models.CharField(_("code"), max_length=12)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    name = models.CharField(_("name"), max_length=80)
    who_for = models.CharField(_("who it is for"), max_length=300)
    counts = models.CharField(_("counted in"), max_length=8, choices=Counted.choices, default=Counted.MINUTES)
    example_baseline = models.PositiveIntegerField(
        _("baseline of the example"),
        help_text=_("The weeks below are this template at this baseline."),
    )
    rules = models.JSONField(
        _("progression rules"), default=dict, blank=True, help_text=_("Parameters of the generator.")
    )
    is_active = models.BooleanField(_("offered"), default=True)

    objects = TemplateQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["code", "-version"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            one_of("counts", Counted),
            baseline_in_range("example_baseline"),
            models.UniqueConstraint(
                fields=["clinic", "code", "version"], name="programmes_template_version_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name} (v{self.version})"


class WeekDose(ClinicRecord):
    """One week: how often, how long, how hard. Minutes are per walking day, all bouts together."""

    number = models.PositiveSmallIntegerField(_("week"))
    days = models.PositiveSmallIntegerField(_("walking days"))
    minutes = models.PositiveSmallIntegerField(_("minutes a day"))
    bouts = models.PositiveSmallIntegerField(_("walks a day"), default=1)
    intensity = models.CharField(
        _("intensity"), max_length=8, choices=Intensity.choices, default=Intensity.EASY
    )
    kind = models.CharField(_("kind"), max_length=13, choices=WeekKind.choices, default=WeekKind.BUILD)
    distance_m = models.PositiveIntegerField(_("metres a day"), null=True, blank=True)
    steps = models.PositiveIntegerField(_("steps a day"), null=True, blank=True)
    intervals = models.PositiveSmallIntegerField(_("fast parts"), default=0)
    interval_days = models.PositiveSmallIntegerField(_("days with fast parts"), default=0)

    class Meta(ClinicRecord.Meta):
        abstract = True
        constraints = [
            *ClinicRecord.Meta.constraints,
            in_range("number", 1, 104),
            in_range("days", 1, 7),
            in_range("minutes", 0, 300),
            in_range("bouts", 1, 6),
            in_range("distance_m", 1, 40_000),
            in_range("steps", 1, 60_000),
            in_range("intervals", 0, 30),
            in_range("interval_days", 0, 7),
            models.CheckConstraint(
                condition=Q(minutes__gt=0) | Q(steps__isnull=False) | Q(distance_m__isnull=False),
                name="%(app_label)s_%(class)s_has_a_dose",
                violation_error_message=_("Enter minutes, metres or steps."),
            ),
            one_of("intensity", Intensity),
            one_of("kind", WeekKind),
        ]

    @property
    def minutes_a_week(self) -> int:
        return self.days * self.minutes


class TemplateWeek(WeekDose):
    template = models.ForeignKey(
        ProgrammeTemplate, on_delete=models.CASCADE, db_constraint=False, related_name="weeks"
    )

    class Meta(WeekDose.Meta):
        ordering = ["number"]
        constraints = [
            *WeekDose.Meta.constraints,
            same_clinic("template"),
            models.UniqueConstraint(fields=["template", "number"], name="programmes_templateweek_once"),
        ]

    def __str__(self) -> str:
        return f"week {self.number} of template {self.template_id}"
