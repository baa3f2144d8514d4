"""The strings of Waymark and their translations: extracted, merged and compiled by Babel alone.

`make messages` runs `python -m tests.languages`. It needs no gettext from the system: Python files are read
by Babel, templates by Django's own scanner of templates.
"""
