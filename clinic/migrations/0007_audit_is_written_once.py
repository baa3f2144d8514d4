from django.db import migrations

from clinic.tenancy import WITHOUT_HISTORY, keep_history

NEEDS_ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'waymark_erasure') THEN
    RAISE EXCEPTION 'the role waymark_erasure is missing: run clinic/roles.sql again, it changes nothing else';
  END IF;
END $$;
"""

FUNCTIONS = """
CREATE FUNCTION waymark_request() RETURNS uuid STABLE LANGUAGE sql
  AS $$ SELECT nullif(current_setting('waymark.request', true), '')::uuid $$;
CREATE FUNCTION waymark_audit() RETURNS text STABLE LANGUAGE sql
  AS $$ SELECT coalesce(current_setting('waymark.audit', true), '') $$;

-- The patient of a row that names only its programme or its item. Run as the owner, who is bound by row-level
-- security: the row's own clinic is set for the length of the question.
CREATE FUNCTION waymark_patient_of(entry jsonb) RETURNS uuid LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  before text := coalesce(current_setting('waymark.clinic', true), '');
  found uuid;
BEGIN
  PERFORM set_config('waymark.clinic', coalesce(entry->>'clinic_id', ''), true);
  IF entry ? 'programme_id' THEN
    SELECT patient_id INTO found FROM programmes_programme WHERE id = (entry->>'programme_id')::uuid;
  ELSE
    SELECT patient_id INTO found FROM programmes_reviewitem WHERE id = (entry->>'item_id')::uuid;
  END IF;
  PERFORM set_config('waymark.clinic', before, true);
  RETURN found;
END $$;

CREATE FUNCTION waymark_keep_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  ignored text[] := coalesce(TG_ARGV[0], '{}')::text[];
  secret text[] := coalesce(TG_ARGV[1], '{}')::text[];
  was jsonb := to_jsonb(OLD) - ignored;
  becomes jsonb := to_jsonb(NEW) - ignored;
  entry jsonb := coalesce(becomes, was, '{}');
  said jsonb := '{}';
  salted bytea := uuid_send(gen_random_uuid());
BEGIN
  IF TG_OP = 'UPDATE' THEN
    SELECT jsonb_object_agg(key, CASE WHEN key = ANY (secret) THEN 'null'::jsonb
                                      ELSE jsonb_build_array(was->key, value) END)
      INTO said FROM jsonb_each(becomes) WHERE value IS DISTINCT FROM was->key;
    IF said IS NULL THEN
      RETURN NULL;
    END IF;
  ELSIF TG_OP = 'DELETE' THEN
    said := was - secret;
  END IF;
  INSERT INTO clinic_historyentry
    (clinic_id, table_name, row_id, patient_id, operation, at, actor_id, database_role, request_id,
     changed, salt, digest)
  VALUES (
    (entry->>CASE TG_TABLE_NAME WHEN 'clinic_clinic' THEN 'id' ELSE 'clinic_id' END)::uuid,
    TG_TABLE_NAME,
    coalesce(entry->>'id', ''),
    CASE WHEN TG_TABLE_NAME = 'patients_patient' THEN (entry->>'id')::uuid
         WHEN entry ? 'patient_id' THEN (entry->>'patient_id')::uuid
         WHEN entry ?| ARRAY['programme_id', 'item_id'] THEN waymark_patient_of(entry) END,
    lower(TG_OP), now(), waymark_user(), session_user, waymark_request(),
    said, salted, sha256(salted || convert_to(said::text, 'UTF8')));
  RETURN NULL;
END $$;

-- For everybody: the owner and maintenance too. A statement trigger speaks even where no row is hit.
CREATE FUNCTION waymark_audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_user = 'waymark_erasure' AND TG_OP <> 'TRUNCATE' AND TG_TABLE_NAME <> 'clinic_auditseal' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is written once and never changed', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION waymark_only_blanks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.operation = 'erase' OR (TG_OP = 'UPDATE' AND (NEW.changed IS NOT NULL OR NEW.salt IS NOT NULL)) THEN
    RAISE EXCEPTION 'erasure blanks what a change held, or lets an old entry go; that it did so stays'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

-- Erasing is an entry itself: which ids, by whom. So the chain can tell it from tampering.
CREATE FUNCTION waymark_note_erasure() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  salted bytea := uuid_send(gen_random_uuid());
BEGIN
  INSERT INTO clinic_historyentry
    (clinic_id, table_name, row_id, operation, at, actor_id, database_role, request_id, changed, salt, digest)
  SELECT clinic_id, TG_TABLE_NAME, '', 'erase', now(), waymark_user(), session_user, waymark_request(),
         said, salted, sha256(salted || convert_to(said::text, 'UTF8'))
    FROM (SELECT clinic_id, jsonb_build_object('ids', jsonb_agg(id ORDER BY id)) AS said
            FROM erased GROUP BY clinic_id) AS of_clinic;
  RETURN NULL;
END $$;

-- Trigger functions that write as the owner must not be hung on a table of somebody's own.
REVOKE ALL ON FUNCTION waymark_keep_history(), waymark_note_erasure(), waymark_patient_of(jsonb) FROM PUBLIC;
"""

TABLES = ("clinic_historyentry", "clinic_readentry", "clinic_auditseal")

WRITTEN_ONCE = "".join(
    f"""
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
REVOKE ALL ON {table} FROM waymark_runtime, waymark_maintenance;
REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER;
GRANT SELECT ON {table} TO waymark_runtime, waymark_maintenance;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION waymark_audit_stays();
"""
    for table in TABLES
)

WHO_SEES_AND_WRITES = """
GRANT INSERT ON clinic_readentry, clinic_auditseal TO waymark_runtime;

-- Everybody's settings name the clinic; `waymark.audit` says what of its audit may be seen there.
CREATE POLICY seen ON clinic_historyentry FOR SELECT USING (
  (clinic_id = waymark_clinic() AND waymark_audit() IN ('history', 'all'))
  OR (clinic_id IS NULL AND waymark_operator()));
CREATE POLICY written ON clinic_historyentry FOR INSERT TO CURRENT_USER WITH CHECK (true);
CREATE POLICY erased ON clinic_historyentry TO waymark_erasure USING (true) WITH CHECK (true);

CREATE POLICY seen ON clinic_readentry FOR SELECT USING (
  (clinic_id = waymark_clinic() AND waymark_audit() = 'all') OR (clinic_id IS NULL AND waymark_operator()));
CREATE POLICY written ON clinic_readentry FOR INSERT
  WITH CHECK (clinic_id IS NOT DISTINCT FROM waymark_clinic());
CREATE POLICY erased ON clinic_readentry TO waymark_erasure USING (true) WITH CHECK (true);

CREATE POLICY sealed ON clinic_auditseal USING (
  (clinic_id = waymark_clinic() AND waymark_audit() = 'all') OR (clinic_id IS NULL AND waymark_operator()));

GRANT SELECT, DELETE, UPDATE (changed, salt) ON clinic_historyentry TO waymark_erasure;
GRANT SELECT, DELETE ON clinic_readentry TO waymark_erasure;
CREATE TRIGGER only_blanks BEFORE UPDATE OR DELETE ON clinic_historyentry
  FOR EACH ROW EXECUTE FUNCTION waymark_only_blanks();
CREATE TRIGGER note_blanking AFTER UPDATE ON clinic_historyentry REFERENCING NEW TABLE AS erased
  FOR EACH STATEMENT EXECUTE FUNCTION waymark_note_erasure();
CREATE TRIGGER note_deletion AFTER DELETE ON clinic_historyentry REFERENCING OLD TABLE AS erased
  FOR EACH STATEMENT EXECUTE FUNCTION waymark_note_erasure();
CREATE TRIGGER note_deletion AFTER DELETE ON clinic_readentry REFERENCING OLD TABLE AS erased
  FOR EACH STATEMENT EXECUTE FUNCTION waymark_note_erasure();
"""

PEOPLE = keep_history("clinic_clinic") + keep_history(
    "clinic_user", ignore=["last_login"], secret=["password", "email", "device_mark"]
)

# Tables protected before there was a history. Those that come later get it from protect_rows.
EXEMPT = ", ".join(f"'{table}'" for table in WITHOUT_HISTORY)
PROTECTED_BEFORE = f"""
DO $$ DECLARE protected regclass; BEGIN
  FOR protected IN SELECT polrelid::regclass FROM pg_policy
                    WHERE polname = 'clinic_rows' AND polrelid::regclass::text NOT IN ({EXEMPT})
  LOOP
    EXECUTE format('CREATE TRIGGER keep_history AFTER INSERT OR UPDATE OR DELETE ON %s '
                   'FOR EACH ROW EXECUTE FUNCTION waymark_keep_history(''{{}}'', ''{{}}'')', protected);
    EXECUTE format('CREATE TRIGGER keep_history_of_truncate AFTER TRUNCATE ON %s '
                   'FOR EACH STATEMENT EXECUTE FUNCTION waymark_keep_history()', protected);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    """History by trigger, and audit tables that nobody changes. There is no way back: it would lose them."""

    dependencies = [("clinic", "0006_audit_tables")]
    operations = [
        migrations.RunSQL(NEEDS_ROLE),
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL(WRITTEN_ONCE),
        migrations.RunSQL(WHO_SEES_AND_WRITES),
        migrations.RunSQL(PEOPLE),
        migrations.RunSQL(PROTECTED_BEFORE),
    ]
