"""Every address of Waymark."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from clinic.views import (
    audit,
    confirming,
    csp_reports,
    emergency,
    going_live,
    health,
    item,
    leaving,
    legal_hold,
    mailbox,
    own_sessions,
    passwords,
    patient_data,
    people,
    queue,
    restriction,
    retention,
    second_factor,
    sign_in,
    walk_error,
)

staff_pages = [
    path("staff/sign-in/", sign_in.sign_in, name="sign-in"),
    path("staff/sign-in/second-step/", sign_in.second_step, name="second-step"),
    path("staff/sign-out/", sign_in.StaffSignOut.as_view(), name="sign-out"),
    path("staff/second-factor/", second_factor.second_factor, name="second-factor"),
    path("staff/second-factor/app/", second_factor.add_app, name="add-app"),
    path("staff/second-factor/passkey/", second_factor.add_passkey, name="add-passkey"),
    path("staff/second-factor/recovery-codes/", second_factor.recovery_codes, name="recovery-codes"),
    path("staff/second-factor/<int:factor_id>/remove/", second_factor.remove, name="remove-factor"),
    path("staff/sessions/", own_sessions.own_sessions, name="own-sessions"),
    path("staff/sessions/end-others/", own_sessions.end_others, name="end-other-sessions"),
    path("staff/sessions/<uuid:session_id>/end/", own_sessions.end_own_session, name="end-session"),
    path("staff/password/", passwords.own_password, name="own-password"),
    path("staff/password/forgotten/", passwords.forgotten, name="forgotten-password"),
    path("staff/password/link/<str:token>/", passwords.password_link, name="password-link"),
    path("staff/confirm/", confirming.confirm, name="confirm"),
    path("staff/clinic/", sign_in.choose_clinic, name="choose-clinic"),
    path("review/", queue.review_queue, name="review-queue"),
    path("review/<uuid:item_id>/", item.review_item, name="review-item"),
    path("review/<uuid:item_id>/claim/", item.claim_item, name="claim-item"),
    path("review/<uuid:item_id>/hand-back/", item.release_item, name="release-item"),
    path("review/<uuid:item_id>/take-over/", item.take_over_item, name="take-over-item"),
    path("review/<uuid:item_id>/contact/", item.record_contact, name="record-contact"),
    path("review/<uuid:item_id>/snooze/", item.snooze_item, name="snooze-item"),
    path("review/<uuid:item_id>/close/", item.close_item, name="close-item"),
    path("patients/<uuid:patient_id>/data/", patient_data.patient_data, name="patient-data"),
    path("patients/<uuid:patient_id>/data/copy/", patient_data.copy_record, name="copy-record"),
    path("patients/<uuid:patient_id>/data/ask/", patient_data.note_request, name="note-request"),
    path("patients/<uuid:patient_id>/restriction/", restriction.restriction, name="restriction"),
    path("patients/<uuid:patient_id>/hold/", legal_hold.legal_hold, name="legal-hold"),
    path("walk-records/<uuid:walk_id>/error/", walk_error.walk_error, name="walk-error"),
    path("going-live/", going_live.going_live, name="going-live"),
    path("data-requests/", patient_data.data_requests, name="data-requests"),
    path("data-requests/<uuid:request_id>/answer/", patient_data.answer, name="answer-request"),
    path("retention/", retention.retention, name="retention"),
    path("retention/<uuid:patient_id>/", retention.decide, name="decide-retention"),
    path("retention/<uuid:patient_id>/take-back/", retention.take_back, name="take-back-retention"),
    path("review/<uuid:item_id>/emergency/", emergency.emergency, name="emergency"),
    path("emergency/", emergency.emergency_by_number, name="emergency-by-number"),
    path("limit/<uuid:patient_id>/", emergency.limit_record, name="limit-record"),
    path("people/", people.people, name="people"),
    path("people/file/", people.people_file, name="people-file"),
    path("people/reviewed/", people.review_access, name="review-access"),
    path("people/emergencies/", people.emergencies, name="emergencies"),
    path("people/emergencies/<uuid:access_id>/", people.review_emergency, name="review-emergency"),
    path("people/limited/", people.limited_records, name="limited"),
    path("people/limited/<uuid:limited_id>/lead/", people.name_lead, name="name-lead"),
    path("people/limited/<uuid:limited_id>/lift/", people.lift_limit, name="lift-limit"),
    path("people/leavers/<uuid:report_id>/", leaving.leaver_report, name="leaver-report"),
    path("people/<uuid:member_id>/leaving/", leaving.leaving, name="leaving"),
    path("audit/reads/", audit.read_log, name="read-log"),
    path("audit/changes/", audit.changes, name="changes"),
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    path(settings.CSP_REPORTS.removeprefix("/"), csp_reports.receive_report, name="csp-report"),
    path("demo/mailbox/", mailbox.demo_mailbox, name="demo-mailbox"),
]

urlpatterns = [
    path("", include((staff_pages, "clinic"))),
    path("admin/", admin.site.urls),
    path("", include("patients.urls")),
]

handler400 = "clinic.middleware.error_pages.bad_request"
handler403 = "clinic.middleware.error_pages.permission_denied"
handler404 = "clinic.middleware.error_pages.not_found"
handler500 = "clinic.middleware.error_pages.server_error"
