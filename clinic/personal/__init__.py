"""What is kept about people, field by field: for what, on which ground, how long, and whether they get it.

Every field of every model stands here, also those of packages we use and of logs: one that is missing fails
`tests/test_personal.py` by name. docs/privacy/record-of-processing.md is written from these tables.
"""

from clinic.personal.house import TABLES as HOUSE
from clinic.personal.record import TABLES as RECORD
from clinic.personal.words import CARE, Keep, Personal, Table, declared_fields

TABLES: tuple[Table, ...] = (*RECORD, *HOUSE)


def declared() -> dict[str, Table]:
    """Each table by its model's label, for example "programmes.Walk"."""
    return {each.label: each for each in TABLES}


__all__ = ["CARE", "TABLES", "Keep", "Personal", "Table", "declared", "declared_fields"]
