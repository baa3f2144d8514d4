"""Canaries: values of every kind of personal datum that stand nowhere else, each found again by its pattern.

Words hold a core that no language has; what cannot hold a word (a phone, a date) has a shape of its own.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import choices
from typing import Self

from patients.tokens import LETTER_LENGTH, LETTER_SIGNS

LETTERS = "bcdfghjklmnprstvwxz"
FIRST_BIRTHDAY = date(1907, 1, 1)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
ALONE = r"(?<![\w.,-])", r"(?![\w-]|[.,]\d)"  # a number that is no part of a longer one, a time or a key


@dataclass(frozen=True)
class Canary:
    """One planted value: its kind, as somebody types it, where it was planted."""

    kind: str
    key: str
    text: str
    where: str

    def __str__(self) -> str:
        return f"{self.kind} {self.text!r} of {self.where}"


def folded(text: str) -> str:
    """Small letters without accents: composed and decomposed, typed and shouted are one."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFKD", text)
    accents = dict.fromkeys(map(ord, filter(unicodedata.combining, set(spread))))
    return (spread.translate(accents) if accents else spread).casefold()


def _core(number: int, salt: str) -> str:
    signs = [LETTERS[number // len(LETTERS) ** place % len(LETTERS)] for place in (2, 1, 0)]
    return f"zyqu{salt}{''.join(signs)}y"


def _letter_code(number: int) -> str:
    """Sixteen signs with a right check sign, as they are printed: in groups of four."""
    signs = [number // len(LETTER_SIGNS) ** place % len(LETTER_SIGNS) for place in range(LETTER_LENGTH - 1)]
    check = -13 * sum(weight * value for weight, value in enumerate(signs, start=1)) % len(LETTER_SIGNS)
    code = "".join(LETTER_SIGNS[value] for value in (*signs, check))
    return "-".join(code[place : place + 4] for place in range(0, LETTER_LENGTH, 4))


def _born(number: int) -> date:
    return FIRST_BIRTHDAY + timedelta(days=number)


# How a value of each kind is typed, given its core and its number.
KINDS: dict[str, Callable[[str, int], str]] = {
    "words": lambda core, _number: f"{core} “hurts” & it's <i>worse</i> \\ ñandú 🦘 100%",
    "name": lambda core, _number: f"Žofie {core.title()}",
    "composed name": lambda core, _number: core.replace("zyqu", "Zÿqü"),
    "decomposed name": lambda core, _number: core.replace("zyqu", "Zy\u0308qu\u0308"),
    "e-mail": lambda core, _number: f"{core}+walks@mail.example",
    "password": lambda core, _number: f"{core} steady walking",
    "reference": lambda core, _number: f"HN/{core.upper()}",
    "phone": lambda _core, number: f"07700 900{number % 1000:03}",
    "birthday": lambda _core, number: _born(number).isoformat(),
    "number": lambda _core, number: str(814_000_000 + number * 1009),
    "steps": lambda _core, number: str(40_001 + number * 3),
    "code": lambda _core, number: str(730_001 + number * 11),
    "letter code": lambda _core, number: _letter_code(number),
}
WORDS = ("words", "name", "composed name", "decomposed name", "e-mail", "password", "reference")
SEPARATED = r"[\s().+-]{0,3}"  # between the digits of a phone number, the signs of a letter

PHONE = re.compile(SEPARATED.join("7700900") + rf"(?:{SEPARATED}\d){{3}}(?!\d)")
CORE = re.compile(rf"zyqu[{LETTERS}]{{5}}y")
PORT = r"(?<!\d:)"  # of an address: nobody's steps
NUMBER = re.compile(rf"(?=[478]){ALONE[0]}{PORT}(?:81\d{{7}}|4\d{{4}}|7\d{{5}}){ALONE[1]}")
LETTER = re.compile(rf"(?:[{LETTER_SIGNS.lower()}]{{4}}{SEPARATED}){{4}}")
YEAR_FIRST = re.compile(r"19(?:0[7-9]|1\d)[-/.]?(\d\d)[-/.]?(\d\d)")
DAY_FIRST = re.compile(rf"(\d\d?)[-/. ](\d\d?|(?:{'|'.join(MONTHS)})[a-z]*)[-/., ]{{1,2}}(19(?:0[7-9]|1\d))")


def keys_in(text: str) -> Iterator[str]:
    """The keys of everything in this text that could be a canary. The text is folded already."""
    yield from CORE.findall(text)
    yield from NUMBER.findall(text)
    for found in PHONE.findall(text):
        yield "".join(sign for sign in found if sign.isdigit())
    for found in LETTER.findall(text):
        yield re.sub(SEPARATED, "", found)
    for match in YEAR_FIRST.finditer(text):
        yield "-".join((match[0][:4], match[1], match[2]))
    for day, month, year in DAY_FIRST.findall(text):
        number = month if month.isdigit() else MONTHS.index(month[:3]) + 1
        yield f"{year}-{int(number):02}-{int(day):02}"


def key_of(text: str) -> str:
    """What a typed value is found by. Raises ValueError for one that could not be found."""
    found = sorted(keys_in(folded(text)), key=len)
    if not found:
        raise ValueError(f"{text!r} is no canary")
    return found[-1]


@dataclass
class Planted:
    """What was planted so far; the same place gets the same value.

    `salt` keeps the words of runs apart that write into the same folders: two letters.
    """

    salt: str = "bb"
    canaries: dict[str, Canary] = field(default_factory=dict)
    secrets: dict[str, Canary] = field(default_factory=dict)
    _places: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @classmethod
    def of_this_run(cls) -> Self:
        return cls("".join(choices(LETTERS, k=2)))

    def value(self, kind: str, where: str, room: int = 200) -> str:
        """A canary of this kind for a place, cut to the room there is; "" where none fits."""
        if (kind, where) not in self._places:
            number = next(self._numbers)
            text = self._places[kind, where] = KINDS[kind](_core(number, self.salt), number)
            self.canaries[key_of(text)] = Canary(kind, key_of(text), text, where)
        text = self._places[kind, where][:room].strip()
        return text if key_of(self._places[kind, where]) in keys_in(folded(text)) else ""

    def remember(self, text: str, where: str) -> None:
        """A secret that the product made (a code, a session), looked for as it is; its first place counts."""
        self.secrets.setdefault(text, Canary("secret", text, text, where))

    def found_in(self, text: str) -> set[Canary]:
        """The canaries that stand in this text as it is."""
        keys = set(keys_in(folded(text))) & self.canaries.keys()
        return {self.canaries[key] for key in keys} | {
            canary for secret, canary in self.secrets.items() if _stands_alone(secret, text)
        }


def _stands_alone(secret: str, text: str) -> bool:
    return secret in text and re.search(f"{ALONE[0]}{re.escape(secret)}{ALONE[1]}", text) is not None
