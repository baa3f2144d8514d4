"""What a clinician asks before somebody's first walking programme. Plain codes; words stand in the pages."""

CHECKLIST_VERSION = "uk-1"
"""Stored with every answer: which list was read. Changes with any item below or its words."""

ITEMS = (
    "red_flags",
    "nerve_root_signs",
    "severe_stenosis",
    "inflammatory_disease",
    "unstable_heart",
    "aortic_stenosis",
    "fever",
    "pregnancy",
    "cancer",
    "steroids",
    "recent_fracture",
    "falls",
)
"""Each of them present asks for a decision with a reason: nothing here decides by itself [P]."""
