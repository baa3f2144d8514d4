"""`make messages`: renews locale/ from the sources and says what is not translated yet."""

import os
import secrets
import sys

import django

os.environ.setdefault("WAYMARK_SECRET_KEY", secrets.token_hex(32))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
django.setup()

from clinic.languages import shipped  # noqa: E402  needs the settings
from tests.languages.catalogues import write  # noqa: E402


def main() -> int:
    for language, name in shipped().items():
        untranslated = write(language, name)
        print(f"{language}: {len(untranslated)} strings without a translation")
        for text in untranslated:
            print(f"  {text!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
