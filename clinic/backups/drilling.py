"""What a restored database is asked before anybody may call the backup good."""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from clinic.backups.fingerprints import differing_structure, differing_tables, fingerprint
from clinic.backups.servers import Server

UNCHECKED = """
SELECT relname || '.' || conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
 WHERE connamespace = 'public'::regnamespace AND NOT convalidated ORDER BY 1
"""
FOREIGN_KEYS = """
SELECT k.conname, child.relname, parent.relname,
       ARRAY(SELECT attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key(number, place)
               JOIN pg_attribute ON attrelid = k.conrelid AND attnum = number ORDER BY place),
       ARRAY(SELECT attname::text FROM unnest(k.confkey) WITH ORDINALITY AS key(number, place)
               JOIN pg_attribute ON attrelid = k.confrelid AND attnum = number ORDER BY place)
  FROM pg_constraint k
  JOIN pg_class child ON child.oid = k.conrelid JOIN pg_class parent ON parent.oid = k.confrelid
 WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
 ORDER BY child.relname, k.conname
"""
RUNTIME = """
SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR EXISTS (
         SELECT FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
            AND (relowner = role.oid OR has_table_privilege(role.oid, pg_class.oid, 'TRUNCATE')))
  FROM pg_roles role WHERE rolname = 'waymark_runtime'
"""


@dataclass(frozen=True)
class Outcome:
    """One question and what is wrong; no problems, no failure."""

    question: str
    problems: list[str]

    @property
    def is_good(self) -> bool:
        return not self.problems


def database_outcomes(superuser: Server, manifest: dict[str, Any]) -> list[Outcome]:
    """Everything that the database alone can answer."""
    with superuser.connect() as connection:
        found = fingerprint(connection)
        tables, structure = manifest["tables"], manifest["structure"]
        rows, things = sum(table["rows"] for table in tables.values()), sum(map(len, structure.values()))
        keys = len(connection.execute(FOREIGN_KEYS).fetchall())
        answers = {
            f"{rows} rows in {len(tables)} tables, as counted and summed in the manifest": differing_tables(
                tables, found["tables"]
            ),
            f"{things} columns, constraints, triggers, policies and the like as in the manifest": (
                differing_structure(structure, found["structure"])
            ),
            "migrations as in the manifest": _differing(manifest["migrations"], found["migrations"]),
            "every constraint is valid": unchecked_constraints(connection),
            f"every row behind {keys} foreign keys exists": broken_keys(connection),
            "the runtime role owns nothing and passes no policy": powerful_runtime(connection),
        }
        return [Outcome(question, problems) for question, problems in answers.items()]


def _differing(expected: list[str], found: list[str]) -> list[str]:
    return [f"migration {name} on one side only" for name in sorted({*expected} ^ {*found})]


def unchecked_constraints(connection: "psycopg.Connection[Any]") -> list[str]:
    return [f"constraint {row[0]} is not validated" for row in connection.execute(UNCHECKED)]


def broken_keys(connection: "psycopg.Connection[Any]") -> list[str]:
    """Asked again row by row: a key can be marked valid although its trigger was off when rows came."""
    problems = []
    for name, child, parent, columns, targets in connection.execute(FOREIGN_KEYS).fetchall():
        orphans = _orphans(connection, child, parent, columns, targets)
        problems += [f"foreign key {child}.{name}: {orphans} rows point nowhere"] if orphans else []
    return problems


def _orphans(
    connection: "psycopg.Connection[Any]", child: str, parent: str, columns: list[str], targets: list[str]
) -> int:
    pairs = [
        (sql.Identifier("c", ours), sql.Identifier("p", theirs))
        for ours, theirs in zip(columns, targets, strict=True)
    ]
    query = sql.SQL(
        "SELECT count(*) FROM public.{} AS c WHERE {} AND NOT EXISTS (SELECT FROM public.{} AS p WHERE {})"
    ).format(
        sql.Identifier(child),
        sql.SQL(" AND ").join(sql.SQL("{} IS NOT NULL").format(ours) for ours, _theirs in pairs),
        sql.Identifier(parent),
        sql.SQL(" AND ").join(sql.SQL("{} = {}").format(*pair) for pair in pairs),
    )
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def powerful_runtime(connection: "psycopg.Connection[Any]") -> list[str]:
    row = connection.execute(RUNTIME).fetchone()
    return [] if row == (False,) else ["waymark_runtime is missing, or may do more than it should"]
