"""The other clinic's keys in every form, query string and bulk action: no row, no name, no write."""

import os
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.apps import apps
from django.db import connection

from clinic.tenancy import ClinicQuerySet, ClinicRecord
from tests.access.addresses import addresses
from tests.access.asking import in_a_word, sent, text_of, undone
from tests.figures import RECORD, Figure, record

WRITERS = ("patient", "clinician", "reviewer", "manager")
CLINICAL = [model for model in apps.get_models() if issubclass(model, ClinicRecord)]
STOPPED = ("422", "403", "404", "405", "409", "400", "ok")  # never a redirect: that would be success


@pytest.fixture(scope="module")
def counterparts(world):
    """Their key for each of our keys, by kind of row; enough for every key that our forms hold."""
    pairs = {}
    for model in CLINICAL:
        theirs = model.objects.for_clinic(world.theirs.clinic).order_by("pk").first()
        for row in model.objects.for_clinic(world.ours.clinic):
            pairs[str(row.pk)] = theirs and str(theirs.pk)
    pairs[str(world.ours.clinic.pk)] = str(world.theirs.clinic.pk)
    return pairs


def digest(clinic):
    """One word for everything that the clinic has; changes with any of its rows."""
    tables = [f"SELECT md5(t::text) AS row FROM {m._meta.db_table} t WHERE clinic_id = %s" for m in CLINICAL]
    with connection.cursor() as cursor:
        union = " UNION ALL ".join(tables)
        cursor.execute(
            f"SELECT count(*), md5(string_agg(row, '' ORDER BY row)) FROM ({union}) x",
            [clinic.pk] * len(tables),
        )
        return cursor.fetchone()


def keys_in(form):
    """Names of fields whose values are keys of rows, and one such value each."""
    for name, field in form.fields.items():
        yield from [(name, value) for value in [field.value, *field.offers] if is_key(value)][:1]
    yield from [(name, value) for name, value in form.buttons if is_key(value)][:1]


def is_key(value):
    try:
        return bool(UUID(value))
    except ValueError:
        return False


@pytest.mark.parametrize("column", WRITERS)
def test_no_form_takes_a_key_of_another_clinic(world, counterparts, column):
    before, tried, taken = digest(world.theirs.clinic), 0, []
    for path, form in world.forms[column]:
        for name, ours in keys_in(form):
            theirs = counterparts.get(ours)
            if theirs is None or form.method != "post":
                continue
            tried += 1
            body = {**form.plausible, name: [theirs]}
            with undone(world.people[column]) as client:
                response = sent(client, "POST filled", form.action, body)
                unchanged = digest(world.theirs.clinic) == before
            if in_a_word(response) not in STOPPED or world.theirs.word in text_of(response) or not unchanged:
                taken.append((path, name, in_a_word(response)))
    record(Figure(f"other clinic's keys that a form of {column} took, of {tried}", len(taken), "== 0"))
    assert taken == []


def test_forms_that_hold_keys_were_found(world, counterparts):
    """So that the test above cannot pass by finding nothing."""
    found = {
        (form.action.split("/")[1], name)
        for column in WRITERS
        for _path, form in world.forms[column]
        for name, value in keys_in(form)
        if value in counterparts and form.method == "post"
    }
    assert found >= {
        ("admin", "lead"),
        ("admin", "patient"),
        ("admin", "template"),
        ("review", "holder"),
        ("choose", "patient"),
        ("staff", "membership"),
    }


def queries(world):
    """Query strings that name rows of theirs, sort by what is not shown, or ask for other ways in."""
    theirs = world.theirs
    rows = {name: str(row.pk) for name, row in theirs.rows.items()}
    clinician = str(theirs.staff["clinician"].pk)
    yield from (
        {"clinic": str(theirs.clinic.pk)},
        {"clinic__id__exact": str(theirs.clinic.pk)},
        {"clinic_id": str(theirs.clinic.pk)},
        {"patient": rows["patient"]},
        {"patient__id__exact": rows["patient"]},
        {"patient__clinic": str(theirs.clinic.pk)},
        {"lead__id__exact": clinician},
        {"clinician__id__exact": clinician},
        {"id__exact": rows["walk"]},
        {"pk": rows["walk"]},
        {"q": theirs.word[:-1]},
        {"q": rows["patient"]},
        {"all": ""},
        {"o": "-1.2.-3.99"},
        {"e": "1"},
        {"_to_field": "id", "_popup": "1"},
        {"_to_field": "clinic"},
        {"_changelist_filters": urlencode({"clinic__id__exact": theirs.clinic.pk})},
        {"show": "done", "tab": "done", "page": "1"},
        {"next": f"/review/{rows['waiting']}/"},
        {"membership": clinician, "programme": rows["running"], "item": rows["waiting"]},
    )


def queries_of(world, path):
    """The admin's lists refuse a query with one name they do not know; our own pages take all at once."""
    if path.startswith("/admin/") or RECORD in os.environ:
        yield from queries(world)
        return
    together: list[dict[str, str]] = []
    for query in queries(world):
        free = next((each for each in together if not each.keys() & query.keys()), None)
        if free is None:
            together.append(free := {})
        free |= query
    yield from together


@pytest.mark.parametrize("column", ["clinician", "manager"])
def test_no_query_string_shows_a_row_of_another_clinic(world, column):
    lists = [address.of(world.ours) for address in world.open_to(column) if not address.names_a_row]
    shown = [
        (path, query)
        for path in lists
        for query in queries_of(world, path)
        if world.theirs.word in asked(world, column, f"{path}?{urlencode(query)}")
    ]
    record(Figure(f"pages that a query of {column} made show another clinic", len(shown), "== 0"))
    assert shown == []


def asked(world, column, path):
    with undone(world.people[column]) as client:
        return text_of(sent(client, "GET", path))


@pytest.mark.parametrize("column", ["clinician", "manager"])
def test_no_bulk_action_reaches_a_row_of_another_clinic(world, column):
    before = digest(world.theirs.clinic)
    for model in CLINICAL:
        if not model.objects.for_clinic(world.theirs.clinic).exists():
            continue
        keys = [str(row.pk) for row in model.objects.for_clinic(world.theirs.clinic)]
        body = {
            "action": ["delete_selected"],
            "_selected_action": keys,
            "post": ["yes"],
            "select_across": ["1"],
        }
        path = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        with undone(world.people[column]) as client:
            response = sent(client, "POST filled", path, body)
            assert (digest(world.theirs.clinic), world.theirs.word in text_of(response)) == (before, False)


@pytest.mark.parametrize("column", ["reviewer", "manager", "their clinician", "operator", "patient"])
@pytest.mark.parametrize(
    ("route", "row"), [("second-factor/{}/remove", "factor"), ("sessions/{}/end", "session")]
)
def test_nobody_removes_what_belongs_to_another_login(world, column, route, row):
    mine = world.ours.rows[row]
    with undone(world.people[column]) as client:
        sent(client, "POST", f"/staff/{route.format(mine.pk)}/")
        assert type(mine).objects.filter(pk=mine.pk).exists()


def test_its_owner_does(world):
    """A session; a last factor stays with everybody."""
    mine = world.ours.rows["session"]
    with undone(world.people["clinician"]) as client:
        sent(client, "POST", f"/staff/sessions/{mine.pk}/end/")
        assert not type(mine).objects.filter(pk=mine.pk).exists()


# --- The filter in the code forgotten everywhere: row-level security alone


@pytest.mark.parametrize("column", ["patient", "clinician", "manager", "operator"])
def test_with_every_filter_forgotten_no_page_shows_another_clinic(world, column, monkeypatch):
    monkeypatch.setattr(ClinicQuerySet, "for_clinic", lambda rows, _clinic: rows.all())
    operators = ("/admin/clinic/",) if column == "operator" else ()
    shown = [
        path
        for address in addresses()
        for side in (world.ours, world.theirs)
        if not (path := address.of(side)).startswith(operators)
        and world.theirs.word in asked(world, column, path)
    ]
    record(Figure(f"pages showing another clinic to {column}, every filter removed", len(shown), "== 0"))
    assert shown == []


def test_their_own_people_do_see_the_word(world):
    """The word that is looked for stands on their pages."""
    assert world.theirs.word in asked(world, "their clinician", "/admin/patients/patient/")
