"""Records that verbs write: pauses, walks, reasons, flags, review items and runs. To look at only."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.admin import RecordAdmin
from programmes.admin.checklist import what_applies
from programmes.models import (
    ChangedPatient,
    ContactAttempt,
    Flag,
    NotWalking,
    Overlay,
    Pause,
    ReviewItem,
    ReviewRun,
    SafetyChecklist,
    Walk,
)
from programmes.wording import RED_FLAG_ITEMS, amount, walked

NAMES = ["patient__given_name", "patient__family_name", "patient__reference"]


def symptoms_in_words(codes: Sequence[str] | None) -> str:
    """A dash for "not answered", "none" for an empty answer."""
    if codes is None:
        return "–"
    return "; ".join(str(RED_FLAG_ITEMS.get(code, code)) for code in codes) or gettext("none")


class OfPatient(RecordAdmin):
    """Rows about one patient, by name; the record's own `patient` would print an id."""

    list_select_related: ClassVar[tuple[str, ...]] = ("patient",)
    search_fields = NAMES
    search_help_text = _("The patient's name or number")
    exclude = ["patient", "clinic"]
    readonly_fields = ["patient_link"]
    clinic_of_patient = "patient__clinic"

    @admin.display(description=_("patient"), ordering="patient__family_name")
    def patient_name(self, row: Any) -> Any:
        return self.patient_of(row).full_name

    @admin.display(description=_("patient"))
    def patient_link(self, row: Any) -> str:
        patient = self.patient_of(row)
        url = reverse("admin:patients_patient_change", args=[patient.pk])
        return format_html('<a href="{}">{}</a>', url, patient.full_name)

    def patient_of(self, row: Any) -> Any:
        return row.patient

    def of_clinic(self, rows: Any, clinic: Any) -> Any:
        """Without rows of limited records, so that the count says what the list shows."""
        return super().of_clinic(rows, clinic).filter(**{self.clinic_of_patient: clinic})

    def get_fields(self, request: Any, obj: Any = None) -> Any:
        shown = [name for name in super().get_fields(request, obj) if name != "patient_link"]
        return ["patient_link", *shown]


@admin.register(Pause)
class PauseAdmin(OfPatient):
    view_verb = "see_programme"
    list_display = ["patient_name", "from_on", "until_on", "reason", "by_patient", "made_at"]
    list_filter = ["reason", "by_patient"]


@admin.register(Overlay)
class OverlayAdmin(OfPatient):
    view_verb = "see_programme"
    list_display = ["from_on", "patient_name", "kind", "over_on", "pain_now", "source", "made_at"]
    list_filter = ["kind", "source"]
    ordering = ["-from_on"]
    exclude = ["patient", "clinic", "new_symptoms", "client_uuid", "revision"]
    readonly_fields = ["patient_link", "reported_as_new"]

    @admin.display(description=_("new symptoms"))
    def reported_as_new(self, overlay: Overlay) -> str:
        return symptoms_in_words(overlay.new_symptoms)


@admin.register(SafetyChecklist)
class SafetyChecklistAdmin(OfPatient):
    view_verb = "see_programme"
    list_display = ["patient_name", "made_at", "decision", "parq_on", "version"]
    list_filter = ["decision"]
    exclude = ["patient", "clinic", "present"]
    readonly_fields = ["patient_link", "what_applied"]

    @admin.display(description=_("what applies"))
    def what_applied(self, checklist: SafetyChecklist) -> str:
        return "; ".join(what_applies(checklist)) or gettext("none")


@admin.register(Walk)
class WalkAdmin(OfPatient):
    view_verb = "see_programme"
    list_display = [
        "walked_on",
        "patient_name",
        "how_much",
        "asked",
        "pain_before",
        "pain_after",
        "flare",
        "source",
        "received_at",
    ]
    list_filter = ["source", "flare", "entered_in_error", "walked_on"]
    ordering = ["-walked_on", "-received_at"]
    exclude = ["patient", "clinic", "client_uuid", "entry_digest", "target_revision", "new_symptoms"]
    readonly_fields = ["patient_link", "reported_as_new", "in_error"]

    @admin.display(description=_("walked"))
    def how_much(self, walk: Walk) -> str:
        return walked(walk.walked)

    @admin.display(description=_("planned"), empty_value="–")
    def asked(self, walk: Walk) -> str | None:
        return amount(walk.target.amount, walk.target.counts) if walk.target.amount else None

    @admin.display(description=_("a wrong entry?"))
    def in_error(self, walk: Walk) -> Any:
        if walk.entered_in_error:
            return "–"
        said = gettext("Mark as entered in error …")
        return format_html('<a href="{}">{}</a>', reverse("clinic:walk-error", args=[walk.pk]), said)

    @admin.display(description=_("new symptoms"))
    def reported_as_new(self, walk: Walk) -> str:
        return symptoms_in_words(walk.new_symptoms)


@admin.register(NotWalking)
class NotWalkingAdmin(OfPatient):
    view_verb = "see_programme"
    list_display = ["from_on", "until_on", "patient_name", "reason", "pain_now", "received_at"]
    list_filter = ["reason", "from_on"]
    ordering = ["-from_on"]
    exclude = ["patient", "clinic", "new_symptoms"]
    readonly_fields = ["patient_link", "reported_as_new"]

    @admin.display(description=_("new symptoms"))
    def reported_as_new(self, gap: NotWalking) -> str:
        return symptoms_in_words(gap.new_symptoms)


@admin.register(Flag)
class FlagAdmin(OfPatient):
    view_verb = "see_queue"
    list_display = ["raised_on", "patient_name", "code", "severity", "resolution", "resolved_on"]
    list_filter = ["code", "severity", "resolution"]
    ordering = ["-raised_on"]


@admin.register(ReviewItem)
class ReviewItemAdmin(OfPatient):
    view_verb = "see_queue"
    list_display = ["patient_name", "severity", "status", "opened_at", "claimed_by", "outcome", "closed_at"]
    list_filter = ["status", "severity", "outcome"]
    list_select_related = ("patient", "claimed_by")
    ordering = ["-opened_at"]


@admin.register(ContactAttempt)
class ContactAttemptAdmin(OfPatient):
    view_verb = "see_queue"
    list_display = ["made_at", "patient_of_item", "channel", "result", "next_on", "made_by"]
    list_filter = ["channel", "result"]
    list_select_related = ("item__patient", "made_by")
    search_fields = [f"item__{name}" for name in NAMES]
    clinic_of_patient = "item__patient__clinic"
    ordering = ["-made_at"]

    @admin.display(description=_("patient"), ordering="item__patient__family_name")
    def patient_of_item(self, row: ContactAttempt) -> Any:
        return row.item.patient.full_name

    def patient_of(self, row: ContactAttempt) -> Any:
        return row.item.patient


@admin.register(ReviewRun)
class ReviewRunAdmin(RecordAdmin):
    view_verb = "see_queue"
    list_display = [
        "local_date",
        "status",
        "patients_evaluated",
        "patients_failed",
        "flags_raised",
        "flags_cleared",
        "finished_at",
        "rule_version",
    ]
    list_filter = ["status", "local_date"]


@admin.register(ChangedPatient)
class ChangedPatientAdmin(OfPatient):
    view_verb = "see_queue"
    list_display = ["patient_name", "earliest_on", "marked_at", "not_before", "attempts"]
    ordering = ["-marked_at"]
