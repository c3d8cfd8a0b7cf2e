"""Words for the person at the terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Trouble(Exception):
    """Something the person must know or do; the text says what, without a traceback."""


def say(text: str = "") -> None:
    """Print at once, also into a pipe."""
    print(text, flush=True)


def complain(text: str) -> None:
    """Print to standard error at once."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Announce a step and, when it is done, the seconds it took."""
    say(f"-> {title}")
    started = time.monotonic()
    yield
    say(f"   done in {time.monotonic() - started:.1f} s")
