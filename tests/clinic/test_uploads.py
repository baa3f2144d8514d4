"""Waymark takes no files: one is refused on every address, before anything of it is kept."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.crawl import client_of, paths
from tests.factories import a_clinic, a_patient, a_programme, a_staff_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic():
    clinic = a_clinic()
    a_programme(a_patient(clinic), a_staff_member(clinic))
    return clinic


def with_a_file(client, path):
    return client.post(path, {"note": "x", "note_file": SimpleUploadedFile("quill.txt", b"feather")})


def signs_out(path):
    """Last, so that all others are asked by the same person."""
    return "out/" in path


@pytest.mark.parametrize("who", ["visitor", "patient", "clinician"])
def test_a_file_is_taken_nowhere(clinic, who):
    """An address may refuse before it reads a body; one that reads it keeps no file and answers 400."""
    client = client_of(who, clinic)
    requests = [with_a_file(client, path).wsgi_request for path in sorted(paths(clinic), key=signs_out)]
    assert [request.path for request in requests if getattr(request, "_files", None)] == []


def test_a_file_in_a_form_is_a_bad_request(client):
    assert with_a_file(client, "/sign-in/").status_code == 400
