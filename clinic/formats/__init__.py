"""How days and times are written where Django writes them by itself: the admin's lists and records."""
