"""Shapes of input of the pages of intakes, people, consents and cases."""
