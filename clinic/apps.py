from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self) -> None:
        # The admin before autodiscovery: that one would make the site while this module is half loaded,
        # and a second site after it, without what was registered on the first.
        from clinic import admin, checks  # noqa: F401  registers the admin and the system checks


class WaymarkAdminConfig(AdminConfig):
    default_site = "clinic.admin.WaymarkAdminSite"
