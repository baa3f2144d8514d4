"""How much the walk form asks: offered to patients whom the clinic lets choose."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from patients.forms import QuestionsForm
from patients.services.restricted import ProcessingRestricted
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from programmes.services.light_mode import NotOffered, choose_light_mode


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def questions(request: PatientRequest) -> HttpResponse:
    """Every question, or fewer about pain. Not there for anybody else."""
    if not request.may_choose_light:
        raise Http404
    first = {"questions": "fewer" if request.light_since else "all"}
    form = QuestionsForm(request.POST if request.method == "POST" else None, initial=first)
    if not form.is_valid():
        return page(request, "questions.html", {"form": form}, status=UNPROCESSABLE if form.is_bound else 200)
    is_on = form.cleaned_data["questions"] == "fewer"
    try:
        choose_light_mode(patient=request.patient, is_on=is_on, now=timezone.now())
    except (NotOffered, ProcessingRestricted):
        return redirect("patients:today")
    messages.success(request, _("Saved."))
    return redirect("patients:settings")
