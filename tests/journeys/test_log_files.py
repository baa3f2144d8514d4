"""The log files of real processes: every line is JSON, and what people typed is in none."""

import json

import pytest
from playwright.sync_api import Page

from tests.factories import a_clinic, a_patient

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
TYPED = "quillfeather@mail.example"


def test_the_log_of_each_process_is_json_and_names_nobody(phone: Page, web, worker, tmp_path):
    a_patient(a_clinic(), given_name="Zebedee")
    phone.goto(f"{web}/sign-in/?from=Zebedee")
    phone.get_by_label("E-mail").first.fill(TYPED)
    phone.get_by_role("button").first.click()
    phone.goto(f"{web}/nowhere/Zebedee/")
    logs = {name: (tmp_path / f"{name}.log").read_text() for name in ("web", "worker", "beat", "mailer")}
    odd = [line for text in logs.values() for line in text.splitlines() if not is_object(line)]
    assert odd == []
    assert [name for name, text in logs.items() if TYPED in text or "Zebedee" in text] == []
    routes = [json.loads(line).get("route") for line in logs["web"].splitlines()]
    assert {"patients:sign-in", "unknown"} <= set(routes)


def is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
