"""A past week in the patient's words: each number in its own sentence, and one sentence by rule."""

from django.utils.translation import gettext as _

from patients.wording.amounts import days, much
from programmes.clinical.weekly import Said, Week, said_of
from programmes.services.weeks import PastWeek


def numbers(past: PastWeek, units: str) -> list[str]:
    """Walks, then the amount; what the plan asked for beside each, where it asked for something."""
    week = past.week
    said = [_("You walked on %(days)s.") % {"days": days(week.walks)}]
    if week.planned_walks:
        said.append(_("Your plan asked for %(days)s.") % {"days": days(week.planned_walks)})
    if week.amount:
        said.append(_("You walked %(amount)s in all.") % {"amount": much(week.amount, past.counts, units)})
    if week.planned_amount and week.amount is not None:
        asked = much(week.planned_amount, past.counts, units)
        said.append(_("Your plan asked for %(amount)s.") % {"amount": asked})
    return said


def sentence(week: Week) -> str:
    """What is said of such a week. Nothing here shames, and no number is praised."""
    return {
        Said.FLARE: _("Your back had a flare-up that week. Then small walks and rest are both fine."),
        Said.RESTED: _("Your plan rested that week. Rest is fine."),
        Said.NONE: _("You logged no walk that week. That is OK. Today shows your next one."),
        Said.MORE: _("You walked more than your plan asked for. Your plan is enough: it grows step by step."),
        Said.AS_PLANNED: _("You walked as your plan asked."),
        Said.SOME: _("Each walk counts. There is nothing to catch up."),
    }[said_of(week)]
