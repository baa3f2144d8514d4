"""The mails to patients, and those to the duty address: no name, no condition, no number of a diary."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.models import Clinic
from clinic.services.post import Letter
from patients.tokens import stop_token
from programmes.models import ReminderWish, SetUp


def invitation_letter(clinic: Clinic, *, sign_in: str, notice: str) -> Letter:
    """Names no condition, as somebody else may read it; promises no plan, as there may be none yet."""
    lines = [
        _("Your physio team at %(clinic)s has invited you to Waymark."),
        _("There you see your walking plan once it is ready, and tell us how your walks went."),
        _("Sign in: %(sign_in)s"),
        _("Use this e-mail address to sign in. We then send you a code."),
        _("How we use your data: %(notice)s"),
        _("Not expecting this? Call %(phone)s."),
    ]
    words = {"clinic": clinic.name, "sign_in": sign_in, "notice": notice, "phone": clinic.phone}
    subject = _("Your invitation from %(clinic)s") % words
    return Letter(subject=subject, body="\n\n".join(lines) % words)


def sign_in_letter(code: str, *, link: str) -> Letter:
    """The code and the link, which do the same."""
    lines = [
        _("Your code is %(code)s"),
        _("Type it on the page where you asked for it."),
        _("Or open this link, and press the button there:\n%(link)s"),
        _("Use the code or the link, not both. It works once, for 10 minutes."),
        _("Did you not ask for this? Then you can ignore this message. Do not give the code to anybody."),
    ]
    return Letter(subject=_("Your sign-in code"), body="\n\n".join(lines) % {"code": code, "link": link})


def copy_letter(code: str) -> Letter:
    """The code alone: this mail confirms something, and signs nobody in by itself."""
    lines = [
        _("Your code is %(code)s"),
        _("Type it on the page where you asked for a copy. It works once, for 10 minutes."),
        _("Did you not ask for this? Then somebody may be using Waymark as you: call your clinic."),
        _("Do not give the code to anybody."),
    ]
    return Letter(subject=_("Your code"), body="\n\n".join(lines) % {"code": code})


def duty_letter() -> Letter:
    """To the clinic's duty address: says that somebody waits, never who."""
    return Letter(
        subject=_("A safety answer is waiting"),
        body=_(
            "A patient has given a safety answer.\n\n"
            "Open the review queue: %(queue)s\n\n"
            "This message holds no names."
        )
        % {"queue": f"{settings.BASE_URL}{settings.LOGIN_REDIRECT_URL}"},
    )


def overdue_safety_letter() -> Letter:
    """To the clinic's duty address: a safety answer is open longer than was said, never whose."""
    return Letter(
        subject=_("A safety answer still waits"),
        body=_(
            "A patient gave a safety answer. The day they were told has passed, and no contact with them is "
            "written down.\n\n"
            "Open the review queue: %(queue)s\n\n"
            "This message holds no names."
        )
        % {"queue": f"{settings.BASE_URL}{settings.LOGIN_REDIRECT_URL}"},
    )


def overdue_call_letter() -> Letter:
    """To the clinic's duty address: somebody waits for a call longer than was said, never who."""
    return Letter(
        subject=_("A patient still waits for a call"),
        body=_(
            "A patient asked to be called. The day they were told has passed, and no try to reach them is "
            "written down.\n\n"
            "Open the review queue: %(queue)s\n\n"
            "This message holds no names."
        )
        % {"queue": f"{settings.BASE_URL}{settings.LOGIN_REDIRECT_URL}"},
    )


def reminder_letter(chosen: SetUp) -> Letter:
    """A nudge, or once a week the word that the summary is ready. Numbers stay in the app."""
    clinic = chosen.patient.clinic
    lines = [
        *_said_of(ReminderWish(chosen.wish)),
        _("Are you unwell, or worried? Call us: %(phone)s. In an emergency call 999."),
        _("No more of these mails? Stop them here: %(stop)s"),
    ]
    stop = _address("stop-reminders", stop_token(chosen.clinic_id, chosen.pk))
    words = {"today": _address("today"), "week": _address("week"), "phone": clinic.phone, "stop": stop}
    subject = _("A note from %(clinic)s") % {"clinic": clinic.name}
    return Letter(subject=subject, body="\n\n".join(lines) % words, stop_url=stop)


def _said_of(wish: ReminderWish) -> list[str]:
    if wish == ReminderWish.WEEKLY:
        return [_("The summary of your week is ready. It is here: %(week)s")]
    return [
        _("Today is one of your walking days. Your plan for today is here: %(today)s"),
        _("Not today? That is fine. Rest days are part of the plan too."),
    ]


def _address(page: str, *parts: str) -> str:
    return f"{settings.BASE_URL}{reverse(f'patients:{page}', args=parts)}"
