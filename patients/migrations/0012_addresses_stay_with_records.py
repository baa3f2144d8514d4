from django.db import migrations

STAYS = """
-- Whoever reads the mail of a login opens its patients' records: such a login keeps its address (ADR 0035).
-- The verb moves the records away first. A letter's login, which has no address, may get one.
CREATE FUNCTION waymark_address_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  person text := coalesce(current_setting('waymark.user', true), '');
  member text := coalesce(current_setting('waymark.staff', true), '');
  opens_records boolean;
BEGIN
  PERFORM set_config('waymark.user', OLD.id::text, true), set_config('waymark.staff', '', true);
  SELECT EXISTS (SELECT FROM patients_patient WHERE user_id = OLD.id) INTO opens_records;
  PERFORM set_config('waymark.user', person, true), set_config('waymark.staff', member, true);
  IF opens_records THEN
    RAISE EXCEPTION 'address_stays: this address opens a patient''s record' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER address_stays BEFORE UPDATE OF email ON clinic_user FOR EACH ROW
  WHEN (OLD.email IS NOT NULL AND NEW.email IS DISTINCT FROM OLD.email)
  EXECUTE FUNCTION waymark_address_stays();
"""
AS_BEFORE = """
DROP TRIGGER address_stays ON clinic_user;
DROP FUNCTION waymark_address_stays;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0011_privacy_acceptances"),
        ("clinic", "0013_privacy_texts_are_written_once"),
    ]
    operations = [migrations.RunSQL(STAYS, AS_BEFORE)]
