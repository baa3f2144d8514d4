from datetime import date
from pathlib import Path

from django.db import migrations

from clinic.tenancy import keep_history

NOTICE = Path(__file__).parent.parent / "texts" / "privacy-notice-1.txt"

WRITTEN_ONCE = """
ALTER TABLE clinic_privacytext ENABLE ROW LEVEL SECURITY;
ALTER TABLE clinic_privacytext FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON clinic_privacytext FOR SELECT USING (clinic_id IS NULL OR clinic_id = waymark_clinic());
CREATE POLICY published ON clinic_privacytext FOR INSERT WITH CHECK (clinic_id = waymark_clinic());
-- The texts that come with Waymark: written by migrations.
CREATE POLICY shipped ON clinic_privacytext FOR INSERT TO CURRENT_USER WITH CHECK (clinic_id IS NULL);

REVOKE UPDATE, DELETE ON clinic_privacytext FROM waymark_runtime;
REVOKE UPDATE, DELETE, TRUNCATE ON clinic_privacytext FROM waymark_maintenance;
CREATE FUNCTION waymark_text_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a privacy text is written once: publish a new version' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER text_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON clinic_privacytext
  FOR EACH STATEMENT EXECUTE FUNCTION waymark_text_stays();
"""
AS_BEFORE = """
DROP TRIGGER text_stays ON clinic_privacytext;
DROP FUNCTION waymark_text_stays;
DROP POLICY shipped ON clinic_privacytext;
DROP POLICY published ON clinic_privacytext;
DROP POLICY seen ON clinic_privacytext;
ALTER TABLE clinic_privacytext NO FORCE ROW LEVEL SECURITY;
ALTER TABLE clinic_privacytext DISABLE ROW LEVEL SECURITY;
GRANT UPDATE, DELETE ON clinic_privacytext TO waymark_runtime;
GRANT UPDATE, DELETE, TRUNCATE ON clinic_privacytext TO waymark_maintenance;
"""


def ship_notice(apps, schema_editor):
    title, _line, body = NOTICE.read_text().partition("\n")
    apps.get_model("clinic", "PrivacyText").objects.using(schema_editor.connection.alias).create(
        kind="notice",
        version=1,
        language="en-gb",
        title=title,
        body=body.strip(),
        in_force_from=date(2026, 11, 1),
    )


class Migration(migrations.Migration):
    dependencies = [("clinic", "0012_privacy_texts"), ("clinic", "0007_audit_is_written_once")]
    operations = [
        migrations.RunSQL(WRITTEN_ONCE, AS_BEFORE),
        migrations.RunSQL(
            keep_history("clinic_privacytext"),
            "DROP TRIGGER keep_history ON clinic_privacytext;"
            "DROP TRIGGER keep_history_of_truncate ON clinic_privacytext;",
        ),
        migrations.RunPython(ship_notice, migrations.RunPython.noop),
    ]
