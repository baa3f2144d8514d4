"""One review item: its page, and one small door for each verb."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from clinic.admin import local_today
from clinic.forms import CloseForm, ContactForm, SnoozeForm, TakeOverForm
from clinic.permissions import NotAllowed
from clinic.views.access import ClinicRequest, staff_page
from clinic.views.item_page import forms_of, item_context
from clinic.views.item_reading import RecordIsLimited, find_item, read_item
from programmes.models import Outcome
from programmes.services import reviewing

# What a verb refuses: the status to answer with, and what to tell the person.
REFUSALS: dict[type[Exception], tuple[int, Any]] = {
    reviewing.AlreadyClosed: (409, gettext_lazy("This item was closed meanwhile. Nothing was saved.")),
    reviewing.NewFlag: (
        409,
        gettext_lazy("Another flag came in while you were reading. Read it below, then close again."),
    ),
    reviewing.SafetyNotSnoozable: (422, gettext_lazy("Safety answers cannot be snoozed.")),
    NotAllowed: (403, gettext_lazy("Your role may not do this. Ask a clinician to take it over.")),
}

# What stands beside a field of the form: which field, and what to change.
BESIDE: dict[type[Exception], tuple[str, Any]] = {
    reviewing.NotSnoozable: ("until", gettext_lazy("Choose a day from tomorrow on, at most 14 days ahead.")),
    reviewing.NotReached: (
        "outcome",
        gettext_lazy("Note a contact in which you spoke to the patient first, or choose another outcome."),
    ),
    reviewing.TooFewAttempts: (
        "outcome",
        gettext_lazy("Note three attempts without an answer first, or choose another outcome."),
    ),
    reviewing.NoteMissing: ("note", gettext_lazy("Write what was done about the safety answer.")),
}

REFUSED: tuple[type[Exception], ...] = (reviewing.AlreadyClaimed, *REFUSALS, *BESIDE)


def or_emergency(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Whoever may not open the record is led to the page that says how, in an emergency."""

    @wraps(view)
    def guarded(request: ClinicRequest, item_id: UUID) -> HttpResponse:
        try:
            return view(request, item_id)
        except RecordIsLimited:
            return redirect("clinic:emergency", item_id=item_id)

    return guarded


def item_action(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A door for one verb. An address that was opened instead of posted to leads back to the item."""

    @staff_page
    @require_http_methods(["GET", "HEAD", "POST"])
    @or_emergency
    @wraps(view)
    def guarded(request: ClinicRequest, item_id: UUID) -> HttpResponse:
        item = _find(request, item_id)
        if request.method != "POST":
            return redirect("clinic:review-item", item_id=item_id)
        return view(request, item)

    return guarded


def _find(request: ClinicRequest, item_id: UUID) -> Any:
    return find_item(request.clinic, item_id, local_today(request))


@staff_page
@require_safe
@or_emergency
def review_item(request: ClinicRequest, item_id: UUID) -> HttpResponse:
    """Evidence, plots, walks, actions and history of one item."""
    return _page(request, _find(request, item_id))


@item_action
def claim_item(request: ClinicRequest, item: Any) -> HttpResponse:
    now = timezone.now()
    return _act(
        request,
        item,
        lambda: reviewing.claim_item(item=item, by=request.staff, now=now),
        gettext("You are looking at this now."),
    )


@item_action
def release_item(request: ClinicRequest, item: Any) -> HttpResponse:
    return _act(
        request,
        item,
        lambda: reviewing.release_item(item=item, by=request.staff),
        gettext("Handed back: it waits in the queue again."),
    )


@item_action
def record_contact(request: ClinicRequest, item: Any) -> HttpResponse:
    now = timezone.now()
    form = ContactForm(request.POST, today=now.astimezone(request.clinic.zone).date())
    if not form.is_valid():
        return _page(request, item, status=422, contact_form=form)
    return _act(
        request,
        item,
        lambda: reviewing.record_contact(item=item, contact=form.contact(), by=request.staff, now=now),
        gettext("The contact is noted."),
        contact_form=form,
    )


@item_action
def take_over_item(request: ClinicRequest, item: Any) -> HttpResponse:
    form = TakeOverForm(request.POST)
    if not form.is_valid():
        return _page(request, item, status=422)
    holder = form.cleaned_data["holder"]
    return _act(
        request,
        item,
        lambda: reviewing.take_over_item(item=item, holder_id=holder, by=request.staff, now=timezone.now()),
        gettext("You have taken this over."),
    )


@item_action
def snooze_item(request: ClinicRequest, item: Any) -> HttpResponse:
    today = timezone.now().astimezone(request.clinic.zone).date()
    form = SnoozeForm(request.POST, today=today)
    if not form.is_valid():
        return _page(request, item, status=422, snooze_form=form)
    until = form.cleaned_data["until"]
    return _act(
        request,
        item,
        lambda: reviewing.snooze_item(item=item, until=until, by=request.staff, today=today),
        gettext("Snoozed. It comes back by itself."),
        snooze_form=form,
    )


@item_action
def close_item(request: ClinicRequest, item: Any) -> HttpResponse:
    now = timezone.now()
    form = CloseForm(request.POST, by=request.staff, needs_note=item.has_safety)
    if not form.is_valid():
        return _page(request, item, status=422, close_form=form)
    return _act(
        request,
        item,
        lambda: reviewing.close_item(
            item=item,
            outcome=Outcome(form.cleaned_data["outcome"]),
            note=form.cleaned_data["note"],
            seen=form.seen(),
            by=request.staff,
            today=now.astimezone(request.clinic.zone).date(),
            now=now,
        ),
        gettext("Closed."),
        close_form=form,
    )


def _act(
    request: ClinicRequest, item: Any, verb: Callable[[], object], done: str, **forms: Any
) -> HttpResponse:
    """Runs the verb; what it refuses becomes a message on the page, with everything typed still there."""
    try:
        verb()
    except REFUSED as refusal:
        return _refused(request, _find(request, item.pk), refusal, forms)
    messages.success(request, done)
    return redirect("clinic:review-item", item_id=item.pk)


def _refused(request: ClinicRequest, item: Any, refusal: Exception, forms: dict[str, Any]) -> HttpResponse:
    if beside := BESIDE.get(type(refusal)):
        for form in forms.values():
            form.add_error(*beside)
        return _page(request, item, status=422, **forms)
    status, problem = REFUSALS.get(type(refusal)) or (409, _held(item))
    return _page(request, item, status=status, problem=problem, **forms)


def _held(item: Any) -> str:
    if item.claimed_by is None:
        return gettext("This item is no longer yours. Nothing was saved.")
    return gettext("%(name)s is looking at this. Nothing was saved.") % {"name": item.claimed_by.name}


def _page(
    request: ClinicRequest, item: Any, *, status: int = 200, problem: Any = None, **forms: Any
) -> HttpResponse:
    now = timezone.now()
    today = now.astimezone(request.clinic.zone).date()
    context = {
        **item_context(read_item(request.clinic, item, today), request.staff, now),
        **forms_of(request.staff, today, needs_note=item.has_safety),
        **forms,
        "problem": problem,
        "bad_form": next((form for form in forms.values() if form.errors), None),
    }
    return render(request, "clinic/item.html", context, status=status)
