"""How long things stay: dates only. Sources stand in docs/privacy/retention.md."""

from dataclasses import dataclass
from datetime import date, timedelta

from patients.models import Patient

RECORD_YEARS = (
    8  # after the end of treatment or death: NHS Records Management Code 2021, adult health records [M]
)
MINOR_UNTIL, SEVENTEEN_UNTIL = 25, 26  # birthday, children's records; the same source [M]
ADULT = 18
ACCOUNT_STAYS = timedelta(days=90)  # after discharge: time for questions, then no reason is left [P]


@dataclass(frozen=True)
class Term:
    """How long a clinical record stays, and the numbers behind that."""

    ended_on: date
    goes_on: date
    birthday: int | None  # until which one it stays, where that is later than RECORD_YEARS


def years_after(day: date, years: int) -> date:
    """The same day, years later; 29 February gives 1 March."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def care_ended_on(patient: Patient) -> date | None:
    """Death counts before discharge; None while in care."""
    return patient.died_on or patient.discharged_on


def account_goes_on(patient: Patient) -> date | None:
    """The day from which devices, codes, contact and the login go; None while in care."""
    ended = care_ended_on(patient)
    return ended and ended + ACCOUNT_STAYS


def term_of(patient: Patient) -> Term | None:
    """How long the clinical record stays by its class; None while in care."""
    ended = care_ended_on(patient)
    if ended is None:
        return None
    stays, birthday = years_after(ended, RECORD_YEARS), _birthday_of_a_minor(patient.date_of_birth, ended)
    if patient.date_of_birth is None or birthday is None:
        return Term(ended, stays, None)
    until = years_after(patient.date_of_birth, birthday)
    return Term(ended, max(stays, until), birthday if until > stays else None)


def _birthday_of_a_minor(born: date | None, ended: date) -> int | None:
    if born is None or ended >= years_after(born, ADULT):
        return None
    return SEVENTEEN_UNTIL if ended >= years_after(born, ADULT - 1) else MINOR_UNTIL


def record_goes_on(patient: Patient) -> date | None:
    """The day from which the clinical record may be erased; None while in care."""
    term = term_of(patient)
    return None if term is None else term.goes_on


def waits_since(patient: Patient) -> date | None:
    """The day from which a manager decides: the record's time is over, and the last decision to keep it.

    None while in care, and under a legal hold.
    """
    goes_on = record_goes_on(patient)
    if goes_on is None or not patient.kept_reason:
        return goes_on
    return patient.kept_until and max(goes_on, patient.kept_until)


def is_kept(patient: Patient, today: date) -> bool:
    """A legal hold (no end), a decision to keep the record until a day, or a restriction of its use."""
    if patient.is_restricted(today):
        return True  # erasing is a use too, and may be what the patient objects to
    if not patient.kept_reason:
        return False
    return patient.kept_until is None or patient.kept_until > today
