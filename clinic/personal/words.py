"""The words of a declaration: how long a field is kept, on which ground, and how a table is written down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum


class Keep(Enum):
    """Retention classes. The periods are applied by `patients/services/retention.py`."""

    RECORD = "clinical record"  # 8 years after the last treatment, minors to 25, deaths 8 years
    ACCOUNT = "account and contact"  # 90 days after discharge
    AUDIT = "audit"  # as long as the record it speaks of; then without names
    STAFF = "staff account"  # as long as a record names the person
    NOT_PERSONAL = "not personal"  # nothing about a patient; no limit


CARE = "care by a health service: UK GDPR Art. 6(1)(e) or (f), and Art. 9(2)(h)"
CONTRACT = "needed to run the service the person uses: Art. 6(1)(e) or (f)"
DUTY = "a legal duty to account for who did what: Art. 6(1)(c), Art. 9(2)(h)"
EMPLOYER = "needed to let staff work: Art. 6(1)(f)"
CHOICE = "the person's consent: Art. 6(1)(a)"
NONE = "no personal data"


@dataclass(frozen=True)
class Personal:
    """One field: its purpose, ground, class, and whether the person gets it in an export."""

    table: str
    name: str
    purpose: str
    ground: str
    keep: Keep
    is_exported: bool


@dataclass(frozen=True)
class Table:
    """One model. `purposes` maps field names, several in one key, to what they are for."""

    label: str
    keep: Keep
    ground: str
    purposes: Mapping[str, str]
    withheld: str = ""  # names of fields that no export holds
    only_account: str = ""  # names of fields that go with the account, 90 days after discharge
    notes: str = field(default="")  # names of free texts by staff: exported once somebody has read them

    @property
    def fields(self) -> tuple[Personal, ...]:
        return tuple(self._fields())

    @property
    def by_name(self) -> dict[str, Personal]:
        return {each.name: each for each in self.fields}

    def _fields(self) -> Iterator[Personal]:
        for names, purpose in self.purposes.items():
            for name in names.split():
                keep = Keep.ACCOUNT if name in self.only_account.split() else self.keep
                exported = self.keep is not Keep.NOT_PERSONAL and name not in self.withheld.split()
                yield Personal(self.label, name, purpose, self.ground, keep, exported)


def declared_fields(tables: tuple[Table, ...]) -> Iterator[Personal]:
    for table in tables:
        yield from table.fields


# Every clinical row has these two.
KEYS = {"id": "tells rows apart", "clinic": "whose record it is"}
