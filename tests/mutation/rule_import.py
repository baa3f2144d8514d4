"""pytest plugin: one module of the rules is imported as the mutant says it (see rule_runs)."""

import importlib.abc
import importlib.machinery
import json
import os
import sys
from pathlib import Path
from types import CodeType

import pytest

from tests.mutation.places import ROOT
from tests.mutation.rule_runs import PLACE

HERE = Path(os.environ[PLACE])
PATH, _LINE, SOURCE = json.loads((HERE / "mutants.json").read_text())[int((HERE / "number").read_text())]
ORDER = {name: number for number, name in enumerate(json.loads((HERE / "order.json").read_text()))}


class Changed(importlib.machinery.SourceFileLoader):
    """Loads the mutant's source, never what was compiled before."""

    def get_code(self, _fullname: str) -> CodeType:
        return compile(SOURCE, self.path, "exec")


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):  # type: ignore[no-untyped-def]
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin == str(ROOT / PATH):
            spec.loader = Changed(fullname, spec.origin)
        return spec


sys.meta_path.insert(0, Finder())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: ORDER.get(item.nodeid, len(ORDER)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        (HERE / "failed.txt").write_text(report.nodeid)
