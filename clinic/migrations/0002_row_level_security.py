from django.db import migrations

from clinic.tenancy import protect_rows

WHOSE = """
CREATE FUNCTION waymark_clinic() RETURNS uuid STABLE LANGUAGE sql
  AS $$ SELECT nullif(current_setting('waymark.clinic', true), '')::uuid $$;
CREATE FUNCTION waymark_user() RETURNS uuid STABLE LANGUAGE sql
  AS $$ SELECT nullif(current_setting('waymark.user', true), '')::uuid $$;
CREATE FUNCTION waymark_operator() RETURNS boolean STABLE LANGUAGE sql
  AS $$ SELECT current_setting('waymark.operator', true) = '1' $$;
"""
NOBODYS = "DROP FUNCTION waymark_clinic(), waymark_user(), waymark_operator();"


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_first")]
    operations = [
        migrations.RunSQL(WHOSE, NOBODYS),
        protect_rows("clinic_closure"),
        protect_rows("clinic_staffmember", own=True, operator=True),
    ]
