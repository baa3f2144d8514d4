"""The page on which a manager signs that the clinic is ready for real patients."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from clinic.forms import GoingLiveForm
from clinic.models import GoLiveRecord
from clinic.permissions import may
from clinic.services.going_live import sign_going_live
from clinic.views.access import ClinicRequest, staff_page
from programmes.clinical.thresholds import RULE_VERSION


@staff_page
@require_http_methods(["GET", "HEAD", "POST"])
def going_live(request: ClinicRequest) -> HttpResponse:
    """All staff read what was signed; managers sign."""
    signs = may(request.staff, "sign_going_live")
    form = GoingLiveForm(request.POST if request.method == "POST" and signs else None)
    if form.is_valid():
        sign_going_live(
            readiness=form.readiness(), rule_version=RULE_VERSION, by=request.staff, now=timezone.now()
        )
        messages.success(request, gettext("Signed. The clinic is live."))
        return redirect("clinic:going-live")
    records = GoLiveRecord.objects.for_clinic(request.clinic).select_related("signed_by")
    context = {"form": form, "records": records, "rule_version": RULE_VERSION}
    status = 403 if request.method == "POST" and not signs else 422 if form.errors else 200
    with timezone.override(request.clinic.zone):
        return render(request, "clinic/going_live.html", context, status=status)
