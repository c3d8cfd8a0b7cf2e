"""Start-up checks of the keys: a missing or malformed key stops the process with its name, never with its
value.
"""

from collections.abc import Callable
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import DatabaseError

from family_support.base import crypto


def check_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """FIELD_KEYS and BLIND_INDEX_KEY are present, well-formed and long enough."""
    found: list[CheckMessage] = []
    keys: dict[str, Callable[[], object]] = {
        "FIELD_KEYS": crypto.keyring,
        "BLIND_INDEX_KEY": crypto.blind_index_key,
    }
    for number, (name, read) in enumerate(keys.items(), start=1):
        try:
            read()
        except crypto.KeyProblemError as problem:
            found.append(Error(f"{name}: {problem}", id=f"base.E00{number}"))
    return found


def compare_keys(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """With a database at hand (``check --database default``, ``migrate``): its keys are these keys."""
    from family_support.base.key_fingerprints import wrong_keys  # needs the models

    if not databases:
        return []
    try:
        wrong = wrong_keys()
    except (DatabaseError, crypto.KeyProblemError):
        return []  # not migrated yet, or E001/E002 say it
    return [
        Error(f"{name} is not the key that this database was written with.", id="base.E003") for name in wrong
    ]


def check_register(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every field of every own model says what it holds about people."""
    from family_support.base.personal_data import problems  # needs the models

    return [Error(f"Register of personal data: {problem}", id="base.E004") for problem in problems()]
