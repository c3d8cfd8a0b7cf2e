"""Secrets of an installation, made at the first start and kept beside its data, readable by the starter only."""

import base64
import json
import os
import secrets
from pathlib import Path


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def load(folder: Path) -> dict[str, str]:
    """The secrets of this data folder; missing ones are made. Without its keys, encrypted fields are lost."""
    path = folder / "keys.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    fresh = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "FIELD_KEYS": f"k1:{_key()}",
        "BLIND_INDEX_KEY": _key(),
        "superuser_password": secrets.token_hex(24),
        "owner_password": secrets.token_hex(24),
        "runtime_password": secrets.token_hex(24),
        "valkey_password": secrets.token_hex(24),
    }
    if fresh.keys() - kept.keys():
        kept = fresh | kept
        write_private(path, json.dumps(kept, indent=1))
    return kept


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read (mode 600), all or nothing."""
    partial = path.with_name(f"{path.name}.part")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)
