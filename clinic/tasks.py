"""A second sender for the outbox: should the mailer be away, mail still leaves within a tick."""

from celery import shared_task
from django.utils import timezone

from clinic.services.post import deliver_due_messages
from clinic.services.sealing import seal_entries


@shared_task(name="clinic.tasks.deliver_outbox")
def deliver_outbox() -> None:
    deliver_due_messages(now=timezone.now())


@shared_task(name="clinic.tasks.seal_audit")
def seal_audit() -> None:
    seal_entries(now=timezone.now())


@shared_task(name="clinic.tasks.seal_stragglers")
def seal_stragglers() -> None:
    seal_entries(now=timezone.now(), everything=True)
