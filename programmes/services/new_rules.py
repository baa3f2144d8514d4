"""How long a clinic has been judged by these rules, so that a new version floods nobody."""

from datetime import date

from django.db.models import Max

from clinic.models import Clinic
from programmes.clinical.new_rules import NIGHTS
from programmes.clinical.thresholds import RULE_VERSION
from programmes.models import ReviewRun


def nights_under_these_rules(*, clinic: Clinic, on: date) -> int | None:
    """Nights before `on` since other rules judged last; None where they never did, or a week ago and more."""
    others = ReviewRun.objects.for_clinic(clinic).done().exclude(rule_version=RULE_VERSION)
    last = others.filter(local_date__lt=on).aggregate(on=Max("local_date"))["on"]
    if last is None:
        return None
    nights = (on - last).days - 1
    return nights if nights < NIGHTS else None
