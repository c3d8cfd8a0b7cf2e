"""Start-up checks of the keys: a missing or malformed key stops the process with its name, never with its
value.
"""

from typing import Any

from django.core.checks import CheckMessage, Error

from family_support.base import crypto


def check_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """FIELD_KEYS and BLIND_INDEX_KEY are present, well-formed and long enough."""
    found: list[CheckMessage] = []
    for number, (name, read) in enumerate(
        (("FIELD_KEYS", crypto.keyring), ("BLIND_INDEX_KEY", crypto.blind_index_key)), start=1
    ):
        try:
            read()
        except crypto.KeyProblemError as problem:
            found.append(Error(f"{name}: {problem}", id=f"base.E00{number}"))
    return found
