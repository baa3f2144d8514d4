"""Mistakes in the database: a policy that lets everything through, one that is missing, no history."""

from collections.abc import Iterator

from tests.mutation.mutants import Mutant
from tests.mutation.servers import Servers

POLICIES = "SELECT tablename, policyname, permissive FROM pg_policies ORDER BY 1, 2"
TRIGGERS = """
    SELECT tgrelid::regclass::text, tgname FROM pg_trigger
     WHERE NOT tgisinternal AND tgname !~ 'of_truncate' ORDER BY 1, 2"""
FORCED = "SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity ORDER BY 1"


def database_mutants(servers: Servers) -> Iterator[Mutant]:
    """One for each policy, each table whose owner is bound by them, and each trigger."""
    for table, policy, permissive in servers.rows(POLICIES):
        if permissive == "PERMISSIVE":
            yield _mutant(table, f"ALTER POLICY {policy} ON {table} USING (true)")
        else:
            yield _mutant(table, f"DROP POLICY {policy} ON {table}")
    for (table,) in servers.rows(FORCED):
        yield _mutant(table, f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        yield _mutant(table, f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table, trigger in servers.rows(TRIGGERS):
        yield _mutant(table, f"DROP TRIGGER {trigger} ON {table}")


def _mutant(table: str, sql: str) -> Mutant:
    return Mutant("database", table, "left to the code", sql, 0, sql=sql)
