"""Away and covered: who is, who will be, days on which nobody covers; planning, another cover, ending."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.admin import local_today
from clinic.forms import AbsenceForm, CoverForm
from clinic.forms.people import leads_of
from clinic.models import Absence, StaffMember
from clinic.permissions import may
from clinic.services import absences as verbs
from clinic.services.covering import Gap, gaps_of, planned_absences
from clinic.views.access import ClinicRequest, Refusals, is_done, page_for
from programmes.wording import days_in_words

REFUSED: Refusals = {
    verbs.BadDates: ("until_on", gettext_lazy("Choose days from today on, at most a year.")),
    verbs.Overlaps: ("from_on", gettext_lazy("Away already on one of these days. Choose other days.")),
    verbs.NotACover: ("cover", gettext_lazy("Choose a clinician who works here.")),
    verbs.CoverIsAway: ("cover", gettext_lazy("This colleague is away on one of these days.")),
    verbs.LeadsNobody: (None, gettext_lazy("Only clinicians have patients to cover. Nothing was saved.")),
    verbs.AlreadyOver: (
        None,
        gettext_lazy("It has changed or ended meanwhile. Nothing was saved."),
    ),
}


@page_for("see_cover")
@require_safe
def away(request: ClinicRequest) -> HttpResponse:
    """Everybody who is or will be away, with the cover, and the days on which nobody covers."""
    today = local_today(request)
    planned = list(planned_absences(request.clinic, today))
    others = leads_of(request.clinic).exclude(pk=request.staff.pk)
    context = {
        "rows": [_row(absence, request.staff, today) for absence in planned],
        "gaps": [_gap_row(gap, request.staff) for gap in gaps_of(planned, today)],
        "plans_own": may(request.staff, "lead_patients"),
        "others": others if may(request.staff, "plan_others_cover") else [],
    }
    return render(request, "clinic/away.html", context)


def _row(absence: Any, staff: StaffMember, today: date) -> dict[str, Any]:
    return {
        "absence": absence,
        "days": days_in_words(absence.from_on, absence.until_on),
        "is_running": absence.from_on <= today,
        "may_change": _arranges(staff, absence.member_id),
    }


def _gap_row(gap: Gap, staff: StaffMember) -> dict[str, Any]:
    return {
        "absence": gap.absence,
        "days": days_in_words(gap.from_on, gap.until_on),
        "cover_has_left": gap.cover_has_left,
        "may_change": _arranges(staff, gap.absence.member_id),
    }


def _arranges(staff: StaffMember, member_id: UUID) -> bool:
    """A clinician arranges the own absence, a manager anybody's. The verbs ask again."""
    is_own = staff.pk == member_id and may(staff, "plan_cover")
    return is_own or may(staff, "plan_others_cover")


@page_for("plan_cover")
@require_http_methods(["GET", "HEAD", "POST"])
def plan_absence(request: ClinicRequest, member_id: UUID) -> HttpResponse:
    """Days away, and who covers them."""
    member = get_object_or_404(leads_of(request.clinic).select_related("clinic"), pk=member_id)
    if not _arranges(request.staff, member.pk):
        raise PermissionDenied
    posted = request.POST if request.method == "POST" else None
    form = AbsenceForm(posted, member=member, today=local_today(request))
    if form.is_valid() and is_done(
        form,
        REFUSED,
        lambda: verbs.plan_absence(
            member=member,
            cover=form.cleaned_data["cover"],
            leave=form.leave,
            by=request.staff,
            now=timezone.now(),
        ),
    ):
        messages.success(request, gettext("Kept. The colleague who covers is told by mail."))
        return redirect("clinic:away")
    context = {"member": member, "form": form, "is_own": member.pk == request.staff.pk}
    return render(request, "clinic/plan_absence.html", context, status=422 if form.errors else 200)


@page_for("plan_cover")
@require_http_methods(["GET", "HEAD", "POST"])
def name_cover(request: ClinicRequest, absence_id: UUID) -> HttpResponse:
    """Another colleague covers an absence that runs or comes."""
    absence = _found(request, absence_id)
    posted = request.POST if request.method == "POST" else None
    form = CoverForm(posted, member=absence.member)
    if form.is_valid() and is_done(
        form,
        REFUSED,
        lambda: verbs.name_cover(
            absence=absence, cover=form.cleaned_data["cover"], by=request.staff, now=timezone.now()
        ),
    ):
        messages.success(request, gettext("Kept. Both colleagues are told by mail."))
        return redirect("clinic:away")
    context = {"absence": absence, "days": days_in_words(absence.from_on, absence.until_on), "form": form}
    return render(request, "clinic/name_cover.html", context, status=422 if form.errors else 200)


@page_for("plan_cover")
@require_http_methods(["GET", "HEAD", "POST"])
def end_absence(request: ClinicRequest, absence_id: UUID) -> HttpResponse:
    """Asks once more, then ends an absence before its day."""
    absence = _found(request, absence_id)
    if request.method == "POST":
        try:
            verbs.end_absence(absence=absence, by=request.staff, now=timezone.now())
        except verbs.AlreadyOver as refusal:
            messages.error(request, REFUSED[type(refusal)][1])
        else:
            messages.success(request, gettext("Ended. The colleague who covered is told by mail."))
        return redirect("clinic:away")
    context = {
        "absence": absence,
        "days": days_in_words(absence.from_on, absence.until_on),
        "is_running": absence.from_on <= local_today(request),
    }
    return render(request, "clinic/end_absence.html", context)


def _found(request: ClinicRequest, absence_id: UUID) -> Absence:
    """An absence that is not over, and that this person arranges; else 404 or 403."""
    planned = planned_absences(request.clinic, local_today(request))
    people = planned.select_related("member__clinic", "cover__user")
    absence: Absence = get_object_or_404(people, pk=absence_id)
    if not _arranges(request.staff, absence.member_id):
        raise PermissionDenied
    return absence
