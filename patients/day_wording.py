"""What patients read on days without a walk: one tip for each reason."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients.wording import Advice
from programmes.models import Reason

WALKED = "walked"  # no reason at all: the walk was not logged
REASONS = [
    (Reason.PAIN.value, gettext_lazy("My back is too sore")),
    (Reason.FEAR.value, gettext_lazy("I worry that it does harm")),
    (Reason.ILLNESS.value, gettext_lazy("I am ill")),
    (Reason.TIME.value, gettext_lazy("I have no time")),
    (Reason.WEATHER.value, gettext_lazy("The weather is bad")),
    (Reason.AWAY.value, gettext_lazy("I am away from home")),
    (WALKED, gettext_lazy("I walked but did not log it")),
    (Reason.OTHER.value, gettext_lazy("Something else")),
]


def tip(reason: str) -> Advice:
    """One tip, never a reproach; nothing here says that all is well."""
    tips = {
        Reason.PAIN: (
            _("Small and often can help"),
            _("Try 3 to 5 minutes on flat ground, then rest. Is the pain new or much worse? Call us."),
        ),
        Reason.FEAR: (
            _("Many people worry about this"),
            _("Start with a few minutes on flat ground. See how it goes. We like to talk about it with you."),
        ),
        Reason.ILLNESS: (
            _("Rest until you feel better"),
            _("Drink enough. A new fever, or hot and shivery? Call 111 today."),
        ),
        Reason.TIME: (
            _("Two short walks count too"),
            _("Try a few minutes before a meal and a few after it. Or get off the bus one stop early."),
        ),
        Reason.WEATHER: (
            _("You can walk inside"),
            _("A shopping centre or a long corridor will do. Take care on ice and wet leaves."),
        ),
        Reason.AWAY: (
            _("A walk in a new place counts too"),
            _("Look for flat ground and take your good shoes. Or let your plan rest until you are back."),
        ),
    }
    other = _("Thank you for telling us"), _("Your plan waits for you. Start again with your next walk.")
    return Advice(*tips.get(Reason(reason), other))
