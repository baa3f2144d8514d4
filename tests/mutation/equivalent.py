"""x"""

EQUIVALENT: dict[str, str] = {}
