"""The world that all access tests of a process share: making it takes as long as many of them."""

import logging
import os

import pytest
import time_machine
from django.db import transaction

from tests.access import WRITE, table
from tests.access.asking import a_world
from tests.factories import NOON


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker):
    """Made once, in one transaction that never ends well; each request is undone by its own savepoint."""
    closed = set() if os.environ.get(WRITE) else closed_pages()
    logging.disable(logging.WARNING)  # a line for each request, kept by pytest
    with time_machine.travel(NOON, tick=False), django_db_blocker.unblock(), transaction.atomic():
        yield a_world(closed)
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)


def closed_pages():
    """(route, person) without a page, as the table says and its test asks."""
    lines = table.read()
    return {
        (route, column)
        for route, method in lines
        for column, cell in lines[route, method].items()
        if method == "GET" and cell != "ok"
    }
