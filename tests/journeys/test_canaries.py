"""What people type stands in the database and nowhere else: canaries through every form of real processes."""

import os
import re
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from clinic.celery import app
from clinic.models import OutboxMessage
from tests.canaries import browser as computers
from tests.canaries import coverage, errors, places
from tests.canaries.filling import IN_ADDRESSES, TOKEN
from tests.canaries.people import a_canary_side, questions_of, who_signs_in
from tests.canaries.searching import leaks
from tests.canaries.site import Site, listening_to_valkey
from tests.canaries.values import Planted
from tests.figures import Figure, record
from tests.journeys.conftest import BIN, CHROMIUM, FLAGS, free_port, process, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
CELERY = [str(BIN / "celery"), "--quiet", "-A", "clinic.celery"]
# Forms that end somebody's access, or close what other forms work on: last.
ENDINGS = (
    *("review/<item_id>/close/", "limit/", "people/", "admin/clinic/user/", "staff/sessions"),
    *("signed-in/", "sign-out/", "admin/logout"),
)
# The database itself, and mails, which are read one by one: each goes to the address it names.
READ_OTHERWISE = ("postgresql", "mail")
# Of a browser's profile: programs of the graphics card; what it keeps of its tabs to open them again, where a
# form stands that was refused. docs/privacy/browsers.md says so.
NOT_OURS = ("GPUCache", "Dawn", "GrShaderCache", "ShaderCache", "GraphiteDawnCache", "Sessions")
# The files of a patient's outbox, where a walk that was sent stands until the browser tidies them. What the
# outbox still holds is read page by page (tests/canaries/browser.py). A desk has no such files to leave out.
OUTBOX = "phone/Default/IndexedDB/http_127.0.0.1_"
# In the folder for temporary files: other runs look for themselves; a browser that was never here.
OTHER_RUNS = ("pytest-of-", "waymark-", "playwright_chromiumdev_profile-")


@contextmanager
def a_web_server(environment, logs):
    """gunicorn as in production: no demo."""
    port = free_port()
    environment |= {"WAYMARK_BASE_URL": f"http://127.0.0.1:{port}", "PORT": str(port)}
    command = [str(BIN / "gunicorn"), "clinic.wsgi", "--bind", f"127.0.0.1:{port}"]
    with process("web", command, {**environment, "WAYMARK_DB_POOL": "1"}, logs):
        wait_for(f"http://127.0.0.1:{port}/healthz/live")
        yield port


@contextmanager
def workers(environment, logs):
    """Worker with its events, beat and mailer."""
    worker = [*CELERY, "worker", "--concurrency=1", "--loglevel=INFO", "--task-events"]
    with (
        process("worker", worker, environment, logs),
        process("beat", [*CELERY, "beat", "--schedule", str(logs / "beat-schedule")], environment, logs),
        process("mailer", [sys.executable, "manage.py", "deliver_outbox"], environment, logs),
    ):
        yield


def until(reached, seconds=60):
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, f"not within {seconds} s: {reached.__doc__ or reached}"
        time.sleep(0.2)


def fail_in_every_way(site, side):
    """Requests that are refused, and saving, showing and waiting that the database breaks off."""
    refused = list(errors.refused_requests(site, side))
    assert [each for each in refused if each[1] != each[2]] == []
    assert errors.no_http(site) == [400, 400, 414, 400, 431, 403]
    assert (errors.failed_saving(site), errors.failed_rendering(site)) == (500, 500)
    assert errors.killed_while_saving(site) == [500]


def fill_in_every_form(site, side):
    """A canary in every field, then what can be saved. Returns the forms."""
    questions = {}
    for question in questions_of(site, side):
        questions.setdefault(question.key, question)
    for question in sorted(questions.values(), key=in_order):
        if question.form.method == "post":
            if not question.is_empty:
                site.post(question.who, question.form.action, question.odd(site.planted))
            site.post(question.who, question.form.action, question.believable(site.planted, side.today))
    coverage.send_unseen(site, side, coverage.words_of(coverage.form_classes()))
    return list(questions.values())


def in_order(question):
    """Patients before the staff, who change their logins; what ends something last."""
    is_staff = question.who not in ("anonymous", "patient")
    return question.route.startswith(ENDINGS), is_staff, question.is_empty


def fail_in_every_task(site, side, logs):
    """Reviews of patients and of a clinic, and the mail's second sender, each with a canary at hand."""

    def said(*words):
        return any(
            all(word in line for word in words) for line in (logs / "worker.log").read_text().splitlines()
        )

    errors.poison_the_patients(side, site)
    with errors.without_privilege("SELECT", "programmes_pause"):
        errors.mark_everybody_changed(side)
        app.send_task("programmes.tasks.review_changed_patients")
        until(lambda: said("review-of-patient-failed", "42501"))
    errors.mark_everybody_changed(side)
    with errors.without_privilege("SELECT", "clinic_outboxmessage"):
        app.send_task("clinic.tasks.deliver_outbox")
        until(lambda: said("task-failed", "clinic.tasks.deliver_outbox", "42501"))
        until(lambda: "database-away" in (logs / "mailer.log").read_text())
    errors.poison_the_clinic(side, site)
    app.send_task("programmes.tasks.review_changed_patients")
    until(lambda: said("task-failed", "review_changed_patients", "ZoneInfoNotFoundError"))


def use_browsers(chromium, site, side, pages, folder):
    """At a clinic's desk and on a patient's phone; yields what pages kept and what the browser remembers."""
    address = f"http://127.0.0.1:{site.port}"
    with computers.a_computer(chromium, CHROMIUM, FLAGS, folder / "desk") as context:
        page = context.new_page()
        computers.sign_in_at_the_desk(page, side, address)
        computers.type_at_the_desk(page, site.planted, side, address)
        yield from computers.kept(context, computers.look_at(page, address, pages["clinician"]))
    with computers.a_computer(chromium, CHROMIUM, FLAGS, folder / "phone") as context:
        page = context.new_page()
        computers.ask_for_a_code(page, side, address)
        code = the_mailed_code(folder / "mail", side.second.user.email)
        computers.sign_in_on_the_phone(page, code)
        computers.type_on_the_phone(page, site.planted, address)
        yield from computers.kept(context, computers.look_at(page, address, pages["patient"]))


def the_mailed_code(folder, address):
    def codes():
        mails = [mail for mail in places.mails_in(folder) if address in mail["To"]]
        return [found[0] for mail in mails if (found := re.search(r"\b\d{6}\b", mail.get_content()))]

    until(codes)
    return codes()[-1]


def everything_stored():
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT t::text FROM {table} t" for table in tables))
        return "\n".join(row[0] for row in cursor.fetchall())


def everywhere_else(site, heard, began, folder):
    """Every place outside the database, by its name."""
    yield from places.addresses_of(site.answers)
    own, temporary = (folder, Path(os.environ["WAYMARK_STATE"])), Path(tempfile.gettempdir())
    for name, content in places.files_below(*own, since=began, but=READ_OTHERWISE + NOT_OURS):
        if not name.startswith(str(folder / OUTBOX)):
            yield name, content
    yield from places.files_below(temporary, since=began, but=OTHER_RUNS)
    yield from places.of_mails(places.mails_in(folder / "mail"))
    yield "what passed the broker", b"".join(heard)
    yield from places.stays_in_valkey(os.environ["REDIS_URL"])


def test_what_people_type_stands_in_the_database_alone(chromium, services_environment, tmp_path):
    planted, began, now = Planted.of_this_run(), time.time(), datetime.now(UTC)
    for name in ("logs", "mail"):
        (tmp_path / name).mkdir()
    logs, side = tmp_path / "logs", a_canary_side(planted, now)
    pages = {who: computers.pages_of(side, who) for who in ("clinician", "patient")}
    with (
        listening_to_valkey(os.environ["REDIS_URL"]) as heard,
        a_web_server(services_environment, logs) as port,
    ):
        site = Site(port, planted, who_signs_in(side))
        fail_in_every_way(site, side)
        forms = fill_in_every_form(site, side)
        with workers(services_environment, logs):
            remembered = list(use_browsers(chromium, site, side, pages, tmp_path))
            fail_in_every_task(site, side, logs)
            until(lambda: not OutboxMessage.objects.filter(status="waiting", attempts=0).exists())
        mails = places.mails_in(tmp_path / "mail")
        for secret, where in places.brought_by(mails):
            planted.remember(secret, where)
        for jar in site.cookies.values():
            planted.remember(jar.get("session", "").strip('"') or TOKEN * 2, "session")
    outside = [*everywhere_else(site, heard, began, tmp_path), *remembered]
    found = [leak for name, content in outside for leak in leaks(planted, name, content)]
    stored = planted.found_in(everything_stored())
    in_addresses = {
        f"{form.route}: {name}"
        for form in forms
        for name in form.form.fields.keys() - IN_ADDRESSES.keys() - {TOKEN}
        if form.form.method == "get"
    }
    record(
        Figure(f"canaries found outside the database, of {len(planted.canaries)} planted", len(found), "== 0")
    )
    record(Figure("canaries that reached the database", len(stored), ">= 45"))
    record(Figure("forms that canaries went through", len(forms), ">= 100"))
    assert ("\n".join(map(str, found)), in_addresses) == ("", set())
    assert coverage.unseen(forms) == set(coverage.UNSEEN)
    assert coverage.never_filled(coverage.form_classes(), forms) == {}
    assert [mail["To"] for mail in mails if "," in mail["To"] or mail["Cc"] or mail["Bcc"]] == []
    assert len(stored) >= 45
