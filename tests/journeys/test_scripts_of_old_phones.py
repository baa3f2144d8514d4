"""Every script of ours is ES2019, which phones from 2019 on run: acorn, a parser, reads each in Chromium.

Only syntax is read: a script that calls what such a phone lacks (`structuredClone`) must ask for it first.
"""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.figures import Figure, record

pytestmark = pytest.mark.e2e
ROOT = Path(__file__).resolve().parents[2]
VENDORED = ROOT / "tests/vendor"
ACORN = VENDORED / "acorn/acorn.js"
SCRIPTS = sorted([*(ROOT / "static").rglob("*.js"), *(ROOT / "templates").rglob("*.js")])
PARSE = """([text, kind]) => {
  try { acorn.parse(text, {ecmaVersion: 2019, sourceType: kind}); } catch (error) { return error.message; }
  return null;
}"""


@pytest.fixture
def complaint(browser):
    """What acorn says against a text; None where it is ES2019."""
    page = browser.new_page()
    page.add_script_tag(content=ACORN.read_text())
    yield lambda text, kind="script": page.evaluate(PARSE, [text, kind])
    page.close()


def test_every_script_is_es2019(complaint):
    found = {path.relative_to(ROOT).as_posix(): complaint(path.read_text()) for path in SCRIPTS}
    newer = {name: said for name, said in found.items() if said}
    record(Figure("scripts that are not ES2019", len(newer), "== 0"))
    assert len(SCRIPTS) >= 3
    assert newer == {}


@pytest.mark.parametrize(
    "newer",
    [
        "a?.b",  # 2020
        "a ?? b",
        "import('x')",
        "1n",
        "a ??= b",  # 2021
        "1_000",
        "class A { b = 1 }",  # 2022
        "class A { #b() {} }",
    ],
)
def test_what_is_newer_is_refused(complaint, newer):
    assert complaint(newer) is not None


@pytest.mark.parametrize(
    "older", ["try { a() } catch { b() }", "const {a, ...b} = c", "async () => { for await (const a of b); }"]
)
def test_what_2019_knows_is_read(complaint, older):
    assert complaint(older) is None


@pytest.mark.parametrize("sums", sorted(VENDORED.glob("*/SHA256SUMS")), ids=lambda path: path.parent.name)
def test_vendored_files_are_what_was_fetched(sums):
    for line in sums.read_text().splitlines():
        expected, name = line.split()
        assert sha256((sums.parent / name).read_bytes()).hexdigest() == expected
