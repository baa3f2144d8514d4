"""The languages of the patients' pages: what is complete, who approved it, who is offered it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clinic import languages as words
from clinic.forms.languages import ApproverForm
from clinic.models import LanguageDecision
from clinic.permissions import may
from clinic.services.languages import (
    NotApproved,
    NotComplete,
    approve_language,
    approved,
    offer_language,
    withdraw_approval,
)
from clinic.views.access import ClinicRequest, page_for, signed_in_page

View = Callable[..., HttpResponse]
UNPROCESSABLE = 422


def _language_page(view: View) -> View:
    """Managers and the operator; a language that Waymark does not ship is no page."""

    @signed_in_page
    @wraps(view)
    def guarded(request: Any, language: str | None = None) -> HttpResponse:
        if not may(request.actor, "approve_language"):
            raise PermissionDenied
        if language is None:
            return view(request)
        if language not in words.shipped():
            raise Http404
        return view(request, language)

    return guarded


@require_safe
@_language_page
def all_languages(request: Any) -> HttpResponse:
    """Each shipped language and how it stands."""
    held = approved()
    rows = [_row(language, held, request) for language in words.shipped()]
    return render(request, "clinic/languages.html", {"rows": rows, "source": words.name_of(words.SOURCE)})


def _row(language: str, held: list[str], request: Any) -> dict[str, Any]:
    texts = words.safety_strings(language)
    last = LanguageDecision.objects.newest().filter(language=language).first()
    return {
        "code": language,
        "name": words.name_of(language),
        "texts": len(texts),
        "translated": sum(text.is_translated for text in texts),
        "is_approved": language in held,
        "is_offered": request.clinic is not None and language in request.clinic.languages,
        "last": last,
        "has_changed": last is not None and last.is_approved and language not in held,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@_language_page
def one_language(request: Any, language: str) -> HttpResponse:
    """Every safety text beside its translation, and the form of who read them."""
    form = ApproverForm(request.POST if request.method == "POST" else None, today=timezone.localdate())
    if form.is_valid() and _approve(request, language, form):
        return redirect("clinic:language", language)
    row = _row(language, approved(), request)
    context = {
        **row,
        "language_row": row,
        "form": form,
        "strings": words.safety_strings(language),
        "is_complete": bool(words.digest(language)),
        "decisions": LanguageDecision.objects.filter(language=language),
        "may_offer": may(request.actor, "offer_language"),
    }
    status = UNPROCESSABLE if form.is_bound else 200
    return render(request, "clinic/language.html", context, status=status)


def _approve(request: Any, language: str, form: ApproverForm) -> bool:
    act = withdraw_approval if "withdraw" in request.POST else approve_language
    try:
        act(language=language, approver=form.approver(), by=request.actor, now=timezone.now())
    except NotComplete:
        form.add_error(None, _("A safety text is not translated: there is nothing to approve yet."))
    except NotApproved:
        form.add_error(None, _("No approval holds: there is nothing to take back."))
    else:
        messages.success(request, _("Recorded."))
    return not form.errors


@require_POST
@page_for("offer_language")
def offer(request: ClinicRequest, language: str) -> HttpResponse:
    """Patients of this clinic may choose it, or no more."""
    if language not in words.shipped():
        raise Http404
    is_offered = request.POST.get("offered") == "yes"
    try:
        offer_language(language=language, is_offered=is_offered, by=request.staff, now=timezone.now())
    except NotApproved:
        messages.error(request, _("Nobody has approved the safety texts of this language as they are now."))
    else:
        messages.success(request, _("Saved."))
    return redirect("clinic:language", language)
