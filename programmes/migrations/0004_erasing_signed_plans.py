from django.db import migrations

# As before, but maintenance may delete what it erases; it says so in the transaction (patients/services/erasure.py).
ERASING = """
CREATE FUNCTION waymark_erasing() RETURNS boolean STABLE LANGUAGE sql
  AS $$ SELECT current_user = 'waymark_maintenance' AND coalesce(current_setting('waymark.erasing', true), '') = '1' $$;

CREATE OR REPLACE FUNCTION waymark_signed_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.signed_at IS NOT NULL AND NOT (TG_OP = 'DELETE' AND waymark_erasing()) THEN
    RAISE EXCEPTION 'a signed revision never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE OR REPLACE FUNCTION waymark_signed_week_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  revision uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.revision_id ELSE OLD.revision_id END;
BEGIN
  IF TG_OP = 'DELETE' AND waymark_erasing() THEN
    RETURN OLD;
  END IF;
  IF EXISTS (SELECT FROM programmes_programmerevision WHERE id = revision AND signed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the weeks of a signed revision never change' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0003_row_level_security")]
    operations = [migrations.RunSQL(ERASING, migrations.RunSQL.noop)]
