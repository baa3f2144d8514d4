"""The review queue."""

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from clinic.models import Clinic
from clinic.views import queue_reading as reading
from clinic.views.access import ClinicRequest, staff_page
from clinic.views.rows import rows_of
from programmes import wording
from programmes.models import ReviewItem
from programmes.services.readiness import is_stale


@staff_page
@require_safe
def review_queue(request: ClinicRequest) -> HttpResponse:
    """One row per patient who waits for a look: most urgent first, then the longest waiting."""
    now, clinic = timezone.now(), request.clinic
    today = now.astimezone(clinic.zone).date()
    filters = reading.tab_filters(request.staff, today)
    tab = request.GET.get("show", "") if request.GET.get("show") in filters else reading.WAITING
    head = reading.read_head(clinic, filters, today)
    page = _page(request.GET.get("page", ""), head.counts[tab])
    chosen = ReviewItem.objects.for_clinic(clinic).filter(filters[tab]).in_queue_order()
    if tab == reading.DONE:
        chosen = chosen.order_by("-closed_at", "id")
    first = (page - 1) * reading.PER_PAGE
    read = reading.read_rows(clinic, chosen[first : first + reading.PER_PAGE], request.staff, today)
    context = {
        "tabs": _tabs(head.counts, tab),
        "tab": tab,
        "rows": rows_of(read, clinic, request.staff, now, head.closed_days),
        "fresh": _freshness(head.reviewed, clinic, now),
        "given_up": head.given_up,
        "pages": _pages(page, head.counts[tab]),
    }
    return render(request, "clinic/queue.html", context)


def _tabs(counts: dict[str, int], chosen: str) -> list[dict[str, Any]]:
    words = {
        reading.WAITING: gettext("Waiting"),
        reading.MINE: gettext("Mine"),
        reading.SNOOZED: gettext("Snoozed"),
        reading.DONE: gettext("Done"),
    }
    return [
        {"key": key, "word": word, "count": counts[key], "is_chosen": key == chosen}
        for key, word in words.items()
    ]


def _freshness(reviewed: datetime | None, clinic: Clinic, now: datetime) -> dict[str, Any]:
    when = wording.moment(reviewed, clinic.zone) if reviewed else ""
    return {"when": when, "is_stale": is_stale(reviewed, now)}


def _last_page(count: int) -> int:
    return max(1, -(-count // reading.PER_PAGE))


def _page(asked: str, count: int) -> int:
    """The page asked for, as far as there is one."""
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 7 else 1
    return min(max(1, number), _last_page(count))


def _pages(page: int, count: int) -> dict[str, int]:
    last = _last_page(count)
    return {"page": page, "last": last, "earlier": page - 1, "later": page + 1 if page < last else 0}
