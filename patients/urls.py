"""Addresses of the patient pages."""

app_name = "patients"
urlpatterns: list = []
