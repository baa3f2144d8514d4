"""The language of the pages: one question, for visitors too; the button in each header posts here."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from clinic.middleware.language import remember_language
from clinic.services.languages import offered_to_visitors
from patients.forms import LanguageForm
from patients.models import Patient
from patients.services.choosing import NotOffered, choose_language
from patients.services.restricted import ProcessingRestricted
from patients.services.speaking import languages_of
from patients.views.access import UNPROCESSABLE, open_record, page


@require_http_methods(["GET", "HEAD", "POST"])
def language(request: Any) -> HttpResponse:
    """Kept with the record of who is signed in, and in this browser; only an offered language is taken."""
    patient: Patient | None = open_record(request)
    languages = languages_of(patient) if patient else offered_to_visitors()
    if len(languages) == 1:
        raise Http404
    if patient:
        request.patient = patient
    posted = request.POST if request.method == "POST" else None
    form = LanguageForm(posted, initial={"language": translation.get_language()}, languages=languages)
    if form.is_valid() and _keep(form, patient):
        response = redirect(_onward(request))
        remember_language(response, form.cleaned_data["language"])
        return response
    status = UNPROCESSABLE if form.is_bound else 200
    is_first_time = patient is not None and not patient.language
    onward = reverse("patients:set-up") if is_first_time else ""
    shown = {"form": form, "is_first_time": is_first_time, "onward": onward}
    return page(request, "language.html", shown, status=status)


def _keep(form: LanguageForm, patient: Patient | None) -> bool:
    """In the record; one that is restricted stays as it is, and the browser alone remembers."""
    try:
        if patient is not None:
            choose_language(patient=patient, language=form.cleaned_data["language"], now=timezone.now())
    except ProcessingRestricted:
        return True
    except NotOffered:  # withdrawn this very moment
        form.add_error("language", form.fields["language"].error_messages["invalid_choice"])
    return not form.errors


def _onward(request: HttpRequest) -> str:
    """Back to the page where the button was pressed; its address is a path here, or the front door."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe and wanted.startswith("/") else reverse("patients:home")
