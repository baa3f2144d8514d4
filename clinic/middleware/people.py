"""One transaction around a request, and in it: who asks, and in which clinic."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from clinic.middleware.sessions import STAFF_SESSION, drop_session
from clinic.models import AccessReview, StaffMember
from clinic.permissions import Actor, May, Operator, may
from clinic.services.covering import gaps_of, planned_absences
from clinic.tenancy import AuditSight, act_for
from patients.models import EmergencyAccess
from programmes.clinical.thresholds import RULE_VERSION

if TYPE_CHECKING:
    from clinic.models import Clinic

UNSCOPED = (
    "/static/",
    "/healthz/",
    settings.CSP_REPORTS,
)  # no person, no session, no transaction around them
PATIENTS_CLINIC = "patients_clinic"  # whose rows a patient's session may read; set with the record

Handler = Callable[[HttpRequest], HttpResponse]


class StaffRequest(HttpRequest):
    """A request with the membership that `active_clinic` found; None for patients and visitors.

    `actor` is who asks, as `clinic.permissions` knows them: the membership or the operator.
    """

    actor: Actor | None
    staff: StaffMember | None
    clinic: "Clinic | None"


def one_transaction(get_response: Handler) -> Handler:
    """One transaction around session, view and rendering; a 5xx leaves nothing half-written.

    ATOMIC_REQUESTS would end before a TemplateResponse renders, so admin pages would render outside it.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(UNSCOPED):
            return get_response(request)
        with transaction.atomic():
            response = get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    return middleware


def active_clinic(get_response: Handler) -> Handler:
    """Finds the staff membership of this session and sets the clinic in the transaction."""

    def middleware(request: Any) -> HttpResponse:
        request.actor = request.staff = request.clinic = None
        if not request.path_info.startswith(UNSCOPED):
            if request.user.is_authenticated:
                _find_clinic(request)
            else:
                act_for(request_id=request.request_id)  # who signs in changes rows before anybody is known
        return get_response(request)

    return middleware


def _find_clinic(request: Any) -> None:
    act_for(user_id=request.user.pk)  # one's own memberships and records, in whatever clinic
    request.staff = membership(request)
    if _works_nowhere(request):
        drop_session(request)
    request.clinic = request.staff.clinic if request.staff else None
    request.actor = request.staff or operator(request)
    act_for(
        clinic_id=request.staff.clinic_id if request.staff else request.session.get(PATIENTS_CLINIC),
        user_id=request.user.pk,
        operator=isinstance(request.actor, Operator),
        request_id=request.request_id,
        audit=_sight(request.staff),
        staff_id=request.staff and request.staff.pk,
        now=timezone.now(),
    )


def _works_nowhere(request: Any) -> bool:
    """A staff session that outlived its last membership."""
    marked = bool(request.session.get(STAFF_SESSION))
    return marked and request.staff is None and not request.user.is_superuser


def _sight(staff: StaffMember | None) -> AuditSight:
    """What of the clinic's audit the database shows this request: patients and visitors nothing."""
    if staff is None:
        return ""
    return "all" if may(staff, "see_audit") else "history"


def membership(request: Any) -> StaffMember | None:
    """The membership chosen in the session, else the first; None for patients and operators.

    A code by e-mail opens a patient's pages only: without the mark of a staff sign-in there is no membership,
    even when the same address belongs to a member of staff.
    """
    if not request.session.get(STAFF_SESSION) or request.user.is_superuser:
        return None
    found = list(
        StaffMember.objects.filter(user=request.user, is_active=True)
        .select_related("clinic")
        .order_by("name")
    )
    chosen = [member for member in found if str(member.pk) == request.session.get("membership")]
    return next(iter(chosen or found), None)


def operator(request: Any) -> Operator | None:
    """The operator, signed in on the staff page. The only place that reads the login's own mark."""
    is_signed_in = request.user.is_superuser and request.session.get(STAFF_SESSION)
    return Operator(request.user) if is_signed_in else None


def oversight(request: Any) -> dict[str, Any]:
    """What waits for a manager on the pages about people; read only where a template shows it."""
    actor, now = getattr(request, "actor", None), timezone.now()
    if not may(actor, "see_people"):
        return {}
    unreviewed = EmergencyAccess.objects.for_clinic(request.clinic).unreviewed().count()
    is_overdue = not AccessReview.objects.for_clinic(request.clinic).still_good(now).exists()
    today = now.astimezone(request.clinic.zone).date()
    return {
        "unreviewed": unreviewed,
        "is_overdue": is_overdue,
        "waiting": unreviewed + is_overdue,
        "gaps": len(gaps_of(planned_absences(request.clinic, today), today)),
    }


def site(request: Any) -> dict[str, Any]:
    """Template context of every page."""
    return {
        "staff": getattr(request, "staff", None),
        "may": May(getattr(request, "actor", None)),
        "oversight": SimpleLazyObject(lambda: oversight(request)),
        "demo": settings.DEMO,
        "mfa_optional": settings.MFA_OPTIONAL,
        "source_url": settings.SOURCE_URL,
        "rule_version": RULE_VERSION,
    }
