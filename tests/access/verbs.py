"""Every verb of the services with what it is given: rows of one clinic. Who it is done by, the test says."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any

from clinic.models import CHECKLIST, Closure, Role, StaffMember, User
from clinic.services import absences, going_live, keeping, languages, oversight, people, privacy, sign_in_help
from clinic.services.post import Letter
from patients.models import Decision, Patient, RequestOutcome, RetentionDecision
from patients.services import (
    data_requests,
    enrolment,
    letters,
    limiting,
    logins,
    record_export,
    retention_decisions,
    signing_out,
)
from programmes.clinical.thresholds import Setting
from programmes.models import (
    Channel,
    ContactResult,
    Ending,
    Flag,
    Outcome,
    Programme,
    ProgrammeTemplate,
    RevisionChange,
    Shows,
)
from programmes.services import (
    caseloads,
    changing,
    correcting,
    ending,
    learning,
    leaving,
    library,
    light_mode,
    opening,
    overlays,
    own_thresholds,
    pausing,
    prescribing,
    restricting,
    reviewing,
    safety_checking,
)
from programmes.services.reviewing import Contact
from programmes.services.walk_logging import WalkEntry
from tests.access.world import Side
from tests.factories import DUTY_LETTER, NOON

TODAY = NOON.date()
AT, DAY = {"now": NOON}, {"today": TODAY}
REASON = "Somebody asked for it in writing."
LETTER = Letter(subject="A letter", body="From the clinic.")
NO_ROW: Mapping[str, str] = MappingProxyType(
    {
        "sign_going_live": "of one's own clinic alone",
        "record_access_review": "of one's own clinic alone",
        "approve_language": "its words belong to no clinic",
        "withdraw_approval": "its words belong to no clinic",
        "offer_language": "of one's own clinic alone",
        "publish_notice": "of one's own clinic alone",
        "restore_shipped": "of one's own clinic alone",
        "publish_text": "of one's own clinic alone",
        "set_clinic_thresholds": "of one's own clinic alone",
        "open_clinic": "there is none before",
        "keep_login": "logins belong to no clinic",
        "save_login": "logins belong to no clinic",
        "disable_login": "logins belong to no clinic; asked by leaving, after it has asked for the member",
    }
)


def verbs(side: Side) -> dict[str, tuple[str, partial[Any]]]:
    """Name of the function -> its verb in the table of roles, and the call without `by`."""
    side.patient = Patient.objects.get(pk=side.patient.pk)  # as stored: a call before changed it in memory
    done = [
        *_prescribing(side),
        *_treatment(side),
        *_changes(side),
        *_review(side),
        *_patient(side),
        *_rights(side),
        *_limits(side),
        *_away(side),
        *_house(side),
    ]
    return {call.func.__name__: (verb, call) for verb, call in done}


def _prescribing(side: Side) -> list[tuple[str, partial[Any]]]:
    draft, weeks = side.rows["draft"], prescribing.template_weeks(side.rows["template"])
    plan = {
        "baseline": prescribing.Baseline(15),
        "starts_on": TODAY,
        "weeks": weeks,
        "template": None,
        "rule": {},
    }
    edited = {"weeks": weeks, "starts_on": TODAY, "note_to_patient": "", "seen_version": draft.version}
    return [
        ("prescribe", partial(prescribing.draft_programme, patient=side.patient, **plan, **DAY)),
        ("prescribe", partial(prescribing.edit_draft, programme=draft, **edited)),
        ("prescribe", partial(prescribing.discard_draft, programme=draft)),
        ("prescribe", partial(prescribing.assign_programme, programme=draft, **AT)),
        (
            "prescribe",
            partial(
                safety_checking.complete_checklist,
                patient=side.patient,
                answers=safety_checking.CheckAnswers(),
                **AT,
            ),
        ),
        ("edit_templates", partial(library.save_template, template=side.rows["template"], weeks=weeks)),
        ("edit_templates", partial(library.restore_shipped, codes=["T2"])),
    ]


def _treatment(side: Side) -> list[tuple[str, partial[Any]]]:
    running, walk = side.rows["running"], side.rows["walk"]
    pause = {"from_on": TODAY, "until_on": TODAY, "reason": "ill"}
    discharge = {"ending": None, "on": TODAY, "reason": "Done."}
    before = side.began - timedelta(days=1)
    entry = WalkEntry(client_uuid=walk.pk, walked_on=walk.walked_on, minutes=10)
    return [
        (
            "prescribe",
            partial(ending.end_programme, programme=running, ending=Ending.COMPLETED, on=TODAY, **AT),
        ),
        ("pause_programme", partial(pausing.pause_programme, programme=running, **pause, **AT)),
        ("correct_walk", partial(correcting.mark_entered_in_error, walk=walk, reason=REASON, **AT)),
        (
            "correct_walk",
            partial(correcting.correct_walk, walk=walk, reason=REASON, corrected=entry, **AT),
        ),
        ("prescribe", partial(ending.take_back_programme, programme=running, today=before, **AT)),
        (
            "change_patient",
            partial(ending.discharge_patient, patient=side.second, **discharge, **AT),
        ),
        (
            "prescribe",
            partial(
                light_mode.set_light_mode,
                patient=side.patient,
                is_on=True,
                patient_may_choose=False,
                reason=REASON,
                **AT,
            ),
        ),
        (
            "set_patient_thresholds",
            partial(
                own_thresholds.set_patient_thresholds,
                patient=side.second,
                setting=Setting("quiet"),
                reason=REASON,
                seen=0,
                **AT,
            ),
        ),
        (
            "edit_patient_texts",
            partial(learning.publish_text, code="water", words=learning.Words(Shows.HIDDEN), seen=0, **AT),
        ),
    ]


def _changes(side: Side) -> list[tuple[str, partial[Any]]]:
    running, weeks = (
        Programme.objects.get(pk=side.rows["running"].pk),
        prescribing.template_weeks(side.rows["template"]),
    )
    change = changing.Change(RevisionChange.REWRITTEN, TODAY, weeks, REASON)
    new = ProgrammeTemplate(clinic=side.clinic, code="OURS", name="Ours", who_for="Us", example_baseline=15)
    paused = {"programme": running, "on": TODAY - timedelta(days=8)}
    return [
        (
            "prescribe",
            partial(changing.revise, programme=running, change=change, seen_version=running.version, **AT),
        ),
        ("prescribe", partial(overlays.start_flare_plan_for, **_flare(side))),
        ("prescribe", partial(overlays.end_flare_plan_for, programme=side.rows["flaring"], **AT)),
        ("pause_programme", partial(pausing.resume_programme, **paused, **AT)),
        (
            "prescribe",
            partial(changing.copy_programme, programme=running, patient=side.patient, starts_on=TODAY, **DAY),
        ),
        ("edit_templates", partial(changing.save_as_template, programme=running, template=new, **DAY)),
    ]


def _flare(side: Side) -> dict[str, Any]:
    answers = overlays.FlareAnswers(side.patient.pk, 6, (), "uk-1")
    running = Programme.objects.get(pk=side.rows["running"].pk)
    return {"programme": running, "answers": answers, "reason": REASON, "duty_letter": DUTY_LETTER, **AT}


def _review(side: Side) -> list[tuple[str, partial[Any]]]:
    waiting, held = side.rows["waiting"], side.rows["clinicians"]
    seen = [flag.as_read for flag in Flag.objects.filter(item=waiting)]
    closing = {"outcome": Outcome.ALREADY_KNOWN, "note": REASON, "seen": seen, **DAY, **AT}
    contact = Contact(Channel.PHONE, ContactResult.REACHED)
    holder = side.staff[Role.CLINICIAN].pk
    return [
        ("claim_item", partial(reviewing.claim_item, item=waiting, **AT)),
        ("take_over_item", partial(reviewing.take_over_item, item=held, holder_id=holder, **AT)),
        ("claim_item", partial(reviewing.release_item, item=held)),
        (
            "claim_item",
            partial(reviewing.snooze_item, item=waiting, until=TODAY + timedelta(days=2), **DAY),
        ),
        ("record_contact", partial(reviewing.record_contact, item=waiting, contact=contact, **AT)),
        ("close_item", partial(reviewing.close_item, item=waiting, **closing)),
    ]


def _patient(side: Side) -> list[tuple[str, partial[Any]]]:
    new = Patient(clinic=side.clinic, given_name="New", family_name="Person")
    reader = Patient.objects.get(clinic=side.clinic, user=None)
    return [
        ("enrol_patient", partial(enrolment.enrol_patient, record=new, email="new@mail.example", **DAY)),
        ("change_patient", partial(enrolment.change_patient, record=side.patient, email=None, **AT, **DAY)),
        (
            "change_patient",
            partial(enrolment.set_address, patient=side.patient, email="other@mail.example", **AT),
        ),
        ("invite_patient", partial(enrolment.invite_patient, patient=side.patient, letter=LETTER, **AT)),
        ("print_letter_code", partial(letters.print_letter, patient=reader, **AT)),
        ("print_letter_code", partial(letters.void_letter, patient=side.patient, **AT)),
        ("sign_out_patient", partial(signing_out.sign_out_patient, patient=side.patient, **AT)),
    ]


def _rights(side: Side) -> list[tuple[str, partial[Any]]]:
    patient, request = side.patient, side.rows["request"]
    answer = {"outcome": RequestOutcome.DONE, "answer": REASON, **AT}
    copy = {"reason": REASON, "with_notes": False, **AT}
    past, erase = side.rows["past"], {"what": Decision.ERASE, "reason": REASON, "keep_until": None, **AT}
    decision = RetentionDecision.objects.to_erase().get(patient=side.rows["going"])
    restricted = Patient.objects.get(reference=f"{side.word}-8")
    return [
        ("export_record", partial(record_export.export_record, patient=patient, **copy)),
        ("decide_retention", partial(retention_decisions.decide_retention, patient=past, **erase)),
        ("decide_retention", partial(retention_decisions.take_back_decision, decision=decision, **AT)),
        ("decide_retention", partial(retention_decisions.hold_record, patient=patient, reason=REASON)),
        ("decide_retention", partial(retention_decisions.end_hold, patient=side.rows["held"])),
        (
            "restrict_processing",
            partial(restricting.restrict_processing, patient=patient, reason=REASON, until=None, **AT),
        ),
        ("lift_restriction", partial(restricting.lift_restriction, patient=restricted, **AT)),
        ("answer_data_request", partial(data_requests.answer_request, request=request, **answer)),
    ]


def _limits(side: Side) -> list[tuple[str, partial[Any]]]:
    limited, access = side.rows["limited"], side.rows["access"]
    way_in = {"reason": REASON, "letter": DUTY_LETTER, **AT}
    lead = side.staff[Role.CLINICIAN]
    return [
        ("limit_record", partial(limiting.limit_record, patient=side.patient, reason=REASON, **AT)),
        ("limit_record", partial(limiting.lift_limit, limited=limited, **AT)),
        ("name_lead", partial(limiting.name_lead, limited=limited, lead=lead)),
        (
            "open_in_emergency",
            partial(limiting.open_in_emergency, patient_id=limited.patient_id, **way_in),
        ),
        ("open_in_emergency", partial(limiting.open_by_number, number=limited.number, **way_in)),
        ("review_emergencies", partial(limiting.review_emergency, access=access, note=REASON, **AT)),
    ]


def _away(side: Side) -> list[tuple[str, partial[Any]]]:
    absence, cover = side.rows["absence"], side.rows["cover"]
    lead, later = side.staff[Role.CLINICIAN], TODAY + timedelta(days=30)
    leave = absences.Leave(later, later)
    return [
        ("plan_cover", partial(absences.plan_absence, member=lead, cover=cover, leave=leave, **AT)),
        ("plan_cover", partial(absences.name_cover, absence=absence, cover=cover, **AT)),
        ("plan_cover", partial(absences.end_absence, absence=absence, **AT)),
        (
            "hand_patients_over",
            partial(
                caseloads.hand_patients_over,
                holder=lead,
                to=cover,
                patients=[side.patient.pk],
                reason=REASON,
                **AT,
            ),
        ),
    ]


def _languages() -> list[tuple[str, partial[Any]]]:
    """Of the language that Waymark ships beside its own."""
    said = {"language": "pl", "approver": languages.Approver("A reader", "HCPC 1", TODAY), **AT}

    def withdraw_approval(by: Any) -> None:
        languages.record_approval(**said, by=None)
        languages.withdraw_approval(**said, by=by)

    return [
        ("approve_language", partial(languages.approve_language, **said)),
        ("approve_language", partial(withdraw_approval)),
        ("offer_language", partial(languages.offer_language, language="pl", is_offered=False, **AT)),
    ]


def _house(side: Side) -> list[tuple[str, partial[Any]]]:
    member, clerk = side.rows["member"], people.Member("New name", Role.REVIEWER)
    ready = going_live.Readiness("A lead", "1", frozenset(CHECKLIST))
    closure = Closure(clinic=side.clinic, on=date(2027, 1, 1), reason="New year")
    notice = {"title": "Notice", "body": "Words.", "in_force_from": TODAY, **DAY}
    successor = side.staff[Role.CLINICIAN]
    numbers = {"setting": Setting("sensitive"), "reason": REASON}
    return [
        ("manage_clinic", partial(keeping.change_clinic, clinic=_renamed(side))),
        ("switch_suggestions", partial(keeping.switch_suggestions, clinic=side.clinic, on=True)),
        ("close_days", partial(keeping.close_day, closure=closure)),
        ("set_thresholds", partial(own_thresholds.set_clinic_thresholds, **numbers, seen=1, **AT)),
        ("sign_going_live", partial(going_live.sign_going_live, readiness=ready, rule_version="1", **AT)),
        *_languages(),
        ("publish_privacy_text", partial(privacy.publish_notice, **notice)),
        ("review_access", partial(oversight.record_access_review, **AT)),
        (
            "manage_staff",
            partial(
                people.add_staff_member, clinic=side.clinic, email="n@clinic.example", member=clerk, **AT
            ),
        ),
        ("manage_staff", partial(people.change_staff_member, member=member, to=clerk, **AT)),
        ("manage_staff", partial(people.disable_login, login=_fresh(member).user)),
        (
            "manage_staff",
            partial(sign_in_help.send_password_link, login=member.user, address=lambda link: link, **AT),
        ),
        (
            "manage_staff",
            partial(sign_in_help.reset_colleagues_factor, login=member.user, reason=REASON, **AT),
        ),
        ("hand_over", partial(leaving.hand_over, member=_fresh(member), successor=successor, **AT, **DAY)),
        (
            "manage_logins",
            partial(logins.keep_login, login=User(email="l@clinic.example"), password="", **AT),
        ),
        (
            "manage_logins",
            partial(people.save_login, login=User(email="s@clinic.example"), password="", **AT),
        ),
        ("open_clinic", partial(opening.open_clinic, clinic=_new_clinic())),
    ]


def _fresh(member: StaffMember) -> StaffMember:
    return StaffMember.objects.select_related("user").get(pk=member.pk)


def _renamed(side: Side) -> Any:
    clinic = type(side.clinic).objects.get(pk=side.clinic.pk)
    clinic.name = "Another name"
    return clinic


def _new_clinic() -> Any:
    fields = {"name": "New Clinic", "slug": "new-clinic", "phone": "01632 960 999"}
    return StaffMember._meta.get_field("clinic").related_model(**fields, duty_email="duty@new.example")
