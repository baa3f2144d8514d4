"""What is said where the pain rule cannot judge yet."""

from django.utils.translation import gettext


def not_enough_reports() -> str:
    """A state of its own: never that all is well."""
    return gettext(
        "Not enough reports yet: the pain rule needs 2 pain scores in the last 2 weeks and 3 in the weeks"
        " before them. Until then no pain flag does not mean that pain is steady."
    )
