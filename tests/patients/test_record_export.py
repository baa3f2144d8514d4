"""A copy of the record holds all of it, nothing of anybody else, and says what it leaves out."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import models
from django.test import Client

from clinic.models import HistoryEntry, OutboxMessage, ReadEntry, Role, User
from clinic.permissions import NotAllowed
from patients.data_file import write_zip
from patients.models import Patient, RecordExport
from patients.services.record_export import (
    ReasonMissing,
    TooManyCopies,
    export_own_record,
    export_record,
    exported_fields,
)
from patients.services.record_rows import paths_to_patient, tables_of_logins
from programmes import wording
from programmes.models import Flag
from tests.factories import NOON, a_clinic, a_patient, a_programme, a_staff_member, a_walk, limit
from tests.figures import Figure, record
from tests.signing_in import sign_in_patient, sign_in_staff

TODAY = NOON.date()
WORD = "planted-word"


def test_staff_who_may_not_open_a_limited_record_take_no_copy(client, clinic, clinician):
    """The lead takes one through the same page, so the refusal is the limit's."""
    secret = a_patient(clinic, lead=clinician, family_name="Quillfeather")
    limit(secret)
    statuses = []
    for member in (clinician, a_staff_member(clinic), a_staff_member(clinic, Role.MANAGER)):
        sign_in_staff(client, member)
        answer = client.post(f"/patients/{secret.pk}/data/copy/", {"copy-reason": "asked by letter"})
        statuses.append(answer.status_code)
    assert (statuses, RecordExport.objects.get().made_by) == ([200, 404, 404], clinician.user)


# Kept as they are by triggers: their keys are looked for instead.
UNCHANGEABLE = ("programmes.ProgrammeRevision", "programmes.ProgrammeWeek", "programmes.Flag")


def plant(model, row):
    """A word in one text of the row, written past all verbs; its key where it has no free text."""
    for name in exported_fields(model, with_notes=True):
        field = model._meta.get_field(name)
        is_text = isinstance(field, models.CharField | models.TextField) and not field.choices
        if is_text and not field.unique and model._meta.label not in UNCHANGEABLE:
            model._default_manager.filter(pk=row.pk).update(**{name: WORD[: field.max_length]})
            return WORD[: field.max_length]
    return str(row.pk)


def copied(patient, by, **options):
    return export_record(
        patient=Patient.objects.get(pk=patient.pk),
        by=by,
        now=NOON,
        **{"reason": "asked for it", "with_notes": True, **options},
    )


def zipped(copy):
    file = io.BytesIO()
    write_zip(copy, file)
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


PATIENT_TABLES = [Patient, *paths_to_patient(), User, *tables_of_logins()]


@pytest.mark.parametrize("model", PATIENT_TABLES, ids=lambda model: model._meta.label)
def test_what_is_planted_in_a_table_is_in_the_copy(model, full, clinician):
    login = {model: {name: full.user_id} for model, name in tables_of_logins().items()}
    way = {Patient: {"pk": full.pk}, User: {"pk": full.user_id}} | login
    ways = paths_to_patient().get(model, ())
    row = model._default_manager.filter(**way.get(model) or {ways[0]: full.pk}).first()
    assert row is not None, f"{model._meta.label}: put a row into the fixture `full`"
    word = plant(model, row)
    rows = copied(full, clinician).tables[model._meta.label]
    assert word in json.dumps([each for each in rows if each["id"] == str(row.pk)])


def test_messages_about_the_record_are_in_the_copy(full, clinician):
    rows = copied(full, clinician).tables["clinic.OutboxMessage"]
    assert [row["kind"] for row in rows] == ["safety-alert"]


def test_nothing_of_another_patient_is_in_the_copy(client, full, clinician, clinic):
    """The other one shares login, clinic and clinician, and has a walk and a flag."""
    other = a_patient(clinic, given_name="Quillfeather", user=full.user)
    a_walk(a_programme(other, clinician), TODAY, note="quill-canary", new_symptoms=("collapse",), now=NOON)
    sign_in_staff(client, clinician)
    client.get("/admin/patients/patient/")  # the read log names both in one entry
    assert ReadEntry.objects.filter(patients__contains=[full.pk, other.pk]).count() == 1
    text = "".join(zipped(copied(full, clinician)).values())
    assert (str(other.pk) in text, "uill" in text) == (False, False)


def test_who_looked_and_what_changed_is_in_the_copy(client, full, clinician):
    sign_in_staff(client, clinician)
    client.get(f"/admin/patients/patient/{full.pk}/change/")
    Patient.objects.filter(pk=full.pk).update(phone="01632 960 555")
    tables = copied(full, clinician).tables
    assert tables["clinic.ReadEntry"][-1]["patients"] == [str(full.pk)]
    assert ["", "01632 960 555"] in [row["changed"].get("phone") for row in tables["clinic.HistoryEntry"]]


def test_a_shared_login_keeps_its_codes_out_and_says_so(full, clinician, clinic):
    a_patient(clinic, user=full.user)
    copy = copied(full, clinician)
    assert ("patients.SignInCode" in copy.tables, "shared-login" in copy.withheld) == (False, True)


def test_secrets_stay_in_the_house(full, clinician):
    text = zipped(copied(full, clinician))["record.json"]
    walk = json.loads(text)["tables"]["programmes.Walk"][0]
    assert ("d" * 64 in text, '"password"' in text, "entry_digest" in walk) == (False, False, False)


def test_notes_by_staff_wait_for_somebody_to_read_them(full, clinician):
    copy = copied(full, clinician, with_notes=False)
    assert "note" not in copy.tables["programmes.ContactAttempt"][0]
    assert copy.withheld == ("secrets", "notes")


def test_the_file_is_documented_versioned_and_dated_with_a_zone(full, clinician):
    record = json.loads(zipped(copied(full, clinician))["record.json"])
    assert (record["format"], record["version"], record["made_at"]) == (
        "waymark-record",
        1,
        "2026-11-21T12:00:00+00:00",
    )
    assert record["tables"]["programmes.Walk"][0]["received_at"] == "2026-11-21T12:00:00+00:00"
    assert record["staff"][0]["name"] == clinician.name


def test_the_page_to_read_shows_words_and_no_keys(full, clinician):
    page = zipped(copied(full, clinician))["record.html"]
    assert ("21 November 2026" in page, clinician.name in page, str(full.pk) in page) == (True, True, False)


def test_the_page_to_read_names_pages_and_kinds_of_rows(client, full, clinician):
    sign_in_staff(client, clinician)
    client.get(f"/admin/patients/patient/{full.pk}/change/")
    Patient.objects.filter(pk=full.pk).update(phone="01632 960 111")
    page = zipped(copied(full, clinician))["record.html"]
    assert "patients_patient" not in page
    assert "Patient: record" in page


def test_evidence_and_changes_are_told_in_words(full, clinician):
    Patient.objects.filter(pk=full.pk).update(phone="01632 960 111")
    page = zipped(copied(full, clinician))["record.html"]
    said = wording.sentence("SAFETY", Flag.objects.get(patient=full).evidence)
    assert (said in page, "Phone: from empty to 01632 960 111" in page) == (True, True)
    assert [sign for sign in ("{&quot;", "{&#x27;", "&quot;:") if sign in page] == []


def test_a_copy_is_an_export_in_the_read_log(client, signed_in, full, clinic):
    signed_in.post("/your-data/code/")
    code = OutboxMessage.objects.get(kind="sign-in-code").body.split()[3]
    signed_in.post("/your-data/copy/", {"code": code})
    staff = sign_in_staff(Client(), a_staff_member(clinic, Role.MANAGER))
    staff.post(f"/patients/{full.pk}/data/copy/", {"copy-reason": "asked by phone"})
    kinds = ReadEntry.objects.filter(kind="export").order_by("id").values_list("role", "patients")
    assert list(kinds) == [("patient", [full.pk]), ("manager", [full.pk])]


def test_staff_say_why_and_it_is_noted(full, clinician):
    with pytest.raises(ReasonMissing):
        copied(full, clinician, reason=" ")
    copied(full, clinician, reason="solicitor's letter")
    newest = RecordExport.objects.filter(reason="solicitor's letter").get()
    assert (newest.made_by, newest.by_patient, newest.with_notes) == (clinician.user, False, True)


def test_a_reviewer_takes_no_copy(full, clinic):
    with pytest.raises(NotAllowed):
        copied(full, a_staff_member(clinic, Role.REVIEWER))


def test_patients_take_three_copies_a_day(patient):
    for _copy in range(3):
        export_own_record(patient=patient, now=NOON)
    with pytest.raises(TooManyCopies):
        export_own_record(patient=patient, now=NOON)
    export_own_record(patient=patient, now=NOON + timedelta(days=1, seconds=1))
    assert RecordExport.objects.filter(patient=patient).count() == 4


def test_every_table_with_a_key_to_a_patient_is_walked():
    """The other way round: a model that reaches a patient by its keys is among the paths."""
    direct = {
        model
        for model in apps.get_models()
        if any(field.related_model is Patient for field in model._meta.concrete_fields)
    }
    assert direct - set(paths_to_patient()) == set()


def test_the_own_copy_through_the_pages(signed_in, full):
    signed_in.post("/your-data/code/")
    mail = OutboxMessage.objects.filter(kind="sign-in-code").latest("created_at")
    code = mail.body.split()[3]
    wrong = signed_in.post("/your-data/copy/", {"code": "000000" if code != "000000" else "000001"})
    right = signed_in.post("/your-data/copy/", {"code": code})
    assert (wrong.status_code, right.status_code, right["Content-Type"]) == (422, 200, "application/zip")
    noted = HistoryEntry.objects.filter(table_name="patients_recordexport").latest("id")
    assert noted.request_id.hex == right.headers["X-Request-ID"]
    with zipfile.ZipFile(io.BytesIO(b"".join(right.streaming_content))) as archive:
        assert archive.namelist() == ["record.html", "record.json", "walks.csv"]


def test_the_mail_with_the_code_of_a_copy_opens_nothing_by_itself(signed_in, full):
    """No link, which would sign somebody in, and nobody's name."""
    signed_in.post("/your-data/code/")
    mail = OutboxMessage.objects.get(kind="sign-in-code")
    named = [word for word in ("http", full.given_name, full.family_name, "Elm") if word in mail.body]
    assert (mail.subject, named) == ("Your code", [])


def test_without_an_address_no_page_says_that_a_code_was_sent(client, full):
    full.user = User.objects.create_user(None)
    full.save()
    signed_in = sign_in_patient(client, full)
    assert signed_in.get("/your-data/copy/").headers["Location"] == "/your-data/"


def test_the_copy_of_staff_through_the_page(client, full, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    assert client.get(f"/patients/{full.pk}/data/copy/").status_code == 200
    refused = client.post(f"/patients/{full.pk}/data/copy/", {})
    given = client.post(f"/patients/{full.pk}/data/copy/", {"copy-reason": "asked by phone"})
    assert (refused.status_code, given.status_code) == (422, 200)


def test_a_copy_asks_for_the_password_again(client, full, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.MANAGER))
    with time_machine.travel(NOON + timedelta(minutes=11), tick=False):
        answer = client.post(f"/patients/{full.pk}/data/copy/", {"copy-reason": "asked by phone"})
    assert (answer.status_code, RecordExport.objects.exclude(reason="before").count()) == (302, 0)


def test_a_reviewer_gets_no_copy_from_the_page(client, full, clinic):
    sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    assert client.post(f"/patients/{full.pk}/data/copy/", {"copy-reason": "x"}).status_code == 403


def test_another_clinics_patient_does_not_exist(client, full):
    sign_in_staff(client, a_staff_member(a_clinic(), Role.MANAGER))
    assert client.get(f"/patients/{full.pk}/data/").status_code == 404


def test_how_many_tables_have_what_was_planted(full, clinician):
    """The figure of the whole: every table of a patient and of the login, in one copy."""
    tables = copied(full, clinician).tables
    missing = [model._meta.label for model in PATIENT_TABLES if not tables.get(model._meta.label)]
    record(
        Figure(
            "tables of a patient in the copy", len(PATIENT_TABLES) - len(missing), f">= {len(PATIENT_TABLES)}"
        )
    )
    assert missing == []
