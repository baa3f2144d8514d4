"""Learn: short cards, the one that fits first. Nothing here invites to a walk while a safety answer waits."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from patients.views.access import PatientRequest, page, patient_page
from patients.views.fitting_cards import offered, reader_of
from patients.views.today import state_of
from patients.wording.cards import Shown, cards_as_shown, said_when
from programmes.clinical.learning import Reader, may_read
from programmes.services.learning import texts_in_force
from programmes.services.plan_reading import plan_of, recent_walks


def _reader(request: PatientRequest) -> Reader:
    on = request.patient.local_date(timezone.now())
    plan = plan_of(patient=request.patient, on=on)
    state = state_of(request.safety_route, plan, is_restricted=request.is_restricted)
    return reader_of(state, plan, recent_walks(patient=request.patient), on)


def _cards(request: PatientRequest) -> list[Shown]:
    return cards_as_shown(texts_in_force(clinic=request.patient.clinic))


@require_safe
@patient_page
def learn(request: PatientRequest) -> HttpResponse:
    """All cards, the fitting one first. While a safety answer waits: Today, which says what to do."""
    reader = _reader(request)
    if not may_read(reader):
        return redirect("patients:today")
    return page(request, "learn.html", {"now": offered(request.texts, reader), "cards": _cards(request)})


@require_safe
@patient_page
def card(request: PatientRequest, card_number: int) -> HttpResponse:
    """One card; neither its address nor its title says which, for a browser remembers both.

    A hidden one is answered like one that does not exist.
    """
    if not may_read(_reader(request)):
        return redirect("patients:today")
    found = next((each for each in _cards(request) if each.number == card_number), None)
    if found is None:
        raise Http404
    return page(request, "card.html", {"card": found, "said_when": said_when(found)})
