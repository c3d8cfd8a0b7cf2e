"""Pages of temporary stays, by noun."""
