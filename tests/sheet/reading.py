"""How hard patients' texts are to read: Flesch-Kincaid grade, with syllables as TeX hyphenates them (pyphen).

0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid et al. 1975). Grade 5 is read at ten years of
age. The formula counts length and nothing else, and it is made for running text: headings and labels of a few
words jump with each long word, so texts under FEWEST words are not graded.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser

import pyphen

FEWEST = 7  # words
BLOCKS = {
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "dt",
    "dd",
    "td",
    "th",
    "legend",
    "label",
    "caption",
    "summary",
    "button",
}
BLOCKS |= {"div", "option"}
SKIPPED = {"title", "script", "style", "svg"}
MARKED = {"_", "gettext", "gettext_lazy", "ngettext"}
WORD = re.compile(r"[A-Za-z][A-Za-z’'-]*")
_syllables = pyphen.Pyphen(lang="en_GB", left=1, right=1)


def grade(text: str) -> float:
    words = WORD.findall(text)
    sentences = [each for each in re.split(r"[.!?:;]+(?:\s|$)", text) if re.search(r"[A-Za-z]", each)]
    syllables = sum(max(1, len(_syllables.positions(word.lower())) + 1) for word in words)
    return 0.39 * len(words) / max(1, len(sentences)) + 11.8 * syllables / max(1, len(words)) - 15.59


class _Texts(HTMLParser):
    """The text of each block of a page, on its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text, self._skips = "", 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._skips += tag in SKIPPED
        if tag in BLOCKS:
            self._close()

    def handle_endtag(self, tag: str) -> None:
        self._skips -= tag in SKIPPED
        if tag in BLOCKS:
            self._close()

    def handle_data(self, data: str) -> None:
        if not self._skips:
            self._text += data

    def _close(self) -> None:
        text = " ".join(self._text.split())
        self._text = ""
        if text:
            self.found.append(text)


def texts_of(page: str) -> Iterator[str]:
    """Every block of text of a page."""
    parser = _Texts()
    parser.feed(page)
    yield from map(plain, parser.found)


def texts_in(source: str) -> Iterator[str]:
    """Every literal of a module that is translated: also what no page of the sheet shows."""
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Call) and getattr(node.func, "id", "") in MARKED
        for argument in node.args if called else ():  # type: ignore[attr-defined]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield from map(plain, argument.value.split("\n"))


def plain(text: str) -> str:
    """Numbers and what is put in later as one sign each."""
    text = re.sub(r"%\(\w+\)[sd]", "9", " ".join(text.split()).removeprefix("- "))
    return re.sub(r"\d+(?:[.,:]\d+)*", "9", text)


def hard(texts: Iterable[str], limit: float) -> set[str]:
    """Those that are long enough to be graded, and above the limit."""
    return {text for text in texts if len(WORD.findall(text)) >= FEWEST and grade(text) > limit}
