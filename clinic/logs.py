"""Logs: JSON lines that hold ids, numbers and names of things in the code, and no value of anybody.

Own lines are structlog events with fields of `FIELDS`. Django, Celery, gunicorn and psycopg put paths, rows
and addresses into theirs: of those the sentence stays as it stands in their source, without what was put into
its gaps. Of an exception its type and place stay, not its message. docs/deploy.md explains it; ADR 0027.
"""

import ast
import logging
import re
import sys
import traceback
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

import structlog
from structlog.typing import EventDict

FIELDS = {
    "timestamp": "when, in UTC",
    "level": "info, warning, error ...",
    "logger": "the module that speaks",
    "event": "what happened: a name of ours, or a library's sentence with its gaps closed",
    "place": "file and line of a library's sentence",
    "request_id": "the number in X-Request-ID and on error pages",
    "route": "name of the page in the URLconf; never its path or query",
    "method": "HTTP method",
    "status": "HTTP status",
    "ms": "milliseconds it took",
    "user_id": "key of the login",
    "role": "visitor, patient, operator, or the role of the membership",
    "clinic_id": "key of the clinic",
    "patient_id": "key of a patient's record",
    "task": "name of a Celery task",
    "task_id": "key of the message that woke it",
    "count": "how many",
    "raised": "flags raised",
    "pause": "seconds until the next try",
    "directive": "directive of the Content-Security-Policy that a browser refused something by",
    "blocked": "host of what it refused",
    "exception": "type, sqlstate, constraint and frames of an exception and what caused it",
    "withheld": "names of fields that were left out because they stand not in this list or held a text",
}
METHODS = ("debug", "info", "warning", "error", "critical", "exception")
# No space, @ or slash: route names, roles, types and directives fit, sentences and addresses do not.
NAME = re.compile(r"[A-Za-z0-9_.:+-]{0,100}")
SPEAK_OF_MACHINES = ("gunicorn/arbiter.py", "celery/beat.py")  # what fills their gaps is no person's
NAME_A_TASK = ("name", "id", "runtime", "description")  # what Celery's sentences may be filled with
OUR_OWN_WORDS = ("ImproperlyConfigured",)  # whose message says which setting is wrong
LONGEST_TRACE = 30
ROOT = Path(__file__).resolve().parents[1]


def configuration() -> dict[str, Any]:
    """For logging.config.dictConfig; sets structlog up as well. Readable lines on a terminal, else JSON."""
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    silent: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django": {**silent, "level": "INFO"},  # Django's own would mail reports with every local value
            "django.server": {**silent, "level": "WARNING"},
            "django.request": {"level": "ERROR"},  # the line of the request says the rest
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }


def speak_in_lines() -> None:
    """Python's warnings and what ends a process become lines too, unless a person watches on a terminal."""
    if not sys.stderr.isatty():
        logging.captureWarnings(True)
        sys.excepthook = _say_uncaught


def _say_uncaught(kind: type[BaseException], problem: BaseException, where: TracebackType | None) -> None:
    logging.getLogger(__name__).critical("ended by an exception", exc_info=(kind, problem, where))


def formatter() -> logging.Formatter:
    """Makes every line, ours or a library's."""
    last: list[Any] = [structlog.processors.JSONRenderer()]
    if sys.stderr.isatty():
        last = [structlog.dev.ConsoleRenderer()]
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*_shared(), sentence_of_a_library],
        processors=[
            exception_without_values,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            only_known_fields,
            *last,
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _shared() -> list[Any]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


# --- Sentences of libraries
class _Gap:
    """Stands where a value was."""

    def __str__(self) -> str:
        return "…"

    __repr__ = __str__


def sentence_of_a_library(logger: Any, name: str, line: EventDict) -> EventDict:
    """A sentence that stands in the library's source, filled with numbers and keys alone."""
    record: logging.LogRecord = line["_record"]
    filling = line.pop("positional_args", ())
    line["place"] = f"{record.module}.{record.lineno}"
    sentence = line["event"]
    if sentence not in _texts_in(record.pathname):
        sentence, line["event"] = "", "a sentence that is made as it is said"
    machine = record.pathname.replace("\\", "/").endswith(SPEAK_OF_MACHINES)
    if isinstance(filling, Mapping):
        line.update(_facts_of_a_task(filling))
        filling = {name: value if name in NAME_A_TASK else _Gap() for name, value in filling.items()}
    elif filling:
        filling = tuple(each if machine or _is_number_or_key(each) else _Gap() for each in filling)
    if sentence and filling:
        line["event"] = _filled(sentence, filling)
    return line


def _facts_of_a_task(filling: Mapping[str, Any]) -> dict[str, Any]:
    """Celery says name, key and seconds of a task beside its result."""
    facts = {"task": filling.get("name"), "task_id": filling.get("id")}
    if isinstance(seconds := filling.get("runtime"), float):
        facts["ms"] = round(seconds * 1000)
    return {name: value for name, value in facts.items() if value is not None}


def _filled(sentence: str, filling: Any) -> str:
    try:
        return str(sentence % filling)
    except (TypeError, ValueError, KeyError):  # %d of a gap
        return sentence


@lru_cache(maxsize=500)
def _texts_in(path: str) -> frozenset[str]:
    """Every text that is written out in a source file, and therefore nobody's."""
    try:
        tree = ast.parse(Path(path).read_text())
    except (OSError, ValueError, SyntaxError):
        return frozenset()
    return frozenset(
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


# --- Exceptions
def exception_without_values(logger: Any, name: str, line: EventDict) -> EventDict:
    """Type, place and database state; no message ("Failing row contains (...)") and no local values."""
    given = line.pop("exc_info", None)
    line.pop("stack_info", None)
    if given is True:
        given = sys.exc_info()
    problem = given[1] if isinstance(given, tuple) else given
    if isinstance(problem, BaseException):
        line["exception"] = [_described(each) for each in _chain(problem)]
    return line


def _chain(problem: BaseException) -> list[BaseException]:
    """The exception, then what it was raised from, and so on."""
    found: list[BaseException] = []
    step: BaseException | None = problem
    while step is not None and step not in found and len(found) < 10:
        found.append(step)
        step = step.__cause__ or (None if step.__suppress_context__ else step.__context__)
    return found


def _described(problem: BaseException) -> dict[str, Any]:
    kind = type(problem)
    said: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}"}
    if sqlstate := getattr(problem, "sqlstate", None):
        diagnosis = getattr(problem, "diag", None)
        said |= {"sqlstate": sqlstate, "constraint": getattr(diagnosis, "constraint_name", None)}
    if kind.__name__ in OUR_OWN_WORDS:
        said["message"] = str(problem)
    frames = traceback.extract_tb(problem.__traceback__)[-LONGEST_TRACE:]
    said["frames"] = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return said


def _short(path: str) -> str:
    """From the package on: where an installation lies is nobody's business."""
    return path.rpartition("site-packages/")[2].removeprefix(f"{ROOT}/")


# --- Fields
def only_known_fields(logger: Any, name: str, line: EventDict) -> EventDict:
    """Drops what is no field of ours, and every text that is no name; says the names of what it dropped."""
    free = ("event", "exception", "timestamp")  # made safe above, or by ourselves
    kept = {
        field: _plain(value)
        for field, value in line.items()
        if field in FIELDS and (field in free or _is_safe(value))
    }
    if dropped := sorted(field for field in line.keys() - kept.keys() if NAME.fullmatch(field)):
        kept["withheld"] = dropped
    return kept


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, UUID) else value


def _is_safe(value: object) -> bool:
    return _is_number_or_key(value) or (isinstance(value, str) and NAME.fullmatch(value) is not None)


def _is_number_or_key(value: object) -> bool:
    return value is None or isinstance(value, int | float | UUID)
