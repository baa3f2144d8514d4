"""A QR code as one SVG path: no style attribute, no picture from elsewhere, so the strict policy holds."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django import template
from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_M

register = template.Library()


@register.inclusion_tag("components/_qr.svg")
def qr(text: str, title: str) -> dict[str, Any]:
    """The text as a code with the quiet margin that readers need; `title` says what it opens."""
    code = QRCode(error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    rows = code.get_matrix()
    return {"path": "".join(_runs(rows)), "size": len(rows), "title": title}


def _runs(rows: list[list[bool]]) -> Iterator[str]:
    """Neighbouring dark modules of a row become one rectangle."""
    for y, row in enumerate(rows):
        for is_dark, run in groupby(range(len(row)), key=row.__getitem__):
            columns = list(run)
            if is_dark:
                yield f"M{columns[0]} {y}h{len(columns)}v1h-{len(columns)}z"
