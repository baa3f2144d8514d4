"""Every number, word and table of the clinical package as text, a line each.

`python -m tests.clinical.constants` writes them anew; a person reads what has changed before it is committed.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import ModuleType
from typing import Any

from programmes import clinical

FILE = Path(__file__).with_name("constants.txt")


def constants() -> str:
    lines = [line for module in modules() for line in said_by(module)]
    return "\n".join(lines) + "\n"


def modules() -> Iterator[ModuleType]:
    for found in sorted(
        pkgutil.walk_packages(clinical.__path__, "programmes.clinical."), key=lambda m: m.name
    ):
        yield importlib.import_module(found.name)


def said_by(module: ModuleType) -> Iterator[str]:
    """What this module says itself; what it imports is said elsewhere."""
    short = module.__name__.removeprefix("programmes.clinical.")
    tree = ast.parse(inspect.getsource(module))
    written = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and is_written(each)}
    for name, value in vars(module).items():
        if isinstance(value, type) and value.__module__ == module.__name__:
            yield from (f"{short}.{name}.{line}" for line in of_class(value))
        elif name.isupper() and name in written:
            yield from (f"{short}.{name}{line}" for line in of_value(value))


def is_written(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def of_class(made: type) -> Iterator[str]:
    """Members of an enum, defaults of a dataclass."""
    if issubclass(made, Enum):
        yield from (f"{each.name} = {each.value!r}" for each in made)
    elif is_dataclass(made):
        defaults = ((each.name, each.default) for each in fields(made))
        yield from (f"{name} = {plain(value)}" for name, value in defaults if value is not MISSING)


def of_value(value: Any) -> Iterator[str]:
    """A line for each field of a record and each entry of a table."""
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from (f".{each.name}{line}" for line in of_value(getattr(value, each.name)))
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from (f"[{plain(key)}]{line}" for line in of_value(entry))
    else:
        yield f" = {plain(value)}"


def plain(value: Any) -> str:
    """The same at each run: sets in order, functions by name."""
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(map(plain, value))) + "}"
    if isinstance(value, Enum):
        return repr(value.value)
    if isinstance(value, tuple | list):
        return "(" + ", ".join(map(plain, value)) + ")"
    return f"a {type(value).__name__}" if callable(value) else repr(value)


if __name__ == "__main__":
    FILE.write_text(constants())
