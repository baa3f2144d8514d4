"""The clinic's own verbs."""
