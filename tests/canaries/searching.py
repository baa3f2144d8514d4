"""Finds canaries in whatever a process wrote, in each encoding that something on the way may have used.

Encodings stand inside one another (a broker's message is base64 in JSON in an escaped line): what one decoder
gives is searched and decoded again.
"""

import base64
import binascii
import html
import quopri
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.header import decode_header
from urllib.parse import unquote_plus

from tests.canaries.values import Canary, Planted, folded

DEPTH, DEPTH_OF_BINARY = 5, 2  # encodings inside one another; noise decodes to noise
CONTEXT = 60  # characters shown around a find

PERCENT = re.compile("%[0-9a-fA-F]{2}")
ESCAPED = re.compile(r"\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[0-3][0-7]{2}|[\\\"'/nrt])")
HEADER_WORD = re.compile(r"=\?[\w-]+\?[bqBQ]\?[^?]*\?=(?:\s+(?==\?))?")
BASE64 = re.compile(r"(?:[A-Za-z0-9+/_-](?:\\?\r?\n[ \t]?)?){7,}={0,2}")
HEX = re.compile(r"(?:[0-9a-fA-F]{2}){5,}")
READABLE = re.compile("[^\x01-\x08\x0e-\x1f\x7f\udc80-\udcff]{5,}")  # no canary is shorter
PAIRED = re.compile("[\ud800-\udbff]")  # the first half of a sign that JSON writes as two
ZLIB, GZIP = b"\x78", b"\x1f\x8b"
NO_LINES = dict.fromkeys(map(ord, "\\\r\n \t="))
PLAIN = {"\\n": "\n", "\\r": "\r", "\\t": "\t"}


@dataclass(frozen=True)
class Find:
    """A canary where none may be: the place, how it was encoded, and what stood around it."""

    canary: Canary
    place: str
    encodings: tuple[str, ...]
    context: str

    def __str__(self) -> str:
        return f"{self.place}: {self.canary} as {' in '.join(self.encodings) or 'itself'}: …{self.context}…"


def finds(planted: Planted, place: str, content: bytes | str) -> list[Find]:
    """Every canary in this content, once, in whatever encoding."""
    found: dict[Canary, Find] = {}
    for encodings, text in readings(content):
        for canary in planted.found_in(text) - found.keys():
            found[canary] = Find(canary, place, encodings, _around(text, canary))
    return list(found.values())


def leaks(planted: Planted, place: str, content: bytes | str) -> list[Find]:
    """Finds, but for a secret in the one place that brings it: a code in the mail to its owner."""
    return [find for find in finds(planted, place, content) if find.canary.where != place]


def readings(content: bytes | str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The content as text, and what each decoder makes of it, and of that again."""
    if isinstance(content, bytes):
        content = content.decode("utf-8", "surrogateescape")
    seen, waiting = {content}, [((), content)]
    depth = DEPTH_OF_BINARY if "\x00" in content else DEPTH
    while waiting:
        encodings, text = waiting.pop()
        yield encodings, text
        for name, decode in DECODERS.items() if len(encodings) < depth else ():
            decoded = decode(text)
            if decoded and decoded not in seen:
                seen.add(decoded)
                waiting.append(((name, *encodings), decoded))


def _around(text: str, canary: Canary) -> str:
    """What stands beside it, for a person to find the place; of a number the beginning of the text."""
    plain = folded(text)
    at = max(0, plain.find(folded(canary.text)[:8]))
    return plain[max(0, at - CONTEXT) : at + CONTEXT].replace("\n", " ")


# --- Decoders: text to text, "" where there is nothing to decode


def _percent(text: str) -> str:
    return unquote_plus(text, errors="replace") if PERCENT.search(text) else ""


def _escapes(text: str) -> str:
    """JSON, Python, PostgreSQL and C: \\u00e9, \\xc3\\xa9, \\303\\251, \\n."""
    if "\\" not in text:
        return ""
    raw = ESCAPED.sub(_unescaped, text)
    # Bytes that were escaped one by one are letters only together; halves of a pair likewise.
    return raw.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _has_pairs(raw) else raw


def _unescaped(match: re.Match[str]) -> str:
    said = match[0]
    if said[1] in "uU":
        return chr(min(int(said[2:], 16), 0x10FFFF))
    if said[1] == "x":
        return _byte(int(said[2:], 16))
    if said[1] in "0123":
        return _byte(int(said[1:], 8))
    return PLAIN.get(said, said[1])


def _byte(value: int) -> str:
    return chr(value) if value < 0x80 else chr(0xDC00 + value)  # as surrogateescape writes a byte


def _has_pairs(text: str) -> bool:
    return PAIRED.search(text) is not None


def _bytes_that_are_letters(text: str) -> str:
    """Bytes beyond ASCII, kept apart until now, read as UTF-8 together."""
    if not re.search("[\udc80-\udcff]{2}", text):
        return ""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _entities(text: str) -> str:
    return html.unescape(text) if "&" in text else ""


def _quoted_printable(text: str) -> str:
    if not re.search(r"=(?:[0-9A-F]{2}|\r?\n)", text):
        return ""
    return quopri.decodestring(_as_bytes(text)).decode("utf-8", "replace")


def _header_words(text: str) -> str:
    words = HEADER_WORD.findall(text)
    if not words:
        return ""
    return " ".join(_header_word("".join(words[place:])) for place in range(len(words)))


def _header_word(words: str) -> str:
    try:
        parts = decode_header(words)
    except (binascii.Error, ValueError):
        return ""
    return "".join(part.decode(charset or "ascii", "replace") for part, charset in parts if charset)


def _base64(text: str) -> str:
    """Each run, from each of four beginnings: what stands before it may look like base64 too."""
    return "\n".join(
        decoded
        for run in BASE64.findall(text)
        for beginning in range(4)
        if (decoded := _run_of_base64(run.translate(NO_LINES)[beginning:]))
    )


def _run_of_base64(run: str) -> str:
    whole = run[: len(run) - (len(run) % 4 == 1)].replace("-", "+").replace("_", "/")
    return _readable(base64.b64decode(whole + "=" * (-len(whole) % 4)))


def _hex(text: str) -> str:
    return "\n".join(decoded for run in HEX.findall(text) if (decoded := _readable(binascii.unhexlify(run))))


def _readable(found: bytes) -> str:
    """What is text of it, or of what was packed; "" for noise, which most words are when read as base64."""
    text = (_unpacked(found) or found).decode("utf-8", "surrogateescape")
    return "\n".join(READABLE.findall(text))


def _unpacked(found: bytes) -> bytes:
    if found[:1] != ZLIB and found[:2] != GZIP:
        return b""
    with suppress(zlib.error):
        return zlib.decompressobj(wbits=47).decompress(found)  # 47: zlib or gzip, by its first bytes
    return b""


def _packed(text: str) -> str:
    """gzip and zlib from the first byte on."""
    return _unpacked(_as_bytes(text)).decode("utf-8", "surrogateescape") if text[:1] in "x\x1f" else ""


def _wide(text: str) -> str:
    """UTF-16, as in browsers' stores: from the first byte, from the second, and ASCII anywhere."""
    if "\x00" not in text:
        return ""
    raw = _as_bytes(text)
    both = (raw[beginning:].decode("utf-16-le", "replace") for beginning in (0, 1))
    return "\n".join((*both, text.replace("\x00", "")))


def _as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape" if not _has_pairs(text) else "replace")


DECODERS: dict[str, Callable[[str], str]] = {
    "percent": _percent,
    "escapes": _escapes,
    "bytes": _bytes_that_are_letters,
    "entities": _entities,
    "quoted-printable": _quoted_printable,
    "header words": _header_words,
    "base64": _base64,
    "hex": _hex,
    "packed": _packed,
    "UTF-16": _wide,
}
