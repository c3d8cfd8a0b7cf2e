"""Which device a session is on, in plain words: the browser and the system, nothing that tells people apart."""

from collections.abc import Sequence

# The first name found in the header speaks: a browser also names those it is compatible with.
BROWSERS = (
    ("YaBrowser", "Yandex Browser"),
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
ON_PHONE = frozenset({"iPhone", "iPad", "Android"})


def _first(header: str, names: Sequence[tuple[str, str]]) -> str:
    return next((name for mark, name in names if mark in header), "")


def device_of(header: str) -> tuple[str, str]:
    """Browser and system of a User-Agent header; an empty text for what is not known."""
    return _first(header, BROWSERS), _first(header, SYSTEMS)
