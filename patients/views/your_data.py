"""Your data: what is kept, a copy to take away, and how to ask for something to be put right."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.devices import Device
from clinic.models import User
from clinic.services.post import Letter
from patients import mails, wording
from patients.data_file import data_file, json_file, walks_file
from patients.forms import AskForm, CodeForm, CopyForm
from patients.forms.data import EVERYTHING, JSON, WALKS
from patients.models import DataRequest, Patient, PrivacyAcceptance
from patients.services.data_requests import ask_about_data
from patients.services.record_export import COPIES_A_DAY, RecordCopy, TooManyCopies, export_own_record
from patients.services.sign_in_codes import Asker, request_code, use_code
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from patients.wording import seen
from programmes.models import Flag, NotWalking, Walk

BROWSER = "sign_in_browser"
SEEN_WALKS, SEEN_OTHERS = 10, 5  # on one page of a phone


@require_safe
@patient_page
def your_data(request: PatientRequest) -> HttpResponse:
    return _page(request, AskForm())


def _page(request: PatientRequest, form: AskForm) -> HttpResponse:
    asked = DataRequest.objects.filter(clinic_id=request.patient.clinic_id, patient=request.patient)
    context = {
        "form": form,
        "asked": [
            wording.data_request(each, request.patient.zone) for each in asked.order_by("-received_at")
        ],
        "told": [wording.told(each, request.patient.zone) for each in _told(request.patient)],
        "copies": COPIES_A_DAY,
    }
    return page(request, "your_data.html", context, status=UNPROCESSABLE if form.errors else 200)


def _told(patient: Patient) -> Any:
    return PrivacyAcceptance.objects.of_patient(patient).select_related("text")


@require_safe
@patient_page
def what_staff_see(request: PatientRequest) -> HttpResponse:
    """Which of the patient's data staff see, with the data; all of it is in the copy."""
    patient = request.patient
    mine = {"clinic_id": patient.clinic_id, "patient": patient}
    walks = Walk.objects.filter(**mine).valid()
    newest = list(walks.order_by("-walked_on", "-received_at")[:SEEN_WALKS])
    parts = [
        seen.about_you(patient),
        seen.walks(newest, walks.count(), patient.units),
        seen.days_without(NotWalking.objects.filter(**mine).order_by("-from_on")[:SEEN_OTHERS]),
        seen.asked_to_look(Flag.objects.filter(**mine).order_by("-raised_at")[:SEEN_OTHERS]),
    ]
    return page(request, "what_staff_see.html", {"parts": parts})


@require_POST
@patient_page
def ask(request: PatientRequest) -> HttpResponse:
    """Writes down what the patient asks; staff answer within a month."""
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    ask_about_data(
        patient=request.patient,
        kind=form.cleaned_data["kind"],
        text=form.cleaned_data["text"],
        by=_login(request),
        now=timezone.now(),
    )
    messages.success(request, _("Thank you. Your clinic has got this and will answer within a month."))
    return redirect("patients:your-data")


@require_POST
@patient_page
def send_code(request: PatientRequest) -> HttpResponse:
    """A phone left on a table must not give the whole record away: a fresh code comes first."""
    if address := _login(request).email:
        request_code(email=address, asker=_asker(request), write=_letter, now=timezone.now())
    return redirect("patients:data-copy")


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def copy(request: PatientRequest) -> Any:
    """Takes the code and gives the file. Without an e-mail address the clinic makes the copy."""
    if not _login(request).email:
        return redirect("patients:your-data")
    form = CopyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now, code = timezone.now(), form.cleaned_data["code"]
        address = _login(request).email or ""
        if use_code(email=address, code=code, asker=_asker(request), now=now) is None:
            form.add_error("code", CodeForm.WRONG)
        else:
            return _file(request, form, now)
    return page(request, "data_copy.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


AS_FILE: dict[str, Callable[[RecordCopy], Any]] = {
    EVERYTHING: data_file,
    WALKS: walks_file,
    JSON: json_file,
}


def _file(request: PatientRequest, form: CopyForm, now: Any) -> Any:
    try:
        return AS_FILE[form.cleaned_data["what"]](export_own_record(patient=request.patient, now=now))
    except TooManyCopies:
        form.add_error(None, _("You have taken three copies in one day. Please come back tomorrow."))
        return page(request, "data_copy.html", {"form": form}, status=UNPROCESSABLE)


def _login(request: PatientRequest) -> User:
    """The login that has the record open."""
    return cast(User, request.user)


def _asker(request: PatientRequest) -> Asker:
    """Guesses are counted as at the sign-in."""
    return Asker(UUID(request.session.setdefault(BROWSER, str(uuid4()))), Device.of(request))


def _letter(code: str, _token: str) -> Letter:
    return mails.copy_letter(code)
