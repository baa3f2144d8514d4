"""The read log's routes, as people call those pages."""

from django.apps import apps
from django.utils.text import capfirst
from django.utils.translation import gettext

from clinic.admin.history import table_word


def route_words(route: str) -> str:
    """A page's name in plain words; a route nobody has named yet is shown as it is."""
    words = {
        "clinic:review-queue": gettext("Review queue"),
        "clinic:review-item": gettext("Review item"),
        "clinic:patient-data": gettext("Data rights of a patient"),
        "clinic:copy-record": gettext("Copy of a record"),
        "clinic:data-requests": gettext("Data requests"),
        "clinic:read-log": gettext("Who looked"),
        "clinic:changes": gettext("What was changed"),
        "patients:today": gettext("Patient's page: today"),
        "patients:plan": gettext("Patient's page: plan"),
        "patients:progress": gettext("Patient's page: progress"),
        "patients:log-walk": gettext("Patient's page: note a walk"),
        "patients:saved": gettext("Patient's page: walk saved"),
        "patients:safety": gettext("Patient's page: safety questions"),
    }
    return words.get(route) or _admin_words(route) or route


def _admin_words(route: str) -> str:
    """`admin:patients_patient_change` reads "Patient: change"."""
    actions = {
        "changelist": gettext("list"),
        "change": gettext("record"),
        "add": gettext("new"),
        "history": gettext("history"),
    }
    app, _sign, rest = route.removeprefix("admin:").partition("_")
    model, _sign, action = rest.partition("_")
    if not route.startswith("admin:") or app not in apps.app_configs or model not in apps.all_models[app]:
        return ""
    table = apps.get_model(app, model)._meta.db_table
    return f"{capfirst(table_word(table))}: {actions.get(action, action)}"
