"""Going live: nothing reaches a real patient before the clinic has signed that it is ready."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from clinic.models import CHECKLIST, Clinic, GoLiveRecord, StaffMember
from clinic.permissions import require


class NotLive(Exception):
    """The clinic has not signed its going-live record."""


class ChecklistIncomplete(Exception):
    """Something on the list is not done, or nobody is named for clinical safety."""


@dataclass(frozen=True)
class Readiness:
    """What the manager declares: the safety lead by name, the hazard log that was read, what is done."""

    safety_lead: str
    hazard_log_version: str
    done: frozenset[str]


def require_live(clinic: Clinic) -> None:
    """Raises NotLive. SAFETY answers are raised all the same: they never ask this."""
    if not clinic.is_live:
        raise NotLive


@transaction.atomic
def sign_going_live(
    *, readiness: Readiness, rule_version: str, by: StaffMember, now: datetime, is_demo: bool = False
) -> GoLiveRecord:
    """The manager signs for one version of the rules. Raises ChecklistIncomplete or NotAllowed."""
    require(by, "sign_going_live")
    lead, hazards = readiness.safety_lead.strip(), readiness.hazard_log_version.strip()
    if not lead or not hazards or readiness.done != frozenset(CHECKLIST):
        raise ChecklistIncomplete
    record = GoLiveRecord.objects.create(
        clinic=by.clinic,
        signed_by=by,
        signed_at=now,
        safety_lead=lead,
        rule_version=rule_version,
        hazard_log_version=hazards,
        is_demo=is_demo,
        **dict.fromkeys(CHECKLIST, True),
    )
    Clinic.objects.filter(pk=by.clinic_id).update(live_rule_version=rule_version)
    by.clinic.live_rule_version = rule_version
    return record
