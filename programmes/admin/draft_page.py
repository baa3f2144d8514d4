"""The draft's page: its own fields, the week table, and what the typed plan would look like."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clinic.models import StaffMember
from programmes.admin.checklist import checklist_in_words
from programmes.admin.forms import DraftForm
from programmes.admin.week_rows import wants_other_rows, with_other_rows
from programmes.admin.weeks import week_table
from programmes.admin.words import shown
from programmes.clinical import grading
from programmes.models import Programme, SafetyChecklist
from programmes.services import prescribing
from programmes.wording import amount


class DraftPage:
    """One request's view of a draft; `posted` is what somebody typed, or None for a fresh page.

    The buttons of the rows and "Preview" store nothing; "Save" and "Assign" go through one verb.
    """

    def __init__(self, programme: Programme, posted: Any, today: date) -> None:
        self.programme = programme
        self.posted = posted
        rows = list(programme.weeks.select_related("revision").order_by("number"))
        self.stored = prescribing.stored_weeks(rows)
        self.table = week_table(with_other_rows(posted), self.stored)
        initial = {
            "starts_on": programme.starts_on,
            "goal": programme.goal,
            "note_to_patient": programme.note_to_patient,
            "warning_reason": rows[0].revision.warning_reason if rows else "",
            "version": programme.version,
        }
        self.form = DraftForm(posted, today=today, initial=initial)
        self.conflict = False
        self.checklist = SafetyChecklist.objects.newest_of(programme.patient).first()

    @property
    def wants_saving(self) -> bool:
        return self.posted is not None and not wants_other_rows(self.posted) and "preview" not in self.posted

    @property
    def wants_preview(self) -> bool:
        return self.posted is not None and "preview" in self.posted

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.table.is_valid()])

    @property
    def wants_assigning(self) -> bool:
        return self.wants_saving and "assign" in self.posted

    def save(self, *, by: StaffMember) -> bool:
        """False, with the reason on the page, when something typed or somebody else stands in the way."""
        if not self.is_valid() or not self._steep_rise_explained():
            return False
        data = self.form.cleaned_data
        try:
            prescribing.edit_draft(
                programme=self.programme,
                weeks=self.table.weeks(),
                starts_on=data["starts_on"],
                goal=data["goal"],
                note_to_patient=data["note_to_patient"],
                warning_reason=data["warning_reason"],
                seen_version=data["version"],
                by=by,
            )
        except prescribing.ChangedMeanwhile:
            self._show_conflict()
        except prescribing.NotADraft:
            self.form.add_error(None, _("Somebody has assigned this programme meanwhile."))
        return not self.form.errors

    def _steep_rise_explained(self) -> bool:
        """A draft may wait for its reason; what is to be assigned may not."""
        steep = self.wants_assigning and grading.weekly_warnings(self.table.weeks())
        if steep and not self.form.cleaned_data["warning_reason"]:
            said = _("The plan rises steeply: see the warning. Say why, or change the weeks.")
            self.form.add_error("warning_reason", said)
        return not self.form.errors

    def _show_conflict(self) -> None:
        """Both versions on one page: the next save is a decision, not an accident."""
        self.conflict = True
        self.form.add_error(
            None,
            _(
                "Somebody else saved this draft after you opened it. What you typed stands below and is not "
                "saved. Compare it with the saved plan; saving again puts yours in its place."
            ),
        )
        typed = self.posted.copy()
        typed["version"] = str(self.programme.version)
        self.form.data = typed

    def context(self) -> dict[str, Any]:
        plan = None
        if self.posted is None:
            plan = shown(self.stored, self.programme.starts_on)
        elif self.is_valid():
            plan = shown(self.table.weeks(), self.form.cleaned_data["starts_on"])
        return {
            "programme": self.programme,
            "baseline": amount(self.programme.baseline, self.programme.counts),
            "form": self.form,
            "table": self.table,
            "plan": plan,
            "checklist": checklist_in_words(self.checklist),
            "asks_reason": bool(plan and plan["warnings"]) or bool(self.form["warning_reason"].value()),
            "saved_meanwhile": shown(self.stored, self.programme.starts_on) if self.conflict else None,
        }
