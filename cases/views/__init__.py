"""Pages of intakes, people, consents and cases."""
