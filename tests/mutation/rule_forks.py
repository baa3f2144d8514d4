"""pytest plugin: forks once for each mutant from a run that has collected everything (see rule_runs)."""

import ast
import gc
import json
import os
import pickle
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from math import ceil
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.places import ROOT
from tests.mutation.rule_runs import IN_ITS_OWN, PLACE

HERE = Path(os.environ[PLACE])
FOLDER = str(ROOT / "programmes/clinical")
LOOKED_AT = 200  # calls of a function in one test: tracing all takes minutes
IMPORTED = pytest.StashKey[set[tuple[str, int]]]()
Line = tuple[str, int]
Functions = dict[tuple[str, str], list[FunctionType]]


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """One failure is enough: nothing is shrunk."""
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    same = hypothesis.settings.get_profile("same")
    hypothesis.settings.register_profile("unshrunk", same, phases=phases, database=None)
    hypothesis.settings.load_profile("unshrunk")


class Reached:
    """Which lines of the rules are run inside the with statement; a function's first calls are looked at."""

    def __init__(self) -> None:
        self.lines: set[Line] = set()
        self.calls: Counter[CodeType] = Counter()

    def __enter__(self) -> set[Line]:
        sys.settrace(self._called)
        return self.lines

    def __exit__(self, *_problem: object) -> None:
        sys.settrace(None)

    def _called(self, frame: FrameType, _event: str, _given: object) -> Callable[..., Any] | None:
        code = frame.f_code
        if not code.co_filename.startswith(FOLDER):
            return None
        self.calls[code] += 1
        return self._line(frame) if self.calls[code] <= LOOKED_AT else None

    def _line(self, frame: FrameType, *_event: object) -> Callable[..., Any]:
        self.lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self._line


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    with Reached() as lines:
        yield
    session.stash[IMPORTED] = lines


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    forks = Forks(session)
    (HERE / "order.json").write_text(json.dumps(forks.quickest))
    with (HERE / "said.jsonl").open("w") as said:
        for number, mutant in enumerate(json.loads((HERE / "mutants.json").read_text())):
            print(json.dumps([number, forks.noticed_by(*mutant)]), file=said, flush=True)
    return True


class Forks:
    """The collected tests, which lines each reaches and how long it takes."""

    def __init__(self, session: pytest.Session) -> None:
        self.imported = session.stash[IMPORTED]
        self.items = {item.nodeid: item for item in session.items}
        self.reaching, self.seconds = in_a_fork(lambda: baseline(session.items), None)
        self.quickest = sorted(self.items, key=lambda name: self.seconds[name])
        self.functions = functions_of_rules()

    def noticed_by(self, path: str, line: int, source: str) -> str:
        """The test that fails with this mutant, "" for none; IN_ITS_OWN where a fork cannot tell."""
        file = str(ROOT / path)
        lines, code = where(file, line, source)
        alive = self.functions.get((file, code.co_qualname), []) if code else []
        if code is None or not alive or lines & self.imported:
            return IN_ITS_OWN
        reached = {name for each in lines for name in self.reaching.get(each, ())}
        names = [name for name in self.quickest if name in reached]
        longest = 5 + 3 * sum(self.seconds[name] for name in names)  # what takes longer has lost its end
        work = partial(tried, alive, code, [self.items[name] for name in names])
        return str(in_a_fork(work, "no end", longest))


def in_a_fork(work: Callable[[], Any], otherwise: Any, seconds: float = 0) -> Any:
    """What the work answers in a child; `otherwise` when it took more than so many seconds of CPU."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        if seconds:
            resource.setrlimit(resource.RLIMIT_CPU, (ceil(seconds), ceil(seconds)))
        try:
            with os.fdopen(writes, "wb") as pipe:
                pickle.dump(work(), pipe)
        finally:
            os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return pickle.loads(answer) if answer else otherwise


def baseline(items: list[pytest.Item]) -> tuple[dict[Line, set[str]], dict[str, float]]:
    """Which tests reach each line, and how long each takes. All must pass."""
    reaching: dict[Line, set[str]] = defaultdict(set)
    seconds = {}
    for item, following in zip(items, [*items[1:], None], strict=True):
        began = time.process_time()
        with Reached() as lines:
            failed = failure(item, following)
        assert not failed, failed
        seconds[item.nodeid] = time.process_time() - began
        for line in lines:
            reaching[line].add(item.nodeid)
    return dict(reaching), seconds


def failure(item: pytest.Item, following: pytest.Item | None) -> str:
    return (
        item.nodeid
        if any(each.failed for each in runtestprotocol(item, log=False, nextitem=following))
        else ""
    )


def tried(functions: list[FunctionType], code: CodeType, tests: list[pytest.Item]) -> str:
    """The first test that fails with this code in the place of the function's own."""
    for each in functions:
        each.__code__ = code
    pairs = zip(tests, [*tests[1:], None], strict=True)
    return next(filter(None, (failure(item, following) for item, following in pairs)), "")


def functions_of_rules() -> Functions:
    """Every function of the package that is alive, by file and name."""
    found = defaultdict(list)
    for each in gc.get_objects():
        if isinstance(each, FunctionType) and each.__code__.co_filename.startswith(FOLDER):
            found[(each.__code__.co_filename, each.__code__.co_qualname)].append(each)
    return dict(found)


def where(file: str, line: int, source: str) -> tuple[set[Line], CodeType | None]:
    """The lines of the statement that the mutant changes, and its function's new code.

    None for what is said outside of functions and in their heads: defaults, tables, fields.
    """
    statement, name = innermost(ast.parse(Path(file).read_text()), line)
    lines = {(file, each) for each in statement}
    return lines, next(
        (each for each in codes(compile(source, file, "exec")) if each.co_qualname == name), None
    )


def innermost(tree: ast.AST, line: int) -> tuple[range, str]:
    """Lines of the innermost statement around the line, and the name of the outermost function around it."""
    lines, names, inside = range(line, line + 1), [], False
    for node in around(tree, line):
        body = getattr(node, "body", None)
        first = body[0].lineno if isinstance(body, list) else None
        last = node.end_lineno if first is None else first - 1
        lines = range(node.lineno, max(last, node.lineno) + 1)
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not inside:
            names.append(node.name)
            inside = isinstance(node, ast.FunctionDef) and line >= first
    return lines, ".".join(names) if inside else ""


def around(node: ast.AST, line: int) -> Iterator[Any]:
    """The statements around a line, from the outside in."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.expr) and child_lines(child, line):
            if isinstance(child, ast.stmt):
                yield child
            yield from around(child, line)


def child_lines(node: Any, line: int) -> bool:
    return node.lineno <= line <= node.end_lineno if hasattr(node, "lineno") else True


def codes(module: CodeType) -> Iterator[CodeType]:
    """Code of functions and methods, not of what is defined inside them."""
    for each in module.co_consts:
        if isinstance(each, CodeType):
            yield each
            if not each.co_flags & 0x2:  # CO_NEWLOCALS: a function's; a class body has none
                yield from codes(each)
