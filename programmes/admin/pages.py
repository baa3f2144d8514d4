"""What the admin's own pages share: their context, their status, the row they are about."""

from typing import Any

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpResponse
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

    def found(self, request: Any, pk: object) -> Any:
        """The row, if it is this clinic's; else 404, like a row that does not exist."""
        row = self.get_object(request, unquote(str(pk)))
        if row is None:
            raise Http404
        return row
