"""Somebody leaves: what they hold is shown before, handed over in one step, and kept as a report."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.forms import LeavingForm
from clinic.models import Clinic, LeaverReport, StaffMember
from clinic.services import people
from clinic.views.access import ClinicRequest, page_for
from clinic.views.people_reading import names_of
from clinic.views.rows import priority
from programmes import wording
from programmes.models import Programme, ReviewItem
from programmes.services import leaving as leaving_verbs

REFUSED: dict[type[Exception], Any] = {
    leaving_verbs.AlreadyLeft: gettext_lazy("This membership has ended already. Nothing was saved."),
    leaving_verbs.NotASuccessor: gettext_lazy("This clinician no longer works here. Choose another."),
    people.OwnRole: gettext_lazy("You cannot take this away from yourself. Ask another manager."),
    people.LastManager: gettext_lazy(
        "This is the clinic's last manager. Make somebody else a manager first."
    ),
}


@page_for("hand_over")
@require_http_methods(["GET", "HEAD", "POST"])
def leaving(request: ClinicRequest, member_id: UUID) -> HttpResponse:
    """What a member of staff holds, who takes it over, and the button that ends the membership."""
    staff = StaffMember.objects.for_clinic(request.clinic).select_related("user", "clinic")
    member = get_object_or_404(staff, pk=member_id)
    form = LeavingForm(request.POST if request.method == "POST" else None, member=member)
    if form.is_valid() and (report := _handed_over(request, member, form)):
        messages.success(request, gettext("The membership has ended. Keep or print this report."))
        return redirect("clinic:leaver-report", report_id=report.pk)
    today = timezone.now().astimezone(request.clinic.zone).date()
    held = leaving_verbs.held_by(member=member, today=today)
    context = {"member": member, "form": form, "held": held, **shown(request.clinic, vars(held))}
    return render(request, "clinic/leaving.html", context, status=422 if form.errors else 200)


def _handed_over(request: ClinicRequest, member: StaffMember, form: LeavingForm) -> LeaverReport | None:
    now = timezone.now()
    try:
        return leaving_verbs.hand_over(
            member=member,
            successor=form.cleaned_data["successor"],
            by=request.staff,
            now=now,
            today=now.astimezone(request.clinic.zone).date(),
        )
    except tuple(REFUSED) as refusal:
        form.add_error(None, REFUSED[type(refusal)])
        return None


@page_for("hand_over")
@require_safe
def leaver_report(request: ClinicRequest, report_id: UUID) -> HttpResponse:
    """What was handed over, to whom, when and by whom. Prints as it stands."""
    reports = LeaverReport.objects.for_clinic(request.clinic).select_related("member", "successor", "made_by")
    report = get_object_or_404(reports, pk=report_id)
    context = {"report": report, "in_full": True, **shown(request.clinic, report.held)}
    return render(request, "clinic/leaver_report.html", context)


def shown(clinic: Clinic, held: dict[str, Any]) -> dict[str, Any]:
    """The keys of `held` as the reader may read them: names, or a limited record's number.

    Most programmes belong to the patients led: only those of others are named again.
    """
    items = list(ReviewItem.objects.for_clinic(clinic).filter(pk__in=held["items"]).in_queue_order())
    programmes = Programme.objects.for_clinic(clinic).filter(pk__in=held["programmes"])
    of_programme = dict(programmes.values_list("pk", "patient_id"))
    planned = {contact["item"]: contact["on"] for contact in held["contacts"]}
    of_item = dict(
        ReviewItem.objects.for_clinic(clinic).filter(pk__in=planned).values_list("pk", "patient_id")
    )
    keys = {*held["patients"], *map(str, of_programme.values()), *map(str, of_item.values())}
    names = names_of(clinic, sorted(keys | {str(item.patient_id) for item in items}))
    unknown = gettext("Limited record")
    of_others = {str(patient) for patient in of_programme.values()} - set(held["patients"])
    return {
        "items": [
            {
                "priority": priority(item.severity),
                "name": names.get(str(item.patient_id), unknown),
                "since": wording.day_and_year(item.opened_on),
            }
            for item in items
        ],
        "patients": sorted(names.get(key, unknown) for key in held["patients"]),
        "programmes": len(held["programmes"]),
        "programmes_of_others": sorted(names.get(key, unknown) for key in of_others),
        "hidden_programmes": len(held["programmes"]) - len(of_programme),
        "contacts": [
            {"name": names.get(str(of_item.get(UUID(item))), unknown), "on": day}
            for item, day in planned.items()
        ],
    }
