"""The states, by what a patient is doing: each module adds to the sheet when it is imported."""
