from django.db import migrations

PROTECT = """
-- Mails lie where the clinic's own rows lie; those of no clinic (codes, notices about a login) are for the mailer.
CREATE FUNCTION waymark_post() RETURNS text STABLE LANGUAGE sql
  AS $$ SELECT coalesce(current_setting('waymark.post', true), '') $$;
ALTER TABLE clinic_outboxmessage ENABLE ROW LEVEL SECURITY;
ALTER TABLE clinic_outboxmessage FORCE ROW LEVEL SECURITY;
CREATE POLICY of_clinic ON clinic_outboxmessage FOR SELECT USING (clinic_id = waymark_clinic());
-- A code is posted before anybody is known; the operator posts to a clinic's managers.
CREATE POLICY posted ON clinic_outboxmessage FOR INSERT
  WITH CHECK (clinic_id IS NULL OR clinic_id = waymark_clinic() OR waymark_operator());
CREATE POLICY delivered ON clinic_outboxmessage USING (waymark_post() = 'all');
"""
AS_BEFORE = """
DROP POLICY delivered ON clinic_outboxmessage;
DROP POLICY posted ON clinic_outboxmessage;
DROP POLICY of_clinic ON clinic_outboxmessage;
ALTER TABLE clinic_outboxmessage NO FORCE ROW LEVEL SECURITY;
ALTER TABLE clinic_outboxmessage DISABLE ROW LEVEL SECURITY;
DROP FUNCTION waymark_post;
"""


class Migration(migrations.Migration):
    dependencies = [("clinic", "0013_privacy_texts_are_written_once")]
    operations = [migrations.RunSQL(PROTECT, AS_BEFORE)]
