"""What a patient pressed, as the signed revision allows it: this week again, or the flare-up plan."""

from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from clinic.models import User
from clinic.tenancy import ClinicQuerySet, ClinicRecord, in_range, one_of, same_clinic, together
from patients.models import Patient
from programmes.models.flag import Flag
from programmes.models.programme import Programme, ProgrammeRevision
from programmes.models.walk import Source


class OverlayKind(models.TextChoices):
    REPEAT = "repeat", _("this week again")
    FLARE = "flare", _("flare-up plan")


class OverlayQuerySet(ClinicQuerySet):
    def that_count(self) -> Self:
        """Not those that were over on the day they began: taken back, or never begun for a safety answer."""
        return self.filter(Q(over_on=None) | Q(over_on__gt=F("from_on"))).order_by("from_on")

    def open_repeats(self) -> Self:
        """Asked for, and not taken back."""
        return self.filter(kind=OverlayKind.REPEAT, over_on=None)

    def open_flares(self) -> Self:
        """Of which nobody has said that they are over."""
        return self.filter(kind=OverlayKind.FLARE, over_on=None)


class Overlay(ClinicRecord):
    """One press of a button. Nobody prescribed anything new: the plan of each day follows from it (ADR 0038).

    A flare-up plan holds from `from_on` to the day before `over_on`. One whose safety answers asked for help
    never ran: it is over on the day it began, as is a repeat that was taken back. `flag` is the safety answer
    that kept it from beginning or stopped it (ADR 0043).
    """

    patient = models.ForeignKey(
        Patient, on_delete=models.PROTECT, db_constraint=False, related_name="overlays"
    )
    programme = models.ForeignKey(
        Programme, on_delete=models.PROTECT, db_constraint=False, related_name="overlays"
    )
    revision = models.ForeignKey(
        ProgrammeRevision,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("allowed by revision"),
    )
    kind = models.CharField(_("what"), max_length=6, choices=OverlayKind.choices)
    client_uuid = models.UUIDField(default=uuid7, editable=False)
    from_on = models.DateField(_("from"))
    week_from_on = models.DateField(_("week that began on"), null=True)
    over_on = models.DateField(_("over on"), null=True)

    # Asked at the start of a flare-up plan.
    pain_now = models.PositiveSmallIntegerField(_("pain now"), null=True)
    pain_not_sure = models.BooleanField(default=False)
    # Empty: "none of these". NULL: not asked.
    new_symptoms = ArrayField(models.CharField(max_length=32), verbose_name=_("new symptoms"), null=True)
    safety_text_version = models.CharField(max_length=20, blank=True)
    flag = models.ForeignKey(Flag, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+")

    # Provenance.
    source = models.CharField(max_length=7, choices=Source.choices, default=Source.PATIENT)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("pressed"))
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("said to be over"), null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    objects = OverlayQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["from_on"]
        verbose_name = _("repeat or flare-up plan")
        verbose_name_plural = _("repeats and flare-up plans")
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("patient"),
            same_clinic("programme"),
            same_clinic("revision"),
            same_clinic("flag"),
            one_of("kind", OverlayKind),
            one_of("source", Source),
            in_range("pain_now", 0, 10),
            together("ended_at", "ended_by", name="ended_with_person"),
            models.UniqueConstraint(
                fields=["patient", "client_uuid"], name="programmes_overlay_pressed_once"
            ),
            models.UniqueConstraint(
                fields=["programme", "week_from_on"],
                condition=Q(over_on=None),
                name="programmes_overlay_week_once",
            ),
            models.UniqueConstraint(
                fields=["programme"],
                condition=Q(kind="flare", over_on=None),
                name="programmes_overlay_one_open_flare",
            ),
            ExclusionConstraint(
                name="programmes_overlay_flares_apart",
                expressions=[
                    ("programme", RangeOperators.EQUAL),
                    (
                        Func(
                            "from_on",
                            "over_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=False),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(kind="flare"),
            ),
            models.CheckConstraint(
                condition=Q(over_on=None) | Q(over_on__gte=F("from_on")),
                name="programmes_overlay_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(kind="repeat", week_from_on__isnull=False, new_symptoms__isnull=True)
                & (Q(over_on=None) | Q(over_on=F("from_on")))
                | Q(kind="flare", week_from_on__isnull=True, new_symptoms__isnull=False),
                name="programmes_overlay_repeats_a_week_or_was_asked",
            ),
            models.CheckConstraint(
                condition=~Q(kind="flare") | Q(pain_now__isnull=False) ^ Q(pain_not_sure=True),
                name="programmes_overlay_pain_number_or_not_sure",
            ),
            models.CheckConstraint(
                condition=Q(new_symptoms__isnull=True)
                | Q(new_symptoms=[])
                | Q(over_on__isnull=False, over_on=F("from_on")),
                name="programmes_overlay_no_flare_plan_on_a_safety_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
