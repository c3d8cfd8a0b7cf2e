"""Masked personal data (security.md, Masking): initials, last four of the IIN, last two of the phone."""

import re
from collections.abc import Callable
from typing import Any

from family_support.base.personal_data import register_of


def initials(name: str) -> str:
    """First letters with dots: "Нұрғалиева Әлия" is "Н. Ә."; a one-word name is one letter."""
    words = [word for word in re.split(r"\s+", name.strip()) if word]
    return " ".join(f"{word[0].upper()}." for word in words)


def short_name(name: str) -> str:
    """Family name with initials: "Нұрғалиева Әлия Ерланқызы" -> "Нұрғалиева Ә. Е."."""
    first, _, rest = name.strip().partition(" ")
    return f"{first} {initials(rest)}".strip()


def letters(name: str) -> str:
    """Two letters for an avatar: "Әлия Нұрғалиева" -> "ӘН"."""
    return "".join(word[0].upper() for word in name.split()[:2])


def last_of_iin(iin: str) -> str:
    """The last four digits only, as in •••• •••• 1234."""
    return f"•••• •••• {iin[-4:]}" if len(iin) >= 4 else ""


def last_of_phone(phone: str) -> str:
    """The last two digits only, as in ••• 67."""
    digits = re.sub(r"\D", "", phone)
    return f"••• {digits[-2:]}" if len(digits) >= 2 else ""


_BY_WHAT: dict[str, Callable[[str], str]] = {
    "family": initials,
    "full_name": initials,
    "last_name": initials,
    "first_name": initials,
    "patronymic": initials,
    "iin": last_of_iin,
    "phone": last_of_phone,
}


def masked(row: Any, name: str) -> str:
    """A field of a row as somebody sees it who may know that it is there but not what it is: by the register of
    personal data. What the register gives no mask for is not shown at all; what is not personal, as it is."""
    entry = register_of(type(row)).get(name)
    value = str(getattr(row, name) or "")
    if entry is not None and not entry.is_personal:
        return value
    mask = _BY_WHAT.get(entry.what) if entry is not None else None
    return mask(value) if mask else ""
