"""What the page, or the phone, says of a walk that was refused while its answers asked for help."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from patients import mails, wording
from patients.forms import WalkForm
from patients.views.access import PatientRequest
from programmes.models import Flag
from programmes.services.plan_reading import Plan, running_programme
from programmes.services.refused_walks import raise_refused
from programmes.services.safety_raising import SafetyAnswers


def raised_all_the_same(
    request: PatientRequest, form: WalkForm, plan: Plan | None, now: datetime
) -> dict[str, Any] | None:
    """Tells the team of the safety answers that are valid themselves; what to do now, and what may be said
    of the team. None where nothing asks for it."""
    given = form.cleaned_data
    programme = running_programme(plan)
    told = SafetyAnswers(request.patient, programme, given.get("symptoms") or (), given.get("fall") or "none")
    key = given.get("client_uuid")
    finding = raise_refused(answers=told, form=key, duty_letter=mails.duty_letter(), now=now)
    if finding is None:
        return None
    return {"advice": wording.what_to_do(finding.evidence["route"]), "told": _told(request, now)}


def _told(request: PatientRequest, now: datetime) -> str:
    """Said only after the row was written; it may be closed again by now."""
    flag = Flag.objects.open_safety(request.patient).select_related("item").first()
    today = request.patient.local_date(now)
    team = wording.promise(flag.item.promised_for, today) if flag else _("Your physio team has been told.")
    answers = _("This walk is not saved, but we have your safety answers.")
    return f"{answers} {team}"
