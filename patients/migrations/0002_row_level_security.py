from django.db import migrations

from clinic.tenancy import protect_rows


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_first"), ("clinic", "0002_row_level_security")]
    operations = [protect_rows("patients_patient", own=True)]
