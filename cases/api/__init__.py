"""Endpoints of intakes: contact center 111 and state information systems."""
