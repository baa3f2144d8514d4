"""What the page asks for while weeks are edited, and the buttons of the rows; both without JavaScript."""

import pytest

from clinic.models import Role
from programmes.models import ProgrammeRevision
from programmes.services import prescribing
from tests.factories import NOON, a_checklist, a_patient, a_programme, a_staff_member
from tests.programmes.builder.typed import MONDAY, a_fresh_draft, as_typed, change_page, doses
from tests.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db
STEEP = {"weeks-2-minutes": "40"}


def table_of(answer):
    rows = answer.context["table"].forms
    return [(int(row["number"].value()), int(row["minutes"].value())) for row in rows]


def test_the_preview_is_a_part_of_the_page_and_stores_nothing(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(draft, "preview"), as_typed(draft, **STEEP))
    shown = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in shown
    assert 'data-said="3 weeks, at most 40 minutes a day, 3 days a week. 1 warning."' in shown
    assert doses(draft)[2] == (3, 3, 15)


def test_the_preview_says_what_is_wrong_and_in_which_week(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    wrong = {"weeks-1-minutes": "400", "starts_on": "2026-10-01"}
    answer = desk.post(change_page(draft, "preview"), as_typed(draft, **wrong))
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Week 2, minutes a day: Enter 1 to 300 minutes." in shown
    assert "Starts on: This start is more than 14 days ago." in shown


def test_there_is_no_preview_of_what_is_assigned(desk, clinic, clinician):
    programme = a_programme(a_patient(clinic), clinician, starts_on=MONDAY)
    assert desk.post(change_page(programme, "preview"), {}).url == change_page(programme)


def test_only_who_prescribes_previews(client, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    colleague = sign_in_staff(client, a_staff_member(clinic, Role.REVIEWER))
    assert colleague.post(change_page(draft, "preview"), as_typed(draft)).status_code == 403


@pytest.mark.parametrize(
    ("button", "rows"),
    [
        ({"row": "repeat-0"}, [(1, 11), (2, 11), (3, 12), (4, 13)]),
        ({"row": "copy-0"}, [(1, 11), (2, 12), (3, 13), (4, 11)]),
        ({"add_week": "1"}, [(1, 11), (2, 12), (3, 13), (4, 13)]),
        ({"row": "repeat-9"}, [(1, 11), (2, 12), (3, 13), (4, 13)]),
        ({"row": "junk"}, [(1, 11), (2, 12), (3, 13), (4, 13)]),
    ],
)
@pytest.mark.parametrize("page", ["change", "preview"])
def test_the_buttons_of_the_rows(desk, clinic, clinician, page, button, rows):
    draft = a_fresh_draft(clinic, clinician)
    minutes = {f"weeks-{place}-minutes": str(11 + place) for place in range(3)}
    answer = desk.post(change_page(draft, page), as_typed(draft, **minutes, **button))
    assert (answer.status_code, table_of(answer)) == (200, rows)
    assert doses(draft) == [(1, 3, 15), (2, 3, 15), (3, 3, 15)]


def test_a_copy_of_a_removed_week_stays(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(draft), as_typed(draft, row="repeat-1", **{"weeks-1-DELETE": "on"}))
    assert [bool(row["DELETE"].value()) for row in answer.context["table"]] == [False, True, False, False]


def test_a_table_of_104_weeks_does_not_grow(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician, weeks=104)
    answer = desk.post(change_page(draft), as_typed(draft, add_week="1"))
    assert len(table_of(answer)) == 104


def test_a_steep_rise_is_not_assigned_without_a_reason_and_what_was_typed_stays(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    answer = desk.post(change_page(draft), as_typed(draft, assign="1", note_to_patient="Keep me", **STEEP))
    assert answer.status_code == 422
    assert "Say why" in str(answer.context["form"].errors["warning_reason"])
    assert (answer.context["form"]["note_to_patient"].value(), table_of(answer)[2]) == ("Keep me", (3, 40))


def test_the_reason_is_kept_with_the_revision(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    a_checklist(draft.patient, clinician)
    typed = as_typed(draft, assign="1", warning_reason="Walks 40 minutes already", **STEEP)
    assert desk.post(change_page(draft), typed).url == change_page(draft, "assign")
    desk.post(change_page(draft, "assign"), {"version": "2"})
    revision = ProgrammeRevision.objects.for_clinic(clinic).get()
    assert (revision.warning_reason, revision.signed_at) == ("Walks 40 minutes already", NOON)


def test_a_draft_with_a_steep_rise_is_saved_without_a_reason_and_not_signed(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician)
    desk.post(change_page(draft), as_typed(draft, save="1", **STEEP))
    assert doses(draft)[2] == (3, 3, 40)
    with pytest.raises(prescribing.SteepWithoutReason):
        prescribing.assign_programme(programme=draft, by=clinician, now=NOON)
    answer = desk.post(change_page(draft, "assign"), {"version": "2"})
    assert "The plan rises steeply" in answer.content.decode()


def test_the_phases_are_drawn_and_told(desk, clinic, clinician):
    draft = a_fresh_draft(clinic, clinician, weeks=4)
    shown = desk.post(change_page(draft, "preview"), as_typed(draft, **{"weeks-3-kind": "consolidation"}))
    assert shown.context["plan"]["chart"].legend == (
        ("build", "Build: weeks 1–3"),
        ("consolidation", "Consolidation: week 4"),
    )
