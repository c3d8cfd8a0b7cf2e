"""What every machine endpoint stands on: strict bodies, exact errors, JSON answers whatever was asked for."""
