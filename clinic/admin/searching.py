"""Searching the admin's lists: names are typed there, and an address goes into the browser's history.

So the words are posted and stay in the session; the address holds a key that means nothing elsewhere.
"""

import secrets
from typing import Any

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

SEARCHES = "searches"  # in the session: key to words
MOST_SEARCHES = 20  # a session remembers; older ones show the whole list again


class SearchedList(ChangeList):
    """`?q=` is a key of the session's searches; any other value searches for nothing."""

    def get_queryset(self, request: Any, exclude_parameters: Any = None) -> Any:
        self.query = request.session.get(SEARCHES, {}).get(self.query, "")
        return super().get_queryset(request, exclude_parameters)


def is_search(request: HttpRequest) -> bool:
    return request.method == "POST" and SEARCH_VAR in request.POST


def remember_search(request: HttpRequest) -> HttpResponse:
    """Keeps the words and leads to the list's first page, filtered as before; without words to all rows."""
    wanted = request.GET.copy()
    for name in (SEARCH_VAR, PAGE_VAR):
        wanted.pop(name, None)
    if words := request.POST[SEARCH_VAR].strip():
        wanted[SEARCH_VAR] = key = secrets.token_urlsafe(9)
        kept = list(request.session.get(SEARCHES, {}).items())[1 - MOST_SEARCHES :]
        request.session[SEARCHES] = dict([*kept, (key, words)])
    return redirect(f"{request.path}?{wanted.urlencode()}")
