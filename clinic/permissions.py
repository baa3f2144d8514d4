"""Who may do what: one table of verbs and roles, asked by verbs, views, admin and templates alike.

`docs/roles.md` shows the table to people; a test compares the two.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from clinic.models import Role, StaffMember, User

CLINICIAN, REVIEWER, MANAGER = Role.CLINICIAN.value, Role.REVIEWER.value, Role.MANAGER.value
OPERATOR: Final = "operator"  # no role of a clinic: who runs the installation, a member of none
EVERYBODY: Final = frozenset({CLINICIAN, REVIEWER, MANAGER})

VERBS: Final[dict[str, frozenset[str]]] = {
    # patients
    "see_patient": EVERYBODY,
    "enrol_patient": frozenset({CLINICIAN, MANAGER}),
    "change_patient": frozenset({CLINICIAN, MANAGER}),
    "invite_patient": EVERYBODY,
    "print_letter_code": EVERYBODY,
    "sign_out_patient": EVERYBODY,
    "lead_patients": frozenset({CLINICIAN}),
    # a person's rights over the own data
    "export_record": frozenset({CLINICIAN, MANAGER}),
    "erase_patient": frozenset({MANAGER}),
    "decide_retention": frozenset({MANAGER}),
    "restrict_processing": frozenset({MANAGER}),
    "lift_restriction": frozenset({MANAGER}),
    "answer_data_request": frozenset({CLINICIAN, MANAGER}),
    # limited records
    "limit_record": frozenset({CLINICIAN, MANAGER}),  # of clinicians: the lead alone
    "open_in_emergency": frozenset({CLINICIAN, REVIEWER}),
    "review_emergencies": frozenset({MANAGER}),
    "name_lead": frozenset({MANAGER}),
    # treatment
    "see_programme": EVERYBODY,
    "prescribe": frozenset({CLINICIAN}),
    "edit_templates": frozenset({CLINICIAN}),
    "edit_patient_texts": frozenset({CLINICIAN}),
    "correct_walk": frozenset({CLINICIAN}),
    "pause_programme": frozenset({CLINICIAN}),
    "see_suggestion": frozenset({CLINICIAN}),
    "switch_suggestions": frozenset({CLINICIAN, MANAGER}),
    "set_patient_thresholds": frozenset({CLINICIAN}),
    # review
    "see_queue": EVERYBODY,
    "claim_item": frozenset({CLINICIAN, REVIEWER}),
    "take_over_item": frozenset({CLINICIAN}),
    "record_contact": frozenset({CLINICIAN, REVIEWER}),
    "close_item": frozenset({CLINICIAN, REVIEWER}),
    "close_clinically": frozenset({CLINICIAN}),
    "close_safety": frozenset({CLINICIAN}),
    # the clinic itself
    "manage_clinic": frozenset({MANAGER, OPERATOR}),
    "sign_going_live": frozenset({MANAGER}),
    "set_thresholds": frozenset({MANAGER}),
    "close_days": frozenset({MANAGER}),
    "publish_privacy_text": frozenset({MANAGER}),
    "approve_language": frozenset({MANAGER, OPERATOR}),  # its words are the same in every clinic
    "offer_language": frozenset({MANAGER}),  # to the own clinic's patients
    "see_post": frozenset({MANAGER}),
    "manage_staff": frozenset({MANAGER, OPERATOR}),
    "see_audit": frozenset({MANAGER}),
    "see_account": frozenset({MANAGER}),
    "see_people": frozenset({MANAGER}),
    "review_access": frozenset({MANAGER}),
    "hand_over": frozenset({MANAGER}),
    # leave cover and caseloads
    "hand_patients_over": frozenset({CLINICIAN, MANAGER}),  # a clinician: the own ones alone
    "see_cover": EVERYBODY,
    "plan_cover": frozenset({CLINICIAN, MANAGER}),  # a clinician: the own absence alone
    "plan_others_cover": frozenset({MANAGER}),
    # the installation
    "open_clinic": frozenset({OPERATOR}),
    "manage_logins": frozenset({OPERATOR}),
}

# Outcomes that are a clinical judgement; a reviewer passes such an item to a clinician.
CLINICAL_OUTCOMES: Final = frozenset(
    {"contacted-plan-changed", "plan-changed", "expected-flare", "false-alarm", "contacted-no-change"}
)


class NotAllowed(Exception):
    """This role may not use this verb."""


@dataclass(frozen=True)
class Operator:
    """Somebody signed in to run the installation: makes clinics and staff accounts, sees no patient."""

    user: User


Actor = StaffMember | Operator


def role_of(actor: Actor | None) -> str | None:
    """The actor's column of the table; None for nobody and for those who have been switched off."""
    if isinstance(actor, Operator):
        return OPERATOR if actor.user.is_active and actor.user.is_superuser else None
    return actor.role if actor is not None and actor.is_active else None


def may(actor: Actor | None, verb: str) -> bool:
    """Whether this actor may use the verb. An unknown verb is a programming error (KeyError)."""
    roles = VERBS[verb]
    return role_of(actor) in roles


def require(actor: Actor | None, verb: str, *, clinic_id: UUID | None = None) -> None:
    """Raises NotAllowed unless `may`; with a clinic also for members of any other clinic."""
    if not may(actor, verb):
        raise NotAllowed(verb)
    if clinic_id is not None and isinstance(actor, StaffMember) and actor.clinic_id != clinic_id:
        raise NotAllowed(verb)


def roles_that_may(verb: str) -> frozenset[str]:
    """For choices: "who can lead a patient?"."""
    return VERBS[verb]


def may_close_with(actor: Actor | None, outcome: str) -> bool:
    """A reviewer contacts, notes and passes on; clinical outcomes are the clinician's."""
    if outcome in CLINICAL_OUTCOMES and not may(actor, "close_clinically"):
        return False
    return may(actor, "close_item")


class May:
    """For templates: `{% if may.prescribe %}`. A verb that is not in the table is an error in tests."""

    def __init__(self, actor: Actor | None) -> None:
        self._actor = actor

    def __getitem__(self, verb: str) -> bool:
        return may(self._actor, verb)
