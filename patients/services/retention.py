"""How long things stay: dates only. Sources stand in docs/privacy/retention.md."""

from datetime import date, timedelta

from patients.models import Patient

RECORD_YEARS = (
    8  # after the end of treatment or death: NHS Records Management Code 2021, adult health records [M]
)
MINOR_UNTIL, SEVENTEEN_UNTIL = 25, 26  # birthday, children's records; the same source [M]
ACCOUNT_STAYS = timedelta(days=90)  # after discharge: time for questions, then no reason is left [P]


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


def record_goes_on(patient: Patient) -> date | None:
    """The day from which the clinical record may be erased; None while in care."""
    ended = care_ended_on(patient)
    if ended is None:
        return None
    stays = years_after(ended, RECORD_YEARS)
    born = patient.date_of_birth
    if born is None or ended >= years_after(born, 18):
        return stays
    until = SEVENTEEN_UNTIL if ended >= years_after(born, 17) else MINOR_UNTIL
    return max(stays, years_after(born, until))


def is_kept(patient: Patient, today: date) -> bool:
    """A legal hold (no end) or a decision to keep the record until a day."""
    if not patient.kept_reason:
        return False
    return patient.kept_until is None or patient.kept_until > today
