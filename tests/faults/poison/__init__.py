"""An app of the runs only: a handler that always fails, and one beside it that never does."""
