"""The patient's verbs."""
