"""A copy of the project in which mistakes are made, and tests run over it."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

from tests.mutation.places import ROOT
from tests.mutation.servers import Servers, test_servers

LANES = 2
PATIENCE = 900  # seconds for a stage; what takes longer counts as not noticed, for a slow machine is no proof
TIMED_OUT = -1  # said by the nursery
COPIED = (
    *("clinic", "patients", "programmes", "templates", "static", "locale", "tests", "docs", "requirements"),
    *(
        "manage.py",
        "gunicorn.conf.py",
        "pyproject.toml",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "README.md",
    ),
)
OPTIONS = [
    "-q",
    "-x",
    "--tb=line",
    "-rfE",
    "--no-header",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:hypothesispytest",
]


class NotGreen(Exception):
    """This test fails over the unchanged code."""


@dataclass(frozen=True)
class Lane:
    """One copy with one process that runs its tests, one after the other."""

    folder: Path
    servers: Servers
    nursery: "subprocess.Popen[str]"
    green: set[str] = field(default_factory=set)  # tests that were seen to pass over the unchanged code

    def require_green(self, test: str) -> None:
        """A test that fails without any mistake would notice everything."""
        if "::" in test and test not in self.green and self.first_failure(((test,),)):
            raise NotGreen(test)
        self.green.add(test)

    def first_failure(self, stages: Iterable[Sequence[str]], **environment: str) -> str:
        """The test that failed first, "" when all stages pass."""
        return next(filter(None, (self._failure(tests, environment) for tests in stages)), "")

    def _failure(self, tests: Sequence[str], environment: Mapping[str, str]) -> str:
        output = self.folder / "said.txt"
        order = {
            "arguments": [*OPTIONS, *tests],
            "environment": environment,
            "output": str(output),
            "patience": PATIENCE,
        }
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(json.dumps(order) + "\n")
        self.nursery.stdin.flush()
        if (code := int(self.nursery.stdout.readline())) in (0, TIMED_OUT):
            return ""
        said = output.read_text(errors="replace")
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", said, re.MULTILINE)
        return failed.group(1) if failed else f"exit {code}: {said.strip()[-300:]}"

    @contextmanager
    def changed(self, path: str, source: str, sql: str = "") -> Iterator[dict[str, str]]:
        """The module says something else inside, or the database is another: in the copies alone.

        Yields what the environment of a test run needs to know of it.
        """
        with ExitStack() as undo:
            if source:
                undo.enter_context(_written(self.folder / path, source))
            template = undo.enter_context(self.servers.changed_template(sql)) if sql else ""
            yield {"WAYMARK_TEST_TEMPLATE": template} if template else {}


@contextmanager
def _written(file: Path, source: str) -> Iterator[None]:
    before, times = file.read_text(), file.stat()
    file.write_text(source)
    try:
        yield
    finally:
        file.write_text(before)
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


class Lanes:
    """Several of them over one pair of servers."""

    def __init__(self, undo: ExitStack) -> None:
        home = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="waymark-mutants-")))
        home.chmod(0o755)
        self.servers = undo.enter_context(test_servers())
        self._free: Queue[Lane] = Queue()
        for number in range(LANES):
            self._free.put(undo.enter_context(_lane(home / str(number), self.servers, f"gw{number}")))
        self._pool = ThreadPoolExecutor(LANES)
        undo.callback(self._pool.shutdown, cancel_futures=True)

    def map(self, work: Callable[[Lane, Any], str], things: Sequence[Any]) -> Iterator[tuple[Any, str]]:
        """Each thing with what the work said of it, as they are done."""

        def one(thing: Any) -> tuple[Any, str]:
            lane = self._free.get()
            try:
                return thing, work(lane, thing)
            finally:
                self._free.put(lane)

        running = [self._pool.submit(one, thing) for thing in things]
        return (each.result() for each in as_completed(running))


@contextmanager
def _lane(folder: Path, servers: Servers, name: str) -> Iterator[Lane]:
    """Copies what tests need. A compiled module is never written, so that none outlives its source."""
    folder.mkdir(mode=0o755)
    for each in COPIED:
        source = ROOT / each
        if source.is_dir():
            shutil.copytree(source, folder / each)
        else:
            shutil.copy2(source, folder / each)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    own = {"PYTHONPATH": str(folder), "WAYMARK_TEST_LANE": name, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "tests/mutation/nursery.py"]
    with subprocess.Popen(
        command, cwd=folder, env=servers.environment | own, stdin=-1, stdout=-1, text=True
    ) as nursery:
        yield Lane(folder, servers, nursery)
