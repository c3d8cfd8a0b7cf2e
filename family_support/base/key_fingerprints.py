"""Which keys this database was written with: other keys under the same names are refused before they write
anything.
"""

from family_support.base import crypto
from family_support.base.models import KeyFingerprint


class WrongKeysError(Exception):
    """FIELD_KEYS or BLIND_INDEX_KEY do not belong to this database."""


def _marks() -> dict[str, str]:
    marks = {f"FIELD_KEYS {key_id}": crypto.fingerprint(key) for key_id, key in crypto.keyring().items()}
    return {**marks, "BLIND_INDEX_KEY": crypto.fingerprint(crypto.blind_index_key())}


def check_keys() -> None:
    """Compare the environment's keys with the database's marks and note new field keys; owner only.

    Raises WrongKeysError when a key differs from the one that the database was written with.
    """
    known = dict(KeyFingerprint.objects.values_list("name", "fingerprint"))
    for name, mark in _marks().items():
        if known.setdefault(name, mark) != mark:
            raise WrongKeysError(f"{name} is not the key that this database was written with.")
    KeyFingerprint.objects.bulk_create(
        (KeyFingerprint(name=name, fingerprint=mark) for name, mark in known.items()), ignore_conflicts=True
    )
