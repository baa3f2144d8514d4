"""The shipped template library, copied into each clinic, which then owns it.

A version that a patient's plan was made from stays as it was: an edit makes the next one.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from django.db import IntegrityError, transaction

from clinic.models import Clinic, StaffMember
from clinic.permissions import require
from clinic.tenancy import past_limits
from programmes.clinical import grading
from programmes.models import Programme, ProgrammeRevision, ProgrammeTemplate, TemplateWeek
from programmes.services.prescribing import OtherUnit, require_order, template_weeks

# code: (name, who it is for, baseline of the example table in docs/clinical-rules.md in the template's unit)
SHIPPED: dict[str, tuple[str, str, int]] = {
    "T1": ("Gentle start", "Low tolerance: comfortable for 3 to 10 minutes, irritable or fearful.", 8),
    "T2": ("Steady build", "Current or long-standing low back pain, comfortable for 10 to 20 minutes.", 15),
    "T3": ("WalkBack-style prevention", "Recovered, pain 0 to 2: to keep it from coming back.", 20),
    "T4": ("Intervals", "For variety, after T2 or T3: 25 to 30 minutes three times a week comfortable.", 25),
    "T6": ("Steps", "Uses a phone or step counter: a little more than the usual day, on five days.", 6000),
    "T7": ("Maintenance", "Goal reached: keep walking 90 to 150 minutes a week.", 30),
}


class ReplacedMeanwhile(Exception):
    """Somebody else made a newer version of this template."""


class SavedMeanwhile(Exception):
    """Somebody else saved this very version since it was opened."""


class AsShipped(Exception):
    """The clinic's newest version is the shipped one: there is nothing to bring back."""


@transaction.atomic
def restore_template_library(*, clinic: Clinic) -> list[ProgrammeTemplate]:
    """Gives the clinic the shipped templates that it lacks; its own edits stay. Returns what was added."""
    present = set(ProgrammeTemplate.objects.for_clinic(clinic).values_list("code", flat=True))
    return [_ship(clinic, code) for code in SHIPPED if code not in present]


@transaction.atomic
def restore_shipped(*, codes: Iterable[str], by: StaffMember) -> list[ProgrammeTemplate]:
    """Brings shipped templates back as they were shipped: each as the next version of its code.

    Earlier versions stay and are no longer offered; nobody's plan changes. Raises AsShipped,
    ReplacedMeanwhile, NotAllowed, or KeyError for a code that was never shipped.
    """
    require(by, "edit_templates")
    return [_restore(by.clinic, code) for code in codes]


def _restore(clinic: Clinic, code: str) -> ProgrammeTemplate:
    newest = ProgrammeTemplate.objects.for_clinic(clinic).filter(code=code).newest().first()
    if newest is None:
        return _ship(clinic, code)
    if is_as_shipped(newest):
        raise AsShipped(code)
    return _after(newest, lambda: _ship(clinic, code, version=newest.version + 1))


def is_as_shipped(template: ProgrammeTemplate) -> bool:
    """Whether this version says and makes what the shipped template of its code does."""
    if template.code not in SHIPPED:
        return False
    return all(getattr(template, name) == value for name, value in _shipped_fields(template.code).items())


def _shipped_fields(code: str) -> dict[str, Any]:
    name, who_for, baseline = SHIPPED[code]
    made_by = grading.TEMPLATES[code]
    rules = json.loads(json.dumps(asdict(made_by)))  # as the database gives it back
    counts = made_by.counts
    return {"name": name, "who_for": who_for, "counts": counts, "example_baseline": baseline, "rules": rules}


def _ship(clinic: Clinic, code: str, *, version: int = 1) -> ProgrammeTemplate:
    fields = _shipped_fields(code)
    template = ProgrammeTemplate.objects.create(clinic=clinic, code=code, version=version, **fields)
    _write_weeks(template, grading.generate(template.example_baseline, grading.TEMPLATES[code]))
    return template


@transaction.atomic
def save_template(
    *,
    template: ProgrammeTemplate,
    weeks: Sequence[grading.Week],
    by: StaffMember,
    seen: str | None = None,
) -> ProgrammeTemplate:
    """Saves a template of the clinic with its weeks. Returns the version that holds them.

    `seen` is the `fingerprint` of what was edited; without it nobody edited from a page.

    Other weeks, another baseline or unit replace the generator's rules (new programmes scale these weeks) and
    make the next version where a plan was made from this one. Name, for whom and "offered" change in place.
    Raises ReplacedMeanwhile, SavedMeanwhile, NoWeeks, WeeksNotInOrder, OtherUnit or NotAllowed.
    """
    require(by, "edit_templates", clinic_id=None if template._state.adding else template.clinic_id)
    require_order(weeks)
    if any(week.counts != template.counts for week in weeks):
        raise OtherUnit
    template.clinic = by.clinic
    if template._state.adding:
        return _save_with(template, weeks)
    newest = ProgrammeTemplate.objects.for_clinic(by.clinic).newest().filter(pk=template.pk)
    stored = newest.select_for_update(of=("self",)).first()
    if stored is None:
        raise ReplacedMeanwhile
    if seen is not None and seen != fingerprint(stored):
        raise SavedMeanwhile
    made_by = (template.counts, template.example_baseline, tuple(weeks))
    if (stored.counts, stored.example_baseline, template_weeks(stored)) == made_by:
        template.save(update_fields=["name", "who_for", "is_active"])
        return template
    if is_used(stored):
        return _after(stored, lambda: _next_version(template, weeks))
    TemplateWeek.objects.for_clinic(by.clinic).filter(template=template).delete()
    return _save_with(template, weeks)


def fingerprint(template: ProgrammeTemplate) -> str:
    """What an editor saw of a stored template, in sixteen characters: another one says that it changed."""
    names = ("pk", "name", "who_for", "counts", "example_baseline", "is_active")
    said = [getattr(template, name) for name in names]
    return hashlib.sha256(repr((*map(str, said), template_weeks(template))).encode()).hexdigest()[:16]


def is_used(template: ProgrammeTemplate) -> bool:
    """Whether somebody's plan was made from this version, limited records and discarded drafts too."""
    followed = Programme.objects.for_clinic(template.clinic).filter(template=template)
    signed = ProgrammeRevision.objects.for_clinic(template.clinic).made_from(template)
    with past_limits():
        return followed.exists() or signed.exists()


def _save_with(template: ProgrammeTemplate, weeks: Sequence[grading.Week]) -> ProgrammeTemplate:
    """Weeks written by hand: no generator's rules stand behind them."""
    template.rules = {}
    template.save()
    _write_weeks(template, weeks)
    return template


def _next_version(template: ProgrammeTemplate, weeks: Sequence[grading.Week]) -> ProgrammeTemplate:
    made = ProgrammeTemplate(
        clinic=template.clinic,
        code=template.code,
        version=template.version + 1,
        name=template.name,
        who_for=template.who_for,
        counts=template.counts,
        example_baseline=template.example_baseline,
        is_active=template.is_active,
    )
    return _save_with(made, weeks)


def _after(newest: ProgrammeTemplate, make: Callable[[], ProgrammeTemplate]) -> ProgrammeTemplate:
    """The version after this one, which is offered no longer. Of two who make one, the database lets one."""
    try:
        with transaction.atomic():
            made = make()
    except IntegrityError as error:
        if "programmes_template_version_once" not in str(error):
            raise
        raise ReplacedMeanwhile from error
    ProgrammeTemplate.objects.filter(pk=newest.pk).update(is_active=False)
    return made


def _write_weeks(template: ProgrammeTemplate, weeks: Sequence[grading.Week]) -> None:
    TemplateWeek.objects.bulk_create(
        [TemplateWeek(clinic_id=template.clinic_id, template=template, **asdict(week)) for week in weeks]
    )
