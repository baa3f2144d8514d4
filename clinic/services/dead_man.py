"""A call to a service outside that raises the alarm when it hears nothing from us."""

from http.client import HTTPException
from urllib.request import Request, urlopen

PATIENCE = 5  # seconds; the next call comes in a minute


def call_dead_man(*, url: str) -> bool:
    """Says "all is well", and nothing else. Returns whether it was heard; raises nothing.

    The address is a secret of its own: whoever knows it can keep the alarm quiet. It is not logged.
    """
    try:
        with urlopen(Request(url, headers={"User-Agent": "Waymark"}), timeout=PATIENCE):  # noqa: S310  ours
            return True
    except (OSError, HTTPException, ValueError):
        return False
