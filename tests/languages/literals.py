"""Words for people that do not go through gettext: in templates, and in what code shows or sends."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tests.languages.extraction import ROOT

TAGS = re.compile(r"\{#.*?#\}|\{% comment.*?endcomment %\}|\{% blocktranslate.*?endblocktranslate %\}", re.S)
CLASSES = re.compile(r"\{% block (?:body_class|bodyclass|coltype|when) %\}.*?\{% endblock %\}", re.S)
REST = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.S)
WORDS = re.compile(r"[^\W\d_]{2,}")
SHOWN = ("alt", "title", "placeholder", "aria-label", "aria-description", "summary", "content")
# Names, units and signs that are the same in every language.
NOT_WORDS = {"Waymark", "zip", "JSON", "json", "record", "noindex", "width", "device", "initial", "scale"}
NOT_WORDS |= {"light", "dark"}
# Calls that show or send what they are given.
SHOWING = {"ValidationError", "add_error", "success", "error", "info", "warning", "Letter"}
SHOWN_KEYWORDS = {
    "label",
    "help_text",
    "verbose_name",
    "verbose_name_plural",
    "subject",
    "body",
    "description",
}


class _Visible(HTMLParser):
    """Gathers text nodes and the attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "code")
        self.found += [value or "" for name, value in attrs if name in SHOWN and tag != "meta"]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def literals_of_template(path: Path) -> list[str]:
    """Letters that stand in a template as they are shown."""
    parser = _Visible()
    parser.feed(REST.sub(" ", CLASSES.sub(" ", TAGS.sub(" ", path.read_text("utf-8")))))
    name = path.relative_to(ROOT).as_posix()
    words = (word for text in parser.found for word in WORDS.findall(text))
    return [f"{name}: {word}" for word in words if word not in NOT_WORDS]


def literals_of_code(path: Path) -> list[str]:
    """Strings that code hands over to be shown, without gettext around them."""
    name = path.relative_to(ROOT).as_posix()
    if "/migrations/" in name or "/management/" in name or "/personal/" in name:
        return []
    tree = ast.parse(path.read_text("utf-8"))
    return [f"{name}: {text}" for node in ast.walk(tree) for text in _shown(node)]


def _shown(node: ast.AST) -> Iterator[str]:
    if not isinstance(node, ast.Call):
        return
    called = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
    on_log = isinstance(node.func, ast.Attribute) and getattr(node.func.value, "id", "") == "log"
    if called in SHOWING and not on_log:
        yield from (text for each in node.args for text in _plain(each))
    for keyword in node.keywords:
        if keyword.arg in SHOWN_KEYWORDS:
            yield from _plain(keyword.value)


def _plain(value: ast.AST) -> Iterator[str]:
    """The words of a literal; what is inside a call has been translated, or is not shown."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        if " " in value.value.strip() and WORDS.search(value.value):
            yield value.value
    elif isinstance(value, ast.JoinedStr):
        yield from (text for part in value.values for text in _plain(part))
    elif isinstance(value, ast.BinOp):
        yield from (*_plain(value.left), *_plain(value.right))
