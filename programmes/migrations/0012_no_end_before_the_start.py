"""A programme ended before its first day (possible until now) counts as ended on that day.

The security of rows is forced on the owner, who runs this, so it is lifted for the one statement.
"""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("programmes", "0011_safety_checklist_and_goal")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE programmes_programme NO FORCE ROW LEVEL SECURITY;"
            "UPDATE programmes_programme SET ended_on = starts_on WHERE ended_on < starts_on;"
            "SET CONSTRAINTS ALL IMMEDIATE;"
            "ALTER TABLE programmes_programme FORCE ROW LEVEL SECURITY;",
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=Q(("ended_on", None), ("ended_on__gte", F("starts_on")), _connector="OR"),
                name="programmes_programme_ends_after_start",
                violation_error_message="The programme ends before it starts.",
            ),
        ),
    ]
