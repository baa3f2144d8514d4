"""The clinic's privacy notices: published here, never changed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.admin.base import ClinicAdmin, ClinicForm, local_today
from clinic.models import Clinic, PrivacyText
from clinic.services.privacy import BeginsInThePast, publish_notice

IN_THE_PAST = _("Choose today or a later day: nobody can have read it before.")


class NoticeForm(ClinicForm):
    def clean_in_force_from(self) -> Any:
        begins = self.cleaned_data["in_force_from"]
        if self.clinic and begins < timezone.now().astimezone(self.clinic.zone).date():
            raise ValidationError(IN_THE_PAST)
        return begins


@admin.register(PrivacyText)
class PrivacyTextAdmin(ClinicAdmin):
    """Everybody on the staff reads them; a manager publishes the next version."""

    form = NoticeForm
    view_verb = "see_queue"
    add_verb = "publish_privacy_text"
    refusals: ClassVar[dict[type[Exception], Any]] = {BeginsInThePast: IN_THE_PAST}
    list_display = ["title", "version", "whose", "in_force_from"]
    fields = ["title", "body", "in_force_from"]

    def of_clinic(self, rows: Any, clinic: Clinic) -> Any:
        return rows.readable_in(clinic.pk)

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("whose"))
    def whose(self, text: PrivacyText) -> Any:
        return _("the clinic's own") if text.clinic_id else _("shipped with Waymark")

    def save_model(self, request: Any, obj: PrivacyText, form: Any, change: bool) -> None:
        made = publish_notice(
            title=obj.title,
            body=obj.body,
            in_force_from=obj.in_force_from,
            by=request.staff,
            today=local_today(request),
        )
        obj.pk = made.pk
