"""Believable values for an anonymized copy: the same old value gives the same new one, and nothing leads back.

Made from a keyed digest of the old value: the key is drawn for one run and forgotten with it. A year of birth, a sex
and a length of a text are kept, so that figures of the copy look like those of the original.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from family_support.base.crypto import blind_index
from family_support.base.names import fold
from family_support.base.validators import check_digit

LAST = (
    "Сейтқали",
    "Бекмұрат",
    "Жолдасов",
    "Ермекова",
    "Тілеуов",
    "Қанатбек",
    "Мұратова",
    "Дәулетов",
    "Асқарова",
    "Нұртаев",
)
FIRST = ("Айару", "Мейіржан", "Дильназ", "Санжар", "Томирис", "Әділет", "Інжу", "Расул", "Жанель", "Темірлан")
PATRONYMIC = (
    "Маратұлы",
    "Ерланқызы",
    "Болатович",
    "Асқаровна",
    "Қанатұлы",
    "Сәкенқызы",
    "Нурланович",
    "Талгатовна",
)
STREETS = ("Сарыарқа", "Бейбітшілік", "Достық", "Тәуелсіздік", "Жастар", "Мәңгілік Ел", "Орталық", "Бұлақ")
WORDS = (
    "отбасы", "помощь", "қолдау", "разговор", "кездесу", "план", "құжат", "школа", "жұмыс", "вопрос", "жауап", "неделя",
    "келісім", "результат", "ұсыныс", "срок", "қызмет", "совет", "есеп", "порядок",
)  # fmt: skip


@dataclass(frozen=True)
class Synthesis:
    """One run: its key decides every new value."""

    key: bytes

    def number(self, what: str, old: Any) -> int:
        digest = hmac.new(self.key, f"{what}\0{old}".encode(), hashlib.sha256).digest()
        return int.from_bytes(digest[:8], "big")

    def one(self, what: str, old: Any, of: tuple[str, ...]) -> str:
        """One of a list, never the old value itself."""
        place = self.number(what, old) % len(of)
        return of[place] if of[place] != old else of[(place + 1) % len(of)]

    def birth(self, old: date, iin: str = "") -> date:
        """A day of the same year. A day of an IIN moves with the IIN, so that both stay in step."""
        days = self.number("birth", iin or old.isoformat()) % 364
        new = date(old.year, 1, 1) + timedelta(days=days)
        return new if new != old else new + timedelta(days=1)

    def iin(self, old: str) -> str:
        """Valid: the same year and sex, another day and number, the checksum right."""
        if len(old) != 12 or not old.isdigit() or old[6] == "0":
            return ""
        century = {"1": 1800, "2": 1800, "3": 1900, "4": 1900}.get(old[6], 2000)
        try:
            born = date(century + int(old[:2]), int(old[2:4]), int(old[4:6]))
        except ValueError:
            return ""
        day = self.birth(born, old)
        for attempt in range(50):
            serial = (self.number("iin", old) + attempt) % 10_000
            digits = f"{day:%y%m%d}{old[6]}{serial:04d}"
            check = check_digit(digits)
            if check is not None and digits + str(check) != old:
                return f"{digits}{check}"
        raise AssertionError("no valid number in fifty")

    def text(self, old: str) -> str:
        """Words of about the same length."""
        words: list[str] = []
        length = 0
        while length < len(old):
            words.append(WORDS[self.number(f"text{len(words)}", old) % len(WORDS)])
            length += len(words[-1]) + 1
        return " ".join(words).capitalize()[: max(len(old), 8)].strip()

    def phone(self, old: str) -> str:
        """A mobile number of a range that nobody is given."""
        return f"+7700{self.number('phone', old) % 10_000_000:07d}"

    def json(self, old: Any, name: str = "") -> Any:
        """The same shape with other leaves; codes of a few letters stay, they are of our lists."""
        if isinstance(old, dict):
            return {key: self.json(each, key) for key, each in old.items()}
        if isinstance(old, list):
            return [self.json(each, name) for each in old]
        if (
            not isinstance(old, str)
            or not old
            or name in {"field", "code", "role", "no_iin_reason", "sector", "kind"}
        ):
            return old
        for what in ("iin", "last_name", "first_name", "patronymic", "phone", "address"):
            if name == what:
                return self.value(what, old)
        try:
            return self.birth(date.fromisoformat(old)).isoformat()
        except ValueError:
            return self.value("full_name", old) if name == "name" else self.text(old)

    def value(self, what: str, old: str) -> str:
        """Another value of a sort of the register."""
        made = {
            "last_name": lambda: self.one(what, old, LAST),
            "first_name": lambda: self.one(what, old, FIRST),
            "patronymic": lambda: self.one(what, old, PATRONYMIC),
            "family": lambda: self.one("last_name", old, LAST),
            "full_name": lambda: f"{self.one('last_name', old, LAST)} {self.one('first_name', old, FIRST)}",
            "iin": lambda: self.iin(old),
            "phone": lambda: self.phone(old),
            "address": lambda: f"ул. {self.one(what, old, STREETS)}, {self.number(what, old) % 90 + 1}",
            "place": lambda: f"{self.one(what, old, STREETS)} {self.number(what, old) % 90 + 1}",
            "number": lambda: f"{self.number(what, old) % 10**9:09d}",
            "email": lambda: f"person-{self.number(what, old):x}@copy.invalid",
        }.get(what)
        return made() if made else self.text(old)

    def name_key(self, names: str) -> str:
        return fold(names)

    def index(self, what: str, old: str) -> str:
        """An index of a value that cannot be told: another one, the same for the same."""
        return blind_index(f"{self.number(what, old):x}", "copy") if old else ""
