"""Search and sort keys of names: PostgreSQL's collation does neither Kazakh look-ups nor Kazakh order."""

import unicodedata

# Kazakh letters as people type them on a Russian keyboard, and Latin letters that look like Cyrillic ones.
_FOLD = str.maketrans(
    {
        **dict(zip("әғқңөұүһіё", "агкноуухие", strict=True)),
        **dict(zip("abcehikmoptxy", "авсеникмортху", strict=True)),
        "ъ": None,
        "ь": None,
    }
)
_ALPHABET = "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяabcdefghijklmnopqrstuvwxyz"
_ORDER = {letter: f"{number:02d}" for number, letter in enumerate(_ALPHABET, start=1)}
_DROPPED = "'’ʼ‘`."


def _plain(name: str) -> str:
    text = unicodedata.normalize("NFC", name).casefold()
    for character in _DROPPED:
        text = text.replace(character, "")
    return " ".join(text.replace("-", " ").replace("‐", " ").replace("‑", " ").split())


def fold(name: str) -> str:
    """The search key: equal for spellings that people mix up (case, Ә=А, Қ=К, ё=е, Latin look-alikes, hyphens)."""
    folded = " ".join(_plain(name).translate(_FOLD).split())
    return "".join(letter if letter == "й" else _base(letter) for letter in folded)


def _base(letter: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", letter) if not unicodedata.combining(each))


def sort_key(name: str) -> str:
    """The key whose byte order is the order of the Kazakh alphabet (which holds the Russian one); Latin comes after."""
    return "".join("00" if letter == " " else _ORDER.get(letter, "99") for letter in _plain(name))
