"""The way in: an address, a code or a link, and whose pages to open."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic.devices import Device
from clinic.middleware.people import PATIENTS_CLINIC
from clinic.middleware.sessions import begin_session
from clinic.models import SessionKind, User
from clinic.services.post import Letter
from patients.forms import CodeForm, EmailForm
from patients.mails import sign_in_letter
from patients.models import Patient, SignInCode
from patients.services.enrolment import open_record as note_opening
from patients.services.privacy import unread_notice
from patients.services.sign_in_codes import Asker, request_code, use_code, use_link
from patients.tokens import link_digest
from patients.views.access import SESSION_KEY, UNPROCESSABLE, is_patients, open_record, page

ADDRESS = "sign_in_address"  # typed on the first page, needed on the second
BROWSER = "sign_in_browser"  # whose guesses are counted; made with the address, known or unknown
NOT_FOUND = 404
VISITORS_SESSION = 60 * 60  # seconds, until signed in


@require_safe
def home(request: Any) -> HttpResponse:
    """Everybody's front door: patients to their day, staff to their queue, visitors to the two ways in."""
    if getattr(request, "staff", None):
        return redirect("/review/")
    return redirect("patients:today") if open_record(request) else page(request, "home.html")


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Asks for the address. Known or unknown, the answer is the same."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["email"]
        asker = Asker(_remember(request, address), Device.of(request))
        request_code(email=address, asker=asker, write=_letter, now=timezone.now())
        return redirect("patients:code")
    return page(request, "sign_in.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


def _letter(code: str, token: str) -> Letter:
    return sign_in_letter(code, link=f"{settings.BASE_URL}{reverse('patients:link', args=[token])}")


def _remember(request: HttpRequest, address: str) -> UUID:
    """Keeps the address for the next page, an hour where nobody is signed in; returns this browser's mark."""
    if not request.user.is_authenticated:
        request.session.set_expiry(VISITORS_SESSION)
    request.session[ADDRESS] = address
    return UUID(request.session.setdefault(BROWSER, str(uuid4())))


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Takes the code. Wrong, old, used and guessed too often give one and the same message."""
    address, browser = request.session.get(ADDRESS), request.session.get(BROWSER)
    if not address or not browser:
        return redirect("patients:sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data["code"]
        asker = Asker(UUID(browser), Device.of(request))
        # Saved either way: only a known address has a guess to count, and a commit that writes takes longer.
        request.session.modified = True
        if user := use_code(email=address, code=typed, asker=asker, now=timezone.now()):
            return let_in(request, user)
        form.add_error("code", CodeForm.WRONG)
    context = {"form": form, "address": address}
    return page(request, "code.html", context, status=UNPROCESSABLE if form.errors else 200)


@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One button. Looking changes nothing: mail scanners open every link, and would spend it."""
    row = SignInCode.objects.of_link(link_digest(token)).open(timezone.now()).first()
    if row is None:
        return _link_is_dead(request)
    asked_here = str(row.browser) in (request.session.get(BROWSER), str(Device.of(request).key))
    response = page(request, "link.html", {"token": token, "asked_here": asked_here})
    # The address holds the secret: not even our own style sheet is asked for under its name. "no-referrer"
    # would hide the origin too, and the button's POST needs that.
    response["Referrer-Policy"] = "strict-origin"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def use_the_link(request: HttpRequest) -> HttpResponse:
    """The button of the link's page. The token comes in the body: no log of addresses holds it."""
    if request.method != "POST":
        return redirect("patients:sign-in")
    user = use_link(token=request.POST.get("token", ""), now=timezone.now())
    return let_in(request, user) if user else _link_is_dead(request)


def _link_is_dead(request: HttpRequest) -> HttpResponse:
    """One page for unknown, old, used and voided."""
    return page(request, "link_dead.html", status=NOT_FOUND)


def let_in(request: HttpRequest, user: User) -> HttpResponse:
    """A fresh session: nothing of an earlier one stays, least of all the mark of a staff sign-in."""
    device, records = Device.of(request), list(Patient.objects.of_user(user))
    begin_session(request, user, kind=SessionKind.PATIENT, now=timezone.now())
    response = redirect("patients:choose") if len(records) > 1 else _open(request, records[0])
    device.remember(user, response)
    return response


def _open(request: HttpRequest, record: Patient) -> HttpResponse:
    """Notes the record and whose rows it may read; every page checks that it is still this login's.

    A privacy notice that is not read comes before Today, and nowhere else: no form is ever interrupted by it.
    """
    now = timezone.now()
    note_opening(record=record, now=now)
    request.session[SESSION_KEY] = str(record.pk)
    request.session[PATIENTS_CLINIC] = str(record.clinic_id)
    return redirect("patients:privacy-first" if unread_notice(patient=record, now=now) else "patients:today")


@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """Two clinics, or a couple sharing one address: whose pages?"""
    if not is_patients(request):
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
    return redirect(f"{reverse('patients:signed-out')}?here")
