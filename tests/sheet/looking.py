"""What is wrong with a page in a tab: axe, the policy, the width, the size of what is pressed."""

from pathlib import Path

from playwright.sync_api import Browser
from playwright.sync_api import Page as Tab

from tests.sheet import Page
from tests.sheet.showing import Mode, show, tab_in

SMALLEST = 44  # px; links inside a sentence need the 24 of WCAG 2.2 (2.5.8), counted by their line
IN_A_LINE = 24
AXE = (Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js").read_text()
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
  const found = await axe.run(document, {runOnly: {type: 'tag', values: tags}, preload: false});
  return found.violations.map(v => `${v.id} (${v.impact}) ${v.nodes[0].target} ${v.nodes[0].failureSummary}`);
}"""
WATCH = """
  window.refused = [];
  addEventListener('securitypolicyviolation', e => refused.push(`${e.violatedDirective} ${e.blockedURI}`));
"""
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SMALL = """([smallest, inALine]) => {
  for (const each of document.querySelectorAll('details')) each.open = true;
  const found = [];
  const pressed = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
  for (const each of document.querySelectorAll(pressed)) {
    const target = each.matches('[type=checkbox], [type=radio]') && each.closest('label') || each;
    const box = target.getBoundingClientRect(), style = getComputedStyle(each);
    if (each.matches('.skip-link') || !each.checkVisibility() || !box.width) continue;
    const around = each.parentElement.textContent.trim();
    const inText = each.matches('a') && style.display === 'inline' && around !== each.textContent.trim();
    const size = inText ? parseFloat(style.lineHeight) : Math.min(box.width, box.height);
    if (size + .01 < (inText ? inALine : smallest))
      found.push(`${each.outerHTML.slice(0, 90)}: ${box.width} x ${box.height}`);
  }
  return found;
}"""


def axe_and_policy(tab: Tab) -> list[str]:
    refused: list[str] = tab.evaluate("window.refused")  # before axe, which itself tries a style element
    tab.evaluate(AXE)
    found: list[str] = tab.evaluate(RUN, TAGS)
    return found + refused


def small_controls(tab: Tab) -> list[str]:
    """With everything unfolded."""
    found: list[str] = tab.evaluate(SMALL, [SMALLEST, IN_A_LINE])
    return found


def wider(tab: Tab) -> list[str]:
    return ["wider than the screen"] if tab.evaluate(WIDER) else []


def wrong_in(browser: Browser, mode: Mode, pages: list[Page]) -> dict[str, list[str]]:
    """By what is looked for, in this mode: one line for each fault."""
    found: dict[str, list[str]] = {"axe and CSP": [], "controls": [], "width": []}
    with tab_in(browser, mode, pages, script=WATCH) as tab:
        for page in pages:
            show(tab, pages, page)
            said = {"axe and CSP": axe_and_policy(tab), "width": wider(tab)}
            said["controls"] = [] if mode.media == "print" else small_controls(tab)  # paper is not pressed
            said["width"] += wider(tab)  # now unfolded
            for what, lines in said.items():
                found[what] += [f"{mode.name}, {page.name}: {line}" for line in lines]
    return found
