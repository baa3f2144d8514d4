"""Who is away, and who looks after that person's patients meanwhile."""

from datetime import date
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from clinic.models.people import StaffMember
from clinic.tenancy import ClinicQuerySet, ClinicRecord, same_clinic, together

REASON_LENGTH = 120


class AbsenceQuerySet(ClinicQuerySet):
    def standing(self) -> Self:
        """Neither ended early nor of somebody who has left."""
        return self.filter(ended_at=None, member__is_active=True)

    def overlapping(self, first: object, last: object) -> Self:
        """Those with a day between the two, both included; dates or expressions."""
        return self.standing().filter(from_on__lte=last, until_on__gte=first)

    def on(self, day: date) -> Self:
        """Those that run on that day, by the clinic's calendar."""
        return self.overlapping(day, day)

    def not_over(self, day: date) -> Self:
        """Running or still to come; by the row's own columns, so an UPDATE sees them change."""
        return self.filter(ended_at=None, until_on__gte=day)

    def covered_by(self, member: StaffMember, day: date) -> "QuerySet[Any, Any]":
        """Keys of the colleagues whom this person stands in for on that day."""
        return self.on(day).filter(clinic=member.clinic_id, cover=member).values("member")


class Absence(ClinicRecord):
    """Days on which a clinician is away and a colleague looks after the patients. Both days are included.

    Nothing switches it on or off: what runs follows from the dates, by the clinic's calendar.
    """

    member = models.ForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="absences",
        verbose_name=_("who is away"),
    )
    cover = models.ForeignKey(
        StaffMember,
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="covers",
        verbose_name=_("covered by"),
    )
    from_on = models.DateField(_("first day away"))
    until_on = models.DateField(_("last day away"))
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    made_at = models.DateTimeField(_("planned"))
    made_by = models.ForeignKey(StaffMember, on_delete=models.PROTECT, db_constraint=False, related_name="+")
    ended_at = models.DateTimeField(_("ended early"), null=True)
    ended_by = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, db_constraint=False, null=True, related_name="+"
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta(ClinicRecord.Meta):
        ordering = ["from_on", "member__name"]
        constraints = [
            *ClinicRecord.Meta.constraints,
            same_clinic("member"),
            same_clinic("cover"),
            same_clinic("made_by"),
            same_clinic("ended_by"),
            together("ended_at", "ended_by", name="ended_with_person"),
            models.CheckConstraint(
                condition=Q(until_on__gte=F("from_on")), name="clinic_absence_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(cover=F("member")), name="clinic_absence_covered_by_another"),
            ExclusionConstraint(
                name="clinic_absence_no_overlap",
                expressions=[
                    ("member", RangeOperators.EQUAL),
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
                condition=Q(ended_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"absence {self.pk}"
