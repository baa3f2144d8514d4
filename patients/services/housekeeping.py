"""What nobody can use any more is cleared away."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from clinic.models import Guesses, UserSession
from patients.models import LetterCode, NetworkTries, SignInCode

KEPT = timedelta(days=30)  # codes and letters: long enough to answer "who signed in?", longer than they work
TRIES_KEPT = timedelta(days=1)  # tries count for an hour, guesses are forgotten after a day
log = logging.getLogger(__name__)


@transaction.atomic
def tidy_sign_in(*, now: datetime) -> dict[str, int]:
    """Deletes sessions that are over, and codes, letters and counted tries that are old. Returns how many."""
    rows = {
        "sessions": UserSession.objects.filter(expire_date__lte=now),
        "codes": SignInCode.objects.filter(created_at__lt=now - KEPT),
        "letters": LetterCode.objects.filter(created_at__lt=now - KEPT),
        "guesses": Guesses.objects.filter(last_at__lt=now - TRIES_KEPT),
        "tries": NetworkTries.objects.filter(hour__lt=now - TRIES_KEPT),
    }
    deleted = {name: each.delete()[0] for name, each in rows.items()}
    log.info("sign-in tidied: %s", ", ".join(f"{count} {name}" for name, count in deleted.items()))
    return deleted
