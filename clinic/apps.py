from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = "Clinic"

    def ready(self) -> None:
        from clinic import checks  # noqa: F401  registers the system checks


class WaymarkAdminConfig(AdminConfig):
    default_site = "clinic.admin.WaymarkAdminSite"
