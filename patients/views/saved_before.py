"""Back and Save: tells a form that brings just-saved answers under a new key from a second walk.

The pages are never cached, so Back fetches a new form with a new key while the browser fills in the old
answers. The session keeps digests of the answers saved last, so that asking costs no query.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from patients.views.access import PatientRequest
from programmes.services.walk_logging import WalkEntry

SAVED = "saved_walk"  # digests of the answers saved last, their key, and when
ASKED = "asked_about"  # the key of the form that carries the question "is this another walk?"
WITHIN = timedelta(minutes=15)


def question() -> str:
    return _("This walk was saved already. Is this another walk? Then save it again.")


def is_again(request: PatientRequest, entry: WalkEntry, now: datetime) -> bool:
    """Whether to ask first. Newly ticked symptoms are never held up by the question."""
    last = request.session.get(SAVED)
    key = str(entry.client_uuid)
    if last is None or key in (last["key"], request.session.get(ASKED)):
        return False
    if now - datetime.fromisoformat(last["at"]) > WITHIN or _answers(request, entry) != last["answers"]:
        return False
    return not entry.new_symptoms or _with_symptoms(request, entry) == last["with_symptoms"]


def remember_asking(request: PatientRequest, key: UUID) -> None:
    request.session[ASKED] = str(key)


def remember_saving(request: PatientRequest, entry: WalkEntry, now: datetime) -> None:
    request.session[SAVED] = {
        "key": str(entry.client_uuid),
        "at": now.isoformat(),
        "answers": _answers(request, entry),
        "with_symptoms": _with_symptoms(request, entry),
    }


def _answers(request: PatientRequest, entry: WalkEntry) -> str:
    """Without what the form does not ask a second time: last walk's next morning, and the safety list."""
    return _with_symptoms(request, replace(entry, settled="", new_symptoms=None, safety_text_version=""))


def _with_symptoms(request: PatientRequest, entry: WalkEntry) -> str:
    """The patient stands for the form's key: two people may share a login, and a walk.

    Whether it was as planned follows from the plan, which rests once a symptom was told.
    """
    return replace(entry, client_uuid=request.patient.pk, settled="", outcome="").digest()
