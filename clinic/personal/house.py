"""The clinic's own tables, staff, post, sessions, and those of the packages we use."""

from clinic.personal.record import DOSE
from clinic.personal.words import CONTRACT, DUTY, EMPLOYER, KEYS, NONE, Keep, Table

PEOPLE = (
    Table(
        "clinic.User",
        Keep.ACCOUNT,
        CONTRACT,
        {
            "id": "tells logins apart",
            "email": "where codes and invitations go; names the login",
            "password": "staff sign in with it; patients have none",
            "last_login created_at": "finds logins that nobody uses",
            "is_active is_superuser": "whether it may sign in, and as what",
            "session_epoch": "ends all sessions at once",
            "device_mark": "lets the person's own browsers in while strangers guess",
        },
        withheld="password device_mark",
    ),
    Table(
        "clinic.StaffMember",
        Keep.STAFF,
        EMPLOYER,
        {
            **KEYS,
            "user": "the login of the person",
            "name": "patients and colleagues know who wrote",
            "role is_active": "what the person may do",
        },
    ),
    Table(
        "clinic.GoLiveRecord",
        Keep.STAFF,
        DUTY,
        {
            **KEYS,
            "signed_by signed_at safety_lead rule_version hazard_log_version is_demo": (
                "who answered for it that the clinic was ready"
            ),
            "dpia_done duty_tested holidays_entered staff_trained backup_drilled": "what was done before",
        },
    ),
    Table(
        "sessions.Session",
        Keep.ACCOUNT,
        CONTRACT,
        {"session_key session_data expire_date": "keeps somebody signed in on one device"},
        withheld="session_key session_data",
    ),
    Table(
        "clinic.UserSession",
        Keep.ACCOUNT,
        CONTRACT,
        {
            "id user kind": "whose session it is",
            "key_digest session_data expire_date": "keeps somebody signed in on one device",
            "started_at last_seen_at agent network": "the person can tell the own devices and end them",
        },
        withheld="key_digest session_data",
    ),
    Table(
        "clinic.PasswordLink",
        Keep.STAFF,
        EMPLOYER,
        {
            "id user": "whose link it is",
            "purpose asked_by": "first password or forgotten, and who asked",
            "digest created_at expires_at used_at voided_at": "a link works once, for a day or an hour",
        },
        withheld="digest",
    ),
    Table(
        "clinic.Guesses",
        Keep.NOT_PERSONAL,
        NONE,
        {"key made free_at last_at": "slows guessing; accounts and networks stand here as digests"},
    ),
    Table(
        "mfa.Authenticator",
        Keep.STAFF,
        EMPLOYER,
        {
            "id user type": "which second factor a member of staff has",
            "data": "the factor's key, encrypted, or a passkey's public key",
            "created_at last_used_at": "the person sees a factor that is not the own",
        },
        withheld="data",
    ),
    Table(
        "account.EmailAddress",
        Keep.NOT_PERSONAL,
        NONE,
        {"id user email verified primary": "empty: a table of allauth's that nothing here writes"},
    ),
    Table(
        "account.EmailConfirmation",
        Keep.NOT_PERSONAL,
        NONE,
        {"id email_address created sent key": "empty: a table of allauth's that nothing here writes"},
    ),
    Table(
        "clinic.OutboxMessage",
        Keep.ACCOUNT,
        CONTRACT,
        {
            **KEYS,
            "kind key to_address subject body is_secret": "the mail itself; a code is wiped once it has left",
            "status send_after expires_at created_at sending_at sent_at attempts last_error": "if it left",
            "came_back_at came_back_with": "whether it arrived",
            "stop_url": "lets the person end such mails",
        },
    ),
    Table(
        "clinic.AccessReview",
        Keep.AUDIT,
        DUTY,
        {**KEYS, "reviewed_at reviewed_by members": "that a manager went through who has access"},
    ),
    Table(
        "clinic.LeaverReport",
        Keep.AUDIT,
        DUTY,
        {
            **KEYS,
            "member successor made_at made_by": "who left, and who took over",
            "login_disabled held": "what was handed over: keys and dates, no names",
        },
    ),
    Table(
        "clinic.Absence",
        Keep.STAFF,
        EMPLOYER,
        {
            **KEYS,
            "member from_on until_on": "who is away, and when",
            "cover": "who looks after the patients meanwhile",
            "reason": "what colleagues should know about it; nothing about health",
            "made_at made_by ended_at ended_by": "who planned it, and who ended it early",
        },
    ),
    Table(
        "admin.LogEntry",
        Keep.AUDIT,
        DUTY,
        {
            "id": "tells rows apart",
            "action_time user content_type object_id object_repr action_flag change_message": (
                "who changed which row in the admin, and when"
            ),
        },
    ),
)

AUDIT = (
    Table(
        "clinic.HistoryEntry",
        Keep.AUDIT,
        DUTY,
        {
            "id clinic": "tells entries and clinics apart",
            "table_name row_id patient_id operation at": "which row changed, whose, and when",
            "actor database_role request_id": "by whose hand",
            "changed": "what stood there before: a correction keeps the old value until erasure blanks it",
            "salt digest": "seal what was changed without telling it",
        },
        withheld="salt digest",
        notes="changed",
    ),
    Table(
        "clinic.ReadEntry",
        Keep.AUDIT,
        DUTY,
        {
            "id clinic": "tells entries and clinics apart",
            "at user role": "who looked, as what, and when",
            "route method status kind request_id": "at which page",
            "patients": "at whose record",
        },
    ),
    Table(
        "clinic.AuditSeal",
        Keep.NOT_PERSONAL,
        NONE,
        {"id clinic at number kind entry_id entry_digest digest": "shows whether an entry was tampered with"},
    ),
)

HOUSE = (
    Table(
        "clinic.Clinic",
        Keep.NOT_PERSONAL,
        NONE,
        {
            "id name slug": "which clinic",
            "time_zone working_days opens_at closes_at review_hour review_minutes": "when somebody is there",
            "shows_suggestions": "whether clinicians see weekly suggestions",
            "languages": "which languages the clinic's patients may choose",
            "live_rule_version": "for which rules the clinic has signed that it is ready",
            "phone postal_address duty_email emergency_profile": "how the clinic is reached",
        },
    ),
    Table(
        "clinic.PrivacyText",
        Keep.NOT_PERSONAL,
        NONE,
        {**KEYS, "kind version language title body in_force_from": "what patients are told, from when on"},
    ),
    Table(
        "clinic.LanguageDecision",
        Keep.STAFF,
        DUTY,
        {
            "id": "tells rows apart",
            "language is_approved digest": "which words were approved, or taken back",
            "name registration decided_on": "who answers for the words of a safety text",
            "recorded_by recorded_at": "who wrote the approval down",
        },
    ),
    Table("clinic.Closure", Keep.NOT_PERSONAL, NONE, {**KEYS, "on reason": "when nobody is there"}),
    Table(
        "programmes.ProgrammeTemplate",
        Keep.NOT_PERSONAL,
        NONE,
        {**KEYS, "code version name who_for counts example_baseline rules is_active": "the clinic's library"},
    ),
    Table(
        "programmes.PatientText",
        Keep.NOT_PERSONAL,
        NONE,
        {
            **KEYS,
            "code version shows title body source checked_on due_on": "what all patients of a clinic read",
            "made_by made_at": "who published it",
        },
    ),
    Table(
        "programmes.TemplateWeek",
        Keep.NOT_PERSONAL,
        NONE,
        {**KEYS, "template": "the clinic's library", **DOSE},
    ),
    Table(
        "programmes.ReviewRun",
        Keep.NOT_PERSONAL,
        NONE,
        {
            **KEYS,
            "shard local_date due_at status finished_at took_ms rule_version": "that a night was reviewed",
            "patients_evaluated patients_failed flags_raised flags_cleared": "counts",
        },
    ),
    Table(
        "auth.Permission", Keep.NOT_PERSONAL, NONE, {"id name content_type codename": "Django's own; unused"}
    ),
    Table("auth.Group", Keep.NOT_PERSONAL, NONE, {"id name": "Django's own; unused"}),
    Table("auth.Group_permissions", Keep.NOT_PERSONAL, NONE, {"id group permission": "Django's own; unused"}),
    Table("contenttypes.ContentType", Keep.NOT_PERSONAL, NONE, {"id app_label model": "Django's own"}),
)

TABLES: tuple[Table, ...] = (*PEOPLE, *AUDIT, *HOUSE)
