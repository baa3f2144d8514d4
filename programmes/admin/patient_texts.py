"""Texts for patients: the cards and "before you start", as shipped, in the clinic's own words, or hidden."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin import local_today
from clinic.forms.inputs import DATE_INPUT
from patients.wording.before import OWN_WORDS
from patients.wording.cards import CARDS, LOOK_AGAIN_BY, WRITTEN_ON, parts_of
from programmes.admin.pages import PagesAdmin
from programmes.clinical.learning import Card
from programmes.models import PatientText, Shows, TextCode
from programmes.services import learning

LIST = "admin:programmes_patienttext_changelist"
NOT_HIDDEN = gettext_lazy("Everybody reads this page before the first walk: it cannot be hidden.")
WRONG_DATES = gettext_lazy("Checked: today or earlier. To be checked again: after today.")
MEANWHILE = gettext_lazy(
    "Somebody published a newer version after you opened this page. What you typed stands below and is not "
    "saved. Compare it with what patients read now; saving again publishes yours."
)


class Said(Protocol):
    """A version of a text, or what was typed for the next one."""

    @property
    def shows(self) -> Any: ...
    @property
    def title(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class Row:
    """One text as the list shows it."""

    code: str
    name: str
    title: str
    whose: str
    version: int
    due_on: date | None
    is_due: bool


class TextForm(forms.Form):
    """What patients of this clinic shall read."""

    shows = forms.ChoiceField(
        label=gettext_lazy("Patients read"), choices=Shows.choices, widget=forms.RadioSelect
    )
    title = forms.CharField(label=gettext_lazy("Title"), max_length=80, required=False)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 16}),
        help_text=gettext_lazy(
            "Short sentences, one number in each. An empty line begins a paragraph; a line that begins with "
            "“- ” is a point of a list. Nothing else is formatted."
        ),
    )
    source = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Patients read it below the text."),
    )
    checked_on = forms.DateField(label=gettext_lazy("Checked on"), required=False, widget=DATE_INPUT)
    due_on = forms.DateField(label=gettext_lazy("To be checked again by"), required=False, widget=DATE_INPUT)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.setdefault("autocomplete", "off")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("shows") == Shows.OWN:
            for name in ("title", "body"):
                if not (data.get(name) or "").strip() and name not in self.errors:
                    self.add_error(name, _("Write what patients shall read."))
        return data

    def words(self) -> learning.Words:
        said = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return learning.Words(**{**said, "shows": Shows(said["shows"])})


def _shipped(code: str) -> tuple[str, str, str]:
    """Title, text and source of a text as it came with Waymark."""
    if code == TextCode.BEFORE:
        return str(TextCode.BEFORE.label), str(OWN_WORDS), ""
    title, body, sources = CARDS[Card(code)]
    return str(title), str(body), "; ".join(str(each) for each in sources)


def _own_or_shipped(code: str, text: Said | None) -> tuple[str, str, str]:
    """Title, text and source as the clinic decided."""
    if text and text.shows == Shows.OWN:
        return text.title, text.body, text.source
    return _shipped(code)


def _as_read(code: str, text: Said | None) -> dict[str, Any]:
    """What patients of the clinic read, now or once it is published."""
    title, body, source = _own_or_shipped(code, text)
    hidden = bool(text and text.shows == Shows.HIDDEN)
    return {"title": title, "parts": parts_of(body), "source": source, "is_hidden": hidden}


def _row(code: str, text: PatientText | None, today: date) -> Row:
    due = text.due_on if text else LOOK_AGAIN_BY
    return Row(
        code=code,
        name=str(TextCode(code).label),
        title=_as_read(code, text)["title"],
        whose=str(Shows(text.shows).label if text else _("as shipped, not checked by you")),
        version=text.version if text else 0,
        due_on=due,
        is_due=bool(due and due <= today),
    )


@admin.register(PatientText)
class PatientTextAdmin(PagesAdmin):
    """Everybody on the staff reads them; a clinician publishes the next version. None is ever changed."""

    view_verb = "see_programme"
    add_verb = ""  # by its own page, for one text
    template_folder = "admin/programmes/patienttext"
    fields = [
        "code",
        "version",
        "shows",
        "title",
        "body",
        "source",
        "checked_on",
        "due_on",
        "made_by",
        "made_at",
    ]

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.text_view)
        return [path("<slug:code>/text/", view, name="programmes_patienttext_text"), *super().get_urls()]

    def changelist_view(self, request: Any, extra_context: Any = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        own, today = learning.texts_in_force(clinic=request.clinic), local_today(request)
        rows = [_row(code, own.get(code), today) for code in TextCode.values]
        context = {"title": _("Texts for patients"), "rows": rows, "due": [row for row in rows if row.is_due]}
        return self.page(request, "list", context)

    def text_view(self, request: Any, code: str) -> HttpResponse:
        """What patients read, as they read it, with its versions, and the form for the next one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if code not in TextCode.values:
            raise Http404
        may_publish = self._allowed(request, "edit_patient_texts")
        if request.method == "POST" and not may_publish:
            raise PermissionDenied
        versions = self._versions(request, code)
        now = versions[0] if versions else None
        form = TextForm(
            request.POST if request.method == "POST" else None, initial=_initial(code, now, request)
        )
        is_sent = request.method == "POST" and form.is_valid()
        if is_sent and "preview" not in request.POST and self._publish(request, code, form):
            messages.success(request, _("Published. Patients read it from now on."))
            return redirect("admin:programmes_patienttext_text", code)
        context = {
            "title": TextCode(code).label,
            "row": _row(code, now, local_today(request)),
            "read": _as_read(code, now),
            "typed": _as_read(code, form.words()) if is_sent else None,
            "versions": versions,
            "form": form,
            "may_publish": may_publish,
            "is_before": code == TextCode.BEFORE,
            "written_on": WRITTEN_ON,
        }
        return self.page(request, "text", context, refused=form.is_bound and not form.is_valid())

    def _versions(self, request: Any, code: str) -> list[PatientText]:
        rows = PatientText.objects.for_clinic(request.clinic).filter(code=code)
        return list(rows.select_related("made_by").order_by("-version"))

    def _publish(self, request: Any, code: str, form: TextForm) -> bool:
        try:
            learning.publish_text(
                code=TextCode(code),
                words=form.words(),
                seen=form.cleaned_data["seen"],
                by=request.staff,
                now=timezone.now(),
            )
        except learning.NotHidden:
            form.add_error("shows", NOT_HIDDEN)
        except learning.DueBeforeChecked:
            form.add_error("due_on", WRONG_DATES)
        except learning.PublishedMeanwhile:
            form.add_error(None, MEANWHILE)
            form.data = {**form.data.dict(), "seen": self._versions(request, code)[0].version}  # type: ignore[attr-defined]
        return not form.errors


def _initial(code: str, now: PatientText | None, request: Any) -> dict[str, Any]:
    title, body, source = _own_or_shipped(code, now)
    today = local_today(request)
    return {
        "shows": now.shows if now else Shows.SHIPPED,
        "title": title,
        "body": body,
        "source": source,
        "checked_on": today,
        "due_on": date(today.year + 1, today.month, min(today.day, 28)),
        "seen": now.version if now else 0,
    }
