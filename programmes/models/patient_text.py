"""What a clinic says to its patients in its own words: cards to learn from, and "before you start"."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from clinic.models import StaffMember
from clinic.tenancy import ClinicQuerySet, ClinicRecord, one_of, same_clinic, together


class TextCode(models.TextChoices):
    """The cards of `programmes.clinical.learning`, and the page that everybody reads first."""

    BEFORE = "before", _("Before you start")
    START = "start", _("How to start")
    SHOES = "shoes", _("Shoes and ground")
    WARM_UP = "warm-up", _("Warm-up and stretches")
    CARRYING = "carrying", _("Carrying evenly")
    WATER = "water", _("Water")
    EVERYDAY = "everyday", _("Everyday walking, less sitting")
    VARIETY = "variety", _("Variety and hikes")
    INTERVALS = "intervals", _("Fast and slow parts")
    STRENGTH = "strength", _("Strength and other exercise")
    MOOD = "mood", _("Mood")
    FLARE_UP = "flare-up", _("A flare-up")
    GAP = "gap", _("A week without walks")


class Shows(models.TextChoices):
    OWN = "own", _("the clinic's own words")
    SHIPPED = "shipped", _("the words that came with Waymark")
    HIDDEN = "hidden", _("nothing: the card is hidden")


class PatientTextQuerySet(ClinicQuerySet):
    def newest(self) -> Self:
        """Of each text the version that patients read; the earlier ones stay as they were read."""
        later = self.model.objects.filter(
            clinic=OuterRef("clinic"), code=OuterRef("code"), version__gt=OuterRef("version")
        )
        return self.filter(~Exists(later))


class PatientText(ClinicRecord):
    """One version of one text of one clinic. Nobody changes or deletes one: a change is the next version."""

    code = models.CharField(_("text"), max_length=9, choices=TextCode.choices)
    version = models.PositiveSmallIntegerField(_("version"))
    shows = models.CharField(_("patients read"), max_length=7, choices=Shows.choices)
    title = models.CharField(_("title"), max_length=80, blank=True)
    body = models.TextField(_("text"), max_length=4000, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    checked_on = models.DateField(_("checked on"), null=True)
    due_on = models.DateField(_("to be checked again by"), null=True)
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    made_at = models.DateTimeField(_("published"))

    objects = PatientTextQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["code", "-version"]
        verbose_name = _("text for patients")
        verbose_name_plural = _("texts for patients")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("made_by"),
            one_of("code", TextCode),
            one_of("shows", Shows),
            together("checked_on", "due_on", name="checked_until"),
            models.UniqueConstraint(
                fields=["clinic", "code", "version"], name="programmes_patienttext_version_once"
            ),
            models.CheckConstraint(
                condition=Q(shows="own") & ~Q(body="") & ~Q(title="")
                | ~Q(shows="own") & Q(body="", title="", source=""),
                name="programmes_patienttext_own_says_something",
            ),
            models.CheckConstraint(
                condition=Q(shows="hidden", due_on=None)
                | ~Q(shows="hidden") & Q(due_on__gte=models.F("checked_on")),
                name="programmes_patienttext_shown_is_checked",
            ),
            models.CheckConstraint(
                condition=~Q(code="before", shows="hidden"), name="programmes_patienttext_before_is_shown"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}, version {self.version}"
