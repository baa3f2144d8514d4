"""Wake-up calls for the patients' verbs."""

from celery import shared_task
from django.utils import timezone

from patients.services.housekeeping import tidy_sign_in as tidy


@shared_task(name="patients.tasks.tidy_sign_in")
def tidy_sign_in() -> None:
    tidy(now=timezone.now())
