"""A QR code as one SVG path: no style attribute, no picture from elsewhere, so the strict policy holds."""

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


def _runs(rows: list[list[bool]]) -> list[str]:
    """Neighbouring dark modules of a row become one rectangle."""
    drawn = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = 0
            while x + run < len(row) and row[x + run]:
                run += 1
            if run:
                drawn.append(f"M{x} {y}h{run}v1h-{run}z")
            x += run or 1
    return drawn
