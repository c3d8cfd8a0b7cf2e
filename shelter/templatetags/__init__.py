"""Pieces of the pages of stays."""
