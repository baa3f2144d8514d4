"""Which card fits: by state, and never one that asks for a walk at the wrong time."""

from dataclasses import replace

import pytest

from programmes.clinical.learning import BEGINS, QUIET, STEADY, Card, Reader, State, fitting, may_read

STEADY_WALKER = Reader(State.WALKING, days_in=BEGINS, quiet=1)


def first(reader: Reader) -> Card | None:
    return next(iter(fitting(reader)), None)


@pytest.mark.parametrize(
    ("reader", "card"),
    [
        (Reader(State.SAFETY), None),
        (Reader(State.RESTRICTED), None),
        (Reader(State.NO_PLAN), None),
        (Reader(State.WAITING), Card.SHOES),
        (Reader(State.RESTING), Card.MOOD),
        (Reader(State.ENDED), Card.VARIETY),
        (Reader(State.WALKING, days_in=0), Card.START),
        (Reader(State.WALKING, days_in=6), Card.START),
        (Reader(State.WALKING, days_in=7), Card.SHOES),
        (Reader(State.WALKING, days_in=13), Card.SHOES),
        (STEADY_WALKER, Card.WARM_UP),
        (replace(STEADY_WALKER, days_in=BEGINS + 7), Card.CARRYING),
        (replace(STEADY_WALKER, days_in=BEGINS + 7 * len(STEADY)), Card.WARM_UP),
        (replace(STEADY_WALKER, quiet=QUIET - 1), Card.WARM_UP),
        (replace(STEADY_WALKER, quiet=QUIET), Card.GAP),
        (replace(STEADY_WALKER, has_fast_parts=True), Card.INTERVALS),
        (replace(STEADY_WALKER, has_fast_parts=True, quiet=QUIET), Card.GAP),
        (replace(STEADY_WALKER, in_flare_up=True), Card.FLARE_UP),
        (replace(STEADY_WALKER, in_flare_up=True, quiet=20, has_fast_parts=True), Card.FLARE_UP),
    ],
)
def test_the_card_that_fits(reader: Reader, card: Card | None) -> None:
    assert first(reader) == card


@pytest.mark.parametrize("state", [State.SAFETY, State.RESTRICTED])
def test_nothing_is_offered_or_read_while_help_comes_first(state: State) -> None:
    reader = Reader(state, days_in=30, quiet=9, in_flare_up=True, has_fast_parts=True)
    assert (may_read(reader), fitting(reader)) == (False, ())


def test_who_rests_is_offered_the_one_card_that_asks_for_no_walk() -> None:
    assert {fitting(Reader(State.RESTING, days_in=days, quiet=days)) for days in range(60)} == {(Card.MOOD,)}


def test_every_card_is_the_first_choice_of_somebody() -> None:
    walking = [
        Reader(State.WALKING, days_in, quiet, flares, fast)
        for days_in in range(120)
        for quiet in (0, QUIET)
        for flares in (False, True)
        for fast in (False, True)
    ]
    assert {first(reader) for reader in walking} == set(Card)


def test_the_next_best_stands_behind_a_card_that_a_clinic_hides() -> None:
    cards = fitting(STEADY_WALKER)
    assert (len(cards), len(set(cards))) == (len(STEADY), len(STEADY))
