"""The admin's page on which a clinic switches the weekly suggestion on and off."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.permissions import may
from clinic.services.going_live import NotLive
from clinic.services.keeping import switch_suggestions


class SwitchForm(forms.Form):
    show = forms.ChoiceField(
        label=gettext_lazy("Weekly suggestions"),
        choices=[
            ("yes", gettext_lazy("Show them to this clinic's clinicians")),
            ("no", gettext_lazy("Do not show them")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose one of the two.")},
    )


class SuggestionSwitch:
    """For the admin of `Clinic`."""

    def suggestions_url(self, site: Any, name: str) -> Any:
        return path("<uuid:pk>/suggestions/", site.admin_view(self.suggestions_view), name=name)

    def suggestions_view(self, request: Any, pk: UUID) -> HttpResponse:
        if not may(request.actor, "switch_suggestions"):
            raise PermissionDenied
        clinic = self.get_object(request, str(pk))  # type: ignore[attr-defined]
        if clinic is None:
            raise Http404
        first = {"show": "yes" if clinic.shows_suggestions else "no"}
        form = SwitchForm(request.POST if request.method == "POST" else None, initial=first)
        if form.is_bound and form.is_valid() and self._switched(request, clinic, form):
            return redirect(request.path)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "opts": self.opts,  # type: ignore[attr-defined]
            "title": _("Weekly suggestions"),
            "row": clinic,
            "may_open_clinic": may(request.actor, "manage_clinic"),
            "form": form,
            "refused": form.is_bound,
        }
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "admin/clinic/suggestions.html", context, status=status)

    def _switched(self, request: Any, clinic: Any, form: SwitchForm) -> bool:
        show = form.cleaned_data["show"] == "yes"
        try:
            switch_suggestions(clinic=clinic, on=show, by=request.actor)
        except NotLive:
            form.add_error(None, _("This clinic is not live: a manager signs first. Nothing was changed."))
            return False
        self.log_change(request, clinic, "weekly suggestions switched")  # type: ignore[attr-defined]
        messages.success(
            request,
            _("Clinicians see weekly suggestions from now on.") if show else _("Suggestions are off."),
        )
        return True
