from django.db import migrations

from clinic.tenancy import protect_rows

TABLES = (
    "changedpatient",
    "contactattempt",
    "flag",
    "notwalking",
    "pause",
    "programme",
    "programmerevision",
    "programmetemplate",
    "programmeweek",
    "reviewitem",
    "reviewrun",
    "templateweek",
    "walk",
)


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0002_what_is_signed_stays"),
        ("clinic", "0002_row_level_security"),
    ]
    operations = [protect_rows(f"programmes_{table}") for table in TABLES]
