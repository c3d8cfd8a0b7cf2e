"""Violations planted on purpose, for the guards to find."""
