"""Several people at the same moment: each works in a thread and a transaction of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection, transaction

HELD = 0.3  # seconds before each commits, so that all have read by then


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returned, or the name of what it raised. They are let go together and commit late."""
    start = Barrier(len(works))

    def one(work: Callable[[], Any]) -> Any:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                start.wait(10)
                answer = work()
                cursor.execute("SELECT pg_sleep(%s)", [HELD])
            return answer
        except Exception as error:
            return type(error).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))
