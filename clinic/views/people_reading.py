"""The reads of the people page: one statement for the members, whatever their number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext, ngettext

from clinic.models import Clinic, SessionKind, StaffMember, UserSession
from clinic.permissions import may
from clinic.services.covering import away_from, away_row
from clinic.services.second_factor import APP, PASSKEY
from patients.models import EmergencyAccess, LimitedRecord, Patient
from programmes import wording

INACTIVE_DAYS = 90  # [P] with the quarter of the access review
EMERGENCIES_SINCE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member of staff as the access review reads them."""

    member: Any
    last_seen: str
    is_inactive: bool
    sessions: int
    has_factor: bool
    leads: int
    leads_patients: bool  # whether the role does
    away: str
    emergencies: int


def members_of(clinic: Clinic, now: datetime) -> list[MemberRow]:
    found = (
        StaffMember.objects.for_clinic(clinic)
        .select_related("user")
        .annotate(
            # A limited record is hidden from the manager who counts; its own row is not.
            leads=_count(_visible(clinic), "lead") + _count(_limited(clinic), "lead"),
            sessions=_count(UserSession.objects.alive(now).filter(kind=SessionKind.STAFF), "user", by="user"),
            has_factor=Exists(Authenticator.objects.filter(user=OuterRef("user"), type__in=(APP, PASSKEY))),
            emergencies=_count(_recent(clinic, now), "member"),
            away=away_row(clinic, "pk", now.astimezone(clinic.zone).date()),
        )
        .order_by("name")
    )
    return [_row(member, clinic, now) for member in found]


def _visible(clinic: Clinic) -> QuerySet[Any]:
    limited = LimitedRecord.objects.for_clinic(clinic).current().values("patient")
    in_care = Patient.objects.for_clinic(clinic).filter(discharged_on=None, died_on=None)
    return in_care.exclude(pk__in=limited)


def _limited(clinic: Clinic) -> QuerySet[Any]:
    return LimitedRecord.objects.for_clinic(clinic).current()


def _recent(clinic: Clinic, now: datetime) -> QuerySet[Any]:
    return EmergencyAccess.objects.for_clinic(clinic).filter(from_at__gt=now - EMERGENCIES_SINCE)


def _count(rows: QuerySet[Any], of: str, *, by: str = "pk") -> Coalesce:
    counted = rows.filter(**{of: OuterRef(by)}).order_by().values(of).annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _row(member: Any, clinic: Clinic, now: datetime) -> MemberRow:
    seen = member.user.last_login
    days = (now - seen).days if seen else None
    return MemberRow(
        member=member,
        last_seen=_seen_words(seen, days, clinic),
        is_inactive=days is None or days > INACTIVE_DAYS,
        sessions=member.sessions,
        has_factor=member.has_factor,
        leads=member.leads,
        leads_patients=may(member, "lead_patients"),
        away=wording.away_words(away_from(member.away)),
        emergencies=member.emergencies,
    )


def _seen_words(seen: datetime | None, days: int | None, clinic: Clinic) -> str:
    if seen is None or days is None:
        return gettext("never")
    ago = (
        gettext("today")
        if days == 0
        else ngettext("%(count)d day ago", "%(count)d days ago", days) % {"count": days}
    )
    return f"{wording.day_and_year(seen.astimezone(clinic.zone).date())} ({ago})"


def names_of(clinic: Clinic, keys: Sequence[str]) -> dict[str, str]:
    """The names that the reader may see; a limited record by the clinic's own number."""
    shown = {
        str(row.patient_id): gettext("Limited record %(number)s") % {"number": row.number}
        for row in _limited(clinic).filter(patient__in=keys)
    }
    seen = Patient.objects.for_clinic(clinic).filter(pk__in=keys).order_by("family_name", "given_name")
    return {str(patient.pk): patient.full_name for patient in seen} | {
        key: words for key, words in shown.items() if not seen.filter(pk=key).exists()
    }
