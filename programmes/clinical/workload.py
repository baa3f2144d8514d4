"""How many minutes a week a clinic's reviewing takes, from the number of running programmes."""

from math import ceil

from programmes.clinical.thresholds import WORKLOAD, WorkloadNumbers


def minutes_needed(programmes: int, numbers: WorkloadNumbers = WORKLOAD) -> int:
    """Minutes a week for so many running programmes, rounded up.

    Items a patient-week (the budget of the flag load) times minutes an item.
    """
    return ceil(round(programmes * numbers.items_a_week * numbers.minutes_an_item, 6))
