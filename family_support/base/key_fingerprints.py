"""Which keys this database was written with: other keys under the same names are refused before they write
anything.
"""

import logging

from django.db import OperationalError

from family_support.base import crypto
from family_support.base.models import KeyFingerprint

# The mark of the blind index' key, and of the one that it is on the way to (family_support/base/reindexing.py).
BLIND = "BLIND_INDEX_KEY"
UNFINISHED = "rotate_blind_index unfinished"
logger = logging.getLogger(__name__)


class WrongKeysError(Exception):
    """FIELD_KEYS or BLIND_INDEX_KEY do not belong to this database."""


def _marks() -> dict[str, str]:
    marks = {f"FIELD_KEYS {key_id}": crypto.fingerprint(key) for key_id, key in crypto.keyring().items()}
    return {**marks, BLIND: crypto.fingerprint(crypto.blind_index_key())}


def wrong_keys() -> list[str]:
    """Names of the environment's keys that are not those this database was written with; reads only."""
    known = dict(KeyFingerprint.objects.values_list("name", "fingerprint"))
    found = [name for name, mark in _marks().items() if known.get(name, mark) != mark]
    return [*found, UNFINISHED] if UNFINISHED in known else found


def refuse_wrong_keys() -> None:
    """At the start of a process that serves: stop at once instead of failing at the first person's page.

    A database that cannot be reached yet stops nobody: every read opens its value with the key or fails loudly.
    Raises WrongKeysError.
    """
    try:
        wrong = wrong_keys()
    except OperationalError:
        logger.warning("the keys were not compared: no database at the start")
        return
    if wrong:
        raise WrongKeysError(f"not the keys that this database was written with: {', '.join(wrong)}")


def check_keys() -> None:
    """Compare the environment's keys with the database's marks and note new field keys; owner only.

    Raises WrongKeysError when a key differs from the one that the database was written with.
    """
    known = dict(KeyFingerprint.objects.values_list("name", "fingerprint"))
    if UNFINISHED in known:
        raise WrongKeysError("rotate_blind_index was left unfinished: finish it first.")
    for name, mark in _marks().items():
        if known.setdefault(name, mark) != mark:
            raise WrongKeysError(f"{name} is not the key that this database was written with.")
    KeyFingerprint.objects.bulk_create(
        (KeyFingerprint(name=name, fingerprint=mark) for name, mark in known.items()), ignore_conflicts=True
    )
