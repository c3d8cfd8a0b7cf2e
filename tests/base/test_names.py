"""Search and sort keys of names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from family_support.base.names import fold, sort_key

LETTERS = st.text(st.sampled_from("аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя -abcxyz"), max_size=20)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Әлия", "алия"),
        ("Қайрат", "КАЙРАТ"),
        ("Фёдор", "Федор"),
        ("Ахметов", "Axметoв"),
        ("АХМЕТОВ", "AXMETOB"),
        ("Салтыков-Щедрин", "салтыков щедрин"),
        ("Нұрсұлтан", "нурсултан"),
        ("Өмірбек", "Омирбек"),
        ("Жан'на", "Жанна"),
        ("Йван", "И\u0306ван"),
        ("Ғалия", "Галия"),
        ("Үміт  ", "умит"),
    ],
)
def test_spellings_that_people_mix_up(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_names_stay_different() -> None:
    assert len({fold(name) for name in ("Сергей", "Серги", "Айгүл", "Айгерім", "Иван", "Йван")}) == 6


@given(LETTERS)
def test_folding_is_stable_and_blind_to_case(name: str) -> None:
    assert fold(fold(name)) == fold(name) == fold(name.upper())


def test_order_of_the_kazakh_alphabet() -> None:
    names = [
        "Ярослав",
        "Әсем",
        "Асан",
        "Бақыт",
        "Қайрат",
        "Кайрат",
        "Іңкәр",
        "Ел",
        "Ёж",
        "Жан",
        "Anna",
        "Ан Я",
    ]
    assert sorted(names, key=sort_key) == [
        "Ан Я", "Асан", "Әсем", "Бақыт", "Ел", "Ёж", "Жан", "Кайрат", "Қайрат", "Іңкәр", "Ярослав", "Anna",
    ]  # fmt: skip
