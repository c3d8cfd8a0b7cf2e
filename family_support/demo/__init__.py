"""Demo data: invented people and organizations, made through the same actions as the pages, with time passed in."""
