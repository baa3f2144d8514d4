"""Whether a page written from right to left is the mirror image of itself written from left to right."""

from typing import Any

# Every box but those inside a line of text, a plot, or of what is written from left to right everywhere.
BOXES = """(direction) => {
  const root = document.documentElement;
  root.dir = direction;
  const found = [], name = e => `${e.tagName.toLowerCase()}.${[...e.classList].join('.')}`
    + ` "${e.textContent.trim().replace(/\\s+/g, ' ').slice(0, 30)}"`;
  for (const e of document.querySelectorAll('body *')) {
    const style = getComputedStyle(e);
    if (style.display.startsWith('inline') || e.closest('svg, [dir]:not(html), .visually-hidden, .skip-link')
        || !e.checkVisibility()) continue;
    const box = e.getBoundingClientRect();
    found.push([name(e), box.left, root.clientWidth - box.right]);
  }
  return found;
}"""
ROUNDED = 1.5  # px


def not_mirrored(tab: Any) -> list[str]:
    """Boxes that stay where they were; the page stands turned round afterwards."""
    before, after = tab.evaluate(BOXES, "ltr"), tab.evaluate(BOXES, "rtl")
    return [
        f"{name}: {left:.0f} px from the left, then {end:.0f} px from the right"
        for (name, left, _right), (_name, _left, end) in zip(before, after, strict=True)
        if abs(left - end) > ROUNDED
    ]
