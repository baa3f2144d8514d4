"""The admin's page for a colleague who cannot sign in: a link for the password, an end to a lost factor."""

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.middleware.confirming import confirmed_page
from clinic.models import StaffMember, User
from clinic.permissions import NotAllowed
from clinic.services.second_factor import has_second_factor
from clinic.services.sign_in_help import require_colleague, reset_colleagues_factor, send_password_link


class ResetForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        help_text=gettext_lazy("The person reads it. Ask by phone or face to face first: is it really them?"),
        error_messages={"required": gettext_lazy("Write the reason: the person reads it.")},
    )


class SignInHelp:
    """For the admins of `StaffMember` and `User`. Asks for one's own password first."""

    def help_urls(self, site: Any, name: str) -> list[Any]:
        view = site.admin_view(confirmed_page(self.help_view))
        return [path("<uuid:pk>/sign-in-help/", view, name=name)]

    def help_view(self, request: Any, pk: UUID) -> HttpResponse:
        row = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if row is None:
            raise Http404
        login: User = row.user if isinstance(row, StaffMember) else row
        try:
            require_colleague(login=login, by=request.actor)
            form = ResetForm(request.POST if "reason" in request.POST else None)
            if request.method == "POST" and self._helped(request, login, form):
                self.log_change(request, row, _done(form))  # type: ignore[attr-defined]
                return redirect(request.path)
        except NotAllowed:
            raise PermissionDenied from None
        return self._page(request, row, login, form)

    def _helped(self, request: Any, login: User, form: ResetForm) -> bool:
        now = timezone.now()
        if not form.is_bound:
            send_password_link(login=login, address=_page_of_token, by=request.actor, now=now)
            messages.success(request, _("The link is on its way. It works for 24 hours."))
        elif form.is_valid():
            reason = form.cleaned_data["reason"]
            reset_colleagues_factor(login=login, reason=reason, by=request.actor, now=now)
            messages.success(request, _("The second factor is reset, and the person is signed out."))
        return not form.errors

    def _page(self, request: Any, row: Any, login: User, form: ResetForm) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": _("Help with signing in"),
            "opts": self.opts,  # type: ignore[attr-defined]
            "row": row,
            "login": login,
            "has_factor": has_second_factor(login),
            "is_own": login.pk == request.user.pk,
            "form": form,
            "refused": bool(form.errors),
        }
        return TemplateResponse(
            request, "admin/clinic/sign_in_help.html", context, status=422 if form.errors else 200
        )


def _done(form: ResetForm) -> str:
    return f"second factor reset: {form.cleaned_data['reason']}" if form.is_bound else "password link sent"


def _page_of_token(token: str) -> str:
    return f"{settings.BASE_URL}{reverse('clinic:password-link', args=[token])}"
