from django.db import migrations

from clinic.tenancy import limit_rows

# Rows without a patient_id belong to a patient through another row. The function that asks for them sees
# past the limits by itself, or it would not find what it has to hide.
THROUGH = """
CREATE FUNCTION waymark_hidden_programmes(hidden uuid[]) RETURNS uuid[] STABLE LANGUAGE plpgsql AS $$
DECLARE
  me text := current_setting('waymark.staff', true);
  found uuid[];
BEGIN
  IF hidden = '{}' THEN RETURN hidden; END IF;
  PERFORM set_config('waymark.staff', '', true);
  found := ARRAY(SELECT id FROM programmes_programme WHERE patient_id = ANY (hidden));
  PERFORM set_config('waymark.staff', me, true);
  RETURN found;
END $$;
CREATE FUNCTION waymark_hidden_items(hidden uuid[]) RETURNS uuid[] STABLE LANGUAGE plpgsql AS $$
DECLARE
  me text := current_setting('waymark.staff', true);
  found uuid[];
BEGIN
  IF hidden = '{}' THEN RETURN hidden; END IF;
  PERFORM set_config('waymark.staff', '', true);
  found := ARRAY(SELECT id FROM programmes_reviewitem WHERE patient_id = ANY (hidden));
  PERFORM set_config('waymark.staff', me, true);
  RETURN found;
END $$;

CREATE POLICY limited_rows ON programmes_programmerevision AS RESTRICTIVE USING (
  programme_id <> ALL ((SELECT waymark_hidden_programmes(waymark_hidden()))::uuid[]));
CREATE POLICY limited_rows ON programmes_programmeweek AS RESTRICTIVE USING (
  programme_id <> ALL ((SELECT waymark_hidden_programmes(waymark_hidden()))::uuid[]));
CREATE POLICY limited_rows ON programmes_contactattempt AS RESTRICTIVE USING (
  item_id <> ALL ((SELECT waymark_hidden_items(waymark_hidden()))::uuid[]));

-- An open item stays in everybody's queue, so that nobody's rising pain goes unseen; it holds no words yet.
DROP POLICY IF EXISTS limited_rows ON programmes_reviewitem;
CREATE POLICY limited_rows ON programmes_reviewitem AS RESTRICTIVE USING (
  status <> 'completed' OR patient_id <> ALL ((SELECT waymark_hidden())::uuid[]));
"""
NOT_THROUGH = """
DROP POLICY limited_rows ON programmes_reviewitem;
DROP POLICY limited_rows ON programmes_contactattempt;
DROP POLICY limited_rows ON programmes_programmeweek;
DROP POLICY limited_rows ON programmes_programmerevision;
DROP FUNCTION waymark_hidden_items, waymark_hidden_programmes;
"""
TABLES = [f"programmes_{name}" for name in ("flag", "notwalking", "pause", "programme", "walk")]


class Migration(migrations.Migration):
    dependencies = [
        ("programmes", "0005_why_a_walk_is_in_error"),
        ("patients", "0009_limits_are_kept"),
    ]
    operations = [
        *(
            migrations.RunSQL(limit_rows(table), f"DROP POLICY IF EXISTS limited_rows ON {table}")
            for table in TABLES
        ),
        migrations.RunSQL(THROUGH, NOT_THROUGH),
    ]
