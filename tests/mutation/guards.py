"""What keeps those apart who come at the same moment, and the race test that must fail without it.

Two guards that each suffice alone are taken away together.
"""

from dataclasses import dataclass
from typing import Final

CLINIC, PATIENTS, PROGRAMMES, FAULTS = (
    f"tests/{name}/test_" for name in ("clinic", "patients", "programmes", "faults")
)
LOCK, ITS_LOCK = ".select_for_update()", '.select_for_update(of=("self",))'
SKIPPING = '.select_for_update(skip_locked=True, of=("self",))'
UNCOUNTED = """cursor.execute("SELECT made FROM clinic_guesses WHERE key = %s", [one.key])
        made = (cursor.fetchone() or [0])[0] + 1
        cursor.execute(
            "INSERT INTO clinic_guesses (key, made, free_at, last_at) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (key) DO UPDATE SET made = excluded.made",
            [one.key, made, now, now],
        )
        return made <= one.free"""
UNLOCKED_CODES = """any(
            [RecoveryCodes(row)._mark_code_used(at) or True
             for at, each in enumerate(RecoveryCodes(row).generate_codes())
             if each == code and not RecoveryCodes(row)._is_code_used(at)])"""
ONE_ITEM = """            ON CONFLICT (patient_id) WHERE NOT (status = 'completed')
            DO UPDATE SET
                severity = least(item.severity, excluded.severity),
                status = CASE WHEN item.status = 'on-hold' AND excluded.severity < item.severity
                              THEN 'requested' ELSE item.status END,
                snoozed_until = CASE WHEN excluded.severity < item.severity
                                     THEN NULL ELSE item.snoozed_until END
"""
ENDED_BY_ANYBODY = """found = there.exists()
    Absence.objects.filter(pk=absence.pk).update(ended_at=now, ended_by=by)
    if not found:"""
WHO_ENDED = "    who = {} if by is None"
NOT_ONCE = """    if started != 1:
        raise ChangedMeanwhile if drafts.exists() else NotADraft
"""
WITH_THE_BROKER = """    __import__("clinic.celery").celery.app.send_task("clinic.tasks.seal_audit")
    mark_changed("""
JUDGED_OR_NOTHING = "changes_of(subject=subject, on=on)\n    except ZeroDivisionError:"
DELETES_MARKS = "    ChangedPatient.objects.for_clinic(run.clinic).given_up()"
STORED_OR_NOTHING = "run.local_date, now), set()\n    except ZeroDivisionError:"


@dataclass(frozen=True)
class Guard:
    """Text of a module and what stands there without the guard; `sql` takes a constraint away as well."""

    path: str
    race: str
    gone: dict[str, str]
    sql: str = ""


def without(lock: str, *texts: str) -> dict[str, str]:
    """The texts with and without the lock."""
    return {text: text.replace(lock, "") for text in texts}


GUARDS: Final = (
    # --- clinic
    Guard(
        "clinic/services/absences.py",
        f"{CLINIC}absences.py::test_of_two_who_plan_the_same_day_at_once_one_is_refused",
        {},
        sql="ALTER TABLE clinic_absence DROP CONSTRAINT clinic_absence_no_overlap",
    ),
    Guard(
        "clinic/services/absences.py",
        f"{CLINIC}absences.py::test_of_two_who_end_it_at_once_one_is_told",
        {"if there.update(ended_at=now, ended_by=by) != 1:": ENDED_BY_ANYBODY},
    ),
    Guard(
        "clinic/services/absences.py",
        f"{CLINIC}absences.py::test_of_two_who_name_another_cover_at_once_one_is_told",
        {"there.filter(cover=absence.cover_id).update": "there.update"},
    ),
    Guard(
        "clinic/services/languages.py",
        f"{CLINIC}races.py::test_two_managers_who_choose_languages_at_once_both_have_their_way",
        without(".select_for_update(no_key=True)", "Clinic.objects.select_for_update(no_key=True).get"),
    ),
    Guard(
        "clinic/services/people.py",
        f"{CLINIC}people_verbs.py::test_two_managers_who_demote_each_other_leave_one",
        without(LOCK, "managers.select_for_update().order_by"),
    ),
    Guard(
        "clinic/services/second_factor.py",
        f"{CLINIC}sign_in_races.py::test_of_six_requests_with_one_code_one_passes",
        without(LOCK, "Authenticator.objects.select_for_update().filter(user=user, type__in="),
    ),
    Guard(
        "clinic/services/second_factor.py",
        f"{CLINIC}sign_in_races.py::test_of_six_requests_with_one_recovery_code_one_passes",
        {
            **without(LOCK, "Authenticator.objects.select_for_update().filter(user=user, type__in="),
            "RecoveryCodes(row).validate_code(code)": UNLOCKED_CODES,  # allauth locks the row itself
        },
    ),
    Guard(
        "clinic/services/second_factor.py",
        f"{CLINIC}races.py::test_two_who_make_recovery_codes_at_once_leave_one_set",
        {"    User.objects.select_for_update().get(pk=user.pk)\n    Auth": "    Auth"},
    ),
    Guard(
        "clinic/services/second_factor.py",
        f"{CLINIC}races.py::test_of_two_factors_removed_at_once_one_stays",
        {"    User.objects.select_for_update().get(pk=user.pk)\n    others": "    others"},
    ),
    Guard(
        "clinic/services/guessing.py",
        f"{CLINIC}sign_in_races.py::test_six_guesses_at_once_are_six_guesses",
        {"cursor.execute(TAKE, values)\n        return cursor.fetchone() is not None": UNCOUNTED},
    ),
    Guard(
        "clinic/services/sealing.py",
        f"{CLINIC}sealing.py::test_two_sealers_do_not_fork_the_chain",
        {"    _wait_for_turn(clinic)\n": ""},
    ),
    Guard(
        "clinic/services/post.py",
        f"{CLINIC}races.py::test_two_senders_at_once_send_a_mail_once",
        without(".select_for_update(skip_locked=True)", "due(now).select_for_update(skip_locked=True)"),
    ),
    Guard(
        "clinic/services/privacy.py",
        f"{CLINIC}races.py::test_two_managers_who_publish_at_once_make_two_versions",
        {"    Clinic.objects.select_for_update(no_key=True).get(pk=by.clinic_id)\n": ""},
    ),
    # --- patients
    Guard(
        "patients/services/logins.py",
        f"{PATIENTS}addresses_of_logins.py::test_who_is_enrolled_while_the_address_changes_keeps_it",
        without(LOCK, "User.objects.select_for_update()"),
    ),
    Guard(
        "clinic/services/people.py",
        f"{PATIENTS}addresses_of_logins.py::test_who_is_enrolled_while_the_address_changes_keeps_it",
        without(".select_for_update(no_key=True)", "User.objects.select_for_update(no_key=True).filter"),
    ),
    Guard(
        "patients/services/sign_in_codes.py",
        f"{PATIENTS}sign_in_races.py::test_a_link_opens_one_browser",
        {"codes.open(now).update(used_at=now)": "codes.update(used_at=now)"},
    ),
    Guard(
        "patients/services/sign_in_codes.py",
        f"{PATIENTS}sign_in_races.py::test_a_code_opens_one_browser",
        {
            "codes.open(now).update(used_at=now)": "codes.update(used_at=now)",
            **without(LOCK, "User.objects.select_for_update().filter"),
        },
    ),
    Guard(
        "patients/services/sign_in_codes.py",
        f"{PATIENTS}races.py::test_a_browser_that_asks_six_times_at_once_gets_five_codes",
        without(LOCK, "User.objects.select_for_update().filter"),
    ),
    Guard(
        "patients/services/letters.py",
        f"{PATIENTS}sign_in_races.py::test_a_letter_opens_one_browser",
        without(".open(now)", "letters = LetterCode.objects.filter(digest=letter_digest(code)).open(now)"),
    ),
    Guard(
        "patients/services/letters.py",
        f"{PATIENTS}races.py::test_two_who_print_a_letter_at_once_leave_one_that_opens",
        without(ITS_LOCK, 'for_clinic(by.clinic).select_for_update(of=("self",))'),
    ),
    Guard(
        "patients/services/limiting.py",
        f"{PATIENTS}limits.py::test_two_clicks_at_once_open_one_access",
        without(ITS_LOCK, 'limits.select_for_update(of=("self",))'),
    ),
    Guard(
        "patients/services/privacy.py",
        f"{PATIENTS}races.py::test_two_clicks_at_once_leave_one_acceptance",
        {"[row], ignore_conflicts=True": "[row]"},
    ),
    Guard(
        "patients/services/record_export.py",
        f"{PATIENTS}races.py::test_of_four_copies_at_once_three_are_given",
        without(LOCK, "Patient.objects.select_for_update()"),
    ),
    # --- programmes
    Guard(
        "programmes/services/own_thresholds.py",
        f"{PROGRAMMES}own_thresholds.py::test_of_two_who_choose_at_once_one_is_told",
        {"rows.filter(version=seen).update": "rows.update"},
    ),
    Guard(
        "programmes/services/own_walks.py",
        f"{PROGRAMMES}own_walks_races.py::test_of_four_at_once_one_marks_the_walk",
        {"pk__in=changeable, entered_in_error=False)": "pk__in=changeable)"},
    ),
    Guard(
        "programmes/services/own_walks.py",
        f"{PROGRAMMES}own_walks_races.py::test_a_double_tap_gives_one_version_to_both",
        {"if same := _saved_before(patient, entry):  #": "if same := None:  #"},
    ),
    Guard(
        "patients/services/in_care.py",
        f"{PROGRAMMES}races.py::test_nobody_is_discharged_with_a_plan_that_is_being_assigned",
        without(ITS_LOCK, 'Patient.objects.select_for_update(of=("self",))'),
    ),
    Guard(
        "programmes/services/reviewing.py",
        f"{PROGRAMMES}races.py::test_of_two_who_claim_an_item_one_has_it",
        {", status__in=[ItemStatus.REQUESTED, ItemStatus.ON_HOLD], claimed_by=None)": ")"},
    ),
    Guard(
        "programmes/services/reviewing.py",
        f"{PROGRAMMES}races.py::test_of_two_who_take_an_item_over_one_has_it",
        {", claimed_by=holder_id)": ")"},
    ),
    Guard(
        "programmes/services/reviewing.py",
        f"{PROGRAMMES}races.py::test_of_two_who_close_an_item_one_closes_it",
        without(".open()", "for_clinic(by.clinic).open().filter(pk=item.pk)\n    if mine"),
    ),
    Guard(
        "programmes/services/reviewing.py",
        f"{PROGRAMMES}races.py::test_a_contact_waits_for_a_closing_that_is_under_way",
        without(LOCK, "open().select_for_update()"),
    ),
    Guard(
        "programmes/services/prescribing.py",
        f"{PROGRAMMES}races.py::test_of_two_who_assign_a_draft_at_once_one_does",
        {NOT_ONCE: ""},
    ),
    Guard(
        "programmes/services/library.py",
        f"{PROGRAMMES}library.py::test_of_two_who_make_the_next_version_at_once_one_does",
        {},
        sql="ALTER TABLE programmes_programmetemplate DROP CONSTRAINT programmes_template_version_once",
    ),
    Guard(
        "programmes/services/library.py",
        f"{PROGRAMMES}library.py::test_of_two_who_edit_an_unused_version_at_once_one_does",
        without(ITS_LOCK, 'newest.select_for_update(of=("self",))'),
    ),
    Guard(
        "programmes/services/caseloads.py",
        f"{PROGRAMMES}caseloads.py::test_of_two_who_hand_over_the_same_patient_at_once_one_is_told",
        {
            "filter(pk__in=chosen, lead=holder)\n    if theirs.update(lead=to) != len(chosen):": (
                "filter(pk__in=chosen)\n    if theirs.filter(lead=holder).count() != len(chosen):\n"
                "        raise NoLongerTheirs\n    if theirs.update(lead=to) != len(chosen):"
            )
        },
    ),
    Guard(
        "programmes/services/walk_logging.py",
        f"{PROGRAMMES}races.py::test_a_walk_that_is_sent_twice_is_saved_once",
        {},
        sql="ALTER TABLE programmes_walk DROP CONSTRAINT programmes_walk_saved_once",
    ),
    Guard(
        "programmes/services/overlays.py",
        f"{PROGRAMMES}races.py::test_of_two_flare_up_plans_started_at_once_one_runs",
        {},
        sql="DROP INDEX programmes_overlay_one_open_flare;"
        " ALTER TABLE programmes_overlay DROP CONSTRAINT programmes_overlay_flares_apart",
    ),
    Guard(
        "programmes/services/overlays.py",
        f"{PROGRAMMES}races.py::test_of_two_who_ask_for_a_week_again_at_once_one_is_heard",
        {},
        sql="DROP INDEX programmes_overlay_week_once",
    ),
    Guard(
        "programmes/services/overlays.py",
        f"{PROGRAMMES}races.py::test_a_flare_up_plan_that_two_end_at_once_is_ended_once",
        {WHO_ENDED: f"    open_ones = Overlay.objects.filter(programme=programme)\n{WHO_ENDED}"},
    ),
    Guard(
        "programmes/services/flag_rows.py",
        f"{PROGRAMMES}races.py::test_two_reviews_at_once_raise_a_flag_once",
        {"            ON CONFLICT (patient_id, code) WHERE resolved_on IS NULL DO NOTHING\n": ""},
        sql="DROP INDEX programmes_flag_one_unresolved",
    ),
    Guard(
        "programmes/services/flag_rows.py",
        f"{PROGRAMMES}races.py::test_two_flags_at_once_wait_in_one_item",
        {ONE_ITEM: ""},
        sql="DROP INDEX programmes_item_one_open",
    ),
    Guard(
        "programmes/services/flag_rows.py",
        f"{PROGRAMMES}review_races.py::test_a_clearing_review_does_not_swallow_a_flag_that_is_being_raised",
        without(LOCK, "theirs.select_for_update()"),
    ),
    Guard(
        "programmes/services/flag_rows.py",
        f"{PROGRAMMES}review_races.py::test_two_who_store_for_the_same_patients_do_not_wait_for_each_other",
        {'.order_by("patient_id")': '.order_by("-patient_id")'},
    ),
    Guard(
        "programmes/services/nights.py",
        f"{PROGRAMMES}nights.py::test_a_night_that_one_worker_holds_is_not_taken_by_another",
        without(SKIPPING, f"run = due{SKIPPING}"),
    ),
    Guard(
        "programmes/services/nights.py",
        f"{PROGRAMMES}nights.py::test_a_later_night_waits_for_an_earlier_one_held_elsewhere",
        {"if run is None or _earlier_night_waits(run):": "if run is None:"},
    ),
    Guard(
        "programmes/services/nights.py",
        f"{PROGRAMMES}races.py::test_two_workers_at_once_review_a_changed_patient_once",
        without(SKIPPING, f"mark = due{SKIPPING}"),
    ),
    Guard(
        "programmes/services/nights.py",
        f"{PROGRAMMES}races.py::test_a_night_that_two_start_at_once_is_done_once",
        without(LOCK, "for_clinic(clinic).select_for_update()"),
    ),
    # --- kills, clocks and silence
    Guard(
        "programmes/services/flag_rows.py",
        f"{FAULTS}no_flag_lost.py::test_after_a_night_of_kills_and_cuts_every_flag_is_there_once",
        {"            ON CONFLICT (patient_id, code) WHERE resolved_on IS NULL DO NOTHING\n": ""},
        sql="DROP INDEX programmes_flag_one_unresolved",
    ),
    Guard(
        "programmes/services/nights.py",
        f"{FAULTS}late_nights.py::test_ten_silent_days_end_as_if_every_night_had_been_on_time",
        {"max(newest + timedelta(days=1), until - timedelta(days=CATCH_UP_DAYS - 1))": "until"},
    ),
    Guard(
        "programmes/services/walk_logging.py",
        f"{FAULTS}broker_away.py::test_every_walk_is_saved_whatever_the_broker_does_and_reviewed_when_it_is_back",
        {"\n    mark_changed(": f"\n{WITH_THE_BROKER}"},
    ),
    Guard(
        "programmes/services/nights.py",
        f"{FAULTS}killed_worker.py::test_another_worker_finishes_the_night_of_a_killed_one_and_every_flag_is_there_once",
        {DELETES_MARKS: f"    __import__('django.db').db.connection.connection.commit()\n{DELETES_MARKS}"},
    ),
    Guard(
        "programmes/services/nights.py",
        f"{FAULTS}bad_patient.py::test_of_one_patient_whose_review_raises_the_others_are_reviewed_on_time",
        {"changes_of(subject=subject, on=on)\n    except Exception:": JUDGED_OR_NOTHING},
    ),
    Guard(
        "programmes/services/nights.py",
        f"{FAULTS}bad_patient.py::test_of_one_patient_whose_record_is_held_the_others_are_reviewed_on_time",
        {"SET LOCAL lock_timeout = '{PATIENCE}s'": "SET LOCAL lock_timeout = 0"},
    ),
    Guard(
        "programmes/services/nights.py",
        f"{FAULTS}bad_patient.py::test_of_one_patient_whose_record_is_held_the_others_are_reviewed_on_time",
        {"run.local_date, now), set()\n    except Exception:": STORED_OR_NOTHING},
    ),
    Guard(
        "programmes/services/nights.py",
        f"{FAULTS}clocks.py::test_each_patient_is_reviewed_once_for_each_local_date_within_minutes",
        {"local = now.astimezone(clinic.zone)": "local = now"},
    ),
    Guard(
        "programmes/services/readiness.py",
        f"{FAULTS}silence_shows.py::test_a_night_that_was_not_reviewed_shows_within_26_hours_of_the_last",
        {"return reviewed is None or now - reviewed > STALE_AFTER": "return reviewed is None"},
    ),
    Guard(
        "programmes/services/reminding.py",
        f"{PROGRAMMES}reminding_races.py::test_two_ticks_at_once_remind_once",
        {f"chosen = due{SKIPPING}": "chosen = due", "reason = held_back(": "reason = None and held_back("},
        sql="ALTER TABLE programmes_reminder DROP CONSTRAINT programmes_reminder_once_a_day",
    ),
    Guard(
        "programmes/services/set_up.py",
        f"{PROGRAMMES}reminding_races.py::test_two_answers_at_once_both_stand",
        without(LOCK, "for_clinic(patient.clinic).select_for_update()"),
    ),
)


def text_without(guard: Guard, source: str) -> str:
    """The module's source without the guard."""
    for text, instead in guard.gone.items():
        source = source.replace(text, instead)
    return source


# Locks without a race test of their own: how many in a module, and why. Fewer is better.
UNGUARDED_LOCKS: Final = {
    "programmes/services/reviewing.py": 1,  # flags, below their item's lock, which every writer takes first
    "programmes/services/safety_raising.py": 1,  # the open safety flag, below its item's lock as well
    # a second answer to one safety list, against a third: needed, and no race shows it yet
    "programmes/services/walk_logging.py": 1,
    "programmes/services/not_walking.py": 1,
    "clinic/services/people.py": 1,  # a login that somebody else has made at this moment
    # the patient, against a record that is read for a copy: both end well; the decision, against one that
    # is being taken back: needed, and no race shows it yet
    "patients/services/erasure.py": 2,
}
