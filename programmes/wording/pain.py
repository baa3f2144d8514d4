"""PAIN_RISING in words."""

from collections.abc import Iterator

from django.utils.translation import gettext

from programmes.wording.evidence import Evidence, Line, limited
from programmes.wording.numbers import number, points_of_pain, span


def rising(evidence: Evidence) -> str:
    if evidence.get("pattern") == "relapse":
        return _relapse(evidence)
    said = _above_usual(evidence)
    if rarer := evidence.get("rarer"):
        said = gettext("%(sentence)s Walks became rarer: %(walked)d in %(days)s, usually %(usual)s.") % {
            "sentence": said,
            "walked": rarer["walked"],
            "days": span(rarer["days"]),
            "usual": number(rarer["expected"]),
        }
    if few := evidence.get("weekly"):
        words = {"sentence": said, "count": few["scores"], "days": span(few["days"])}
        return gettext("%(sentence)s Judged on few scores: %(count)d in the last %(days)s.") % words
    return said


def _relapse(evidence: Evidence) -> str:
    return gettext(
        "Average pain over the last %(recent)s is %(rise)s points above this patient's own better weeks:"
        " an improvement of %(improved)s points is being lost"
        " (%(n_recent)d recent reports, %(n_earlier)d from the better weeks)."
    ) % {
        "recent": span(evidence["window"]),
        "rise": points_of_pain(evidence["rise"]),
        "improved": points_of_pain(evidence["improved"]),
        "n_recent": evidence["n_recent"],
        "n_earlier": evidence["n_earlier"],
    }


def _above_usual(evidence: Evidence) -> str:
    return gettext(
        "Average pain over the last %(recent)s is %(rise)s points above this patient's own previous %(base)s"
        " – more than their usual ups and downs explain (%(n_recent)d recent, %(n_earlier)d earlier reports)."
    ) % {
        "recent": span(evidence["window"]),
        "rise": points_of_pain(evidence["rise"]),
        "base": span(evidence["base_window"]),
        "n_recent": evidence["n_recent"],
        "n_earlier": evidence["n_earlier"],
    }


def rising_lines(evidence: Evidence) -> Iterator[Line]:
    limits = evidence.get("limits", {})
    reports = gettext("%(mean)s from %(count)d reports")
    recent = {"mean": points_of_pain(evidence["mean_recent"]), "count": evidence["n_recent"]}
    earlier = {"mean": points_of_pain(evidence["mean_earlier"]), "count": evidence["n_earlier"]}
    yield Line(gettext("Average of the last %(span)s") % {"span": span(evidence["window"])}, reports % recent)
    before = gettext("Average of the %(span)s before")
    if "improved" in evidence:
        before = gettext("Average of the better %(span)s, until two weeks ago")
    yield Line(before % {"span": span(evidence["base_window"])}, reports % earlier)
    if "improved" in evidence:
        yield Line(gettext("Average of the four weeks before those"), points_of_pain(evidence["mean_worse"]))
    yield limited(gettext("Rise, points"), evidence["rise"], limits.get("rise"))
    yield limited(gettext("Rise in standard errors"), evidence["z"], limits.get("z"))
    yield Line(gettext("Reference it is cleared against"), points_of_pain(evidence["reference"]))
