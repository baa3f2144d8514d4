"""The course of a plan: which week is in force on each day, and why.

A clinician signs weeks and four switches. What follows from them, from the walks and from the pauses is
computed here, by one function, and stored nowhere: `course_of`.
"""

from programmes.clinical.course.run import course_of
from programmes.clinical.course.values import (
    Course,
    Dose,
    Flare,
    Prescription,
    Repeat,
    Stretch,
    Why,
    governing,
)

__all__ = ["Course", "Dose", "Flare", "Prescription", "Repeat", "Stretch", "Why", "course_of", "governing"]
