"""What a phone keeps for days without signal: a neutral page, the worker that serves it, the manifest.

None of it knows who asks: no session is read, no row; nothing kept holds a word about anybody (ADR 0046).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinic.languages import SOURCE
from clinic.services.languages import offered_to_visitors
from patients import wording
from patients.forms import Asked, WalkForm
from patients.models import Units
from patients.wording.offline import day_words, kept_cards
from programmes.clinical.amounts import DISTANCE, MINUTES, STEPS
from programmes.clinical.grading import BUILD, EASY, Week

SCRIPTS = Path(settings.BASE_DIR) / "static"
FILES = (
    "css/base.css",
    "css/patients.css",
    "icons/waymark.svg",
    "js/outbox.js",
    "js/pages.js",
    "js/shell.js",
)
# Pages in whose place the shell comes when there is no signal.
PAGES = ("/today/", "/walks/", "/plan/", "/progress/", "/settings/", "/not-walking/", "/call-me/")
A_DAY = date(2026, 1, 2)  # any: the page writes its own days
EXAMPLES = {  # of a plan, so that the form shows how its own amount is marked
    MINUTES: Week(1, 3, 15, 1, EASY, BUILD),
    STEPS: Week(1, 3, 0, 1, EASY, BUILD, steps=4000),
    DISTANCE: Week(1, 3, 0, 1, EASY, BUILD, distance_m=1000),
}


@dataclass(frozen=True)
class Shell:
    """The page, and the name of exactly this version of it and its files."""

    page: str
    version: str


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The neutral page: the walk form for every kind of plan, and what to do now."""
    return HttpResponse(_shell(_language(request)).page)


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker for all of the site; switched off, one that removes itself and its caches."""
    if not settings.OFFLINE_WORKER:
        return _script(_text("js/worker-off.js"))
    page, language = reverse("patients:offline"), _language(request)
    facts = {
        "version": _shell(language).version,
        "page": page,
        "source": f"{page}?language={language}",
        "files": [static(name) for name in FILES],
        "form": reverse("patients:log-walk"),
        "pages": PAGES,
    }
    return _script(f"const SHELL = {json.dumps(facts)};\n{_text('js/outbox.js')}\n{_text('js/worker.js')}")


def _language(request: HttpRequest) -> str:
    """The one that the address names, if it is offered: pages name their own, which may be the record's."""
    asked = request.GET.get("language")
    known = get_language() or SOURCE
    return asked if asked and asked != known and asked in offered_to_visitors() else known


def _script(text: str) -> HttpResponse:
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@lru_cache
def _shell(language: str) -> Shell:
    """Once for each language: nothing in it changes while the server runs."""
    with override(language):
        page = render_to_string("patients/offline.html", _words())
    parts = [page, *(_text(name) for name in (*FILES, "js/worker.js"))]
    return Shell(page, hashlib.sha256("".join(parts).encode()).hexdigest()[:16])


@lru_cache
def _text(name: str) -> str:
    return (SCRIPTS / name).read_text()


def _words() -> dict[str, Any]:
    return {
        "shell": True,
        "demo": settings.DEMO,
        "source_url": settings.SOURCE_URL,
        "worker_is_off": not settings.OFFLINE_WORKER,
        "kept": kept_cards(),
        "warnings": wording.warnings(),
        "day_words": day_words(),
        "last_walk_day": _("your last walk"),
        "variants": [_variant(counts, units) for counts in EXAMPLES for units in Units.values],
    }


def _variant(counts: str, units: str) -> dict[str, Any]:
    asked = Asked(
        today=A_DAY,
        units=units,
        dose=EXAMPLES[counts],
        last_walk_on=A_DAY - timedelta(days=1),
        safety_is_due=True,
    )
    return {"name": f"{counts}-{units}", "form": WalkForm(asked=asked), "missing": _missing(asked)}


def _missing(asked: Asked) -> list[dict[str, str]]:
    """What the form says where nothing was answered."""
    empty = WalkForm({}, asked=asked)
    names = ("walked_on", empty.amounts.radios, "pain_before", "pain_after")
    by_id = {empty[name].id_for_label or empty[name].auto_id: name for name in names}
    return [
        {"field": by_id[anchor], "id": anchor, "text": text}
        for text, anchor in empty.problems().items()
        if anchor in by_id
    ]


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put Waymark on its first screen."""
    facts = {
        "id": "/",
        "name": _("Waymark: walking plans"),
        "short_name": "Waymark",
        "lang": get_language(),
        "start_url": reverse("patients:today"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f7f5",
        "theme_color": "#12436d",
        "icons": [_icon(kind, size) for kind in ("", "-maskable") for size in (192, 512)],
    }
    return JsonResponse(facts, content_type="application/manifest+json")


def _icon(kind: str, size: int) -> dict[str, str]:
    return {
        "src": static(f"icons/waymark{kind}-{size}.png"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": "maskable" if kind else "any",
    }
