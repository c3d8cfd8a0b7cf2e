"""What somebody has answered so far in the public form: carried by the page itself, sealed, for an hour.

Neither the address, nor the history, nor any storage of the browser holds it; without the server's key the page's
hidden field says nothing.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing

from family_support.base import crypto

BINDING = "public_form.answers"
SALT = "cases.asking"
KEPT_SECONDS = 60 * 60


@dataclass
class Answers:
    """Answers by step, when the form was opened, and the key that makes its request one request."""

    began: float
    key: str
    steps: dict[str, dict[str, Any]] = field(default_factory=dict)

    def all(self) -> dict[str, Any]:
        """Every answer by its field."""
        return {name: value for step in self.steps.values() for name, value in step.items()}


def begin(now: datetime) -> Answers:
    """An empty form."""
    return Answers(now.timestamp(), str(uuid.uuid4()))


def seal(answers: Answers) -> str:
    """The answers for the page's hidden field: encrypted, signed, dated."""
    text = json.dumps(vars(answers), ensure_ascii=False)
    return signing.TimestampSigner(salt=SALT).sign(crypto.encrypt(text, BINDING))


def unseal(token: str) -> Answers | None:
    """The answers of a hidden field; None when it is too old or not ours."""
    try:
        sealed = signing.TimestampSigner(salt=SALT).unsign(token, max_age=KEPT_SECONDS)
        return Answers(**json.loads(crypto.decrypt(sealed, BINDING)))
    except (signing.BadSignature, crypto.DecryptionError, ValueError, TypeError):
        return None
