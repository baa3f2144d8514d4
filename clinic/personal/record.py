"""The patient's tables: the person, the treatment, what was reported, and what staff did."""

from clinic.personal.words import CARE, CONTRACT, DUTY, KEYS, NONE, Keep, Table

DOSE = {
    "number": "which week",
    "days minutes bouts intensity distance_m steps intervals interval_days": "the week's dose",
    "kind": "what the week is for",
}

PEOPLE = (
    Table(
        "patients.Patient",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "user": "the login that opens the pages",
            "given_name family_name": "to know and address the person",
            "date_of_birth": "to tell people apart; how long a minor's record is kept",
            "reference": "to find the person in the clinic's other systems",
            "phone": "to call about a walk",
            "lead": "who treats the person",
            "language time_zone units": "to show words, days and distances as the person knows them",
            "pain_series": "which answer the rules read",
            "invited_at first_signed_in_at": "whether the invitation arrived",
            "discharged_on died_on": "when care ended; from when retention counts",
            "discharge_reason": "why care ended",
            "kept_reason kept_until": "why and how long the record stays past its time",
            "restricted_at restricted_by restricted_reason restricted_until": "that it is not used, and why",
            "created_at": "when the record began",
        },
        only_account="user phone language time_zone units invited_at first_signed_in_at",
        notes="discharge_reason",
    ),
    Table(
        "patients.SignInCode",
        Keep.ACCOUNT,
        CONTRACT,
        {
            "id": "tells rows apart",
            "user": "whose code it is",
            "browser": "counts guesses by the browser that asked",
            "digest link_digest": "checks the code or the link",
            "is_known": "whether the browser had the login open before",
            "created_at expires_at used_at voided_at": "a code works once, for ten minutes",
            "attempts": "limits guessing",
        },
        withheld="digest link_digest browser",
    ),
    Table(
        "patients.LetterCode",
        Keep.ACCOUNT,
        CONTRACT,
        {
            "id": "tells rows apart",
            "user": "whose letter it is",
            "digest": "checks the code on paper",
            "printed_by created_at expires_at used_at voided_at": "a letter works once, for 28 days",
            "tries": "limits guessing",
        },
        withheld="digest",
    ),
    Table(
        "programmes.SetUp",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient": "whose choices they are",
            "walking_days walks_at": "when the person wants to walk",
            "wish next_due_at": "whether and when reminders come",
            "before_version before_read_at": "that the safety page was read, and which",
            "changed_at": "when the choice was made",
        },
        only_account="walking_days walks_at wish next_due_at",
    ),
    Table(
        "programmes.ThresholdSetting",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient": "whose record is judged by it; none: the whole clinic's",
            "sensitivity pain_rise silence_days start_days low_percent": "when the rules ask staff to look",
            "reason": "why",
            "version": "two who change it at once are told",
            "changed_at changed_by": "who said so",
        },
        notes="reason",
    ),
    Table(
        "programmes.LightMode",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient": "who is asked less",
            "since patient_may_choose": "what is asked, and whether the person may choose",
            "reason": "why",
            "changed_at changed_by": "who said so",
        },
        notes="reason",
    ),
    Table(
        "programmes.Reminder",
        Keep.ACCOUNT,
        CONTRACT,
        {
            **KEYS,
            "patient on wish": "who was to be reminded, when",
            "decided_at held_back": "whether a mail was written, or why not",
        },
    ),
    Table(
        "programmes.RefusedForm",
        Keep.ACCOUNT,
        CARE,
        {**KEYS, "patient on times last_at": "who could not log a walk, when, how often; nothing typed"},
    ),
    Table(
        "patients.NetworkTries",
        Keep.NOT_PERSONAL,
        NONE,
        {"id network hour tries": "limits guessing by a network, which stands here as a digest"},
    ),
    Table(
        "patients.RecordExport",
        Keep.AUDIT,
        DUTY,
        {
            **KEYS,
            "patient": "whose record was handed out",
            "made_at made_by by_patient reason with_notes": "who took a copy, when, why and of what",
        },
    ),
    Table(
        "patients.Erasure",
        Keep.AUDIT,
        DUTY,
        {
            **KEYS,
            "patient_key what erased_at erased_by counts": "that a record was erased, by whom; no names",
        },
    ),
    Table(
        "patients.DataRequest",
        Keep.AUDIT,
        DUTY,
        {
            **KEYS,
            "patient": "who asked",
            "kind text received_at due_on": "what was asked, and by when it must be answered",
            "made_by": "who wrote it down",
            "handled_at handled_by outcome answer": "what came of it",
        },
        notes="answer",
    ),
    Table(
        "patients.RetentionDecision",
        Keep.RECORD,
        DUTY,
        {
            **KEYS,
            "patient due_on": "whose record was past its time, and since when",
            "what keep_until reason": "whether it is kept or erased, how long, and why",
            "decided_at decided_by": "which manager decided",
            "withdrawn_at withdrawn_by": "who took the decision back",
        },
        notes="reason",
    ),
    Table(
        "patients.PatientHandover",
        Keep.RECORD,
        DUTY,
        {
            **KEYS,
            "patient giver receiver": "whose lead clinician changed, from whom to whom",
            "reason": "why",
            "made_at made_by": "when, and by whom",
        },
        notes="reason",
    ),
    Table(
        "patients.PrivacyAcceptance",
        Keep.RECORD,
        DUTY,
        {
            **KEYS,
            "patient": "who was told",
            "text kind version via": "which version of which text, and where",
            "shown_at accepted_at withdrawn_at": "when it was shown, read or agreed to, and taken back",
        },
    ),
)

TREATMENT = (
    Table(
        "programmes.Programme",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient": "whose programme it is",
            "clinician template": "who made it, from what",
            "status starts_on ended_on ended_by ending ended_reason": "where the treatment stands",
            "counts baseline baseline_is_estimate irritable": "what the dose is built on",
            "goal": "what the person wants to be able to do again",
            "note_to_patient": "what the physio tells the person",
            "assigned_at assigned_by": "who prescribed it, and when",
            "version created_at": "keeps two people from overwriting each other",
        },
        notes="ended_reason",
    ),
    Table(
        "programmes.SafetyChecklist",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient version": "who was asked, and which list",
            "present": "what speaks for care with walking",
            "decision reason": "what the clinician decided then, and why",
            "parq_on parq_result": "that a PAR-Q+ was done, and its result",
            "made_at made_by": "who asked, and when",
        },
        notes="reason",
    ),
    Table(
        "programmes.ProgrammeRevision",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "programme number": "which revision of which programme",
            "in_force_from first_week change reason rule": "what was prescribed from when on, and why",
            "warning_reason": "why the clinician wanted a steep rise",
            "repeats_until_half_done returns_after_gap patient_may_repeat allows_flare_plan": (
                "what the clinician allows the app to do"
            ),
            "signed_at signed_by": "who prescribed it, and when",
        },
    ),
    Table(
        "programmes.ProgrammeWeek",
        Keep.RECORD,
        CARE,
        {**KEYS, "programme revision": "which plan the week belongs to", **DOSE},
    ),
    Table(
        "programmes.Pause",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient programme": "whose plan rests",
            "from_on until_on reason note": "when and why it rests",
            "by_patient made_by made_at": "who decided it",
        },
    ),
)

PRESSED = (
    Table(
        "programmes.Overlay",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient programme": "whose plan it is",
            "kind from_on week_from_on over_on": "which week comes again, how long the flare-up plan holds",
            "revision": "the signed plan that allows it",
            "client_uuid": "saves the same form once",
            "pain_now pain_not_sure": "how much it hurts at the start of a flare-up plan",
            "new_symptoms safety_text_version flag": "whether help is needed at once",
            "source reason made_by made_at ended_by ended_at": "who pressed it, when and why",
        },
    ),
)

REPORTED = (
    Table(
        "programmes.Walk",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient programme": "whose walk it is, on which programme",
            "client_uuid entry_digest": "saves the same form once",
            "walked_on started_at_local time_zone recorded_at received_at received_on": "when it was walked",
            "outcome minutes bouts distance_m steps intensity effort": "what was walked",
            "pain_before pain_before_not_sure pain_worst pain_after pain_after_not_sure": "how it hurt",
            "settled flare limb_problem": "how the body took it",
            "fall new_symptoms safety_text_version": "whether help is needed at once",
            "reason_short confidence painkillers note": "what the person wants to tell",
            "source entered_by recalled layout_version": "how the answers came in",
            "entered_in_error error_reason corrects": "whether it counts, and which entry it replaces",
            "target_revision target_week": "what the plan asked for on that day",
            "target_minutes target_steps target_distance_m": "what the plan asked for on that day",
        },
        withheld="entry_digest",
    ),
    Table(
        "programmes.NotWalking",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient": "who did not walk",
            "client_uuid": "saves the same form once",
            "from_on until_on reason pain_now pain_not_sure": "when and why there was no walk",
            "new_symptoms safety_text_version flag": "whether help is needed at once",
            "note": "what the person wants to tell",
            "received_at source entered_by": "how the answers came in",
        },
    ),
)

REVIEWED = (
    Table(
        "programmes.ReviewItem",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient": "who waits for a look",
            "status severity opened_at opened_on promised_for": "how urgent it is, and since when",
            "claimed_by claimed_at snoozed_until": "who looks at it",
            "outcome close_note closed_at closed_by": "what staff decided",
        },
        notes="close_note",
    ),
    Table(
        "programmes.ContactAttempt",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "item": "what the contact was about",
            "channel result note next_on": "how the person was reached, and what was said",
            "made_by made_at": "who tried, and when",
        },
        notes="note",
    ),
    Table(
        "programmes.Flag",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient programme item walk": "whom and what it is about",
            "code severity raised_on raised_at rule_version": "which rule spoke, and when",
            "evidence latest": "the numbers the rule saw",
            "condition_ended_on resolved_on resolution resolved_by": "how it ended",
        },
    ),
    Table(
        "programmes.ChangedPatient",
        Keep.RECORD,
        CARE,
        {
            **KEYS,
            "patient earliest_on marked_at not_before attempts": "reviews the person again after a change",
        },
    ),
)

LIMITS = (
    Table(
        "patients.LimitedRecord",
        Keep.RECORD,
        DUTY,
        {
            **KEYS,
            "patient number": "whose record only the lead opens",
            "lead": "who opens it",
            "reason": "why",
            "limited_at limited_by lifted_at lifted_by": "who limited it, and who ended that",
        },
        notes="reason",
    ),
    Table(
        "patients.EmergencyAccess",
        Keep.AUDIT,
        DUTY,
        {
            **KEYS,
            "patient number": "which limited record was opened",
            "member reason": "by whom, and why",
            "from_at until_at": "for how long",
            "reviewed_at reviewed_by review_note": "that a manager looked at it, and what came of it",
        },
        notes="reason review_note",
    ),
)

TABLES: tuple[Table, ...] = (*PEOPLE, *LIMITS, *TREATMENT, *PRESSED, *REPORTED, *REVIEWED)
