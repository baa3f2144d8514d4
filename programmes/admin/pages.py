"""What the admin's own pages share: their context, their status, their answer to a row that is not there."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from clinic.admin import ClinicAdmin


class PagesAdmin(ClinicAdmin):
    """An admin some of whose pages are our own templates."""

    template_folder = ""

    def page(
        self, request: Any, name: str, context: dict[str, Any], *, refused: bool = False
    ) -> HttpResponse:
        """One of our own pages; a refused form is answered 422 with everything that was typed."""
        everything = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "refused": refused,
            "may_change": self.has_change_permission(request),
            **context,
        }
        status = 422 if refused else 200
        return TemplateResponse(request, f"{self.template_folder}/{name}.html", everything, status=status)

    def not_there(self, request: Any, pk: object) -> Any:
        """The same answer for another clinic's row as for none."""
        return self._get_obj_does_not_exist_redirect(request, self.opts, str(pk))  # type: ignore[attr-defined]
