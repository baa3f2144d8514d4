"""Counting SQL: which statements are the page's own (domain), and which come on top of every page."""

import re
from types import TracebackType

from django.db import connection
from django.test.utils import CaptureQueriesContext

TABLE = re.compile(r'(?:FROM|INTO|UPDATE)\s+"?(\w+)"?')
DOMAIN = ("patients_", "programmes_", "clinic_closure", "clinic_outboxmessage")


class DomainQueries:
    """`with DomainQueries() as queries: ...` then `queries.count`, and `queries.on_top` for the rest."""

    def __enter__(self) -> "DomainQueries":
        self._captured = CaptureQueriesContext(connection)
        self._captured.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._captured.__exit__(kind, error, trace)

    @property
    def domain(self) -> list[str]:
        return [sql for sql in self._statements() if is_domain(sql)]

    @property
    def on_top(self) -> list[str]:
        return [sql for sql in self._statements() if not is_domain(sql)]

    @property
    def count(self) -> int:
        return len(self.domain)

    def _statements(self) -> list[str]:
        return [query["sql"] for query in self._captured.captured_queries]


def is_domain(sql: str) -> bool:
    """Whether the statement's first table is one of the product's, and not session, login or clinic."""
    table = TABLE.search(sql)
    return table is not None and table.group(1).startswith(DOMAIN)
