"""The review engine's own account: which nights it did, whom it left out and why, what it raised."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_safe

from clinic.views.access import ClinicRequest, page_for
from programmes import wording
from programmes.services.self_account import Night, account_of


@page_for("see_account")
@require_safe
def review_account(request: ClinicRequest) -> HttpResponse:
    """Numbers and dates, no patient's name."""
    account = account_of(clinic=request.clinic, now=timezone.now())
    context = {
        "account": account,
        "nights": [
            {"run": night.run, "late": _late(night), "took": _took(night)} for night in account.nights
        ],
        "flags": [{"title": wording.title(each.code), "counted": each} for each in account.flags],
    }
    return render(request, "clinic/review_account.html", context)


def _late(night: Night) -> str:
    """How long after it was due it was finished."""
    if night.late is None:
        return gettext("waits")
    minutes = night.late // timedelta(minutes=1)
    if minutes < 120:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = minutes // 60
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def _took(night: Night) -> str:
    """Seconds; a night from before they were kept has none."""
    return "" if night.took is None else str(localize(round(night.took.total_seconds(), 1)))
