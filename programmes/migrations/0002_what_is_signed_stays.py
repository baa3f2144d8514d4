from django.db import migrations

SIGNED_STAYS = """
CREATE FUNCTION waymark_signed_revision_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.signed_at IS NOT NULL THEN
    RAISE EXCEPTION 'a signed revision never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER signed_revision_stays BEFORE UPDATE OR DELETE ON programmes_programmerevision
  FOR EACH ROW EXECUTE FUNCTION waymark_signed_revision_stays();

CREATE FUNCTION waymark_signed_week_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  revision uuid := CASE TG_OP WHEN 'INSERT' THEN NEW.revision_id ELSE OLD.revision_id END;
BEGIN
  IF EXISTS (SELECT FROM programmes_programmerevision WHERE id = revision AND signed_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the weeks of a signed revision never change' USING ERRCODE = 'check_violation';
  END IF;
  RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER signed_week_stays BEFORE INSERT OR UPDATE OR DELETE ON programmes_programmeweek
  FOR EACH ROW EXECUTE FUNCTION waymark_signed_week_stays();

CREATE FUNCTION waymark_evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.evidence, NEW.rule_version, NEW.raised_on, NEW.raised_at, NEW.code, NEW.patient_id)
     IS DISTINCT FROM
     (OLD.evidence, OLD.rule_version, OLD.raised_on, OLD.raised_at, OLD.code, OLD.patient_id) THEN
    RAISE EXCEPTION 'the evidence of a flag never changes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER evidence_stays BEFORE UPDATE ON programmes_flag
  FOR EACH ROW EXECUTE FUNCTION waymark_evidence_stays();
"""
AS_BEFORE = """
DROP TRIGGER evidence_stays ON programmes_flag;
DROP TRIGGER signed_week_stays ON programmes_programmeweek;
DROP TRIGGER signed_revision_stays ON programmes_programmerevision;
DROP FUNCTION waymark_evidence_stays, waymark_signed_week_stays, waymark_signed_revision_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_first")]
    operations = [migrations.RunSQL(SIGNED_STAYS, AS_BEFORE)]
