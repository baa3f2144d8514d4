"""The draft's table of weeks: edited, previewed, refused, and what it costs."""

import pytest

from programmes.models import ProgrammeWeek
from tests.figures import Figure, record
from tests.programmes.builder.typed import (
    a_fresh_draft,
    as_typed,
    change_page,
    doses,
)

pytestmark = pytest.mark.django_db


def test_edited_weeks_are_saved(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    desk.post(change_page(programme), as_typed(programme, **{"weeks-1-minutes": "17", "weeks-1-days": "4"}))
    assert doses(programme) == [(1, 3, 15), (2, 4, 17), (3, 3, 15)]


def test_a_removed_week_closes_the_gap(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    desk.post(
        change_page(programme), as_typed(programme, **{"weeks-2-minutes": "18", "weeks-1-DELETE": "on"})
    )
    assert doses(programme) == [(1, 3, 15), (2, 3, 18)]


def test_a_week_is_added_as_a_copy_of_the_last_and_stored_with_the_draft_only(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, add_week="1"))
    row = answer.context["table"].forms[3]
    assert (row["number"].value(), row["minutes"].value()) == ("4", "15")
    assert len(doses(programme)) == 3


def test_a_preview_shows_the_typed_plan_and_stores_nothing(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, preview="1", **{"weeks-2-minutes": "40"}))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "Week 3 asks for 167 % more: 120 minutes after 45 in week 2." in shown
    assert '<svg class="chart"' in shown
    assert doses(programme)[2] == (3, 3, 15)


@pytest.mark.parametrize(
    ("changes", "where", "said"),
    [
        ({"weeks-1-minutes": "0"}, "minutes", "1 to 300"),
        ({"weeks-1-minutes": "400"}, "minutes", "1 to 300"),
        ({"weeks-1-minutes": ""}, "minutes", "1 to 300"),
        ({"weeks-1-days": "8"}, "days", "1 to 7"),
        ({"weeks-1-bouts": "0"}, "bouts", "1 to 6"),
        ({"weeks-1-number": "1"}, "number", "there twice"),
        ({"weeks-1-intensity": "sprint"}, "intensity", "valid choice"),
    ],
)
def test_a_wrong_week_is_told_in_its_cell(desk, clinic, clinician, changes, where, said):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, note_to_patient="Keep me", **changes))
    assert answer.status_code == 422
    assert said in str(answer.context["table"].forms[1].errors[where])
    assert "Keep me" in answer.content.decode()
    programme.refresh_from_db()
    assert (programme.version, doses(programme)[1]) == (1, (2, 3, 15))


def test_a_removed_week_is_no_gap_while_another_row_is_wrong(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    changes = {"weeks-2-minutes": "0", "weeks-1-DELETE": "on"}
    table = desk.post(change_page(programme), as_typed(programme, **changes)).context["table"]
    assert table.non_form_errors() == []


def test_all_that_is_wrong_is_told_at_once(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    changes = {"weeks-0-minutes": "0", "weeks-2-number": "2"}
    table = desk.post(change_page(programme), as_typed(programme, **changes)).context["table"]
    assert [sorted(form.errors) for form in table] == [["minutes"], ["number"], ["number"]]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weeks-2-number": "7"}, "weeks 3, 4, 5, 6 are missing"),
        ({f"weeks-{row}-DELETE": "on" for row in range(3)}, "at least one week"),
        ({"weeks-TOTAL_FORMS": "0", "weeks-INITIAL_FORMS": "0"}, "at least one week"),
        ({"weeks-TOTAL_FORMS": "junk"}, "at least one week"),
        ({"weeks-TOTAL_FORMS": "999999"}, "104"),
    ],
)
def test_a_plan_out_of_order_is_told_above_the_table(desk, clinic, clinician, changes, said):
    programme = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(programme), as_typed(programme, **changes))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert len(doses(programme)) == 3


def test_the_second_editor_is_told_and_keeps_what_was_typed(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    mine = as_typed(programme, **{"weeks-0-minutes": "11"})
    desk.post(change_page(programme), as_typed(programme, **{"weeks-0-minutes": "14"}))
    answer = desk.post(change_page(programme), mine)
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Somebody else saved this draft" in shown
    assert 'name="weeks-0-minutes" value="11"' in shown
    assert "The plan that is saved now" in shown
    assert doses(programme)[0] == (1, 3, 14)


def test_after_the_conflict_a_second_save_is_a_decision(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    mine = as_typed(programme, **{"weeks-0-minutes": "11"})
    desk.post(change_page(programme), as_typed(programme))
    form = desk.post(change_page(programme), mine).context["form"]
    desk.post(change_page(programme), mine | {"version": form["version"].value()})
    assert doses(programme)[0] == (1, 3, 11)


def test_every_input_of_the_week_table_has_a_name(desk, clinic, clinician):
    shown = desk.get(change_page(a_fresh_draft(clinic, clinician))).content.decode()
    assert 'aria-label="week 3 minutes a day"' in shown
    assert shown.count('aria-label="week ') >= 3 * 7


def test_fast_parts_are_columns_only_where_a_plan_has_them(desk, clinic, clinician):
    programme = a_fresh_draft(clinic, clinician)
    assert "Fast parts" not in desk.get(change_page(programme)).content.decode()
    desk.post(
        change_page(programme),
        as_typed(programme, **{"weeks-0-intervals": "4", "weeks-0-interval_days": "3"}),
    )
    assert "Fast parts" in desk.get(change_page(programme)).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weeks-1-number": "3"}, "week 2 is missing"),
        ({"weeks-1-number": "1"}, "This week is there twice"),
        ({"weeks-0-minutes": "400"}, "Nothing is saved yet."),
    ],
)
def test_a_preview_says_what_saving_would_say(desk, clinic, clinician, changes, said):
    draft = a_fresh_draft(clinic, clinician, weeks=2)
    answer = desk.post(change_page(draft), as_typed(draft, preview="1", **changes))
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


@pytest.mark.parametrize("weeks", [1, 4, 26, 104])
def test_the_builder_costs_the_same_for_any_number_of_weeks(
    desk, clinic, clinician, weeks, django_assert_num_queries
):
    programme = a_fresh_draft(clinic, clinician, weeks=weeks)
    with django_assert_num_queries(DRAFT_QUERIES) as queries:
        desk.get(change_page(programme))
    record(Figure(f"SQL of the builder's page with {weeks} weeks", len(queries), "<= 12"))
    assert ProgrammeWeek.objects.for_clinic(clinic).count() == weeks


DRAFT_QUERIES = 11
