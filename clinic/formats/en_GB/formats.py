"""20 Nov 2026, 14:05: as everywhere else in the house, never "Nov. 20, 2026, 2:05 p.m."."""

DATE_FORMAT = SHORT_DATE_FORMAT = "j M Y"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = "j M Y, H:i"
MONTH_DAY_FORMAT = "j M"
