"""Logging a walk: the form, the safety list that may follow it, and the page that says it is saved."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from uuid_utils.compat import uuid7

from patients import mails, wording
from patients.forms import Asked, PainAsked, SafetyForm, WalkForm
from patients.forms.changes import amounts_chosen
from patients.services.restricted import ProcessingRestricted
from patients.tokens import person_mark
from patients.views import saved_before
from patients.views.access import UNPROCESSABLE, PatientRequest, page, patient_page
from patients.views.refused_walks import raised_all_the_same
from patients.views.timer import timed_walk, timer_is_logged
from patients.views.today import state_of
from patients.views.walk_saving import FORM_KEY, as_sent, form_is_over, list_follows, save_entry
from patients.wording.offline import kept_cards
from programmes.clinical.amounts import Walked
from programmes.clinical.diary import Finding
from programmes.clinical.safety import safety_finding
from programmes.clinical.saved import Saved, WalkAnswers, saved_sentence
from programmes.clinical.thresholds import SAVED_PAGE
from programmes.models import Flag, FlagCode, Walk
from programmes.services.own_walks import is_changeable
from programmes.services.plan_reading import (
    Plan,
    last_deltas,
    log_so_far,
    plan_of,
)
from programmes.services.walk_logging import (
    OLDEST_ENTRY,
    AlreadyAnswered,
    DifferentEntry,
    answer_safety_list,
)

CONFLICT = 409
SAFETY_EVERY = timedelta(days=7)
PAIN_EVERY = timedelta(days=7)  # in light mode (clinical rules, "one weekly pain item")


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def log(request: PatientRequest) -> HttpResponse:
    """The whole walk log on one page; a saved form leads on, a faulty one comes back as it was typed."""
    if request.is_restricted and request.method != "POST":
        return page(request, "walk_closed.html")
    now = timezone.now()
    today = request.patient.local_date(now)
    plan = plan_of(patient=request.patient, on=today)
    asked = asked_of(request, plan, today)
    if request.method != "POST":
        return _new_page(request, asked)
    if is_of_another(request):
        return page(request, "walk_of_another.html", status=CONFLICT)
    form = WalkForm(request.POST, asked=as_sent(request, asked))
    is_error = not form.is_valid()
    try:
        walk = None if is_error else _save(request, form, plan, now)
    except ProcessingRestricted:
        return page(request, "walk_closed.html", {"not_saved": True}, status=UNPROCESSABLE)
    if walk is None:
        raised = raised_all_the_same(request, form, plan, now, is_error=is_error)
        return form_page(request, form, form.cleaned_data.get("walked_on"), raised=raised)
    request.session.pop(FORM_KEY, None)
    timer_is_logged(request)
    return redirect("patients:safety" if list_follows(walk, asked) else "patients:saved", walk.pk)


def is_of_another(request: PatientRequest) -> bool:
    """The form was made on somebody else's page, who was signed in here before."""
    return request.POST.get("person", "") not in ("", person_mark(request.patient.pk))


def _new_page(request: PatientRequest, asked: Asked) -> HttpResponse:
    """Nothing is chosen, but for what the patient's own timer says."""
    day, minutes = timed_walk(request) or (asked.today, None)
    day = max(day, asked.today - OLDEST_ENTRY)
    first = {"client_uuid": _form_key(request), "walked_on": day.isoformat()}
    if minutes:
        first |= amounts_chosen(Walked(minutes), asked)
    return form_page(request, WalkForm(asked=asked, initial=first), day)


def asked_of(request: PatientRequest, plan: Plan | None, today: date) -> Asked:
    """What the form asks this patient today."""
    so_far = log_so_far(patient=request.patient)
    asked_on = so_far.safety_asked_on
    shown = plan if plan and plan.asks_for_a_walk and not request.safety_route else None
    return Asked(
        today=today,
        units=request.patient.units,
        dose=shown.dose if shown else None,
        last_walk_on=so_far.last_walk_on,
        safety_is_due=asked_on is None or today - asked_on >= SAFETY_EVERY,
        pain=_pain_asked(request, so_far.pain_asked_on, today),
    )


def _pain_asked(request: PatientRequest, asked_on: date | None, today: date) -> PainAsked:
    """In light mode once a week; the safety list and the flare-up question stay as they are."""
    if request.light_since is None:
        return PainAsked.EACH_WALK
    is_due = asked_on is None or today - asked_on >= PAIN_EVERY
    return PainAsked.THIS_WEEK if is_due else PainAsked.NOT_NOW


def _form_key(request: PatientRequest) -> str:
    """The key of this session's open form: the same in every tab until it is saved."""
    return str(request.session.setdefault(FORM_KEY, str(uuid7())))


def form_page(
    request: PatientRequest,
    form: WalkForm,
    chosen: date | None,
    *,
    changing: Walk | None = None,
    raised: dict[str, Any] | None = None,
) -> HttpResponse:
    """The form, for a new walk or with the answers of one that is changed; `raised`: what to do now."""
    asked = form.asked
    if "client_uuid" in form.errors:
        form.renew_key(uuid7())
    context = {
        "form": form,
        "asked": asked,
        "chosen_day": wording.day_from(asked.today, chosen) if chosen else _("Choose the day"),
        "last_walk_day": wording.day(asked.last_walk_on) if asked.last_walk_on else "",
        "changing": changing,
        "kept": kept_cards(),
        "raised": raised,
    }
    return page(request, "walk_new.html", context, status=UNPROCESSABLE if form.errors else 200)


def _save(request: PatientRequest, form: WalkForm, plan: Plan | None, now: datetime) -> Walk | None:
    """The stored walk; None when it may be one that was saved before: the patient is asked first."""
    entry = form.entry()
    if saved_before.is_again(request, entry, now):
        _ask_first(request, form)
        return None
    try:
        return save_entry(request, entry, plan, now).walk
    except DifferentEntry:
        _ask_first(request, form)
        return None


def _ask_first(request: PatientRequest, form: WalkForm) -> None:
    """The same answers under a new key; only the form that carries the question may answer it."""
    key = uuid7()
    form_is_over(request, form.cleaned_data["client_uuid"])
    form.renew_key(key)
    saved_before.remember_asking(request, key)
    form.add_error(None, saved_before.question())


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def safety(request: PatientRequest, walk_id: UUID) -> HttpResponse:
    """The safety list on its own page, for a walk that is saved already."""
    walk = own_walk(request, walk_id)
    if walk.new_symptoms is not None and request.method != "POST":
        return redirect("patients:saved", walk.pk)
    form = SafetyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        _answer(walk, form.cleaned_data["symptoms"])
        return redirect("patients:saved", walk.pk)
    return page(request, "safety.html", {"form": form}, status=UNPROCESSABLE if form.errors else 200)


def own_walk(request: PatientRequest, walk_id: UUID) -> Walk:
    """This patient's walk, or 404; also one that was changed or taken back since: its list may be open."""
    walks = Walk.objects.filter(clinic_id=request.patient.clinic_id, patient=request.patient).with_first_at()
    walk: Walk = get_object_or_404(walks, pk=walk_id)
    walk.patient = request.patient  # already here, with its clinic
    return walk


def _answer(walk: Walk, symptoms: tuple[str, ...]) -> None:
    """Stores the answers; a second tab that answers later adds what it ticks, and changes nothing else."""
    try:
        answer_safety_list(
            walk=walk,
            new_symptoms=symptoms,
            text_version=wording.SAFETY_TEXT_VERSION,
            duty_letter=mails.duty_letter(),
            now=timezone.now(),
        )
    except AlreadyAnswered:
        return


@require_safe
@patient_page
def saved(request: PatientRequest, walk_id: UUID) -> HttpResponse:
    """One sentence by the fixed table. That the team has been told is said only if it has."""
    walk = own_walk(request, walk_id)
    finding = safety_finding(walk.new_symptoms or (), walk.fall or "none")
    if walk.entered_in_error:
        return urgent_page(request, walk, finding) if finding else redirect("patients:today")
    code = _sentence(walk, red_flag=finding is not None)
    context: dict[str, Any] = {"walk": walk, "urgent": code in wording.CALL_FIRST}
    if finding is None:
        context["advice"] = wording.saved(code)
        context["promise"] = _severe_is_told(walk) if code == Saved.ACT_SEVERE else ""
    else:
        context["advice"] = wording.what_to_do(finding.evidence["route"])
        context["promise"] = _promise(request, walk)
    context["amount"] = wording.walked(walk.walked, walk.target.counts, request.patient.units)
    context["day"] = wording.day(walk.walked_on)
    context["praise"] = code == Saved.WELL_DONE
    context["may_change"] = is_changeable(walk, timezone.now())
    context["flare_plan"] = _flare_plan(request) if code == Saved.FLARE else ""
    context["still_open"] = finding is None and request.safety_route is not None
    return page(request, "saved.html", context)


def urgent_page(request: PatientRequest, walk: Walk, finding: Finding, *, status: int = 200) -> HttpResponse:
    """What to do now, for safety answers whose walk does not count or stays as it was."""
    promise = _promise(request, walk)
    context = {
        "advice": wording.what_to_do(finding.evidence["route"]),
        "promise": promise,
        "still_open": not promise and request.safety_route is not None,
        "urgent": True,
        "walk_stays": True,
    }
    return page(request, "saved.html", context, status=status)


def _flare_plan(request: PatientRequest) -> str:
    """Whether the flare-up plan may be taken up today, runs already, or neither ("")."""
    plan = plan_of(patient=request.patient, on=request.patient.local_date(timezone.now()))
    if plan is None or state_of(request.safety_route, plan, is_restricted=request.is_restricted) != "walking":
        return ""
    if plan.course.open_flare is not None:
        return "runs"
    return "offered" if plan.course.may_ease else ""


def _sentence(walk: Walk, *, red_flag: bool) -> Saved:
    return saved_sentence(
        WalkAnswers(
            before=walk.pain_before,
            after=walk.pain_after,
            worst=walk.pain_worst,
            flare=bool(walk.flare),
            limb_problem=bool(walk.limb_problem),
            red_flag=red_flag,
            programme_week=walk.target_week or 0,
            last_deltas=() if red_flag else last_deltas(walk=walk, count=SAVED_PAGE.worse_walks),
        )
    )


def _promise(request: PatientRequest, walk: Walk) -> str:
    """Empty when no version of this walk raised a flag: then nobody was told, and nothing may be said."""
    flag = _flags_by(walk, FlagCode.SAFETY).select_related("item").first()
    if flag is None:
        return ""
    return wording.promise(flag.item.promised_for, request.patient.local_date(timezone.now()))


def _severe_is_told(walk: Walk) -> str:
    """Empty when this walk raised no flag; no day is promised."""
    return wording.severe_is_told() if _flags_by(walk, FlagCode.PAIN_SEVERE).exists() else ""


def _flags_by(walk: Walk, code: FlagCode) -> Any:
    """What a version of this walk raised."""
    first = walk.corrects_id or walk.pk
    raised = Flag.objects.filter(clinic_id=walk.clinic_id, code=code)
    return raised.filter(Q(walk=first) | Q(walk__corrects=first))
