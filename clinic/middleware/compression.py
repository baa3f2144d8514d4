"""Patients' pages leave compressed: on a slow phone that is a second. Nothing else does (ADR 0049)."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPatientPages(GZipMiddleware):
    """gzip with up to 100 random bytes a response, for HTML of patients' addresses without a query.

    So nothing that a stranger puts into an address is ever compressed together with what is secret (BREACH).
    Staff pages stay as they are: their lists repeat addresses, and clinics have better lines.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return super().process_response(request, response) if _may_shrink(request, response) else response


def _may_shrink(request: HttpRequest, response: HttpResponseBase) -> bool:
    found = request.resolver_match
    is_html = response.headers.get("Content-Type", "").startswith("text/html")
    return found is not None and found.app_name == "patients" and is_html and not request.META["QUERY_STRING"]
