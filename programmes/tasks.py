"""Wake-up calls: what runs, and how often, stands in clinic/celery.py; the work stands in the database."""

import structlog
from celery import shared_task
from django.conf import settings
from django.utils import timezone

from clinic.services.dead_man import call_dead_man
from clinic.services.post import Letter
from patients.mails import overdue_call_letter, overdue_safety_letter, reminder_letter
from patients.services.speaking import speaking_to
from programmes.models import SetUp
from programmes.services import nights, overdue_calls, overdue_safety
from programmes.services.readiness import readiness
from programmes.services.reminding import send_due_reminders

log = structlog.stdlib.get_logger(__name__)


@shared_task(name="programmes.tasks.review_changed_patients")
def review_changed_patients() -> None:
    if taken := nights.keep_up(now=timezone.now()):
        log.info("changed-patients-reviewed", count=taken)


@shared_task(name="programmes.tasks.plan_review_runs")
def plan_review_runs() -> None:
    if planned := nights.plan_runs(now=timezone.now()):
        log.info("nights-planned", count=planned)


@shared_task(name="programmes.tasks.run_planned_reviews")
def run_planned_reviews() -> None:
    for run in nights.run_planned_reviews(now=timezone.now()):
        facts = {"clinic_id": run.clinic_id, "count": run.patients_evaluated, "raised": run.flags_raised}
        log.info("night-reviewed", **facts)


@shared_task(name="programmes.tasks.escalate_overdue_calls")
def escalate_overdue_calls() -> None:
    if written := overdue_calls.escalate_overdue_calls(now=timezone.now(), write=overdue_call_letter):
        log.info("overdue-calls-mailed", count=written)


@shared_task(name="programmes.tasks.remind_of_waiting_safety")
def remind_of_waiting_safety() -> None:
    if written := overdue_safety.remind_of_waiting_safety(now=timezone.now(), write=overdue_safety_letter):
        log.info("waiting-safety-mailed", count=written)


def _reminder(chosen: SetUp) -> Letter:
    with speaking_to(chosen.patient):
        return reminder_letter(chosen)


@shared_task(name="programmes.tasks.remind_patients")
def remind_patients() -> None:
    if written := send_due_reminders(now=timezone.now(), write=_reminder):
        log.info("reminders-written", count=written)


@shared_task(name="programmes.tasks.tell_dead_man")
def tell_dead_man() -> None:
    """Silence is the alarm: nothing is heard while reviews or mails are late, nor without beat or workers."""
    if not settings.PING_URL:
        return
    if not readiness(backups=settings.BACKUP_FOLDER, now=timezone.now()).keeps_going:
        log.warning("stands-still")
    elif not call_dead_man(url=settings.PING_URL):
        log.warning("dead-man-not-reached")
