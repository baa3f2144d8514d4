"""Kilometres and miles: the one place that converts. Everything is stored and reckoned in metres."""

from decimal import Decimal

KILOMETRES, MILES = "km", "mi"
METRES = {KILOMETRES: Decimal(1000), MILES: Decimal("1609.344")}  # the international mile, exactly
HUNDREDTH = Decimal("0.01")


def metres_from(typed: str, units: str) -> int | None:
    """Whole metres of what somebody typed in these units, with a point or a comma; None for no number.

    What is typed with up to two decimals comes back from `in_units` as it was typed: half a metre of rounding
    is far less than half a hundredth of a kilometre or mile.
    """
    try:
        metres = Decimal(typed.strip().replace(",", ".")) * METRES[units]
        return round(metres) if abs(metres) < 10**9 else None
    except (ArithmeticError, ValueError):  # no number, "nan", or one like 1e999999
        return None


def in_units(metres: int, units: str) -> Decimal:
    """So many metres as kilometres or miles, to the hundredth."""
    return (metres / METRES[units]).quantize(HUNDREDTH)


def shortest(metres: int, units: str) -> str:
    """The same without trailing zeros, and with a point: "0.85", "2"."""
    return f"{in_units(metres, units).normalize():f}"
