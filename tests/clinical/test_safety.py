import pytest

from programmes.clinical.safety import UK_RED_FLAGS, Route, route_of, safety_finding
from programmes.clinical.thresholds import RULE_VERSION


@pytest.mark.parametrize("code", UK_RED_FLAGS)
def test_any_item_is_urgent(code: str) -> None:
    finding = safety_finding([code])

    assert finding is not None
    assert (finding.code, finding.severity, finding.evidence["items"]) == ("SAFETY", "urgent", [code])


def test_nothing_ticked_is_no_finding() -> None:
    assert safety_finding([]) is None


@pytest.mark.parametrize(
    ("fall", "found"), [("none", False), ("near", False), ("fall", False), ("injury", True)]
)
def test_a_fall_with_injury_is_a_finding(fall: str, found: bool) -> None:
    assert (safety_finding([], fall) is not None) is found


def test_the_most_urgent_route_wins() -> None:
    finding = safety_finding(["lump", "chest_pain", "fever"])

    assert finding is not None
    assert (finding.evidence["route"], finding.evidence["items"]) == ("999", ["chest_pain", "fever", "lump"])


def test_no_item_has_no_route() -> None:
    assert (route_of([]), route_of(["fever"])) == (None, Route.URGENT_LINE)


def test_an_unknown_item_is_refused() -> None:
    with pytest.raises(KeyError):
        safety_finding(["hiccups"])


def test_an_unknown_fall_answer_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown fall answer"):
        safety_finding([], "maybe")


def test_the_evidence_says_what_was_ticked_what_happened_and_whom_to_call() -> None:
    finding = safety_finding(["fever"], "near")

    assert finding is not None
    assert finding.evidence == {
        "items": ["fever"],
        "fall": "near",
        "route": UK_RED_FLAGS["fever"],
        "rule_version": RULE_VERSION,
    }
