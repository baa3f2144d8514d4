"""A week of the plan in the patient's words: how to walk, how often, how much, and how it stands."""

from django.utils.translation import gettext as _

from patients.wording.amounts import amount, bare, days, much
from programmes.clinical.amounts import STEPS
from programmes.services.plan_reading import Dose, WeekSoFar


def pace(intensity: str) -> str:
    """The talk test, not a heart rate; the same three steps as the walk form asks about."""
    return {
        "easy": _("Walk at a pace where you could still sing."),
        "moderate": _("Walk a little faster, but so that you can still talk."),
        "brisk": _("Walk fast: you can say only a few words at a time."),
    }[intensity]


def heading(counts: str, *, is_away: bool = False) -> str:
    """What the day's amount is: of one walk, or of the whole day where steps count."""
    if counts == STEPS:
        return _("Your plan’s steps for a day are") if is_away else _("Your steps for the day:")
    return _("Your plan’s next walk is") if is_away else _("Your next walk:")


def whole_day(counts: str) -> str:
    """Usual days hold thousands of steps: a plan in steps counts all of them (T6)."""
    return _("All steps of the day count, not only those of a walk.") if counts == STEPS else ""


def bouts(count: int) -> str:
    return _("You can split it into %(count)d shorter walks.") % {"count": count} if count > 1 else ""


def first_day(dose: Dose, units: str) -> list[str]:
    """What Today says on the first day of a week with this dose: the builder's preview shows the same."""
    nothing_yet = WeekSoFar(0, dose.days, 0, dose.volume, dose.counts)
    how = " ".join(filter(None, [whole_day(dose.counts), pace(dose.intensity), bouts(dose.bouts)]))
    return [f"{heading(dose.counts)} {amount(dose, units)}.", how, week(nothing_yet, units)]


def week(so_far: WeekSoFar, units: str) -> str:
    """This week in one line: days that count as walked, and how much; more than planned has no target."""
    if so_far.amount is None:
        return _days_alone(so_far)
    words = {
        "days": so_far.walks,
        "planned_days": days(so_far.planned_walks),
        "amount": much(so_far.amount, so_far.counts, units),
        "planned": much(so_far.planned_amount, so_far.counts, units),
    }
    if not so_far.planned_amount:
        return _("This week: walked on %(days)d of %(planned_days)s.") % words
    if so_far.walks > so_far.planned_walks:
        words["walked_days"] = days(so_far.walks)
        return _("This week: walked on %(walked_days)s, %(amount)s in all.") % words
    if so_far.amount > so_far.planned_amount:
        return _("This week: walked on %(days)d of %(planned_days)s, %(amount)s in all.") % words
    words["done"] = bare(so_far.amount, so_far.counts, units)
    return _("This week: walked on %(days)d of %(planned_days)s, %(done)s of %(planned)s.") % words


def _days_alone(so_far: WeekSoFar) -> str:
    """The same where every walk was told in another unit: no number stands for what nobody knows."""
    if so_far.walks > so_far.planned_walks:
        return _("This week: walked on %(walked_days)s.") % {"walked_days": days(so_far.walks)}
    words = {"days": so_far.walks, "planned_days": days(so_far.planned_walks)}
    return _("This week: walked on %(days)d of %(planned_days)s.") % words
