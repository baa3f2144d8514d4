"""The walk form as a browser sends it."""

import re

from uuid_utils.compat import uuid7

from tests.factories import NOON

TODAY = NOON.date()
PAGE = "/walks/new/"


def answers(**changed):
    full = {
        "client_uuid": str(uuid7()),
        "walked_on": TODAY.isoformat(),
        "minutes": "15",
        "pain_before": "4",
        "pain_after": "3",
        "intensity": "moderate",
        "flare": "no",
        "fall": "none",
        "symptoms": ["none"],
    }
    return {name: value for name, value in (full | changed).items() if value is not None}


def send(client, **changed):
    return client.post(PAGE, answers(**changed))


def text_of(response):
    return " ".join(response.content.decode().split())


def form_key(client):
    return re.search(
        r'name="client_uuid" id="id_client_uuid" value="([^"]+)"', text_of(client.get(PAGE))
    ).group(1)
