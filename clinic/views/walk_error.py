"""Marking a walk as entered in error."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from clinic.forms import WalkErrorForm
from clinic.permissions import may
from clinic.views.access import ClinicRequest, staff_page
from patients.services.restricted import ProcessingRestricted
from programmes.models import Walk
from programmes.services.correcting import AlreadyMarked, correct_walk, mark_entered_in_error
from programmes.services.walk_logging import WalkEntry, WalkInFuture, WalkTooOld

BESIDE: dict[type[Exception], Any] = {
    WalkInFuture: gettext_lazy("This day lies in the future. Nothing was saved."),
    WalkTooOld: gettext_lazy(
        "A walk is logged within 14 days. Leave minutes, metres and steps empty to mark it only."
    ),
    ProcessingRestricted: gettext_lazy(
        "Processing of this record is restricted: leave minutes, metres and steps empty."
    ),
}


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def walk_error(request: ClinicRequest, walk_id: UUID) -> HttpResponse:
    """Asks for the reason and for what is right, then marks."""
    walks = Walk.objects.for_clinic(request.clinic).select_related("patient__clinic")
    walk = walks.filter(pk=walk_id).first()
    if walk is None:
        raise Http404
    if not may(request.staff, "correct_walk"):
        raise PermissionDenied
    initial = {"walked_on": walk.walked_on}
    form = WalkErrorForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and _marked(request, walk, form):
        return redirect("admin:programmes_walk_change", walk.pk)
    context = {"walk": walk, "form": form}
    return render(request, "clinic/walk_error.html", context, status=422 if form.errors else 200)


def _marked(request: ClinicRequest, walk: Walk, form: WalkErrorForm) -> bool:
    """Marks the walk, with what takes its place; or says beside the field what is wrong."""
    now, data = timezone.now(), dict(form.cleaned_data)
    reason = data.pop("reason")
    try:
        if not form.has_walk:
            mark_entered_in_error(walk=walk, reason=reason, by=request.staff, now=now)
        else:
            corrected = WalkEntry(client_uuid=walk.pk, **data)
            correct_walk(walk=walk, reason=reason, corrected=corrected, by=request.staff, now=now)
    except AlreadyMarked:
        messages.error(request, gettext("This walk was marked before. Nothing was saved."))
    except tuple(BESIDE) as refusal:
        form.add_error("walked_on", BESIDE[type(refusal)])
    else:
        messages.success(
            request, gettext("Marked. The walk counts no more, and its days are reviewed again.")
        )
    return not form.errors
