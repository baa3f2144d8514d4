"""The admin of the treatment: the programme builder, the template library, and the records to look at."""

from programmes.admin import builder, library, patient_texts, records

__all__ = ["builder", "library", "patient_texts", "records"]
