"""What a browser shows of a page: text that is cut or too wide, and letters that no translation made."""

import re
from dataclasses import dataclass, field
from typing import Any

# Text that its own box cuts off, a page or a control that is too narrow for it, labels outside their plot.
CUT = """() => {
  const shown = e => e.checkVisibility({checkVisibilityCSS: true})
    && !e.closest('.visually-hidden, .skip-link');
  const name = e => `${e.tagName.toLowerCase()}${e.className && e.className.baseVal === undefined
    ? '.' + [...e.classList].join('.') : ''} "${e.textContent.trim().replace(/\\s+/g, ' ').slice(0, 40)}"`;
  const found = [], root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    found.push(`the page is ${root.scrollWidth} px wide on a screen of ${root.clientWidth}`);
    for (const e of document.querySelectorAll('body *')) {
      const box = e.getBoundingClientRect();
      if ((box.right > root.clientWidth + 1 || box.left < -1) && shown(e) && !e.closest('.scrolls, svg')
          && e.children.length === 0) found.push(`outside the screen: ${name(e)}`);
    }
  }
  for (const e of document.querySelectorAll('body *')) {
    if (!shown(e) || e.closest('svg')) continue;
    const style = getComputedStyle(e);
    const cuts = ['hidden', 'clip'].includes(style.overflowX) || style.textOverflow === 'ellipsis';
    const control = e.matches('button, a.button, .tile, th, .tile span');
    if ((cuts || control) && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0
        && style.display !== 'inline') found.push(`cut: ${name(e)}`);
  }
  for (const e of document.querySelectorAll('svg text')) {
    const box = e.getBoundingClientRect(), plot = e.closest('svg').getBoundingClientRect();
    const leaves = box.left < plot.left - 2 || box.right > plot.right + 2;
    if (plot.width && leaves) found.push(`outside the plot: ${name(e)}`);
  }
  return found;
}"""
# Everything that is read or read out.
SAID = """() => {
  const said = [document.title];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const parent = walk.currentNode.parentElement;
    const silent = 'script, style, noscript, [translate=no], [lang]:not(html)';
    if (!parent.closest(silent)) said.push(walk.currentNode.data);
  }
  for (const e of document.querySelectorAll('[aria-label], [alt], [title], [placeholder]'))
    for (const name of ['aria-label', 'alt', 'title', 'placeholder'])
      if (e.getAttribute(name)) said.push(e.getAttribute(name));
  for (const e of document.querySelectorAll('input[type=submit], input[type=button]')) said.push(e.value);
  return said.map(text => text.replace(/\\s+/g, ' ').trim()).filter(Boolean);
}"""
LETTERS = re.compile(r"(?<![\w/.:@-])[A-Za-z][A-Za-z'’]+(?![\w/@]|\.\w)")


@dataclass
class Look:
    """What was seen so far: too wide or cut, and not translated, each with its page."""

    names: set[str]
    typed: set[str] = field(default_factory=set)  # by people, whatever language they read
    cut: list[str] = field(default_factory=list)
    literal: list[str] = field(default_factory=list)

    def at(self, page: Any, where: str) -> None:
        """Looks at the page that stands open."""
        self.cut += [f"{where}: {line}" for line in page.evaluate(CUT)]
        for text in page.evaluate(SAID):
            self.literal += [f"{where}: {word} in {text[:90]!r}" for word in self.untranslated(text)]

    def untranslated(self, text: str) -> list[str]:
        """Words in letters that the pseudo-language does not use, and that are nobody's name."""
        for words in self.typed:
            text = text.replace(words, " ")
        return [word for word in LETTERS.findall(text) if word not in self.names]
