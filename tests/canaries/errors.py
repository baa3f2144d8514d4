"""Errors on purpose, each with canaries in whatever the failing code holds at that moment."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from threading import Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote

from patients.models import Patient
from programmes.services.nights import mark_changed
from tests.access.forms import forms_in
from tests.access.world import Side
from tests.canaries.filling import Question
from tests.canaries.site import Site
from tests.conftest import as_superuser

TOO_MUCH = 300_000  # bytes; a body over 256 KB is refused unread


def refused_requests(site: Site, side: Side) -> Iterator[tuple[str, int, int]]:
    """What is wrong with a request, the status it should be answered, and the one it was."""

    def words(where: str) -> str:
        return site.planted.value("words", f"error: {where}")

    def ask(what: str, expected: int, method: str, path: str, body: bytes = b"", **head: str) -> Any:
        answer = site.ask("patient", method, path, body, **head)
        return what, expected, answer.status

    typed = quote(words("typed")).encode()
    multipart = (
        f'--x\r\nContent-Disposition: form-data; name="note"; filename="{words("file name")}"\r\n'
        f"Content-Type: text/plain\r\n\r\n{words('file')}\r\n--x--\r\n"
    ).encode()
    yield ask("NUL in the path", 400, "GET", f"/walks/{quote(words('NUL in path'))}%00/")
    yield ask("NUL in the query", 400, "GET", f"/today/?note={quote(words('NUL in query'))}%00")
    yield ask("NUL in a form", 403, "POST", "/walks/new/", b"note=%00" + typed)
    yield ask("a path that is not there", 404, "GET", f"/walks/{quote(words('path'))}/")
    yield ask("a query that is not asked for", 200, "GET", f"/signed-out/?note={quote(words('query'))}")
    yield ask("a form without its token", 403, "POST", "/walks/new/", b"note=" + typed)
    yield ask("a body that is too large", 413, "POST", "/walks/new/", b"note=" + typed + b"x" * TOO_MUCH)
    yield ask("a method that is not offered", 405, "BREW", "/walks/new/", b"note=" + typed)
    yield ask(
        "a charset that is none", 400, "POST", "/walks/new/", typed, Content_Type="text/plain; charset=hex"
    )
    yield ask("a file", 400, "POST", "/walks/new/", multipart, Content_Type="multipart/form-data; boundary=x")
    yield ask(
        "a cookie that is no session", 302, "GET", "/today/", Cookie=f"session={quote(words('cookie'))}"
    )
    yield from _reports_of_browsers(ask, words)


def _reports_of_browsers(ask: Callable[..., Any], words: Callable[[str], str]) -> Iterator[Any]:
    core = words("report").split()[0]
    report = {
        "document-uri": f"http://127.0.0.1/today/{quote(words('report'))}?note={core}",
        "effective-directive": core,
        "violated-directive": core,
        "blocked-uri": f"https://{core}:{core}@blocked.example/{core}?{core}#{core}",
        "script-sample": words("report"),
        "referrer": words("report"),
    }
    body = json.dumps({"csp-report": report}).encode()
    yield ask("a browser's report", 204, "POST", "/csp-report/", body, Content_Type="application/csp-report")
    yield ask(
        "a report that is none", 400, "POST", "/csp-report/", body[:-9], Content_Type="application/csp-report"
    )


def no_http(site: Site) -> list[int]:
    """Requests that never reach Django; the statuses that gunicorn answers."""
    word = site.planted.value("words", "error: no HTTP").encode()
    lines = (
        b"GET /" + word + b" HTTP/9.9\r\n\r\n",
        word + b"\r\n\r\n",
        b"GET /" + word * 200 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: " + word + b"\r\nX Y: " + word + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: waymark.example\r\nX-Note: " + word * 300 + b"\r\n\r\n",
        b"POST /walks/new/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5000\r\n\r\nnote="
        + word,  # and gone
    )
    return [_raw(site.port, line) for line in lines]


def _raw(port: int, request: bytes) -> int:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
        link.sendall(request)
        link.shutdown(socket.SHUT_WR)
        words = link.makefile("rb").readline().split()
    return int(words[1]) if len(words) > 1 else 0


# --- Server errors: the database refuses in the middle of a request


@contextmanager
def without_privilege(privilege: str, table: str) -> Iterator[None]:
    """The runtime role may not do this while the block runs."""
    with as_superuser() as connection:
        connection.execute(f"REVOKE {privilege} ON {table} FROM waymark_runtime".encode())
        try:
            yield
        finally:
            connection.execute(f"GRANT {privilege} ON {table} TO waymark_runtime".encode())


@contextmanager
def with_a_rule_that_nothing_meets(table: str) -> Iterator[None]:
    """Every new row is refused, and PostgreSQL says it: "Failing row contains (...)"."""
    with as_superuser() as connection:
        connection.execute(f"ALTER TABLE {table} ADD CONSTRAINT canary CHECK (id IS NULL) NOT VALID".encode())
        try:
            yield
        finally:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT canary".encode())


def failed_saving(site: Site) -> int:
    """A walk whose row is refused: every answer stands in it, and in the locals of a dozen frames."""
    with with_a_rule_that_nothing_meets("programmes_walk"):
        return site.post("patient", *_a_walk(site)).status


def failed_rendering(site: Site) -> int:
    with without_privilege("SELECT", "programmes_flag"):
        words = quote(site.planted.value("words", "error: page"))
        return site.ask("clinician", "GET", f"/review/?note={words}").status


def killed_while_saving(site: Site) -> list[int]:
    """The session of a walk that waits for a lock is ended by the server: FATAL, with its statement."""
    statuses: list[int] = []
    walk = _a_walk(site)
    with as_superuser() as holder, as_superuser() as killer, holder.transaction():
        holder.execute("LOCK TABLE programmes_walk IN ACCESS EXCLUSIVE MODE")
        saving = Thread(target=lambda: statuses.append(site.post("patient", *walk).status))
        saving.start()
        until = monotonic() + 20
        while monotonic() < until and not _end_who_waits(killer):
            sleep(0.05)
    saving.join(30)
    return statuses


def _end_who_waits(killer: Any) -> bool:
    ended = killer.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    return bool(ended.fetchall())


def _a_walk(site: Site) -> tuple[str, dict[str, list[str]]]:
    """Where the form for a walk goes, and what somebody fills in."""
    path = "/walks/new/"
    (form,) = (
        form for form in forms_in(site.ask("patient", "GET", path).text, path) if "note" in form.fields
    )
    question = Question("patient", path, "walks/new/", form)
    return path, question.believable(site.planted, date.today())


# --- Poisoned rows: what a record holds makes the code raise, and stands in the exception's message


def poison_the_patients(side: Side, site: Site) -> None:
    """A flag's evidence of each is none, the second one's time zone neither."""
    words = site.planted.value("words", "error: poisoned evidence")
    zone = site.planted.value("reference", "error: poisoned time zone")
    with as_superuser() as connection:
        connection.execute("SET session_replication_role = replica")  # evidence is written once, by trigger
        connection.execute(
            "UPDATE programmes_flag SET code = 'ADHERENCE_DROPPED',"
            " evidence = jsonb_build_object('pattern', %s::text), latest = NULL"
            " WHERE id IN (SELECT DISTINCT ON (patient_id) id FROM programmes_flag ORDER BY patient_id, id)",
            [words],
        )
        connection.execute("UPDATE patients_patient SET time_zone = %s WHERE id = %s", [zone, side.second.pk])


def poison_the_clinic(side: Side, site: Site) -> None:
    """Its reviews raise out of the task itself, with the word in the exception's message."""
    zone = site.planted.value("reference", "error: poisoned clinic")
    with as_superuser() as connection:
        connection.execute("UPDATE clinic_clinic SET time_zone = %s WHERE id = %s", [zone, side.clinic.pk])


def mark_everybody_changed(side: Side) -> None:
    """So that the worker reviews them once more."""
    now = datetime.now(UTC)
    for patient in Patient.objects.for_clinic(side.clinic):
        mark_changed(patient=patient, earliest_on=now.date(), now=now)
