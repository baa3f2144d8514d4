"""Thousands of odd requests through the whole WSGI application: none ends in a server error.

Each is a request that a page's own form, link or button makes, as somebody who may, with one or two things
wrong. 1,250 here; FULL=1 (`make figures`) sends 50,000. Hypothesis chooses, the same each time.
"""

import importlib
import io
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.signals import got_request_exception, request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from clinic.models import HistoryEntry
from tests.access import odd
from tests.access.addresses import PARAMETER, Address, addresses, route_of
from tests.access.asking import FORM, undone
from tests.conftest import as_runtime
from tests.figures import Figure, record

VISITOR = "anonymous"  # whose forms change no clinic's row
PEOPLE = (VISITOR, "patient", "clinician", "manager", "operator")
EACH = 10_000 if os.environ.get("FULL") == "1" else 250
NOT_READY = ("/healthz/ready", 503)  # nothing was reviewed in this world
STOPPED = {400, 403, 404, 405, 413}  # by middleware, routing or permission
SENT_AWAY = {"/sign-in/", "/staff/sign-in/", "/admin/login/"}
TOKEN = "a" * 32  # a CSRF cookie and its token


@pytest.fixture(scope="module")
def application(world):
    """Made as production makes it: it refuses to start with a role that passes row-level security.

    Django ends the connection around each request; here the world stands in its open transaction.
    """
    with as_runtime():
        made = importlib.import_module("clinic.wsgi").application
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield made
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


# --- A request, and what may be wrong with it


@dataclass(frozen=True)
class Goal:
    """An address, its path with our row, and what the form that goes there sends."""

    address: Address
    path: str
    form: dict


def goals(world, column):
    """A third where this person posts forms, a third that they open, a third anywhere."""
    every = [
        Goal(address, address.of(world.ours), world.bodies.get(address.route, {})) for address in addresses()
    ]
    posted = {route_of(form.action) for _path, form in world.forms[column] if form.method == "post"}
    opened = {address.route for address in world.open_to(column)}
    own = [[goal for goal in every if goal.address.route in routes] for routes in (posted, opened)]
    return st.one_of(*map(st.sampled_from, [*own, every]))


@st.composite
def requests(draw, goals, keys):
    """What the application is called with: a right request, and one or two oddities."""
    goal = draw(goals)
    posts = bool(goal.form) and draw(st.booleans())
    request = {
        "REQUEST_METHOD": "POST" if posts else "GET",
        "PATH_INFO": goal.path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": FORM if posts else "",
    }
    body = goal.form if posts else {}
    for oddity in draw(st.lists(st.sampled_from(ODDITIES), min_size=1, max_size=2)):
        change = draw(oddity(goal, st.one_of(odd.value, odd.value, keys)))
        body = change.pop("body", body)
        request |= change
    sent = body if isinstance(body, bytes) else urlencode(body, doseq=True, quote_via=quote).encode()
    return {"CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent)} | request


def keys(world):
    """Of rows of every kind: right somewhere, and odd nearly everywhere."""
    return st.sampled_from([str(row.pk).encode() for row in world.ours.rows.values()])


@st.composite
def odd_query(draw, goal, values):
    pairs = st.lists(st.tuples(st.sampled_from([*odd.NAMES, *goal.form]), values), min_size=1, max_size=8)
    raw = odd.line.map(lambda text: text.replace(" ", "+"))
    return {"QUERY_STRING": draw(st.one_of(pairs.map(urlencode), pairs.map(urlencode), raw))}


@st.composite
def odd_fields(draw, goal, values):
    """The page's own form with other values in some fields or in all: none, one, or two each."""
    some = st.lists(st.sampled_from([*goal.form, *goal.form, *odd.NAMES]), min_size=1, max_size=3)
    names = draw(st.one_of(some, st.just(list(goal.form))))
    one_or_many = st.one_of(st.lists(values, min_size=1, max_size=1), st.lists(values, max_size=2))
    odd_ones = {name: draw(one_or_many) for name in names}
    return {"REQUEST_METHOD": "POST", "CONTENT_TYPE": FORM, "body": goal.form | odd_ones}


@st.composite
def odd_path(draw, goal, values):
    """A key of another kind of row, anything at all in its place, or something behind the path."""
    text = draw(values)[: odd.LONG_LINE].decode("latin-1")
    if not goal.address.names_a_row:
        return {"PATH_INFO": goal.path + text}
    return {"PATH_INFO": "/" + PARAMETER.sub(lambda _found: text, goal.address.route)}


@st.composite
def odd_headers(draw, *_about):
    found = draw(st.dictionaries(st.sampled_from(odd.HEADERS), odd.line, min_size=1, max_size=3))
    return {f"HTTP_{name}": text for name, text in found.items()}


@st.composite
def odd_cookie(draw, *_about):
    return {"cookie": f"{draw(st.sampled_from(odd.COOKIES))}={draw(odd.line)}"}


@st.composite
def odd_body(draw, *_about):
    """A whole body that is no form, under its right name or another."""
    kind = draw(st.sampled_from([FORM, "multipart/form-data; boundary=x", "application/json", *odd.KINDS]))
    body = draw(st.one_of(st.sampled_from(odd.BODIES), st.binary(max_size=200)))
    return {"REQUEST_METHOD": "POST", "CONTENT_TYPE": kind, "body": body}


@st.composite
def odd_kind(draw, *_about):
    """A right body under a wrong name, length or method."""
    name, texts = draw(
        st.sampled_from(
            [("CONTENT_TYPE", odd.KINDS), ("CONTENT_LENGTH", odd.LENGTHS), ("REQUEST_METHOD", odd.METHODS)]
        )
    )
    return {name: draw(st.sampled_from(texts))}


# What reaches views is drawn more often.
ODDITIES = [odd_query] * 4 + [odd_fields] * 6 + [odd_path, odd_cookie] * 2 + [odd_headers, odd_body, odd_kind]


# --- Sending it


@dataclass
class Answers:
    """What came back: how often each status, from views, what was written, and what broke something."""

    statuses: Counter = field(default_factory=Counter)
    viewed: int = 0
    written: int = 0
    broken: list = field(default_factory=list)

    def add(self, status, leads_to, *, is_written):
        self.statuses[status] += 1
        self.viewed += status not in STOPPED and leads_to.partition("?")[0] not in SENT_AWAY
        self.written += is_written

    def say(self, column):
        share = 100 * self.viewed / self.statuses.total()
        record(Figure(f"odd requests of {column} that ended in a server error", len(self.broken), "== 0"))
        record(Figure(f"odd requests of {column} that views answered, %", share, ">= 33 %"))
        if column != VISITOR:
            record(Figure(f"odd forms of {column} that were saved", self.written, ">= 1"))
        print(column, dict(self.statuses), f"viewed {self.viewed} written {self.written}")


def answer_to(client, application, request):
    """(status, Location), as to a browser with the session and a valid CSRF pair, whatever else it sends."""
    seen, base = [], client._base_environ()
    own, odd_one = base.get("HTTP_COOKIE", ""), request.pop("cookie", "")
    cookies = f"{own}; {settings.CSRF_COOKIE_NAME}={TOKEN}; {odd_one}"
    ours = {"HTTP_COOKIE": cookies, "HTTP_X_CSRFTOKEN": TOKEN, "wsgi.errors": sys.stderr}
    with as_runtime():
        response = application(base | ours | request, lambda *said: seen.append(said))
        b"".join(response)
        getattr(response, "close", int)()
    status, headers = seen[-1][:2]
    return int(status.split()[0]), dict(headers).get("Location", "")


def changes():
    return HistoryEntry.objects.count()


@pytest.mark.parametrize("column", PEOPLE)
def test_no_odd_request_ends_in_a_server_error(world, application, column):
    found, before, raised = Answers(), changes(), []

    def note(**_signal):
        raised.append(repr(sys.exc_info()[1])[:300])

    @examples(
        max_examples=EACH,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests(goals(world, column), keys(world)))
    def ask(request):
        raised.clear()
        with undone(world.people[column]) as client:
            status, leads_to = answer_to(client, application, request)
            found.add(status, leads_to, is_written=status == 302 and changes() > before)
        if status >= 500 and (request["PATH_INFO"], status) != NOT_READY:
            shown = {name: str(what)[:200] for name, what in request.items()} | {"raised": str(raised)}
            found.broken.append(shown | {"body": request["wsgi.input"].getvalue()[:500]})

    got_request_exception.connect(note)
    try:
        ask()
    finally:
        got_request_exception.disconnect(note)
    found.say(column)
    assert found.broken == [], "\n".join(map(str, found.broken))
    assert found.statuses.total() >= EACH
    assert found.viewed > EACH / 3, "mostly refusals are tested"
    assert found.written > 0 or column == VISITOR, "no form is accepted"
