"""The list of programmes: where each plan stands, the last walk, open flags; filters and search."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.admin import OwnClinicFilter, local_today
from clinic.reads import note_read
from clinic.services.covering import away_from, away_row
from programmes.admin.steps import ProgrammeSteps
from programmes.models import (
    Flag,
    Pause,
    Programme,
    ProgrammeStatus,
    ProgrammeTemplate,
    ProgrammeWeek,
    Severity,
    Walk,
)
from programmes.models.programme import RUNNING
from programmes.services.courses import course_from, course_rows
from programmes.wording import day_and_year, title, with_away

SILENCES = (5, 7, 14, 28)  # days without a walk, to choose from
ENDS_SOON = timedelta(days=14)
GOING_ON_FIRST = Case(
    When(status__in=RUNNING, then=Value(1)),
    When(status=ProgrammeStatus.DRAFT, then=Value(2)),
    default=Value(3),
).asc()


def with_standing(rows: Any, today: date) -> Any:
    """Annotates what a row says beside its own columns; the number of statements stays one."""
    own = {"clinic": OuterRef("clinic"), "patient": OuterRef("patient")}
    weeks = ProgrammeWeek.objects.filter(clinic=OuterRef("clinic"), programme=OuterRef("pk"))
    last = weeks.order_by().values("programme").annotate(last=Max("number"))
    paused = Pause.objects.filter(programme=OuterRef("pk"), from_on__lte=today, until_on__gte=today)
    flags = Flag.objects.filter(**own).unresolved().order_by("severity", "raised_on")
    return rows.annotate(
        **course_rows(),
        last_week=Subquery(last.values("last")),
        last_walk_on=_last_walk(),
        paused_until=Subquery(paused.values("until_on")[:1]),
        paused_by_patient=Subquery(paused.values("by_patient")[:1]),
        flag_codes=ArraySubquery(flags.values("code")),
        flag_severity=Subquery(flags.values("severity")[:1]),
    )


def _last_walk() -> Subquery:
    """The day of the last walk within the programme, and never after its end."""
    walks = Walk.objects.valid().filter(
        clinic=OuterRef("clinic"), patient=OuterRef("patient"), walked_on__gte=OuterRef("starts_on")
    )
    within = walks.filter(walked_on__lte=Coalesce(OuterRef("ended_on"), Value(date.max)))
    return Subquery(within.order_by("-walked_on").values("walked_on")[:1])


def week_in_words(programme: Any, today: date) -> str:
    """ "4 of 12" by the course of the plan; before the start and for a draft how many weeks there are."""
    if not programme.plan_rows:
        return _("%(n)s weeks") % {"n": programme.last_week} if programme.last_week else ""
    if programme.starts_on > today and not programme.ended_on:
        return _("starts on %(day)s") % {"day": day_and_year(programme.starts_on)}
    course = course_from(programme, programme.ended_on or today)
    this = course.today
    said = _("%(number)s of %(last)s") % {"number": this.week, "last": this.prescription.weeks[-1].number}
    waits = course.asks_clinician and not programme.ended_on
    return _("%(week)s, review prompt") % {"week": said} if waits else said


def ending_soon(clinic: Any, today: date) -> list[Any]:
    """Keys of the running programmes whose last week ends within two weeks, or has come already."""
    day = today + ENDS_SOON
    plans = Programme.objects.for_clinic(clinic).that_may_end_by(day)
    return [row.pk for row in _running(plans, clinic) if _ends_by(row, today, day)]


def waiting_for_a_look(clinic: Any, today: date) -> list[Any]:
    """Keys of the running programmes with a review prompt: not back by day 14, or a baseline to decide on."""
    plans = Programme.objects.for_clinic(clinic)
    return [row.pk for row in _running(plans, clinic) if course_from(row, today).asks_clinician]


def _running(plans: Any, clinic: Any) -> list[Any]:
    """What the courses of those plans that run are made of, in one statement."""
    running = plans.running().annotate(**course_rows())
    rows = list(running.values_list("pk", "patient_id", *course_rows(), named=True))
    note_read(clinic_id=clinic.pk, patients={row.patient_id for row in rows})
    return [row for row in rows if row.plan_rows]


def _ends_by(row: Any, today: date, day: date) -> bool:
    """Whether a plan's last week is over by that day, as far as is known."""
    course = course_from(row, today)
    plan = course.at(day).prescription
    lasts = [
        each for each in course.stretches if each.prescription == plan and each.week == plan.weeks[-1].number
    ]
    return any(each.from_on + timedelta(days=7) <= day for each in lasts)


def lead_of(programme: Any) -> str:
    """The patient's lead, and who stands in today; "" where nobody leads."""
    lead = programme.patient.lead
    return with_away(lead.name, away_from(programme.lead_away)) if lead else ""


class _Choice(admin.SimpleListFilter):
    """A filter with fixed choices, each of which is a condition."""

    options: Sequence[tuple[str, Any]] = ()
    chosen: Callable[..., Any]  # (rows, value, request, today): those that the choice asks for

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return self.options

    def queryset(self, request: Any, rows: Any) -> Any:
        chosen = self.value()
        if chosen not in [str(key) for key, _word in self.lookup_choices]:
            return rows
        return self.chosen(rows, chosen, request, local_today(request))


class Mine(_Choice):
    title = gettext_lazy("whose")
    parameter_name = "whose"
    options = (("mine", gettext_lazy("Mine")),)

    def chosen(self, rows: Any, value: Any, request: Any, today: date) -> Any:
        return rows.of_clinician(request.staff, today)


class FlagFilter(_Choice):
    title = gettext_lazy("open flag")
    parameter_name = "flag"
    options = (("open", gettext_lazy("Yes")), ("none", gettext_lazy("No")))

    def chosen(self, rows: Any, value: Any, request: Any, today: date) -> Any:
        return rows.filter(flag_severity__isnull=value == "none")


class Paused(_Choice):
    title = gettext_lazy("paused")
    parameter_name = "paused"
    options = (("now", gettext_lazy("Paused today")),)

    def chosen(self, rows: Any, value: Any, request: Any, today: date) -> Any:
        return rows.running().filter(Q(paused_until__isnull=False) | Q(status=ProgrammeStatus.ON_HOLD))


class Silent(_Choice):
    title = gettext_lazy("last walk")
    parameter_name = "silent"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        return [(str(days), _("None for %(n)s days") % {"n": days}) for days in SILENCES]

    def chosen(self, rows: Any, value: Any, request: Any, today: date) -> Any:
        """Counted from the start where nobody walked yet."""
        since = today - timedelta(days=int(value))
        walked = Q(last_walk_on__lt=since) | Q(last_walk_on__isnull=True, starts_on__lte=since)
        return rows.running().filter(walked)


class Ending(_Choice):
    title = gettext_lazy("end of the plan")
    parameter_name = "ends"
    options = (("soon", gettext_lazy("Within 14 days")),)

    def chosen(self, rows: Any, value: Any, request: Any, today: date) -> Any:
        return rows.filter(pk__in=ending_soon(request.clinic, today))


class Prompted(_Choice):
    title = gettext_lazy("review prompt")
    parameter_name = "prompt"
    options = (("waits", gettext_lazy("Waits for a look")),)

    def chosen(self, rows: Any, value: Any, request: Any, today: date) -> Any:
        return rows.filter(pk__in=waiting_for_a_look(request.clinic, today))


class TemplateFilter(_Choice):
    """By code: all versions of a template together."""

    title = gettext_lazy("template")
    parameter_name = "template"

    def lookups(self, request: Any, model_admin: Any) -> Any:
        newest = ProgrammeTemplate.objects.for_clinic(request.clinic).newest()
        named = [(each.code, f"{each.code} {each.name}") for each in newest]
        return [*named, ("-", _("None: a blank programme"))]

    def chosen(self, rows: Any, value: Any, request: Any, today: date) -> Any:
        return rows.filter(template=None) if value == "-" else rows.filter(template__code=value)


class ProgrammeList(ProgrammeSteps):
    """The columns and filters of the list; the pages stand in the classes beside this one."""

    list_display = [
        "patient_name",
        "standing",
        "week",
        "last_walk",
        "open_flag",
        "made_from",
        "who",
        "starts_on",
    ]
    list_display_links = ["patient_name"]
    list_filter = [
        Mine,
        "status",
        FlagFilter,
        Prompted,
        Silent,
        Paused,
        Ending,
        TemplateFilter,
        ("clinician", OwnClinicFilter),
    ]
    show_facets = admin.ShowFacets.NEVER  # counts of every choice would ask for every course
    ordering = [GOING_ON_FIRST, "-created_at"]
    search_fields = ["patient__given_name", "patient__family_name", "patient__reference"]
    search_help_text = gettext_lazy("The patient's name or number")
    list_select_related = ("patient", "template", "clinician")

    def get_queryset(self, request: Any) -> Any:
        joined = ("patient__lead", "template", "clinician", "assigned_by")
        rows = super().get_queryset(request).select_related(*joined)
        if request.clinic is None:
            return rows
        today = local_today(request)
        away = {
            "clinician_away": away_row(request.clinic, "clinician", today),
            "lead_away": away_row(request.clinic, "patient__lead", today),
        }
        return with_standing(rows, today).annotate(**away)

    @admin.display(description=gettext_lazy("patient"), ordering="patient__family_name")
    def patient_name(self, programme: Programme) -> str:
        reference = programme.patient.reference
        return f"{programme.patient.full_name} ({reference})" if reference else programme.patient.full_name

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def standing(self, programme: Any) -> str:
        if programme.paused_until and programme.is_running:
            if programme.paused_by_patient:
                said = _("paused by the patient until %(day)s")
                return said % {"day": day_and_year(programme.paused_until)}
            return _("paused until %(day)s") % {"day": day_and_year(programme.paused_until)}
        return str(programme.get_status_display())

    @admin.display(description=gettext_lazy("week"), empty_value="–")
    def week(self, programme: Any) -> str | None:
        return week_in_words(programme, timezone.localdate()) or None  # the admin runs in the clinic's zone

    @admin.display(description=gettext_lazy("last walk"), ordering="last_walk_on", empty_value="–")
    def last_walk(self, programme: Any) -> str | None:
        if programme.last_walk_on:
            return day_and_year(programme.last_walk_on)
        return _("none yet") if programme.is_running else None

    @admin.display(description=gettext_lazy("open flag"), ordering="flag_severity", empty_value="–")
    def open_flag(self, programme: Any) -> str | None:
        if not programme.flag_codes:
            return None
        words = ", ".join(title(code) for code in programme.flag_codes)
        level = Severity(programme.flag_severity).label
        return _("%(level)s: %(flags)s") % {"level": str(level).capitalize(), "flags": words}

    @admin.display(description=gettext_lazy("template"), ordering="template__code", empty_value="–")
    def made_from(self, programme: Programme) -> str | None:
        template = programme.template
        return f"{template.code} {template.name}" if template else None

    @admin.display(description=gettext_lazy("clinician"), ordering="clinician__name")
    def who(self, programme: Any) -> str:
        return with_away(programme.clinician.name, away_from(programme.clinician_away))
