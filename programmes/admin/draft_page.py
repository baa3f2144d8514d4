"""The draft's page: its own fields, the week table, and what the typed plan would look like."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from clinic.models import StaffMember
from programmes.admin.forms import DraftForm
from programmes.admin.weeks import week_table, with_one_more_week
from programmes.admin.words import shown
from programmes.models import Programme
from programmes.services import prescribing


class DraftPage:
    """One request's view of a draft; `posted` is what somebody typed, or None for a fresh page.

    "Add a week" and "Preview" store nothing; "Save" and "Assign" go through one verb.
    """

    def __init__(self, programme: Programme, posted: Any, today: date) -> None:
        self.programme = programme
        self.posted = posted
        self.stored = prescribing.stored_weeks(programme.weeks.order_by("number"))
        rows = with_one_more_week(posted) if posted and "add_week" in posted else posted
        self.table = week_table(rows, self.stored)
        initial = {
            "starts_on": programme.starts_on,
            "note_to_patient": programme.note_to_patient,
            "version": programme.version,
        }
        self.form = DraftForm(posted, today=today, initial=initial)
        self.conflict = False

    @property
    def wants_saving(self) -> bool:
        return self.posted is not None and not {"add_week", "preview"} & set(self.posted)

    @property
    def wants_preview(self) -> bool:
        return self.posted is not None and "preview" in self.posted

    def is_valid(self) -> bool:
        return all([self.form.is_valid(), self.table.is_valid()])

    def save(self, *, by: StaffMember) -> bool:
        """False, with the reason on the page, when something typed or somebody else stands in the way."""
        if not self.is_valid():
            return False
        data = self.form.cleaned_data
        try:
            prescribing.edit_draft(
                programme=self.programme,
                weeks=self.table.weeks(),
                starts_on=data["starts_on"],
                note_to_patient=data["note_to_patient"],
                seen_version=data["version"],
                by=by,
            )
        except prescribing.ChangedMeanwhile:
            self._show_conflict()
        except prescribing.NotADraft:
            self.form.add_error(None, _("Somebody has assigned this programme meanwhile."))
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
            "form": self.form,
            "table": self.table,
            "plan": plan,
            "saved_meanwhile": shown(self.stored, self.programme.starts_on) if self.conflict else None,
        }
