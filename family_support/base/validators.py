"""Validators of identifiers, names, texts, dates and phones.

Each raises Django's ValidationError with a code and a precise translated message that never echoes the value.
Forms use them as field validators; actions wrap them in ``errors.invalid_field``.
"""

import re
import unicodedata
from datetime import date
from typing import Any, NoReturn

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from family_support.base import clock

MALE, FEMALE = "male", "female"
_TWELVE = re.compile(r"[0-9]{12}")
_FIRST_WEIGHTS = range(1, 12)
_SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)
_CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
EARLIEST_BIRTH = date(1900, 1, 1)
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_APOSTROPHES = "'’ʼ‘`"
_HYPHENS = "-‐‑"
_PHONE_REGION = "KZ"


def _refuse(code: str, message: Any) -> NoReturn:
    raise ValidationError(message, code=code)


# --- IIN and BIN (rules.md, Identifiers) -------------------------------------------------------------------


def check_digit(eleven: str) -> int | None:
    """The twelfth digit of an IIN or BIN whose first eleven are given; None when no such number exists."""
    digits = [int(each) for each in eleven]
    for weights in (_FIRST_WEIGHTS, _SECOND_WEIGHTS):
        rest = sum(digit * weight for digit, weight in zip(digits, weights, strict=True)) % 11
        if rest != 10:
            return rest
    return None


def iin_birth_date(iin: str) -> date | None:
    """The birth date that an IIN holds; None when its century digit or date does not exist."""
    century = _CENTURIES.get(iin[6:7])
    if century is None or not _TWELVE.fullmatch(iin):
        return None
    try:
        return date(century + int(iin[:2]), int(iin[2:4]), int(iin[4:6]))
    except ValueError:
        return None


def iin_sex(iin: str) -> str | None:
    """``"male"`` or ``"female"`` as an IIN says; None when it is not one."""
    if not _TWELVE.fullmatch(iin) or iin[6] not in _CENTURIES:
        return None
    return MALE if int(iin[6]) % 2 else FEMALE


def check_iin(
    value: str, birth_date: date | None = None, sex: str | None = None, *, today: date | None = None
) -> None:
    """Raise unless the value is an IIN; with a birth date or sex ("male", "female"), unless it agrees with them."""
    if not _TWELVE.fullmatch(value):
        _refuse("iin_digits", _("An IIN has exactly 12 digits."))
    if value[6] not in _CENTURIES:
        _refuse("iin_century", _("The seventh digit of an IIN is from 1 to 6."))
    born = iin_birth_date(value)
    if born is None:
        _refuse("iin_date", _("The first six digits of the IIN are not a date of birth."))
    if check_digit(value[:11]) != int(value[11]):
        _refuse("iin_checksum", _("The IIN has a mistake: its last digit does not fit the others."))
    if born > (today or clock.today()):
        _refuse("iin_future", _("The date of birth in the IIN is in the future."))
    if birth_date is not None and birth_date != born:
        _refuse("iin_birth_date", _("The IIN and the date of birth do not agree."))
    if sex in (MALE, FEMALE) and sex != iin_sex(value):
        _refuse("iin_sex", _("The IIN and the sex do not agree."))


def validate_iin(value: str) -> None:
    """``check_iin`` as a validator of a model or form field."""
    check_iin(value)


def check_bin(value: str) -> None:
    """Raise unless the value is a BIN: 12 digits with the same check digit as an IIN."""
    if not _TWELVE.fullmatch(value):
        _refuse("bin_digits", _("A BIN has exactly 12 digits."))
    if check_digit(value[:11]) != int(value[11]):
        _refuse("bin_checksum", _("The BIN has a mistake: its last digit does not fit the others."))


# --- Texts ---------------------------------------------------------------------------------------------------


def check_text(value: str) -> None:
    """Raise for what cannot be stored or would lie to the reader; everything else is kept verbatim."""
    for character in value:
        if character == "\0":
            _refuse("text_nul", _("The text holds a null character. Type it again instead of pasting."))
        if "\ud800" <= character <= "\udfff":
            _refuse(
                "text_surrogate", _("The text holds a broken character. Type it again instead of pasting.")
            )
        if character in BIDI:
            _refuse("text_bidi", _("The text holds a hidden sign that turns the direction of writing."))


# --- Names of people ------------------------------------------------------------------------------------------


def clean_name(value: str) -> str:
    """The name as stored: composed letters (NFC), single spaces, plain hyphens; apostrophes as typed."""
    text = unicodedata.normalize("NFC", value)
    for hyphen in _HYPHENS[1:]:
        text = text.replace(hyphen, "-")
    return " ".join(text.split())


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ", 1)[0]


def check_name(value: str) -> None:
    """Raise unless the value is a person's name or part of one: letters, hyphens, apostrophes; one word is enough."""
    check_text(value)
    if any(unicodedata.category(character) == "Cc" for character in value):
        _refuse("name_control", _("A name cannot hold line breaks, tabs or control characters."))
    text = clean_name(value)
    if not any(character.isalpha() for character in text):
        _refuse("name_empty", _("Enter a name: at least one letter."))
    if any(character.isdigit() for character in text):
        _refuse("name_digits", _("A name cannot hold digits."))
    allowed = frozenset(" .-" + _APOSTROPHES)
    for word in re.split(r"[ \-]", text):
        scripts = {_script(letter) for letter in word if letter not in allowed}
        if not scripts <= {"LATIN", "CYRILLIC"}:
            _refuse("name_letters", _("A name holds only letters, hyphens and apostrophes."))
        if len(scripts) > 1:
            _refuse(
                "name_mixed",
                _("A word of the name mixes Latin and Cyrillic letters. Type it in one alphabet."),
            )


# --- Dates ----------------------------------------------------------------------------------------------------


def check_not_future(value: date, *, today: date | None = None) -> None:
    """Raise for a day after today (Asia/Almaty)."""
    if value > (today or clock.today()):
        _refuse("date_future", _("The date is in the future."))


def check_birth_date(value: date, *, today: date | None = None) -> None:
    """Raise unless the day is between 1900 and today."""
    if value < EARLIEST_BIRTH:
        _refuse("birth_early", _("The date of birth is before 1900."))
    if value > (today or clock.today()):
        _refuse("birth_future", _("The date of birth is in the future."))


# --- Phones ---------------------------------------------------------------------------------------------------


def normalise_phone(value: str) -> str:
    """The number in E.164 (``8…`` becomes ``+7…``). Raises unless it can be a number; foreign ones begin with ``+``."""
    try:
        number = phonenumbers.parse(value, _PHONE_REGION)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        _refuse("phone", _("Enter a phone number, for example 8 701 123 45 67 or +7 701 123 45 67."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_phone(value: str) -> None:
    """``normalise_phone`` as a validator of a form field."""
    normalise_phone(value)
