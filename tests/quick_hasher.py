"""Passwords of tests: production's algorithm, so that real servers accept them, in one round."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    iterations = 1
