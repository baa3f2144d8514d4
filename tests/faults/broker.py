"""A broker of its own that may be stopped, silenced, emptied and filled."""

import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis
from celery import Celery

from clinic import localservices
from clinic.localservices import programs
from tests.processes import free_port, wait_until

CELERY = (sys.executable, "-m", "celery", "-A", "clinic.celery")
WORKER = (
    *CELERY,
    "worker",
    "--concurrency",
    "1",
    "--without-gossip",
    "--without-mingle",
    "--loglevel",
    "INFO",
)


@dataclass
class Broker:
    """Valkey at an address that stays the same, whatever happens to it."""

    folder: Path
    port: int = field(default_factory=free_port)
    server: localservices.Child | None = None
    number: int = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        self.number += 1
        command = [str(programs.valkey()), "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        log = self.folder / f"valkey{self.number}.log"
        self.server = localservices.start([*command, "--dir", str(self.folder)], name="valkey", log=log)
        wait_until(self.answers)

    def answers(self) -> bool:
        with suppress(redis.RedisError):
            return bool(self.client.ping())
        return False

    def stop(self, farewell: signal.Signals = signal.SIGKILL) -> None:
        if self.server is not None:
            self.server.stop(farewell)
            self.server = None

    def wake(self, *tasks: str) -> None:
        """What beat sends, sooner."""
        with Celery(broker=self.url) as sender:
            for task in tasks:
                sender.send_task(task)

    # --- What may happen to it: inside the block the broker is so, after it as before.
    @contextmanager
    def there(self) -> Iterator[None]:
        yield

    @contextmanager
    def gone(self) -> Iterator[None]:
        self.stop()
        yield
        self.start()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Takes connections and says nothing."""
        self.stop()
        with socket.create_server(("127.0.0.1", self.port)):
            yield
        self.start()

    @contextmanager
    def emptied(self) -> Iterator[None]:
        self.client.flushall()
        yield
        self.client.flushall()

    @contextmanager
    def full(self) -> Iterator[None]:
        """Refuses every write: no memory is left."""
        self.client.config_set("maxmemory", "1")
        yield
        self.client.config_set("maxmemory", "0")
