"""The buttons of the week table: one week more at the end, a week repeated, a week copied to the end."""

from typing import Any

from programmes.admin.weeks import MOST_WEEKS, PREFIX, WeekForm

ADD, ROW = "add_week", "row"  # names of the buttons; a row's says "repeat-2" or "copy-2", counted from 0
NAMES = (*WeekForm.base_fields, "DELETE")
FRESH = {"days": "3", "minutes": "10", "bouts": "1", "intensity": "easy", "kind": "build"}


def wants_other_rows(posted: Any) -> bool:
    """Whether one of these buttons was pressed: then nothing is stored, and the page comes back."""
    return posted is not None and (ADD in posted or ROW in posted)


def with_other_rows(posted: Any) -> Any:
    """The posted form as the pressed button wants its rows; as it was without a button, or at 104 weeks."""
    if not wants_other_rows(posted):
        return posted
    rows = _rows(posted)
    if len(rows) < MOST_WEEKS:
        rows = _changed(rows, posted.get(ROW, "add"))
    return _with_rows(posted, rows)


def _changed(rows: list[dict[str, str]], button: str) -> list[dict[str, str]]:
    what, _dash, typed = button.partition("-")
    place = _whole(typed)
    if what == "repeat" and place < len(rows):
        return _repeated(rows, place)
    if what == "copy" and place < len(rows):
        return [*rows, _numbered(rows[place], _last(rows) + 1)]
    return [*rows, _numbered(rows[-1] if rows else FRESH, _last(rows) + 1)]


def _repeated(rows: list[dict[str, str]], place: int) -> list[dict[str, str]]:
    """The same week once more right after it; the weeks behind it move on by one."""
    number = _whole(rows[place].get("number"))
    moved = [
        _numbered(row, _whole(row.get("number")) + 1) if _whole(row.get("number")) > number else row
        for row in rows
    ]
    return [*moved[: place + 1], _numbered(rows[place], number + 1), *moved[place + 1 :]]


def _numbered(row: dict[str, str], number: int) -> dict[str, str]:
    """A copy is never marked for removal, whatever the row it was made of."""
    return {**row, "number": str(number), "DELETE": ""} if number else row


def _last(rows: list[dict[str, str]]) -> int:
    return max((_whole(row.get("number")) for row in rows), default=0)


def _rows(posted: Any) -> list[dict[str, str]]:
    total = min(_whole(posted.get(f"{PREFIX}-TOTAL_FORMS")), MOST_WEEKS)
    return [{name: posted.get(f"{PREFIX}-{place}-{name}", "") for name in NAMES} for place in range(total)]


def _with_rows(posted: Any, rows: list[dict[str, str]]) -> Any:
    copy = posted.copy()
    for place, row in enumerate(rows):
        for name in NAMES:
            copy[f"{PREFIX}-{place}-{name}"] = row.get(name, "")
    copy[f"{PREFIX}-TOTAL_FORMS"] = str(len(rows))
    return copy


def _whole(typed: str | None) -> int:
    """0 for what is no number."""
    return int(typed) if typed and typed.isdecimal() and len(typed) < 5 else 0
