"""What a password must be (OWASP ASVS 6.2): long, not guessable, not known from a breach. No recipe, no expiry.

Each class is one of Django's validators with words in the product's languages. All characters count, spaces too.
"""

import hashlib
import logging
import re
from typing import Any

import requests
from django.conf import settings
from django.contrib.auth import password_validation as django_rules
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

logger = logging.getLogger(__name__)

# Of zxcvbn's 0–4: 3 withstands somebody who tries hashes for long, 2 does not.
LEAST_SCORE = 3
# Its time grows with the length; what is hard to guess is so by its first characters.
LOOKED_AT = 64
# Words that anybody attacking this product tries first.
OWN_WORDS = ("otbasy", "отбасы", "family", "support", "center", "centre", "семья", "қолдау", "ортасы")
OWN_FIELDS = ("last_name", "first_name", "patronymic", "email")
# A word typed with the other layout on: "пароль" is known as "gfhjkm".
LAYOUT = str.maketrans("йцукенгшщзхъфывапролджэячсмитьбю", "qwertyuiop[]asdfghjkl;'zxcvbnm,.")


class LengthValidator:
    """From 12 to 128 characters."""

    def __init__(self, least: int = 12, most: int = 128) -> None:
        self.least, self.most = least, most

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError outside the bounds."""
        if len(password) < self.least:
            text = _("At least %(least)d characters: this one has %(count)d.")
            raise ValidationError(text % {"least": self.least, "count": len(password)}, "password_too_short")
        if len(password) > self.most:
            text = _("At most %(most)d characters.") % {"most": self.most}
            raise ValidationError(text, "password_too_long")

    def get_help_text(self) -> str:
        """The hint under the field: how a good one is made."""
        return _(
            "From 12 to 128 characters of any kind, spaces too. Four or five words that have nothing to do with one "
            "another are easy to remember and hard to guess."
        )


class KnownValidator(django_rules.CommonPasswordValidator):
    """Not one of the twenty thousand that are used most, nor in the list of breached ones on a server, if the operator
    named one (BREACHED_PASSWORDS_URL).

    The range protocol of Pwned Passwords: five characters of a hash leave this machine, the password never does.
    A server that is away keeps nobody from setting a password; the log says that it was not asked.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for one on either list."""
        super().validate(password, user)
        if settings.BREACHED_PASSWORDS_URL and self._breached(password):
            raise ValidationError(self.get_error_message(), "password_breached")

    @staticmethod
    def _breached(password: str) -> bool:
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
        try:
            answer = requests.get(
                f"{settings.BREACHED_PASSWORDS_URL}/{digest[:5]}", headers={"Add-Padding": "true"}, timeout=2
            )
            answer.raise_for_status()
        except requests.RequestException as error:
            logger.warning("breached_passwords_unknown", extra={"error": type(error).__name__})
            return False
        rows = (line.strip().partition(":") for line in answer.text.upper().splitlines())
        # Padding comes with the count 0.
        return any(ending == digest[5:] and count.strip("0") for ending, _colon, count in rows)

    def get_error_message(self) -> str:
        """Why."""
        return _("This password is known from breaches: choose another one.")

    def get_help_text(self) -> str:
        """Said with the others."""
        return _("Passwords known from breaches are refused.")


class SimilarityValidator(django_rules.UserAttributeSimilarityValidator):
    """Not the own name or e-mail."""

    def __init__(self) -> None:
        super().__init__(user_attributes=OWN_FIELDS)

    def get_error_message(self) -> str:
        """Why."""
        return _("The password is too close to your name or e-mail.")

    def get_help_text(self) -> str:
        """Said with the others."""
        return _("Do not use your name or e-mail.")


def own_words(user: Any) -> list[str]:
    """The product's words and the person's, the longest first; short ones tell nothing."""
    told = " ".join(str(getattr(user, name, "") or "") for name in OWN_FIELDS)
    words = {word.lower() for word in (*OWN_WORDS, *re.split(r"[\W_]+", told))}
    return sorted((word for word in words if len(word) > 3), key=len, reverse=True)


class GuessableValidator:
    """Not made of words, names, dates and rows of keys that programs try first (zxcvbn, with 30 000 known ones)."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for what is guessed soon, in either layout of the keyboard."""
        known = own_words(user)
        shown = password[:LOOKED_AT].lower()
        rest = shown
        for word in known:
            rest = rest.replace(word, "")
        # What is left without the words of this place and person has to be enough by itself.
        for text in {password[:LOOKED_AT], shown.translate(LAYOUT), rest}:
            if not text or zxcvbn(text, user_inputs=known)["score"] < LEAST_SCORE:
                raise ValidationError(
                    _(
                        "This password is easy to guess: choose more words, or words that do not belong together."
                    ),
                    "password_easy",
                )

    def get_help_text(self) -> str:
        """Said with the others."""
        return _("So are names, dates and rows of keys alone.")
