"""The safety checklist's page: asked before a patient's first programme, kept with who and when."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin import local_today
from patients.services.restricted import ProcessingRestricted
from programmes.admin.forms import date_field
from programmes.admin.steps import CHANGE, ProgrammeSteps
from programmes.models import EnrolmentDecision, Programme, SafetyChecklist
from programmes.services.safety_checking import CheckAnswers, complete_checklist

ITEMS = {
    "red_flags": gettext_lazy("Red flags: saddle numbness, bladder or bowel, both legs, new weakness"),
    "nerve_root_signs": gettext_lazy("Nerve-root signs that are new or getting worse"),
    "severe_stenosis": gettext_lazy("Severe spinal stenosis"),
    "inflammatory_disease": gettext_lazy("Inflammatory disease of the spine or joints"),
    "unstable_heart": gettext_lazy("Unstable angina, or a dysrhythmia that is not controlled"),
    "aortic_stenosis": gettext_lazy("Severe aortic stenosis"),
    "fever": gettext_lazy("Fever, or an acute illness"),
    "pregnancy": gettext_lazy("Pregnancy"),
    "cancer": gettext_lazy("A history of cancer"),
    "steroids": gettext_lazy("Steroids for a long time"),
    "recent_fracture": gettext_lazy("A recent fracture"),
    "falls": gettext_lazy("A fall in the last year"),
}


class ChecklistForm(forms.Form):
    """What applies, or none of it; a decision with its reason where something does."""

    present = forms.MultipleChoiceField(
        label=gettext_lazy("Tick what applies"),
        choices=list(ITEMS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    none_of_these = forms.BooleanField(
        label=gettext_lazy("I asked about all of these: none applies"), required=False
    )
    decision = forms.ChoiceField(
        label=gettext_lazy("Your decision, where something applies"),
        choices=EnrolmentDecision.choices,
        widget=forms.RadioSelect,
        required=False,
    )
    reason = forms.CharField(label=gettext_lazy("Reason for the decision"), required=False, max_length=300)
    parq_on = date_field(gettext_lazy("PAR-Q+ done on"), required=False)
    parq_result = forms.CharField(
        label=gettext_lazy("PAR-Q+ result"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("If one was done on its own form. The form itself is not kept here."),
    )

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_parq_on(self) -> Any:
        on = self.cleaned_data["parq_on"]
        if on and on > self.today:
            raise forms.ValidationError(_("This date lies in the future."))
        return on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        present, none = data.get("present"), data.get("none_of_these")
        if not self.errors.get("present") and bool(present) == bool(none):
            self.add_error("none_of_these", _("Tick what applies, or that none of it does."))
        if present:
            self._ask(data, "decision", _("Something applies: decide."))
        if present or data.get("decision") == EnrolmentDecision.NOT_NOW:
            self._ask(data, "reason", _("Say in a few words why."))
        if data.get("parq_on"):
            self._ask(data, "parq_result", _("Enter the result, too."))
        elif data.get("parq_result"):
            self._ask(data, "parq_on", _("Enter the date, too."))
        return data

    def _ask(self, data: dict[str, Any], name: str, said: str) -> None:
        if not data.get(name) and name not in self.errors:
            self.add_error(name, said)

    @property
    def answers(self) -> CheckAnswers:
        data = self.cleaned_data
        return CheckAnswers(
            present=frozenset(data["present"]),
            decision=EnrolmentDecision(data["decision"] or EnrolmentDecision.GO_AHEAD),
            reason=data["reason"],
            parq_on=data["parq_on"],
            parq_result=data["parq_result"],
        )


def what_applies(checklist: SafetyChecklist) -> list[str]:
    """The ticked items in words; empty: none of them."""
    return [str(ITEMS.get(code, code)) for code in checklist.present]


def checklist_in_words(found: SafetyChecklist | None) -> dict[str, Any] | None:
    """The newest list as a page says it; None where nobody has completed one."""
    if found is None:
        return None
    return {
        "made_at": found.made_at,
        "present": what_applies(found),
        "decision": found.get_decision_display(),
        "allows_walking": found.allows_walking,
        "reason": found.reason,
        "parq_on": found.parq_on,
        "parq_result": found.parq_result,
    }


class ChecklistPages(ProgrammeSteps):
    """The checklist stands between a patient's first draft and its assignment."""

    def get_urls(self) -> list[Any]:
        return [self._address("checklist", self.checklist_view), *super().get_urls()]

    def checklist_view(self, request: Any, pk: UUID) -> HttpResponse:
        programme: Programme = self._for_step(request, pk, "prescribe")
        newest = SafetyChecklist.objects.newest_of(programme.patient).first()
        posted = request.POST if request.method == "POST" else None
        form = ChecklistForm(posted, today=local_today(request))
        if posted is not None and form.is_valid() and (saved := self._complete(request, programme, form)):
            return self._onward(request, programme, saved)
        context = {
            "title": _("Safety checklist"),
            "subtitle": programme.patient.full_name,
            "programme": programme,
            "form": form,
            "newest": checklist_in_words(newest),
        }
        return self.page(request, "checklist", context, refused=posted is not None)

    def _complete(self, request: Any, programme: Programme, form: ChecklistForm) -> SafetyChecklist | None:
        try:
            return complete_checklist(
                patient=programme.patient, answers=form.answers, by=request.staff, now=timezone.now()
            )
        except ProcessingRestricted:
            form.add_error(None, _("Processing of this record is restricted. Nothing was saved."))
        return None

    def _onward(self, request: Any, programme: Programme, saved: SafetyChecklist) -> HttpResponse:
        if not saved.allows_walking:
            messages.warning(request, _("Kept: no programme for now. The draft stays as it is."))
        elif programme.is_draft:
            messages.success(request, _("The checklist is kept. Read what the patient will see."))
            return redirect("admin:programmes_programme_assign", programme.pk)
        return redirect(CHANGE, programme.pk)
