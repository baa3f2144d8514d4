"""A second language, of which every string is translated: for tests of what happens once it is offered."""

import pytest

from clinic import languages
from tests.languages.extraction import patients_texts
from tests.languages.pseudo import PSEUDO, write_pseudo


@pytest.fixture(scope="session")
def pseudo_catalogue(tmp_path_factory):
    folder = tmp_path_factory.mktemp("locale")
    write_pseudo(folder, PSEUDO, texts=patients_texts())
    return folder


@pytest.fixture
def complete(settings, pseudo_catalogue):
    """Shipped and complete; nobody has approved it."""
    settings.LANGUAGES = [*settings.LANGUAGES, (PSEUDO, "Accented")]
    settings.LOCALE_PATHS = [pseudo_catalogue, *settings.LOCALE_PATHS]
    languages.digest.cache_clear()
    yield PSEUDO
    languages.digest.cache_clear()
