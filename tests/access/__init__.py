"""Every address x method x person x row, and what it answers: the table is matrix.csv, read by people."""

WRITE = "WAYMARK_ACCESS_WRITE"  # a folder: answers go there instead of being compared
NEW = "WAYMARK_ACCESS_NEW"  # set: only addresses without lines are asked
