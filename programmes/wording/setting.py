"""The thresholds in words: what holds, and by what a flag was judged."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from programmes.clinical.thresholds import BALANCED, Thresholds
from programmes.wording.evidence import Evidence, Line

POSITIONS: Final[Mapping[str, Any]] = {
    "quiet": _("quiet"),
    "balanced": _("balanced"),
    "sensitive": _("sensitive"),
}
NUMBERS: Final[Mapping[str, Any]] = {
    "pain_rise": _("least rise of pain %(number)s points"),
    "silence_days": _("silence from %(number)s days"),
    "start_days": _("not started after %(number)s days"),
    "low_percent": _("few walks below %(number)s %% of the plan"),
}


def what_holds(thresholds: Thresholds) -> list[Line]:
    """Every number that somebody may choose, as it is now."""
    pain, walking = thresholds.pain, thresholds.adherence
    position = POSITIONS[thresholds.setting.sensitivity or BALANCED]
    return [
        Line(gettext("Sensitivity"), str(position)),
        Line(gettext("Rising pain: least rise, points"), f"{pain.min_rise:g}"),
        Line(gettext("Walks dropped: shortest silence, days"), str(walking.silence_days)),
        Line(gettext("Not started: days without a first walk"), str(walking.never_days)),
        Line(gettext("Few of the planned walks: below, %"), f"{100 * walking.low_share:g}"),
    ]


def judged_by(evidence: Evidence) -> Iterator[Line]:
    """The setting in a flag's snapshot; nothing in flags that read none, or are older."""
    setting = evidence.get("setting")
    if not setting:
        return
    said = [str(POSITIONS.get(setting["sensitivity"], setting["sensitivity"]))]
    said += [
        str(words) % {"number": f"{setting[name]:g}"} for name, words in NUMBERS.items() if name in setting
    ]
    yield Line(gettext("Judged by the thresholds"), ", ".join(said))
