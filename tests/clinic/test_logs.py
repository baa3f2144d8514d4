"""Every line of the log is JSON and holds no value of anybody, whoever speaks and whatever failed."""

import ast
import json
import logging
import logging.config
import warnings
from io import StringIO
from uuid import UUID

import pytest
import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import get_resolver, path

from clinic import logs
from clinic.middleware import error_pages
from clinic.models import User
from tests.factories import a_clinic, a_patient, a_staff_member
from tests.signing_in import sign_in_patient, sign_in_staff
from tests.test_architecture import CODE

SECRET = "quillfeather@mail.example"
KEY = UUID("0192f0c4-e5b9-7a3c-8d1e-2f3a4b5c6d7e")
own = structlog.stdlib.get_logger("clinic.test")


@pytest.fixture
def lines(monkeypatch):
    """What is logged meanwhile, as production writes it: each line read back from JSON."""
    logging.config.dictConfig(settings.LOGGING)
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)


def only(lines, **wanted):
    """The one line that has these fields."""
    (found,) = [line for line in lines() if wanted.items() <= line.items()]
    return found


def test_a_line_of_ours(lines):
    own.info("nights-planned", count=3, clinic_id=KEY)
    line = only(lines, event="nights-planned")
    del line["timestamp"]
    assert line == {
        "event": "nights-planned",
        "level": "info",
        "logger": "clinic.test",
        "count": 3,
        "clinic_id": str(KEY),
    }


def test_a_field_that_is_not_listed_is_left_out_and_named(lines):
    own.info("x", email=SECRET, count=1)
    assert only(lines, event="x")["withheld"] == ["email"]
    assert SECRET not in str(lines())


@pytest.mark.parametrize("text", [SECRET, "Zebedee Quillfeather", "/walks/1/", "a\nb", {"name": SECRET}])
def test_a_text_that_is_no_name_is_left_out(lines, text):
    own.info("x", role=text)
    assert only(lines, event="x")["withheld"] == ["role"]


def test_a_librarys_sentence_keeps_its_words_and_numbers_alone(lines):
    logging.getLogger("whoever").warning("mail to %s failed after %s tries, %s", SECRET, 3, KEY)
    assert only(lines, logger="whoever")["event"] == f"mail to … failed after 3 tries, {KEY}"


def test_a_sentence_made_on_the_way_is_not_written(lines):
    logging.getLogger("whoever").warning(f"mail to {SECRET} failed")
    assert SECRET not in str(lines())
    assert only(lines, logger="whoever")["event"] == "a sentence that is made as it is said"


def test_what_a_library_hangs_on_a_line_is_not_written(lines):
    logging.getLogger("whoever").warning("said", extra={"request": SECRET, "role": SECRET})
    assert SECRET not in str(lines())


@pytest.mark.django_db
def test_a_row_that_the_database_refuses_is_not_written(lines):
    User.objects.create_user(SECRET)
    with pytest.raises(DatabaseError, match=SECRET) as refusal, transaction.atomic():
        User.objects.create_user(SECRET)
    own.error("refused", exc_info=refusal.value)
    line = only(lines, event="refused")
    assert SECRET not in str(line)
    outer, cause = line["exception"]
    assert outer["type"] == "django.db.utils.IntegrityError"
    assert (cause["type"], cause["sqlstate"]) == ("psycopg.errors.UniqueViolation", "23505")
    assert cause["constraint"].startswith("clinic_user")
    assert outer["frames"][0].startswith("tests/clinic/test_logs.py:")


def fails(request):
    typed = request.GET["q"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [typed])


@pytest.fixture
def visitor(settings):
    """The house, and a page that fails with what was typed."""

    class Urls:
        urlpatterns = [path("fails/<str:word>/", lambda r, word: fails(r)), *get_resolver().url_patterns]
        handler404 = staticmethod(error_pages.not_found)
        handler500 = staticmethod(error_pages.server_error)

    settings.ROOT_URLCONF = Urls
    return Client(raise_request_exception=False)


@pytest.mark.django_db
def test_a_page_that_fails_leaves_its_place_and_number(lines, visitor):
    response = visitor.get(f"/fails/{SECRET}/", {"q": SECRET})
    line = only(lines, logger="django.request")
    assert (line["request_id"], line["exception"][-1]["sqlstate"]) == (response["X-Request-ID"], "22P02")
    assert any(" fails" in frame for frame in line["exception"][0]["frames"])
    assert SECRET not in str(lines())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ask", "status", "route"),
    [
        (lambda c: c.get(f"/nowhere/{SECRET}/", {"q": SECRET}), 404, "unknown"),
        (lambda c: c.get(f"/review/{KEY}/"), 302, "clinic:review-item"),
        (lambda c: c.post("/sign-in/", {"email": SECRET}), 302, "patients:sign-in"),
        (lambda c: c.get("/", headers={"host": SECRET}), 400, "unknown"),
        (lambda c: c.get("/", QUERY_STRING=f"q=%00{SECRET}"), 400, "unknown"),
        (lambda c: c.get("/static/css/base.css"), 200, "static"),
        (lambda c: Client(enforce_csrf_checks=True).post("/sign-in/", {"email": SECRET}), 403, None),
    ],
)
def test_a_request_is_one_line_without_path_and_query(lines, visitor, ask, status, route):
    response = ask(visitor)
    line = only(lines, event="request")
    assert (line["status"], line["request_id"]) == (status, response["X-Request-ID"])
    assert (line["role"], route in (None, line["route"])) == ("visitor", True)
    assert [word for word in (SECRET, "nowhere", "127.0.0.1") if word in str(lines())] == []


@pytest.mark.django_db
def test_a_request_says_who_by_keys_alone(lines, client):
    member = a_staff_member(a_clinic(), name="Orsolya Orr")
    sign_in_staff(client, member).get("/review/")
    line = only(lines, event="request")
    who = {name: line[name] for name in ("user_id", "role", "clinic_id")}
    assert who == {
        "user_id": str(member.user_id) if isinstance(member.user_id, UUID) else member.user_id,
        "role": "clinician",
        "clinic_id": str(member.clinic_id),
    }
    assert [word for word in ("Orsolya", member.user.email) if word in str(lines())] == []


@pytest.mark.django_db
def test_a_patients_request_names_role_and_clinic(lines, client):
    patient = a_patient(a_clinic())
    sign_in_patient(client, patient).get("/today/")
    line = only(lines, event="request")
    assert (line["role"], line["clinic_id"]) == ("patient", str(patient.clinic_id))


def test_a_warning_of_python_is_not_repeated(lines):
    logging.captureWarnings(True)
    warnings.warn(f"odd: {SECRET}", stacklevel=1)
    logging.captureWarnings(False)
    assert SECRET not in str(lines())


def test_what_a_setting_lacks_is_said(lines):
    own.error("stopped", exc_info=ImproperlyConfigured("WAYMARK_SECRET_KEY is a sample"))
    (said,) = only(lines, event="stopped")["exception"]
    assert said["message"] == "WAYMARK_SECRET_KEY is a sample"


def test_nobody_mails_reports_of_errors():
    loggers = [logging.getLogger(name) for name in ("", "django", "django.request", "django.security")]
    kinds = {type(handler).__name__ for logger in loggers for handler in logger.handlers}
    assert "AdminEmailHandler" not in kinds


def calls_of_log():
    for source in CODE:
        for node in ast.walk(ast.parse(source.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
                continue
            if called.attr in logs.METHODS and called.value.id in ("log", "logger"):
                yield source.name, node


def test_what_we_say_is_written_out_in_the_code():
    """An f-string could hold a name; a constant cannot."""
    made = [
        (name, node.lineno) for name, node in calls_of_log() if not isinstance(node.args[0], ast.Constant)
    ]
    assert made == []


def test_what_we_say_has_fields_that_are_listed():
    unknown = [
        (name, node.lineno, keyword.arg)
        for name, node in calls_of_log()
        for keyword in node.keywords
        if keyword.arg not in (*logs.FIELDS, "exc_info", None)
    ]
    assert unknown == []


def test_every_field_is_documented():
    told = (settings.BASE_DIR / "docs" / "deploy.md").read_text()
    assert [field for field, meaning in logs.FIELDS.items() if f"| `{field}` | {meaning} |" not in told] == []
