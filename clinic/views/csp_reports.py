"""What browsers refused because of the Content-Security-Policy, written down without anybody's data."""

import json
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from clinic.middleware.error_pages import error_page

log = structlog.stdlib.get_logger(__name__)
LONGEST_REPORT = 16 * 1024
MOST_IN_ONE_BODY = 10
KINDS = ("application/csp-report", "application/reports+json", "application/json")
# What a browser may say it refused something by; any other word is a stranger's.
DIRECTIVES = {
    *("default-src", "script-src", "script-src-elem", "script-src-attr", "style-src", "style-src-elem"),
    *("style-src-attr", "img-src", "font-src", "connect-src", "media-src", "object-src", "frame-src"),
    *("child-src", "worker-src", "manifest-src", "form-action", "frame-ancestors", "base-uri", "sandbox"),
    *("fenced-frame-src", "require-trusted-types-for", "trusted-types", "upgrade-insecure-requests"),
}
HOST = re.compile(r"[a-z0-9.:-]{1,100}")


@dataclass
class Allowance:
    """How many reports a process writes down in a minute; the rest is answered and forgotten."""

    most: int = 60
    minute: int = 0
    used: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> bool:
        """Whether one more may be written; says so once when a minute is used up."""
        with self.lock:
            minute = int(time.monotonic() // 60)
            if minute != self.minute:
                self.minute, self.used = minute, 0
            self.used += 1
            if self.used == self.most + 1:
                log.warning("csp-reports-beyond-allowance")
            return self.used <= self.most


allowance = Allowance()


@csrf_exempt
@require_POST
def receive_report(request: HttpRequest) -> HttpResponse:
    """Takes both formats browsers send (report-uri and report-to). Answers 204, 400 or 413."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST_REPORT:
        return error_page(request, 413)
    reports = _reports(request)
    if reports is None:
        return error_page(request, 400)
    for report in reports[:MOST_IN_ONE_BODY]:
        if allowance.take():
            log.warning("csp-violation", **_facts(report))
    return HttpResponse(status=204)


def _reports(request: HttpRequest) -> list[dict[str, Any]] | None:
    """The violations in the body, named as report-uri names them; None for what is no report."""
    try:
        body = json.loads(request.body) if request.content_type in KINDS else None
    except (ValueError, RecursionError):
        return None
    if isinstance(body, dict) and isinstance(body.get("csp-report"), dict):
        return [body["csp-report"]]
    if not isinstance(body, list):
        return None
    found = [each["body"] for each in body if isinstance(each, dict) and isinstance(each.get("body"), dict)]
    return [
        {
            "effective-directive": each.get("effectiveDirective"),
            "blocked-uri": each.get("blockedURL"),
            "document-uri": each.get("documentURL"),
        }
        for each in found
    ]


def _facts(report: dict[str, Any]) -> dict[str, str]:
    directive = str(report.get("effective-directive") or report.get("violated-directive") or "")
    words = directive.split()
    known = words[0] if words and words[0] in DIRECTIVES else "unknown"
    return {
        "directive": known,
        "blocked": _host(str(report.get("blocked-uri") or "")),
        "route": _route(str(report.get("document-uri") or "")),
    }


def _host(blocked: str) -> str:
    """The host of what was refused, or the word browsers use instead of an address (inline, eval, data)."""
    try:
        host = urlsplit(blocked).netloc.rpartition("@")[2] or blocked.partition(":")[0]
    except ValueError:
        return "unknown"
    return host if HOST.fullmatch(host) else "unknown"


def _route(document: str) -> str:
    """The name of the page: its address may hold keys, and its query anything."""
    try:
        return str(resolve(urlsplit(document).path).view_name)
    except (ValueError, Resolver404):
        return "unknown"
