"""The flare-up plan as staff start and end it for a patient, each with a page to confirm."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from uuid_utils.compat import uuid7

from patients.mails import duty_letter
from patients.services.in_care import CareHasEnded
from patients.services.restricted import ProcessingRestricted
from patients.wording import SAFETY_TEXT_VERSION
from programmes.admin.steps import CHANGE, ProgrammeSteps
from programmes.models import Overlay, Programme
from programmes.services import overlays
from programmes.services.prescribing import NotRunning
from programmes.wording import RED_FLAG_ITEMS

NONE, NOT_SURE = "none", "not-sure"
PAIN = [*((str(score), str(score)) for score in range(11)), (NOT_SURE, gettext_lazy("not sure"))]


class FlareForm(forms.Form):
    """What the patient is asked before, and why staff press it."""

    client_uuid = forms.UUIDField(widget=forms.HiddenInput)
    pain_now = forms.ChoiceField(
        label=gettext_lazy("Pain now, 0 to 10"),
        choices=PAIN,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Ask how much it hurts now.")},
    )
    symptoms = forms.MultipleChoiceField(
        label=gettext_lazy("New since the patient last saw the list"),
        choices=[*RED_FLAG_ITEMS.items(), (NONE, gettext_lazy("none of these"))],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Ask each, and tick what is new, or “None of these”.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("Why, in a few words"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say in a few words why.")},
    )

    def clean_symptoms(self) -> tuple[str, ...]:
        ticked = set(self.cleaned_data["symptoms"])
        if NONE in ticked and len(ticked) > 1:
            raise forms.ValidationError(_("Tick what is new, or “None of these”, not both."))
        return tuple(code for code in RED_FLAG_ITEMS if code in ticked)

    def answers(self) -> overlays.FlareAnswers:
        data = self.cleaned_data
        pain = None if data["pain_now"] == NOT_SURE else int(data["pain_now"])
        return overlays.FlareAnswers(data["client_uuid"], pain, data["symptoms"], SAFETY_TEXT_VERSION)


class FlareSteps(ProgrammeSteps):
    """Doors over `overlays`."""

    def get_urls(self) -> list[Any]:
        own = [
            self._address("flare-up", self.flare_view),
            self._address("flare-up-over", self.flare_over_view),
        ]
        return [*own, *super().get_urls()]

    def flare_view(self, request: Any, pk: UUID) -> HttpResponse:
        programme = self._for_step(request, pk, "prescribe")
        posted = request.POST if request.method == "POST" else None
        form = FlareForm(posted, initial={"client_uuid": uuid7()})
        if posted is not None and form.is_valid() and (overlay := self._flare(request, programme, form)):
            self.log_change(request, programme, "flare-up plan")
            _tell(request, overlay)
            return redirect(CHANGE, programme.pk)
        return self._step(request, programme, "flare-up", _("Start the flare-up plan?"), form)

    def _flare(self, request: Any, programme: Programme, form: FlareForm) -> Overlay | None:
        refusals = {
            overlays.AlreadyPressed: _("A flare-up plan runs already."),
            overlays.NotOffered: _("The signed plan does not allow a flare-up plan today."),
            overlays.SafetyIsOpen: _("A safety answer is open: close it first. Nothing was changed."),
            CareHasEnded: _("Care of this patient has ended. Nothing was changed."),
            NotRunning: _("This programme is not running."),
            ProcessingRestricted: _("Processing of this record is restricted. Nothing was changed."),
        }
        try:
            return overlays.start_flare_plan_for(
                programme=programme,
                answers=form.answers(),
                reason=form.cleaned_data["reason"],
                duty_letter=duty_letter(),
                by=request.staff,
                now=timezone.now(),
            )
        except tuple(refusals) as refusal:
            form.add_error(None, refusals[type(refusal)])
        return None

    def flare_over_view(self, request: Any, pk: UUID) -> HttpResponse:
        programme = self._for_step(request, pk, "prescribe")
        if request.method != "POST":
            return self._step(request, programme, "flare-up-over", _("End the flare-up plan?"), forms.Form())
        try:
            overlays.end_flare_plan_for(programme=programme, by=request.staff, now=timezone.now())
        except overlays.NoFlarePlan:
            messages.error(request, _("No flare-up plan runs. Nothing was changed."))
        else:
            self.log_change(request, programme, "flare-up plan ended")
            messages.success(request, _("The flare-up plan has ended. The patient sees it."))
        return redirect(CHANGE, programme.pk)


def _tell(request: Any, overlay: Overlay) -> None:
    if overlay.new_symptoms:
        messages.error(request, _("No flare-up plan: this is a safety answer. It stands in the queue now."))
    else:
        messages.success(request, _("The flare-up plan runs from today. The patient sees it."))
