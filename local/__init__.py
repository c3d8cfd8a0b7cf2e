"""What `./run` and `./check` need: set-up, embedded PostgreSQL and Valkey, and the supervisor over all parts.

Standard library only: it runs before anything is installed. `python -m local run` and `python -m local check`.
"""
