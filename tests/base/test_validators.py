"""IIN, BIN, names, texts, dates and phones (rules.md, Identifiers; security.md, Bad input)."""

from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from idnumbers.nationalid import KAZ

from family_support.base import validators as v

TODAY = date(2026, 11, 22)
IINS = [
    ("850615300129", date(1985, 6, 15), v.MALE),
    ("900228400778", date(1990, 2, 28), v.FEMALE),
    ("011205500319", date(2001, 12, 5), v.MALE),
    ("120919600446", date(2012, 9, 19), v.FEMALE),
    ("671103402093", date(1967, 11, 3), v.FEMALE),
    ("030216501050", date(2003, 2, 16), v.MALE),
    ("190430505554", date(2019, 4, 30), v.MALE),
    ("240229600013", date(2024, 2, 29), v.FEMALE),
    ("850615300000", date(1985, 6, 15), v.MALE),
]


def refusal(call: Callable[..., object], *args: object, **kwargs: object) -> ValidationError | None:
    """The refusal, if any."""
    try:
        call(*args, **kwargs)
    except ValidationError as error:
        return error
    return None


def code_of(call: Callable[..., object], *args: object, **kwargs: object) -> str:
    """The code of the refusal, an empty text when there is none. Its message never echoes the value."""
    error = refusal(call, *args, **kwargs)
    if error is None:
        return ""
    assert len(str(args[0])) < 6 or str(args[0]) not in " ".join(error.messages)
    return str(error.code)


@pytest.mark.parametrize(("iin", "born", "sex"), IINS)
def test_valid_iins(iin: str, born: date, sex: str) -> None:
    v.check_iin(iin, born, sex, today=TODAY)
    assert (v.iin_birth_date(iin), v.iin_sex(iin)) == (born, sex)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "iin_digits"),
        ("85061530012", "iin_digits"),
        ("8506153001299", "iin_digits"),
        ("85061530012a", "iin_digits"),
        (" 850615300129", "iin_digits"),
        ("850615300129\n", "iin_digits"),
        ("٨٥٠٦١٥٣٠٠١٢٩", "iin_digits"),
        ("８５０６１５３００１２９", "iin_digits"),
        ("850615300128", "iin_checksum"),
        ("850615700129", "iin_century"),
        ("850615000129", "iin_century"),
        ("850631300129", "iin_date"),
        ("230229600013", "iin_date"),
        ("851315300129", "iin_date"),
    ],
)
def test_wrong_iins(value: str, code: str) -> None:
    assert code_of(v.check_iin, value, today=TODAY) == code


def test_iin_of_the_future_and_disagreements() -> None:
    eleven = "90010150000"
    future = eleven + str(v.check_digit(eleven))
    assert code_of(v.check_iin, future, today=TODAY) == "iin_future"
    assert code_of(v.check_iin, "850615300129", date(1985, 6, 16), today=TODAY) == "iin_birth_date"
    assert code_of(v.check_iin, "850615300129", None, v.FEMALE, today=TODAY) == "iin_sex"
    assert code_of(v.check_iin, "850615300129", None, "unknown", today=TODAY) == ""


@given(st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_iin_agrees_with_the_oracle_on_any_digits(value: str) -> None:
    assert (code_of(v.check_iin, value, today=date(2100, 1, 1)) == "") == KAZ.NationalID.validate(value)


@given(
    st.dates(date(1900, 1, 1), date(2025, 12, 31)),
    st.sampled_from([0, 1]),
    st.integers(0, 9999),
    st.integers(0, 9),
)
def test_iin_agrees_with_the_oracle_on_real_dates(born: date, female: int, serial: int, last: int) -> None:
    century = {18: 1, 19: 3, 20: 5}[born.year // 100] + female
    eleven = f"{born:%y%m%d}{century}{serial:04d}"
    assert (code_of(v.check_iin, f"{eleven}{last}", today=TODAY) == "") == KAZ.NationalID.validate(
        f"{eleven}{last}"
    )
    digit = v.check_digit(eleven)
    if digit is None:
        assert not any(KAZ.NationalID.validate(f"{eleven}{each}") for each in range(10))
    else:
        v.check_iin(f"{eleven}{digit}", born, v.FEMALE if female else v.MALE, today=TODAY)


@pytest.mark.parametrize("value", ["240540000125", "250140003454", "200241007774"])
def test_valid_bins(value: str) -> None:
    v.check_bin(value)
    assert KAZ.BusinessIDNumber.validate(value)


@pytest.mark.parametrize(
    ("value", "code"),
    [("24054000012", "bin_digits"), ("240540000126", "bin_checksum"), ("x" * 12, "bin_digits")],
)
def test_wrong_bins(value: str, code: str) -> None:
    assert code_of(v.check_bin, value) == code


@pytest.mark.parametrize(
    "name",
    [
        "Әйгерім", "Қызғалдақ Өмірбекқызы", "Нұрсұлтан", "Салтыков-Щедрин", "О'Нил", "Жан’на", "Сауле", "Ғ", "Һайдар",
        "John Smith", "Иван Smith", "Ёлкина", "А. Иванов", "  Асель   Серікқызы ", "Ай‑ша",
    ],
)  # fmt: skip
def test_names_that_people_have(name: str) -> None:
    v.check_name(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Ив\0ан", "text_nul"),
        ("Иван\u202e", "text_bidi"),
        ("\u2066Иван", "text_bidi"),
        ("Иван\ud800", "text_surrogate"),
        ("Иван\nИванов", "name_control"),
        ("Иван\tИванов", "name_control"),
        ("Иван\x1b", "name_control"),
        ("Ахмeтов", "name_mixed"),
        ("Аlіbek", "name_mixed"),
        ("Анна-Mарія", "name_mixed"),
        ("", "name_empty"),
        (" - ", "name_empty"),
        ("Иван2", "name_digits"),
        ("Иван٢", "name_digits"),
        ("<b>Иван</b>", "name_letters"),
        ("=Иван", "name_letters"),
        ("王伟", "name_letters"),
        ("Иван\u200b", "name_letters"),
    ],
)
def test_names_that_are_refused(name: str, code: str) -> None:
    error = refusal(v.check_name, name)
    assert error is not None
    assert error.code == code


def test_clean_name() -> None:
    assert v.clean_name("  Ай‑ша \t Серікқызы ") == "Ай-ша Серікқызы"
    assert v.clean_name("И\u0306ван") == "Йван"


def test_texts_are_kept_verbatim_but_for_lies() -> None:
    for text in (
        "<script>alert(1)</script>",
        "'; DROP TABLE x; --",
        "=cmd()",
        "a\r\n\tb",
        "😀 Әңгіме",
        "\u200f",
    ):
        v.check_text(text)
    assert code_of(v.check_text, "a\0b") == "text_nul"
    assert code_of(v.check_text, "a\ud800") == "text_surrogate"
    assert code_of(v.check_text, "a\u202eb") == "text_bidi"


def test_dates() -> None:
    v.check_not_future(TODAY, today=TODAY)
    assert code_of(v.check_not_future, date(2026, 11, 23), today=TODAY) == "date_future"
    v.check_birth_date(date(1900, 1, 1), today=TODAY)
    assert code_of(v.check_birth_date, date(1850, 1, 1), today=TODAY) == "birth_early"
    assert code_of(v.check_birth_date, date(2090, 1, 1), today=TODAY) == "birth_future"


@pytest.mark.parametrize(
    "typed", ["87011234567", "8 (701) 123-45-67", "+7 701 123 45 67", "7011234567", "+77011234567"]
)
def test_phones_of_kazakhstan(typed: str) -> None:
    assert v.normalise_phone(typed) == "+77011234567"


def test_other_phones() -> None:
    assert v.normalise_phone("+49 30 901820") == "+4930901820"
    assert v.normalise_phone("8 7172 74 01 11") == "+77172740111"
    for typed in ("", "123", "8701123456", "phone", "+7 701 123 45 678", "8701123456٧٧"):
        assert code_of(v.normalise_phone, typed) == "phone"
