"""Plans by steps and metres: baselines and templates say what they count, and a walk may tell no minutes."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0016_weekly_suggestions"),
        ("patients", "0014_why_care_ended"),
        ("programmes", "0015_flare_up_plans_end_visibly"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="programme",
            name="programmes_programme_baseline_minutes_range",
        ),
        migrations.RemoveConstraint(
            model_name="programmetemplate",
            name="programmes_programmetemplate_example_baseline_range",
        ),
        migrations.RemoveIndex(
            model_name="walk",
            name="programmes_walk_window",
        ),
        migrations.RenameField("programme", "baseline_minutes", "baseline"),
        migrations.AlterField(
            model_name="programme",
            name="baseline",
            field=models.PositiveIntegerField(
                help_text="What this patient walks comfortably now.", verbose_name="comfortable baseline"
            ),
        ),
        migrations.AddField(
            model_name="programme",
            name="counts",
            field=models.CharField(
                choices=[("minutes", "minutes"), ("distance", "metres"), ("steps", "steps")],
                default="minutes",
                max_length=8,
                verbose_name="counted in",
            ),
        ),
        migrations.AddField(
            model_name="programmetemplate",
            name="counts",
            field=models.CharField(
                choices=[("minutes", "minutes"), ("distance", "metres"), ("steps", "steps")],
                default="minutes",
                max_length=8,
                verbose_name="counted in",
            ),
        ),
        migrations.AddField(
            model_name="walk",
            name="target_distance_m",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="walk",
            name="target_steps",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="programmetemplate",
            name="example_baseline",
            field=models.PositiveIntegerField(
                help_text="The weeks below are this template at this baseline.",
                verbose_name="baseline of the example",
            ),
        ),
        migrations.AlterField(
            model_name="walk",
            name="minutes",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minutes"),
        ),
        migrations.AddIndex(
            model_name="walk",
            index=models.Index(
                fields=["patient", "walked_on"],
                include=(
                    "clinic",
                    "pain_before",
                    "pain_after",
                    "minutes",
                    "steps",
                    "distance_m",
                    "received_on",
                    "entered_in_error",
                ),
                name="programmes_walk_window",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(("counts__in", ["minutes", "distance", "steps"])),
                name="programmes_programme_counts_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="programme",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("baseline__range", (1, 300)), ("counts", "minutes")),
                    models.Q(("baseline__range", (1, 40000)), ("counts", "distance")),
                    models.Q(("baseline__range", (1, 60000)), ("counts", "steps")),
                    _connector="OR",
                ),
                name="programmes_programme_baseline_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmetemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(("counts__in", ["minutes", "distance", "steps"])),
                name="programmes_programmetemplate_counts_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="programmetemplate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counts", "minutes"), ("example_baseline__range", (1, 300))),
                    models.Q(("counts", "distance"), ("example_baseline__range", (1, 40000))),
                    models.Q(("counts", "steps"), ("example_baseline__range", (1, 60000))),
                    _connector="OR",
                ),
                name="programmes_programmetemplate_example_baseline_in_range",
            ),
        ),
        migrations.AddConstraint(
            model_name="walk",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minutes__isnull", False),
                    ("steps__isnull", False),
                    ("distance_m__isnull", False),
                    _connector="OR",
                ),
                name="programmes_walk_tells_how_much",
                violation_error_message="Enter minutes, metres or steps.",
            ),
        ),
    ]
