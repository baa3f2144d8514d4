"""The plan for the patient's hand and eyes: one sheet to print, one page to show in the room."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from clinic.admin import local_today
from patients import plan_wording, wording
from patients.paper import sheet_of
from patients.services.speaking import speaking_to
from programmes.admin.steps import CHANGE, ProgrammeSteps
from programmes.models import Flag, Programme
from programmes.services import prescribing
from programmes.services.plan_reading import Plan, plan_of


class PaperSteps(ProgrammeSteps):
    """Pages without any other patient's data on them: they are turned towards the patient."""

    def get_urls(self) -> list[Any]:
        views = {"print": self.print_view, "show": self.show_view}
        return [*(self._address(name, view) for name, view in views.items()), *super().get_urls()]

    def print_view(self, request: Any, pk: UUID) -> HttpResponse:
        programme = self._for_step(request, pk, "see_programme")
        plan = _running_plan(programme, request)
        if plan is None:
            messages.error(request, _("There is no plan to print: it has not been assigned, or has ended."))
            return redirect(CHANGE, programme.pk)
        if Flag.objects.open_safety(programme.patient).exists():
            messages.error(
                request, _("A safety answer is open: the patient gets no target until it is closed.")
            )
            return redirect(CHANGE, programme.pk)
        context = {"title": _("Plan on paper"), "programme": programme, "patient": programme.patient}
        with speaking_to(programme.patient):  # the whole page: it is turned towards the patient
            made: Any = self.page(request, "print", {**context, "sheet": sheet_of(plan)})
            answer: HttpResponse = made.render()
            return answer

    def show_view(self, request: Any, pk: UUID) -> HttpResponse:
        """What the patient will read, or reads today."""
        programme = self._for_step(request, pk, "see_programme")
        plan = None if programme.is_draft else _running_plan(programme, request)
        if plan is None and not programme.is_draft:
            messages.error(request, _("This plan has ended: the patient reads none."))
            return redirect(CHANGE, programme.pk)
        context = {"title": _("What the patient reads"), "programme": programme, "patient": programme.patient}
        return self.page(request, "show", {**context, **(_read_now(plan) if plan else _read_then(programme))})


def _running_plan(programme: Programme, request: Any) -> Plan | None:
    plan = plan_of(patient=programme.patient, on=local_today(request))
    is_this = plan is not None and plan.programme.pk == programme.pk and not plan.has_ended
    return plan if is_this else None


def _read_now(plan: Plan) -> dict[str, Any]:
    weeks = plan_wording.my_plan(
        plan.doses,
        first_on=plan.programme.starts_on,
        units=plan.units,
        starts=plan.week_starts,
        now=plan.dose,
    )
    return {
        "reads": wording.first_day(plan.dose, plan.units)[:2],
        "weeks": weeks,
        "parts": plan_wording.parts(plan.dose),
    }


def _read_then(programme: Programme) -> dict[str, Any]:
    units = programme.patient.units
    weeks: Any = prescribing.stored_weeks(programme.weeks.order_by("number"))
    return {
        "reads": wording.first_day(weeks[0], units),
        "weeks": plan_wording.my_plan(weeks, first_on=programme.starts_on, units=units),
        "parts": plan_wording.parts(weeks[0]),
    }
