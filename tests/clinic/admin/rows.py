"""A row of every kind for the admin's pages, and their addresses."""

from django.contrib import admin
from django.urls import reverse

from clinic.models import (
    Absence,
    AccessReview,
    Clinic,
    Closure,
    GoLiveRecord,
    Guesses,
    LanguageDecision,
    LeaverReport,
    PasswordLink,
    Role,
    StaffMember,
    User,
    UserSession,
)
from clinic.services.privacy import publish_notice
from patients.models import (
    DataRequest,
    EmergencyAccess,
    Erasure,
    LetterCode,
    LimitedRecord,
    NetworkTries,
    PatientHandover,
    PrivacyAcceptance,
    RecordExport,
    RetentionDecision,
    SignInCode,
)
from programmes.models import (
    ContactAttempt,
    LightMode,
    NotWalking,
    RefusedForm,
    Reminder,
    ReviewItem,
    ReviewRun,
    SetUp,
    Shows,
    TemplateWeek,
    TextCode,
    ThresholdSetting,
)
from programmes.models.programme import PauseReason, ProgrammeRevision, ProgrammeWeek
from programmes.services.learning import Words, publish_text
from programmes.services.pausing import pause_programme
from tests.factories import (
    NOON,
    START,
    a_clinic,
    a_flare_plan,
    a_patient,
    a_programme,
    a_staff_member,
    a_template,
    a_walk,
)

SECRET = "Elsewhere"  # stands in every row of the other clinic that has words
SHOWN_ELSEWHERE = {
    LanguageDecision,
    ProgrammeRevision,
    ProgrammeWeek,
    TemplateWeek,
    SignInCode,
    LetterCode,
    NetworkTries,
    UserSession,
    DataRequest,
    RecordExport,
    Erasure,
    Guesses,
    PasswordLink,
    GoLiveRecord,
    PrivacyAcceptance,
    RetentionDecision,
    Absence,
    PatientHandover,
    SetUp,
    Reminder,
    LightMode,
    ThresholdSetting,
    RefusedForm,
}
SHOWN_ON_THE_PEOPLE_PAGES = {AccessReview, LeaverReport, LimitedRecord, EmergencyAccess}


OPERATORS = {Clinic, User, StaffMember}
OURS = [
    model for model in admin.site._registry if model._meta.app_label in ("clinic", "patients", "programmes")
]
CLINICAL = [model for model in OURS if model not in OPERATORS]


def a_full_clinic(name):
    """One row of every kind, each with a word that must not be seen next door."""
    clinic = a_clinic(name)
    clinician = a_staff_member(clinic, name=f"Dr {name}")
    patient = a_patient(clinic, family_name=name, reference=name)
    a_template(clinic)
    programme = a_programme(patient, clinician)
    a_flare_plan(programme, START)
    a_walk(programme, START, note=name, new_symptoms=("saddle_numbness",))
    item = ReviewItem.objects.for_clinic(clinic).get()
    NotWalking.objects.create(
        clinic=clinic,
        patient=patient,
        from_on=START,
        until_on=START,
        reason="time",
        note=name,
        received_at=NOON,
    )
    ContactAttempt.objects.create(
        clinic=clinic,
        item=item,
        channel="phone",
        result="reached",
        note=name,
        made_by=clinician,
        made_at=NOON,
    )
    ReviewRun.objects.create(clinic=clinic, local_date=START, due_at=NOON, rule_version=name)
    Closure.objects.create(clinic=clinic, on=START, reason=name)
    pause_programme(
        programme=programme,
        from_on=START,
        until_on=START,
        reason=PauseReason.AWAY,
        by=clinician,
        now=NOON,
    )
    words = Words(Shows.OWN, name, name, name, NOON.date(), NOON.date().replace(year=2999))
    publish_text(code=TextCode.SHOES, words=words, seen=0, by=clinician, now=NOON)
    manager = a_staff_member(clinic, Role.MANAGER)
    publish_notice(title=name, body=name, in_force_from=NOON.date(), by=manager, today=NOON.date())
    return clinic


def a_row(model, clinic):
    if model is Clinic:
        return clinic
    if model is User:
        return StaffMember.objects.filter(clinic=clinic).first().user
    return model.objects.filter(clinic=clinic).first()


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)
