"""Statements of the pages of a patient's days: the same number with one walk and with thirty."""

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from programmes.models import Walk
from tests.factories import NOON, a_walk
from tests.figures import Figure, record
from tests.patients.walk_form import answers
from tests.queries import DomainQueries

TODAY = NOON.date()


@pytest.fixture(params=[1, 30])
def walks(request, programme):
    for days in range(request.param):
        a_walk(programme, TODAY - timedelta(days=days), **({} if days else {"now": NOON}))
    return request.param


def counted(name, walks, limit, ask):
    with DomainQueries() as queries:
        response = ask()
    assert response.status_code in (200, 302)
    record(Figure(f"domain SQL of {name}, walks: {walks}", queries.count, f"<= {limit}"))
    assert queries.count <= limit, queries.domain


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/today/", 3), ("/walks/timer/", 1), ("/walks/catch-up/", 4), ("/not-walking/", 1), ("/call-me/", 2)],
)
def test_showing_a_page(signed_in, walks, path, limit):
    counted(f"showing {path}", walks, limit, lambda: signed_in.get(path))


def test_changing_a_walk(signed_in, walks):
    page = f"/walks/{Walk.objects.get(walked_on=TODAY).pk}/change/"
    counted("showing a walk to change", walks, 6, lambda: signed_in.get(page))
    counted("changing a walk", walks, 13, lambda: signed_in.post(page, answers(minutes="10")))


def test_asking_to_be_called(signed_in, walks):
    counted("asking to be called", walks, 8, lambda: signed_in.post("/call-me/", {"can_wait": "no"}))


def test_telling_why(signed_in, walks):
    form = {"client_uuid": str(uuid7()), "reason": "time"}
    counted("telling why there is no walk", walks, 3, lambda: signed_in.post("/not-walking/", form))
