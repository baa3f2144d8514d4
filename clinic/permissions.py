"""Who may do what: one table of verb x role, used by views, admin and templates alike."""

from typing import Final

from clinic.models import Role, StaffMember

CLINICIAN, REVIEWER, MANAGER = Role.CLINICIAN, Role.REVIEWER, Role.MANAGER
EVERYBODY: Final = frozenset({CLINICIAN, REVIEWER, MANAGER})

VERBS: Final[dict[str, frozenset[Role]]] = {
    # people
    "see_patient": EVERYBODY,
    "enrol_patient": frozenset({CLINICIAN, MANAGER}),
    "invite_patient": EVERYBODY,
    # treatment
    "see_programme": EVERYBODY,
    "prescribe": frozenset({CLINICIAN}),
    "edit_templates": frozenset({CLINICIAN}),
    "pause_programme": frozenset({CLINICIAN}),
    # review
    "see_queue": EVERYBODY,
    "claim_item": frozenset({CLINICIAN, REVIEWER}),
    "take_over_item": frozenset({CLINICIAN}),
    "record_contact": frozenset({CLINICIAN, REVIEWER}),
    "close_item": frozenset({CLINICIAN, REVIEWER}),
    # the clinic itself
    "manage_clinic": frozenset({MANAGER}),
    "manage_staff": frozenset({MANAGER}),
}

# Outcomes that are a clinical judgement; a reviewer passes such an item to a clinician.
CLINICAL_OUTCOMES: Final = frozenset(
    {"contacted-plan-changed", "plan-changed", "expected-flare", "false-alarm", "contacted-no-change"}
)


class NotAllowed(Exception):
    """This role may not use this verb."""


def may(member: StaffMember | None, verb: str) -> bool:
    """Whether this membership may use the verb. An unknown verb is a programming error (KeyError)."""
    roles = VERBS[verb]
    return member is not None and member.is_active and member.role in roles


def require(member: StaffMember | None, verb: str) -> None:
    """Raises NotAllowed unless `may`."""
    if not may(member, verb):
        raise NotAllowed(verb)


def may_close_with(member: StaffMember | None, outcome: str) -> bool:
    """A reviewer contacts, notes and passes on; clinical outcomes are the clinician's."""
    if not may(member, "close_item"):
        return False
    return outcome not in CLINICAL_OUTCOMES or (member is not None and member.role == CLINICIAN)
