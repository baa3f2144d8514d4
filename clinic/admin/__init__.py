"""The admin: the site and what every scoped admin shares (base), and the clinic's own records."""

# `base` first: registering in `people` makes the site, which Django looks up here by its name.
from clinic.admin.base import (
    ClinicAdmin,
    ClinicForm,
    OwnClinicFilter,
    RecordAdmin,
    WaymarkAdminSite,
    local_today,
)

from clinic.admin import people, privacy  # isort: skip

__all__ = [
    "ClinicAdmin",
    "ClinicForm",
    "OwnClinicFilter",
    "RecordAdmin",
    "WaymarkAdminSite",
    "local_today",
    "people",
    "privacy",
]
