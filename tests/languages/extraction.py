"""Every string that goes through gettext, and which of them patients read or must not misread."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
ALWAYS = (1,)
KEYWORDS = {
    **dict.fromkeys(("gettext", "gettext_lazy", "gettext_noop", "_"), ALWAYS),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# What patients read. Staff read the rest, in English.
PATIENTS_FILES = (
    "templates/patients/",
    "templates/components/",
    "templates/base.html",
    "templates/error.html",
    "templates/400.html",
    "templates/403.html",
    "templates/403_csrf.html",
    "templates/403_cookies.html",
    "templates/404.html",
    "templates/413.html",
    "templates/429.html",
    "templates/500.html",
    "templates/admin/patients/patient/letter_print.html",
    "patients/",
    "clinic/formats/",
)
STAFFS_FILES = (
    "patients/admin.py",
    "patients/management/",
    "patients/migrations/",
    "patients/models/",
    "patients/services/retention",
    "patients/services/erasure.py",
    "patients/services/restricted.py",
    "patients/services/record_export.py",
)
# Words of models that patients read: units, wishes, answers. By file and name of the enumeration.
PATIENTS_CHOICES = {
    "programmes/models/walk.py": ("Settled", "Painkillers", "Reason"),
    "patients/models/patient.py": ("Units",),
    "programmes/models/set_up.py": ("ReminderWish",),
}
SAFETY_PAGES = frozenset(
    f"templates/patients/_{name}.html" for name in ("before_text", "safety_list", "restricted", "call_clinic")
)
# A text with one of these says where to get help, when to stop, or what a number of pain means.
SAFETY_WORDS = re.compile(
    r"\b(999|111|A&E|GP|emergency|chest|faint|fainted|numb|numbness|weakness|fever|bladder|pee|poo|calf"
    r"|pain|not sure|none of these|hurt|hurts|fell|fall|falls|stop if|at once|24/7|day and night|been told"
    r"|call your (physio|clinic)|call us|settled?|flare-up|flared|symptoms?|lump|swollen|losing weight"
    r"|serious accident|drags|watch|watches|watched|sore|soreness|worse|worry\w*|wait|is new|any of this NEW"
    r"|new since|needs? help|straight away|your legs)\b",
    re.IGNORECASE,
)


@dataclass
class Text:
    """One string of the sources."""

    text: str
    plural: str | None = None
    context: str | None = None
    places: list[str] = field(default_factory=list)  # where patients read it

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.text

    @property
    def is_for_patients(self) -> bool:
        return bool(self.places)

    @property
    def is_about_safety(self) -> bool:
        is_of_a_safety_page = not SAFETY_PAGES.isdisjoint(self.places)
        return is_of_a_safety_page or (self.is_for_patients and bool(SAFETY_WORDS.search(self.text)))


def is_patients(file: str, line: int) -> bool:
    """Whether patients read what this line says."""
    if file in PATIENTS_CHOICES:
        return any(first <= line <= last for first, last in _choices(file))
    return file.startswith(PATIENTS_FILES) and not file.startswith(STAFFS_FILES)


def all_texts() -> dict[tuple[str | None, str], Text]:
    """Every string of code and templates, in the order of files and lines."""
    found: dict[tuple[str | None, str], Text] = {}
    for path in _files():
        name = path.relative_to(ROOT).as_posix()
        for line, context, texts in _of_file(path):
            text = found.setdefault((context, texts[0]), Text(texts[0], context=context))
            text.plural = text.plural or (texts[1] if len(texts) > 1 else None)
            if is_patients(name, line):
                text.places.append(name)
    return found


def patients_texts() -> list[Text]:
    return [text for text in all_texts().values() if text.is_for_patients]


def _files() -> list[Path]:
    code = [path for each in ("clinic", "patients", "programmes") for path in (ROOT / each).rglob("*.py")]
    templates = [path for path in (ROOT / "templates").rglob("*") if path.suffix in (".html", ".svg", ".txt")]
    return sorted([*code, *templates])


def _of_file(path: Path) -> Iterator[tuple[int, str | None, tuple[str, ...]]]:
    source = path.read_text("utf-8")
    calls = [(1, source)] if path.suffix == ".py" else list(_calls(templatize(source)))
    for start, code in calls:
        for line, texts, _comments, context in extract("python", io.BytesIO(code.encode()), KEYWORDS):
            yield start + line - 1, context, texts if isinstance(texts, tuple) else (texts,)


@cache
def _choices(file: str) -> list[tuple[int, int]]:
    """The lines of the enumerations that patients read."""
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    return [(node.lineno, node.end_lineno or 0) for node in classes if node.name in PATIENTS_CHOICES[file]]


CALL = re.compile(r"(?<![\w.])(?:n?p?gettext|_)\(")


def _calls(scanned: str) -> Iterator[tuple[int, str]]:
    """The gettext calls in what Django's scanner leaves of a template, which is no whole Python program."""
    for found in CALL.finditer(scanned):
        yield scanned.count("\n", 0, found.start()) + 1, _until_closed(scanned[found.start() :])


def _until_closed(code: str) -> str:
    depth, lines = 0, code.splitlines(keepends=True)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        depth += {"(": 1, ")": -1}.get(token.string, 0) if token.type == tokenize.OP else 0
        if token.string == ")" and depth == 0:
            row, column = token.end
            return "".join(lines[: row - 1]) + lines[row - 1][:column]
    raise ValueError(f"this call of gettext is not closed: {code[:80]}")
