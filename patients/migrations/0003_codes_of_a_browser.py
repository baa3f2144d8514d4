from django.db import migrations, models
from django.db.models import Q
from uuid_utils.compat import uuid7


class Migration(migrations.Migration):
    """Guesses are counted for the browser that asked; codes that are open now belong to none."""

    dependencies = [("patients", "0002_row_level_security")]

    operations = [
        migrations.RemoveConstraint(model_name="signincode", name="patients_signincode_one_open"),
        migrations.AddField(
            model_name="signincode",
            name="browser",
            field=models.UUIDField(default=uuid7),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="signincode", name="digest", field=models.CharField(blank=True, max_length=64)
        ),
        migrations.AddConstraint(
            model_name="signincode",
            constraint=models.UniqueConstraint(
                fields=["user", "browser"],
                condition=Q(used_at=None, voided_at=None),
                name="patients_signincode_one_open",
            ),
        ),
    ]
