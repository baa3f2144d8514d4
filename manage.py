#!/usr/bin/env python
"""Command line of Waymark: `manage.py help` lists the commands."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from clinic import logs

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    logs.speak_in_lines()
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        if "settings.DATABASES" not in str(problem):
            raise
        sys.exit(
            "No database. Start `make demo` first (the same WAYMARK_STATE finds it), or set DATABASE_URL, "
            "MIGRATOR_DATABASE_URL, MAINTENANCE_DATABASE_URL and REDIS_URL."
        )
