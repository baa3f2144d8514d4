from django.db import migrations

from clinic.tenancy import limit_rows, protect_rows

WHO = """
CREATE FUNCTION waymark_staff() RETURNS uuid STABLE LANGUAGE sql
  AS $$ SELECT nullif(current_setting('waymark.staff', true), '')::uuid $$;

-- Doors read the clock; a session that names no moment (raw SQL) gets the database's.
CREATE FUNCTION waymark_moment() RETURNS timestamptz STABLE LANGUAGE sql
  AS $$ SELECT coalesce(nullif(current_setting('waymark.now', true), '')::timestamptz, now()) $$;

-- The patients of this clinic whose limited records this member of staff may not open now. Policies ask it
-- once a statement. plpgsql keeps its plan; for workers and patients it ends on its first line.
CREATE FUNCTION waymark_hidden() RETURNS uuid[] STABLE LANGUAGE plpgsql AS $$
DECLARE
  me uuid := waymark_staff();
BEGIN
  IF me IS NULL THEN
    RETURN '{}';
  END IF;
  RETURN ARRAY(
    SELECT limits.patient_id FROM patients_limitedrecord limits
     WHERE limits.clinic_id = waymark_clinic() AND limits.lifted_at IS NULL
       AND limits.lead_id IS DISTINCT FROM me
       AND NOT EXISTS (
         SELECT FROM patients_emergencyaccess access
          WHERE access.clinic_id = limits.clinic_id AND access.member_id = me
            AND access.patient_id = limits.patient_id
            AND access.from_at <= waymark_moment() AND access.until_at > waymark_moment()));
END $$;

-- Lead and number of a limited record follow the record, whoever changes it.
CREATE FUNCTION waymark_limit_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE patients_limitedrecord SET lead_id = NEW.lead_id, number = NEW.reference
   WHERE clinic_id = NEW.clinic_id AND patient_id = NEW.id AND lifted_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER limit_follows AFTER UPDATE ON patients_patient FOR EACH ROW
  WHEN ((OLD.lead_id, OLD.reference) IS DISTINCT FROM (NEW.lead_id, NEW.reference))
  EXECUTE FUNCTION waymark_limit_follows();

CREATE POLICY limited_rows ON patients_patient AS RESTRICTIVE
  USING (id <> ALL ((SELECT waymark_hidden())::uuid[]));

-- What changed in a limited record is hidden like the record; everybody's changes are written down all the same.
CREATE POLICY limited_rows ON clinic_historyentry AS RESTRICTIVE FOR SELECT
  USING ((patient_id <> ALL ((SELECT waymark_hidden())::uuid[])) IS NOT FALSE);
"""
AS_BEFORE = """
DROP POLICY limited_rows ON clinic_historyentry;
DROP POLICY limited_rows ON patients_patient;
DROP TRIGGER limit_follows ON patients_patient;
DROP FUNCTION waymark_limit_follows, waymark_hidden, waymark_moment, waymark_staff;
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0008_limited_records"), ("clinic", "0002_row_level_security")]
    operations = [
        protect_rows("patients_limitedrecord"),
        protect_rows("patients_emergencyaccess"),
        migrations.RunSQL(WHO, AS_BEFORE),
        # Made before the limits were.
        migrations.RunSQL(limit_rows("patients_datarequest"), migrations.RunSQL.noop),
        migrations.RunSQL(limit_rows("patients_recordexport"), migrations.RunSQL.noop),
    ]
