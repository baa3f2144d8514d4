"""Where one is signed in, and ending it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clinic.models import UserSession
from clinic.services.sessions import end_other_sessions, end_session
from clinic.views.access import signed_in_page


@signed_in_page
@require_safe
def own_sessions(request: Any) -> HttpResponse:
    rows = UserSession.objects.of_user(request.user).alive(timezone.now())
    context = {"sessions": rows, "here": request.session.row.pk}
    return render(request, "clinic/own_sessions.html", context)


@signed_in_page
@require_POST
def end_own_session(request: Any, session_id: UUID) -> HttpResponse:
    """One of one's own; somebody else's is answered like one that has ended."""
    end_session(session_id=session_id, by=request.user)
    messages.success(request, _("That browser is signed out."))
    return redirect("clinic:own-sessions")


@signed_in_page
@require_POST
def end_others(request: Any) -> HttpResponse:
    end_other_sessions(of=request.user, keep=request.session.row.pk)
    messages.success(request, _("You are signed out everywhere but here."))
    return redirect("clinic:own-sessions")
