"""Invented people with believable Kazakh and Russian names and valid synthetic IINs; deterministic for a seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from family_support.base.validators import check_digit

# (masculine, feminine) forms of family names.
KAZAKH_FAMILIES = (
    ("Әлжанов", "Әлжанова"),
    ("Бектасов", "Бектасова"),
    ("Ғабитов", "Ғабитова"),
    ("Дүйсенов", "Дүйсенова"),
    ("Есқалиев", "Есқалиева"),
    ("Жүнісов", "Жүнісова"),
    ("Искендіров", "Искендірова"),
    ("Кенжебаев", "Кенжебаева"),
    ("Қуанышбеков", "Қуанышбекова"),
    ("Маратұлы", "Маратқызы"),
    ("Нұрсейіт", "Нұрсейіт"),
    ("Оразғали", "Оразғали"),
    ("Өтегенов", "Өтегенова"),
    ("Рахымжан", "Рахымжан"),
    ("Сәрсенбаев", "Сәрсенбаева"),
    ("Тілеуов", "Тілеуова"),
    ("Ұзақбаев", "Ұзақбаева"),
    ("Шәріпов", "Шәріпова"),
    ("Ыбыраев", "Ыбыраева"),
    ("Һәкімов", "Һәкімова"),
)
RUSSIAN_FAMILIES = (
    ("Артемьев", "Артемьева"),
    ("Белозёров", "Белозёрова"),
    ("Воронцов", "Воронцова"),
    ("Ефимов", "Ефимова"),
    ("Зимин", "Зимина"),
    ("Ким", "Ким"),
    ("Лебедев", "Лебедева"),
    ("Петренко", "Петренко"),
    ("Соколов", "Соколова"),
    ("Цой", "Цой"),
)
KAZAKH_MEN = (
    "Айдос",
    "Бауыржан",
    "Ғалым",
    "Дәурен",
    "Ерлан",
    "Жандос",
    "Қайрат",
    "Нұрлан",
    "Олжас",
    "Ринат",
    "Санжар",
    "Темір",
)
KAZAKH_WOMEN = (
    "Айгерім",
    "Ақмарал",
    "Әсел",
    "Гүлнұр",
    "Дана",
    "Еңлік",
    "Жанар",
    "Қымбат",
    "Мәдина",
    "Салтанат",
    "Ұлжан",
    "Шынар",
)
RUSSIAN_MEN = ("Алексей", "Виктор", "Дмитрий", "Иван", "Максим", "Олег", "Сергей", "Фёдор")
RUSSIAN_WOMEN = ("Алёна", "Вера", "Галина", "Елена", "Ирина", "Марина", "Оксана", "Татьяна")
KAZAKH_FATHERS = (
    ("Асқарұлы", "Асқарқызы"),
    ("Болатұлы", "Болатқызы"),
    ("Ерікұлы", "Ерікқызы"),
    ("Қанатұлы", "Қанатқызы"),
)
RUSSIAN_FATHERS = (
    ("Андреевич", "Андреевна"),
    ("Петрович", "Петровна"),
    ("Юрьевич", "Юрьевна"),
    ("Львович", "Львовна"),
)


@dataclass(frozen=True)
class Invented:
    """One invented person."""

    last_name: str
    first_name: str
    patronymic: str
    birth_date: date
    sex: str
    iin: str
    phone: str


class People:
    """A source of invented people: the same seed gives the same people, and no IIN or phone twice."""

    def __init__(self, seed: int, place: int = 0) -> None:
        """`place` (0 to 9) keeps the numbers of sources that are used side by side apart."""
        self.random = Random(seed + place)  # noqa: S311 - invented data, not secrets
        self._serials: dict[tuple[date, str], int] = {}
        self._first_serial = 9000 + 100 * place
        self._phones = 1000 * place

    def person(self, *, born: tuple[date, date], sex: str, family: tuple[str, str] | None = None) -> Invented:
        """A person born between two days; `family` gives both forms of the family name."""
        kazakh = self.random.random() < 0.72 if family is None else family in KAZAKH_FAMILIES
        pair = family or self.random.choice(KAZAKH_FAMILIES if kazakh else RUSSIAN_FAMILIES)
        side = 0 if sex == "m" else 1
        names = ((KAZAKH_MEN, KAZAKH_WOMEN) if kazakh else (RUSSIAN_MEN, RUSSIAN_WOMEN))[side]
        fathers = KAZAKH_FATHERS if kazakh else RUSSIAN_FATHERS
        birth = born[0] + timedelta(days=self.random.randrange((born[1] - born[0]).days))
        return Invented(
            last_name=pair[side],
            first_name=self.random.choice(names),
            patronymic=self.random.choice(fathers)[side],
            birth_date=birth,
            sex=sex,
            iin=self._iin(birth, sex),
            phone=self._phone(),
        )

    def _iin(self, birth: date, sex: str) -> str:
        """A number with a right check digit, unique in this source (rules.md, Identifiers)."""
        century = {18: 1, 19: 3, 20: 5}[birth.year // 100] + (0 if sex == "m" else 1)
        serial = self._serials.get((birth, sex), self._first_serial)
        while True:
            serial += 1
            eleven = f"{birth:%y%m%d}{century}{serial:04d}"
            digit = check_digit(eleven)
            if digit is not None:
                self._serials[birth, sex] = serial
                return f"{eleven}{digit}"

    def _phone(self) -> str:
        self._phones += 1
        return f"+7700000{self._phones:04d}"


def family_pairs() -> tuple[tuple[str, str], ...]:
    """Every family name in both forms."""
    return KAZAKH_FAMILIES + RUSSIAN_FAMILIES
