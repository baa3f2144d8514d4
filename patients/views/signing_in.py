"""The way in: an address, a code, and whose pages to open."""

from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.middleware import PATIENTS_CLINIC
from clinic.models import User
from patients.forms import CodeForm, EmailForm
from patients.models import Patient
from patients.services import request_code, use_code
from patients.views.access import SESSION_KEY, UNPROCESSABLE, open_record, page

ADDRESS = "sign_in_address"  # typed on the first page, needed on the second
BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_safe
def home(request: Any) -> HttpResponse:
    """Everybody's front door: patients to their day, staff to their queue, visitors to the two ways in."""
    if getattr(request, "staff", None):
        return redirect("/review/")
    return redirect("patients:today") if open_record(request) else page(request, "home.html")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for the address. Known or unknown, the answer is the same."""
    form = EmailForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request_code(email=form.cleaned_data["email"], now=timezone.now())
        request.session[ADDRESS] = form.cleaned_data["email"]
        return redirect("patients:code")
    return page(request, "sign_in.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Takes the code. Wrong, old, used and guessed too often give one and the same message."""
    address = request.session.get(ADDRESS)
    if not address:
        return redirect("patients:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = use_code(email=address, code=form.cleaned_data["code"], now=timezone.now())
        records = list(Patient.objects.of_user(user)) if user else []
        if user and records:
            return _let_in(request, user, records)
        form.add_error("code", CodeForm.WRONG)
    context = {"form": form, "address": address}
    return page(request, "code.html", context, status=UNPROCESSABLE if form.errors else 200)


def _let_in(request: HttpRequest, user: User, records: list[Patient]) -> HttpResponse:
    """A fresh session: nothing of an earlier one stays, least of all the mark of a staff sign-in."""
    request.session.flush()
    login(request, user, backend=BACKEND)
    if len(records) > 1:
        return redirect("patients:choose")
    return _open(request, records[0])


def _open(request: HttpRequest, record: Patient) -> HttpResponse:
    """Notes the record and whose rows it may read; every page checks that it is still this login's."""
    request.session[SESSION_KEY] = str(record.pk)
    request.session[PATIENTS_CLINIC] = str(record.clinic_id)
    return redirect("patients:today")


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Two clinics, or a couple sharing one address: whose pages?"""
    if not request.user.is_authenticated:
        return redirect("patients:sign-in")
    records = list(Patient.objects.of_user(request.user))
    chosen = [record for record in records if str(record.pk) == request.POST.get("patient")]
    if chosen:
        return _open(request, chosen[0])
    if not records:
        return redirect("patients:sign-in")
    return page(request, "choose.html", {"records": records})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("patients:home")
