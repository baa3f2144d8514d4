"""Mutants that are no mistake, each with its reason. They are not made; a test finds names that are stale."""

from typing import Final

EQUIVALENT: Final[dict[str, str]] = {}
