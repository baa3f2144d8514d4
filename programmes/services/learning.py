"""A clinic's own words for its patients: versions that follow each other, and which of them holds."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from clinic.models import Clinic, StaffMember
from clinic.permissions import require
from programmes.models import PatientText, Shows, TextCode


class PublishedMeanwhile(Exception):
    """Somebody published a newer version after this one was opened."""


class NotHidden(Exception):
    """What everybody reads before the first walk cannot be hidden."""


class DueBeforeChecked(Exception):
    """A text is checked today or earlier, and due again later."""


@dataclass(frozen=True)
class Words:
    """What patients read. Title, text and source for the clinic's own words only."""

    shows: Shows
    title: str = ""
    body: str = ""
    source: str = ""
    checked_on: date | None = None
    due_on: date | None = None


def texts_in_force(*, clinic: Clinic) -> dict[str, PatientText]:
    """By code, what the clinic decided last; a code without an entry is read as it was shipped."""
    return {text.code: text for text in PatientText.objects.for_clinic(clinic).newest()}


@transaction.atomic
def publish_text(*, code: TextCode, words: Words, seen: int, by: StaffMember, now: datetime) -> PatientText:
    """The next version of a text, from now on. `seen` is the version that was opened, 0 for none.

    Raises PublishedMeanwhile, NotHidden, DueBeforeChecked or NotAllowed.
    """
    require(by, "edit_patient_texts")
    _require_sound(code, words, now.astimezone(by.clinic.zone).date())
    own, shown = words.shows == Shows.OWN, words.shows != Shows.HIDDEN
    text = PatientText(
        clinic=by.clinic,
        code=code,
        version=seen + 1,
        shows=words.shows,
        title=words.title.strip() if own else "",
        body=words.body.strip() if own else "",
        source=words.source.strip() if own else "",
        checked_on=words.checked_on if shown else None,
        due_on=words.due_on if shown else None,
        made_by=by,
        made_at=now,
    )
    return _insert(text)


def _insert(text: PatientText) -> PatientText:
    """The next version after the newest one, by the database: of two who publish at once it lets one."""
    same = PatientText.objects.for_clinic(text.clinic).filter(code=text.code)
    if (same.aggregate(newest=Max("version"))["newest"] or 0) != text.version - 1:
        raise PublishedMeanwhile
    try:
        with transaction.atomic():
            text.save(force_insert=True)
    except IntegrityError as error:
        if "programmes_patienttext_version_once" not in str(error):
            raise
        raise PublishedMeanwhile from error
    return text


def _require_sound(code: TextCode, words: Words, today: date) -> None:
    if words.shows == Shows.HIDDEN:
        if code == TextCode.BEFORE:
            raise NotHidden
        return
    if words.checked_on is None or words.due_on is None or not words.checked_on <= today < words.due_on:
        raise DueBeforeChecked
