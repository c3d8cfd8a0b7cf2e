"""Keys, AES-GCM tokens and the blind index.

A token is ``v1.<key id>.<base64url of nonce, ciphertext and tag>``, bound by its additional data to one
column, so that a value copied to another column does not decrypt. The first key of FIELD_KEYS encrypts;
every key of the ring decrypts.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

PREFIX = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32
_KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")


class KeyProblemError(ImproperlyConfigured):
    """A key is missing or malformed; the message never holds a key."""


class DecryptionError(Exception):
    """A stored value does not open with the keys of this installation: wrong key, wrong column or damaged."""


def _decode(text: str, what: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeyProblemError(f"{what} is not base64") from error
    if len(key) != KEY_BYTES:
        raise KeyProblemError(f"{what} must hold {KEY_BYTES} bytes in base64")
    return key


@lru_cache(maxsize=8)
def _parse(text: str) -> tuple[tuple[str, bytes], ...]:
    ring: dict[str, bytes] = {}
    for number, part in enumerate(filter(None, (piece.strip() for piece in text.split(","))), start=1):
        key_id, _, encoded = part.partition(":")
        if not _KEY_ID.fullmatch(key_id) or not encoded:
            raise KeyProblemError(f"entry {number} must be <id>:<base64 of {KEY_BYTES} bytes>")
        if key_id in ring:
            raise KeyProblemError(f"the key id of entry {number} is there twice")
        ring[key_id] = _decode(encoded, f"entry {number}")
    if not ring:
        raise KeyProblemError("no key is set")
    return tuple(ring.items())


def keyring() -> dict[str, bytes]:
    """Key id -> key, the current one first. Raises KeyProblemError."""
    value = getattr(settings, "FIELD_KEYS", "")
    text = value if isinstance(value, str) else ",".join(value)
    return dict(_parse(text))


def current_key_id() -> str:
    """The id of the key that encrypts."""
    return next(iter(keyring()))


def blind_index_key(setting: str = "BLIND_INDEX_KEY") -> bytes:
    """The key of the blind index. Raises KeyProblemError."""
    value = getattr(settings, setting, "")
    if not value:
        raise KeyProblemError("no key is set")
    return _decode(value, "the key")


def encrypt(text: str, binding: str) -> str:
    """A fresh token of the text under the current key, bound to ``binding`` (table.column)."""
    key_id, key = next(iter(keyring().items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode("utf-8"), f"{PREFIX}.{key_id}.{binding}".encode())
    return f"{PREFIX}.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode('ascii')}"


def decrypt(token: str, binding: str) -> str:
    """The text of a token. Raises DecryptionError: wrong key, unknown key id, another column, damaged."""
    prefix, _, rest = token.partition(".")
    key_id, _, body = rest.partition(".")
    if prefix != PREFIX or not body:
        raise DecryptionError(f"{binding}: the stored value is not an encrypted one")
    key = keyring().get(key_id)
    if key is None:
        raise DecryptionError(f"{binding}: key {key_id} is not in FIELD_KEYS")
    try:
        raw = base64.urlsafe_b64decode(body)
        text = AESGCM(key).decrypt(
            raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{PREFIX}.{key_id}.{binding}".encode()
        )
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise DecryptionError(f"{binding}: key {key_id} does not open the stored value") from error
    return text.decode("utf-8")


def key_id_of(token: str) -> str:
    """The id of the key that made the token."""
    return token.split(".", 2)[1]


def looks_encrypted(value: object) -> bool:
    """Whether a raw column value is a token (history shows it as hidden)."""
    return isinstance(value, str) and value.startswith(f"{PREFIX}.") and value.count(".") == 2


def blind_index(value: str, purpose: str, key: bytes | None = None) -> str:
    """HMAC-SHA256 of a *normalised* value, 64 hex digits, for search by equality; each purpose has its own
    space.

    An empty value has no index: the answer is an empty string. ``key`` is another than BLIND_INDEX_KEY while one
    follows the other.
    """
    if not value:
        return ""
    return hmac.new(key or blind_index_key(), f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()


def fingerprint(key: bytes) -> str:
    """A short mark of a key, safe to store: tells another key from the same one."""
    return hmac.new(key, b"fingerprint", hashlib.sha256).hexdigest()[:32]
