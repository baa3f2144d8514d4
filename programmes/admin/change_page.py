"""The page of a change: what is in force, what would be, what somebody typed, and who was quicker."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import StaffMember
from patients import plan_wording
from patients.services.in_care import CareHasEnded
from patients.services.restricted import ProcessingRestricted
from programmes.admin.change_forms import ChangeForm, GoToWeekForm, RepeatForm, SwapForm, WeeksForm
from programmes.admin.week_rows import wants_other_rows
from programmes.admin.words import for_patient, jump_in_words, revision_in_words, shown, warnings_in_words
from programmes.models import Counted, Programme, RevisionChange
from programmes.services import changing, prescribing
from programmes.services.changing import Change, Standing

Build = Callable[[Programme, Standing, Any], ChangeForm | None]


@dataclass(frozen=True)
class Step:
    """One kind of change: its words, and the form that it asks with; None where nothing can be chosen."""

    title: Any
    do_it: Any
    done: Any
    form: Build


def _repeat(programme: Programme, standing: Standing, posted: Any) -> ChangeForm:
    initial = {"from_on": standing.next_week_on, "version": programme.version}
    return RepeatForm(posted, standing=standing, initial=initial)


def _step_back(programme: Programme, standing: Standing, posted: Any) -> ChangeForm | None:
    earlier = tuple(week for week in standing.weeks if week.number < standing.number)
    initial = {"from_on": standing.on, "week": standing.number - 1, "version": programme.version}
    return GoToWeekForm(posted, standing=standing, weeks=earlier, initial=initial) if earlier else None


def _speed_up(programme: Programme, standing: Standing, posted: Any) -> ChangeForm | None:
    later = standing.from_week(standing.number + 1)
    week = min(standing.number + 2, standing.weeks[-1].number)
    initial = {"from_on": standing.next_week_on, "week": week, "version": programme.version}
    return GoToWeekForm(posted, standing=standing, weeks=later, initial=initial) if later else None


def _rewrite(programme: Programme, standing: Standing, posted: Any) -> ChangeForm:
    initial = {"from_on": standing.next_week_on, "version": programme.version}
    return WeeksForm(posted, standing=standing, initial=initial)


def _swap(programme: Programme, standing: Standing, posted: Any) -> ChangeForm:
    initial = {
        "from_on": standing.next_week_on,
        "baseline": programme.baseline,
        "by_metres": programme.counts == Counted.DISTANCE,
        "irritable": programme.irritable,
        "version": programme.version,
    }
    return SwapForm(posted, standing=standing, clinic=programme.clinic, initial=initial)


STEPS = {
    "repeat": Step(
        gettext_lazy("Repeat this week?"),
        gettext_lazy("Repeat this week"),
        gettext_lazy("The week is repeated. The patient sees it."),
        _repeat,
    ),
    "step-back": Step(
        gettext_lazy("Step back to an earlier week?"),
        gettext_lazy("Step back"),
        gettext_lazy("The plan steps back. The patient sees it."),
        _step_back,
    ),
    "speed-up": Step(
        gettext_lazy("Move on to a later week?"),
        gettext_lazy("Move on"),
        gettext_lazy("The plan moves on. The patient sees it."),
        _speed_up,
    ),
    "weeks": Step(
        gettext_lazy("Write the coming weeks anew?"),
        gettext_lazy("Change the plan"),
        gettext_lazy("The coming weeks are changed. The patient sees them."),
        _rewrite,
    ),
    "swap": Step(
        gettext_lazy("Go on with another template?"),
        gettext_lazy("Change the plan"),
        gettext_lazy("The plan follows the new template. The patient sees it."),
        _swap,
    ),
}


class ChangePage:
    """One request's view of a change; `posted` is what somebody typed, or None for a fresh page."""

    def __init__(self, step: Step, programme: Programme, posted: Any, today: date) -> None:
        self.step = step
        self.programme = programme
        self.posted = posted
        self.standing = changing.standing_of(programme=programme, on=today)
        self.form = step.form(programme, self.standing, posted)
        self.proposed = self._proposed()
        self.meanwhile = ""

    @property
    def is_refused(self) -> bool:
        if self.posted is None or wants_other_rows(self.posted):
            return False
        return self.form is None or bool(self.form.errors) or self.proposed is None

    @property
    def wants_doing(self) -> bool:
        return self.posted is not None and not wants_other_rows(self.posted) and "preview" not in self.posted

    def sign(self, *, by: StaffMember, now: datetime) -> bool:
        """False, with the reason on the page, when something typed or somebody else stands in the way."""
        form, change = self.form, self.proposed
        if form is None or change is None or not self._steep_rise_explained(form, change):
            return False
        try:
            changing.revise(
                programme=self.programme,
                change=change,
                seen_version=form.cleaned_data["version"],
                by=by,
                now=now,
            )
        except prescribing.ChangedMeanwhile:
            self._show_conflict(form)
        except prescribing.SteepWithoutReason:
            form.add_error("warning_reason", _("The plan rises steeply from where it stands now. Say why."))
        except prescribing.NotRunning:
            form.add_error(None, _("This programme is not running."))
        except CareHasEnded:
            form.add_error(None, _("Care of this patient has ended. Nothing was changed."))
        except ProcessingRestricted:
            form.add_error(None, _("Processing of this record is restricted. Nothing was changed."))
        return not form.errors

    def _steep_rise_explained(self, form: ChangeForm, change: Change) -> bool:
        if changing.steep_rises(self.standing, change) and not change.warning_reason:
            said = _("The plan rises steeply: see the warning. Say why, or change the weeks.")
            form.add_error("warning_reason", said)
        return not form.errors

    def _warnings(self, change: Change) -> list[str]:
        """The jump from this week, and what new weeks bring, in words: `changing.steep_rises` finds them."""
        jump = jump_in_words(self.standing.week, change.weeks[0])
        is_new = change.kind in (RevisionChange.REWRITTEN, RevisionChange.NEW_TEMPLATE)
        return [*jump, *(warnings_in_words(change.weeks) if is_new else [])]

    def _show_conflict(self, form: ChangeForm) -> None:
        """What the other editor signed, beside what this one wants: the next click is a decision."""
        self.programme.refresh_from_db(fields=["version"])
        self.standing = changing.standing_of(programme=self.programme, on=self.standing.on)
        form.add_error(
            None,
            _(
                "Somebody else changed this programme after you opened this page. Nothing of yours is "
                "signed. Read what was changed; doing it again puts yours on top of it."
            ),
        )
        self.meanwhile = revision_in_words(self.programme.revisions.latest("number"))
        typed = self.posted.copy()
        typed["version"] = str(self.programme.version)
        form.data = typed

    def context(self) -> dict[str, Any]:
        change = self.proposed
        return {
            "step": self.step,
            "programme": self.programme,
            "standing": self.standing,
            "form": self.form,
            "table": getattr(self.form, "table", None),
            "meanwhile": self.meanwhile,
            "now": shown(self.standing.from_week(self.standing.number), self._this_week_on),
            "warnings": self._warnings(change) if change else [],
            "then": shown(change.weeks, change.from_on) if change else None,
            **(self._as_read(change) if change else {}),
        }

    def _as_read(self, change: Change) -> dict[str, Any]:
        units = self.programme.patient.units
        weeks = plan_wording.my_plan(change.weeks, first_on=change.from_on, units=units)
        return {"reads": for_patient(change.weeks, units), "my_plan": weeks}

    @property
    def _this_week_on(self) -> date:
        return self.standing.week_starts_on

    def _proposed(self) -> Change | None:
        """What the page proposes: as typed, or as it would be with what stands in the fresh form."""
        form = self.form
        if form is not None and self.posted is None:
            proposed = {**form.initial, "why": "other", "note": "-"}
            form = self.step.form(self.programme, self.standing, proposed)
        if form is None or not form.is_valid():
            return None
        return replace(form.change(), warning_reason=form.cleaned_data["warning_reason"])
