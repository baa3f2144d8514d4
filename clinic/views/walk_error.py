"""Marking a walk as entered in error."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clinic.forms import WalkErrorForm
from clinic.permissions import may
from clinic.views.access import ClinicRequest, staff_page
from programmes.models import Walk
from programmes.services.correcting import AlreadyMarked, mark_entered_in_error


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def walk_error(request: ClinicRequest, walk_id: UUID) -> HttpResponse:
    """Asks for the reason, then marks."""
    walks = Walk.objects.for_clinic(request.clinic).select_related("patient__clinic")
    walk = walks.filter(pk=walk_id).first()
    if walk is None:
        raise Http404
    if not may(request.staff, "correct_walk"):
        raise PermissionDenied
    form = WalkErrorForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"walk": walk, "form": form}
        return render(request, "clinic/walk_error.html", context, status=422 if form.errors else 200)
    try:
        reason = form.cleaned_data["reason"]
        mark_entered_in_error(walk=walk, reason=reason, by=request.staff, now=timezone.now())
    except AlreadyMarked:
        messages.error(request, gettext("This walk was marked before. Nothing was saved."))
    else:
        messages.success(
            request, gettext("Marked. The walk counts no more, and its days are reviewed again.")
        )
    return redirect("admin:programmes_walk_change", walk.pk)
