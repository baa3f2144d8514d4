"""Every text of patients is read at ten years of age, or stands on the reviewed list with its reason."""

import tomllib

from tests.figures import Figure, record
from tests.patients.test_wording import BANNED
from tests.sheet import ROOT
from tests.sheet.reading import grade, hard, texts_in, texts_of

HIGHEST = 5  # Flesch-Kincaid grade
REVIEWED = tomllib.loads((ROOT / "tests/sheet/reviewed.toml").read_text())
SOURCES = [
    *(ROOT / "patients/forms").glob("*.py"),
    *(ROOT / "patients/wording").glob("*.py"),
    *(ROOT / "patients/views").glob("*.py"),
    *(ROOT / f"patients/{name}.py" for name in ("mails", "day_wording", "plan_wording")),
]


def test_every_text_is_easy_or_reviewed(pages):
    texts = {text for page in pages for text in texts_of(page.body)}
    texts |= {text for path in SOURCES for text in texts_in(path.read_text())}
    above = hard(texts, HIGHEST)
    record(
        Figure("texts of patients above reading grade 5, not reviewed", len(above - set(REVIEWED)), "== 0")
    )
    record(Figure("texts of patients above reading grade 5, reviewed", len(above), "<= 40"))
    assert sorted(above - set(REVIEWED)) == []
    assert sorted(set(REVIEWED) - above) == []  # lines that no text needs any more
    assert [text for text, reason in REVIEWED.items() if len(reason) < 15] == []


def test_no_page_has_a_banned_word(pages):
    found = [
        (page.name, word)
        for page in pages
        for word in BANNED
        if any(word in text.lower() for text in texts_of(page.body))
    ]
    record(Figure(f"banned words on {len(pages)} pages of patients", len(found), "== 0"))
    assert found == []


def test_the_formula_tells_easy_from_hard():
    assert grade("Walk a bit. Then rest. You can sit on a bench.") < 1
    assert grade("Musculoskeletal deterioration necessitates immediate physiotherapeutic intervention.") > 15
