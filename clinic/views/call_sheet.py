"""What to ask on the phone, and what to stop at and pass on, for one flag."""

from django.utils.translation import gettext

from programmes.models import Flag, FlagCode


def call_sheet(flag: Flag) -> list[str]:
    """The lines in their order; empty for a flag that is resolved or has no sheet yet."""
    if flag.code != FlagCode.CALL_ME or flag.resolved_on is not None:
        return []
    return [
        gettext("Ask for name and date of birth before anything else. Leave no details on a voicemail."),
        gettext("Is now a good time? If not, note when to call again. Does the patient need an interpreter?"),
        gettext("What made you ask for a call? What would help most?"),
        gettext("How is your back now, 0 to 10, against a usual day? How do the walks go?"),
        gettext(
            "Stop and pass on at once: anything new of the safety list (both legs, numbness, bladder or"
            " bowel, chest pain, collapse: 999), a fall with injury, fever, a hot calf, foot drop (111)."
        ),
        gettext("A change of the plan is for the clinician: hand the item over with a note."),
        gettext("Say what happens next and by when, and note the contact here."),
    ]
