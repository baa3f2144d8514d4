"""The read log's routes, as people call those pages."""

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext

from clinic.admin.history import table_word


def route_words(route: str) -> str:
    """A page's name in plain words; a route that is gone is shown as it was."""
    return (
        _words_of_staff_pages().get(route)
        or _words_of_people_pages().get(route)
        or _words_of_patients_pages().get(route)
        or _words_without_signal().get(route)
        or _admin_words(route)
        or route
    )


def _words_of_staff_pages() -> dict[str, str]:
    return {
        "clinic:review-queue": gettext("Review queue"),
        "clinic:review-item": gettext("Review item"),
        "clinic:claim-item": gettext("Review item: taken"),
        "clinic:release-item": gettext("Review item: handed back"),
        "clinic:take-over-item": gettext("Review item: taken over"),
        "clinic:record-contact": gettext("Review item: contact noted"),
        "clinic:snooze-item": gettext("Review item: put off"),
        "clinic:close-item": gettext("Review item: closed"),
        "clinic:walk-error": gettext("Walk: entered in error"),
        "clinic:patient-data": gettext("Data rights of a patient"),
        "clinic:copy-record": gettext("Copy of a record"),
        "clinic:note-request": gettext("Data request: noted"),
        "clinic:answer-request": gettext("Data request: answered"),
        "clinic:data-requests": gettext("Data requests"),
        "clinic:languages": gettext("Languages"),
        "clinic:language": gettext("Languages: safety texts"),
        "clinic:offer-language": gettext("Languages: offered or not"),
        "clinic:retention": gettext("Records past their time"),
        "clinic:decide-retention": gettext("Record past its time: decision"),
        "clinic:take-back-retention": gettext("Record past its time: decision taken back"),
        "clinic:light-mode": gettext("Light mode of a patient"),
        "clinic:review-account": gettext("What the rules did"),
        "clinic:thresholds": gettext("Thresholds of the clinic"),
        "clinic:patient-thresholds": gettext("Thresholds of a patient"),
        "clinic:legal-hold": gettext("Legal hold of a record"),
        "clinic:restriction": gettext("Restriction of a record"),
        "clinic:read-log": gettext("Who looked"),
        "clinic:changes": gettext("What was changed"),
        "clinic:sign-in": gettext("Signing in"),
        "clinic:second-step": gettext("Signing in"),
        "clinic:sign-out": gettext("Signing out"),
        "clinic:choose-clinic": gettext("Choosing a clinic"),
        "clinic:confirm": gettext("Confirming the password"),
        "clinic:second-factor": gettext("Own sign-in"),
        "clinic:add-app": gettext("Own sign-in: authenticator app"),
        "clinic:add-passkey": gettext("Own sign-in: passkey"),
        "clinic:recovery-codes": gettext("Own sign-in: recovery codes"),
        "clinic:remove-factor": gettext("Own sign-in: second factor removed"),
        "clinic:own-sessions": gettext("Own sessions"),
        "clinic:end-other-sessions": gettext("Own sessions"),
        "clinic:end-session": gettext("Own sessions"),
        "clinic:own-password": gettext("Own password"),
        "clinic:forgotten-password": gettext("Forgotten password"),
        "clinic:password-link": gettext("Forgotten password"),
        "admin:index": gettext("All records"),
        "admin:app_list": gettext("All records"),
    }


def _words_of_people_pages() -> dict[str, str]:
    return {
        "clinic:emergency": gettext("Limited record opened in an emergency"),
        "clinic:emergency-by-number": gettext("Limited record opened in an emergency, by number"),
        "clinic:limit-record": gettext("Limiting a record"),
        "clinic:limited": gettext("Limited records"),
        "clinic:name-lead": gettext("Limited record: lead clinician"),
        "clinic:lift-limit": gettext("Limited record: limit lifted"),
        "clinic:emergencies": gettext("Emergency access"),
        "clinic:review-emergency": gettext("Emergency access: looked at"),
        "clinic:people": gettext("People"),
        "clinic:people-file": gettext("People: table"),
        "clinic:review-access": gettext("Access review"),
        "clinic:hand-patients-over": gettext("Patients handed over"),
        "clinic:leaving": gettext("Somebody leaves"),
        "clinic:leaver-report": gettext("Report about a leaver"),
        "clinic:away": gettext("Away and covered"),
        "clinic:plan-absence": gettext("Absence: planned"),
        "clinic:name-cover": gettext("Absence: another cover"),
        "clinic:end-absence": gettext("Absence: ended early"),
        "clinic:going-live": gettext("Going live"),
    }


def _words_of_patients_pages() -> dict[str, str]:
    return {
        "patients:home": gettext("Patients' first page"),
        "patients:sign-in": gettext("Patient signs in"),
        "patients:code": gettext("Patient signs in: code"),
        "patients:link": gettext("Patient signs in: link"),
        "patients:use-link": gettext("Patient signs in: link"),
        "patients:letter": gettext("Patient signs in: letter"),
        "patients:choose": gettext("Patient chooses whose pages"),
        "patients:sign-out": gettext("Patient signs out"),
        "patients:signed-in": gettext("Patient's page: where signed in"),
        "patients:sign-out-all": gettext("Patient signs out everywhere"),
        "patients:signed-out": gettext("Patient's page: signed out"),
        "patients:today": gettext("Patient's page: today"),
        "patients:plan": gettext("Patient's page: plan"),
        "patients:print-plan": gettext("Patient's page: plan on paper"),
        "patients:repeat-week": gettext("Patient's page: week asked for again"),
        "patients:flare-up": gettext("Patient's page: flare-up plan"),
        "patients:flare-up-saved": gettext("Patient's page: flare-up plan, answers saved"),
        "patients:flare-up-over": gettext("Patient's page: flare-up plan ended"),
        "patients:progress": gettext("Patient's page: progress"),
        "patients:log-walk": gettext("Patient's page: note a walk"),
        "patients:saved": gettext("Patient's page: walk saved"),
        "patients:safety": gettext("Patient's page: safety questions"),
        "patients:change-walk": gettext("Patient's page: walk changed"),
        "patients:timer": gettext("Patient's page: timer"),
        "patients:finish-timer": gettext("Patient's page: timer"),
        "patients:stop-timer": gettext("Patient's page: timer"),
        "patients:catch-up": gettext("Patient's page: catching up"),
        "patients:not-walking": gettext("Patient's page: not walking"),
        "patients:told": gettext("Patient's page: not walking, told"),
        "patients:told-flare": gettext("Patient's page: flare-up plan"),
        "patients:told-pause": gettext("Patient's page: plan rests"),
        "patients:end-pause": gettext("Patient's page: plan goes on"),
        "patients:call-me": gettext("Patient's page: please call me"),
        "patients:take-back": gettext("Patient's page: walk taken back"),
        "patients:your-data": gettext("Patient's page: your data"),
        "patients:what-staff-see": gettext("Patient's page: what the clinic sees"),
        "patients:ask-about-data": gettext("Patient asks about data"),
        "patients:data-code": gettext("Patient's page: take a copy"),
        "patients:data-copy": gettext("Patient's page: take a copy"),
        "patients:set-up": gettext("Patient's page: setting up"),
        "patients:language": gettext("Patient's page: language"),
        "patients:set-units": gettext("Patient's page: kilometres or miles"),
        "patients:set-days": gettext("Patient's page: walking days"),
        "patients:set-reminders": gettext("Patient's page: reminders"),
        "patients:before-you-start": gettext("Patient's page: before you start"),
        "patients:settings": gettext("Patient's page: settings"),
        "patients:week": gettext("Patient's page: last week"),
        "patients:questions": gettext("Patient's page: questions about pain"),
        "patients:learn": gettext("Patient's page: cards to learn from"),
        "patients:card": gettext("Patient's page: a card"),
        "patients:stop-reminders": gettext("Patient stops reminders by a link"),
        "patients:privacy": gettext("Patient's page: privacy notice"),
        "patients:privacy-first": gettext("Patient's page: privacy notice, the first time"),
        "patients:privacy-text": gettext("Patient's page: an earlier privacy text"),
        "patients:privacy-read": gettext("Patient has read the privacy notice"),
        "patients:withdraw-consent": gettext("Patient withdraws a consent"),
    }


def _words_without_signal() -> dict[str, str]:
    return {
        "patients:outbox": gettext("Patient's page: what it shows without signal"),
        "patients:send-walk": gettext("Patient sends a walk that the phone kept"),
        "patients:offline": gettext("The page without signal"),
        "patients:worker": gettext("The worker for pages without signal"),
        "patients:manifest": gettext("The manifest to put Waymark on a phone's first screen"),
    }


def _admin_words(route: str) -> str:
    """`admin:patients_patient_change` reads "Patient: change"."""
    actions = {
        "changelist": gettext("list"),
        "change": gettext("record"),
        "add": gettext("new"),
        "history": gettext("history"),
        "delete": gettext("delete"),
        "assign": gettext("assign"),
        "discard": gettext("discard"),
        "preview": gettext("preview"),
        "checklist": gettext("safety checklist"),
        "pause": gettext("pause"),
        "resume": gettext("pause ended"),
        "end": gettext("end"),
        "repeat": gettext("week repeated"),
        "step-back": gettext("step back"),
        "speed-up": gettext("move on"),
        "weeks": gettext("weeks changed"),
        "swap": gettext("another template"),
        "copy": gettext("copied"),
        "keep": gettext("kept as a template"),
        "print": gettext("printed"),
        "show": gettext("shown to the patient"),
        "shipped": gettext("shipped ones brought back"),
        "text": gettext("as patients read it"),
        "flare-up": gettext("flare-up plan"),
        "flare-up-over": gettext("flare-up plan ended"),
        "invite": gettext("invite"),
        "letter": gettext("letter to sign in"),
        "void-letter": gettext("letter made void"),
        "sign-out": gettext("sign out everywhere"),
        "suggestions": gettext("weekly suggestions"),
        "discharge": gettext("discharge"),
        "help": gettext("help with signing in"),
    }
    app, _sign, rest = route.removeprefix("admin:").partition("_")
    model, _sign, action = rest.partition("_")
    if not route.startswith("admin:") or app not in apps.app_configs or model not in apps.all_models[app]:
        return ""
    table = apps.get_model(app, model)._meta.db_table
    return f"{capfirst(table_word(table))}: {actions.get(action, action)}"
