"""What runs at night, and every minute. All times are UTC; local nights are rows, not cron entries.

A Celery message means "wake up": it carries nothing, and the same verbs run as management
commands. Losing every message costs at most one tick. The settings below were each measured
to matter; docs/adr/0008 says how.
"""

import os

import structlog
from celery import Celery, Task
from celery.signals import beat_init, setup_logging, worker_init, worker_ready
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from clinic import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

log = structlog.stdlib.get_logger(__name__)


class TaskFailedError(Exception):
    """A task raised; its message is the type of what it raised, our log line says where."""


class DiscreetTask(Task):  # type: ignore[type-arg]
    """Keeps what a task raises to our log: Celery's events would carry its message through the broker."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        try:
            return super().__call__(*args, **kwargs)
        except Exception as problem:
            log.exception("task-failed", task=self.name)
            raise TaskFailedError(type(problem).__qualname__) from None


app = Celery("waymark", task_cls=DiscreetTask)
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 300,  # more than twice the longest task
        "socket_timeout": 3,
        "socket_connect_timeout": 3,
        # Look every 10 s for messages of dead workers: the defaults look every 100 s.
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_time_limit=120,  # no soft limit: it would raise inside one patient's review, as if it were theirs
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=30,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    enable_utc=True,
    timezone="UTC",
    beat_schedule={
        "review patients whose record changed": {
            "task": "programmes.tasks.review_changed_patients",
            "schedule": 10.0,
            "options": {"expires": 9},
        },
        "plan the nights that are due": {
            "task": "programmes.tasks.plan_review_runs",
            "schedule": 60.0,  # a missed tick costs a minute, also right after a start
            "options": {"expires": 59},
        },
        "run the reviews that are planned": {
            "task": "programmes.tasks.run_planned_reviews",
            "schedule": 10.0,
            "options": {"expires": 9},
        },
        "remind patients at their own time": {
            "task": "programmes.tasks.remind_patients",
            "schedule": 60.0,
            "options": {"expires": 59},
        },
        "calls that patients still wait for": {
            "task": "programmes.tasks.escalate_overdue_calls",
            "schedule": 600.0,
            "options": {"expires": 590},
        },
        "safety answers that still wait": {
            "task": "programmes.tasks.remind_of_waiting_safety",
            "schedule": 600.0,
            "options": {"expires": 590},
        },
        "tell the dead-man service that all is well": {
            "task": "programmes.tasks.tell_dead_man",
            "schedule": 60.0,
            "options": {"expires": 59},
        },
        "clear away what signed people in": {
            "task": "patients.tasks.tidy_sign_in",
            "schedule": 86400.0,
            "options": {"expires": 3600},
        },
        "seal what was changed and read": {
            "task": "clinic.tasks.seal_audit",
            "schedule": 60.0,
            "options": {"expires": 59},
        },
        "seal what long transactions left": {
            "task": "clinic.tasks.seal_stragglers",
            "schedule": 86400.0,
            "options": {"expires": 3600},
        },
        "send what the outbox still holds": {
            "task": "clinic.tasks.deliver_outbox",
            "schedule": 60.0,
            "options": {"expires": 59},
        },
    },
)
app.autodiscover_tasks(["clinic", "patients", "programmes"])


@setup_logging.connect
def log_in_lines(**_: object) -> None:
    """Celery leaves logging as Django's settings have made it."""
    logs.speak_in_lines()


@beat_init.connect
@worker_init.connect
def refuse_unsafe_role(**_: object) -> None:
    """An unsafe worker or beat does not start. Imported here: checks need Django to be set up.

    Celery goes on after an exception of a handler, whatever it is: only SystemExit stops it.
    """
    from clinic.checks import require_protection  # noqa: PLC0415

    try:
        require_protection()
    except ImproperlyConfigured as problem:
        log.critical("refused-to-start", exc_info=problem)
        raise SystemExit(1) from None


@worker_ready.connect
def look_at_once(**_: object) -> None:
    """A worker that comes back does not wait for the next tick."""
    for entry in app.conf.beat_schedule.values():
        app.send_task(entry["task"], **entry["options"])
