"""What the builder's page and preview cost, what a clinician clicks and types, and what axe says."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import date

import django
from django.template import engines
from django.template.loader import render_to_string

from programmes.clinical.grading import T3_PREVENTION, generate
from tests.figures import Figure, measures
from tests.figures.pages import recorded_by

PREVIEW = "admin/programmes/_preview.html"


@measures("builder")
def preview_of_26_weeks(full: bool) -> Iterator[Figure]:
    """CPU of the plan in words, chart, warnings and SVG, and the table; the best of many rounds."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    from programmes.admin.words import shown  # noqa: PLC0415  needs Django's registry of apps

    weeks = generate(20, T3_PREVENTION)
    empty = engines["django"].from_string("")

    def preview() -> object:
        return render_to_string(PREVIEW, {"plan": shown(weeks, date(2026, 11, 23))})

    took, nothing = _best_ms(preview, 10), _best_ms(empty.render, 1000)
    yield Figure("preview of 26 weeks (plan, SVG and table), ms of CPU", round(took, 2), "<= 5 ms")
    yield Figure("the same against an empty template, times", round(took / nothing), ">= 1 times")


def _best_ms(act: Callable[[], object], times: int) -> float:
    act()
    return min(_ms(act, times) for _round in range(10)) / times


def _ms(act: Callable[[], object], times: int) -> float:
    began = time.process_time()
    for _each in range(times):
        act()
    return (time.process_time() - began) * 1000


@measures("builder")
def sql_of_the_builder(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/programmes/builder/test_draft.py")


@measures("builder")
def clicks_of_a_clinician(full: bool) -> Iterator[Figure]:
    yield from recorded_by("tests/journeys/test_builder_clicks.py")


@measures("builder")
def axe_and_csp_of_the_builder(full: bool) -> Iterator[Figure]:
    """Every builder page at 320 and 1280 px, dark, in forced colours; at 360 and 1280 px without scripts."""
    yield from recorded_by("tests/journeys/test_axe.py", "-k", "builder_and_records")
    yield from recorded_by("tests/journeys/test_axe_without_scripts.py")
