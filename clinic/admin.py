from django.contrib import admin


class WaymarkAdminSite(admin.AdminSite):
    pass
