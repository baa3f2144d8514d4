"""What a task raises: its type and place go into the log, its words neither there nor to the broker."""

import pytest
from structlog.testing import capture_logs

from clinic import tasks as clinic_tasks
from clinic.celery import DiscreetTask, TaskFailedError, app
from patients.tasks import tidy_sign_in
from programmes import tasks as nights
from tests.canaries.searching import finds
from tests.canaries.values import Planted


@pytest.fixture
def failing():
    def fail(word):
        raise ValueError(word)

    yield app.task(name="tests.fail")(fail)
    app.tasks.pop("tests.fail")


def test_celery_hears_the_type_alone(failing):
    planted = Planted()
    word = planted.value("words", "exception")
    outcome = failing.apply(args=[word])
    assert (type(outcome.result), str(outcome.result)) == (TaskFailedError, "ValueError")
    assert finds(planted, "event", f"{outcome.result!r} {outcome.traceback}") == []


def test_our_log_says_which_task_and_where(failing):
    with capture_logs() as lines:
        failing.apply(args=["word"])
    assert [(line["event"], line["task"], line["exc_info"]) for line in lines] == [
        ("task-failed", "tests.fail", True)
    ]


@pytest.mark.parametrize("task", [clinic_tasks.deliver_outbox, nights.review_changed_patients, tidy_sign_in])
def test_every_task_of_ours_is_so(task):
    assert isinstance(task, DiscreetTask)
