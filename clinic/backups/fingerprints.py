"""What a database holds and how it is built, in a form that two databases can be compared by.

A table's checksum is the sum over its rows of the first 64 bits of each row's SHA-256: it needs no order, so
no sorting, and a row that is missing, doubled or different changes it. It finds accidents; who can write to
the backups' folder can also write a manifest that fits.
"""

import re
from typing import Any

import psycopg
from psycopg import sql

# Text forms depend on these settings: fixed, or two servers would describe the same row differently.
AS_TEXT = """
SET LOCAL TIME ZONE 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres';
SET LOCAL extra_float_digits = 1; SET LOCAL bytea_output = 'hex'; SET LOCAL row_security = off;
SET LOCAL search_path = pg_catalog;
"""
TABLES = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
ROWS = """
SELECT count(*), coalesce(sum(
         ('x' || encode(substr(sha256(convert_to(whole_row::text, 'UTF8')), 1, 8), 'hex'))::bit(64)::bigint
       ), 0)::text
  FROM public.{} AS whole_row
"""
MIGRATIONS = "SELECT app || '.' || name FROM public.django_migrations ORDER BY app, name"
CASTS_AND_BRACKETS = re.compile(r"::(character varying|text)(\[\])?|[()]")

# Each gives names and definitions. Objects of an extension belong to it, not to the dump.
STRUCTURE = {
    "column": """
        SELECT c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
               || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
               || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
          FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'v', 'm')
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
         WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    "constraint": """
        SELECT c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
         WHERE k.connamespace = 'public'::regnamespace""",
    "index": """
        SELECT c.relname, pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
         WHERE c.relnamespace = 'public'::regnamespace""",
    "trigger": """
        SELECT c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
          FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal""",
    "row-level security": """
        SELECT relname, CASE WHEN relrowsecurity THEN 'on' ELSE 'off' END
               || CASE WHEN relforcerowsecurity THEN ', forced' ELSE '' END
          FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""",
    "policy": """
        SELECT tablename || '.' || policyname, permissive || ' ' || cmd || ' ' || roles::text
               || ' USING ' || coalesce(qual, '') || ' CHECK ' || coalesce(with_check, '')
          FROM pg_policies WHERE schemaname = 'public'""",
    "function": """
        SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid)
          FROM pg_proc p
         WHERE p.pronamespace = 'public'::regnamespace AND p.prokind <> 'a'
           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    "owner and privileges": """
        SELECT relname, pg_get_userbyid(relowner) || ' ' || coalesce((
                 SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(relacl) AS a), '')
          FROM pg_class
         WHERE relkind IN ('r', 'v', 'm', 'S') AND relnamespace = 'public'::regnamespace""",
}


def fingerprint(connection: "psycopg.Connection[Any]") -> dict[str, Any]:
    """Rows and checksum of each table, applied migrations, and every object's definition.

    Reads in the caller's transaction, so in its snapshot; needs a role that row-level security lets through.
    """
    connection.execute(AS_TEXT)
    names = [row[0] for row in connection.execute(TABLES)]
    has_history = "django_migrations" in names
    return {
        "tables": {name: _rows(connection, name) for name in names},
        "migrations": [row[0] for row in connection.execute(MIGRATIONS)] if has_history else [],
        "structure": {
            kind: dict(connection.execute(query.encode()).fetchall()) for kind, query in STRUCTURE.items()
        },
    }


def _rows(connection: "psycopg.Connection[Any]", table: str) -> dict[str, Any]:
    found = connection.execute(sql.SQL(ROWS).format(sql.Identifier(table))).fetchone()
    assert found is not None
    return {"rows": found[0], "checksum": found[1]}


def differing_tables(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """One line for each table whose rows are not those of the manifest."""
    lines = []
    for name in sorted({*expected, *found}):
        then, now = expected.get(name), found.get(name)
        if then is None or now is None:
            lines.append(f"table {name}: {'not in the manifest' if then is None else 'missing'}")
        elif then["rows"] != now["rows"]:
            lines.append(f"table {name}: {now['rows']} rows, {then['rows']} in the manifest")
        elif then["checksum"] != now["checksum"]:
            lines.append(f"table {name}: rows differ from the manifest's checksum")
    return lines


def differing_structure(expected: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """One line for each object that is missing, changed or new."""
    lines = []
    for kind in STRUCTURE:
        then, now = expected.get(kind, {}), found.get(kind, {})
        lines += [f"{kind} {name}: missing" for name in sorted(then.keys() - now.keys())]
        lines += [f"{kind} {name}: not in the manifest" for name in sorted(now.keys() - then.keys())]
        both = sorted(then.keys() & now.keys())
        changed = [name for name in both if _meaning(then[name]) != _meaning(now[name])]
        lines += [f"{kind} {name}: not as in the manifest" for name in changed]
    return lines


def _meaning(definition: str) -> str:
    """A definition without casts and brackets: PostgreSQL prints those of an IN list differently once it has
    read its own text (`(ARRAY['a'::varchar])::text[]` becomes `ARRAY[('a'::varchar)::text]`)."""
    return CASTS_AND_BRACKETS.sub("", definition)
