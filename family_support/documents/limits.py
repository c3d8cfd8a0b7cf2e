"""Limits a child puts on itself before it reads anything. No imports of the project: children start fast."""

import resource


def restrict(*, seconds: int, memory: int) -> None:
    """Bound processor seconds, writable memory in bytes (reserved addresses cost nothing), and files."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128))
    resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024**2, 16 * 1024**2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
